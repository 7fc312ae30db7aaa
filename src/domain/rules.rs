//! The rules that a plan chooses: what decides, what is independent, what becomes of repeats and of what is missing.

use super::named_enum::named_enum;

named_enum! {
    /// Which rule turns numbers into a verdict.
    pub enum Rule {
        /// The verdict is where the bounds of one inverted test lie relative to the claim.
        Interval = "interval";
        /// What Python evalsig 0.1.2 does: p < alpha and an observed delta of at least `min_delta`.
        Evalsig01 = "evalsig-0.1";
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

named_enum! {
    /// What an unscored item does.
    pub enum MissingRule {
        /// The run is refused.
        Error = "error";
        /// The item is left out, counted, and weighs on coverage.
        Exclude = "exclude";
    }
}

named_enum! {
    /// What two runs of different tasks do.
    pub enum TaskMismatch {
        /// They are refused.
        Error = "error";
        /// They are compared, and the report says so.
        Allow = "allow";
    }
}

named_enum! {
    /// What a candidate does whose every score equals the baseline's.
    pub enum Identical {
        /// It is judged like any other.
        Judge = "judge";
        /// It is allowed where the claim holds for a difference of 0: nothing changed that was measured.
        Allow = "allow";
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
