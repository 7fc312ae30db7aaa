//! commands

/// The outputs that the action sets, in the order of `action.yml`: enums, numbers, hashes and paths,
/// never free text. A test compares both.
pub const ACTION_OUTPUTS: &[&str] = &[
    "verdict",
    "exit-code",
    "delta",
    "ci-low",
    "ci-high",
    "p-value",
    "mde",
    "method",
    "n-pairs",
    "n-clusters",
    "envelope-path",
    "envelope-sha256",
    "entry-index",
    "entry-sha256",
    "mode-used",
    "fixed",
    "broken",
];
