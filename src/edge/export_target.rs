//! Writes an export to a folder or a zip archive. Both are built in a hidden staging folder beside the
//! target and moved into place in one step. An error removes the staging folder; after a kill the target
//! does not exist, and the next export to the same folder removes the rest.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::door::Door;
use super::durable_write::DurableWriter;
use super::entropy::nonce;
use super::errors::files::{export_failed, export_not_flushed, export_target_exists};
use super::open_folder::{OpenFolder, split};
use super::staged_file::{StagedFile, create_new};
use crate::commands::export::{ExportTarget, ExportTargets};
use crate::domain::{Code, Diagnostic};

/// The names of staging folders begin with this.
const STAGING_PREFIX: &str = ".evalsig-export-";
/// Files that are flushed at the same time.
const FLUSHES: usize = 16;
/// The folder in a staging folder that becomes the export.
const CONTENT: &str = "export";
/// How often a staging folder is begun anew because another export swept it away.
const ATTEMPTS: usize = 8;
/// Files of this size and more need a ZIP64 entry.
const ZIP64_SIZE: u64 = u32::MAX as u64;

/// Exports to this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalExportTargets;

impl ExportTargets for LocalExportTargets {
    fn begin(&self, out: &str) -> Result<Box<dyn ExportTarget + '_>, Diagnostic> {
        let target = PathBuf::from(out);
        let zipped = target.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        let failed = |action: &'static str| {
            let target = target.clone();
            move |error: io::Error| export_failed(&target, action, &error)
        };
        let (parent, name) = Door::default().around(&target).map_err(failed("prepared"))?;
        match parent.kind(&name).map_err(failed("looked at"))? {
            None => {}
            Some(found)
                if !zipped && found.is_dir() && is_empty(&parent, &name).map_err(failed("looked at"))? => {}
            Some(_) => return Err(export_target_exists(&target)),
        }
        remove_abandoned(&parent);
        let writer = DurableWriter::of(&parent, Code::OutputNotWritten, "--out");
        let staging = StagingFolder::begin(&writer, &parent)?;
        let content = writer.ensure_folder(&staging.folder, CONTENT)?;
        let (folders, files) = (BTreeSet::new(), BTreeSet::new());
        let last = None;
        Ok(Box::new(StagedExport { zipped, target, name, staging, content, folders, last, files, writer }))
    }
}

/// An export in its staging folder.
struct StagedExport {
    zipped: bool,
    target: PathBuf,
    /// The last name of the target.
    name: String,
    staging: StagingFolder,
    content: OpenFolder,
    /// The paths of the folders in it. They are not kept open: there is one for each release.
    folders: BTreeSet<String>,
    /// The folder that was written to last.
    last: Option<(String, OpenFolder)>,
    files: BTreeSet<String>,
    writer: DurableWriter,
}

/// A folder beside the target, which is removed with its content when it is dropped.
struct StagingFolder {
    parent: OpenFolder,
    name: String,
    folder: OpenFolder,
    /// Tells other exports that it is in use.
    _lock: Option<File>,
}

impl StagingFolder {
    fn begin(writer: &DurableWriter, around: &OpenFolder) -> Result<Self, Diagnostic> {
        let refused = |error: io::Error| writer.write_refused(around.shown(), "prepared", &error);
        for _ in 0..ATTEMPTS {
            let parent = around.again().map_err(refused)?;
            let name = format!("{STAGING_PREFIX}{}", nonce());
            let folder = writer.ensure_folder(&parent, &name)?;
            let handle = folder.handle().map_err(refused)?;
            let locked = handle.try_lock();
            // Where there are no locks nothing is swept.
            let has_locks = !matches!(locked, Err(TryLockError::Error(_)));
            let is_there = matches!(parent.kind(&name), Ok(Some(_)));
            let staging = Self { parent, name, folder, _lock: has_locks.then_some(handle) };
            // Between its creation and the lock another export may have swept it away, or be about to.
            if !has_locks || (locked.is_ok() && is_there) {
                return Ok(staging);
            }
        }
        Err(refused(io::Error::other("other exports remove what this one begins")))
    }
}

impl Drop for StagingFolder {
    fn drop(&mut self) {
        // What cannot be removed now is left to the next export.
        let _ = self.parent.dir().remove_dir_all(&self.name);
    }
}

impl ExportTarget for StagedExport {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let (above, name) = split(path);
        let folder = match self.last.take() {
            Some((path, folder)) if path == above => folder,
            _ => self.make_folder(above)?,
        };
        let write = || {
            let mut file = create_new(&folder, name)?;
            self.writer.match_owner(&file);
            file.write_all(bytes)
        };
        write().map_err(|error| export_failed(&self.target.join(path), "written", &error))?;
        self.files.insert(path.to_owned());
        self.last = Some((above.to_owned(), folder));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Diagnostic> {
        if self.zipped { self.move_zip() } else { self.move_folder() }
    }
}

