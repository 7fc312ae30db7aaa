//! The answer of `evalsig verify`, for people and for programs.

mod json;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::layout::{STOP, fitted};
use super::safe::line;
use super::screen::Width;
use crate::envelope::v1::VerdictWord;
use crate::trail::{
    AnchorHash, EntryKind, EntryLine, FileHistory, Finding, FindingKind, Matched, Severity, Stamped, Subject,
    Verification,
};

pub use json::json;

/// Findings of one kind that are written out; the rest is counted, and JSON has them all.
const SHOWN: usize = 10;

/// The report for people: a line for each entry, then the whole, then what could not be checked.
/// It reads the same without colour.
#[must_use]
pub fn text(answer: &Verification, width: Width) -> String {
    let mut entries = String::new();
    for entry in &answer.lines {
        entry_line(&mut entries, entry, width);
    }
    if !answer.lines.is_empty() {
        entries.push('\n');
    }
    let mut out = String::new();
    whole(&mut out, answer);
    findings(&mut out, answer);
    let unchecked = unchecked(answer);
    if !unchecked.is_empty() {
        out.push_str("\nNot checked:\n");
        for what in unchecked {
            let _ = writeln!(out, "  - {STOP}{what}");
        }
    }
    entries + &fitted(&out, width)
}

fn entry_line(out: &mut String, entry: &EntryLine, width: Width) {
    let mark = if entry.ok { "ok" } else { "BROKEN" };
    let index = entry.index.map_or("?".into(), |index| index.to_string());
    // A plan or a waiver that is not as it was written still is one.
    let what = if entry.is_decision() { entry.verdict.map_or("?", word) } else { entry.kind.as_str() };
    let decided_at = line(entry.decided_at.as_deref().unwrap_or("?"));
    let sha256 = entry.sha256.map_or("-".into(), |sha256| sha256.to_string());
    let number = if entry.number > 1 || !entry.is_decision() {
        format!(" {} {}", entry.kind.counted(), entry.number)
    } else {
        String::new()
    };
    let release = line(&entry.release);
    let begin = format!("{mark:<6} {index:>5}  {what:<12}  {decided_at:<20}");
    let one_line = format!("{begin}  {sha256:<64}  {release}{number}");
    if width.fits(one_line.width()) {
        let _ = writeln!(out, "{one_line}");
    } else {
        let first = format!("{mark:<6} {index:>5}  ");
        let under = " ".repeat(first.len());
        let lines =
            format!("{first}{STOP}{what:<12}  {decided_at:<20}  {release}{number}\n{under}{STOP}{sha256}");
        out.push_str(&fitted(&lines, width));
    }
}

fn whole(out: &mut String, answer: &Verification) {
    let what = match answer.subject {
        Subject::Envelope => "one envelope, taken by itself".into(),
        Subject::Trail => {
            format!(
                "{}{} of {}",
                count(answer.entries, "entry", "entries"),
                kinds(answer),
                count(answer.releases, "release", "releases")
            )
        }
    };
    let _ = match answer.severity() {
        Severity::Note if answer.subject == Subject::Envelope => {
            writeln!(out, "INTACT: {what}: its bytes are those that were recorded.")
        }
        Severity::Note => {
            writeln!(out, "INTACT: {what}, each as it was written and linked to the one before it.")
        }
        Severity::Broken => {
            let broken = answer.findings.iter().filter(|f| f.severity == Severity::Broken).count();
            writeln!(out, "BROKEN: {what}; {}, the first break first.", count(broken, "finding", "findings"))
        }
        Severity::Undecided => {
            writeln!(out, "UNDECIDED: {what}; the question cannot be answered from what is there.")
        }
    };
    let again = answer.lines.iter().filter(|entry| entry.reproduced).count();
    if again > 0 {
        let _ = writeln!(
            out,
            "REPRODUCED: {again} of {} came out again as recorded.",
            count(answer.lines.iter().filter(|entry| entry.is_decision()).count(), "decision", "decisions")
        );
    }
    if let Some((index, sha256)) = answer.head.filter(|_| answer.severity() != Severity::Broken) {
        let _ = writeln!(out, "Head: entry {index}, SHA-256 {sha256}");
    }
    if let Some(history) = &answer.history {
        past(out, history);
    }
    vouchers(out, answer);
    for anchor in &answer.anchors {
        let hash = &anchor.hash;
        let _ = match &anchor.matched {
            Some(Matched::Entry { index, path }) => {
                // A matching hash says nothing of what lies before a broken link.
                let whole = match (answer.severity(), answer.subject) {
                    (Severity::Broken, _) | (_, Subject::Envelope) => "",
                    _ => ": it and all before it stand as they stood",
                };
                writeln!(out, "ANCHORED: {hash} is entry {index} ({}){whole}.", line(path))
            }
            Some(Matched::Envelope { path, .. }) => writeln!(
                out,
                "ANCHORED: {hash} is the envelope {}; this says nothing about its neighbours.",
                line(path)
            ),
            Some(Matched::Commit { index }) => writeln!(
                out,
                "ANCHORED: {hash} is a commit that led here; the entries up to {index} stand as they stood in it."
            ),
            None if matches!(hash, AnchorHash::Commit(_)) => {
                writeln!(out, "NOT FOUND: {hash} is no commit that the trail rests on.")
            }
            None => writeln!(out, "NOT FOUND: {hash} is neither an entry nor an envelope here."),
        };
    }
    if let (Some(upto), Some((head, _))) = (answer.anchored_to(), answer.head)
        && upto < head
    {
        let _ = writeln!(out, "Entries after {upto} are not anchored: they could have been rewritten.");
    }
    if answer.entries > 0 && !answer.anchored() {
        let _ = writeln!(out, "NOT ANCHORED: {}", FindingKind::NotAnchored.about());
    }
}

