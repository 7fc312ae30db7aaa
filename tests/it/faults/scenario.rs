//! A command in a folder that is made ready for it, and what must hold after any fault.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use evalsig::domain::Digest;
use serde_json::Value;

use super::tree::{Tree, in_the_making, is_temporary};
use crate::support::{Ran, Session};

/// A command, what it starts from and what it leaves.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    /// Makes the folder ready.
    pub(super) prepare: fn() -> Session,
    /// The command.
    pub(super) line: &'static str,
    /// How it ends.
    pub(super) exit: i32,
    /// Where its trail is, from the folder.
    pub(super) trail: &'static str,
    /// Entries of the trail before, and how many the command adds.
    pub(super) entries: (u64, u64),
    /// Commands that must succeed whatever happened.
    pub(super) reads: &'static [&'static str],
    /// What it makes under a new name, and never writes over.
    pub(super) makes: Option<&'static str>,
    /// Commands that go on from there; after them nothing lies about.
    pub(super) then: &'static [&'static str],
    /// Whether its result is what it prints, whatever becomes of the files.
    pub(super) prints: bool,
}

/// A scenario whose outcome is known.
pub(super) struct Rehearsed<'s> {
    pub(super) scenario: &'s Scenario,
    pub(super) template: Session,
    /// The folder after the command, and after the command once more.
    outcomes: [Tree; 2],
    /// The sizes of the files that the command wrote.
    pub(super) sizes: BTreeSet<usize>,
    /// States of the folder from which everything was found to go on well.
    known: Mutex<BTreeSet<(String, bool)>>,
}

impl Scenario {
    /// Runs it once without a fault, and once more.
    pub(super) fn rehearse(&self) -> Rehearsed<'_> {
        let template = (self.prepare)();
        let session = copy(&template);
        let mut sizes = BTreeSet::new();
        let outcomes = [0, 1].map(|round| {
            if round == 0 || self.makes.is_none() {
                session.run(self.line).exits(self.exit);
            }
            let written = session.files().into_iter().filter(|path| !template.has(path));
            sizes.extend(written.map(|path| fs::metadata(session.path(&path)).unwrap().len() as usize));
            Tree::of(&session.path(""))
        });
        let rehearsed = Rehearsed { scenario: self, template, outcomes, sizes, known: Mutex::default() };
        rehearsed.holds(&session, true).unwrap();
        rehearsed
    }
}

/// A session in a copy of another one's folder.
pub(super) fn copy(template: &Session) -> Session {
    let session = Session::new();
    copy_into(&template.path(""), &session.path(""));
    session
}

