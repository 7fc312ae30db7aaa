//! The `evalsig` binary: parse, build the world, dispatch, map the outcome to an exit code.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;

use evalsig::cli::{self, Refusal, Request, Terminal};
use evalsig::commands::action::StepOutput;
use evalsig::commands::plan::LockedBy;
use evalsig::commands::progress::Unwatched;
use evalsig::commands::{self, Output, World};
use evalsig::domain::{Code, Diagnostic, Exit};
use evalsig::edge::{
    self, Disk, FilePoller, GitHub, HttpTimeStampAuthority, LocalExportTargets, LocalTrailLocator,
    RepositoryFiles, Runner, Stores, SystemClock, TrailDirs, WatchedFiles, WatchedLocator, WatchedStores,
    WatchedTrails,
};
use evalsig::present::layout::fitted;
use evalsig::present::screen::Colour;
use evalsig::present::{safe, terminal};

/// Most bytes of remarks and errors on standard error.
const LONGEST_REMARKS: usize = 256 * 1024;

/// Runs before the standard library begins, which hides that standard output is closed.
#[ctor::ctor]
fn before_main() {
    edge::note_closed_output();
}

fn main() -> ExitCode {
    // A panic is a bug: it must end as a visible failure with its own code, never as a verdict.
    edge::panic_hook::install();
    let Output { stdout, stderr, mut exit } = catch_unwind(run).unwrap_or_else(|_| refused(&bug()));
    let mut stderr = safe::bounded(&stderr, LONGEST_REMARKS);
    if let Err(error) = edge::print(&stdout) {
        let lost = refused(&error);
        stderr.push_str(&lost.stderr);
        exit = lost.exit;
    }
    edge::print_error(&fitted(&stderr, edge::error_width()));
    ExitCode::from(exit)
}

fn run() -> Output {
    match cli::parse(
        std::env::args_os(),
        Terminal { colour: edge::supports_colour(), width: edge::width(), glyphs: edge::glyphs() },
    ) {
        Ok(Request::Action) => action().unwrap_or_else(|error| refused(&error)),
        Ok(request) => dispatch(request).unwrap_or_else(|error| refused(&error)),
        Err(Refusal::Value(error)) => refused(&error),
        Err(Refusal::Clap(error)) => {
            let text = error.to_string();
            if error.use_stderr() {
                Output { stderr: text, exit: Exit::Usage.code(), ..Output::default() }
            } else {
                Output { stdout: text, ..Output::default() }
            }
        }
    }
}

fn dispatch(request: Request) -> Result<Output, Diagnostic> {
    let progress = edge::progress(request.is_quiet());
    let disk = Disk::default();
    let (folders, places) = (disk.trails(), disk.stores());
    let files = WatchedFiles::new(&disk, &progress);
    let (trails, stores) = (WatchedTrails::new(&folders, &progress), WatchedStores::new(&places, &progress));
    let locator = WatchedLocator::new(&LocalTrailLocator, &progress);
    let revisions = RepositoryFiles::new(None, ".".into());
    let world = World {
        files: &files,
        trails: &trails,
        stores: &stores,
        progress: progress.as_ref(),
        ..offline(&disk, (&folders, &places), &revisions)
    };
    match request {
        Request::Gate(request, view) => {
            let result = commands::gate::gate(&request, &world)?;
            commands::gate::show(&result, &view, &world)
        }
        Request::Compare(request, view) => commands::compare::compare(&request, &view, &world),
        Request::PlanDesign(request) => commands::plan::design::plan_design(&request, &world),
        Request::PlanSample(request) => commands::plan::sample::plan_sample(&request, &world),
        Request::PlanLock(request) => {
            let locked = commands::plan::plan_lock(&request, LockedBy::default(), &world)?;
            commands::plan::show(&locked, request.output, request.width)
        }
        Request::Verify(request) => {
            commands::verify::verify(&request, &locator, world.files, world.stores, world.progress)
        }
        Request::Report(request) => commands::report::report(&request, &locator, world.files, world.stores),
        Request::Statement(request) => commands::statement::statement(&request, &locator, world.files),
        Request::Export(request) => {
            let places = (world.files, world.stores);
            commands::export::export(&request, &locator, places, &LocalExportTargets, world.progress)
        }
        Request::History(request) => {
            commands::history::history(&request, world.stores, &locator, world.files)
        }
        Request::Get(request) => commands::get::get(&request, world.stores, world.files),
        Request::Doctor(request) => commands::doctor::doctor(&request, world.files, world.progress),
        Request::Convert(request) => commands::convert::convert(&request, world.files),
        Request::Mde(request) => commands::mde::mde(&request, world.files),
        Request::PolicyCheck(request) => commands::policy::check(&request, &world),
        Request::PolicyInit(request) => commands::policy::init(&request, world.files),
        Request::Watch(request) => commands::watch::watch(&request, world.files, &FilePoller::start()),
        Request::Mirror(request) => {
            commands::mirror::mirror(&request, &locator, world.stores, world.files, world.progress)
        }
        Request::Version => {
            Ok(Output { stdout: format!("evalsig {}\n", env!("CARGO_PKG_VERSION")), ..Output::default() })
        }
        Request::Action => action(),
    }
}

