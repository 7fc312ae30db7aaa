//! Where something is wrong in a file that people write, and what is.

use crate::domain::{Code, Diagnostic};

/// A place in a text, as editors count: both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// What is wrong with something: what was found, and what to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) what: String,
    pub(super) next: String,
}

/// Something wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) at: Position,
    /// The path of the key, such as `tasks[1].margin`; empty for the whole file.
    pub(super) key: String,
    pub(super) wrong: Wrong,
}

impl Problem {
    pub(super) fn diagnostic(self, path: &str) -> Diagnostic {
        let Self { at, key, wrong } = self;
        let place = match key.as_str() {
            "" => format!("{path}:{}:{}", at.line, at.column),
            key => format!("{path}:{}:{}: {key}", at.line, at.column),
        };
        Code::BadPolicy.at(place).what(wrong.what).next(wrong.next)
    }
}

/// Everything that was found wrong so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, at: Position, key: impl Into<String>, wrong: Wrong) {
        self.0.push(Problem { at, key: key.into(), wrong });
    }

    pub(super) fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As errors, in the order of the file.
    pub(super) fn diagnostics(mut self, path: &str) -> Vec<Diagnostic> {
        self.0.sort_by_key(|problem| problem.at);
        self.0.into_iter().map(|problem| problem.diagnostic(path)).collect()
    }
}

/// The first of several errors, which says how many others there are.
pub(super) fn first(found: Vec<Diagnostic>, path: &str) -> Diagnostic {
    let others = found.len().saturating_sub(1);
    let Some(first) = found.into_iter().next() else {
        return Code::Bug.at(path).what("the file is refused without a reason");
    };
    let more = match others {
        0 => return first,
        1 => "one more problem stands in the file".to_owned(),
        n => format!("{n} more problems stand in the file"),
    };
    let next = format!("{}; {more}: `evalsig policy check` lists all", first.next);
    first.next(next)
}
