//! `history`: which runs are kept, what was decided about them, and where their files are.

use super::Output;
use super::verify::{Located, TrailLocator};
use super::{Files, Stores, targets::StoreTarget};
use crate::domain::{Code, Diagnostic};
use crate::present;
use crate::present::safe;
use crate::present::screen::Screen;
use crate::store::{Catalogue, ObjectStore, Query, RunHistory, Scope, TaskDecision};

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
    /// Files that get the decisions as a picture.
    pub pictures: Pictures,
    /// Whether standard output stays empty.
    pub quiet: bool,
}

/// Files that get the decisions as a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    /// A page for the browser.
    pub html: Option<String>,
    /// One SVG file.
    pub svg: Option<String>,
}

impl Pictures {
    fn wanted(&self) -> bool {
        self.html.is_some() || self.svg.is_some()
    }

    /// Draws both before either is written. Says what was written.
    fn write(&self, decisions: &[TaskDecision], files: &dyn Files) -> Result<String, Diagnostic> {
        if decisions.is_empty() {
            let flag = if self.html.is_some() { "--html" } else { "--svg" };
            return Err(Code::BadUsage
                .at(flag)
                .what("has nothing to draw: no decision fits, so no file was written")
                .next("ask for more days, tasks or models, or name the trail too"));
        }
        let drawn = [
            (&self.html, "page", present::history::html as fn(_) -> _),
            (&self.svg, "picture", present::history::svg),
        ];
        let drawn: Vec<(&String, &str, String)> = drawn
            .into_iter()
            .filter_map(|(path, what, draw)| Some((path.as_ref()?, what, draw(decisions.to_vec()))))
            .collect();
        let mut said = String::new();
        for (path, what, text) in drawn {
            files.write(path, text.as_bytes())?;
            said.push_str(&format!("{what} written to {}\n", safe::line(path)));
        }
        Ok(said)
    }
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

/// Lists runs, the newest last, and draws what was decided about them.
///
/// # Errors
/// `output-not-written`; `bad-usage` for a picture of nothing, and for a project that the store does not have;
/// `file-unreadable`, also where there is no store or no trail at all; those of a bucket. Files that cannot be read are
/// named on standard error, and
/// the others are listed.
pub fn history(
    request: &HistoryRequest,
    stores: &dyn Stores,
    locator: &dyn TrailLocator,
    files: &dyn Files,
) -> Result<Output, Diagnostic> {
    let pictures = request.pictures.wanted();
    let mut history = if pictures { RunHistory::with_numbers() } else { RunHistory::default() };
    if let Some(at) = &request.store {
        let place = stores.open(&at.root)?;
        let scope = Scope { period: request.query.period, afresh: request.afresh };
        let mut catalogue = Catalogue::take_in(&*place, &at.project, &scope)?;
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
    let decisions = history.decisions(&request.query);
    let written = if pictures { request.pictures.write(&decisions, files)? } else { String::new() };
    history.narrow(&request.query);
    let stdout = match request.shape {
        _ if request.quiet => String::new(),
        Shape::Table => present::history::table(&history.lines, decisions, request.screen),
        Shape::Json => present::history::json(&history.lines)?,
        Shape::Jsonl => present::history::jsonl(&history.lines)?,
        Shape::Csv => present::history::csv(&history.lines),
    };
    let notes = history.notes.iter().map(|note| format!("{}\n", safe::line(note)));
    Ok(Output { stdout, stderr: notes.collect::<String>() + &written, exit: 0 })
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
