//! Everything that fixes the inference before the data are seen.

use super::rules::{ClusterRule, Edition, EpochRule, Identical, MissingRule, Rule, TaskMismatch};
use super::{Alpha, Claim, Direction, Fraction, Lambda, MethodChoice, Sampling, ScoreRange, Sides};

/// Random resamples where nothing else is said.
const RESAMPLES: u32 = 10_000;

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
    /// The field that names the items, where the user names one.
    pub id: Option<String>,
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
    /// How the candidate's items were drawn, where it was scored on a part of them.
    pub sampling: Option<Sampling>,
    /// What a judged difference counts, where people labelled a part of the items.
    pub gold: Option<Lambda>,
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
            id: None,
            cluster: ClusterRule::FromData,
            epochs: EpochRule::Mean,
            missing: MissingRule::Error,
            min_coverage: Fraction::USUAL_COVERAGE,
            score_range: None,
            sampling: None,
            gold: None,
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
