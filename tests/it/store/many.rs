//! A store of many runs: a gate asks it for as much as a small one, the index takes its log in, and nothing is lost
//! between the two.

use std::cell::RefCell;
use std::path::Path;

use evalsig::domain::{Diagnostic, ProjectId, RunFrame};
use evalsig::edge::StoreDir;
use evalsig::envelope::v1::VerdictWord;
use evalsig::readers::{self, ReadOptions};
use evalsig::store::{
    self, Baseline, Created, DecisionFacts, Fetched, Guard, ManifestRecord, ObjectStore, RunArchive,
};
use serde_json::{Value, json};

use super::{gate, history, session, small, words};
use crate::support::Session;
use crate::tree;

const INDEX: &str = "kept/default/manifest.json";
const LOG: &str = "kept/default/manifest.log.jsonl";

/// A session whose store holds a run that was allowed, and so many that are names of the same file, spread over the
/// year before. Every third was allowed.
fn grown(runs: usize) -> Session {
    let session = session(&[("b", 0), ("c", 7), ("d", 8)]);
    gate(&session, "b.json", "c.json", "").exits(0);
    grow(&session.path("kept/default"), runs);
    session
}

fn grow(project: &Path, runs: usize) {
    let index: Value =
        serde_json::from_slice(&std::fs::read(project.join("manifest.json")).unwrap()).unwrap();
    let kept = index["runs"].as_array().unwrap().clone();
    let allowed = kept.iter().find(|run| run["run_id"] == "c").unwrap();
    let file = allowed["path"].as_str().unwrap();
    let month = file.split_once("/run_id").unwrap().0;
    let envelopes = project.join("_envelopes");
    let copy = std::fs::read_dir(envelopes.join(month)).unwrap().next().unwrap().unwrap();
    let digest = copy.file_name().into_string().unwrap().rsplit('.').nth(1).unwrap().to_owned();
    let mut all = Vec::new();
    for n in 0..runs {
        let month = format!("year=2025/month={:02}", 1 + n * 12 / runs);
        for folder in [project.join(&month), envelopes.join(&month)] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let path = format!("{month}/run_id=r{n}.parquet");
        std::fs::hard_link(project.join(file), project.join(&path)).unwrap();
        let mut record = allowed.clone();
        record["run_id"] = format!("r{n}").into();
        record["path"] = path.into();
        let second = n * 12 % runs;
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        record["ts"] =
            format!("{}-01T{hour:02}:{minute:02}:{second:02}+00:00", &month[5..].replace("/month=", "-"))
                .into();
        if n % 3 == 0 {
            let name = format!("{month}/run_id=r{n}.{digest}.json");
            std::fs::hard_link(copy.path(), envelopes.join(name)).unwrap();
        } else {
            record["verdict"] = Value::Null;
        }
        all.push(record);
    }
    all.extend(kept);
    std::fs::write(project.join("manifest.json"), index_of(&all)).unwrap();
}

/// An index of these runs, as evalsig and Python write it: the runs come last.
fn index_of(runs: &[Value]) -> String {
    let runs = serde_json::to_string_pretty(runs).unwrap();
    format!("{{\n  \"project_id\": \"default\",\n  \"version\": 1,\n  \"runs\": {runs}\n}}")
}

/// A place that takes note of what it is asked for.
struct Counted {
    place: StoreDir,
    asked: RefCell<Vec<(&'static str, String)>>,
    read: RefCell<usize>,
    listed: RefCell<usize>,
}

impl Counted {
    fn at(session: &Session) -> Self {
        let place = StoreDir::at(session.path("kept"));
        Self { place, asked: RefCell::default(), read: RefCell::default(), listed: RefCell::default() }
    }

    fn note<'a>(&self, what: &'static str, paths: impl IntoIterator<Item = &'a str>) {
        self.asked.borrow_mut().extend(paths.into_iter().map(|path| (what, path.to_owned())));
    }

    /// How often it was asked for what, bytes read, and names listed; then it begins anew.
    fn counts(&self) -> (Vec<(&'static str, usize)>, usize, usize) {
        let asked = self.asked.take();
        let kinds =
            ["list", "folders", "beginning", "named", "size", "read", "tail", "create", "replace", "append"];
        let of = |kind: &&'static str| (*kind, asked.iter().filter(|(what, _)| what == kind).count());
        (kinds.iter().map(of).filter(|(_, n)| *n > 0).collect(), self.read.take(), self.listed.take())
    }
}

impl ObjectStore for Counted {
    fn shown(&self, path: &str) -> String {
        self.place.shown(path)
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        self.note("list", [folder]);
        let found = self.place.list(folder)?;
        *self.listed.borrow_mut() += found.len();
        Ok(found)
    }

