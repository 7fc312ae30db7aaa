//! `history`: which runs are kept, what was decided about them, and where their files are.

use super::Output;
use super::verify::{Located, TrailLocator};
use super::{Stores, targets::StoreTarget};
use crate::domain::{Code, Diagnostic};
use crate::present;
use crate::present::screen::Screen;
use crate::store::{Catalogue, Query, RunHistory, Scope};

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
/// `file-unreadable` and those of a bucket. Files that cannot be read are named on standard error, and
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
        catalogue.heal(&*place, &at.project, &scope);
        history.add_store(catalogue, &*place);
    }
    if let Some(name) = &request.trail {
        let Located::Trail(trail) = locator.locate(name.as_ref())? else {
            return Err(Code::FileUnreadable
                .at(name)
                .what("holds no trail")
                .next("name the folder that holds audit/, or a branch of this repository"));
        };
        history.add_trail(&*trail)?;
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