/// The world without GitHub.
fn offline<'a>(
    disk: &'a Disk,
    (trails, stores): (&'a TrailDirs, &'a Stores),
    revisions: &'a RepositoryFiles<'a>,
) -> World<'a> {
    World {
        files: disk,
        clock: &SystemClock,
        trails,
        stores,
        time_stamps: &HttpTimeStampAuthority,
        checks: None,
        comments: None,
        revisions: Some(revisions),
        progress: &Unwatched,
    }
}

/// The action works in the job's workspace and reads nothing outside it. Whatever happens, the
/// runner gets its output, and no check is left in progress.
fn action() -> Result<Output, Diagnostic> {
    let nonce = edge::nonce();
    let output = decide(&nonce).or_else(|error| commands::action::failed(&error, None, &nonce))?;
    match Runner.write_outputs(&output) {
        Ok(()) => Ok(output.process),
        // The log says what was decided, all the same.
        Err(error) => Ok(Output { stdout: output.process.stdout, ..refused(&error) }),
    }
}

fn decide(nonce: &str) -> Result<StepOutput, Diagnostic> {
    let input = |name: &str| Runner.input(name);
    let (step, unreadable) = Runner.step(nonce);
    let deadline = cli::deadline(input);
    let request = cli::action_request(input).and_then(|request| match (unreadable, &deadline) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(error.clone()),
        (None, Ok(_)) => Ok(request),
    });
    let deadline = Duration::from_secs(deadline.unwrap_or(cli::DEADLINE));
    // Inputs that cannot be used are said first; without GitHub nothing can be posted.
    let github = match (GitHub::connect(cli::token(input), |name| Runner.variable(name), deadline), &request)
    {
        (Err(_), Err(error)) => return Err(error.clone()),
        (github, _) => github?,
    };
    let (disk, request) = match Disk::within(Runner.workspace().as_ref()) {
        Ok(disk) => (disk, request),
        // Nothing is read: all that remains is to say it.
        Err(error) => (Disk::default(), Err(error)),
    };
    let (folders, places) = (disk.trails(), disk.stores());
    let revisions = RepositoryFiles::new(github.as_ref(), Runner.workspace().into());
    let act = |world: &World<'_>| match &request {
        Ok(request) => commands::action::action(request, &step, world),
        Err(error) => commands::action::refused(error, cli::check_name(input).as_deref(), &step, world),
    };
    let world = offline(&disk, (&folders, &places), &revisions);
    let Some(github) = &github else { return act(&world) };
    github.close_check_on_signal(interrupted(nonce));
    let trails = github.trails(disk.trails());
    let world = World { trails: &trails, checks: Some(github), comments: Some(github), ..world };
    catch_unwind(AssertUnwindSafe(|| act(&world))).unwrap_or_else(|_| {
        let check = github.fail_open_check("evalsig ended by a bug, which the log tells.");
        commands::action::failed(&bug(), check, nonce)
    })
}

/// What remains to be said when the job is cancelled.
fn interrupted(nonce: &str) -> impl FnOnce(Option<String>) + Send + 'static {
    let nonce = nonce.to_owned();
    move |check| {
        let error =
            Code::Interrupted.at("").what("the job was cancelled or ran out of time").next("run it again");
        let output = commands::action::failed(&error, check, &nonce).unwrap_or_default();
        // The process ends either way.
        let _ = Runner.write_outputs(&output);
        edge::exit_now(&output.process.stdout, output.process.exit)
    }
}

fn bug() -> Diagnostic {
    Code::Bug.at("").what(edge::panic_hook::last_panic()).next("please report this line, and what you ran")
}

fn refused(error: &Diagnostic) -> Output {
    let stderr = terminal::error(error, Colour::Off);
    Output { stderr, exit: error.code.exit().code(), ..Output::default() }
}
