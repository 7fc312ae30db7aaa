//! A period of time: whole days in UTC, both ends included.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// From one moment to another; without ends it holds all of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first moment that belongs to it.
    since: Option<Timestamp>,
    /// The first moment after it.
    until: Option<Timestamp>,
}

impl Period {
    /// The period from the first day or moment to the last, both included. A day is `2026-06-30`, a
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

    /// Whether a moment belongs to it. What has no time belongs to a period without ends only.
    #[must_use]
    pub fn takes(&self, time: Option<Timestamp>) -> bool {
        let Some(time) = time else { return *self == Self::default() };
        self.since.is_none_or(|since| since <= time) && self.until.is_none_or(|until| time < until)
    }

    /// The period of `year=YYYY/month=MM`; none for a folder of another name.
    pub(super) fn month(folder: &str) -> Option<Self> {
        let (year, month) = folder.split_once('/')?;
        let year = year.strip_prefix("year=")?.parse().ok()?;
        let first = Date::new(year, month.strip_prefix("month=")?.parse().ok()?, 1).ok()?;
        let start = |day: Date| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp());
        Some(Self { since: start(first), until: start(first.last_of_month().tomorrow().ok()?) })
    }

    /// Whether anything in `year=YYYY/month=MM` can belong to it.
    pub(super) fn takes_month(&self, folder: &str) -> bool {
        let Some(month) = Self::month(folder) else { return false };
        let before = |a: Option<Timestamp>, b: Option<Timestamp>| a.zip(b).is_none_or(|(a, b)| a < b);
        before(month.since, self.until) && before(self.since, month.until)
    }
}

#[cfg(test)]
mod tests {
    use super::Period;

    #[test]
    fn the_last_day_belongs_to_the_span_whole() {
        let half = Period::of(Some("2026-01-01"), Some("2026-06-30")).unwrap();
        let takes = |time: &str| half.takes(Some(time.parse().unwrap()));
        assert!(takes("2026-06-30T23:59:59.999Z") && takes("2026-01-01T00:00:00Z"));
        assert!(!takes("2026-07-01T00:00:00Z") && !takes("2025-12-31T23:59:59Z"));
        assert!(takes("2026-07-01T01:30:00+02:00"), "which is still June in UTC");
        assert!(!half.takes(None) && Period::default().takes(None));
        let moment = Period::of(None, Some("2026-06-30T18:05:00Z")).unwrap();
        assert!(moment.takes(Some("2026-06-30T18:05:00Z".parse().unwrap())));
        assert!(!moment.takes(Some("2026-06-30T18:05:00.1Z".parse().unwrap())));
        assert_eq!(Period::of(Some("yesterday"), None), Err("yesterday"));
        assert_eq!(Period::of(Some("2026-02-30"), None), Err("2026-02-30"));
    }

    #[test]
    fn only_months_that_can_belong_to_it_are_looked_at() {
        let period = Period::of(Some("2026-01-31"), Some("2026-02-01")).unwrap();
        let takes = |month: &str| period.takes_month(month);
        assert!(takes("year=2026/month=01") && takes("year=2026/month=02"));
        assert!(!takes("year=2026/month=03") && !takes("year=2025/month=12"));
        assert!(!takes("year=2026/month=13") && !takes("year=2026") && !takes("month=01/year=2026"));
        assert!(Period::default().takes_month("year=2026/month=12"));
        let december = Period::month("year=2026/month=12").unwrap();
        assert!(december.takes(Some("2026-12-31T23:59:59Z".parse().unwrap())));
        assert!(!december.takes(Some("2027-01-01T00:00:00Z".parse().unwrap())));
    }
}
