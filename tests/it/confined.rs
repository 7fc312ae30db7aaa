//! What the author of a pull request can put into a workspace, and what the gate then does: it reads and writes
//! nothing outside, waits for nobody, and tells of no file that it did not write.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use evalsig::commands::Files as _;
use evalsig::domain::Digest;
use evalsig::edge::Disk;
use evalsig::readers::{FileOrFolder, ReadOptions, read_file};

use crate::support::zip::{Member, archive};
use crate::support::{Job, Ran, Session};
use crate::tree::cases;

/// What a model may be called, for those who read the log as commands.
const HOSTILE: &str = "m\n##[set-output name=verdict]ALLOW\n::set-output name=verdict::ALLOW";

/// A release job whose candidate has a hostile name.
fn job(inputs: &[(&str, &str)]) -> Job {
    let mut job = Job::new(&[("min-delta", "0")]);
    let mut run: serde_json::Value = serde_json::from_str(&job.session.read("runs/candidate.json")).unwrap();
    run["model_id"] = HOSTILE.into();
    job.session.write("runs/candidate.json", &run.to_string());
    job.inputs(inputs);
    job
}

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// The log must not hold what the runner takes for a command, and no raw JSON of an envelope.
fn clean(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        let told = |line: &str| ["##[", "::set-output", "{", "<"].iter().any(|start| line.starts_with(start));
        assert!(!text.lines().any(told), "{text}");
    }
}

#[test]
fn an_output_that_is_a_planted_link_is_refused_and_says_so() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("mine"), "untouched").unwrap();
    let mine = outside.path().join("mine");
    for (input, name) in [("", "evalsig-envelope.json"), ("report-json", "r.json"), ("report", "r.html")] {
        for target in [
            "/dev/stdout",
            "/dev/stderr",
            "/dev/null",
            "/proc/self/fd/1",
            mine.to_str().unwrap(),
            "runs/baseline.json",
        ] {
            let job = if input.is_empty() { job(&[]) } else { job(&[(input, name)]) };
            let before = job.session.read("runs/baseline.json");
            symlink(target, job.session.path(name)).unwrap();
            let ran = job.run().exits(73);
            clean(&ran);
            assert!(ran.stdout.contains("is a symbolic link"), "{name} -> {target}: {}", ran.stdout);
            assert_eq!(job.session.read("runs/baseline.json"), before);
        }
    }
    assert_eq!(fs::read_to_string(mine).unwrap(), "untouched");
}

#[test]
fn a_pipe_or_a_folder_where_an_output_goes_is_refused_at_once() {
    let piped = job(&[]);
    fifo(&piped.session.path("evalsig-envelope.json"));
    let ran = piped.run().exits(73);
    assert!(ran.stdout.contains("evalsig-envelope.json: is not a regular file"), "{}", ran.stdout);
    let filled = job(&[("report", "r.html")]);
    filled.session.write("r.html/inner", "");
    assert!(filled.run().exits(73).stdout.contains("r.html: is not a regular file"));
}

#[test]
fn outputs_trails_and_stores_stay_in_the_workspace() {
    let top = tempfile::tempdir().unwrap();
    let outside = top.path().join("outside");
    fs::create_dir(&outside).unwrap();
    let absolute = outside.join("r.json");
    for inputs in [
        &[("report-json", absolute.to_str().unwrap())][..],
        &[("report-json", "../r.json")],
        &[("report", "link/r.html")],
        &[("report-json", "runs/../link/r.json")],
        &[("release-id", "v1"), ("audit-root", "link")],
        &[("release-id", "v1"), ("audit-root", "link/deeper")],
        &[("release-id", "v1"), ("audit-root", outside.to_str().unwrap())],
        &[("release-id", "v1"), ("audit-root", "..")],
        &[("release-id", "v1"), ("store", "link")],
        &[("release-id", "v1"), ("store", "link/kept")],
        &[("release-id", "v1"), ("store", outside.to_str().unwrap())],
    ] {
        let job = job(inputs);
        symlink(&outside, job.session.path("link")).unwrap();
        let ran = job.run().exits(73);
        assert!(ran.stdout.contains("leads out of the workspace"), "{inputs:?}: {}", ran.stdout);
        clean(&ran);
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "{inputs:?}");
        assert!(!job.session.path("..").join("r.json").exists());
    }
}

#[test]
fn a_trail_or_project_that_is_a_planted_link_is_refused() {
    let outside = tempfile::tempdir().unwrap();
    for (link, inputs) in [
        ("audit", &[("release-id", "v1")][..]),
        ("audit/v1", &[("release-id", "v1")]),
        ("kept/default", &[("release-id", "v1"), ("store", "kept")]),
    ] {
        let job = job(inputs);
        fs::create_dir_all(job.session.path(link).parent().unwrap()).unwrap();
        symlink(outside.path(), job.session.path(link)).unwrap();
        let ran = job.run().exits(73);
        clean(&ran);
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "{link}");
    }
}

#[test]
fn paths_of_the_workspace_may_be_absolute_and_links_within_it_are_followed() {
    let job = job(&[("release-id", "v1"), ("audit-root", "trail"), ("store", "kept")]);
    fs::create_dir(job.session.path("blobs")).unwrap();
    fs::rename(job.session.path("runs/candidate.json"), job.session.path("blobs/1")).unwrap();
    symlink("../blobs/1", job.session.path("runs/candidate.json")).unwrap();
    fs::create_dir(job.session.path("elsewhere")).unwrap();
    symlink("elsewhere", job.session.path("trail")).unwrap();
    let mut job = job;
    let baseline = job.session.path("runs/baseline.json");
    job.inputs(&[("baseline", baseline.to_str().unwrap())]);
    job.run().exits(0);
    assert!(job.session.has("elsewhere/audit/v1/audit.json") && job.session.has("kept/default"));
}

