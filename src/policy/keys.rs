//! The keys of a policy. The schema, the guide and the reader are held to these tables by tests.

/// At the top of the file.
pub const TOP: &[&str] = &["version", "defaults", "tasks", "suite", "limits", "waivers", "check"];

/// What holds for every task under `defaults`, and for one task in its own entry.
pub const DEFAULTS: &[&str] = &[
    "baseline",
    "baseline-project",
    "first-run",
    "format",
    "metric",
    "id",
    "cluster",
    "epochs",
    "lower-is-better",
    "alpha",
    "power",
    "planned-delta",
    "method",
    "resamples",
    "seed",
    "missing",
    "min-coverage",
    "score-range",
    "task-mismatch",
    "identical",
];

/// What only a task may say, beside [`DEFAULTS`].
pub const TASK: &[&str] = &[
    "name",
    "task-id",
    "role",
    "candidate",
    "min-delta",
    "margin",
    "margin-rationale",
    "scale",
    "slices",
    "anchor",
];

/// Under `tasks[].slices`.
pub const SLICES: &[&str] = &["by", "min-items", "margin"];

/// Under `tasks[].anchor`.
pub const ANCHOR: &[&str] = &["run", "margin"];

/// Under `suite`.
pub const SUITE: &[&str] = &["rule", "correction", "weights", "min-delta"];

/// Under `limits`.
pub const LIMITS: &[&str] = &["max-attempts", "spending", "max-baseline-age", "require-locked-plan"];

/// Under `waivers`.
pub const WAIVERS: &[&str] = &["may-turn-green"];

/// Under `check`.
pub const CHECK: &[&str] = &["name", "comment"];

/// At the top of the waiver file.
pub const WAIVER_FILE: &[&str] = &["version", "waivers"];

/// One waiver, under `waivers[]` of the waiver file.
pub const WAIVER: &[&str] =
    &["release", "commit", "task", "reason", "ticket", "approver", "candidate-sha256", "effective-until"];

/// Every mapping of the waiver file by its path, with its keys.
pub const ALL_OF_WAIVERS: &[(&str, &[&str])] = &[("", WAIVER_FILE), ("waivers[]", WAIVER)];

/// Every mapping of the policy by its path, with its keys.
pub const ALL: &[(&str, &[&str])] = &[
    ("", TOP),
    ("defaults", DEFAULTS),
    ("tasks[]", TASK),
    ("tasks[].slices", SLICES),
    ("tasks[].anchor", ANCHOR),
    ("suite", SUITE),
    ("limits", LIMITS),
    ("waivers", WAIVERS),
    ("check", CHECK),
];

/// Where else a key may stand: the paths of the mappings that know it, in words.
pub(super) fn homes(key: &str, all: &[(&'static str, &[&str])]) -> Vec<&'static str> {
    all.iter()
        .filter(|(_, keys)| keys.contains(&key))
        .map(|(path, _)| match *path {
            "" => "the top of the file",
            path => path,
        })
        .collect()
}
