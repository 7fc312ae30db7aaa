//! The names of the inference methods.

use std::str::FromStr;

use super::named_enum::named_enum;

named_enum! {
    /// A named method of inference. What each one tests, and how its bounds arise by inverting
    /// that test, stands in the file of the method under `inference/`.
    pub enum Method {
        PairedT = "paired_t", "Student's t on the paired differences.";
        PairedPermutation = "paired_permutation", "Random sign flips of the paired differences.";
        PairedBootstrap = "paired_bootstrap", "Bootstrap of the paired differences, shifted to the null.";
        Mcnemar = "mcnemar", "McNemar: exact up to 25 discordant pairs, the score test beyond; 0/1 scores only.";
        ClusterBootstrap = "cluster_bootstrap", "Bootstrap of whole clusters, shifted to the null.";
        ExactUnconditional = "exact_unconditional", "Exact for 0/1 scores and any margin, whatever the discordance.";
        Tango = "tango", "Tango's score test for 0/1 scores, any margin.";
        McnemarMidp = "mcnemar_midp", "McNemar's exact test with mid-p; 0/1 scores, no margin.";
        SignFlip = "sign_flip", "Sign flips of the sampling units: items, or clusters where the data carry them.";
        BootstrapT = "bootstrap_t", "Studentised bootstrap of the sampling units.";
        FlipAndT = "sign_flip_bootstrap_t", "Sign flips guarded by bootstrap-t: both must refute.";
        SaddleAndHall = "saddlepoint_hall_t", "The same for many items, by formula: saddlepoint guarded by Hall's t.";
        Cr2 = "cr2", "Cluster-robust t (CR2) with Bell-McCaffrey degrees of freedom.";
        ClusterMean = "cluster_mean", "Student's t on cluster means: every cluster weighs the same.";
        Betting = "betting", "Valid at any n for scores between 0 and 1, at a price in power.";
        Bounded = "bounded", "From the range of the scores alone, for runs that hardly differ; items or clusters.";
    }
}

/// What was asked for: a method by name, or the choice that fits the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodChoice {
    /// The table of `docs/statistics.md` decides from the data's shape, never from its outcome.
    Auto,
    /// This one; data that it does not fit are an error, not a cast.
    Named(Method),
}

impl MethodChoice {
    /// The name in flags and plans.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Named(method) => method.as_str(),
        }
    }
}

impl FromStr for MethodChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        Method::from_name(text).map(Self::Named).ok_or_else(|| {
            let names: Vec<_> = Method::ALL.iter().map(|m| m.as_str()).collect();
            format!("expected auto or one of {}", names.join(", "))
        })
    }
}