#[test]
fn the_user_of_a_command_line_names_any_path_but_no_device() {
    let session = Session::with_examples();
    let elsewhere = tempfile::tempdir().unwrap();
    let target = elsewhere.path().join("e.json");
    let line = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0";
    session.run(&format!("{line} --envelope {}", target.display())).exits(0);
    assert!(target.exists());
    fifo(&session.path("pipe"));
    symlink("/dev/null", session.path("null")).unwrap();
    for special in ["/dev/null", "/dev/stdout", "/dev/full", "pipe", "null", "runs"] {
        for flag in ["--envelope", "--json", "--html"] {
            let ran = session.run(&format!("{line} {flag} {special}")).exits(73);
            assert!(ran.stderr.contains("is not a regular file"), "{flag} {special}: {}", ran.stderr);
        }
    }
}

#[test]
fn a_file_that_is_swapped_for_a_link_never_gives_foreign_bytes() {
    let top = tempfile::tempdir().unwrap();
    let workspace = top.path().join("workspace");
    fs::create_dir(&workspace).unwrap();
    fs::write(top.path().join("secret"), "foreign").unwrap();
    fs::write(workspace.join("own"), "own").unwrap();
    symlink("../secret", workspace.join("link")).unwrap();
    let disk = Disk::within(&workspace).unwrap();
    let done = AtomicBool::new(false);
    let (mut read, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                // Each step is atomic: the name is always there.
                fs::hard_link(workspace.join("own"), workspace.join("next")).unwrap();
                fs::rename(workspace.join("next"), workspace.join("run")).unwrap();
                symlink("../secret", workspace.join("next")).unwrap();
                fs::rename(workspace.join("next"), workspace.join("run")).unwrap();
                // This name is written to at the same time.
                let _ = symlink("../secret", workspace.join("run.json"));
                let _ = fs::remove_file(workspace.join("run.json"));
            }
        });
        while !workspace.join("run").exists() {}
        for _ in 0..cases(20_000) {
            match disk.open("run") {
                Ok(FileOrFolder::File(file)) => {
                    let mut text = String::new();
                    std::io::Read::read_to_string(&mut file.stream(), &mut text).unwrap();
                    assert_eq!(text, "own");
                    read += 1;
                }
                Ok(FileOrFolder::Folder(_)) => panic!("there is no folder"),
                Err(_) => refused += 1,
            }
            // An output is created beside it, or refused; it never goes through the link.
            let _ = disk.write("run.json", b"mine");
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(read > 0 && refused > 0, "{read} {refused}");
    assert_eq!(fs::read_to_string(top.path().join("secret")).unwrap(), "foreign");
}

/// A log of Inspect in which every sample has this value. Both have the same length.
fn log(value: &str) -> Vec<u8> {
    let header =
        br#"{"version":2,"status":"success","eval":{"eval_id":"e","task":"t","model":"m"},"plan":{}}"#;
    let samples: Vec<String> = (1..=400)
        .map(|id| format!(r#"{{"id":{id},"epoch":1,"scores":{{"match":{{"value":"{value}"}}}}}}"#))
        .collect();
    let summaries = format!("[{}]", samples.join(","));
    archive(&[Member::stored("header.json", header), Member::stored("summaries.json", summaries.as_bytes())])
}

/// The same scores as rows of JSON Lines.
fn rows(score: u8) -> Vec<u8> {
    (1..=400).map(|id| format!("{{\"id\":{id},\"score\":{score}}}\n")).collect::<String>().into_bytes()
}

#[test]
fn what_is_judged_has_the_hash_that_is_recorded_whatever_happens_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let tries = cases(1_000) as usize;
    for (name, passed, failed) in [("a.eval", log("C"), log("I")), ("a.jsonl", rows(1), rows(0))] {
        assert_eq!(passed.len(), failed.len());
        let path = folder.path().join(name);
        fs::write(&path, &passed).unwrap();
        let before = fs::metadata(&path).unwrap().modified().unwrap();
        let done = AtomicBool::new(false);
        let mut seen = [0, 0, 0];
        std::thread::scope(|scope| {
            scope.spawn(|| {
                use std::os::unix::fs::FileExt as _;
                let file = fs::File::options().write(true).open(&path).unwrap();
                while !done.load(Ordering::Relaxed) {
                    for bytes in [&failed, &passed] {
                        file.write_all_at(bytes, 0).unwrap();
                        file.set_modified(before).unwrap();
                        // Long enough that some reader sees one file only.
                        std::thread::sleep(std::time::Duration::from_micros(300));
                    }
                }
            });
            while seen.iter().sum::<usize>() < tries {
                let named = Disk::default().open(path.to_str().unwrap()).unwrap();
                let read = read_file(&named, None, &ReadOptions::default());
                let Ok(read) = read else {
                    seen[2] += 1;
                    continue;
                };
                let scores: Vec<f64> = read.reading.run.scores().collect();
                for (at, (bytes, score)) in [(&passed, 1.0), (&failed, 0.0)].into_iter().enumerate() {
                    if read.identity.digest == Digest::of(bytes) {
                        assert!(scores.iter().all(|found| *found == score), "{name}: {scores:?}");
                        seen[at] += 1;
                    }
                }
                let known = [&passed, &failed].iter().any(|bytes| read.identity.digest == Digest::of(bytes));
                seen[2] += usize::from(!known);
            }
            done.store(true, Ordering::Relaxed);
        });
        assert!(seen[0] + seen[1] > 0, "{name}: {seen:?}");
    }
}
