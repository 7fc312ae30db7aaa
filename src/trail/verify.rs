//! Is the trail as it was written? Everything is recomputed from the bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::anchor::{self, Anchor, AnchorHash, Matched};
use super::attestation;
use super::attributes;
use super::checked::Stamped;
use super::entry_line::{EntryLine, lines, stamped_to};
use super::examine::Examination;
use super::finding::{Finding, FindingKind, Severity};
use super::history::FileHistory;
use super::kind::EntryKind;
use super::layout::{ROOT, folder};
use super::listing::Listing;
use super::port::TrailFiles;
use super::trust::Trust;
use crate::domain::{Diagnostic, Digest, ReleaseId};

/// What is asked of a trail.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Show the lines of this release only; the chain is checked whole all the same.
    pub release_id: Option<ReleaseId>,
    /// Hashes kept outside the trail.
    pub anchors: Vec<AnchorHash>,
    /// An unanchored trail leaves the question undecided.
    pub require_anchor: bool,
    /// Whose signatures and time stamps are believed.
    pub trust: Trust,
}

/// What was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A whole trail.
    Trail,
    /// One envelope taken by itself.
    Envelope,
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Verification {
    /// What was verified.
    pub subject: Subject,
    /// Lines of the entries that were asked for, in the order of the chain.
    pub lines: Vec<EntryLine>,
    /// Entries in the whole trail.
    pub entries: usize,
    /// How many of them are of each kind.
    pub kinds: BTreeMap<EntryKind, usize>,
    /// Releases in the whole trail.
    pub releases: usize,
    /// Position and SHA-256 of the newest entry: what to keep elsewhere.
    pub head: Option<(u64, Digest)>,
    /// The commits that led here, where they were looked at.
    pub history: Option<FileHistory>,
    /// The anchors in the order in which they were given.
    pub anchors: Vec<Anchor>,
    /// The newest entry that a trusted authority saw, and when.
    pub stamped_to: Option<(u64, Stamped)>,
    /// What was found: breaks first, the first break of the chain before all.
    pub findings: Vec<Finding>,
}

impl Verification {
    /// The heaviest finding decides; none but notes is intact.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.findings.iter().map(|finding| finding.severity).min().unwrap_or(Severity::Note)
    }

    /// 0 intact, 1 broken, 2 undecided.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.severity() {
            Severity::Note => 0,
            Severity::Broken => 1,
            Severity::Undecided => 2,
        }
    }

    /// An anchor was found, be it an envelope's only, or a trusted authority saw an entry.
    #[must_use]
    pub fn anchored(&self) -> bool {
        self.stamped_to.is_some() || self.anchors.iter().any(|anchor| anchor.matched.is_some())
    }

    /// The position up to which anchors and time stamps hold the chain.
    #[must_use]
    pub fn anchored_to(&self) -> Option<u64> {
        let anchors = self.anchors.iter().filter_map(|anchor| match anchor.matched {
            Some(Matched::Entry { index, .. } | Matched::Commit { index }) => Some(index),
            _ => None,
        });
        anchors.chain(self.stamped_to.as_ref().map(|(index, _)| *index)).max()
    }

    /// Entries of one kind in the whole trail.
    #[must_use]
    pub fn entries_of(&self, kind: EntryKind) -> usize {
        self.kinds.get(&kind).copied().unwrap_or_default()
    }

    /// Adds what was found by making decisions again.
    pub fn add(&mut self, findings: Vec<Finding>) {
        self.findings.extend(findings);
        settle(self);
    }

    /// Where there is no trail at all.
    #[must_use]
    pub fn nothing(path: &str) -> Self {
        let finding = Finding::undecided(FindingKind::NoTrail, path);
        Self {
            subject: Subject::Trail,
            lines: Vec::new(),
            entries: 0,
            kinds: BTreeMap::new(),
            releases: 0,
            head: None,
            history: None,
            anchors: Vec::new(),
            stamped_to: None,
            findings: vec![finding.expected("a folder that holds audit/").found("none")],
        }
    }
}

