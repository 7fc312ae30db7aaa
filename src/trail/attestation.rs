//! Checks the time stamps and signatures beside an envelope and its entry, each against the file that it
//! covers and against the keys and authorities that the user trusts.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::checked::{Checker, SignatureCheck, Stamped};
use super::examine::Examination;
use super::finding::{Finding, FindingKind};
use super::layout::Slot;
use super::port::TrailFiles;
use super::signature;
use super::time_stamp;
use super::told::Told;
use super::trust::Trust;
use crate::domain::{Diagnostic, Feature};

/// Largest difference in seconds between a time stamp and the time in its entry that is not reported.
const APART: i64 = 24 * 60 * 60;

/// A signature over an envelope or an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Its path.
    pub path: String,
    /// Who made it; `None` where that was not checked.
    pub by: Option<String>,
}

/// The valid time stamp and signatures of one slot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Attestations {
    pub(super) stamped: Option<Stamped>,
    pub(super) signed: Vec<Signed>,
    /// A time stamp or signature is there, or is required, and is invalid or missing.
    disputed: bool,
}

impl Attestations {
    /// A signer whom the user trusts signed it.
    pub(super) fn is_signed(&self) -> bool {
        self.signed.iter().any(|signed| signed.by.is_some())
    }

    /// Adds notes where the user names an authority or a signer and there is no time stamp or signature by
    /// them. Where one is invalid there is a finding already.
    pub(super) fn lacking(
        &self,
        paths: [String; 2],
        index: Option<u64>,
        trust: &Trust,
        findings: &mut Vec<Finding>,
    ) {
        let [entry, envelope] = paths;
        if self.stamped.is_none() && !trust.authorities.is_empty() && !self.disputed {
            findings.push(Finding::note(FindingKind::NotStamped, entry).at(index));
        }
        if trust.names_a_signer() && !self.is_signed() && !self.disputed {
            findings.push(Finding::note(FindingKind::NotSigned, envelope).at(index));
        }
    }
}

/// The two files that a signature or time stamp can cover; each only where its bytes are those that were
/// written.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AttestedFiles<'a> {
    pub(super) index: Option<u64>,
    pub(super) entry: Option<&'a [u8]>,
    pub(super) written_at: Option<&'a str>,
    pub(super) envelope: Option<&'a [u8]>,
}

/// Checks every signature and time stamp beside the envelopes of a trail.
pub(super) fn check(
    files: &dyn TrailFiles,
    trail: &Examination,
    trust: &Trust,
    findings: &mut Vec<Finding>,
) -> Result<BTreeMap<Slot, Attestations>, Diagnostic> {
    let mut all = BTreeMap::new();
    for (slot, seen) in &trail.slots {
        let mut vouched = Attestations::default();
        let required = seen.told.as_ref().is_some_and(Told::stamp_required);
        if required && !seen.beside.contains(&slot.stamp()) {
            findings.push(missing(slot.stamp(), seen.index()));
            vouched.disputed = true;
        }
        let about = AttestedFiles {
            index: seen.index(),
            entry: seen.covered.entry.as_deref(),
            written_at: seen.entry.as_ref().map(|read| read.entry.written_at.as_str()),
            envelope: seen.covered.envelope.as_deref(),
        };
        for path in &seen.beside {
            judge(path, &files.read(path)?, about, trust, &mut vouched, findings);
        }
        vouched.lacking([slot.entry(), slot.envelope()], seen.index(), trust, findings);
        all.insert(slot.clone(), vouched);
    }
    Ok(all)
}

/// The finding for a time stamp that the envelope requires and that is not there.
pub(super) fn missing(path: String, index: Option<u64>) -> Finding {
    let finding = Finding::broken(FindingKind::TimeStampMissing, path).at(index);
    finding.expected("the time stamp that the envelope says was required").found("no such file")
}

/// Checks one file, and adds its result to the attestations of its slot.
pub(super) fn judge(
    path: &str,
    bytes: &[u8],
    about: AttestedFiles<'_>,
    trust: &Trust,
    vouched: &mut Attestations,
    findings: &mut Vec<Finding>,
) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let of_entry = name.starts_with("entry.");
    let (signed, what) = if of_entry { (about.entry, "the entry") } else { (about.envelope, "the envelope") };
    let checker = Checker::of(name);
    if let Checker::Ours(feature) = checker
        && !feature.is_built()
    {
        vouched.disputed = true;
        let finding = Finding::undecided(FindingKind::FeatureMissing, path).at(about.index);
        findings.push(finding.expected("to be checked").found(feature.is_missing()));
        return;
    }
    if checker == Checker::Ours(Feature::TimeStamps) {
        let judged = signed.map_or(Ok(None), |signed| time_stamp::check(bytes, signed, &trust.authorities));
        match judged {
            Ok(Some(stamped)) => {
                if stamped.by.is_none() {
                    findings.push(
                        Finding::note(FindingKind::TimeStamp, path).at(about.index).found(&stamped.time),
                    );
                }
                if of_entry {
                    findings.extend(apart(path, &stamped, about));
                    vouched.stamped = Some(stamped);
                }
            }
            Ok(None) => findings.push(Finding::note(FindingKind::TimeStamp, path).at(about.index)),
            Err(why) => {
                vouched.disputed = true;
                let expected = format!("a time stamp of {what} beside it by an authority that you trust");
                let finding = Finding::broken(FindingKind::TimeStampWrong, path).at(about.index);
                findings.push(finding.expected(expected).found(why));
            }
        }
        return;
    }
    let judged = signed.map_or(SignatureCheck::Unchecked("nothing: what it signs is damaged"), |signed| {
        signature::judge(name, bytes, signed, trust)
    });
    let by = match judged {
        SignatureCheck::Valid(by) => Some(by),
        SignatureCheck::Unchecked(with) => {
            findings.push(
                Finding::note(FindingKind::Signature, path)
                    .at(about.index)
                    .expected(format!("to be checked with {with}")),
            );
            None
        }
        SignatureCheck::Invalid(why) => {
            vouched.disputed = true;
            findings.push(
                Finding::broken(FindingKind::SignatureWrong, path)
                    .at(about.index)
                    .expected(format!("a signature over {what} beside it by whom you trust"))
                    .found(why),
            );
            return;
        }
    };
    vouched.signed.push(Signed { path: path.to_owned(), by });
}

/// A note where the time stamp and the time in the entry are far apart.
fn apart(path: &str, stamped: &Stamped, about: AttestedFiles<'_>) -> Option<Finding> {
    let written_at = about.written_at?;
    let [seen, written]: [Timestamp; 2] = [stamped.time.parse().ok()?, written_at.parse().ok()?];
    let seconds = seen.as_second().saturating_sub(written.as_second());
    (seconds.saturating_abs() > APART).then(|| {
        let finding = Finding::note(FindingKind::TimeStampApart, path).at(about.index);
        finding
            .expected(format!("about {written_at}, when the entry says it was written"))
            .found(&stamped.time)
    })
}
