//! A run store, or a mirror of a trail, in a bucket: S3, Google Cloud Storage, Azure Blob Storage.
//!
//! Retries are decided here, not in `object_store`: a read may always be repeated; a create only after a
//! look at the object, because a request whose response was lost may have succeeded.

mod cloud;
mod connect;
mod error;
mod http;
mod url;

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use object_store::list::PaginatedListOptions;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, PutMode, PutOptions};
use tokio::runtime::{Builder, Runtime};

use super::backoff::{Backoff, retry};
use super::errors::{bucket as errors, runtime_not_started};
use crate::domain::Diagnostic;
use crate::store::{Created, Fetched, Guard, ObjectStore, ObjectVersion};
use cloud::{Cloud, Operation};
use connect::Clients;
use error::BucketError;
use url::BucketUrl;

/// The longest first delay between two attempts; the longest of all is 6.4 s.
const BASE_DELAY: Duration = Duration::from_millis(50);
/// Tails that are read at the same time.
const CONCURRENT_READS: usize = 16;

/// The settings of a bucket.
#[derive(Clone)]
pub struct BucketOptions {
    /// The environment, with the variables of each cloud.
    pub variables: Vec<(String, String)>,
    /// How long one operation may take, with all its retries.
    pub deadline: Duration,
}

/// A prefix in a bucket. There are no files of the store's own, so every object is listed.
pub struct Bucket {
    url: BucketUrl,
    clients: Clients,
    deadline: Duration,
    /// Dropped last: the clients have tasks on it.
    runtime: Runtime,
}

