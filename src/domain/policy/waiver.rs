//! Waivers: decisions by people that stand beside an unchanged verdict.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::TaskName;
use crate::domain::{Digest, ReleaseId};

/// A decision by a person about one task of one release or commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// What may ship in spite of the verdict.
    pub subject: WaiverSubject,
    /// The task of the policy.
    pub task: TaskName,
    /// Why.
    pub reason: String,
    /// Where it was discussed.
    pub ticket: String,
    /// Who decided.
    pub approver: String,
    /// SHA-256 of the candidate's file: another candidate is not waived.
    pub candidate: Digest,
    /// Until when it holds.
    pub effective_until: Expiry,
}

/// What a waiver is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaiverSubject {
    /// A release.
    Release(ReleaseId),
    /// A commit, by its full hash in lower case.
    Commit(String),
}

impl fmt::Display for WaiverSubject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(release) => write!(f, "release {release}"),
            Self::Commit(commit) => write!(f, "commit {commit}"),
        }
    }
}

/// The last day or moment of a waiver, in UTC; a day is included whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    written: String,
    end: Timestamp,
}

impl Expiry {
    /// From a day such as `2026-12-31`, or a time such as `2026-12-31T18:00:00Z`; `None` for another text.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let end = if text.len() == "2026-12-31".len() {
            let day: Date = text.parse().ok()?;
            day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()
        } else {
            text.parse().ok().filter(|_| text.ends_with('Z') && text.contains('T'))?
        };
        Some(Self { written: text.to_owned(), end })
    }

    /// The first moment at which the waiver no longer holds.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.end
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::Expiry;

    #[test]
    fn a_day_is_included_whole() {
        let end = |text: &str| Expiry::new(text).map(|expiry| expiry.end().to_string());
        assert_eq!(end("2026-12-31").as_deref(), Some("2027-01-01T00:00:00Z"));
        assert_eq!(end("2026-12-31T18:00:00Z").as_deref(), Some("2026-12-31T18:00:00Z"));
        for text in
            ["", "2026-02-30", "31.12.2026", "2026-12-31T18:00:00", "2026-12-31T18:00:00+02:00", "tomorrow"]
        {
            assert_eq!(end(text), None, "{text}");
        }
    }
}
