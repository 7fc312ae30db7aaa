//! Polls files for changes, for `evalsig watch`.

use std::io::Write as _;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::commands::watch::Poller;

/// Sizes and modification times of files, and the time since the start.
#[derive(Clone, Copy, Debug)]
pub struct FilePoller {
    start: Instant,
}

impl FilePoller {
    /// Starts the clock.
    #[must_use]
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }
}

impl Poller for FilePoller {
    fn file_state(&self, path: &str) -> Option<(u64, u128)> {
        let file = std::fs::metadata(path).ok()?;
        let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos());
        Some((file.len(), changed))
    }

    fn elapsed(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    fn sleep(&self, seconds: f64) {
        // More seconds than a `Duration` can hold: the caller asks again after an hour.
        std::thread::sleep(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(3600)));
    }

    fn report(&self, line: &str) {
        // There is no other place to report that standard error cannot be written.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}
