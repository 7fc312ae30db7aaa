//! What was typed. Values stay text here; `hiargs` gives them meaning, once, with one wording of every
//! error. The action's inputs arrive as the same flags.

mod again;
mod compare;
mod convert;
mod doctor;
mod export;
mod gate;
mod mde;
mod plan;
mod policy;
mod report;
mod shared;
mod statement;
mod store;
mod verify;
mod watch;

use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::present::screen::Width;

pub(super) use again::AgainFlags;
pub(super) use compare::CompareFlags;
pub(super) use convert::ConvertFlags;
pub(super) use doctor::DoctorFlags;
pub(super) use export::ExportFlags;
pub(super) use gate::{GateFlags, StoreFlags};
pub(super) use mde::MdeFlags;
pub(super) use plan::{BankFlags, PlanCommand, PlanDesignFlags, PlanLockFlags, PlanSampleFlags};
pub(super) use policy::{PolicyCheckFlags, PolicyCommand, PolicyInitFlags};
pub(super) use report::ReportFlags;
pub(super) use shared::{ColourFlag, OutputFlag, PlainOutputFlag, PlanFlags, RunFlags, ViewFlags};
pub(super) use statement::{PartFlag, PredicateFlag, StatementFlags};
pub(super) use store::{GetFlags, HistoryFlags, MirrorFlags, RootFlags, ShapeFlag, StoreCommand};
pub(super) use verify::VerifyFlags;
pub(super) use watch::WatchFlags;

/// Decides whether a candidate model may ship over its baseline, and keeps evidence of the decision.
#[derive(Debug, Parser)]
#[command(name = "evalsig", version, about, propagate_version = true)]
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

/// What stands below the help of action.
const ACTION_EXAMPLES: &str = "\
The inputs are those of action.yml: the input min-delta is the variable INPUT_MIN-DELTA. No shell can set such a name, \
env can. docs/action.md explains every input.

Examples:
  env INPUT_BASELINE=base.json INPUT_CANDIDATE=cand.json INPUT_MIN-DELTA=-0.01 evalsig action
  env INPUT_POLICY=.github/evalsig.yml \"INPUT_GITHUB-TOKEN=$GH_TOKEN\" evalsig action";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Two runs and a plan in, a verdict out: ALLOW (0), REJECT (1) or INCONCLUSIVE (2).
    #[command(after_help = gate::EXAMPLES)]
    Gate(Box<GateFlags>),
    /// The same inference without a verdict; two-sided unless told otherwise.
    #[command(after_help = compare::EXAMPLES)]
    Compare(Box<CompareFlags>),
    /// What the action's container runs: INPUT_* and GITHUB_* in; verdict, outputs and summary out.
    #[command(after_help = ACTION_EXAMPLES)]
    Action,
    /// Fix what will be judged, and how, before the runs exist.
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Recompute a trail, or one envelope, offline: 0 intact, 1 broken, 2 cannot be decided.
    #[command(after_help = verify::EXAMPLES)]
    Verify(VerifyFlags),
    /// Render a recorded decision again: for a terminal, as Markdown, or as a page for the browser.
    #[command(after_help = report::EXAMPLES)]
    Report(ReportFlags),
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
    /// What was read of a run file, as RunFrame JSON or Parquet.
    #[command(after_help = convert::EXAMPLES)]
    Convert(Box<ConvertFlags>),
    /// Minimum detectable effect of a design; with --target-delta the number of items it needs.
    #[command(after_help = mde::EXAMPLES)]
    Mde(Box<MdeFlags>),
    /// Check a policy file, or write a first one from existing runs.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Sequential test of two growing runs, valid at every look: 0 evidence for the claim, 1 against it,
    /// 2 not decided yet.
    #[command(after_help = watch::ASSUMES)]
    Watch(Box<WatchFlags>),
    /// Print the version.
    Version,
}

impl Cli {
    /// Parses a command line, whose help is laid out in `width`, and notes which flags of `gate` were typed: under a policy the others say nothing.
    ///
    /// # Errors
    /// clap's own, for help and version too.
    pub(super) fn read(args: impl IntoIterator<Item = OsString>, width: Width) -> Result<Self, clap::Error> {
        let matches = Self::command().term_width(width.text()).try_get_matches_from(args)?;
        let mut cli = Self::from_arg_matches(&matches)?;
        if let (Command::Gate(flags), Some(matches)) = (&mut cli.command, matches.subcommand_matches("gate"))
        {
            let typed = |id: &&clap::Id| matches.value_source(id.as_str()) == Some(ValueSource::CommandLine);
            flags.typed = matches.ids().filter(typed).map(|id| id.as_str().replace('_', "-")).collect();
        }
        Ok(cli)
    }
}
