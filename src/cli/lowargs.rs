//! What was typed. Values stay text here; `hiargs` gives them meaning, once, with one wording of every
//! error. The action's inputs arrive as the same flags.

mod doctor;
mod export;
mod mde;
mod statement;
mod store;
mod watch;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use doctor::DoctorFlags;
pub(super) use export::ExportFlags;
pub(super) use mde::MdeFlags;
pub(super) use statement::{PartFlag, PredicateFlag, StatementFlags};
pub(super) use store::{GetFlags, HistoryFlags, MirrorFlags, RootFlags, ShapeFlag, StoreCommand};
pub(super) use watch::WatchFlags;

/// Decides whether a candidate model may ship over its baseline, and keeps evidence of the decision.
#[derive(Debug, Parser)]
#[command(name = "evalsig", version, about, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Exit codes: 0 ALLOW or success, 1 REJECT or a broken trail, 2 INCONCLUSIVE, 64 bad usage, \
65 bad data, 70 a bug, 73 trail not written, 75 network gave up, 77 permission refused.\n\
Exit 1 and 2 of gate mean that a valid verdict exists; every failure to reach one is 64 or more."
)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Two runs and a plan in, a verdict out: ALLOW (0), REJECT (1) or INCONCLUSIVE (2).
    #[command(after_help = GATE_EXAMPLES)]
    Gate(Box<GateFlags>),
    /// The same inference without a verdict; two-sided unless told otherwise.
    Compare(Box<CompareFlags>),
    /// What the action's container runs: INPUT_* and GITHUB_* in; verdict, outputs and summary out.
    Action,
    /// Recompute a trail, or one envelope, offline: 0 intact, 1 broken, 2 cannot be decided.
    Verify(VerifyFlags),
    /// Print an envelope as an in-toto Statement, for cosign, actions/attest or openssl to sign.
    #[command(after_help = statement::EXAMPLES)]
    Statement(StatementFlags),
    /// Everything an auditor needs for a period, a release or some entries, in one folder or zip archive.
    #[command(after_help = export::EXAMPLES)]
    Export(ExportFlags),
    /// One line for each stored run: what it is, what was decided about it, where its file lies.
    #[command(after_help = store::EXAMPLES)]
    History(HistoryFlags),
    /// Take runs out of a store, or mirror it to a write-once bucket.
    #[command(subcommand)]
    Store(StoreCommand),
    /// Check run files and say what is in each, and what is wrong with it.
    #[command(after_help = doctor::EXAMPLES)]
    Doctor(Box<DoctorFlags>),
    /// Minimum detectable effect of a design; with --target-delta the number of items it needs.
    #[command(after_help = mde::EXAMPLES)]
    Mde(Box<MdeFlags>),
    /// Sequential test of two growing runs, valid at every look: 0 evidence for the claim, 1 against it,
    /// 2 not decided yet.
    #[command(after_help = watch::ASSUMES)]
    Watch(Box<WatchFlags>),
    /// Print the version.
    Version,
}

/// What --format takes.
const FORMATS: &str = "auto|runframe|parquet|inspect|lm_eval|helm|promptfoo|jsonl|csv";

const GATE_EXAMPLES: &str = "\
The sign of --min-delta names the claim: above 0 \"better by more than that\", 0 \"better\", below 0 \"not worse \
by that much\". ALLOW means that the lower bound for delta lies above it, REJECT that the upper bound lies below.

Examples:
  evalsig gate --baseline base.json --candidate cand.json --min-delta 0.005
  evalsig gate --baseline base.json --candidate cand.json --min-delta -0.01 --release-id v1.4.0";

