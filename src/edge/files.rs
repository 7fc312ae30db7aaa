//! Reads and writes the files that the user names.

use std::io::{self, ErrorKind};
use std::path::Path;

use super::disk::{Disk, spool};
use super::door::Door;
use super::durable_write::DurableWriter;
use super::errors::files::{
    bad_glob, not_a_regular_output, output_is_a_link, output_not_written, read_refused, unreadable,
};
use super::open_folder::OpenFolder;
use super::staged_file::StagedFile;
use crate::commands::Files;
use crate::domain::{Code, Diagnostic};
use crate::readers::{FileOrFolder, GLOB};

/// Most paths that a glob may match.
const MAX_MATCHES: usize = 100_000;

impl Files for Disk {
    fn exists(&self, path: &str) -> bool {
        path == "-" || self.door.exists(Path::new(path))
    }

    fn is_folder(&self, path: &str) -> bool {
        path != "-" && self.door.folder(Path::new(path)).is_ok()
    }

    fn matching(&self, pattern: &str) -> Result<Vec<String>, Diagnostic> {
        let mut found = Vec::new();
        let (start, parts) = match pattern.strip_prefix('/') {
            Some(rest) => ("/", rest),
            None => ("", pattern),
        };
        let parts: Vec<&str> = parts.split('/').filter(|part| !part.is_empty()).collect();
        Glob { disk: self, pattern }.expand(start.to_owned(), &parts, &mut found)?;
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn open(&self, path: &str) -> Result<FileOrFolder, Diagnostic> {
        if path == "-" && !self.door.is_confined() {
            return spool(io::stdin().lock(), path)
                .map(FileOrFolder::File)
                .map_err(|error| unreadable("standard input", &error.to_string()));
        }
        self.open_path(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        let (folder, name) = output(&self.door, path)?;
        writer(&folder).replace(&folder, (&folder, &name), bytes).map_err(|error| within(error, path))
    }

    fn current(&self, path: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
        let refused = |error: io::Error| read_refused(Path::new(path), &error);
        let (folder, name) = match self.door.around(Path::new(path)) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            around => around.map_err(refused)?,
        };
        folder.read(&name, usize::MAX).map_err(refused)
    }

    fn replace(&self, path: &str, before: Option<&[u8]>, bytes: &[u8]) -> Result<bool, Diagnostic> {
        let (folder, name) = output(&self.door, path)?;
        let done = match before {
            None => writer(&folder).create(&folder, (&folder, &name), bytes),
            Some(before) => compare_and_replace(&folder, &name, before, bytes),
        };
        done.map_err(|error| within(error, path))
    }
}

fn writer(folder: &OpenFolder) -> DurableWriter {
    DurableWriter::of(folder, Code::OutputNotWritten, "path")
}

/// An error of the writer, about the path as the user wrote it.
fn within(error: Diagnostic, path: &str) -> Diagnostic {
    Diagnostic { place: path.to_owned(), ..error }
}

/// The folder and the name of an output file: a name that is free, or that of a regular file.
fn output(door: &Door, path: &str) -> Result<(OpenFolder, String), Diagnostic> {
    let (folder, name) = door.around(Path::new(path)).map_err(|error| output_not_written(path, &error))?;
    let kind = folder.kind(&name).map_err(|error| output_not_written(path, &error))?;
    match kind {
        // Who follows it writes where the author of a pull request wants; who replaces it says nothing of an attack.
        Some(kind) if kind.is_symlink() && door.is_confined() => Err(output_is_a_link(path)),
        Some(kind) if kind.is_symlink() && leads_to_special(path) => Err(not_a_regular_output(path)),
        Some(kind) if !kind.is_file() && !kind.is_symlink() => Err(not_a_regular_output(path)),
        Some(_) | None => {
            StagedFile::sweep(&folder);
            Ok((folder, name))
        }
    }
}

/// Whether a link on the user's own machine leads to a pipe, a device or a folder, such as `/dev/stdout`. A link to a
/// file is replaced.
fn leads_to_special(path: &str) -> bool {
    std::fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// Replaces a file that still contains `before`; `false` where it does not. The lock is on the file that
/// was opened: of two writers that opened the same old file, the second finds the new one by its name.
fn compare_and_replace(
    folder: &OpenFolder,
    name: &str,
    before: &[u8],
    bytes: &[u8],
) -> Result<bool, Diagnostic> {
    let refused = |error: io::Error| read_refused(&folder.path_of(name), &error);
    let Some(old) = folder.file(name).map_err(refused)? else { return Ok(false) };
    match old.lock() {
        // Some network file systems have no locks; there the comparison must suffice.
        Err(error) if error.kind() == ErrorKind::Unsupported => {}
        locked => locked.map_err(refused)?,
    }
    match folder.read(name, usize::MAX).map_err(refused)? {
        Some(now) if now == before => writer(folder).replace(folder, (folder, name), bytes).map(|()| true),
        Some(_) | None => Ok(false),
    }
}

/// A glob that is being expanded, part by part, through the same door as every other path.
struct Glob<'a> {
    disk: &'a Disk,
    pattern: &'a str,
}

impl Glob<'_> {
    fn expand(&self, prefix: String, parts: &[&str], found: &mut Vec<String>) -> Result<(), Diagnostic> {
        let Some((part, rest)) = parts.split_first() else {
            if self.disk.exists(&prefix) {
                found.push(prefix);
            }
            return if found.len() > MAX_MATCHES {
                Err(bad_glob(self.pattern, "it matches too many"))
            } else {
                Ok(())
            };
        };
        if !part.contains(['*', '?', '[']) {
            return self.expand(format!("{prefix}{part}{}", slash(rest)), rest, found);
        }
        let pattern = glob::Pattern::new(part).map_err(|error| bad_glob(self.pattern, &error))?;
        let any_depth = *part == "**";
        if any_depth {
            self.expand(prefix.clone(), rest, found)?;
        }
        let folder = if prefix.is_empty() { "." } else { prefix.as_str() };
        // What is no folder, or leads out, has nothing that could match.
        let Ok(open) = self.disk.door.folder(Path::new(folder)) else { return Ok(()) };
        let entries = open.entries().map_err(|error| unreadable(folder, &error.to_string()))?;
        for entry in entries.iter().filter(|entry| entry.is_utf8 && pattern.matches_with(&entry.name, GLOB)) {
            let path = format!("{prefix}{}", entry.name);
            match any_depth {
                // Links are not followed at any depth: they may lead back.
                true if entry.kind.is_dir() => self.expand(format!("{path}/"), parts, found)?,
                true if rest.is_empty() => found.push(path),
                true => {}
                false => self.expand(format!("{path}{}", slash(rest)), rest, found)?,
            }
        }
        Ok(())
    }
}

/// What stands between a part of a path and the parts after it.
fn slash(rest: &[&str]) -> &'static str {
    if rest.is_empty() { "" } else { "/" }
}
