//! `history`: which runs are kept, what was decided about them, and where their files are.

use super::Output;
use super::verify::{Located, TrailLocator};
use super::{Stores, targets::StoreTarget};
use crate::domain::{Code, Diagnostic};
use crate::present;
use crate::present::screen::Screen;
use crate::store::{Catalogue, ObjectStore, Query, RunHistory, Scope};

/// What `history` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryRequest {
    /// The store, if one is asked.
    pub store: Option<StoreTarget>,
    /// The trail, if one is asked: a folder, or whatever `verify` takes for one.
    pub trail: Option<String>,
    /// Which lines are wanted.
    pub query: Query,
    /// Whether every file is asked, rather than the index.
    pub afresh: bool,
    /// How to say it.
    pub shape: Shape,
    /// Where the lines will be read.
    pub screen: Screen,
}

/// The shape of the lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// For people.
    Table,
    /// One JSON array.
    Json,
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values.
    Csv,
}

/// Lists runs, the newest last.
///
/// # Errors
/// `bad-usage` for a project that the store does not have; `file-unreadable`, also where there is no store or no trail
/// at all; those of a bucket. Files that cannot be read are named on standard error, and
/// the others are listed.
pub fn history(
    request: &HistoryRequest,
    stores: &dyn Stores,
    locator: &dyn TrailLocator,
) -> Result<Output, Diagnostic> {
    let mut history = RunHistory::default();
    if let Some(at) = &request.store {
        let place = stores.open(&at.root)?;
        let scope = Scope { period: request.query.period, afresh: request.afresh, ..Scope::default() };
        let mut catalogue = Catalogue::read(&*place, &at.project, &scope)?;
        if catalogue.entries.is_empty() {
            known_project(&*place, at)?;
        }
        catalogue.heal(&*place, &at.project, &scope);
        history.add_store(catalogue, &*place);
    }
    if let Some(name) = &request.trail {
        let Located::Trail(trail) = locator.locate(name.as_ref())? else { return Err(no_trail(name)) };
        if !history.add_trail(&*trail)? {
            return Err(no_trail(name));
        }
    }
    history.narrow(&request.query);
    let stdout = match request.shape {
        Shape::Table => present::history::table(&history.lines, request.screen),
        Shape::Json => present::history::json(&history.lines)?,
        Shape::Jsonl => present::history::jsonl(&history.lines)?,
        Shape::Csv => present::history::csv(&history.lines),
    };
    let notes = history.notes.iter().map(|note| format!("{}\n", present::safe::line(note)));
    Ok(Output { stdout, stderr: notes.collect(), exit: 0 })
}

fn no_trail(name: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(name)
        .what("holds no trail")
        .next("name the folder that holds audit/, or a branch of this repository")
}

/// Most projects that an error names.
const NAMED: usize = 20;

/// A project without a run may still be one: its folder is there. An error names those that exist.
fn known_project(place: &dyn ObjectStore, at: &StoreTarget) -> Result<(), Diagnostic> {
    let folders = place.folders("")?;
    if folders.iter().any(|folder| folder == at.project.as_str()) {
        return Ok(());
    }
    let mut projects = Vec::new();
    for folder in folders {
        // A trail may lie beside the projects.
        if place.folders(&folder)?.iter().any(|year| year.starts_with("year=")) {
            projects.push(folder);
        }
    }
    if projects.is_empty() {
        return Err(Code::FileUnreadable
            .at(&at.root)
            .what("is no store: nothing was ever kept there")
            .next("check the path; `evalsig gate --store ROOT` keeps the runs of a decision"));
    }
    let more = projects.len().saturating_sub(NAMED);
    projects.truncate(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    Err(Code::BadUsage
        .at("--project")
        .what(format!("is {}, and the store {} has no such project", at.project, at.root))
        .next(format!("name one that it has: {}{more}", projects.join(", "))))
}