/// Flags that gate and compare share.
#[derive(Debug, Args)]
pub(super) struct SharedFlags {
    /// Run that is in use; - reads standard input, gate takes store:RUN_ID and store:latest-allowed.
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: String,
    /// Run that wants to replace it; - reads standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) candidate: String,
    /// Format of both files: auto looks at the content, never at the name.
    #[arg(long, value_name = FORMATS, default_value = "auto")]
    pub(super) format: String,
    /// Metric to gate on; refused when a file holds another one.
    #[arg(long, value_name = "NAME", alias = "metric-name")]
    pub(super) metric: Option<String>,
    /// Run to take from the baseline's file, where it holds several.
    #[arg(long, value_name = "NAME")]
    pub(super) baseline_run: Option<String>,
    /// Run to take from the candidate's file, where it holds several.
    #[arg(long, value_name = "NAME")]
    pub(super) candidate_run: Option<String>,
    /// Field that names the sampling unit, or none if items are independent. Without the flag the
    /// cluster ids in the data are used where there are any; with no value, cluster_id is required.
    #[arg(long, value_name = "KEY|none", num_args = 0..=1, default_missing_value = "cluster_id")]
    pub(super) cluster: Option<String>,
    /// What becomes of an item's repeats: their mean, the first, or the epoch of this number.
    #[arg(long, value_name = "mean|first|N", default_value = "mean")]
    pub(super) epochs: String,
    /// Smaller scores are better: the sign of every difference is turned.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    pub(super) lower_is_better: Option<String>,
    /// Largest accepted probability of a wrong ALLOW, and of a wrong REJECT: above 0 and below 0.5; above
    /// 0.2 the report warns.
    #[arg(long, value_name = "RATE", default_value = "0.05", allow_hyphen_values = true)]
    pub(super) alpha: String,
    /// Power that the advice plans for; it never enters a verdict.
    #[arg(long, value_name = "SHARE", default_value = "0.80", allow_hyphen_values = true)]
    pub(super) power: String,
    /// Method of inference: auto chooses from the shape of the data; names are in docs/statistics.md.
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub(super) method: String,
    /// Each bound is a one-sided statement at 1 - alpha (gate's default).
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", conflicts_with = "two_sided")]
    pub(super) one_sided: Option<String>,
    /// Both bounds together are a statement at 1 - alpha (compare's default).
    #[arg(long)]
    pub(super) two_sided: bool,
    /// Random resamples, where the method draws any.
    #[arg(long, value_name = "N", default_value = "10000", allow_hyphen_values = true)]
    pub(super) resamples: String,
    /// Seed of every random stream: same inputs, plan and seed give the same bits.
    #[arg(long, value_name = "N", default_value = "0", allow_hyphen_values = true)]
    pub(super) seed: String,
    /// What an item without a score does: error refuses the run, exclude leaves it out and counts it.
    #[arg(long, value_name = "error|exclude", default_value = "error")]
    pub(super) missing: String,
    /// Least share of the larger run that must be scored in both; below it the verdict is INCONCLUSIVE.
    #[arg(long, value_name = "SHARE", default_value = "0.95", allow_hyphen_values = true)]
    pub(super) min_coverage: String,
    /// Lowest and highest score an item can get, such as 0,1 or 1,5: with it the verdict can hold whatever
    /// missing items would have scored. Known without the flag for 0/1 scores and where the log states it.
    #[arg(long, value_name = "LO,HI", allow_hyphen_values = true)]
    pub(super) score_range: Option<String>,
    /// What runs that name different tasks do: error refuses them, allow compares them and says so.
    #[arg(long, value_name = "error|allow", default_value = "error")]
    pub(super) task_mismatch: String,
    /// True improvement to plan for: says how many items it would need.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true)]
    pub(super) planned_delta: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(super) view: ViewFlags,
}

/// Flags of how a result is shown.
#[derive(Debug, Args)]
pub(super) struct ViewFlags {
    /// Shape of the result on standard output.
    #[arg(long, value_enum, default_value_t = OutputFlag::Tty)]
    pub(super) output: OutputFlag,
    /// Also write the JSON result to this file.
    #[arg(long, value_name = "FILE")]
    pub(super) json: Option<String>,
    /// Nothing on standard error but errors.
    #[arg(long, short)]
    pub(super) quiet: bool,
    /// When to use colour; NO_COLOR turns it off too.
    #[arg(long, value_enum, default_value_t = ColourFlag::Auto)]
    pub(super) color: ColourFlag,
}

