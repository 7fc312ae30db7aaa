//! What was typed of `gate`.

use clap::Args;

use super::shared::SharedFlags;

pub(super) const EXAMPLES: &str = "\
The sign of --min-delta names the claim: above 0 \"better by more than that\", 0 \"better\", below 0 \"not worse \
by that much\". ALLOW means that the lower bound for delta lies above it, REJECT that the upper bound lies below.

Examples:
  evalsig gate --baseline base.json --candidate cand.json --min-delta 0.005
  evalsig gate --baseline base.json --candidate cand.json --min-delta -0.01 --release-id v1.4.0
  evalsig gate --policy .github/evalsig.yml --store runs/store --release-id v1.4.0";

/// Flags of gate.
#[derive(Debug, Args)]
pub(in crate::cli) struct GateFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) shared: SharedFlags,
    /// Judge the tasks of this policy as one: it names the runs, the claims and how they are tested. Beside it, flags
    /// may only tighten. See `evalsig policy`.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) policy: Option<String>,
    /// Value that delta must exceed; its sign names the claim.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true)]
    pub(in crate::cli) min_delta: Option<String>,
    /// Claim equivalence within this margin in both directions, instead of --min-delta.
    #[arg(long, value_name = "MARGIN", allow_hyphen_values = true, conflicts_with = "min_delta")]
    pub(in crate::cli) equivalence: Option<String>,
    /// Under a policy: how much worse is still acceptable, for every task that has a margin; smaller than its own.
    #[arg(long, value_name = "MARGIN", requires = "policy", allow_hyphen_values = true)]
    pub(in crate::cli) margin: Option<String>,
    /// Under a policy: most attempts at the release; fewer than its own.
    #[arg(long, value_name = "N", requires = "policy", allow_hyphen_values = true)]
    pub(in crate::cli) max_attempts: Option<String>,
    /// Rule of the verdict: interval, or evalsig-0.1 to reproduce the Python package 0.1.2.
    #[arg(long, value_name = "interval|evalsig-0.1", default_value = "interval")]
    pub(in crate::cli) rule: String,
    /// What a candidate does whose every score equals the baseline's: judge it like any other, or allow it
    /// where the claim holds for a difference of 0.
    #[arg(long, value_name = "judge|allow", default_value = "judge")]
    pub(in crate::cli) identical: String,
    /// Append the envelope to the trail under this id; letters, digits, '.', '_' and '-'.
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) release_id: Option<String>,
    /// Folder that holds the trail: it is DIR/audit.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) audit_root: String,
    /// Have the new entry stamped by this time-stamping authority (RFC 3161); only a hash is sent.
    #[arg(long, value_name = "URL", requires = "release_id")]
    pub(in crate::cli) timestamp_url: Option<String>,
    /// Without a time stamp: required records nothing and fails, best-effort records without one, off
    /// asks for none.
    #[arg(long, value_name = "required|best-effort|off", default_value = "required")]
    pub(in crate::cli) timestamp: String,
    /// Write the envelope to this file instead of a trail.
    #[arg(long, value_name = "FILE", conflicts_with = "release_id")]
    pub(in crate::cli) envelope: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) store: StoreFlags,
    /// The names of the flags that were typed, rather than left at their defaults.
    #[arg(skip)]
    pub(in crate::cli) typed: Vec<String>,
}

/// Flags of the store that gate writes to.
#[derive(Debug, Args)]
pub(in crate::cli) struct StoreFlags {
    /// Keep both runs in this store, a folder or s3://, gs://, az://; --baseline store:RUN_ID and
    /// store:latest-allowed look there.
    #[arg(long, value_name = "ROOT")]
    pub(in crate::cli) store: Option<String>,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id")]
    pub(in crate::cli) project: String,
    /// Look a baseline up in this project instead, and write nothing there.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) baseline_project: Option<String>,
    /// Look a baseline up in this store instead, and write nothing there.
    #[arg(long, value_name = "ROOT")]
    pub(in crate::cli) baseline_store: Option<String>,
    /// Warn when a baseline from the store is older than this.
    #[arg(long, value_name = "DAYS")]
    pub(in crate::cli) max_baseline_age: Option<String>,
}
