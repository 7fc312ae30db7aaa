//! Exports as a folder or a zip archive. Both are prepared in a hidden folder beside their place and
//! moved there whole. An error removes it; after a kill nothing lies under the name that was asked for, and
//! the next export beside it sweeps the rest.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::files::readable_by_others;
use super::hand::Hand;
use crate::commands::export::{Archive, Archives};
use crate::domain::{Code, Diagnostic};

/// What the names of hidden folders begin with.
const HIDDEN: &str = ".evalsig-export-";
/// The folder in a hidden folder that becomes the export.
const CONTENT: &str = "export";
/// Files of this size and more need the long form of a zip entry.
const LONG: u64 = u32::MAX as u64;

/// Exports on this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalArchives;

impl Archives for LocalArchives {
    fn begin(&self, out: &str) -> Result<Box<dyn Archive + '_>, Diagnostic> {
        let target = PathBuf::from(out);
        let zipped = target.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        match fs::symlink_metadata(&target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&target, "looked at", &error)),
            Ok(found) if !zipped && found.is_dir() && is_empty(&target)? => {}
            Ok(_) => return Err(taken(&target)),
        }
        let parent =
            target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parent = parent.to_path_buf();
        sweep(&parent);
        let stage = tempfile::Builder::new()
            .prefix(HIDDEN)
            .tempdir_in(&parent)
            .map_err(|error| failed(&target, "prepared", &error))?;
        let hand = Hand::at(&parent, Code::OutputNotWritten, "--out")?;
        let lock = lock(stage.path());
        let content = stage.path().join(CONTENT);
        hand.folder(&content)?;
        let folders = BTreeSet::new();
        Ok(Box::new(Staged {
            zipped,
            target,
            parent,
            stage,
            _lock: lock,
            content,
            folders,
            files: BTreeSet::new(),
            hand,
        }))
    }
}

/// Files in a hidden folder.
struct Staged {
    zipped: bool,
    target: PathBuf,
    parent: PathBuf,
    /// Removed with everything in it when it is dropped.
    stage: TempDir,
    /// Says that somebody is at work there.
    _lock: Option<File>,
    content: PathBuf,
    folders: BTreeSet<PathBuf>,
    files: BTreeSet<String>,
    hand: Hand,
}

impl Archive for Staged {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let mut local = self.content.clone();
        let names: Vec<&str> = path.split('/').collect();
        for name in names.split_last().map_or(&[][..], |(_, before)| before) {
            local.push(name);
            if self.folders.insert(local.clone()) {
                self.hand.folder(&local)?;
            }
        }
        local.push(names.last().unwrap_or(&""));
        let write = || File::create_new(&local)?.write_all(bytes);
        write().map_err(|error| failed(&self.target.join(path), "written", &error))?;
        self.hand.adopt(&local);
        self.files.insert(path.to_owned());
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Diagnostic> {
        if self.zipped { self.zip() } else { self.folder() }
    }
}

impl Staged {
    fn folder(&self) -> Result<(), Diagnostic> {
        // All at once at the end: the disk may write in its own order until then.
        for path in &self.files {
            let flush = || File::open(self.content.join(path))?.sync_all();
            flush().map_err(|error| failed(&self.target.join(path), "flushed to disk", &error))?;
        }
        for folder in self.folders.iter().rev().chain([&self.content]) {
            self.hand.flush(folder)?;
        }
        // Takes the place of an empty folder, and of nothing else.
        fs::rename(&self.content, &self.target).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory => taken(&self.target),
            _ => failed(&self.target, "renamed into place", &error),
        })?;
        self.hand.flush(&self.parent)
    }

    fn zip(&self) -> Result<(), Diagnostic> {
        let lost = |error: io::Error| failed(&self.target, "written", &error);
        let mut staged = tempfile::NamedTempFile::new_in(self.stage.path()).map_err(lost)?;
        self.pack(staged.as_file_mut()).map_err(lost)?;
        readable_by_others(staged.path(), &self.parent).map_err(lost)?;
        staged.persist_noclobber(&self.target).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => taken(&self.target),
            _ => failed(&self.target, "renamed into place", &error.error),
        })?;
        self.hand.flush(&self.parent)
    }

    /// In order of names, without times, and not compressed: what a compressor makes of the same bytes
    /// depends on its version and on the processor.
    fn pack(&self, file: &mut File) -> io::Result<()> {
        let mut zip = ZipWriter::new(BufWriter::new(file));
        for path in &self.files {
            let mut from = File::open(self.content.join(path))?;
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Stored)
                .last_modified_time(DateTime::DEFAULT)
                .unix_permissions(0o644)
                .large_file(from.metadata()?.len() >= LONG);
            zip.start_file(path.as_str(), options)?;
            io::copy(&mut from, &mut zip)?;
        }
        let mut written = zip.finish()?;
        written.flush()?;
        written.get_ref().sync_all()
    }
}

/// Removes what killed exports left. One that is at work holds the lock of its folder.
fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let hidden = entry.file_name().to_str().is_some_and(|name| name.starts_with(HIDDEN));
        // Who begins takes the lock before there is any content.
        let begun = entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.path().join(CONTENT).exists();
        if hidden && begun && lock(&entry.path()).is_some() {
            // What cannot be removed now is swept by the next one.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Where folders cannot be locked nothing is swept.
fn lock(folder: &Path) -> Option<File> {
    let handle = File::open(folder).ok()?;
    handle.try_lock().ok().map(|()| handle)
}

fn is_empty(folder: &Path) -> Result<bool, Diagnostic> {
    fs::read_dir(folder)
        .map(|mut entries| entries.next().is_none())
        .map_err(|error| failed(folder, "looked at", &error))
}

fn taken(target: &Path) -> Diagnostic {
    Code::OutputNotWritten
        .at(target.display().to_string())
        .what("is there already; nothing was overwritten")
        .next("name a file that does not exist, or a folder that is empty")
}

fn failed(target: &Path, what: &str, error: &io::Error) -> Diagnostic {
    Code::OutputNotWritten.at(target.display().to_string()).what(format!("cannot be {what}: {error}")).next(
        "check that the folder around it exists, can be written to and has room; nothing was half-written",
    )
}
