//! A span of time: whole days in UTC, both ends included.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// From one moment to another; without ends it holds all of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first moment that belongs to it.
    since: Option<Timestamp>,
    /// The first moment after it.
    until: Option<Timestamp>,
}

impl Span {
    /// The span from the first day or moment to the last, both included. A day is `2026-06-30`, a
    /// moment `2026-06-30T18:05:00Z`.
    ///
    /// # Errors
    /// The text that is neither.
    pub fn of<'t>(since: Option<&'t str>, until: Option<&'t str>) -> Result<Self, &'t str> {
        let start = |day: Date| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp());
        let ends = |text: &'t str| -> Result<(Timestamp, Timestamp), &'t str> {
            if let Ok(moment) = text.parse::<Timestamp>() {
                return moment.checked_add(1.nanosecond()).map(|next| (moment, next)).map_err(|_| text);
            }
            let day: Date = text.parse().map_err(|_| text)?;
            let next = day.tomorrow().map_err(|_| text)?;
            Ok((start(day).ok_or(text)?, start(next).ok_or(text)?))
        };
        Ok(Self {
            since: since.map(ends).transpose()?.map(|(start, _)| start),
            until: until.map(ends).transpose()?.map(|(_, end)| end),
        })
    }

    /// Whether a moment belongs to it. What has no time belongs to a span without ends only.
    #[must_use]
    pub fn takes(&self, time: Option<Timestamp>) -> bool {
        let Some(time) = time else { return *self == Self::default() };
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }

    /// Whether anything in `year=YYYY/month=MM` can belong to it; any month for an empty one. A folder
    /// of another name holds no runs.
    pub(super) fn takes_folder(&self, year: &str, month: &str) -> bool {
        let number = |folder: &str, key: &str| folder.strip_prefix(key)?.parse::<i16>().ok();
        let Some(year) = number(year, "year=") else { return false };
        let (first, last) = match (month, number(month, "month=").and_then(|n| i8::try_from(n).ok())) {
            ("", _) => (1, 12),
            (_, Some(month)) => (month, month),
            (_, None) => return false,
        };
        let Ok(first) = Date::new(year, first, 1) else { return false };
        let Ok(last) = Date::new(year, last, 1) else { return false };
        let start = |day: Date| day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).ok();
        let after = last.last_of_month().tomorrow().ok().and_then(start);
        let before_end = start(first).is_none_or(|start| self.until.is_none_or(|until| start < until));
        before_end && after.is_none_or(|after| self.since.is_none_or(|since| since < after))
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn the_last_day_belongs_to_the_span_whole() {
        let half = Span::of(Some("2026-01-01"), Some("2026-06-30")).unwrap();
        let takes = |time: &str| half.takes(Some(time.parse().unwrap()));
        assert!(takes("2026-06-30T23:59:59.999Z") && takes("2026-01-01T00:00:00Z"));
        assert!(!takes("2026-07-01T00:00:00Z") && !takes("2025-12-31T23:59:59Z"));
        assert!(takes("2026-07-01T01:30:00+02:00"), "which is still June in UTC");
        assert!(!half.takes(None) && Span::default().takes(None));
        let moment = Span::of(None, Some("2026-06-30T18:05:00Z")).unwrap();
        assert!(moment.takes(Some("2026-06-30T18:05:00Z".parse().unwrap())));
        assert!(!moment.takes(Some("2026-06-30T18:05:00.1Z".parse().unwrap())));
        assert_eq!(Span::of(Some("yesterday"), None), Err("yesterday"));
        assert_eq!(Span::of(Some("2026-02-30"), None), Err("2026-02-30"));
    }

    #[test]
    fn only_months_that_can_belong_to_it_are_looked_at() {
        let span = Span::of(Some("2026-01-31"), Some("2026-02-01")).unwrap();
        let takes = |year: &str, month: &str| span.takes_folder(year, month);
        assert!(takes("year=2026", "") && takes("year=2026", "month=01") && takes("year=2026", "month=02"));
        assert!(
            !takes("year=2025", "") && !takes("year=2026", "month=03") && !takes("year=2025", "month=12")
        );
        assert!(!takes("month=01", "") && !takes("year=2026", "month=13") && !takes("year=2026", "x"));
    }
}
