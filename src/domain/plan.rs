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
    /// The rule as the plan records it: a key by its name. [`ClusterRule::kind`] tells a key that happens
    /// to be called like a rule from the rule.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::FromData => Self::FROM_DATA,
            Self::Off => Self::NONE,
            Self::Key(key) => key,
        }
    }

    /// Which of the three rules it is.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::FromData => Self::FROM_DATA,
            Self::Off => Self::NONE,
            Self::Key(_) => Self::KEY,
        }
    }

    /// The rule that was recorded as `name`, of this `kind` where one was recorded with it.
    #[must_use]
    pub fn recorded(name: &str, kind: Option<&str>) -> Option<Self> {
        match kind.unwrap_or(name) {
            Self::FROM_DATA => Some(Self::FromData),
            Self::NONE => Some(Self::Off),
            Self::KEY => Some(Self::Key(name.to_owned())),
            _ if kind.is_none() => Some(Self::Key(name.to_owned())),
            _ => None,
        }
    }

    const FROM_DATA: &'static str = "from-data";
    const NONE: &'static str = "none";
    const KEY: &'static str = "key";
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

/// What two runs of different tasks do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskMismatch {
    /// They are refused.
    Error,
    /// They are compared, and the report says so.
    Allow,
}

impl TaskMismatch {
    /// The rule as the plan records it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Allow => "allow",
        }
    }
}

/// What a candidate does whose every score equals the baseline's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identical {
    /// It is judged like any other.
    Judge,
    /// It is allowed where the claim holds for a difference of 0: nothing changed that was measured.
    Allow,
}

impl Identical {
    /// The rule as the plan records it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Judge => "judge",
            Self::Allow => "allow",
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

impl Edition {
    /// The edition that an engine such as `evalsig 0.1.0` decides by.
    #[must_use]
    pub fn of_engine(engine: &str) -> Self {
        if engine.starts_with("evalsig 0.1.") { Self::First } else { Self::Second }
    }
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
    /// Whether the user said where better lies, rather than leaving it at the default.
    pub direction_named: bool,
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
    /// What runs of different tasks do.
    pub task_mismatch: TaskMismatch,
    /// What a candidate does that changes nothing.
    pub identical: Identical,
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
            direction_named: false,
            cluster: ClusterRule::FromData,
            epochs: EpochRule::Mean,
            missing: MissingRule::Error,
            min_coverage: Fraction::USUAL_COVERAGE,
            score_range: None,
            task_mismatch: TaskMismatch::Error,
            identical: Identical::Judge,
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
