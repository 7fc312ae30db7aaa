//! A trail in memory: the port as its contract says, and ways to upset it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use evalsig::domain::{Code, Diagnostic, Digest};
use evalsig::trail::{Addition, AppendOutcome, FileKind, HeadToken, Listed, Port, Snapshot, TrailFiles};

type Intruder = Box<dyn FnMut(&MemoryTrail)>;

/// The files by path.
#[derive(Default)]
pub struct MemoryTrail {
    /// What is there.
    pub files: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Called once, between the snapshot and the comparison of the next append.
    pub intruder: RefCell<Option<Intruder>>,
    /// The next append succeeds and reports a conflict: a reply that got lost.
    pub lose_reply: Cell<bool>,
    /// Appends that were tried.
    pub tries: Cell<u32>,
}

impl MemoryTrail {
    /// A trail of these files.
    pub fn of(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { files: RefCell::new(files), ..Self::default() }
    }

    fn token(&self) -> HeadToken {
        let paths: Vec<String> = self.files.borrow().keys().cloned().collect();
        HeadToken(Digest::of(paths.join("\n").as_bytes()).to_string())
    }
}

impl TrailFiles for MemoryTrail {
    fn snapshot(&self) -> Result<Snapshot, Diagnostic> {
        let list = |path: &String| Listed { path: path.clone(), kind: FileKind::Plain };
        Ok(Snapshot { token: self.token(), files: self.files.borrow().keys().map(list).collect() })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Diagnostic> {
        let bytes = self.files.borrow().get(path).cloned();
        bytes.ok_or_else(|| Code::FileUnreadable.at(path).what("is not there"))
    }
}

impl Port for MemoryTrail {
    fn append(&self, token: &HeadToken, addition: &Addition) -> Result<AppendOutcome, Diagnostic> {
        self.tries.set(self.tries.get() + 1);
        let intruder = self.intruder.borrow_mut().take();
        if let Some(mut intruder) = intruder {
            intruder(self);
        }
        if self.token() != *token {
            return Ok(AppendOutcome::Conflict);
        }
        for file in &addition.files {
            let before = self.files.borrow_mut().insert(file.path.clone(), file.bytes.clone());
            assert!(before.is_none(), "{} was replaced", file.path);
        }
        Ok(if self.lose_reply.take() { AppendOutcome::Conflict } else { AppendOutcome::Done })
    }
}