/// Copies what is in a folder into another one.
pub(super) fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_into(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What was found, as a line for the report of a test.
pub(super) type Found = Result<(), String>;

impl Rehearsed<'_> {
    /// Whether the folder holds all that the command leaves, once or twice run.
    fn is_whole(&self, tree: &Tree) -> Found {
        let [first, second] = self.outcomes.each_ref().map(|outcome| tree.lacks(outcome));
        let lacks = if first.len() <= second.len() { first } else { second };
        if lacks.is_empty() {
            Ok(())
        } else {
            Err(format!("not there as it has to be: {}", lacks.join(", ")))
        }
    }

    /// Whether it holds that and nothing else.
    fn is_exact(&self, tree: &Tree) -> Found {
        self.is_whole(tree)?;
        let more: Vec<String> = self.outcomes.iter().flat_map(|outcome| outcome.lacks(tree)).collect();
        let known = |path: &String| self.outcomes.iter().any(|outcome| outcome.0.contains_key(path));
        let more: Vec<String> = more.into_iter().filter(|path| !known(path)).collect();
        if more.is_empty() { Ok(()) } else { Err(format!("left besides: {}", more.join(", "))) }
    }

    /// How many decisions, plans and waivers the trail holds, which must be intact.
    pub(super) fn entries(&self, session: &Session) -> Result<u64, String> {
        if self.scenario.entries == (0, 0) {
            return Ok(0);
        }
        let ran = session.run(&format!("verify {} --output json", self.scenario.trail));
        let entries =
            serde_json::from_str::<Value>(&ran.stdout).ok().and_then(|said| said["entries"].as_u64());
        match entries {
            Some(0) if ran.code == 2 && self.scenario.entries.0 == 0 => Ok(0),
            Some(entries) if ran.code == 0 => Ok(entries),
            _ => Err(format!("the trail is not intact: {}", said(&ran))),
        }
    }

    /// All that must hold of a folder after a fault, and after the command was run again in it. `ended`: the
    /// command said that it was done.
    pub(super) fn holds(&self, session: &Session, ended: bool) -> Found {
        let scenario = self.scenario;
        let before = Tree::of(&session.path(""));
        let key = (before.key(), ended);
        if self.known.lock().unwrap().contains(&key) {
            return Ok(());
        }
        let (first, added) = scenario.entries;
        let entries = self.entries(session)?;
        if entries < first || entries > first + added || (ended && entries != first + added) {
            return Err(format!("the trail holds {entries} entries"));
        }
        self.named_runs_are_there(session)?;
        if ended && !scenario.prints {
            self.is_whole(&before)?;
        }
        succeed(session, scenario.reads)?;
        // What is never written over is there whole, or not at all.
        if scenario.makes.is_some_and(|made| session.has(made)) {
            self.is_whole(&before)?;
        } else {
            let again = session.run(scenario.line);
            if again.code != scenario.exit {
                return Err(format!("run again: {}", said(&again)));
            }
            self.is_exact(&Tree::of(&session.path(""))).map_err(|what| format!("run again, {what}"))?;
            let entries = self.entries(session)?;
            if entries != first + added {
                return Err(format!("run again, the trail holds {entries} entries"));
            }
        }
        succeed(session, scenario.then)?;
        let staging = format!("{}/audit/.staging", scenario.trail);
        let litter = Tree::of(&session.path("")).litter(staging.trim_start_matches("./"));
        if !litter.is_empty() {
            return Err(format!("lies about: {}", litter.join(", ")));
        }
        self.known.lock().unwrap().insert(key);
        Ok(())
    }

    /// The folder after the command.
    pub(super) fn outcome(&self) -> &Tree {
        &self.outcomes[0]
    }

    /// How many states of the folder were followed up.
    pub(super) fn states(&self) -> usize {
        self.known.lock().unwrap().len()
    }

    /// Every run that an envelope of the trail names is in the store with the bytes that it names.
    fn named_runs_are_there(&self, session: &Session) -> Found {
        for path in session.files().iter().filter(|path| path.ends_with("/audit.json")) {
            if in_the_making(path) {
                continue;
            }
            let envelope: Value =
                serde_json::from_str(&session.read(path)).map_err(|error| format!("{path}: {error}"))?;
            let tasks = envelope["tasks"].as_object().into_iter().flat_map(|tasks| tasks.values());
            let stores: Vec<&Value> = tasks.map(|task| &task["store"]).chain([&envelope["store"]]).collect();
            for store in stores.into_iter().filter(|store| store.is_object()) {
                for run in ["baseline", "candidate"] {
                    let place = format!("{}/{}", text(&store["root"]), text(&store[run]["path"]));
                    let bytes = fs::read(session.path(&place)).map_err(|error| {
                        format!("{path} names {place}, which the store does not hold: {error}")
                    })?;
                    if Digest::of(&bytes).to_string() != text(&store[run]["sha256"]) {
                        return Err(format!("{path} names {place}, which has other bytes"));
                    }
                }
            }
        }
        Ok(())
    }
}

fn succeed(session: &Session, lines: &[&str]) -> Found {
    for line in lines {
        let ran = session.run(line);
        if ran.code != 0 {
            return Err(format!("{line}: {}", said(&ran)));
        }
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// How a command ended, in one line.
pub(super) fn said(ran: &Ran) -> String {
    format!("exit {}: {}{}", ran.code, ran.stdout.trim(), ran.stderr.trim())
}

/// Whether an error names the place of the call that failed: the file or folder, or, of a file in the making, the
/// folder in which it is made.
pub(super) fn names(message: &str, path: &Path, folder: &Path) -> bool {
    let relative = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    let kept: Vec<&str> = relative.split('/').take_while(|name| !is_temporary(name)).collect();
    // This one is prepared beside the entry that it comes with.
    message.contains(&kept.join("/"))
        || (kept.len() < relative.split('/').count() && message.contains("/.gitattributes"))
}
