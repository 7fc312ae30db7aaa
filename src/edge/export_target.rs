//! Writes an export to a folder or a zip archive. Both are built in a hidden staging folder beside the
//! target and moved into place in one step. An error removes the staging folder; after a kill the target
//! does not exist, and the next export to the same folder removes the rest.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::durable_write::DurableWriter;
use super::errors::files::{export_failed, export_target_exists};
use super::files::readable_by_others;
use crate::commands::export::{ExportTarget, ExportTargets};
use crate::domain::{Code, Diagnostic};

/// The names of staging folders begin with this.
const STAGING_PREFIX: &str = ".evalsig-export-";
/// Files that are flushed at the same time.
const FLUSHES: usize = 16;
/// The folder in a staging folder that becomes the export.
const CONTENT: &str = "export";
/// Files of this size and more need a ZIP64 entry.
const ZIP64_SIZE: u64 = u32::MAX as u64;

/// Exports to this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocalExportTargets;

impl ExportTargets for LocalExportTargets {
    fn begin(&self, out: &str) -> Result<Box<dyn ExportTarget + '_>, Diagnostic> {
        let target = PathBuf::from(out);
        let zipped = target.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip"));
        match fs::symlink_metadata(&target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(export_failed(&target, "looked at", &error)),
            Ok(found) if !zipped && found.is_dir() && is_empty(&target)? => {}
            Ok(_) => return Err(export_target_exists(&target)),
        }
        let parent =
            target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parent = parent.to_path_buf();
        remove_abandoned(&parent);
        let staging = tempfile::Builder::new()
            .prefix(STAGING_PREFIX)
            .tempdir_in(&parent)
            .map_err(|error| export_failed(&target, "prepared", &error))?;
        let writer = DurableWriter::at(&parent, Code::OutputNotWritten, "--out")?;
        let lock = lock(staging.path());
        let content = staging.path().join(CONTENT);
        writer.ensure_folder(&content)?;
        let folders = BTreeSet::new();
        Ok(Box::new(StagedExport {
            zipped,
            target,
            parent,
            staging,
            _lock: lock,
            content,
            folders,
            files: BTreeSet::new(),
            writer,
        }))
    }
}

/// An export in its staging folder.
struct StagedExport {
    zipped: bool,
    target: PathBuf,
    parent: PathBuf,
    /// Removed with its content when it is dropped.
    staging: TempDir,
    /// Tells other exports that the staging folder is in use.
    _lock: Option<File>,
    content: PathBuf,
    folders: BTreeSet<PathBuf>,
    files: BTreeSet<String>,
    writer: DurableWriter,
}

impl ExportTarget for StagedExport {
    fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let mut local = self.content.clone();
        let names: Vec<&str> = path.split('/').collect();
        for name in names.split_last().map_or(&[][..], |(_, before)| before) {
            local.push(name);
            if self.folders.insert(local.clone()) {
                self.writer.ensure_folder(&local)?;
            }
        }
        local.push(names.last().unwrap_or(&""));
        let write = || File::create_new(&local)?.write_all(bytes);
        write().map_err(|error| export_failed(&self.target.join(path), "written", &error))?;
        self.writer.match_owner(&local);
        self.files.insert(path.to_owned());
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Diagnostic> {
        if self.zipped { self.move_zip() } else { self.move_folder() }
    }
}

impl StagedExport {
    fn move_folder(&self) -> Result<(), Diagnostic> {
        self.flush_files()?;
        for folder in self.folders.iter().rev().chain([&self.content]) {
            self.writer.sync_folder(folder)?;
        }
        // A rename replaces an empty folder and nothing else.
        fs::rename(&self.content, &self.target).map_err(|error| match error.kind() {
            io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::AlreadyExists
            | io::ErrorKind::NotADirectory => export_target_exists(&self.target),
            _ => export_failed(&self.target, "renamed into place", &error),
        })?;
        self.writer.sync_folder(&self.parent)
    }

    /// Flushes all files, at the end, so that the disk may write in its own order until then, and many at once: a
    /// file system commits those together that wait at the same time.
    fn flush_files(&self) -> Result<(), Diagnostic> {
        let files: Vec<&String> = self.files.iter().collect();
        let flush = |path: &String| {
            let flushed = File::open(self.content.join(path)).and_then(|file| file.sync_all());
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
        let mut staged = tempfile::NamedTempFile::new_in(self.staging.path()).map_err(lost)?;
        self.write_zip(staged.as_file_mut()).map_err(lost)?;
        readable_by_others(staged.path(), &self.parent).map_err(lost)?;
        staged.persist_noclobber(&self.target).map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => export_target_exists(&self.target),
            _ => export_failed(&self.target, "renamed into place", &error.error),
        })?;
        self.writer.sync_folder(&self.parent)
    }

    /// Writes the zip archive in the order of the names, without times and without compression: the output
    /// of a compressor depends on its version and on the processor.
    fn write_zip(&self, file: &mut File) -> io::Result<()> {
        let mut zip = ZipWriter::new(BufWriter::new(file));
        for path in &self.files {
            let mut from = File::open(self.content.join(path))?;
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
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let hidden = entry.file_name().to_str().is_some_and(|name| name.starts_with(STAGING_PREFIX));
        // A new export takes the lock before it creates the content folder.
        let has_content =
            entry.file_type().is_ok_and(|kind| kind.is_dir()) && entry.path().join(CONTENT).exists();
        if hidden && has_content && lock(&entry.path()).is_some() {
            // What cannot be removed now is left to the next export.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Locks a staging folder; `None` where it is in use, or the file system has no locks.
fn lock(folder: &Path) -> Option<File> {
    let handle = File::open(folder).ok()?;
    handle.try_lock().ok().map(|()| handle)
}

fn is_empty(folder: &Path) -> Result<bool, Diagnostic> {
    fs::read_dir(folder)
        .map(|mut entries| entries.next().is_none())
        .map_err(|error| export_failed(folder, "looked at", &error))
}