    fn folders(&self, folder: &str) -> Result<Vec<String>, Diagnostic> {
        self.note("folders", [folder]);
        self.place.folders(folder)
    }

    fn named(&self, folder: &str, names: &[String]) -> Result<Vec<String>, Diagnostic> {
        self.note("named", names.iter().map(String::as_str));
        self.place.named(folder, names)
    }

    fn beginning(&self, folder: &str, prefixes: &[String]) -> Result<Vec<String>, Diagnostic> {
        self.note("beginning", [folder]);
        let found = self.place.beginning(folder, prefixes)?;
        *self.listed.borrow_mut() += found.len();
        Ok(found)
    }

    fn size(&self, path: &str) -> Result<Option<u64>, Diagnostic> {
        self.note("size", [path]);
        self.place.size(path)
    }

    fn read(&self, path: &str) -> Result<Option<Fetched>, Diagnostic> {
        self.note("read", [path]);
        let found = self.place.read(path)?;
        *self.read.borrow_mut() += found.as_ref().map_or(0, |found| found.bytes.len());
        Ok(found)
    }

    fn tails(&self, paths: &[String], length: u64) -> Vec<Result<Vec<u8>, Diagnostic>> {
        self.note("tail", paths.iter().map(String::as_str));
        let found = self.place.tails(paths, length);
        *self.read.borrow_mut() += found.iter().flatten().map(Vec::len).sum::<usize>();
        found
    }

    fn create(&self, path: &str, bytes: &[u8]) -> Result<Created, Diagnostic> {
        self.note("create", [path]);
        self.place.create(path, bytes)
    }

    fn lock(&self, folder: &str) -> Result<Box<dyn Guard>, Diagnostic> {
        self.place.lock(folder)
    }

    fn keeps_index(&self) -> bool {
        self.place.keeps_index()
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        self.note("replace", [path]);
        self.place.replace(path, bytes)
    }

