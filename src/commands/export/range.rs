//! Which decisions are exported.

use crate::domain::ReleaseId;
use crate::store::Period;
use crate::trail::EntryLine;

/// A part of a trail, as an auditor asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Range {
    /// Every decision.
    All,
    /// Entries by their position in the chain.
    Entries {
        /// The first; 1 unless said.
        first: u64,
        /// The last; the head unless said.
        last: u64,
    },
    /// From the first decision of these days to the last.
    Days(Period),
    /// The attempts at one release.
    Release(ReleaseId),
}

impl Range {
    /// Reads `all`, `12`, `12..40`, `2026-01-01..2026-06-30`, either side of which may be left out, or a
    /// release id, which `release:` sets apart from the others.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(id) = text.strip_prefix("release:") {
            return id.parse().map(Self::Release).map_err(|why| format!("{id:?} is no release id: {why}"));
        }
        let Some((from, to)) = text.split_once("..") else {
            return match (text, position(text)) {
                ("all", _) => Ok(Self::All),
                (_, Some(position)) => position.and_then(|at| Self::entries(at, at)),
                _ => text
                    .parse()
                    .map(Self::Release)
                    .map_err(|why| format!("it is no release id either: {why}")),
            };
        };
        let numbers = [from, to].map(|side| if side.is_empty() { None } else { position(side) });
        match (from, to, numbers) {
            ("", "", _) => Err("neither side is given; say all".into()),
            (_, "", [Some(first), _]) => Self::entries(first?, u64::MAX),
            ("", _, [_, Some(last)]) => Self::entries(1, last?),
            (_, _, [Some(first), Some(last)]) => Self::entries(first?, last?),
            _ => {
                let side = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
                let (since, until) = (side(from), side(to));
                let days = Period::of(since.as_deref(), until.as_deref())
                    .map_err(|side| format!("{side:?} is neither an entry's number nor a day"))?;
                if since.zip(until).is_some_and(|(since, until)| since > until) {
                    return Err("it ends before it begins".into());
                }
                Ok(Self::Days(days))
            }
        }
    }

    fn entries(first: u64, last: u64) -> Result<Self, String> {
        match (first, last) {
            (0, _) | (_, 0) => Err("the first entry is 1".into()),
            _ if first > last => Err("it ends before it begins".into()),
            _ => Ok(Self::Entries { first, last }),
        }
    }

    /// The lines of a chain that belong to it, in their order. Days take everything from the first
    /// decision to the last that they hold, because a chain has no holes; a release takes its attempts
    /// alone.
    #[must_use]
    pub fn of<'l>(&self, lines: &'l [EntryLine]) -> Vec<&'l EntryLine> {
        let between = |first: u64, last: u64| {
            lines
                .iter()
                .filter(move |line| line.index.is_some_and(|at| (first..=last).contains(&at)))
                .collect()
        };
        match self {
            Self::All => between(1, u64::MAX),
            Self::Entries { first, last } => between(*first, *last),
            Self::Release(id) => lines.iter().filter(|line| line.release == id.as_str()).collect(),
            Self::Days(period) => {
                let time = |line: &EntryLine| line.decided_at.as_ref().and_then(|time| time.parse().ok());
                let within = lines.iter().filter(|line| time(line).is_some() && period.takes(time(line)));
                let positions: Vec<u64> = within.filter_map(|line| line.index).collect();
                match (positions.iter().min(), positions.iter().max()) {
                    (Some(first), Some(last)) => between(*first, *last),
                    _ => Vec::new(),
                }
            }
        }
    }
}

/// A text of digits alone is a position, or would be.
fn position(text: &str) -> Option<Result<u64, String>> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().map_err(|_| format!("{text} is more than there can be")))
}

#[cfg(test)]
mod tests {
    use super::Range;
    use crate::store::Period;

    #[test]
    fn every_form_is_told_apart() {
        let read = |text: &str| Range::parse(text).unwrap();
        assert_eq!(read("all"), Range::All);
        assert_eq!(read("12"), Range::Entries { first: 12, last: 12 });
        assert_eq!(read("12..40"), Range::Entries { first: 12, last: 40 });
        assert_eq!(read("12.."), Range::Entries { first: 12, last: u64::MAX });
        assert_eq!(read("..40"), Range::Entries { first: 1, last: 40 });
        let half = Period::of(Some("2026-01-01"), Some("2026-06-30")).unwrap();
        assert_eq!(read("2026-01-01..2026-06-30"), Range::Days(half));
        assert_eq!(read("2026-01-01.."), Range::Days(Period::of(Some("2026-01-01"), None).unwrap()));
        assert_eq!(read("..2026-06-30"), Range::Days(Period::of(None, Some("2026-06-30")).unwrap()));
        assert_eq!(read("v1.4.0"), Range::Release("v1.4.0".parse().unwrap()));
        assert_eq!(read("release:12"), Range::Release("12".parse().unwrap()));
        assert_eq!(read("release:all"), Range::Release("all".parse().unwrap()));
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "..",
            "0",
            "0..3",
            "3..0",
            "3..2",
            "99999999999999999999999",
            "1..2026-01-01",
            "2026-06-30..2026-01-01",
            "2026-02-30..",
            "yesterday..",
            "1...3",
            "1-3/",
            "release:",
            "../x",
            "a b",
            "-1..2",
        ] {
            assert!(Range::parse(text).is_err(), "{text}");
        }
    }
}
