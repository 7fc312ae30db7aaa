//! Progress on standard error, where a person watches it.
//!
//! Nothing is shown before a second has passed, so that short work leaves no trace; then one line, which is removed
//! before the result is printed.

mod files;
mod store;
mod trail;

pub use files::WatchedFiles;
pub use store::WatchedStores;
pub use trail::{WatchedLocator, WatchedTrails};

use std::io::IsTerminal as _;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::commands::progress::{Progress, Stage, Unwatched, Whole};
use crate::present::safe;

/// How long work may take before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two turns of the spinner.
const TURN: Duration = Duration::from_millis(125);
/// Redraws a second.
const REDRAWS: u8 = 10;

/// What shows progress: the terminal behind standard error, or nothing where nobody watches. `quiet` is that the user
/// wants to see none.
#[must_use]
pub fn progress(quiet: bool) -> Arc<dyn Progress> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let ci = set("CI").is_some_and(|value| value != "false");
    let dumb = set("TERM").is_none_or(|term| term == "dumb");
    if quiet || ci || dumb || !std::io::stderr().is_terminal() {
        return Arc::new(Unwatched);
    }
    Arc::new(TerminalProgress::start())
}

/// One line of progress on the terminal, while it lives.
struct TerminalProgress {
    shown: Arc<Shown>,
    /// Dropped to end the wait for the first second.
    ended: Option<Sender<()>>,
    waiting: Option<JoinHandle<()>>,
}

/// What is being done, and the line that says so.
struct Shown {
    bar: ProgressBar,
    /// In the order in which they began.
    stages: Mutex<Vec<Running>>,
}

/// A stage that has not ended.
#[derive(Clone)]
struct Running {
    id: u64,
    what: String,
    whole: Whole,
    done: u64,
}

impl TerminalProgress {
    fn start() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let (ended, wait) = channel();
        let line = bar.clone();
        let waiting = std::thread::spawn(move || {
            if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                line.set_draw_target(ProgressDrawTarget::stderr_with_hz(REDRAWS));
                line.enable_steady_tick(TURN);
            }
        });
        let shown = Arc::new(Shown { bar, stages: Mutex::default() });
        Self { shown, ended: Some(ended), waiting: Some(waiting) }
    }
}

impl Drop for TerminalProgress {
    fn drop(&mut self) {
        drop(self.ended.take());
        // Only when nobody draws any more is the line gone for good.
        let _ = self.waiting.take().map(JoinHandle::join);
        self.shown.bar.finish_and_clear();
    }
}

impl Progress for TerminalProgress {
    fn begin(&self, what: &str, whole: Whole) -> Box<dyn Stage> {
        let mut stages = self.shown.stages();
        let id = stages.last().map_or(0, |last| last.id + 1);
        stages.push(Running { id, what: safe::line(what), whole, done: 0 });
        self.shown.show(stages.last());
        Box::new(StageOnTerminal { shown: Arc::clone(&self.shown), id })
    }
}

impl Shown {
    fn stages(&self) -> MutexGuard<'_, Vec<Running>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows this stage from now on.
    fn show(&self, stage: Option<&Running>) {
        let (what, whole, done) = stage.map_or(("", Whole::Unknown, 0), |s| (&s.what, s.whole, s.done));
        let (template, length) = match whole {
            Whole::Unknown => ("{spinner} {wide_msg}".to_owned(), None),
            Whole::Bytes(all) => {
                ("[{bar:20}] {binary_bytes} of {binary_total_bytes}  {wide_msg}".to_owned(), Some(all))
            }
            Whole::Of(all, name) => {
                (format!("[{{bar:20}}] {{human_pos}} of {{human_len}} {name}  {{wide_msg}}"), Some(all))
            }
        };
        // The templates are ours and parse; nothing is lost where one did not.
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.bar.set_style(style.progress_chars("=> ").tick_chars("|/-\\ "));
        }
        match length {
            Some(length) => self.bar.set_length(length),
            None => self.bar.unset_length(),
        }
        self.bar.set_position(done);
        self.bar.set_message(what.to_owned());
    }
}

/// A stage of [`TerminalProgress`].
struct StageOnTerminal {
    shown: Arc<Shown>,
    id: u64,
}

impl Stage for StageOnTerminal {
    fn advance(&self, by: u64) {
        let mut stages = self.shown.stages();
        let last = stages.last().map(|last| last.id);
        let Some(stage) = stages.iter_mut().find(|stage| stage.id == self.id) else { return };
        stage.done = stage.done.saturating_add(by);
        // What is read twice is not more than whole.
        if let Whole::Bytes(all) | Whole::Of(all, _) = stage.whole {
            stage.done = stage.done.min(all);
        }
        if last == Some(self.id) {
            self.shown.bar.set_position(stage.done);
        }
    }
}

impl Drop for StageOnTerminal {
    fn drop(&mut self) {
        let mut stages = self.shown.stages();
        stages.retain(|stage| stage.id != self.id);
        self.shown.show(stages.last());
    }
}