impl Bucket {
    /// The bucket and prefix of a URL. Sends no request.
    ///
    /// # Errors
    /// `bad-usage` where the URL names no bucket, or the environment's settings cannot be used.
    pub fn open(url: &str, options: &BucketOptions) -> Result<Self, Diagnostic> {
        let url = BucketUrl::parse(url)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| runtime_not_started(&error))?;
        let clients = Clients::connect(&url, &options.variables)?;
        Ok(Self { url, clients, deadline: options.deadline, runtime })
    }

    /// One attempt, within the time that is left.
    fn request<T>(
        &self,
        backoff: &Backoff,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, BucketError> {
        let timeout = backoff.next_timeout();
        let timed = async { tokio::time::timeout(timeout, http::recorded(request)).await };
        match self.runtime.block_on(timed) {
            Ok((result, exchange)) => result.map_err(|error| BucketError::classify(&error, &exchange)),
            Err(_) => {
                Err(BucketError::Unconfirmed(format!("no answer within {:.1} s", timeout.as_secs_f64())))
            }
        }
    }

    /// Repeats what may be repeated until there is a response or the deadline comes.
    fn retry<T>(
        &self,
        mut backoff: Backoff,
        attempt: impl Fn(&Backoff) -> Result<T, BucketError>,
    ) -> Result<T, BucketError> {
        let limits = backoff;
        retry(
            || attempt(&limits),
            |error| match error {
                BucketError::Unconfirmed(_) => backoff.next(),
                _ => None,
            },
        )
    }

    fn backoff(&self) -> Backoff {
        Backoff::within(self.deadline, self.deadline / 2, BASE_DELAY)
    }

    /// An object with all its bytes; `None` where there is none.
    fn get(&self, key: &Path, backoff: Backoff) -> Result<Option<Fetched>, BucketError> {
        let fetched = self.retry(backoff, |backoff| {
            let response = self.request(backoff, self.clients.reader.get_opts(key, GetOptions::new()))?;
            let version =
                ObjectVersion { id: response.meta.version.clone(), etag: response.meta.e_tag.clone() };
            let body = self.request(&backoff.for_transfer(response.meta.size), response.bytes())?;
            Ok(Fetched { bytes: body.to_vec(), version })
        });
        match fetched {
            Err(BucketError::NotFound) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Creates an object unless there is one of this name.
    fn put(&self, key: &Path, bytes: &[u8]) -> Result<Created, BucketError> {
        let mut backoff = self.backoff().for_transfer(bytes.len() as u64);
        let body = Bytes::copy_from_slice(bytes);
        // Whether an earlier attempt may have created the object.
        let mut unconfirmed = false;
        loop {
            let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            let put = self.clients.creator.put_opts(key, body.clone().into(), options);
            let reason = match self.request(&backoff, put) {
                Ok(put) => return Ok(Created::New(ObjectVersion { id: put.version, etag: put.e_tag })),
                Err(BucketError::AlreadyExists(reason)) => reason,
                Err(BucketError::Unconfirmed(reason)) => {
                    unconfirmed = true;
                    reason
                }
                Err(other) => return Err(other),
            };
            match self.get(key, backoff.with_one_attempt())? {
                Some(there) if unconfirmed && there.bytes == bytes => return Ok(Created::New(there.version)),
                Some(_) => return Ok(Created::Exists),
                // Another writer is still creating it or has failed, or our request never arrived.
                None if backoff.sleep() => {}
                None => return Err(BucketError::Unconfirmed(reason)),
            }
        }
    }

    /// Passes every page of a listing to `take`: of the folder, or of what begins so in it.
    fn list_pages(
        &self,
        (folder, beginning): (&str, &str),
        delimiter: Option<&'static str>,
        mut take: impl FnMut(object_store::ListResult),
    ) -> Result<(), BucketError> {
        let prefix = self.url.key_prefix(folder) + beginning;
        let prefix = (!prefix.is_empty()).then_some(prefix.as_str());
        let mut token = None;
        loop {
            let page = self.retry(self.backoff(), |backoff| {
                let options = PaginatedListOptions {
                    delimiter: delimiter.map(Into::into),
                    page_token: token.clone(),
                    ..PaginatedListOptions::default()
                };
                self.request(backoff, self.clients.reader.list_paginated(prefix, options))
            })?;
            take(page.result);
            token = page.page_token;
            if token.is_none() {
                return Ok(());
            }
        }
    }

    /// The path of a key below the prefix. The prefix itself, for which consoles create an object, is none.
    fn relative_path<'a>(&self, key: &'a Path) -> Option<&'a str> {
        key.as_ref().strip_prefix(&self.url.key_prefix(""))
    }

    fn tail(&self, path: &str, length: u64) -> Result<Vec<u8>, Diagnostic> {
        let key = self.url.key(path)?;
        let read = async || {
            let range = match self.url.cloud {
                // Azure has no ranges that count from the end.
                Cloud::Azure => {
                    let head = GetOptions::new().with_head(true);
                    let size = self.clients.reader.get_opts(&key, head).await?.meta.size;
                    (size > length).then(|| GetRange::Offset(size - length))
                }
                Cloud::S3 | Cloud::Google => Some(GetRange::Suffix(length)),
            };
            let response = self.clients.reader.get_opts(&key, GetOptions::new().with_range(range)).await?;
            response.bytes().await
        };
        let tail = self.retry(self.backoff().for_transfer(length), |backoff| self.request(backoff, read()));
        match tail {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(BucketError::EmptyRange) => Ok(Vec::new()),
            // Some servers ignore a range that is longer than the object.
            Err(BucketError::RangeIgnored) => {
                let all = self.read(path)?.map(|fetched| fetched.bytes).unwrap_or_default();
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                Ok(all.get(all.len().saturating_sub(length)..).unwrap_or_default().to_vec())
            }
            Err(error) => Err(self.diagnostic(error, path, Operation::Read)),
        }
    }

    fn diagnostic(&self, error: BucketError, path: &str, operation: Operation) -> Diagnostic {
        error.diagnostic(self.url.join(path), operation, self.url.cloud, &self.clients.endpoint)
    }
}

