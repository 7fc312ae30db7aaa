//! What was typed of `gate`.

use clap::Args;

use super::shared::{CLAIM, JUDGED, PART, PlanFlags, RUNS, RunFlags, ViewFlags, WRITTEN};

pub(super) const EXAMPLES: &str = "\
The sign of --min-delta names the claim: above 0 \"better by more than that\", 0 \"better\", below 0 \"not worse \
by that much\". ALLOW means that the lower bound for delta lies above it, REJECT that the upper bound lies below.

Examples:
  evalsig gate --baseline base.json --candidate cand.json --min-delta 0.005
  evalsig gate --baseline base.json --candidate cand.json --min-delta -0.01 --release-id v1.4.0
  evalsig gate --policy .github/evalsig.yml --store runs/store --release-id v1.4.0
  evalsig gate --bank base.json --sample sample.json --candidate part.json --min-delta -0.01
  evalsig gate --baseline base.json --candidate cand.json --gold labels.csv --min-delta -0.01";

/// Flags of gate.
#[derive(Debug, Args)]
pub(in crate::cli) struct GateFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) runs: RunFlags,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) part: PartOfItemsFlags,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) claim: ClaimFlags,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) plan: PlanFlags,
    /// A candidate with equal scores: judge or allow
    ///
    /// What a candidate does whose every score equals the baseline's: judge it like any other, or allow it where the claim
    /// holds for a difference of 0.
    #[arg(long, value_name = "RULE", default_value = "judge", help_heading = JUDGED)]
    pub(in crate::cli) identical: String,
    /// Rule of the verdict: interval or evalsig-0.1
    ///
    /// evalsig-0.1 reproduces the Python package 0.1.2.
    #[arg(long, value_name = "RULE", default_value = "interval", help_heading = JUDGED)]
    pub(in crate::cli) rule: String,
    /// Append the envelope to the trail under this id
    ///
    /// Letters, digits, '.', '_' and '-'.
    #[arg(long, value_name = "ID", help_heading = WRITTEN)]
    pub(in crate::cli) release_id: Option<String>,
    /// Folder that holds the trail
    ///
    /// The trail is DIR/audit.
    #[arg(long, value_name = "DIR", default_value = ".", help_heading = WRITTEN)]
    pub(in crate::cli) audit_root: String,
    /// Have the entry stamped by this authority (RFC 3161)
    ///
    /// Have the new entry stamped by this time-stamping authority; only a hash is sent.
    #[arg(long, value_name = "URL", requires = "release_id", help_heading = WRITTEN)]
    pub(in crate::cli) timestamp_url: Option<String>,
    /// Stamps: required, best-effort or off
    ///
    /// Without a time stamp: required records nothing and fails, best-effort records without one, off asks for none.
    #[arg(long, value_name = "RULE", default_value = "required", help_heading = WRITTEN)]
    pub(in crate::cli) timestamp: String,
    /// Write the envelope to this file instead of a trail.
    #[arg(long, value_name = "FILE", conflicts_with = "release_id", help_heading = WRITTEN)]
    pub(in crate::cli) envelope: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) store: StoreFlags,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) view: ViewFlags,
    /// The names of the flags that were typed, rather than left at their defaults.
    #[arg(skip)]
    pub(in crate::cli) typed: Vec<String>,
}

/// Flags of a gate on a part of the items.
#[derive(Debug, Args)]
pub(in crate::cli) struct PartOfItemsFlags {
    /// Run of the baseline that the sample was drawn from
    ///
    /// The run that `evalsig plan sample` drew from; it is the baseline too. A file, or store:RUN_ID.
    #[arg(long, value_name = "FILE", requires = "sample", conflicts_with_all = ["policy", "gold"], help_heading = PART)]
    pub(in crate::cli) bank: Option<String>,
    /// Items that the candidate had to answer
    ///
    /// The file that `evalsig plan sample` wrote. The candidate needs a score for every item that it lists.
    #[arg(long, value_name = "FILE", requires = "bank", help_heading = PART)]
    pub(in crate::cli) sample: Option<String>,
    /// What is claimed of: bank or population
    ///
    /// bank: the mean over the bank's items. population: the mean over all items that the bank is a sample of.
    #[arg(long, value_name = "WHAT", default_value = "bank", help_heading = PART)]
    pub(in crate::cli) about: String,
    /// People's labels on a random part of both runs
    ///
    /// CSV with the columns item_id, run (baseline or candidate) and label; the column judge names the judge. The scores
    /// of both runs are a judge's, and the labels correct them.
    #[arg(long, value_name = "FILE", conflicts_with = "policy", help_heading = PART)]
    pub(in crate::cli) gold: Option<String>,
    /// What a judged difference counts, 0 to 1
    ///
    /// cross-fitted: what the labels say it is worth, each by the others. 0: people alone.
    #[arg(long, value_name = "WEIGHT", default_value = "cross-fitted", requires = "gold", help_heading = PART)]
    pub(in crate::cli) lambda: String,
}

/// Flags of what the candidate must show.
#[derive(Debug, Args)]
pub(in crate::cli) struct ClaimFlags {
    /// Value that delta must exceed; its sign names the claim.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) min_delta: Option<String>,
    /// Claim equivalence within this margin instead
    ///
    /// Claim equivalence within this margin in both directions, instead of --min-delta.
    #[arg(long, value_name = "MARGIN", allow_hyphen_values = true, conflicts_with = "min_delta", help_heading = CLAIM)]
    pub(in crate::cli) equivalence: Option<String>,
    /// Judge the tasks of this policy as one
    ///
    /// The policy names the runs, the claims and how they are tested. Beside it, flags may only tighten. See
    /// `evalsig policy`.
    #[arg(long, value_name = "FILE", help_heading = CLAIM)]
    pub(in crate::cli) policy: Option<String>,
    /// Under a policy: a smaller margin for every task that has one
    ///
    /// How much worse is still acceptable, for every task that has a margin; smaller than its own.
    #[arg(long, value_name = "MARGIN", requires = "policy", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) margin: Option<String>,
    /// Under a policy: fewer attempts at the release
    ///
    /// Most attempts at the release; fewer than the policy's own.
    #[arg(long, value_name = "N", requires = "policy", allow_hyphen_values = true, help_heading = CLAIM)]
    pub(in crate::cli) max_attempts: Option<String>,
}

/// Flags of the store that gate writes to.
#[derive(Debug, Args)]
pub(in crate::cli) struct StoreFlags {
    /// Keep both runs in this store
    ///
    /// A folder or s3://, gs://, az://; --baseline store:RUN_ID and store:latest-allowed look there.
    #[arg(long, value_name = "ROOT", help_heading = WRITTEN)]
    pub(in crate::cli) store: Option<String>,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id", help_heading = WRITTEN)]
    pub(in crate::cli) project: String,
    /// Look a baseline up in this project instead
    ///
    /// Nothing is written there.
    #[arg(long, value_name = "NAME", help_heading = RUNS)]
    pub(in crate::cli) baseline_project: Option<String>,
    /// Look a baseline up in this store instead
    ///
    /// Nothing is written there.
    #[arg(long, value_name = "ROOT", help_heading = RUNS)]
    pub(in crate::cli) baseline_store: Option<String>,
    /// Warn when a baseline from the store is older than this.
    #[arg(long, value_name = "DAYS", help_heading = RUNS)]
    pub(in crate::cli) max_baseline_age: Option<String>,
}
