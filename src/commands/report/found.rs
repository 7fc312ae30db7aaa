//! The envelope that a report is about, held to its entry.

use super::request::ReportRequest;
use crate::commands::statement::{unless_broken, unreadable_trail};
use crate::commands::verify::{Located, TrailLocator};
use crate::domain::{Code, Diagnostic, ReleaseId};
use crate::trail::{self, DetachedEnvelope, EntryLine, Question, Severity, TrailFiles, Verification};
use crate::view::{ChainState, TrailPlace};
use std::path::Path;

/// The envelope, and the trail around it.
pub(super) struct Found {
    /// What it is called in errors.
    pub(super) name: String,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
    /// Where it stands in the chain, where it has an entry.
    pub(super) place: Option<TrailPlace>,
    /// The trail, and its lines in the order of the chain; none for an envelope by itself.
    pub(super) trail: Option<(Box<dyn TrailFiles>, Vec<EntryLine>)>,
}

impl Found {
    /// The envelope at a path; where there is no such file, that of a release.
    pub(super) fn at(request: &ReportRequest, locator: &dyn TrailLocator) -> Result<Self, Diagnostic> {
        match locator.locate(Path::new(&request.subject))? {
            Located::Envelope { bytes, entry, beside } => {
                let name = request.subject.clone();
                let alone =
                    DetachedEnvelope { path: &name, bytes: &bytes, entry: entry.as_deref(), beside: &beside };
                let answer = trail::verify_detached(alone, &Question::default())?;
                let line = answer.lines.first().ok_or_else(|| Code::Bug.at(&name).what("has no line"))?;
                decision(line, &name)?;
                unless_broken(line, &answer, "nothing was rendered")?;
                let place = entry.is_some().then(|| place(line, None)).flatten();
                Ok(Self { place, name, bytes, trail: None })
            }
            Located::Trail(_) | Located::Nothing => Self::of_release(request, locator),
        }
    }

    fn of_release(request: &ReportRequest, locator: &dyn TrailLocator) -> Result<Self, Diagnostic> {
        let release: ReleaseId = request.subject.parse().map_err(|why| {
            Code::FileUnreadable
                .at(&request.subject)
                .what(format!("is no file, and no release: {why}"))
                .next("name an audit.json, or a release of the trail at --audit-root")
        })?;
        let root = request.audit_root.display().to_string();
        let Located::Trail(files) = locator.locate(&request.audit_root)? else {
            return Err(unreadable_trail(&root));
        };
        // The whole chain: whether an entry is the record depends on every one before it.
        let answer = trail::verify(files.as_ref(), &Question::default())?;
        let of_release = |line: &&EntryLine| line.is_decision() && line.release == release.as_str();
        let wanted = |line: &&EntryLine| request.attempt.is_none_or(|attempt| attempt == line.number);
        let Some(line) = answer.lines.iter().filter(of_release).filter(wanted).max_by_key(|line| line.number)
        else {
            let wanted = request.attempt.map_or(String::new(), |attempt| format!("attempt {attempt} at "));
            return Err(Code::FileUnreadable
                .at(root)
                .what(format!("holds no {wanted}release {release}, and there is no file of this name"))
                .next("`evalsig verify` lists what it holds"));
        };
        unless_broken(line, &answer, "nothing was rendered")?;
        let (name, bytes, place) = (line.path.clone(), files.read(&line.path)?, place(line, Some(&answer)));
        Ok(Self { name, bytes, place, trail: Some((files, answer.lines)) })
    }
}

fn decision(line: &EntryLine, name: &str) -> Result<(), Diagnostic> {
    if line.is_decision() {
        return Ok(());
    }
    Err(Code::BadUsage
        .at(name)
        .what(format!("is a {}, and a report is about a verdict", line.kind))
        .next("name the audit.json of a decision"))
}

fn place(line: &EntryLine, answer: Option<&Verification>) -> Option<TrailPlace> {
    let chain = answer.map(|answer| ChainState {
        length: answer.lines.iter().filter_map(|line| line.index).max().unwrap_or_default(),
        intact: answer.findings.iter().all(|finding| finding.severity != Severity::Broken),
    });
    Some(TrailPlace {
        path: line.path.clone(),
        index: line.index?,
        entry_sha256: line.entry_sha256?.to_string(),
        chain,
    })
}