impl StagedExport {
    /// Opens a folder of the export, by its path there. It is created unless it exists.
    fn make_folder(&mut self, path: &str) -> Result<OpenFolder, Diagnostic> {
        let refused = |error: io::Error| export_failed(&self.target, "written", &error);
        let mut folder = self.content.again().map_err(refused)?;
        let mut above = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let here = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
            folder = self.writer.ensure_folder(&folder, name)?;
            self.folders.insert(here.clone());
            above = here;
        }
        Ok(folder)
    }

    fn move_folder(&self) -> Result<(), Diagnostic> {
        self.flush_files()?;
        // Those within others first.
        for path in self.folders.iter().rev() {
            let folder =
                self.content.below(path).and_then(|found| found.ok_or(io::ErrorKind::NotFound.into()));
            let folder =
                folder.map_err(|error| export_failed(&self.target.join(path), "flushed to disk", &error))?;
            self.writer.sync_folder(&folder)?;
        }
        self.writer.sync_folder(&self.content)?;
        let parent = &self.staging.parent;
        // A rename replaces an empty folder and nothing else.
        self.staging.folder.dir().rename(CONTENT, parent.dir(), &self.name).map_err(|error| {
            match error.kind() {
                io::ErrorKind::DirectoryNotEmpty
                | io::ErrorKind::AlreadyExists
                | io::ErrorKind::NotADirectory => export_target_exists(&self.target),
                _ => export_failed(&self.target, "renamed into place", &error),
            }
        })?;
        self.writer.sync_folder(parent).map_err(export_not_flushed)
    }

    /// Flushes all files, at the end, so that the disk may write in its own order until then, and many at once: a
    /// file system commits those together that wait at the same time.
    fn flush_files(&self) -> Result<(), Diagnostic> {
        let files: Vec<&String> = self.files.iter().collect();
        let flush = |path: &String| {
            let flushed = self.written(path).and_then(|file| file.sync_all());
            flushed.map_err(|error| export_failed(&self.target.join(path), "flushed to disk", &error))
        };
        let flush = &flush;
        let results = std::thread::scope(|scope| {
            let shares = files.chunks(files.len().div_ceil(FLUSHES).max(1));
            let running: Vec<_> = shares
                .map(|share| scope.spawn(move || share.iter().try_for_each(|path| flush(path))))
                .collect();
            running.into_iter().map(std::thread::ScopedJoinHandle::join).collect::<Vec<_>>()
        });
        results
            .into_iter()
            .try_for_each(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    }

    fn move_zip(&self) -> Result<(), Diagnostic> {
        let lost = |error: io::Error| export_failed(&self.target, "written", &error);
        let mut staged = StagedFile::new(&self.staging.folder).map_err(lost)?;
        self.writer.match_owner(&staged.file);
        self.write_zip(&mut staged.file).map_err(lost)?;
        let parent = &self.staging.parent;
        staged.move_to_free_name(parent, &self.name).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => export_target_exists(&self.target),
            _ => export_failed(&self.target, "renamed into place", &error),
        })?;
        self.writer.sync_folder(parent).map_err(export_not_flushed)
    }

    /// A file that was added.
    fn written(&self, path: &str) -> io::Result<File> {
        self.content.file(path)?.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Writes the zip archive in the order of the names, without times and without compression: the output
    /// of a compressor depends on its version and on the processor.
    fn write_zip(&self, file: &mut File) -> io::Result<()> {
        let mut zip = ZipWriter::new(BufWriter::new(file));
        for path in &self.files {
            let mut from = self.written(path)?;
            let options = SimpleFileOptions::default()
                .compression_method(CompressionMethod::Stored)
                .last_modified_time(DateTime::DEFAULT)
                .unix_permissions(0o644)
                .large_file(from.metadata()?.len() >= ZIP64_SIZE);
            zip.start_file(path.as_str(), options)?;
            io::copy(&mut from, &mut zip)?;
        }
        let mut written = zip.finish()?;
        written.flush()?;
        written.get_ref().sync_all()
    }
}

/// Removes the staging folders of killed exports. A running export holds the lock of its own.
fn remove_abandoned(parent: &OpenFolder) {
    for entry in parent.entries().into_iter().flatten() {
        if !entry.name.starts_with(STAGING_PREFIX) {
            continue;
        }
        let Ok(Some(folder)) = parent.folder(&entry.name) else { continue };
        // The lock is kept while the folder is removed.
        if let Some(_lock) = lock(&folder) {
            // What cannot be removed now is left to the next export.
            let _ = parent.dir().remove_dir_all(&entry.name);
        }
    }
}

/// Locks a staging folder; `None` where it is in use, or the file system has no locks.
fn lock(folder: &OpenFolder) -> Option<File> {
    let handle = folder.handle().ok()?;
    handle.try_lock().ok().map(|()| handle)
}

fn is_empty(parent: &OpenFolder, name: &str) -> io::Result<bool> {
    let Some(folder) = parent.folder(name)? else { return Ok(true) };
    folder.dir().entries().map(|mut entries| entries.next().is_none())
}
