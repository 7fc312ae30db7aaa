//! The one way to the file system: every file and folder that a name leads to is opened here, once, and is used by
//! its descriptor from then on.
//!
//! A job works in its workspace, which the author of a pull request may have filled: there the door leads nowhere
//! else, whatever links and `..` a path holds. `cap-std` resolves it beneath the descriptor of the workspace
//! (`openat2` with `RESOLVE_BENEATH` where the kernel has it), so that nothing that is swapped meanwhile helps. On
//! the command line the user owns the machine, and a path may lead anywhere.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cap_fs_ext::OpenOptionsSyncExt as _;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};

use super::open_folder::OpenFolder;

/// Opens what names lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Door {
    workspace: Option<Arc<Workspace>>,
}

/// The folder that all files must lie in.
#[derive(Debug)]
struct Workspace {
    dir: Dir,
    /// Its path as it was given, and without symbolic links: absolute paths begin with one of them.
    paths: [PathBuf; 2],
}

/// What a name leads to.
pub(super) enum Opened {
    /// A regular file.
    File(File),
    /// A folder.
    Folder,
    /// A pipe, which only the user of a command line may name.
    Pipe(File),
    /// A device or a socket; in a workspace a pipe too.
    Other,
}

impl Door {
    /// A door that leads nowhere but into a folder.
    pub(super) fn within(root: &Path) -> io::Result<Self> {
        let paths = [std::path::absolute(root)?, root.canonicalize()?];
        let dir = Dir::open_ambient_dir(root, ambient_authority())?;
        Ok(Self { workspace: Some(Arc::new(Workspace { dir, paths })) })
    }

    /// Whether the door leads into one folder only.
    pub(super) fn is_confined(&self) -> bool {
        self.workspace.is_some()
    }

    /// Opens what is at a path for reading. What it is, is asked of the descriptor.
    pub(super) fn open(&self, path: &Path) -> io::Result<Opened> {
        let file = match &self.workspace {
            Some(workspace) => {
                // To open a pipe that nobody writes to must not take for ever.
                let mut options = OpenOptions::new();
                options.read(true).nonblock(true);
                confined(workspace.dir.open_with(workspace.below(path)?, &options))?.into_std()
            }
            None => File::open(path)?,
        };
        let kind = file.metadata()?.file_type();
        Ok(match () {
            () if kind.is_file() => Opened::File(file),
            () if kind.is_dir() => Opened::Folder,
            () if is_pipe(&kind) && !self.is_confined() => Opened::Pipe(file),
            () => Opened::Other,
        })
    }

    /// The path of a file that was opened, without symbolic links: from the system where it says that of a
    /// descriptor, else by the name that led to it.
    pub(super) fn own_path(&self, file: &File, path: &str) -> String {
        let resolved = || match &self.workspace {
            Some(workspace) => {
                workspace.below(Path::new(path)).and_then(|path| workspace.dir.canonicalize(path))
            }
            None => Path::new(path).canonicalize(),
        };
        let own = of_descriptor(file).or_else(|| resolved().ok()).unwrap_or_else(|| path.into());
        let below = self.workspace.as_ref().and_then(|workspace| workspace.stripped(&own));
        below.unwrap_or(&own).to_string_lossy().into_owned()
    }

    /// Whether there is anything at a path.
    pub(super) fn exists(&self, path: &Path) -> bool {
        match &self.workspace {
            Some(workspace) => workspace.below(path).is_ok_and(|path| workspace.dir.exists(path)),
            None => path.exists(),
        }
    }

    /// Opens a folder.
    pub(super) fn folder(&self, path: &Path) -> io::Result<OpenFolder> {
        let dir = match &self.workspace {
            Some(workspace) => confined(workspace.dir.open_dir(workspace.below(path)?))?,
            None => Dir::open_ambient_dir(or_here(path), ambient_authority())?,
        };
        Ok(OpenFolder::new(dir, path))
    }

    /// Opens the folder around a path, and gives the last name of the path.
    pub(super) fn around(&self, path: &Path) -> io::Result<(OpenFolder, String)> {
        let name = path.file_name().and_then(OsStr::to_str).map(str::to_owned);
        let name = name.ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "is no name of a file"))?;
        Ok((self.folder(path.parent().unwrap_or(Path::new("")))?, name))
    }

    /// The names of what lies in a folder, in ascending order; those that are not UTF-8 are left out, because no tool
    /// gives a run such a name.
    pub(super) fn names(&self, path: &Path, most: usize) -> io::Result<Vec<String>> {
        self.folder(path)?.names(most)
    }
}

impl Workspace {
    /// A path below the workspace, from there.
    fn below<'p>(&self, path: &'p Path) -> io::Result<&'p Path> {
        let rest = if path.is_absolute() { self.stripped(path) } else { Some(path) };
        rest.map(or_here).ok_or_else(outside)
    }

    /// An absolute path from the workspace on; `None` where it does not begin there.
    fn stripped<'p>(&self, path: &'p Path) -> Option<&'p Path> {
        self.paths.iter().find_map(|root| path.strip_prefix(root).ok())
    }
}

/// The path of an open file, where the system tells it.
#[cfg(target_os = "linux")]
fn of_descriptor(file: &File) -> Option<PathBuf> {
    use std::os::fd::AsRawFd as _;

    std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()
}

#[cfg(not(target_os = "linux"))]
fn of_descriptor(_: &File) -> Option<PathBuf> {
    None
}

/// The empty path is the current folder.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

#[cfg(unix)]
fn is_pipe(kind: &std::fs::FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(kind)
}

#[cfg(not(unix))]
fn is_pipe(_: &std::fs::FileType) -> bool {
    false
}

/// A path that leads out of the workspace.
#[derive(Debug)]
struct Outside;

impl std::fmt::Display for Outside {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("leads out of the workspace")
    }
}

impl std::error::Error for Outside {}

fn outside() -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, Outside)
}

/// Whether an error says that a path leads out of the workspace.
pub(super) fn is_outside(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Outside>())
}

/// `cap-std` tells an escape by a refusal that no system call gave.
fn confined<T>(result: io::Result<T>) -> io::Result<T> {
    result.map_err(|error| {
        let escapes = error.kind() == ErrorKind::PermissionDenied && error.raw_os_error().is_none();
        if escapes { outside() } else { error }
    })
}