    fn append(&self, path: &str, line: &[u8]) -> Result<(), Diagnostic> {
        self.note("append", [path]);
        self.place.append(path, line)
    }
}

fn run(run_id: &str, right: usize) -> RunFrame {
    readers::read(small(run_id, right).as_bytes(), None, &ReadOptions::default()).unwrap().run
}

fn decided(decision: &str) -> DecisionFacts {
    DecisionFacts {
        decision_sha256: decision.into(),
        verdict: VerdictWord::Allow,
        delta: 0.5,
        p_value: 0.01,
        parent_run_id: "b".into(),
    }
}

#[test]
fn a_gate_asks_a_store_of_twenty_thousand_runs_for_as_much_as_one_of_two_thousand() {
    let project = ProjectId::default();
    let counts = [10, 2_000, 20_000].map(|runs| {
        let session = grown(runs);
        let place = Counted::at(&session);
        let archive =
            RunArchive { place: &place, project: &project, ts: "2027-01-01T00:00:00Z", cluster_key: None };
        archive.keep(Baseline::Run(&run("new-b", 1)), &run("new-c", 2), decided("d")).unwrap();
        let kept = place.counts();
        let found = store::latest_allowed(&place, &project, &run("new-d", 3)).unwrap();
        assert_eq!(found.entry.record.run_id, "c", "the newest with an envelope");
        let latest = place.counts();
        let found = store::by_name(&place, &project, "c").unwrap();
        assert_eq!(found.entry.record.run_id, "c");
        (kept, latest, place.counts())
    });
    let [small, large, larger] = counts;
    assert_eq!(large.0, larger.0, "storing two runs");
    assert_eq!((&large.1.0, large.1.2), (&larger.1.0, larger.1.2), "the newest allowed run");
    assert!(larger.1.1 < 400_000 && large.1.1 < 400_000, "{} and {} bytes", large.1.1, larger.1.1);
    assert_eq!(large.2, larger.2, "a run by its name");
    // What a small store reads and writes whole, a large one never does.
    let of = |counts: &[(&str, usize)], kind: &str| {
        counts.iter().find(|(of, _)| *of == kind).map_or(0, |(_, n)| *n)
    };
    assert_eq!((of(&small.0.0, "create"), of(&larger.0.0, "create")), (2, 2));
    assert_eq!((of(&small.0.0, "replace"), of(&larger.0.0, "replace")), (1, 0));
    assert_eq!((of(&small.0.0, "append"), of(&larger.0.0, "append")), (0, 2));
    assert_eq!((of(&larger.0.0, "list"), of(&larger.0.0, "read"), larger.0.1, larger.0.2), (0, 0, 0, 0));
}

#[test]
fn a_long_index_takes_its_log_in_when_history_is_asked() {
    let session = grown(1_000);
    let before = session.read(INDEX);
    gate(&session, "b.json", "d.json", "").exits(0);
    assert_eq!(session.read(INDEX), before, "the gate left the index alone");
    let log = session.read(LOG);
    // The baseline was there before.
    assert_eq!(log.lines().count(), 1, "{log}");
    let record: ManifestRecord = serde_json::from_str(log.trim_end()).unwrap();
    assert_eq!((record.run_id.as_str(), record.verdict.as_deref()), ("d", Some("ALLOW")));
    // The same again adds nothing.
    gate(&session, "b.json", "d.json", "").exits(0);
    assert_eq!(session.read(LOG), log);
    // What stands in the log alone counts everywhere.
    let ran = gate(&session, "store:latest-allowed", "c.json", "--output json");
    assert_eq!(ran.json()["inputs"]["baseline"]["run_id"], "d");
    let ran = gate(&session, "store:d", "c.json", "--output json");
    assert_eq!(ran.json()["inputs"]["baseline"]["run_id"], "d");

    let ran = session.run("history --root kept --output json").exits(0);
    assert_eq!(ran.stderr, "", "nothing was wrong");
    assert!(words(ran.json().as_array().unwrap(), "run_id").contains(&"d"));
    assert_eq!(session.read(LOG), "");
    let index: Value = serde_json::from_str(&session.read(INDEX)).unwrap();
    let ids: Vec<&str> =
        index["runs"].as_array().unwrap().iter().map(|run| run["run_id"].as_str().unwrap()).collect();
    assert!(ids.contains(&"d") && ids.contains(&"r999") && ids.contains(&"b"));
    let rebuilt = session.run("history --root kept --output json").exits(0);
    assert_eq!(rebuilt.stdout, ran.stdout);
}

#[test]
fn a_log_that_a_kill_left_torn_or_taken_in_already_loses_and_doubles_nothing() {
    let session = grown(1_000);
    gate(&session, "b.json", "d.json", "").exits(0);
    let log = session.read(LOG);
    let all = history(&session, "--root kept").len();
    // Killed after the index was written and before the log was emptied.
    session.write(LOG, &log);
    assert_eq!(history(&session, "--root kept").len(), all);
    // A power cut in the middle of a line, and the next gate.
    session.write(LOG, &format!("{}{}", log, &log[..log.len() / 2]));
    session.write("e.json", &small("e", 8));
    gate(&session, "b.json", "e.json", "").exits(0);
    assert_eq!(session.read(LOG).lines().count(), 3);
    let ran = session.run("history --root kept --output json").exits(0);
    assert_eq!((ran.json().as_array().unwrap().len(), ran.stderr.as_str()), (all + 1, ""));
    // Killed between the line and the file: the run was about to be stored, and is not there.
    let ghost = log.replace("\"d\"", "\"ghost\"").replace("run_id=d", "run_id=ghost");
    session.write(LOG, &ghost);
    let ran = session.run("history --root kept --output json").exits(0);
    assert!(
        ran.stderr.contains("run_id=ghost.parquet: was about to be stored, and is not there"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.json().as_array().unwrap().len(), all + 1);
    assert!(!session.read(INDEX).contains("ghost"));
    // A log whose index is gone.
    session.write(LOG, &log);
    std::fs::remove_file(session.path(INDEX)).unwrap();
    let ran = session.run("history --root kept --output json").exits(0);
    assert!(ran.stderr.contains("is missing; the files were asked instead"), "{}", ran.stderr);
    assert!(session.read(INDEX).contains("run_id=e.parquet"));
}

#[test]
fn the_index_takes_a_log_in_by_itself_once_it_is_a_quarter_as_long() {
    let session = grown(1_000);
    let before = session.read(INDEX);
    let line = format!("{}\n", "x".repeat(before.len() / 4));
    session.write(LOG, &line);
    gate(&session, "b.json", "d.json", "").exits(0);
    assert_eq!(session.read(LOG), "");
    assert!(session.read(INDEX).contains("run_id=d.parquet"));
}

#[test]
fn the_newest_allowed_run_is_the_same_with_the_index_and_without_it() {
    let session = grown(3_000);
    let project = ProjectId::default();
    let place = StoreDir::at(session.path("kept"));
    let mut index: Value = serde_json::from_str(&session.read(INDEX)).unwrap();
    let runs = index["runs"].as_array_mut().unwrap();
    for (n, run) in runs.iter_mut().enumerate() {
        run["task_id"] = if n < 500 { "far back".into() } else { format!("t{}", n % 5).into() };
    }
    // In the log stand some that are older than the newest of the index.
    let mut moved: Vec<Value> = (2_000..2_010).map(|n| runs.remove(n)).collect();
    moved.iter_mut().for_each(|run| run["task_id"] = "logged".into());
    session.write(INDEX, &index_of(runs));
    let lines: Vec<String> = moved.iter().rev().map(|run| format!("{run}\n")).collect();
    session.write(LOG, &lines.concat());
    let candidate = |task: &str| {
        let text = json!({"run_id": "x", "model_id": "m", "task_id": task, "metric_name": "accuracy",
            "items": [{"item_id": "q0", "score": 1}]});
        readers::read(text.to_string().as_bytes(), None, &ReadOptions::default()).unwrap().run
    };
    let find = || -> Vec<String> {
        let tasks = ["far back", "logged", "t0", "t1", "t2", "t3", "t4"];
        let found = tasks.map(|task| store::latest_allowed(&place, &project, &candidate(task)).unwrap());
        found.map(|found| found.entry.path).to_vec()
    };
    let by_end = find();
    // In no order, so that its end says nothing.
    let runs = index["runs"].as_array_mut().unwrap();
    runs.extend(moved);
    runs.reverse();
    session.write(INDEX, &index_of(runs)).write(LOG, "");
    assert_eq!(find(), by_end);
    assert_eq!(by_end.iter().collect::<std::collections::BTreeSet<_>>().len(), 7);
}

#[test]
fn many_writers_of_a_long_index_lose_no_record() {
    let writers =
        if tree::slow_tests("store::many::many_writers_of_a_long_index_lose_no_record, with 60 of them") {
            60
        } else {
            8
        };
    let session = grown(1_000);
    let before = history(&session, "--root kept").len();
    let children: Vec<_> = (0..writers)
        .map(|n| {
            session.write(&format!("n{n}.json"), &small(&format!("n{n}"), n % 8));
            let candidate = format!("n{n}.json");
            let args = [
                "gate",
                "--baseline",
                "b.json",
                "--candidate",
                &candidate,
                "--min-delta",
                "0",
                "--store",
                "kept",
            ];
            let mut command = session.command(&args);
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        })
        .collect();
    // Beside them somebody reads, and has the index take the log in.
    for _ in 0..3 {
        history(&session, "--root kept");
    }
    for child in children {
        let ran = crate::support::ran(child.wait_with_output().unwrap());
        assert!((0..=2).contains(&ran.code), "{}", ran.stderr);
    }
    let ran = session.run("history --root kept --output json").exits(0);
    assert_eq!(ran.stderr, "");
    assert_eq!(ran.json().as_array().unwrap().len(), before + writers);
    let index: Value = serde_json::from_str(&session.read(INDEX)).unwrap();
    assert_eq!(index["runs"].as_array().unwrap().len(), before + writers);
}

#[cfg(unix)]
#[test]
fn the_envelope_of_a_suite_lies_beside_every_candidate_and_is_kept_once() {
    use std::os::unix::fs::MetadataExt as _;

    use crate::support::suite;
    let session = suite::session(&suite::better(), &suite::usual());
    let gate = "gate --policy evalsig.yml --release-id v1 --store kept";
    let code = session.run(gate).code;
    let envelope = session.read("audit/v1/audit.json");
    let files = session.files();
    let copies: Vec<&String> = files.iter().filter(|path| path.contains("/_envelopes/")).collect();
    assert_eq!(copies.len(), 2, "{copies:?}");
    let inodes = copies.iter().map(|path| std::fs::metadata(session.path(path)).unwrap().ino());
    assert_eq!(inodes.collect::<std::collections::BTreeSet<_>>().len(), 1);
    assert!(copies.iter().all(|path| session.read(path) == envelope));
    // The same again, after one of the copies was lost.
    std::fs::remove_file(session.path(copies[1])).unwrap();
    assert_eq!(session.run(gate).code, code);
    assert_eq!(session.read(copies[1]), envelope);
    assert_eq!(session.files(), files);
    // Somebody wrote to one of them.
    std::fs::remove_file(session.path(copies[1])).unwrap();
    session.write(copies[1], "{}");
    assert!(session.run(gate).exits(73).stderr.contains("holds other bytes than its name says"));
}
