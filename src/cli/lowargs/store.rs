//! Flags of the commands that look into a store.

use clap::{Args, Subcommand, ValueEnum};

use super::shared::{ColourFlag, SHOWN};

/// The groups in which help lists the flags of history.
const RUNS: &str = "Where to look";
const WHICH: &str = "Which runs";

/// Examples of `history`.
pub(in crate::cli) const EXAMPLES: &str = "\
Days are whole days in UTC, the last one included. Lines come in order of time, the newest last.

Examples:
  evalsig history --root runs --project mmlu-pro --since 2026-01-01 --until 2026-06-30
  evalsig history --root s3://evidence/store --verdict REJECT --output jsonl
  evalsig history --root runs --trail . --output csv > decisions.csv
  evalsig history --trail . --html history.html --svg history.svg --quiet";

/// Flags that name a store.
#[derive(Debug, Args)]
pub(in crate::cli) struct RootFlags {
    /// The store: a folder, or s3://, gs://, az://.
    #[arg(long, value_name = "ROOT")]
    pub(in crate::cli) root: String,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id")]
    pub(in crate::cli) project: String,
}

/// Flags of history.
#[derive(Debug, Args)]
pub(in crate::cli) struct HistoryFlags {
    /// The store: a folder, or s3://, gs://, az://.
    #[arg(long, value_name = "ROOT", required_unless_present = "trail", help_heading = RUNS)]
    pub(in crate::cli) root: Option<String>,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id", help_heading = RUNS)]
    pub(in crate::cli) project: String,
    /// A trail whose decisions are listed with the runs
    ///
    /// A trail whose decisions are listed with the runs: the folder that holds audit/, or what else verify takes for
    /// a trail.
    #[arg(long, value_name = "TRAIL", help_heading = RUNS)]
    pub(in crate::cli) trail: Option<String>,
    /// First day, such as 2026-01-01, or first moment, such as 2026-01-01T12:00:00Z.
    #[arg(long, value_name = "DAY", help_heading = WHICH)]
    pub(in crate::cli) since: Option<String>,
    /// Last day or moment, included.
    #[arg(long, value_name = "DAY", help_heading = WHICH)]
    pub(in crate::cli) until: Option<String>,
    /// Only runs of this model.
    #[arg(long, value_name = "NAME", alias = "model-id", help_heading = WHICH)]
    pub(in crate::cli) model: Option<String>,
    /// Only runs on this task.
    #[arg(long, value_name = "NAME", alias = "task-id", help_heading = WHICH)]
    pub(in crate::cli) task: Option<String>,
    /// Only runs with this metric.
    #[arg(long, value_name = "NAME", alias = "metric-name", help_heading = WHICH)]
    pub(in crate::cli) metric: Option<String>,
    /// Only runs with this verdict: ALLOW, REJECT or INCONCLUSIVE.
    #[arg(long, value_name = "VERDICT", help_heading = WHICH)]
    pub(in crate::cli) verdict: Option<String>,
    /// Ask every file instead of manifest.json, and write that anew where it says something else.
    #[arg(long, help_heading = RUNS)]
    pub(in crate::cli) rebuild: bool,
    /// table, json, jsonl or csv on standard output
    ///
    /// Shape of the lines: table for people, json one array, jsonl one object a line, csv with a header.
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = ShapeFlag::Table, help_heading = SHOWN)]
    pub(in crate::cli) output: ShapeFlag,
    /// Draw the decisions over time as a page
    ///
    /// Draw the decisions over time, a panel a task, as a page for the browser: it runs nothing and loads nothing.
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    pub(in crate::cli) html: Option<String>,
    /// Draw the same as one picture.
    #[arg(long, value_name = "FILE", help_heading = SHOWN)]
    pub(in crate::cli) svg: Option<String>,
    /// Print no lines on standard output.
    #[arg(long, short, help_heading = SHOWN)]
    pub(in crate::cli) quiet: bool,
    /// Colour: auto, always or never
    ///
    /// auto uses it on a terminal, unless NO_COLOR is set.
    #[arg(long, value_enum, value_name = "WHEN", hide_possible_values = true, default_value_t = ColourFlag::Auto, help_heading = SHOWN)]
    pub(in crate::cli) color: ColourFlag,
}

/// Shapes of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShapeFlag {
    /// For people.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a header.
    Csv,
}

/// Examples of `store get`.
const GET_EXAMPLES: &str = "\
Examples:
  evalsig store get candidate --root runs --out candidate.json
  evalsig store get candidate --root s3://evidence/store --format parquet --out cand.parquet";

/// Examples of `store mirror`.
const MIRROR_EXAMPLES: &str = "\
Nothing is overwritten, here or there: what the mirror has with the same bytes is skipped, other bytes are refused. \
Run it again after an interruption. docs/worm.md says how to set up the bucket.

Examples:
  evalsig store mirror --to s3://evidence/app --audit-root . --root runs --json receipt.json
  evalsig verify s3://evidence/app";

/// What can be done with a store.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum StoreCommand {
    /// Write a run back as a run file.
    #[command(after_help = GET_EXAMPLES)]
    Get(GetFlags),
    /// Copy a trail and its runs to a write-once bucket or a folder, and verify them there: 0 intact,
    /// 1 broken.
    #[command(after_help = MIRROR_EXAMPLES)]
    Mirror(MirrorFlags),
}

/// Flags of store get.
#[derive(Debug, Args)]
pub(in crate::cli) struct GetFlags {
    /// The run: its id as history lists it, or the name of its file (run_id=...) where several runs
    /// bear one id.
    #[arg(value_name = "RUN_ID")]
    pub(in crate::cli) run: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) at: RootFlags,
    /// runframe writes RunFrame JSON, parquet the file as it is stored.
    #[arg(long, value_name = "runframe|parquet", default_value = "runframe")]
    pub(in crate::cli) format: String,
    /// The file to write
    ///
    /// The file to write; without one RunFrame JSON goes to standard output.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<String>,
}

/// Flags of store mirror.
#[derive(Debug, Args)]
pub(in crate::cli) struct MirrorFlags {
    /// Where the mirror is: the URL of a bucket, or a folder
    ///
    /// Where to: s3://BUCKET/PATH, gs://BUCKET/PATH, az://CONTAINER/PATH or a folder.
    #[arg(long, value_name = "URL|DIR")]
    pub(in crate::cli) to: String,
    /// Folder that holds the trail (it is DIR/audit), or what else verify takes for one: git:REF.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(in crate::cli) audit_root: String,
    /// Root of the run store, to mirror its runs too.
    #[arg(long, value_name = "STORE")]
    pub(in crate::cli) root: Option<String>,
    /// Write the receipt to this file
    ///
    /// Write the receipt to this file: path, SHA-256, size, version and entity tag of every object.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) json: Option<String>,
}
