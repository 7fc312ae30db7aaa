//! The system's clock.

use crate::commands::Clock;

/// The clock of the machine, which nobody vouches for; the envelope says so.
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