impl ObjectStore for Bucket {
    fn shown(&self, path: &str) -> String {
        self.url.join(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let mut objects = Vec::new();
        let within = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.list_pages((folder, ""), None, |page| {
            objects.extend(page.objects.iter().filter_map(|object| {
                let path = self.relative_path(&object.location).filter(|path| path.starts_with(&within))?;
                Some(path.to_owned())
            }));
        })
        .map_err(|error| self.diagnostic(error, folder, Operation::List))?;
        objects.sort();
        Ok(objects)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let mut names = Vec::new();
        self.list_pages((folder, ""), Some("/"), |page| {
            names.extend(page.common_prefixes.iter().filter_map(|key| key.filename().map(str::to_owned)));
        })
        .map_err(|error| self.diagnostic(error, folder, Operation::List))?;
        names.sort();
        Ok(names)
    }

    fn named(&self, folder: &str, names: &[String]) -> Result<Vec<String>, Diagnostic> {
        // One listing costs as much as one look at one name.
        let mut found = self.beginning(folder, &[common_beginning(names).to_owned()])?;
        let is_it = |path: &String| names.iter().any(|name| Some(name.as_str()) == path.rsplit('/').next());
        found.retain(is_it);
        Ok(found)
    }

    fn beginning(&self, folder: &str, prefixes: &[String]) -> Result<Vec<String>, Diagnostic> {
        let mut objects = BTreeSet::new();
        for prefix in prefixes {
            let within = format!("{folder}/{prefix}");
            self.list_pages((folder, prefix.as_str()), Some("/"), |page| {
                objects.extend(page.objects.iter().filter_map(|object| {
                    let path = self.relative_path(&object.location);
                    path.filter(|path| path.starts_with(&within)).map(str::to_owned)
                }));
            })
            .map_err(|error| self.diagnostic(error, folder, Operation::List))?;
        }
        Ok(objects.into_iter().collect())
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Diagnostic> {
        let key = self.url.key(path)?;
        let head = async || {
            let found = self.clients.reader.get_opts(&key, GetOptions::new().with_head(true)).await?;
            Ok(found.meta.size)
        };
        match self.retry(self.backoff(), |backoff| self.request(backoff, head())) {
            Ok(size) => Ok(Some(size)),
            Err(BucketError::NotFound) => Ok(None),
            Err(error) => Err(self.diagnostic(error, path, Operation::Read)),
        }
    }

    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic> {
        let key = self.url.key(path)?;
        self.get(&key, self.backoff()).map_err(|error| self.diagnostic(error, path, Operation::Read))
    }

    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        let share = paths.len().div_ceil(CONCURRENT_READS).max(1);
        std::thread::scope(|scope| {
            let shares: Vec<_> = paths
                .chunks(share)
                .map(|share| {
                    scope.spawn(move || share.iter().map(|path| self.tail(path, length)).collect::<Vec<_>>())
                })
                .collect();
            // A panic of a thread continues here.
            shares
                .into_iter()
                .flat_map(|done| done.join().unwrap_or_else(|why| std::panic::resume_unwind(why)))
                .collect()
        })
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        let key = self.url.key(path)?;
        self.put(&key, bytes).map_err(|error| self.diagnostic(error, path, Operation::Create))
    }

    fn lock(&self, _: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        Ok(Box::new(NoLock))
    }

    fn keeps_index(&self) -> bool {
        false
    }

    fn replace(&self, path: &str, _: &[u8]) -> Result<(), Diagnostic> {
        Err(errors::never_replaced(self.url.join(path)))
    }

    fn append(&self, path: &str, _: &[u8]) -> Result<(), Diagnostic> {
        Err(errors::never_replaced(self.url.join(path)))
    }
}

/// What all of these names begin with.
fn common_beginning(names: &[String]) -> &str {
    let Some((first, others)) = names.split_first() else { return "" };
    let mut common = first.as_str();
    for name in others {
        let length = common.char_indices().zip(name.chars()).take_while(|((_, a), b)| a == b).count();
        common = common.char_indices().nth(length).map_or(common, |(end, _)| common.get(..end).unwrap_or(""));
    }
    common
}

/// The lock of a place without locks: creating an object decides every race.
struct NoLock;

impl Guard for NoLock {}
