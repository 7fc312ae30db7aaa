//! Panics, kept quiet until they are known to matter.
//!
//! A reader catches those of a library that meets a damaged file, and reports the file instead: the
//! line that the standard library prints at once would only confuse, and it may quote the file. One
//! that reaches `main` is a bug, and is told there.

use std::sync::Mutex;

static LAST: Mutex<String> = Mutex::new(String::new());

/// From now on a panic is remembered rather than printed.
pub fn keep_quiet() {
    std::panic::set_hook(Box::new(|panic| {
        if let Ok(mut last) = LAST.lock() {
            *last = panic.to_string();
        }
    }));
}

/// Where the last panic was, and what it said.
#[must_use]
pub fn last() -> String {
    LAST.lock().map(|last| last.clone()).unwrap_or_default()
}
