//! A bucket: S3 and what speaks its language, Google Cloud Storage, Azure Blob Storage.
//!
//! `site` says which bucket and in whose name, `pace` how long things may take, `trouble` what the
//! answers mean. Repeating is decided here: reading may be repeated, always; creating may after a look
//! at what is there, for a request whose answer was lost may have done its work.

mod pace;
mod site;
mod trouble;

use std::time::Duration;

use bytes::Bytes;
use object_store::list::PaginatedListOptions;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, PutMode, PutOptions};
use tokio::runtime::{Builder, Runtime};

use crate::domain::{Code, Diagnostic};
use crate::store::{Created, Fetched, Guard, Place, Receipt};
use pace::Pace;
use site::{Remote, Site};
use trouble::{Cloud, Doing, Trouble};

/// Tails that are on their way at once.
const AT_ONCE: usize = 16;

/// What the world gives for talking to a bucket.
#[derive(Clone)]
pub struct Means {
    /// The environment, from which each cloud's own variables are taken.
    pub variables: Vec<(String, String)>,
    /// What one thing that is asked of a bucket may take, with all its repetitions.
    pub patience: Duration,
}

/// A place in a bucket. It keeps nothing of its own there, so whatever lies in it is listed.
pub struct Bucket {
    site: Site,
    remote: Remote,
    patience: Duration,
    /// Dropped last: the others have work on it.
    runtime: Runtime,
}

impl Bucket {
    /// The place that a URL names. Nothing is asked of it yet.
    ///
    /// # Errors
    /// `bad-usage` where the URL names no bucket, or the environment's settings cannot be used.
    pub fn open(url: &str, means: &Means) -> Result<Self, Diagnostic> {
        let mut site = Site::of(url)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| Code::Bug.at("runtime").what(format!("cannot be started: {error}")))?;
        let remote = site.connect(&means.variables)?;
        Ok(Self { site, remote, patience: means.patience, runtime })
    }

    /// One request, within what is left of the time.
    fn once<T>(
        &self,
        pace: &Pace,
        request: impl Future<Output = object_store::Result<T>>,
    ) -> Result<T, Trouble> {
        let patience = pace.patience();
        let timed = async { tokio::time::timeout(patience, request).await };
        match self.runtime.block_on(timed) {
            Ok(answer) => answer.map_err(|error| Trouble::sort(&error)),
            Err(_) => Err(Trouble::Unknown(format!("no answer within {:.1} s", patience.as_secs_f64()))),
        }
    }

    /// What may be repeated, as often as it takes.
    fn patiently<T>(&self, mut pace: Pace, ask: impl Fn(&Pace) -> Result<T, Trouble>) -> Result<T, Trouble> {
        loop {
            match ask(&pace) {
                Err(Trouble::Unknown(said)) => {
                    if !pace.pause() {
                        return Err(Trouble::Unknown(said));
                    }
                }
                other => return other,
            }
        }
    }

    fn pace(&self) -> Pace {
        Pace::within(self.patience)
    }

    /// An object, whole; `None` where there is none.
    fn fetch(&self, key: &Path, pace: Pace) -> Result<Option<Fetched>, Trouble> {
        let fetched = self.patiently(pace, |pace| {
            let answer = self.once(pace, self.remote.reader.get_opts(key, GetOptions::new()))?;
            let receipt = Receipt { version: answer.meta.version.clone(), etag: answer.meta.e_tag.clone() };
            let body = self.once(&pace.carrying(answer.meta.size), answer.bytes())?;
            Ok(Fetched { bytes: body.to_vec(), receipt })
        });
        match fetched {
            Err(Trouble::Absent) => Ok(None),
            other => other.map(Some),
        }
    }

    fn make(&self, key: &Path, bytes: &[u8]) -> Result<Created, Trouble> {
        let mut pace = self.pace().carrying(bytes.len() as u64);
        let body = Bytes::copy_from_slice(bytes);
        // Whether a request of ours may have done its work without our knowing.
        let mut unsure = false;
        loop {
            let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            let said = match self.once(&pace, self.remote.creator.put_opts(key, body.clone().into(), options))
            {
                Ok(put) => return Ok(Created::New(Receipt { version: put.version, etag: put.e_tag })),
                Err(Trouble::Exists(said)) => said,
                Err(Trouble::Unknown(said)) => {
                    unsure = true;
                    said
                }
                Err(other) => return Err(other),
            };
            match self.fetch(key, pace.grace())? {
                Some(there) if unsure && there.bytes == bytes => return Ok(Created::New(there.receipt)),
                Some(_) => return Ok(Created::Exists),
                // Another writer was at work on it and has not come to an end, or has failed; or ours
                // never arrived.
                None if pace.pause() => {}
                None => return Err(Trouble::Unknown(said)),
            }
        }
    }

    /// Every page of a listing, handed on as it comes.
    fn pages(
        &self,
        folder: &str,
        delimiter: Option<&'static str>,
        mut take: impl FnMut(object_store::ListResult),
    ) -> Result<(), Trouble> {
        let beginning = self.site.beginning(folder);
        let prefix = (!beginning.is_empty()).then_some(beginning.as_str());
        let mut token = None;
        loop {
            let page = self.patiently(self.pace(), |pace| {
                let options = PaginatedListOptions {
                    delimiter: delimiter.map(Into::into),
                    page_token: token.clone(),
                    ..PaginatedListOptions::default()
                };
                self.once(pace, self.remote.reader.list_paginated(prefix, options))
            })?;
            take(page.result);
            token = page.page_token;
            if token.is_none() {
                return Ok(());
            }
        }
    }

    /// What a key is called below the prefix. The key of a folder, which consoles create, is none.
    fn below<'a>(&self, key: &'a Path) -> Option<&'a str> {
        key.as_ref().strip_prefix(&self.site.beginning(""))
    }

    fn tail(&self, path: &str, length: u64) -> Result<Vec<u8>, Diagnostic> {
        let key = self.site.key(path)?;
        let ask = async || {
            let range = match self.site.cloud() {
                // Azure knows no range that is counted from the end.
                Cloud::Azure => {
                    let head = GetOptions::new().with_head(true);
                    let size = self.remote.reader.get_opts(&key, head).await?.meta.size;
                    (size > length).then(|| GetRange::Offset(size - length))
                }
                Cloud::S3 | Cloud::Google => Some(GetRange::Suffix(length)),
            };
            let answer = self.remote.reader.get_opts(&key, GetOptions::new().with_range(range)).await?;
            answer.bytes().await
        };
        let tail = self.patiently(self.pace().carrying(length), |pace| self.once(pace, ask()));
        match tail {
            Ok(bytes) => Ok(bytes.to_vec()),
            Err(Trouble::Empty) => Ok(Vec::new()),
            // Not every server cuts what is shorter than the range.
            Err(Trouble::Whole) => {
                let all = self.read(path)?.map(|fetched| fetched.bytes).unwrap_or_default();
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                Ok(all.get(all.len().saturating_sub(length)..).unwrap_or_default().to_vec())
            }
            Err(trouble) => Err(self.told(trouble, path, Doing::Read)),
        }
    }

    fn told(&self, trouble: Trouble, path: &str, doing: Doing) -> Diagnostic {
        trouble.tell(&self.site, self.site.url(path), doing)
    }
}

