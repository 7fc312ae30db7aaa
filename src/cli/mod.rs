//! cli

/// The inputs that the action understands, in the order of `action.yml`. An input is declared there
/// once it works and not before; a test compares both.
pub const ACTION_INPUTS: &[&str] = &[
    "baseline",
    "candidate",
    "format",
    "metric",
    "cluster",
    "epochs",
    "lower-is-better",
    "min-delta",
    "equivalence",
    "rule",
    "alpha",
    "power",
    "planned-delta",
    "method",
    "one-sided",
    "resamples",
    "seed",
    "missing",
    "min-coverage",
    "release-id",
    "audit-root",
    "audit",
    "mode",
    "report-json",
];
