//! `evalsig export`: a part of a trail, with everything that an auditor needs to check it, in one folder.
//!
//! The chain is exported from its start: what stands at its end can only be shown from there.

mod copy;
mod decision;
mod range;
mod report;
mod target;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::mirror::{no_trail, sound};
use super::progress::{Progress, Stage, Whole};
use super::replay::Inputs;
use super::verify::{Located, TrailLocator};
use super::{Files, Output, Stores};
use crate::domain::{Code, Diagnostic};
use crate::present;
use crate::present::screen::Width;
use crate::report::export::{Asked, Export, Head, SCHEMA};
use crate::store::ObjectStore;
use crate::trail::{EntryLine, FileKind, ROOT, TrailFiles, Verification};

pub use range::Range;
pub use target::{ExportTarget, ExportTargets};

/// What keeps git from changing the trail.
const ATTRIBUTES: [&str; 2] = [".gitattributes", "audit/.gitattributes"];
/// How it ends when something is missing.
const INCOMPLETE: u8 = 2;

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    /// The range, in the words of whoever asked.
    pub asked: String,
    /// The same, understood.
    pub range: Range,
    /// The trail, as `verify` takes it.
    pub audit_root: PathBuf,
    /// The store whose runs are exported too.
    pub store: Option<String>,
    /// A folder that does not exist yet or is empty, or a file that does not exist yet and ends in `.zip`.
    pub out: String,
    /// The columns in which it is laid out.
    pub width: Width,
}

/// Exports. The exit code is 0, or 2 where the export was made and lacks something.
///
/// # Errors
/// `trail-broken` before anything is written; `bad-usage` for a range that holds nothing;
/// `output-not-written`; what keeps either place from answering.
pub fn export(
    request: &ExportRequest,
    locator: &dyn TrailLocator,
    (files, stores): (&dyn Files, &dyn Stores),
    targets: &dyn ExportTargets,
    progress: &dyn Progress,
) -> Result<Output, Diagnostic> {
    let root = &request.audit_root;
    outside(request)?;
    let source = match locator.locate(root)? {
        Located::Trail(source) => source,
        Located::Nothing | Located::Envelope { .. } => return Err(no_trail(root)),
    };
    // What is listed before the chain is judged is part of what was judged.
    let listed = source.snapshot()?.files.into_iter().filter(|file| file.kind == FileKind::Plain);
    let mut rules: Vec<String> =
        listed.map(|file| file.path).filter(|path| ATTRIBUTES.contains(&path.as_str())).collect();
    rules.sort_unstable();
    let answer = sound(source.as_ref(), root, "nothing was exported")?;
    let wanted = request.range.of(&answer.lines);
    let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else {
        return Err(nothing(request, &answer));
    };
    let place = request.store.as_deref().map(|root| stores.open(root)).transpose()?;
    let mut export = Export {
        schema: SCHEMA.into(),
        tool: concat!("evalsig ", env!("CARGO_PKG_VERSION")).into(),
        range: Asked { asked: request.asked.clone(), first: position(first)?, last: position(last)? },
        head: Head { index: position(last)?, sha256: copy::named(&last.entry_path, last.entry_sha256)? },
        decisions: Vec::new(),
        documents: Vec::new(),
        with_runs: place.is_some(),
        missing: Vec::new(),
        files: Vec::new(),
    };
    let length = position(last)?;
    let wanted: BTreeSet<u64> = wanted.into_iter().filter_map(|line| line.index).collect();
    let export_to = export.range.last;
    let mut target = targets.begin(&request.out)?;
    let mut copy = copy::Copy::begin(target.as_mut(), &mut export);
    let stage = progress.begin("exporting", Whole::Of(export_to, "entries"));
    let reports = report::Reports {
        inputs: request.store.clone().map(|root| Inputs::Store { root, gold: None }),
        files,
        stores,
        length,
    };
    copy_all(
        &mut copy,
        source.as_ref(),
        (&answer.lines, stage.as_ref()),
        &rules,
        &wanted,
        (place.as_deref(), &reports),
    )?;
    drop(stage);
    copy.describe()?;
    target.finish()?;
    Ok(Output {
        stdout: present::export::text(&export, &request.out, request.width),
        stderr: present::export::missing(&export),
        exit: if export.missing.is_empty() { 0 } else { INCOMPLETE },
    })
}

/// Rules for git, then the chain entry by entry with what lies beside each, and the runs of the range.
fn copy_all(
    copy: &mut copy::Copy<'_>,
    source: &dyn TrailFiles,
    (lines, stage): (&[EntryLine], &dyn Stage),
    rules: &[String],
    wanted: &BTreeSet<u64>,
    (place, reports): (Option<&dyn ObjectStore>, &report::Reports<'_>),
) -> Result<(), Diagnostic> {
    for path in rules {
        copy.loose(source, path, "the trail")?;
    }
    for line in lines {
        let index = position(line)?;
        if index > copy.export.range.last {
            break;
        }
        let envelope = copy.entry(source, line)?;
        let beside = copy.beside(source, line)?;
        match wanted.contains(&index) {
            true if line.is_decision() => {
                copy.decision(line, index, &envelope, beside, place)?;
                copy.report((line, index), &envelope, reports, source)?;
            }
            true => copy.document(line, index, &envelope, beside)?,
            false => {}
        }
        stage.advance(1);
    }
    Ok(())
}

/// An export that lay in the trail would break it. A place that only links lead there is not seen.
fn outside(request: &ExportRequest) -> Result<(), Diagnostic> {
    let plain = |path: &Path| path.strip_prefix(".").unwrap_or(path).to_path_buf();
    let (out, root) = (plain(Path::new(&request.out)), plain(&request.audit_root));
    let named = root.file_name().is_some_and(|name| name == ROOT);
    if out.starts_with(root.join(ROOT)) || (named && out.starts_with(&root)) {
        return Err(Code::BadUsage
            .at("--out")
            .what("lies in the trail, where nothing else may lie")
            .next("name a place outside it"));
    }
    Ok(())
}

/// The position of an entry. One that this version cannot read has none, and the chain ends before it.
fn position(line: &EntryLine) -> Result<u64, Diagnostic> {
    line.index.ok_or_else(|| {
        Code::TrailNewer
            .at(&line.entry_path)
            .what("was written by a newer version, and this one cannot tell its place in the chain")
            .next("use the evalsig that wrote it, or a newer one")
    })
}

/// What there is instead of what was asked for.
fn nothing(request: &ExportRequest, answer: &Verification) -> Diagnostic {
    let days: BTreeSet<&str> =
        answer.lines.iter().filter_map(|line| line.decided_at.as_deref()?.get(..10)).collect();
    let last = answer.lines.iter().filter_map(|line| line.index).max().unwrap_or_default();
    let mut there = format!("it holds entries 1 to {last}");
    if let (Some(first), Some(last)) = (days.first(), days.last()) {
        there = format!("{there}, decided from {first} to {last}");
    }
    if let Range::Release(id) = &request.range {
        let known: BTreeSet<&str> = answer.lines.iter().map(|line| line.release.as_str()).collect();
        let like = |known: &&&str| known.eq_ignore_ascii_case(id.as_str());
        there = match known.iter().find(like) {
            Some(other) => format!("it holds release {other}, which differs in case"),
            None => format!("{there}; releases: {}; a single day is DAY..DAY", known.len()),
        };
    }
    let trail = Path::new(&request.audit_root).display();
    Code::BadUsage
        .at("RANGE")
        .what(format!("{:?} matches no entry of the trail {trail}", request.asked))
        .next(there)
}
