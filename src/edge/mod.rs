//! The only effects: files, the clock, the environment, entropy. Everything here implements a small
//! trait of `commands` or hands plain values in.
#![expect(clippy::disallowed_methods, clippy::exit, reason = "this is the one place that touches the world")]

mod archive;
mod bucket;
mod chance;
mod clock;
mod files;
mod git;
mod github;
mod hand;
pub mod panics;
mod places;
mod runner;
mod source;
mod stamps;
mod store_dir;
mod stores;
pub mod trail_dir;
mod waiting;
mod why;

pub use archive::LocalArchives;
pub use bucket::{Bucket, Means};
pub use clock::SystemClock;
pub use files::Disk;
pub use github::GitHub;
pub use places::LocalPlaces;
pub use runner::{Runner, nonce};
pub use stamps::HttpAuthorities;
pub use store_dir::StoreDir;
pub use stores::Stores;
pub use trail_dir::TrailDirs;
pub use waiting::Polling;

use std::io::{IsTerminal as _, Write as _};

/// Whether standard output is a terminal that takes colour (see <https://no-color.org>).
#[must_use]
pub fn takes_colour() -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    std::io::stdout().is_terminal() && !plain
}

/// Ends the process at once, for a signal: there is nobody to return to.
pub fn end(stdout: &str, code: u8) -> ! {
    print(stdout, "");
    std::process::exit(i32::from(code))
}

/// Prints both texts. A reader that has gone away (a closed pipe) is no failure of ours.
pub fn print(stdout: &str, stderr: &str) {
    // Nothing sensible is left to do when even standard error cannot be written.
    let _ = std::io::stdout().lock().write_all(stdout.as_bytes()).and_then(|()| std::io::stdout().flush());
    let _ = std::io::stderr().lock().write_all(stderr.as_bytes());
}
