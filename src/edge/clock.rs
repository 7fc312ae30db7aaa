//! The system clock.

use crate::commands::Clock;

/// The clock of this machine, which nothing proves to be right; the envelope records that.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> String {
        jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }

    fn source(&self) -> String {
        "system clock".into()
    }
}
