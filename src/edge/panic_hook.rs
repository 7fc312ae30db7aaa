//! A panic hook that stores the message instead of printing it.
//!
//! A reader catches the panics of a library that meets a damaged file and reports the file: the line that
//! the standard library prints at once would confuse, and it may quote the file. A panic that reaches
//! `main` is a bug and is reported there.

use std::sync::Mutex;

static LAST: Mutex<String> = Mutex::new(String::new());

/// From now on panics are stored, not printed.
pub fn install() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut last) = LAST.lock() {
            *last = panic.to_string();
        }
    }));
}

/// Position and message of the last panic.
#[must_use]
pub fn last_panic() -> String {
    LAST.lock().map(|last| last.clone()).unwrap_or_default()
}
