//! How long one thing that is asked of a bucket may take, with all its repetitions.

use std::time::{Duration, Instant};

use crate::edge::chance::random_fraction;

/// The first wait between two tries; each further one may be twice as long.
const BASE: Duration = Duration::from_millis(50);
/// Doublings until waits grow no longer: 6.4 s.
const DOUBLINGS: u32 = 7;

/// The time that is left for one thing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    end: Instant,
    /// For one answer.
    patience: Duration,
    tries: u32,
}

impl Pace {
    /// Within `whole` from now.
    pub(super) fn within(whole: Duration) -> Self {
        Self { end: Instant::now() + whole, patience: whole / 2, tries: 0 }
    }

    /// A second more for each MiB that is on its way.
    pub(super) fn carrying(self, bytes: u64) -> Self {
        let more = Duration::from_secs(bytes >> 20);
        Self { end: self.end + more, patience: self.patience + more, ..self }
    }

    /// The same time for one answer, however late it is: what was begun must be looked at.
    pub(super) fn grace(&self) -> Self {
        Self { end: self.end.max(Instant::now() + self.patience), patience: self.patience, tries: 0 }
    }

    /// How long the next answer may take.
    pub(super) fn patience(&self) -> Duration {
        self.patience.min(self.end.saturating_duration_since(Instant::now()))
    }

    /// Waits before the next try: anything up to twice the last wait, so that writers who collided
    /// spread out. `false` if the time ends first.
    pub(super) fn pause(&mut self) -> bool {
        let wait = BASE.saturating_mul(1 << self.tries.min(DOUBLINGS)).mul_f64(random_fraction());
        self.tries += 1;
        let allowed = Instant::now() + wait < self.end;
        if allowed {
            std::thread::sleep(wait);
        }
        allowed
    }
}
