//! Everything that fixes the inference before the data are seen.

use super::{Alpha, Claim, Direction, Fraction, MethodChoice, ScoreRange, Sides};

/// Random resamples where nothing else is said.
const RESAMPLES: u32 = 10_000;

/// Which rule turns numbers into a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The verdict is where the bounds of one inverted test lie relative to the claim.
    Interval,
    /// What Python evalsig 0.1.2 does: p < alpha and an observed delta of at least `min_delta`.
    Evalsig01,
}

impl Rule {
    /// The name in flags and plans.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Evalsig01 => "evalsig-0.1",
        }
    }
}

/// Which units are independent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClusterRule {
    /// Cluster ids are used where the data carry them: forgetting them is the costliest mistake.
    FromData,
    /// Items are independent, and the plan says so.
    Off,
    /// The field of this name holds the cluster; its absence is an error.
    Key(String),
}

impl ClusterRule {
    /// The rule as the plan records it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::FromData => "from-data",
            Self::Off => "none",
            Self::Key(key) => key,
        }
    }
}

/// What becomes of an item's repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochRule {
    /// The mean of its scored epochs: one number an item, never one row an epoch.
    Mean,
    /// The lowest-numbered epoch.
    First,
    /// The epoch of this number; items without it are left out and counted.
    Only(u32),
}

impl EpochRule {
    /// The rule as the plan records it.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Mean => "mean".into(),
            Self::First => "first".into(),
            Self::Only(epoch) => epoch.to_string(),
        }
    }
}

/// What an unscored item does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingRule {
    /// The run is refused.
    Error,
    /// The item is left out, counted, and weighs on coverage.
    Exclude,
}

impl MissingRule {
    /// The rule as the plan records it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Exclude => "exclude",
        }
    }
}

/// Which edition of the rules decides. A recorded decision is made again by the edition that made it, for
/// ever, so a rule that changed stands in the code under both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// Version 0.1: missing items weigh on coverage alone, p of 0/1 scores never falls below 1e-4.
    First,
    /// From version 0.2 on.
    Second,
}

/// Everything that fixes the inference before the data are seen. Two runs, a plan and nothing else
/// determine a report, bit for bit.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What the candidate must show.
    pub claim: Claim,
    /// How numbers become a verdict.
    pub rule: Rule,
    /// Largest accepted probability of a wrong ALLOW, and of a wrong REJECT.
    pub alpha: Alpha,
    /// Power that the advice plans for. It never enters a verdict.
    pub power: Fraction,
    /// True improvement that the advice plans for, where one was named.
    pub planned_delta: Option<f64>,
    /// One-sided or two-sided.
    pub sides: Sides,
    /// Method asked for.
    pub method: MethodChoice,
    /// Random resamples where a method cannot enumerate; at least 1.
    pub resamples: u32,
    /// Seed of every random stream.
    pub seed: u64,
    /// Where better lies.
    pub direction: Direction,
    /// Which units are independent.
    pub cluster: ClusterRule,
    /// What becomes of repeats.
    pub epochs: EpochRule,
    /// What an unscored item does.
    pub missing: MissingRule,
    /// Least share of the larger run that must be paired; below it the verdict is INCONCLUSIVE.
    pub min_coverage: Fraction,
    /// Lowest and highest score an item can get, where the user names them.
    pub score_range: Option<ScoreRange>,
    /// Which edition of the rules decides.
    pub edition: Edition,
}

impl Plan {
    /// What a gate plans where nothing but the claim is said.
    #[must_use]
    pub fn of(claim: Claim) -> Self {
        Self {
            claim,
            rule: Rule::Interval,
            alpha: Alpha::USUAL,
            power: Fraction::USUAL_POWER,
            planned_delta: None,
            sides: Sides::One,
            method: MethodChoice::Auto,
            resamples: RESAMPLES,
            seed: 0,
            direction: Direction::HigherIsBetter,
            cluster: ClusterRule::FromData,
            epochs: EpochRule::Mean,
            missing: MissingRule::Error,
            min_coverage: Fraction::USUAL_COVERAGE,
            score_range: None,
            edition: Edition::Second,
        }
    }

    /// What one bound may spend: alpha, or half of it when both sides are tested.
    #[must_use]
    pub fn alpha_each(&self) -> Alpha {
        match self.sides {
            Sides::One => self.alpha,
            Sides::Two => self.alpha.halved(),
        }
    }
}
