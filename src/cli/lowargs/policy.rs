//! What was typed of `policy`.

use clap::{Args, Subcommand};

use super::shared::{FORMAT_HELP, PlainOutputFlag};

const CHECK_EXAMPLES: &str = "\
Says which runs each task compares, what must be shown and at which error rate, what ALLOW, REJECT and INCONCLUSIVE \
will mean, and what is not guarded. With --store it says what each claim can show with runs like the two newest of its \
task. Every problem of the file is listed with line, column, key and what to write.

Exit codes: 0 good, 64 it cannot be used, or can never allow anything.

Examples:
  evalsig policy check .github/evalsig.yml
  evalsig policy check .github/evalsig.yml --store runs --project app
  evalsig policy check .github/evalsig.yml --waivers .github/evalsig-waivers.yml";

const INIT_EXAMPLES: &str = "\
Each run becomes a task that must not get worse, with a margin that is a placeholder: settle it, and say why in \
margin-rationale. A folder of lm-evaluation-harness with one samples file a task becomes one task a file.

Examples:
  evalsig policy init runs/cand/mmlu.json runs/cand/gsm8k.json --out .github/evalsig.yml
  evalsig policy init results/my-model";

/// What can be done with a policy.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum PolicyCommand {
    /// Check a policy file, and say in plain words what it means and what it can show.
    #[command(after_help = CHECK_EXAMPLES)]
    Check(PolicyCheckFlags),
    /// Write a first policy from existing runs.
    #[command(after_help = INIT_EXAMPLES)]
    Init(PolicyInitFlags),
}

/// Flags of policy check.
#[derive(Debug, Args)]
pub(in crate::cli) struct PolicyCheckFlags {
    /// The policy file.
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: String,
    /// A waiver file to check with it.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) waivers: Option<String>,
    /// The store whose runs show what each task can show
    ///
    /// The store whose runs show what each task can show: a folder, or s3://, gs://, az://.
    #[arg(long, value_name = "ROOT")]
    pub(in crate::cli) store: Option<String>,
    /// Project that the runs belong to.
    #[arg(long, value_name = "NAME", default_value = "default", alias = "project-id")]
    pub(in crate::cli) project: String,
    /// tty or json on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (one object).
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty)]
    pub(in crate::cli) output: PlainOutputFlag,
}

/// Flags of policy init.
#[derive(Debug, Args)]
pub(in crate::cli) struct PolicyInitFlags {
    /// Run files, or folders with one run file a task.
    #[arg(value_name = "RUN", required = true)]
    pub(in crate::cli) runs: Vec<String>,
    #[allow(missing_docs)]
    #[arg(long, value_name = "FORMAT", help = "Format of the files", long_help = FORMAT_HELP.as_str(), default_value = "auto")]
    pub(in crate::cli) format: String,
    /// Metric to take of files that hold several.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) metric: Option<String>,
    /// Field that names the item, as gate takes it; the policy then says so.
    #[arg(long, value_name = "KEY", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(in crate::cli) id: Option<String>,
    /// The file to write, which must not exist
    ///
    /// The file to write, which must not exist; without one the policy goes to standard output.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<String>,
}
