//! `bucket` in a build without the feature `buckets`: none is ever opened.

use std::time::Duration;

use crate::domain::{Diagnostic, Feature};
use crate::store::{Created, Fetched, Guard, ObjectStore};

/// The settings of a bucket.
#[derive(Clone)]
pub struct BucketOptions {
    /// The environment, with the variables of each cloud.
    pub variables: Vec<(String, String)>,
    /// How long one operation may take, with all its retries.
    pub deadline: Duration,
}

/// A prefix in a bucket, of which there is none.
pub enum Bucket {}

impl Bucket {
    /// The bucket and prefix of a URL.
    ///
    /// # Errors
    /// Always `feature-missing`.
    pub fn open(url: &str, _: &BucketOptions) -> Result<Self, Diagnostic> {
        // The rest of a URL may contain a password.
        let scheme = url.split_once("://").map_or(url, |(scheme, _)| scheme);
        Err(Feature::Buckets.refuse(&format!("{scheme}://")))
    }
}

impl ObjectStore for Bucket {
    fn shown(&self, _: &str) -> String {
        match *self {}
    }

    fn list(&self, _: &str) -> Result<Vec<String>, Diagnostic> {
        match *self {}
    }

    fn folders(&self, _: &str) -> Result<Vec<String>, Diagnostic> {
        match *self {}
    }

    fn named(&self, _: &str, _: &[String]) -> Result<Vec<String>, Diagnostic> {
        match *self {}
    }

    fn beginning(&self, _: &str, _: &[String]) -> Result<Vec<String>, Diagnostic> {
        match *self {}
    }

    fn size(&self, _: &str) -> Result<Option<u64>, Diagnostic> {
        match *self {}
    }

    fn append(&self, _: &str, _: &[u8]) -> Result<(), Diagnostic> {
        match *self {}
    }

    fn read(&self, _: &str) -> Result<Option<Fetched>, Diagnostic> {
        match *self {}
    }

    fn tails(&self, _: &[String], _: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        match *self {}
    }

    fn create(&self, _: &str, _: &[u8]) -> Result<Created, Diagnostic> {
        match *self {}
    }

    fn lock(&self, _: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        match *self {}
    }

    fn keeps_index(&self) -> bool {
        match *self {}
    }

    fn replace(&self, _: &str, _: &[u8]) -> Result<(), Diagnostic> {
        match *self {}
    }
}
