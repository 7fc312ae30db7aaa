//! Opens run stores by folder or URL, and trails in buckets by URL.

use std::path::Path;
use std::time::Duration;

use super::bucket::{Bucket, BucketOptions};
use super::door::Door;
use super::errors::bucket::malformed_deadline;
use super::store_dir::StoreDir;
use crate::commands;
use crate::domain::Diagnostic;
use crate::store::ObjectStore;
use crate::store::trail::ObjectStoreTrail;

/// Seconds that one operation on a bucket may take, unless `EVALSIG_STORE_DEADLINE` says otherwise.
const DEFAULT_DEADLINE: u64 = 60;
/// The variable that sets another deadline.
const DEADLINE_VARIABLE: &str = "EVALSIG_STORE_DEADLINE";

/// Folders on this machine, and buckets with the credentials of the environment.
#[derive(Clone, Debug, Default)]
pub struct Stores {
    pub(super) door: Door,
}

impl commands::Stores for Stores {
    fn open(&self, root: &str) -> Result<Box<dyn ObjectStore + '_>, Diagnostic> {
        if is_url(root) {
            return Ok(Box::new(bucket(root)?));
        }
        Ok(Box::new(StoreDir::through(&self.door, root.into())))
    }
}

impl Stores {
    /// The trail in a bucket, if `path` is a URL.
    pub(super) fn trail(path: &Path) -> Option<Result<ObjectStoreTrail<Bucket>, Diagnostic>> {
        path.to_str().filter(|path| is_url(path)).map(|url| bucket(url).map(ObjectStoreTrail::of))
    }
}

/// Whether a name has a scheme. An unknown scheme is refused later and never taken for a folder.
fn is_url(root: &str) -> bool {
    root.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn bucket(url: &str) -> Result<Bucket, Diagnostic> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect::<Vec<_>>();
    let configured = variables.iter().find(|(name, value)| name == DEADLINE_VARIABLE && !value.is_empty());
    let seconds = match configured.map(|(_, value)| value) {
        None => DEFAULT_DEADLINE,
        Some(value) => {
            let seconds = value.parse().ok().filter(|seconds| (1..=3600).contains(seconds));
            seconds.ok_or_else(|| malformed_deadline(DEADLINE_VARIABLE, value))?
        }
    };
    Bucket::open(url, &BucketOptions { variables, deadline: Duration::from_secs(seconds) })
}