/// Verifies a whole trail.
///
/// # Errors
/// `file-unreadable` where the place that holds it cannot be read. Whatever the files hold is a
/// finding, never an error.
pub fn verify(files: &dyn TrailFiles, question: &Question) -> Result<Verification, Diagnostic> {
    let listing = Listing::of(&files.snapshot()?.files);
    let mut trail = Examination::of_entries(files, &listing)?;
    trail.read_every_envelope(files)?;
    trail.follow(|_| true);
    let mut beside = Vec::new();
    let vouched = attestation::check(files, &trail, &question.trust, &mut beside)?;
    let lines = lines(&trail, vouched);
    let mut kinds = BTreeMap::new();
    for (slot, _) in trail.slots.iter().filter(|(_, seen)| seen.has_entry) {
        *kinds.entry(slot.kind).or_default() += 1;
    }
    let entries = kinds.values().sum();
    let releases: BTreeSet<&ReleaseId> = trail.slots.keys().map(|slot| &slot.release).collect();

    let mut findings = std::mem::take(&mut trail.findings);
    findings.append(&mut beside);
    findings.extend(listing.aside.iter().cloned());
    findings.extend(case_clashes(&releases));
    if trail.slots.is_empty() {
        findings
            .push(Finding::undecided(FindingKind::NothingToVerify, "").expected("an entry").found("none"));
    } else {
        findings.extend(attributes::check(files, &listing)?);
        if let Some(id) = question.release_id.as_ref().filter(|id| !releases.contains(id)) {
            let finding = Finding::undecided(FindingKind::ReleaseAbsent, "");
            findings.push(finding.expected(format!("release {id}")).found("no entry of it"));
        }
    }
    let releases = releases.len();
    let head = trail.head().map(|(_, read)| (read.entry.index, read.sha256));
    let mut history = files.history()?;
    if let Some(history) = &mut history {
        history.check(&mut findings);
    }
    let earlier = |revision: &str| files.earlier(revision);
    let anchors = anchor::seek(&question.anchors, &lines, &earlier, &mut findings)?;
    let stamped_to = stamped_to(&lines);
    let shown = |line: &EntryLine| question.release_id.as_ref().is_none_or(|id| id.as_str() == line.release);
    let mut answer = Verification {
        subject: Subject::Trail,
        lines: lines.into_iter().filter(shown).collect(),
        entries,
        kinds,
        releases,
        head,
        history,
        anchors,
        stamped_to,
        findings,
    };
    finish(&mut answer, question.require_anchor);
    Ok(answer)
}

/// Releases that a file system without case would merge.
fn case_clashes(releases: &BTreeSet<&ReleaseId>) -> Vec<Finding> {
    let mut first: BTreeMap<String, &ReleaseId> = BTreeMap::new();
    let mut findings = Vec::new();
    for release in releases {
        let other = *first.entry(release.folded()).or_insert(release);
        if other != *release {
            findings.push(
                Finding::broken(FindingKind::ReleaseCase, format!("{ROOT}/{release}"))
                    .expected("releases that differ in more than case")
                    .found(format!("{ROOT}/{other} too")),
            );
        }
    }
    findings
}

/// Says whether the answer is anchored, puts the findings in order and marks the lines they touch.
pub(super) fn finish(answer: &mut Verification, require_anchor: bool) {
    if !answer.anchored() && answer.entries > 0 {
        answer.findings.push(if require_anchor {
            Finding::undecided(FindingKind::NotAnchored, "").expected("an anchor").found("none")
        } else {
            Finding::note(FindingKind::NotAnchored, "")
        });
    }
    settle(answer);
}

/// Puts the findings in order and marks the lines that they touch.
fn settle(answer: &mut Verification) {
    answer.findings.sort_by(|a, b| a.rank().cmp(&b.rank()));
    let broken: BTreeSet<&str> = answer
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Broken)
        .map(|finding| finding.path.as_str())
        .collect();
    let vouching = answer.findings.iter().filter(|finding| finding.kind.is_beside());
    let beside: BTreeSet<&str> = vouching.map(|finding| folder(&finding.path)).collect();
    for line in &mut answer.lines {
        let folder = folder(&line.path);
        line.ok = !broken.contains(line.path.as_str())
            && !broken.contains(line.entry_path.as_str())
            && !beside.contains(folder);
    }
}
