//! The only effects: files, the clock, the environment, entropy, the network, the `git` program. Each type
//! implements a small trait of `commands`, `trail` or `store`, or returns plain values.
#![expect(clippy::disallowed_methods, clippy::exit, reason = "this is the one place that touches the world")]
#![cfg_attr(
    not(all(feature = "buckets", feature = "github", feature = "timestamps")),
    allow(dead_code, reason = "what only a missing feature uses: its messages, retries, entropy")
)]

mod backoff;
#[cfg(feature = "buckets")]
mod bucket;
#[cfg(not(feature = "buckets"))]
#[path = "not_built/bucket.rs"]
mod bucket;
mod clock;
mod commit_files;
mod descent;
mod disk;
mod door;
mod durable_write;
mod entropy;
mod error_chain;
mod errors;
mod export_target;
mod files;
mod git;
mod git_object;
#[cfg(feature = "github")]
mod github;
#[cfg(not(feature = "github"))]
#[path = "not_built/github.rs"]
mod github;
mod open_folder;
mod output;
pub mod panic_hook;
mod polling;
mod progress;
mod redact;
mod repository_files;
mod root_folder;
mod runner;
mod screen;
mod staged_file;
mod store_dir;
mod stores;
#[cfg(feature = "timestamps")]
mod time_stamp_authority;
#[cfg(not(feature = "timestamps"))]
#[path = "not_built/time_stamp_authority.rs"]
mod time_stamp_authority;
pub mod trail_dir;
mod trail_locator;

pub use bucket::{Bucket, BucketOptions};
pub use clock::SystemClock;
pub use disk::Disk;
pub use entropy::nonce;
pub use export_target::LocalExportTargets;
pub use github::GitHub;
pub use output::{exit_now, note_closed_output, print, print_error};
pub use polling::FilePoller;
pub use progress::{WatchedFiles, WatchedLocator, WatchedStores, WatchedTrails, progress};
pub use repository_files::RepositoryFiles;
pub use runner::Runner;
pub use screen::{error_width, glyphs, supports_colour, width};
pub use store_dir::StoreDir;
pub use stores::Stores;
pub use time_stamp_authority::HttpTimeStampAuthority;
pub use trail_dir::TrailDirs;
pub use trail_locator::LocalTrailLocator;