impl Place for Bucket {
    fn shown(&self, path: &str) -> String {
        self.site.url(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let mut objects = Vec::new();
        let within = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.pages(folder, None, |page| {
            objects.extend(page.objects.iter().filter_map(|object| {
                let path = self.below(&object.location).filter(|path| path.starts_with(&within))?;
                Some(path.to_owned())
            }));
        })
        .map_err(|trouble| self.told(trouble, folder, Doing::List))?;
        objects.sort();
        Ok(objects)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        let mut names = Vec::new();
        self.pages(folder, Some("/"), |page| {
            names.extend(page.common_prefixes.iter().filter_map(|key| key.filename().map(str::to_owned)));
        })
        .map_err(|trouble| self.told(trouble, folder, Doing::List))?;
        names.sort();
        Ok(names)
    }

    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic> {
        let key = self.site.key(path)?;
        self.fetch(&key, self.pace()).map_err(|trouble| self.told(trouble, path, Doing::Read))
    }

    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        let share = paths.len().div_ceil(AT_ONCE).max(1);
        std::thread::scope(|scope| {
            let shares: Vec<_> = paths
                .chunks(share)
                .map(|share| {
                    scope.spawn(move || share.iter().map(|path| self.tail(path, length)).collect::<Vec<_>>())
                })
                .collect();
            // A panic of a thread goes on as one.
            shares
                .into_iter()
                .flat_map(|done| done.join().unwrap_or_else(|why| std::panic::resume_unwind(why)))
                .collect()
        })
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        let key = self.site.key(path)?;
        self.make(&key, bytes).map_err(|trouble| self.told(trouble, path, Doing::Create))
    }

    fn lock(&self, _: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        Ok(Box::new(Nobody))
    }

    fn keeps_index(&self) -> bool {
        false
    }

    fn replace(&self, path: &str, _: &[u8]) -> Result<(), Diagnostic> {
        Err(Code::StoreNotWritten
            .at(self.site.url(path))
            .what("was not replaced: nothing in a bucket is ever written again"))
    }
}

/// Keeps nobody out: creating decides every race.
struct Nobody;

impl Guard for Nobody {}
