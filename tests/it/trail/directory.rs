//! The trail in a directory, one process.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use evalsig::domain::{Code, Diagnostic};
use evalsig::edge::trail_dir::TrailDir;
use evalsig::trail::{Appended, FindingKind, Severity, TrailFiles as _};

use super::{Decision, ask, ask_dir, breaks, five, gather, spread};

fn append(root: &Path, release: &str, number: u64) -> Result<Appended, Diagnostic> {
    Decision::new(release, number).append(&TrailDir::at(root))
}

fn root_user() -> bool {
    tempfile::tempfile().unwrap().metadata().unwrap().uid() == 0
}

/// Not written, exit 73, and it says where, what and what next.
#[track_caller]
fn refused(error: &Diagnostic) {
    assert_eq!((error.code, error.code.exit().code()), (Code::TrailNotWritten, 73), "{error}");
    assert!(!error.place.is_empty() && !error.what.is_empty() && !error.next.is_empty(), "{error}");
}

#[test]
fn a_directory_holds_what_memory_holds() {
    let dir = tempfile::tempdir().unwrap();
    for (release, number) in [("v1.0.0", 1), ("v1.1.0", 2), ("v1.1.0", 3), ("rc-1", 4), ("v1.1.0", 5)] {
        assert!(matches!(append(dir.path(), release, number), Ok(Appended::Written(_))));
    }
    assert_eq!(gather(dir.path()), five());
    assert_eq!(ask_dir(dir.path()), ask(&five()));
    assert!(matches!(append(dir.path(), "v1.1.0", 3), Ok(Appended::Exists(_))));
    assert_eq!(gather(dir.path()), five());
    assert!(!dir.path().join("audit/.staging").exists());
    // Readable by whoever the umask lets read.
    let mode = |path: &str| dir.path().join(path).metadata().unwrap().permissions().mode() & 0o777;
    let plain = tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o666)).tempfile().unwrap();
    let usual = plain.as_file().metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("audit/v1.0.0/audit.json"), mode(".gitattributes")), (usual, usual));
}

#[test]
fn a_root_that_does_not_exist_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("a/b");
    append(&root, "v1", 1).unwrap();
    assert_eq!(ask_dir(&root).exit_code(), 0);
}

#[test]
fn leftovers_are_a_note_and_are_swept() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), "v1", 1).unwrap();
    let left = dir.path().join("audit/.staging/folder");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("audit.json"), b"{\"half").unwrap();
    let answer = ask_dir(dir.path());
    assert_eq!(answer.exit_code(), 0);
    assert!(answer.findings.iter().any(|f| f.kind == FindingKind::Leftover && f.severity == Severity::Note));
    append(dir.path(), "v2", 2).unwrap();
    assert!(!left.exists());
    assert_eq!(ask_dir(dir.path()).entries, 2);
}

#[test]
fn links_are_not_written_through() {
    let elsewhere = tempfile::tempdir().unwrap();
    let away = elsewhere.path().join("target");
    fs::create_dir(&away).unwrap();
    for place in ["audit", "audit/v1", "audit/v1/attempts", "audit/.staging"] {
        let dir = tempfile::tempdir().unwrap();
        if place == "audit/v1/attempts" {
            append(dir.path(), "v1", 1).unwrap();
        }
        let link = dir.path().join(place);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&away, &link).unwrap();
        let before = gather(&away);
        let error = append(dir.path(), "v1", 2).unwrap_err();
        refused(&error);
        assert!(error.what.contains("link"), "{place}: {error}");
        assert_eq!((gather(&away), link.is_symlink()), (before, true), "{place}");
        if place != "audit/.staging" {
            assert!(breaks(&ask_dir(dir.path())).contains(&(FindingKind::NotAFile, place.into())), "{place}");
        }
    }
    // Nor read through: an envelope that is a link is not the envelope.
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), "v1", 1).unwrap();
    let path = dir.path().join("audit/v1/audit.json");
    fs::rename(&path, elsewhere.path().join("moved.json")).unwrap();
    symlink(elsewhere.path().join("moved.json"), &path).unwrap();
    assert_eq!(ask_dir(dir.path()).exit_code(), 1);
    assert_eq!(append(dir.path(), "v1", 2).unwrap_err().code, Code::TrailBroken);
}

