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

pub(super) const DESIGN_EXAMPLES: &str = "\
The spread comes from the past runs of the store, each as if it were the candidate. Prices are yours; without them the \
cost is the number of answers.

Examples:
  evalsig plan design --bank base.json --store runs/store --min-delta -0.01 --planned-delta 0.01
  evalsig plan design --bank base.json --store runs/store --min-delta 0 --planned-delta 0.02 --cost-item 0.03 --cost-judge 0.01";

pub(super) const SAMPLE_EXAMPLES: &str = "\
The candidate is run on the drawn items alone, and `gate --bank FILE --sample FILE` judges it by them: the bounds are \
those of the whole bank. What past models of the store scored on the same items predicts the rest, and a good prediction \
needs fewer items for the same proof. The bounds hold whatever the prediction is worth, as long as the sample was drawn \
before anybody knew the candidate's scores.

Examples:
  evalsig plan sample --bank base.json --items 300 --seed 7 --out sample.json
  evalsig plan sample --bank store:base-v3 --store runs/store --items 300 --seed 7 --out sample.json
  evalsig plan sample --bank base.json --cluster subject --clusters --items 300 --seed 7 --out sample.json";

/// The subcommands of plan.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PlanCommand {
    /// Record what will be judged, and how, in the trail.
    #[command(after_help = EXAMPLES)]
    Lock(PlanLockFlags),
    /// Draw the items of a bank that the candidate has to answer.
    #[command(after_help = SAMPLE_EXAMPLES)]
    Sample(PlanSampleFlags),
    /// Compare designs for a claim by what they cost, the cheapest first.
    #[command(after_help = DESIGN_EXAMPLES)]
    Design(PlanDesignFlags),
}

/// Flags of the bank and of the past runs.
#[derive(Debug, Args)]
pub(in crate::cli) struct BankFlags {
    /// Run of the baseline to draw from
    ///
    /// A run in which every item is scored: a file, or store:RUN_ID.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) bank: String,
    /// Store whose past runs predict the candidate
    ///
    /// A folder, or s3://, gs://, az://. Runs of other models on the task and metric of the bank; the more there are, the
    /// fewer items are needed.
    #[arg(long, value_name = "ROOT")]
    pub(in crate::cli) store: Option<String>,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id")]
    pub(in crate::cli) project: String,
    /// Format of the bank; auto looks at the content.
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub(in crate::cli) format: String,
    /// Field that names the item; dots reach into objects.
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) id: Option<String>,
    /// Metric to insist on.
    #[arg(long, value_name = "NAME", alias = "metric-name")]
    pub(in crate::cli) metric: Option<String>,
    /// Field that names the sampling unit, or none.
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) cluster: Option<String>,
    /// Repeats of an item: mean, first, or the number of one.
    #[arg(long, value_name = "RULE", default_value = "mean")]
    pub(in crate::cli) epochs: String,
}

/// Flags of plan design.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanDesignFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) bank: BankFlags,
    /// Value that delta must exceed.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true)]
    pub(in crate::cli) min_delta: String,
    /// True improvement to plan for.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true)]
    pub(in crate::cli) planned_delta: String,
    /// Largest probability of a wrong verdict.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true)]
    pub(in crate::cli) alpha: String,
    /// Power to plan for.
    #[arg(long, value_name = "SHARE", default_value = "0.80", allow_hyphen_values = true)]
    pub(in crate::cli) power: String,
    /// What one answer of the candidate costs.
    #[arg(long, value_name = "PRICE", default_value = "1", allow_hyphen_values = true)]
    pub(in crate::cli) cost_item: String,
    /// What judging one answer costs.
    #[arg(long, value_name = "PRICE", default_value = "0", allow_hyphen_values = true)]
    pub(in crate::cli) cost_judge: String,
    /// tty or json on standard output.
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty)]
    pub(in crate::cli) output: PlainOutputFlag,
}

/// Flags of plan sample.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlanSampleFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) bank: BankFlags,
    /// How many items to draw.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub(in crate::cli) items: String,
    /// Seed of the draw
    ///
    /// The same bank and seed draw the same items. Choose it before the candidate is run, and never a second one.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub(in crate::cli) seed: String,
    /// File to write the sample to.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: String,
    /// Draw whole clusters, as many as hold about N items.
    #[arg(long, conflicts_with = "strata")]
    pub(in crate::cli) clusters: bool,
    /// Draw from every value of this field its share
    #[arg(long, value_name = "KEY")]
    pub(in crate::cli) strata: Option<String>,
    /// tty or json on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (the sample itself).
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty)]
    pub(in crate::cli) output: PlainOutputFlag,
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
