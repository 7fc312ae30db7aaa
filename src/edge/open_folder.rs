//! A folder that is open. What lies in it is reached from its descriptor, one name at a time and through no symbolic
//! link: a link that was planted leads nowhere, and a folder that is swapped meanwhile is not the one that was opened.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use cap_fs_ext::{DirExt as _, FollowSymlinks, OpenOptionsFollowExt as _, OpenOptionsSyncExt as _};
use cap_std::fs::{Dir, FileType, OpenOptions};

/// An open folder, and the path by which people know it.
#[derive(Debug)]
pub(super) struct OpenFolder {
    dir: Dir,
    shown: PathBuf,
}

impl OpenFolder {
    pub(super) fn new(dir: Dir, shown: &Path) -> Self {
        Self { dir, shown: shown.to_path_buf() }
    }

    /// The path by which people know it.
    pub(super) fn shown(&self) -> &Path {
        &self.shown
    }

    /// The path by which people know what has a name in it.
    pub(super) fn path_of(&self, name: &str) -> PathBuf {
        if self.shown.as_os_str().is_empty() { name.into() } else { self.shown.join(name) }
    }

    /// The descriptor.
    pub(super) fn dir(&self) -> &Dir {
        &self.dir
    }

    /// What has a name in it; `None` where nothing has.
    pub(super) fn kind(&self, name: &str) -> io::Result<Option<FileType>> {
        match self.dir.symlink_metadata(name) {
            Ok(found) => Ok(Some(found.file_type())),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A folder in it; `None` where there is none.
    pub(super) fn folder(&self, name: &str) -> io::Result<Option<Self>> {
        match self.dir.open_dir_nofollow(name) {
            Ok(dir) => Ok(Some(Self { dir, shown: self.path_of(name) })),
            // Not asked once more: somebody may create it meanwhile.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => match self.kind(name)? {
                None => Ok(None),
                Some(kind) if kind.is_dir() => Err(error),
                Some(_) => Err(not_a_folder()),
            },
        }
    }

    /// The same folder once more.
    pub(super) fn again(&self) -> io::Result<Self> {
        Ok(Self { dir: self.dir.try_clone()?, shown: self.shown.clone() })
    }

    /// A folder below it, by a path with forward slashes; `None` where there is none.
    pub(super) fn below(&self, path: &str) -> io::Result<Option<Self>> {
        let mut folder = self.again()?;
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let Some(next) = folder.folder(name)? else { return Ok(None) };
            folder = next;
        }
        Ok(Some(folder))
    }

    /// A regular file below it, by a path with forward slashes, open for reading; `None` where there is none.
    ///
    /// # Errors
    /// `InvalidInput` for a link, a pipe, a device or a folder.
    pub(super) fn file(&self, path: &str) -> io::Result<Option<File>> {
        let (folders, name) = split(path);
        let Some(folder) = self.below(folders)? else { return Ok(None) };
        // To open a pipe that nobody writes to must not take for ever.
        let mut options = OpenOptions::new();
        options.read(true).nonblock(true).follow(FollowSymlinks::No);
        match folder.dir.open_with(name, &options) {
            Ok(file) if file.metadata()?.is_file() => Ok(Some(file.into_std())),
            Ok(_) => Err(not_a_regular_file()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => match folder.kind(name)? {
                None => Ok(None),
                Some(kind) if kind.is_file() => Err(error),
                Some(_) => Err(not_a_regular_file()),
            },
        }
    }

    /// The bytes of a regular file below it, at most `most` of them; `None` where there is none.
    pub(super) fn read(&self, path: &str, most: usize) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = self.file(path)? else { return Ok(None) };
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(most);
        let mut bytes = Vec::with_capacity(size.min(most));
        file.take(u64::try_from(most).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// What lies in it: names, whether they are UTF-8 as they stand, and kinds. What is removed meanwhile is left out.
    pub(super) fn entries(&self) -> io::Result<Vec<Listed>> {
        let mut entries = Vec::new();
        for entry in self.dir.entries()? {
            let entry = entry?;
            let name = entry.file_name();
            let is_utf8 = name.to_str().is_some();
            match entry.file_type() {
                Ok(kind) => entries.push(Listed { name: name.to_string_lossy().into_owned(), is_utf8, kind }),
                Err(error) if is_missing(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(entries)
    }

    /// The names of what lies in it, in ascending order, without those that are not UTF-8.
    pub(super) fn names(&self, most: usize) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in self.dir.entries()? {
            names.extend(entry?.file_name().into_string());
            if names.len() > most {
                return Err(io::Error::other("it holds too many files for the folder of a run"));
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// A handle of its own on the folder, for locks and flushes.
    pub(super) fn handle(&self) -> io::Result<File> {
        // The descriptor that `Dir` holds may be good for paths only (`O_PATH`).
        Ok(self.dir.open_with(".", OpenOptions::new().read(true))?.into_std())
    }
}

/// An entry of a folder.
pub(super) struct Listed {
    /// Its name, with a replacement for what is not UTF-8.
    pub(super) name: String,
    /// Whether nothing was replaced.
    pub(super) is_utf8: bool,
    /// What it is; a symbolic link is a link.
    pub(super) kind: FileType,
}

/// The folders of a path with forward slashes, and its last name.
pub(in crate::edge) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether an error says that there is nothing at a path.
pub(super) fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// What stands where a regular file should be is a link, a folder, a pipe or a device.
fn not_a_regular_file() -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, "is not a regular file")
}

fn not_a_folder() -> io::Error {
    io::Error::new(ErrorKind::NotADirectory, "is a file or a symbolic link, expected a folder")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use crate::edge::door::Door;

    /// As the staging folder of a trail is, while others append.
    #[test]
    fn what_comes_and_goes_is_there_or_is_not() {
        let top = tempfile::tempdir().unwrap();
        let open = Door::default().folder(top.path()).unwrap();
        let (folder, file) = (top.path().join("folder"), top.path().join("file"));
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    std::fs::create_dir(&folder).unwrap();
                    std::fs::write(&file, "").unwrap();
                    std::fs::remove_dir(&folder).unwrap();
                    std::fs::remove_file(&file).unwrap();
                }
            });
            let failed = (0..30_000).find_map(|_| {
                let folder = open.folder("folder").map(drop);
                folder.and(open.file("file").map(drop)).err()
            });
            done.store(true, Ordering::Relaxed);
            assert!(failed.is_none(), "{failed:?}");
        });
    }
}
