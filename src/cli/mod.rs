//! What was typed, or arrived as `INPUT_*`, becomes a request.
//!
//! `lowargs` is what was typed, `hiargs` what was meant. The action's inputs are the flags of `gate` under
//! the same names, so both ways in resolve through the same code.

mod errors;
mod hiargs;
mod inputs;
mod lowargs;

pub use hiargs::Terminal;
pub use inputs::{ACTION_INPUTS, DEADLINE, action_request, check_name, deadline, token};

use clap::CommandFactory as _;

use crate::commands::View;
use crate::commands::compare::CompareRequest;
use crate::commands::convert::ConvertRequest;
use crate::commands::doctor::DoctorRequest;
use crate::commands::export::ExportRequest;
use crate::commands::gate::GateRequest;
use crate::commands::get::GetRequest;
use crate::commands::history::HistoryRequest;
use crate::commands::mde::MdeRequest;
use crate::commands::mirror::MirrorRequest;
use crate::commands::plan::PlanLockRequest;
use crate::commands::plan::design::PlanDesignRequest;
use crate::commands::plan::sample::PlanSampleRequest;
use crate::commands::policy::{PolicyCheckRequest, PolicyInitRequest};
use crate::commands::report::ReportRequest;
use crate::commands::statement::StatementRequest;
use crate::commands::verify::VerifyRequest;
use crate::commands::watch::WatchRequest;
use crate::domain::Diagnostic;
use lowargs::{Cli, Command, PlanCommand, PolicyCommand, StoreCommand};

/// A resolved request.
#[derive(Debug)]
pub enum Request {
    /// `gate`.
    Gate(Box<GateRequest>, View),
    /// `compare`.
    Compare(Box<CompareRequest>, View),
    /// `action`: its inputs are in the environment.
    Action,
    /// `plan lock`.
    PlanLock(Box<PlanLockRequest>),
    /// `plan design`.
    PlanDesign(Box<PlanDesignRequest>),
    /// `plan sample`.
    PlanSample(Box<PlanSampleRequest>),
    /// `verify`.
    Verify(VerifyRequest),
    /// `report`.
    Report(ReportRequest),
    /// `statement`.
    Statement(StatementRequest),
    /// `export`.
    Export(ExportRequest),
    /// `history`.
    History(HistoryRequest),
    /// `store get`.
    Get(GetRequest),
    /// `store mirror`.
    Mirror(MirrorRequest),
    /// `doctor`.
    Doctor(DoctorRequest),
    /// `convert`.
    Convert(Box<ConvertRequest>),
    /// `mde`.
    Mde(MdeRequest),
    /// `policy check`.
    PolicyCheck(PolicyCheckRequest),
    /// `policy init`.
    PolicyInit(PolicyInitRequest),
    /// `watch`.
    Watch(Box<WatchRequest>),
    /// `version`.
    Version,
}

impl Request {
    /// Whether nothing but errors is wanted on standard error.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::Gate(_, view) | Self::Compare(_, view) => view.quiet,
            _ => false,
        }
    }
}

/// Why there is no request.
#[derive(Debug)]
pub enum Refusal {
    /// Help or version was asked for, or the words do not parse: clap's own text, for standard
    /// output (`true`) or standard error.
    Clap(Box<clap::Error>),
    /// A value cannot be used.
    Value(Diagnostic),
}

/// Reads a command line.
///
/// # Errors
/// [`Refusal::Clap`] for words that do not parse, [`Refusal::Value`] for values that cannot be used.
pub fn parse(
    args: impl IntoIterator<Item = std::ffi::OsString>,
    terminal: Terminal,
) -> Result<Request, Refusal> {
    let cli = Cli::read(args, terminal.width).map_err(|error| Refusal::Clap(Box::new(error)))?;
    resolve(cli.command, terminal).map_err(Refusal::Value)
}

fn resolve(command: Command, terminal: Terminal) -> Result<Request, Diagnostic> {
    Ok(match command {
        Command::Gate(flags) => {
            Request::Gate(Box::new(hiargs::gate(&flags)?), hiargs::view(&flags.view, terminal))
        }
        Command::Compare(flags) => {
            Request::Compare(Box::new(hiargs::compare(&flags)?), hiargs::view(&flags.view, terminal))
        }
        Command::Action => Request::Action,
        Command::Plan(PlanCommand::Lock(flags)) => {
            Request::PlanLock(Box::new(hiargs::plan_lock(&flags, terminal)?))
        }
        Command::Plan(PlanCommand::Design(flags)) => {
            Request::PlanDesign(Box::new(hiargs::plan_design(&flags, terminal)?))
        }
        Command::Plan(PlanCommand::Sample(flags)) => {
            Request::PlanSample(Box::new(hiargs::plan_sample(&flags, terminal)?))
        }
        Command::Verify(flags) => Request::Verify(hiargs::verify(flags, terminal)?),
        Command::Report(flags) => Request::Report(hiargs::report(&flags, terminal)?),
        Command::Statement(flags) => Request::Statement(hiargs::statement(&flags)?),
        Command::Export(flags) => Request::Export(hiargs::export(&flags, terminal)?),
        Command::History(flags) => Request::History(hiargs::history(&flags, terminal)?),
        Command::Store(StoreCommand::Get(flags)) => Request::Get(hiargs::get(&flags)?),
        Command::Store(StoreCommand::Mirror(flags)) => Request::Mirror(hiargs::mirror(&flags, terminal)?),
        Command::Doctor(flags) => Request::Doctor(hiargs::doctor(&flags, terminal)?),
        Command::Convert(flags) => Request::Convert(Box::new(hiargs::convert(*flags)?)),
        Command::Mde(flags) => Request::Mde(hiargs::mde(&flags, terminal)?),
        Command::Policy(PolicyCommand::Check(flags)) => {
            Request::PolicyCheck(hiargs::policy_check(&flags, terminal)?)
        }
        Command::Policy(PolicyCommand::Init(flags)) => Request::PolicyInit(hiargs::policy_init(flags)?),
        Command::Watch(flags) => Request::Watch(Box::new(hiargs::watch(&flags, terminal)?)),
        Command::Version => Request::Version,
    })
}

/// The command line, for what writes manuals and completions of it.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// The help text of every subcommand, for the documentation and its test.
#[must_use]
pub fn help_pages() -> Vec<(String, String)> {
    let mut command = Cli::command();
    command.build();
    let mut pages = vec![("evalsig".to_owned(), command.clone().render_long_help().to_string())];
    for sub in command.get_subcommands() {
        let name = format!("evalsig {}", sub.get_name());
        for inner in sub.get_subcommands() {
            pages
                .push((format!("{name} {}", inner.get_name()), inner.clone().render_long_help().to_string()));
        }
        pages.push((name, sub.clone().render_long_help().to_string()));
    }
    pages
}
