//! The `evalsig` binary: parse, build the world, dispatch, map the outcome to an exit code.

use std::process::ExitCode;

use evalsig::cli::{self, Refusal, Request, Terminal};
use evalsig::commands::{self, Outcome, World};
use evalsig::domain::{Code, Diagnostic, Exit};
use evalsig::edge::{self, Disk, LocalPlaces, Polling, Runner, SystemClock, TrailDirs};
use evalsig::present::terminal::{self, Colour};

fn main() -> ExitCode {
    // A panic is a bug: it must end as a visible failure with its own code, never as a verdict.
    edge::panics::keep_quiet();
    let outcome = std::panic::catch_unwind(run).unwrap_or_else(|_| {
        refused(
            &Code::Bug.at("").what(edge::panics::last()).next("please report this line, and what you ran"),
        )
    });
    edge::print(&outcome.stdout, &outcome.stderr);
    ExitCode::from(outcome.exit)
}

fn run() -> Outcome {
    match cli::parse(std::env::args_os(), Terminal { colour: edge::takes_colour() }) {
        Ok(Request::Action) => action().unwrap_or_else(|error| refused(&error)),
        Ok(request) => dispatch(request).unwrap_or_else(|error| refused(&error)),
        Err(Refusal::Value(error)) => refused(&error),
        Err(Refusal::Clap(error)) => {
            let text = error.to_string();
            if error.use_stderr() {
                Outcome { stderr: text, exit: Exit::Usage.code(), ..Outcome::default() }
            } else {
                Outcome { stdout: text, ..Outcome::default() }
            }
        }
    }
}

fn dispatch(request: Request) -> Result<Outcome, Diagnostic> {
    let disk = Disk::default();
    let world = World { files: &disk, clock: &SystemClock, trails: &TrailDirs };
    match request {
        Request::Gate(request, view) => {
            let gated = commands::gate::gate(&request, None, None, &world)?;
            commands::gate::tell(&gated, &view, &world)
        }
        Request::Compare(request, view) => commands::compare::compare(&request, &view, &world),
        Request::Verify(request) => commands::verify::verify(&request, &LocalPlaces),
        Request::Doctor(request) => commands::doctor::doctor(&request, world.files),
        Request::Mde(request) => commands::mde::mde(&request, world.files),
        Request::Watch(request) => commands::watch::watch(&request, world.files, &Polling::begin()),
        Request::Version => {
            Ok(Outcome { stdout: format!("evalsig {}\n", env!("CARGO_PKG_VERSION")), ..Outcome::default() })
        }
        Request::Action => action(),
    }
}

/// The action works in the job's workspace and reads nothing outside it.
fn action() -> Result<Outcome, Diagnostic> {
    let runner = Runner;
    let disk = Disk { root: Some(runner.workspace().into()) };
    let world = World { files: &disk, clock: &SystemClock, trails: &TrailDirs };
    let step = runner.step();
    let told = match cli::action_request(|name| runner.input(name)) {
        Ok(request) => commands::action::action(&request, &step, &world)?,
        Err(error) => commands::action::failed(&error, &step)?,
    };
    runner.tell(&told)?;
    Ok(told.outcome)
}

fn refused(error: &Diagnostic) -> Outcome {
    let stderr = terminal::error(error, Colour::Off);
    Outcome { stderr, exit: error.code.exit().code(), ..Outcome::default() }
}
