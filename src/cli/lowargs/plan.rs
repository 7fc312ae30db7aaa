//! What was typed of `plan`.

use clap::{Args, Subcommand};

use super::shared::PlainOutputFlag;

pub(super) const EXAMPLES: &str = "\
The plan is the policy's digest, its tasks and the baselines that stand by now. It is recorded as an entry of the \
trail, before the runs exist; `gate` under the same policy then says how long before, and under \
require-locked-plan judges under no other. The plan that is locked already is not recorded again.

Examples:
  evalsig plan lock --release-id v1.4.0 --policy .github/evalsig.yml --store runs/store
  evalsig plan lock --release-id v1.4.0 --policy .github/evalsig.yml --timestamp-url https://tsa.example/tsr";

/// The subcommands of plan.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PlanCommand {
    /// Record what will be judged, and how, in the trail.
    #[command(after_help = EXAMPLES)]
    Lock(PlanLockFlags),
}

/// Flags of plan lock.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanLockFlags {
    /// The release that the plan is for.
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) release_id: String,
    /// The policy.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) policy: String,
    /// Folder that holds the trail: it is DIR/audit.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) audit_root: String,
    /// Store in which baselines are looked up
    ///
    /// The store that store: baselines are looked up in: a folder, or s3://, gs://, az://.
    #[arg(long, value_name = "ROOT")]
    pub(in crate::cli) store: Option<String>,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id")]
    pub(in crate::cli) project: String,
    /// Have the entry stamped by this time-stamping authority (RFC 3161)
    ///
    /// Have the entry stamped by this time-stamping authority (RFC 3161); only a hash is sent.
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) timestamp_url: Option<String>,
    /// Without a time stamp
    ///
    /// Without a time stamp: required records nothing and fails, best-effort records without one, off asks for none.
    #[arg(long, value_name = "required|best-effort|off", default_value = "required")]
    pub(in crate::cli) timestamp: String,
    /// tty or json on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (one object).
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty)]
    pub(in crate::cli) output: PlainOutputFlag,
}
