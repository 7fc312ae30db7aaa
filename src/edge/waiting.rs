//! Waiting for files to grow.

use std::io::Write as _;
use std::time::{Duration, Instant, UNIX_EPOCH};

use crate::commands::watch::Waiting;

/// The time since it was made, and the files' sizes and times of change.
#[derive(Clone, Copy, Debug)]
pub struct Polling {
    began: Instant,
}

impl Polling {
    /// Begins now.
    #[must_use]
    pub fn begin() -> Self {
        Self { began: Instant::now() }
    }
}

impl Waiting for Polling {
    fn stamp(&self, path: &str) -> Option<(u64, u128)> {
        let file = std::fs::metadata(path).ok()?;
        let changed = file.modified().ok()?.duration_since(UNIX_EPOCH).map_or(0, |age| age.as_nanos());
        Some((file.len(), changed))
    }

    fn elapsed(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    fn pause(&self, seconds: f64) {
        // A time that no Duration holds is one that nobody will wait for.
        std::thread::sleep(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::from_secs(3600)));
    }

    fn say(&self, line: &str) {
        // Nothing sensible is left to do when standard error cannot be written.
        let _ = writeln!(std::io::stderr().lock(), "{line}");
    }
}
