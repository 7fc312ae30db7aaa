//! Run stores, and trails in buckets, by what people call them.

use std::path::Path;
use std::time::Duration;

use super::bucket::{Bucket, Means};
use super::store_dir::StoreDir;
use crate::commands;
use crate::domain::{Code, Diagnostic};
use crate::store::Place;
use crate::store::trail::PlaceTrail;

/// What one thing that is asked of a bucket may take, in seconds, unless the environment says.
const DEADLINE: u64 = 60;

/// Folders on this machine, and buckets in the name of whoever the environment says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stores;

impl commands::Stores for Stores {
    fn open(&self, root: &str) -> Result<Box<dyn Place + '_>, Diagnostic> {
        if is_url(root) { Ok(Box::new(bucket(root)?)) } else { Ok(Box::new(StoreDir::at(root))) }
    }
}

impl Stores {
    /// The trail in a bucket, where `path` is the URL of one.
    pub(super) fn trail(path: &Path) -> Option<Result<PlaceTrail<Bucket>, Diagnostic>> {
        path.to_str().filter(|path| is_url(path)).map(|url| bucket(url).map(PlaceTrail::of))
    }
}

/// A folder's name has no scheme; one that is not known is refused there, and not taken for a folder.
fn is_url(root: &str) -> bool {
    root.split_once("://").is_some_and(|(scheme, _)| scheme.chars().all(|c| c.is_ascii_alphanumeric()))
}

fn bucket(url: &str) -> Result<Bucket, Diagnostic> {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect::<Vec<_>>();
    let asked = variables.iter().find(|(name, value)| name == "EVALSIG_STORE_DEADLINE" && !value.is_empty());
    let seconds = match asked.map(|(_, value)| value) {
        None => DEADLINE,
        Some(value) => {
            value.parse().ok().filter(|seconds| (1..=3600).contains(seconds)).ok_or_else(|| {
                Code::BadUsage
                    .at("EVALSIG_STORE_DEADLINE")
                    .what(format!("is {value:?}, expected a whole number of seconds from 1 to 3600"))
            })?
        }
    };
    Bucket::open(url, &Means { variables, patience: Duration::from_secs(seconds) })
}
