//! Messages about files and folders.

use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::domain::{Code, Diagnostic};
use crate::edge::door::is_outside;

/// A file or folder cannot be read.
pub(in crate::edge) fn unreadable(path: &str, reason: &str) -> Diagnostic {
    Code::FileUnreadable.at(path).what(format!("cannot be read: {reason}"))
}

/// The operating system refuses to read a file or folder of a trail or store.
pub(in crate::edge) fn read_refused(path: &Path, error: &Error) -> Diagnostic {
    if is_outside(error) {
        return leads_outside(Code::FileUnreadable, &path.display().to_string());
    }
    unreadable(&path.display().to_string(), &error.to_string()).next("make it readable for this user")
}

/// A run file that cannot be reached by its path.
pub(in crate::edge) fn path_not_found(path: &str, error: &Error) -> Diagnostic {
    if is_outside(error) {
        return outside_workspace(path);
    }
    unreadable(path, &error.to_string()).next("check the path; it is taken from the current directory")
}

/// A run file whose path leads out of the workspace of a job.
fn outside_workspace(path: &str) -> Diagnostic {
    unreadable(path, LEADS_OUTSIDE).next("put the run file into the workspace")
}

/// An output, a trail or a store whose path leads out of the workspace of a job.
fn leads_outside(code: Code, path: &str) -> Diagnostic {
    code.at(path).what(LEADS_OUTSIDE).next(
        "name a path in the workspace, without links that lead out of it; a folder elsewhere can be mounted there",
    )
}

const LEADS_OUTSIDE: &str = "leads out of the workspace";

/// The workspace of a job cannot be opened.
pub(in crate::edge) fn workspace_not_opened(path: &Path, error: &Error) -> Diagnostic {
    unreadable(&path.display().to_string(), &format!("workspace: {error}"))
        .next("set GITHUB_WORKSPACE to the folder of the job's files")
}

/// A file that keeps secrets by convention, in a job.
pub(in crate::edge) fn keeps_secrets(path: &str) -> Diagnostic {
    unreadable(path, "is, or leads to, a file that keeps secrets by its name, such as .env, a private key or what lies in .git")
        .next("name the run file itself; the action takes none for a run that is called so")
}

/// A device, a socket, or in a job a pipe.
pub(in crate::edge) fn not_a_regular_file(path: &str) -> Diagnostic {
    unreadable(path, "is not a regular file")
}

/// As [`not_a_regular_file`], where the user named the path.
pub(in crate::edge) fn not_a_run_file(path: &str) -> Diagnostic {
    not_a_regular_file(path).next(NAME_ONE_RUN_FILE)
}

/// A folder where one run file is needed.
pub(in crate::edge) fn is_a_folder(path: &str) -> Diagnostic {
    unreadable(path, "is a folder").next(NAME_ONE_RUN_FILE)
}

const NAME_ONE_RUN_FILE: &str = "name one run file";

/// A file name, quoted in a run file, that has a folder part.
pub(in crate::edge) fn not_a_file_name(path: &str) -> Diagnostic {
    unreadable(path, "is no name of a file")
}

/// A path given as a trail that is a device, a socket or a pipe.
pub(in crate::edge) fn neither_folder_nor_file(path: &Path) -> Diagnostic {
    Code::FileUnreadable
        .at(path.display().to_string())
        .what("is neither a folder nor a file")
        .next("give the folder that holds audit/, or an audit.json")
}

/// An output that is a pipe, a device or a folder.
pub(in crate::edge) fn not_a_regular_output(path: &str) -> Diagnostic {
    Code::OutputNotWritten
        .at(path)
        .what("is not a regular file")
        .next("name a file; a result for another program is printed on standard output, with --output json")
}

/// An output in a workspace that is a symbolic link.
pub(in crate::edge) fn output_is_a_link(path: &str) -> Diagnostic {
    Code::OutputNotWritten
        .at(path)
        .what("is a symbolic link, which could lead anywhere; nothing was written")
        .next("remove it: see which commit put it there")
}