#[test]
fn a_pipe_in_the_trail_is_named_and_does_not_hang() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), "v1", 1).unwrap();
    let pipe = dir.path().join("audit/v1/extra.sig");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        crate::tree::skipped("there is no mkfifo here");
        return;
    }
    assert_eq!(breaks(&ask_dir(dir.path())), [(FindingKind::NotAFile, "audit/v1/extra.sig".into())]);
}

#[test]
fn what_is_in_the_way_is_not_replaced() {
    // A file instead of a folder, at each level.
    for place in ["audit", "audit/v1", "audit/.staging"] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(place);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"mine").unwrap();
        refused(&append(dir.path(), "v1", 1).unwrap_err());
        assert_eq!(fs::read(&path).unwrap(), b"mine", "{place}");
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("root"), b"mine").unwrap();
    refused(&append(&dir.path().join("root"), "v1", 1).unwrap_err());
    // A folder that holds something; one that holds nothing does not matter.
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("audit/v1")).unwrap();
    fs::write(dir.path().join("audit/v1/notes.txt"), b"mine").unwrap();
    refused(&append(dir.path(), "v1", 1).unwrap_err());
    assert_eq!(fs::read(dir.path().join("audit/v1/notes.txt")).unwrap(), b"mine");
    assert!(!dir.path().join("audit/.staging").exists());
    fs::create_dir(dir.path().join("audit/v2")).unwrap();
    append(dir.path(), "v2", 1).unwrap();
}

#[test]
fn a_folder_that_cannot_be_written_says_so() {
    if root_user() {
        // Root is stopped by no permission, but the kernel keeps its own folders.
        refused(&append(Path::new("/sys/kernel"), "v1", 1).unwrap_err());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), "v1", 1).unwrap();
    let before = gather(dir.path());
    let audit = dir.path().join("audit");
    fs::set_permissions(&audit, fs::Permissions::from_mode(0o555)).unwrap();
    refused(&append(dir.path(), "v2", 2).unwrap_err());
    fs::set_permissions(&audit, fs::Permissions::from_mode(0o000)).unwrap();
    refused(&append(dir.path(), "v2", 2).unwrap_err());
    let unreadable = evalsig::trail::verify(&TrailDir::at(dir.path()), &Default::default());
    assert_eq!(unreadable.unwrap_err().code, Code::FileUnreadable);
    fs::set_permissions(&audit, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(gather(dir.path()), before);
}

