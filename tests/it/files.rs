//! Files as they are handed to readers: what is hashed is what was read, and nothing outside the
//! workspace is.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::Path;

use evalsig::commands::Files as _;
use evalsig::domain::{Diagnostic, Digest};
use evalsig::edge::Disk;
use evalsig::readers::{FileOrFolder, ReadOptions, Source, read_file};

use crate::support::{Session, ran};

const RUN: &str =
    r#"{"run_id":"r","model_id":"m","task_id":"t","metric_name":"a","items":[{"item_id":1,"score":1}]}"#;

fn file(disk: &Disk, path: &Path) -> Result<Box<dyn Source>, Diagnostic> {
    match disk.open(path.to_str().unwrap())? {
        FileOrFolder::File(source) => Ok(source),
        FileOrFolder::Folder(_) => panic!("a folder"),
    }
}

#[test]
fn the_digest_is_that_of_the_bytes_that_were_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    fs::write(&path, RUN).unwrap();
    let named = Disk::default().open(path.to_str().unwrap()).unwrap();
    // Another file under the old name: the one that was opened is read.
    fs::rename(&path, folder.path().join("old.json")).unwrap();
    fs::write(&path, "{}").unwrap();
    let read = read_file(&named, None, &ReadOptions::default()).unwrap();
    assert_eq!(read.identity.digest, Digest::of(RUN.as_bytes()));
    assert_eq!((read.identity.bytes, read.path.as_str()), (RUN.len() as u64, path.to_str().unwrap()));
}

#[test]
fn a_file_that_is_cut_after_it_was_opened_is_judged_by_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    let rows =
        |count: usize| (0..count).map(|id| format!("{{\"id\":{id},\"score\":1}}\n")).collect::<String>();
    fs::write(&path, rows(3)).unwrap();
    let named = Disk::default().open(path.to_str().unwrap()).unwrap();
    fs::write(&path, rows(2)).unwrap();
    let read = read_file(&named, None, &ReadOptions::default()).unwrap();
    assert_eq!(read.identity.digest, Digest::of(rows(2).as_bytes()));
    assert_eq!(read.reading.run.len(), 2);
}

#[test]
fn streams_of_one_file_do_not_move_each_other() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a"), "0123456789").unwrap();
    let source = file(&Disk::default(), &folder.path().join("a")).unwrap();
    let (mut one, mut other) = (source.stream(), source.stream());
    let mut four = [0; 4];
    one.read_exact(&mut four).unwrap();
    other.seek(std::io::SeekFrom::End(-2)).unwrap();
    one.read_exact(&mut four).unwrap();
    assert_eq!(&four, b"4567");
    other.seek(std::io::SeekFrom::Current(-1)).unwrap();
    let mut rest = String::new();
    other.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "789");
}

#[cfg(unix)]
#[test]
fn nothing_outside_the_workspace_is_read_not_even_beside_a_run() {
    use std::os::unix::fs::symlink;
    let top = tempfile::tempdir().unwrap();
    let workspace = top.path().join("workspace");
    fs::create_dir_all(workspace.join("runs/inner")).unwrap();
    fs::write(top.path().join("secret.json"), RUN).unwrap();
    fs::write(workspace.join("runs/a.json"), RUN).unwrap();
    symlink("a.json", workspace.join("runs/inside.json")).unwrap();
    symlink("../../secret.json", workspace.join("runs/outside.json")).unwrap();
    symlink("/dev/zero", workspace.join("runs/zero")).unwrap();
    symlink(top.path(), workspace.join("up")).unwrap();

    let disk = Disk::within(&workspace).unwrap();
    let source = file(&disk, &workspace.join("runs/a.json")).unwrap();
    let beside = source.folder().unwrap();
    assert_eq!(beside.names().unwrap(), ["a.json", "inner", "inside.json", "outside.json", "zero"]);
    assert!(beside.open("inside.json").is_ok());
    let refusal = |name: &str| beside.open(name).map(drop).unwrap_err().what;
    for name in ["outside.json", "zero"] {
        assert!(refusal(name).ends_with("leads out of the workspace"), "{name}");
    }
    assert!(refusal("inner").ends_with("is a folder"));
    for name in ["../../secret.json", "inner/../a.json", "..", "", "/etc/passwd"] {
        assert!(refusal(name).ends_with("is no name of a file"), "{name}");
    }
    for path in ["runs/outside.json", "up/secret.json", "../secret.json"] {
        assert!(file(&disk, &workspace.join(path)).is_err(), "{path}");
    }
    let up = disk.open(workspace.join("up").to_str().unwrap());
    assert!(up.is_err_and(|error| error.what.ends_with("leads out of the workspace")));
}

#[test]
fn standard_input_is_read_compressed_or_not() {
    let session = Session::with_examples();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let plain = fs::read(session.path("runs/candidate.json")).unwrap();
    packed.write_all(&plain).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(session.path("packed"), &packed).unwrap();
    for (file, bytes) in [("runs/candidate.json", plain), ("packed", packed)] {
        let mut command = session.command(&["doctor", "-", "--output", "json"]);
        let ran = ran(command.stdin(fs::File::open(session.path(file)).unwrap()).output().unwrap());
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stdout.contains(&Digest::of(&bytes).to_string()), "{ran:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_read_where_a_person_names_it_and_nowhere_else() {
    let session = Session::with_examples();
    let made = std::process::Command::new("mkfifo").arg(session.path("pipe")).status().unwrap();
    assert!(made.success());
    let disk = Disk::within(&session.path(".")).unwrap();
    let refused = disk.open(session.path("pipe").to_str().unwrap());
    assert!(refused.is_err_and(|error| error.what.ends_with("is not a regular file")));
    let (from, to) = (session.path("runs/candidate.json"), session.path("pipe"));
    let writer = std::thread::spawn(move || fs::copy(from, to).unwrap());
    let ran = session.run("doctor pipe");
    assert_eq!(ran.code, 0, "{ran:?}");
    writer.join().unwrap();
    for path in ["/dev/zero", "/dev/null"] {
        let refused = Disk::default().open(path);
        assert!(refused.is_err_and(|error| error.what.ends_with("is not a regular file")), "{path}");
    }
}

#[test]
fn a_folder_that_is_no_run_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.json"), RUN).unwrap();
    let path = folder.path().to_str().unwrap();
    let named = Disk::default().open(path).unwrap();
    let error = read_file(&named, None, &ReadOptions::default()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{path}: cannot be read: is a folder")), "{error}");
}
