//! Retries: a deadline, the timeout of one attempt, and the delays between attempts.
//!
//! Not the crate `backon`, which retries one closure: most loops here look at the server between two
//! attempts, choose the delay by the response, or share one deadline with other requests.

use std::time::{Duration, Instant};

use super::entropy::random_fraction;

/// Doublings until the delay grows no longer: 128 times the first one.
const MAX_DOUBLINGS: u32 = 7;

/// Exponential backoff with full jitter (as in AWS's "Exponential Backoff And Jitter") that ends at a
/// deadline. As an iterator it yields the delay before the next attempt, and nothing once that delay
/// would end after the deadline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    deadline: Instant,
    /// How long one response may take.
    attempt_timeout: Duration,
    /// The longest first delay; each further one may be twice as long.
    base: Duration,
    /// Delays so far.
    attempts: u32,
}

impl Backoff {
    /// Attempts that start now and end within `total`.
    pub(super) fn within(total: Duration, attempt_timeout: Duration, base: Duration) -> Self {
        Self { deadline: Instant::now() + total, attempt_timeout, base, attempts: 0 }
    }

    /// The same limits after this many delays.
    pub(super) fn after(self, attempts: u32) -> Self {
        Self { attempts, ..self }
    }

    /// One second more for each whole MiB that is transferred.
    pub(super) fn for_transfer(self, bytes: u64) -> Self {
        let more = Duration::from_secs(bytes >> 20);
        Self { deadline: self.deadline + more, attempt_timeout: self.attempt_timeout + more, ..self }
    }

    /// The deadline moved so that one whole attempt fits before it.
    pub(super) fn with_one_attempt(self) -> Self {
        let needed = Instant::now() + self.attempt_timeout;
        Self { deadline: self.deadline.max(needed), attempts: 0, ..self }
    }

    /// The deadline moved by the timeouts of `attempts` attempts, counted from now if it has passed.
    pub(super) fn extended(self, attempts: u32) -> Self {
        Self { deadline: self.deadline.max(Instant::now()) + self.attempt_timeout * attempts, ..self }
    }

    /// The deadline moved to at most `most` from now.
    pub(super) fn at_most(self, most: Duration) -> Self {
        Self { deadline: self.deadline.min(Instant::now() + most), ..self }
    }

    /// The configured timeout of one attempt, whatever is left until the deadline.
    pub(super) fn attempt_timeout(&self) -> Duration {
        self.attempt_timeout
    }

    /// How long the next response may take: the timeout of one attempt, cut at the deadline.
    pub(super) fn next_timeout(&self) -> Duration {
        self.attempt_timeout.min(self.deadline.saturating_duration_since(Instant::now()))
    }

    /// The delay, unless it would end after the deadline.
    pub(super) fn if_allowed(&self, delay: Duration) -> Option<Duration> {
        (Instant::now() + delay < self.deadline).then_some(delay)
    }

    /// Sleeps until the next attempt. `false`: the deadline comes first.
    pub(super) fn sleep(&mut self) -> bool {
        self.next().map(std::thread::sleep).is_some()
    }
}

impl Iterator for Backoff {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        let longest = self.base.saturating_mul(1 << self.attempts.min(MAX_DOUBLINGS));
        self.attempts += 1;
        self.if_allowed(longest.mul_f64(random_fraction()))
    }
}

/// Runs `attempt` until it succeeds or `delay` gives no further delay for its error; then the last
/// result.
pub(super) fn retry<T, E>(
    mut attempt: impl FnMut() -> Result<T, E>,
    mut delay: impl FnMut(&E) -> Option<Duration>,
) -> Result<T, E> {
    loop {
        match attempt() {
            Err(error) => match delay(&error) {
                Some(delay) => std::thread::sleep(delay),
                None => return Err(error),
            },
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Backoff, retry};

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn delays_double_seven_times_and_end_before_the_deadline() {
        let hour = Backoff::within(Duration::from_secs(3600), MS, MS);
        for (attempts, longest) in [(0, 1), (1, 2), (6, 64), (7, 128), (40, 128)] {
            let delay = hour.after(attempts).next();
            assert!(delay.is_some_and(|delay| delay <= MS * longest), "{attempts}: {delay:?}");
        }
        assert_eq!(Backoff::within(Duration::ZERO, MS, MS).next(), None);
        assert_eq!(hour.if_allowed(Duration::from_secs(3601)), None);
    }

    #[test]
    fn the_last_error_is_returned_when_there_is_no_further_delay() {
        let mut attempts = 0;
        let mut delays = [Duration::ZERO; 2].into_iter();
        let attempt = || {
            attempts += 1;
            Err::<(), _>(attempts)
        };
        assert_eq!(retry(attempt, |_| delays.next()), Err(3));
    }
}