#[test]
fn what_root_writes_belongs_to_the_owner_of_the_folder() {
    if !root_user() {
        crate::tree::skipped_in_ci_too("only root can give files away");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::chown(dir.path(), Some(1001), Some(121)).unwrap();
    append(dir.path(), "v1", 1).unwrap();
    append(dir.path(), "v1", 2).unwrap();
    let mut todo = vec![dir.path().to_path_buf()];
    let mut seen = 0;
    while let Some(path) = todo.pop() {
        let found = path.metadata().unwrap();
        assert_eq!((found.uid(), found.gid()), (1001, 121), "{}", path.display());
        if found.is_dir() {
            todo.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
        seen += 1;
    }
    assert_eq!(seen, 10);
}

#[test]
fn a_writer_that_hangs_is_waited_for_and_named() {
    let dir = tempfile::tempdir().unwrap();
    append(dir.path(), "v1", 1).unwrap();
    let lock = File::open(dir.path().join("audit")).unwrap();
    lock.lock().unwrap();
    let hurried = TrailDir::at(dir.path()).lock_timeout(Duration::from_millis(50));
    let error = Decision::new("v2", 2).append(&hurried).unwrap_err();
    refused(&error);
    assert!(error.what.contains("locked by another process"), "{error}");
    // Reading needs no lock.
    assert_eq!(ask_dir(dir.path()).exit_code(), 0);
    lock.unlock().unwrap();
    Decision::new("v2", 2).append(&hurried).unwrap();
}

#[test]
fn a_full_disk_leaves_the_trail_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
        .arg(&disk)
        .output()
        .is_ok_and(|done| done.status.success());
    if !mounted {
        crate::tree::skipped_in_ci_too("a small disk cannot be mounted here");
        return;
    }
    let mut written = 0;
    let error = loop {
        match append(&disk, &format!("v{written}"), written) {
            Ok(_) => written += 1,
            Err(error) => break error,
        }
    };
    let answer = ask_dir(&disk);
    let unmounted = Command::new("umount").arg(&disk).status();
    refused(&error);
    assert!(error.next.contains("free some space"), "{error}");
    assert_eq!((answer.exit_code(), answer.entries as u64), (0, written));
    assert!(written > 2 && unmounted.unwrap().success());
}

#[test]
fn names_that_are_not_text_are_listed_as_what_they_are() {
    use std::os::unix::ffi::OsStrExt as _;

    let dir = tempfile::tempdir().unwrap();
    spread(&five(), dir.path());
    let name = std::ffi::OsStr::from_bytes(b"v1.0.0/audit\xff.json");
    if fs::write(dir.path().join("audit").join(name), b"x").is_err() {
        crate::tree::skipped("this file system holds no such name");
        return;
    }
    let answer = ask_dir(dir.path());
    assert_eq!(breaks(&answer).len(), 1, "{:?}", answer.findings);
}

#[test]
fn a_file_longer_than_any_envelope_is_not_read_whole() {
    let dir = tempfile::tempdir().unwrap();
    spread(&five(), dir.path());
    let path = "audit/v1.0.0/audit.json";
    File::options().write(true).open(dir.path().join(path)).unwrap().set_len(1 << 32).unwrap();
    let bytes = TrailDir::at(dir.path()).read(path).unwrap();
    assert_eq!(bytes.len(), evalsig::trail::MAX_FILE + 1);
    assert_eq!(breaks(&ask_dir(dir.path())), [(FindingKind::EnvelopeChanged, path.into())]);
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"];
    let done = Command::new("git").args(identity).args(arguments).current_dir(folder).output();
    done.is_ok_and(|done| done.status.success())
}

#[test]
fn a_clone_with_autocrlf_keeps_the_trail_and_without_the_rule_says_what_happened() {
    for user in [None, Some("*.png binary\n")] {
        let dir = tempfile::tempdir().unwrap();
        let origin = dir.path().join("origin");
        fs::create_dir(&origin).unwrap();
        if !(git(&origin, &["init", "-q"]) && git(&origin, &["config", "core.autocrlf", "false"])) {
            crate::tree::skipped("there is no git here");
            return;
        }
        if let Some(text) = user {
            fs::write(origin.join(".gitattributes"), text).unwrap();
        }
        append(&origin, "v1", 1).unwrap();
        append(&origin, "v1", 2).unwrap();
        assert!(git(&origin, &["add", "-A"]) && git(&origin, &["commit", "-qm", "x"]));
        let clone = ["clone", "-q", "-c", "core.autocrlf=true", "origin", "clone"];
        assert!(git(dir.path(), &clone));
        let answer = ask_dir(&dir.path().join("clone"));
        assert_eq!(answer.exit_code(), 0, "{:?}", answer.findings);
        // Git did convert what it was allowed to.
        let outer = fs::read_to_string(dir.path().join("clone/.gitattributes")).unwrap();
        assert!(outer.ends_with("\r\n"), "{outer:?}");

        let rule = if user.is_some() { "audit/.gitattributes" } else { ".gitattributes" };
        assert!(git(&origin, &["rm", "-q", rule]) && git(&origin, &["commit", "-qm", "y"]));
        assert!(git(dir.path(), &[&clone[..5], &["second"]].concat()));
        let answer = ask_dir(&dir.path().join("second"));
        let converted = breaks(&answer).iter().filter(|(kind, _)| *kind == FindingKind::LineEndings).count();
        assert_eq!((answer.exit_code(), converted), (1, 4), "{:?}", answer.findings);
    }
}