/// An output file of a command cannot be written.
pub(in crate::edge) fn output_not_written(path: &str, error: &Error) -> Diagnostic {
    if is_outside(error) {
        return leads_outside(Code::OutputNotWritten, path);
    }
    Code::OutputNotWritten
        .at(path)
        .what(error.to_string())
        .next("check that the folder exists and can be written to")
}

/// There is a file, or a folder that is not empty, where an export should go.
pub(in crate::edge) fn export_target_exists(target: &Path) -> Diagnostic {
    Code::OutputNotWritten
        .at(target.display().to_string())
        .what("is there already; nothing was overwritten")
        .next("name a file that does not exist, or a folder that is empty")
}

/// An export cannot be written. `action` is the past participle of what failed.
pub(in crate::edge) fn export_failed(target: &Path, action: &str, error: &Error) -> Diagnostic {
    Code::OutputNotWritten.at(target.display().to_string()).what(format!("cannot be {action}: {error}")).next(
        "check that the folder around it exists, can be written to and has room; nothing was half-written",
    )
}

/// A file or symbolic link stands where a trail or store needs a folder. `flag` names another folder.
pub(in crate::edge) fn not_a_folder(code: Code, path: &Path, flag: &str) -> Diagnostic {
    code.at(path.display().to_string())
        .what("is a file or a symbolic link, expected a folder")
        .next(format!("move it away, or give another {flag}"))
}

/// The operating system refuses a write. `action` is the past participle of what failed, `flag` names
/// another folder.
pub(in crate::edge) fn write_refused(
    code: Code,
    path: &Path,
    action: &str,
    flag: &str,
    error: &Error,
) -> Diagnostic {
    if is_outside(error) {
        return leads_outside(code, &path.display().to_string());
    }
    let next = match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("make the folder writable for this user, or give another {flag}")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "free some space and run again; nothing was half-written".into()
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists | ErrorKind::IsADirectory => {
            format!("move the file away, or give another {flag}")
        }
        _ => "nothing was half-written: run again once the cause is gone".into(),
    };
    code.at(path.display().to_string()).what(format!("cannot be {action}: {error}")).next(next)
}

/// Another process held the lock of a folder for the whole waiting time.
pub(in crate::edge) fn lock_timed_out(code: Code, folder: &Path, seconds: u64) -> Diagnostic {
    code.at(folder.display().to_string())
        .what(format!("has been locked by another process for {seconds} s"))
        .next("see which evalsig hangs, end it and run again")
}

/// The file system refuses to lock a folder.
pub(in crate::edge) fn lock_refused(code: Code, folder: &Path, error: &Error) -> Diagnostic {
    code.at(folder.display().to_string())
        .what(format!("cannot be locked: {error}"))
        .next("keep it on a local disk, not on a network share")
}

/// The folder of a new entry exists and holds files.
pub(in crate::edge) fn entry_folder_in_use(folder: &Path) -> Diagnostic {
    Code::TrailNotWritten
        .at(folder.display().to_string())
        .what("holds files that are no envelope and entry")
        .next("move them out of the trail")
}

/// An entry was renamed into place, and `error` kept the new name from being flushed to disk.
pub(in crate::edge) fn entry_not_flushed(error: Diagnostic) -> Diagnostic {
    error.next("the entry is in place but may not survive a power cut: run again")
}

/// An export was moved into place, and `error` kept its name from being flushed to disk.
pub(in crate::edge) fn export_not_flushed(error: Diagnostic) -> Diagnostic {
    error.next("the export is in place but may not survive a power cut: remove it and run again")
}

/// A trail on a branch, outside a job that has GitHub.
pub(in crate::edge) fn branch_without_github(branch: &str) -> Diagnostic {
    Code::TrailNotWritten.at(branch).what("is a branch, and there is no GitHub to ask for it")
}

pub(in crate::edge) fn bad_glob(pattern: &str, why: impl std::fmt::Display) -> Diagnostic {
    Code::BadUsage.at(pattern).what(format!("is no glob that can be matched: {why}"))
}