/// Time stamps and signatures that were held to somebody whom the user trusts.
fn vouchers(out: &mut String, answer: &Verification) {
    let of = count(answer.lines.len(), "entry", "entries");
    let by = |entry: &&EntryLine| entry.stamped.as_ref().is_some_and(|stamped| stamped.by.is_some());
    if let Some((index, Stamped { time, by: Some(name) })) = &answer.stamped_to {
        let (stamped, time) = (answer.lines.iter().filter(by).count(), line(time));
        let before = if answer.subject == Subject::Trail { " and all before it" } else { "" };
        let _ = writeln!(
            out,
            "TIME STAMPS: {stamped} of {of}; entry {index}{before} existed by {time}, says {}.",
            line(name)
        );
    }
    let signers = |entry: &EntryLine| entry.signed.iter().any(|signed| signed.by.is_some());
    let signed = answer.lines.iter().filter(|entry| signers(entry)).count();
    if signed > 0 {
        let by =
            answer.lines.iter().flat_map(|entry| &entry.signed).filter_map(|signed| signed.by.as_deref());
        let names: BTreeSet<&str> = by.collect();
        let shown: Vec<String> = names.iter().take(SHOWN).map(|name| line(name)).collect();
        let more = if names.len() > SHOWN { " and others" } else { "" };
        let _ = writeln!(out, "SIGNED: {signed} of {of}, by {}{more}.", shown.join(", "));
    }
}

fn past(out: &mut String, history: &FileHistory) {
    let (commit, name) = (line(&history.commit), line(&history.name));
    let what = if history.is_source { "trail at commit" } else { "work tree of commit" };
    let judged = if history.is_intact() { "; no commit ever changed or removed a file of it" } else { "" };
    let _ = writeln!(out, "Git: {what} {commit} of {name}{judged}.");
}

fn findings(out: &mut String, answer: &Verification) {
    // By kind, in the order in which the kinds are first met; a conversion of line endings touches
    // every file and is still one event.
    let mut groups: Vec<(FindingKind, Severity, Vec<&Finding>)> = Vec::new();
    for finding in answer.findings.iter().filter(|finding| finding.kind != FindingKind::NotAnchored) {
        match groups.iter_mut().find(|(kind, weight, _)| (*kind, *weight) == (finding.kind, finding.severity))
        {
            Some((_, _, group)) => group.push(finding),
            None => groups.push((finding.kind, finding.severity, vec![finding])),
        }
    }
    for (kind, weight, group) in groups {
        let _ = writeln!(out, "\n{} {}: {}", weight.as_str(), kind.as_str(), kind.about());
        for finding in group.iter().take(SHOWN) {
            if !finding.path.is_empty() {
                let _ = writeln!(out, "  {}", line(&finding.path));
            }
            for (label, what) in [("expected", &finding.expected), ("found", &finding.found)] {
                if !what.is_empty() {
                    let _ = writeln!(out, "    {label:<9} {STOP}{}", line(what));
                }
            }
        }
        if let Some(more) = group.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(out, "  and {more} more; --output json lists them");
        }
        let _ = writeln!(out, "  next: {}", kind.next());
    }
}

/// What the answer does not rest on.
fn unchecked(answer: &Verification) -> Vec<String> {
    if answer.entries == 0 {
        return Vec::new();
    }
    let mut what = Vec::new();
    let verdicts = || answer.lines.iter().filter(|entry| entry.is_decision());
    let open = verdicts().filter(|entry| !entry.made_again).count();
    match verdicts().count() - open {
        0 if open == 0 => {}
        0 => what.push("the runs behind the verdicts: neither their files nor the arithmetic".to_owned()),
        _ if open > 0 => what.push(format!("the runs behind {}", count(open, "verdict", "verdicts"))),
        _ => {}
    }
    what.push(match &answer.stamped_to {
        Some(_) => "who wrote the entries: their own times are the writers' clocks".to_owned(),
        None => "who wrote the entries, and when: their times are the writers' own clocks".to_owned(),
    });
    what.push(match &answer.history {
        Some(history) if !history.cut => {
            "git's objects against their names: a clone does, and `git fsck`".into()
        }
        _ => "the history of these files in git".to_owned(),
    });
    let open = |kind| answer.findings.iter().filter(|finding| finding.kind == kind).count();
    let stamps = open(FindingKind::TimeStamp);
    if stamps > 0 {
        what.push(format!("the authority behind {}", count(stamps, "time stamp", "time stamps")));
    }
    let signatures = open(FindingKind::Signature);
    if signatures > 0 {
        what.push(format!("who made {}", count(signatures, "signature", "signatures")));
    }
    if answer.stamped_to.is_some() {
        what.push("whether a certificate behind a time stamp was revoked".to_owned());
    }
    if answer.subject == Subject::Envelope {
        what.push("the entries before and after it, and whether other attempts exist".to_owned());
    }
    what
}

/// The entries that are no decisions, where there are any.
fn kinds(answer: &Verification) -> String {
    let words: Vec<String> = [EntryKind::Plan, EntryKind::Waiver]
        .iter()
        .map(|kind| (kind.as_str(), answer.entries_of(*kind)))
        .filter(|(_, number)| *number > 0)
        .map(|(one, number)| count(number, one, &format!("{one}s")))
        .collect();
    if words.is_empty() { String::new() } else { format!(" ({} among them)", words.join(", ")) }
}

fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

fn word(verdict: VerdictWord) -> &'static str {
    match verdict {
        VerdictWord::Allow => "ALLOW",
        VerdictWord::Reject => "REJECT",
        VerdictWord::Inconclusive => "INCONCLUSIVE",
    }
}
