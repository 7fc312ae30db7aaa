//! What the envelope of an entry says, by the kind of the entry.

use serde_json::Value;

use super::finding::{Finding, FindingKind};
use super::kind::EntryKind;
use crate::domain::ReleaseId;
use crate::envelope::{self, DocumentFacts, Facts, Version, plan_lock, v1, v2, waiver};

/// What an envelope says, as far as a trail needs to know.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Told {
    Decision(Facts),
    Plan(DocumentFacts),
    Waiver(DocumentFacts),
}

impl Told {
    pub(super) fn decision(&self) -> Option<&Facts> {
        match self {
            Self::Decision(facts) => Some(facts),
            Self::Plan(_) | Self::Waiver(_) => None,
        }
    }

    pub(super) fn document(&self) -> Option<&DocumentFacts> {
        match self {
            Self::Decision(_) => None,
            Self::Plan(facts) | Self::Waiver(facts) => Some(facts),
        }
    }

    fn schema(&self) -> &str {
        match self {
            Self::Decision(facts) => &facts.schema,
            Self::Plan(facts) | Self::Waiver(facts) => &facts.schema,
        }
    }

    pub(super) fn release_id(&self) -> Option<&ReleaseId> {
        match self {
            Self::Decision(facts) => facts.release_id.as_ref(),
            Self::Plan(facts) | Self::Waiver(facts) => Some(&facts.release_id),
        }
    }

    /// Which attempt it says to be. Plans and waivers do not know their number.
    pub(super) fn number(&self) -> Option<u32> {
        self.decision().map(|facts| facts.attempt)
    }

    /// When that was decided, locked or recorded.
    pub(super) fn at(&self) -> &str {
        match self {
            Self::Decision(facts) => &facts.decided_at,
            Self::Plan(facts) | Self::Waiver(facts) => &facts.recorded_at,
        }
    }

    pub(super) fn stamp_required(&self) -> bool {
        match self {
            Self::Decision(facts) => facts.stamp_required,
            Self::Plan(facts) | Self::Waiver(facts) => facts.stamp_required,
        }
    }
}

/// What an envelope says, with a note or a finding where this version cannot tell.
pub(super) fn told(
    kind: EntryKind,
    bytes: &[u8],
    path: &str,
    index: Option<u64>,
    findings: &mut Vec<Finding>,
) -> Option<Told> {
    let unreadable = |why: String| {
        Finding::broken(FindingKind::EnvelopeUnreadable, path)
            .at(index)
            .expected(format!("an envelope in the form of {}", schemas(kind)))
            .found(why)
    };
    let note = |schema: &str| Finding::note(FindingKind::Newer, path).at(index).found(schema);
    let read = match kind {
        EntryKind::Decision => envelope::read(bytes).map(Told::Decision),
        EntryKind::Plan => plan_lock::read(bytes).map(Told::Plan),
        EntryKind::Waiver => waiver::read(bytes).map(Told::Waiver),
    };
    match read {
        Ok(told) => {
            match version_of(kind, told.schema()) {
                Version::Known => {}
                Version::Newer => findings.push(note(told.schema())),
                Version::Unknown => {
                    findings.push(unreadable(format!("schema {:?}", told.schema())));
                    return None;
                }
            }
            Some(told)
        }
        Err(error) => {
            let value: Option<Value> = serde_json::from_slice(bytes).ok();
            let schema = value.as_ref().and_then(|v| v.get("schema")?.as_str()).unwrap_or_default();
            findings.push(match version_of(kind, schema) {
                Version::Newer => note(schema),
                Version::Known | Version::Unknown => unreadable(error.what),
            });
            None
        }
    }
}

/// The schemas of the envelopes of a kind.
fn schemas(kind: EntryKind) -> String {
    match kind {
        EntryKind::Decision => format!("{} or {}", v1::SCHEMA, v2::SCHEMA),
        EntryKind::Plan => plan_lock::SCHEMA.into(),
        EntryKind::Waiver => waiver::SCHEMA.into(),
    }
}

/// The kind whose envelopes have this schema in some version; a decision where none has.
pub(super) fn kind_of_schema(schema: &str) -> EntryKind {
    let of = |kind: &&EntryKind| version_of(**kind, schema) != Version::Unknown;
    EntryKind::ALL.iter().find(of).copied().unwrap_or(EntryKind::Decision)
}

fn version_of(kind: EntryKind, schema: &str) -> Version {
    match kind {
        EntryKind::Decision => envelope::version_of(schema),
        EntryKind::Plan => plan_lock::version_of(schema),
        EntryKind::Waiver => waiver::version_of(schema),
    }
}
