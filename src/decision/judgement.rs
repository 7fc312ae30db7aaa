//! What a judgement consists of.

use super::worst_case::WorstCase;
use crate::domain::{Plan, Verdict};
use crate::inference::{Estimate, LegacyOutcome};
use crate::pairing::Pairs;
use crate::sampling::JudgeQuality;

/// The judgement on one candidate against one baseline: a function of both runs and the plan, and of
/// nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// What fixed the inference.
    pub plan: Plan,
    /// How the items of the two runs were matched, and their scores.
    pub pairs: Pairs,
    /// The numbers that the decision rests on.
    pub basis: Basis,
    /// The verdict with its reasons.
    pub decision: Decision,
    /// The effect in other units.
    pub effect_sizes: EffectSizes,
    /// What may make the verdict mean something else than its reader thinks, in words.
    pub warnings: Vec<String>,
    /// What people said of the judge, where they labelled a part of the items.
    pub gold: Option<Gold>,
}

/// What people said of a judge, and what the judge alone would have said.
#[derive(Clone, Debug, PartialEq)]
pub struct Gold {
    /// How the judge did.
    pub judge: JudgeQuality,
    /// The numbers of the judge's scores by themselves, and the verdict that they would have been.
    pub uncorrected: (Basis, Verdict),
}

/// The numbers that a decision rests on, by the plan's rule.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// The bounds of one inverted test (`Rule::Interval`).
    Interval {
        /// Delta, its bounds and p-values.
        estimate: Estimate,
        /// The bounds that hold whatever the missing items would have scored; `None` where none is missing.
        worst_case: Option<WorstCase>,
        /// What another run of this design would show.
        outlook: Outlook,
    },
    /// The numbers of Python evalsig 0.1.2 (`Rule::Evalsig01`).
    Evalsig01(LegacyOutcome),
}

impl Basis {
    /// The name of the method used, and the reason for it, as the envelope records both.
    ///
    /// # Example
    /// ```
    /// # use evalsig::decision::judge;
    /// # use evalsig::domain::{Claim, Plan};
    /// # use evalsig::readers::{ReadOptions, read};
    /// # let run = |score: u8| {
    /// #     let text = format!("item_id,score\na,{score}\nb,1\nc,1\n");
    /// #     read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run)
    /// # };
    /// # let plan = Plan::of(Claim::above(0.0).expect("a number"));
    /// let judgement = judge(&run(0)?, &run(1)?, &plan)?;
    /// assert_eq!(judgement.basis.method().0, "exact_unconditional");
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn method(&self) -> (&str, &str) {
        match self {
            Self::Interval { estimate, .. } => (estimate.label, &estimate.reason),
            Self::Evalsig01(outcome) => (outcome.label, "chosen as Python evalsig 0.1.2 chooses"),
        }
    }

    /// Whether clusters, not items, were the independent units.
    ///
    /// # Example
    /// ```
    /// # use evalsig::decision::judge;
    /// # use evalsig::domain::{Claim, Plan};
    /// # use evalsig::readers::{ReadOptions, read};
    /// # let run = |score: u8| {
    /// #     let text = format!("item_id,score\na,{score}\nb,1\nc,1\n");
    /// #     read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run)
    /// # };
    /// # let plan = Plan::of(Claim::above(0.0).expect("a number"));
    /// let judgement = judge(&run(0)?, &run(1)?, &plan)?;
    /// assert!(!judgement.basis.is_clustered());
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn is_clustered(&self) -> bool {
        match self {
            Self::Interval { estimate, .. } => estimate.clusters.is_some(),
            Self::Evalsig01(outcome) => outcome.clusters.is_some(),
        }
    }

    /// What a reader should know of the numbers, in words; empty where there is nothing to say.
    ///
    /// # Example
    /// ```
    /// # use evalsig::decision::judge;
    /// # use evalsig::domain::{Claim, Plan};
    /// # use evalsig::readers::{ReadOptions, read};
    /// # let run = |score: u8| {
    /// #     let text = format!("item_id,score\na,{score}\nb,1\nc,1\n");
    /// #     read(text.as_bytes(), None, &ReadOptions::default()).map(|reading| reading.run)
    /// # };
    /// # let plan = Plan::of(Claim::above(0.0).expect("a number"));
    /// let judgement = judge(&run(0)?, &run(1)?, &plan)?;
    /// assert!(judgement.basis.notes().is_empty());
    /// # Ok::<(), evalsig::domain::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn notes(&self) -> &[String] {
        match self {
            Self::Interval { estimate, .. } => &estimate.notes,
            Self::Evalsig01(outcome) => &outcome.notes,
        }
    }
}

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// The claim in words.
    pub claim: String,
    /// What was shown, and what was not, in words.
    pub finding: String,
    /// What to do next.
    pub suggestion: Option<String>,
}

/// What another run of this kind would show, and what to do where this one decides nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Smallest true improvement beyond the claim's value that this many items show with the
    /// planned power.
    pub mde: Option<f64>,
    /// What would help, as a sentence without a full stop.
    pub advice: String,
}

/// The observed effect in other units than the score's; no verdict depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EffectSizes {
    /// Mean over standard deviation of the differences; `None` where they do not vary.
    pub cohens_d_paired: Option<f64>,
    /// P(candidate's score is higher) - P(it is lower), over all pairs of items; from -1 to 1.
    pub cliffs_delta: Option<f64>,
    /// Items that became better per item that became worse; `None` where no item became worse.
    pub fixed_per_broken: Option<f64>,
    /// Intra-cluster correlation of the differences, not clipped at 0.
    pub icc: Option<f64>,
    /// Kish's effective number of units, n^2 / sum of squared sizes.
    pub effective_units: Option<f64>,
}
