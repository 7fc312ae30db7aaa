//! One task of a suite: what version 1 holds for a decision by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::envelope::v1::{Changed, EffectSizes, Input, Inputs, Pairing, Plan, Report, Store, StoredRun};

/// What was decided about one task by itself. Its verdict is that of its main claim alone; the suite's rests on all
/// claims.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// improve, no-regression, report-only or budget.
    pub role: String,
    /// The decision about the main claim, and the numbers it rests on.
    pub report: Report,
    /// Everything that fixed the inference before the data were seen.
    pub plan: Plan,
    /// The two runs.
    pub inputs: Inputs,
    /// How items of the two runs were matched.
    pub pairing: Pairing,
    /// The size of the effect in other units.
    pub effect_sizes: EffectSizes,
    /// Items whose score changed.
    pub changed: Changed,
    /// The anchor's run, where the policy names one.
    pub anchor: Option<Input>,
    /// The stored copies of both runs.
    pub store: Option<Store>,
    /// The stored copy of the anchor's run.
    pub anchor_store: Option<StoredRun>,
}

/// A run that was recorded because there was no baseline yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FirstRun {
    /// The baseline that was asked for.
    pub asked: String,
    /// The run.
    pub candidate: Input,
    /// Its stored copy.
    pub store: Option<StoredRun>,
}
