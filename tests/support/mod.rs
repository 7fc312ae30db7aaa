//! What several integration tests share.

pub(crate) mod authority;
pub(crate) mod dated;
#[allow(dead_code, reason = "a stand-in offers what GitHub offers; its users take what they need")]
pub(crate) mod github;
mod job;
pub(crate) mod parquet;
pub(crate) mod python;
pub(crate) mod runs;
pub(crate) mod samples;
mod session;
pub(crate) mod suite;
#[cfg(unix)]
pub(crate) mod terminal;
pub(crate) mod xlsx;
pub(crate) mod zip;

use std::path::PathBuf;

pub(crate) use job::Job;
pub(crate) use session::{EVALSIG, Ran, Session, assert_valid_envelope, ran, tool};

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}
