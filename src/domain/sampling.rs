//! Gates on a part of the items: what a sample was drawn from and how, and what the rest is predicted by.

use super::Digest;
use super::named_enum::named_enum;

named_enum! {
    /// Which mean a claim is about, where the candidate was scored on a sample of a bank.
    pub enum About {
        /// The mean over the items of the bank: what is not known of it is what the sample leaves out.
        Bank = "bank";
        /// The mean over all items of the kind that the bank holds: the bank is a sample itself.
        Population = "population";
    }
}

named_enum! {
    /// What is drawn at random.
    pub enum DrawnUnit {
        /// Items, each by itself.
        Items = "items";
        /// Clusters, with all of their items.
        Clusters = "clusters";
    }
}

/// How a sample is drawn from a bank. The bank and this determine the items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// What is drawn.
    pub unit: DrawnUnit,
    /// How many units; at least 1.
    pub count: u32,
    /// Seed of the draw.
    pub seed: u64,
    /// The field whose values are strata, where every stratum gives its share.
    pub strata: Option<String>,
}

/// A run of another model on the bank's items, which the predictor stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastRun {
    /// Its name.
    pub run_id: String,
    /// Its model.
    pub model_id: String,
    /// Its file, from the root of the store.
    pub path: String,
    /// SHA-256 of that file.
    pub sha256: Digest,
}

/// What the candidate is expected to score on an item, fixed before it is run:
///
/// ```text
/// f = w0 + w1 b + w2 h + w3 b h       b  the baseline's score, h  the mean score of past runs
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Predictor {
    /// w0, w1, w2, w3.
    pub weights: [f64; 4],
    /// The past runs whose mean h is, in ascending order of path.
    pub history: Vec<PastRun>,
}

/// What a judged difference counts where people labelled a part of what a judge scored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Lambda {
    /// What the labels say it is worth, each label by the others.
    CrossFitted,
    /// This much, from 0 (people alone) to 1.
    Fixed(f64),
}

impl Lambda {
    /// As the plan records it.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::CrossFitted => "cross-fitted".into(),
            Self::Fixed(lambda) => lambda.to_string(),
        }
    }

    /// From what a plan records, or a flag says.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        match text {
            "cross-fitted" => Some(Self::CrossFitted),
            number => number.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(Self::Fixed),
        }
    }
}

/// A candidate that is scored on a part of a bank: everything about it that is fixed before it runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampling {
    /// What the claim is about.
    pub about: About,
    /// Digest of the bank: the id and the score of every item, whatever file they came from.
    pub bank: Digest,
    /// How items are drawn.
    pub draw: Draw,
    /// What predicts the candidate's scores; without one, the baseline's own score does.
    pub predictor: Option<Predictor>,
}