/// Shapes of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFlag {
    /// For people.
    Tty,
    /// One JSON object.
    Json,
    /// Markdown.
    Markdown,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColourFlag {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Flags of gate.
#[derive(Debug, Args)]
pub(super) struct GateFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(super) shared: SharedFlags,
    /// Value that delta must exceed; its sign names the claim.
    #[arg(long, value_name = "DELTA", allow_hyphen_values = true)]
    pub(super) min_delta: Option<String>,
    /// Claim equivalence within this margin in both directions, instead of --min-delta.
    #[arg(long, value_name = "MARGIN", allow_hyphen_values = true, conflicts_with = "min_delta")]
    pub(super) equivalence: Option<String>,
    /// Rule of the verdict: interval, or evalsig-0.1 to reproduce the Python package 0.1.2.
    #[arg(long, value_name = "interval|evalsig-0.1", default_value = "interval")]
    pub(super) rule: String,
    /// What a candidate does whose every score equals the baseline's: judge it like any other, or allow it
    /// where the claim holds for a difference of 0.
    #[arg(long, value_name = "judge|allow", default_value = "judge")]
    pub(super) identical: String,
    /// Append the envelope to the trail under this id; letters, digits, '.', '_' and '-'.
    #[arg(long, value_name = "ID")]
    pub(super) release_id: Option<String>,
    /// Folder that holds the trail: it is DIR/audit.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(super) audit_root: String,
    /// Have the new entry stamped by this time-stamping authority (RFC 3161); only a hash is sent.
    #[arg(long, value_name = "URL", requires = "release_id")]
    pub(super) timestamp_url: Option<String>,
    /// Without a time stamp: required records nothing and fails, best-effort records without one, off
    /// asks for none.
    #[arg(long, value_name = "required|best-effort|off", default_value = "required")]
    pub(super) timestamp: String,
    /// Write the envelope to this file instead of a trail.
    #[arg(long, value_name = "FILE", conflicts_with = "release_id")]
    pub(super) envelope: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(super) store: StoreFlags,
}

/// Flags of the store that gate writes to.
#[derive(Debug, Args)]
pub(super) struct StoreFlags {
    /// Keep both runs in this store, a folder or s3://, gs://, az://; --baseline store:RUN_ID and
    /// store:latest-allowed look there.
    #[arg(long, value_name = "ROOT")]
    pub(super) store: Option<String>,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id")]
    pub(super) project: String,
    /// Warn when a baseline from the store is older than this.
    #[arg(long, value_name = "DAYS", requires = "store")]
    pub(super) max_baseline_age: Option<String>,
}

/// Flags of compare.
#[derive(Debug, Args)]
pub(super) struct CompareFlags {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(super) shared: SharedFlags,
}

/// Flags of verify.
#[derive(Debug, Args)]
pub(super) struct VerifyFlags {
    /// The trail: a folder that holds audit/, audit/ itself, the URL of a mirror, or one envelope. Where there is
    /// no such path: a branch, tag or commit, read from git without a checkout; git:REF and git:REF:FOLDER always are.
    #[arg(value_name = "TRAIL", default_value = ".")]
    pub(super) trail: String,
    /// List this release only; the chain is checked whole all the same.
    #[arg(long, value_name = "ID")]
    pub(super) release_id: Option<String>,
    /// SHA-256 of an entry or envelope, or id of a git commit, that you kept elsewhere: the trail must still hold it.
    #[arg(long, value_name = "HASH")]
    pub(super) anchor: Vec<String>,
    /// A trail that nothing outside vouches for cannot be decided (exit 2).
    #[arg(long)]
    pub(super) require_anchor: bool,
    /// Certificates (PEM, or one in DER) of time-stamping authorities: time stamps must lead to one of them.
    #[arg(long, value_name = "FILE")]
    pub(super) tsa_ca: Option<String>,
    /// Public key (PEM): signatures by a key must be made by it.
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<String>,
    /// Mail address or workflow URL that Sigstore certificates must be issued to; * at its end stands for any ending.
    #[arg(long, value_name = "NAME", requires = "issuer", requires = "trusted_root")]
    pub(super) identity: Option<String>,
    /// Who vouched for --identity, such as https://token.actions.githubusercontent.com.
    #[arg(long, value_name = "URL", requires = "identity")]
    pub(super) issuer: Option<String>,
    /// Sigstore's keys: trusted_root.json, or what `gh attestation trusted-root` prints.
    #[arg(long, value_name = "FILE")]
    pub(super) trusted_root: Option<String>,
    /// Make the decisions again from these files; needs --candidate too.
    #[arg(long, value_name = "FILE", requires = "candidate")]
    pub(super) baseline: Option<String>,
    /// Make the decisions again from these files; needs --baseline too.
    #[arg(long, value_name = "FILE", requires = "baseline")]
    pub(super) candidate: Option<String>,
    /// Make the decisions again from the runs that the envelopes name in this store.
    #[arg(long, value_name = "ROOT", conflicts_with = "baseline")]
    pub(super) store: Option<String>,
    /// Shape of the result on standard output.
    #[arg(long, value_enum, default_value_t = PlainOutputFlag::Tty)]
    pub(super) output: PlainOutputFlag,
}

/// Shapes of a result that has no Markdown form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlainOutputFlag {
    /// For people.
    Tty,
    /// One JSON object.
    Json,
}
