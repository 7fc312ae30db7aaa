//! Which file a task's pattern means: a file, a folder with one file a task, or a glob that one file matches.

use super::errors;
use crate::commands::run_path::is_glob;
use crate::commands::{Files, Revisions};
use crate::domain::Diagnostic;
use crate::domain::policy::TaskPolicy;
use crate::readers::{self, FileOrFolder, Folder, InMemory, Source};

/// What of a folder is the run of a task.
pub(super) enum Pick {
    /// This file.
    File(String),
    /// All of it, as a tool wrote one run.
    Whole,
}

/// Says it, from the names of the files in the folder.
pub(super) type PickFrom<'a> = dyn Fn(&[String]) -> Result<Pick, Diagnostic> + 'a;

/// A place that run files are looked for in.
pub(super) trait RunFiles {
    /// The paths that a glob matches, in ascending order.
    fn matching(&self, pattern: &str) -> Result<Vec<String>, Diagnostic>;

    /// A file, or what `pick` says of a folder; `None` where there is nothing of this name.
    fn open(&self, path: &str, pick: &PickFrom<'_>) -> Result<Option<FileOrFolder>, Diagnostic>;
}

/// The disk.
pub(super) struct OnDisk<'a>(pub(super) &'a dyn Files);

impl RunFiles for OnDisk<'_> {
    fn matching(&self, pattern: &str) -> Result<Vec<String>, Diagnostic> {
        self.0.matching(pattern)
    }

    fn open(&self, path: &str, pick: &PickFrom<'_>) -> Result<Option<FileOrFolder>, Diagnostic> {
        if !self.0.exists(path) {
            return Ok(None);
        }
        Ok(Some(match self.0.open(path)? {
            FileOrFolder::Folder(folder) => match pick(&folder.names()?)? {
                Pick::File(name) => FileOrFolder::File(folder.open(&name)?),
                Pick::Whole => FileOrFolder::Folder(folder),
            },
            file @ FileOrFolder::File(_) => file,
        }))
    }
}

/// The files of one commit.
pub(super) struct AtCommit<'a> {
    pub(super) revisions: &'a dyn Revisions,
    pub(super) commit: &'a str,
}

impl RunFiles for AtCommit<'_> {
    fn matching(&self, pattern: &str) -> Result<Vec<String>, Diagnostic> {
        let glob = glob::Pattern::new(pattern).map_err(|error| errors::bad_glob(pattern, &error))?;
        // Everything below the part of the path that holds no sign of a glob.
        let fixed = pattern.split(['*', '?', '[']).next().unwrap_or_default();
        let folder = fixed.rsplit_once('/').map_or("", |(folder, _)| folder);
        let paths = self.revisions.list(self.commit, folder)?;
        Ok(paths.into_iter().filter(|path| glob.matches_with(path, readers::GLOB)).collect())
    }

    fn open(&self, path: &str, pick: &PickFrom<'_>) -> Result<Option<FileOrFolder>, Diagnostic> {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let below = format!("{path}/");
        let names: Vec<String> = self
            .revisions
            .list(self.commit, path)
            .unwrap_or_default()
            .iter()
            .filter_map(|file| file.strip_prefix(&below))
            .filter(|name| !name.contains('/'))
            .map(str::to_owned)
            .collect();
        if names.is_empty() {
            return Ok(self.file(path)?.map(|file| FileOrFolder::File(Box::new(file))));
        }
        // Each file is a request: of a folder with one file a task only that one is read.
        match pick(&names)? {
            Pick::File(name) => {
                let file = self.file(&format!("{path}/{name}"))?;
                Ok(file.map(|file| FileOrFolder::File(Box::new(file))))
            }
            Pick::Whole => {
                let mut files = Vec::new();
                for name in names {
                    let bytes = self.file(&format!("{path}/{name}"))?.map(|file| file.bytes);
                    files.push((name, bytes.unwrap_or_default()));
                }
                Ok(Some(FileOrFolder::Folder(Box::new(CommitFolder { path: self.shown(path), files }))))
            }
        }
    }
}

impl AtCommit<'_> {
    fn shown(&self, path: &str) -> String {
        format!("git:{}:{path}", self.commit)
    }

    /// The bytes of a file; `None` where there is none.
    fn file(&self, path: &str) -> Result<Option<InMemory<Vec<u8>>>, Diagnostic> {
        let bytes = self.revisions.read(self.commit, path)?;
        Ok(bytes.map(|bytes| InMemory { path: self.shown(path), bytes }))
    }
}

/// A folder of a commit.
struct CommitFolder {
    path: String,
    files: Vec<(String, Vec<u8>)>,
}

impl Folder for CommitFolder {
    fn path(&self) -> &str {
        &self.path
    }

    fn names(&self) -> Result<Vec<String>, Diagnostic> {
        Ok(self.files.iter().map(|(name, _)| name.clone()).collect())
    }

    fn open(&self, name: &str) -> Result<Box<dyn Source>, Diagnostic> {
        let found = self.files.iter().find(|(held, _)| held == name);
        let (name, bytes) = found.ok_or_else(|| errors::not_in_folder(&self.path, name))?;
        Ok(Box::new(InMemory { path: format!("{}/{name}", self.path), bytes: bytes.clone() }))
    }
}

/// The run of a task at `pattern`; `None` where there is nothing.
///
/// # Errors
/// `run-ambiguous` where several files could be meant; those of the place.
pub(super) fn run_of(
    place: &dyn RunFiles,
    pattern: &str,
    task: &TaskPolicy,
    key: &str,
) -> Result<Option<FileOrFolder>, Diagnostic> {
    let id = task.name_in_runs();
    let path = if is_glob(pattern) {
        let found = place.matching(pattern)?;
        match found.as_slice() {
            [] => return Ok(None),
            [only] => only.clone(),
            several => {
                let of_task = readers::files_of_task(several, id);
                match of_task.as_slice() {
                    [only] => (*only).to_owned(),
                    _ => return Err(errors::several_files(task, key, pattern, several)),
                }
            }
        }
    } else {
        pattern.to_owned()
    };
    place.open(&path, &|names| match readers::files_of_task(names, id).as_slice() {
        [only] => Ok(Pick::File((*only).to_owned())),
        [] if readers::is_one_run(names) => Ok(Pick::Whole),
        [] => Err(errors::no_file_of_task(task, key, &path, names)),
        several => {
            let several: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(errors::several_files(task, key, &path, &several))
        }
    })
}
