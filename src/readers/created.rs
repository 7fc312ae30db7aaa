//! When a run says that it was made: RFC 3339 in UTC, whatever way its tool writes it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// A moment that is written with its offset.
pub(super) fn at_offset(text: &str) -> Option<String> {
    text.trim().parse::<Timestamp>().ok().map(|at| at.to_string())
}

/// Seconds since 1970.
pub(super) fn unix_seconds(seconds: f64) -> Option<String> {
    let micros = (seconds * 1e6).round();
    // Beyond this, a double does not tell single microseconds.
    (micros.abs() < 9e15).then(|| Timestamp::from_microsecond(micros as i64).ok())?.map(|at| at.to_string())
}

/// Microseconds since 1970.
pub(super) fn unix_micros(micros: i64) -> Option<String> {
    Timestamp::from_microsecond(micros).ok().map(|at| at.to_string())
}

/// The date in the name of a file, `2026-11-21T06-02-29.458985`, which names no offset: taken as UTC.
pub(super) fn in_file_name(text: &str) -> Option<String> {
    let (date, time) = text.split_once('T')?;
    let at: DateTime = format!("{date}T{}", time.replace('-', ":")).parse().ok()?;
    at.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp().to_string())
}

#[cfg(test)]
mod tests {
    use super::{at_offset, in_file_name, unix_micros, unix_seconds};

    #[test]
    fn every_way_of_writing_a_moment_is_one_moment() {
        let moment = Some("2026-11-21T06:02:29Z".to_owned());
        assert_eq!(at_offset("2026-11-21T06:02:29+00:00"), moment);
        assert_eq!(at_offset("2026-11-20T22:02:29-08:00"), moment);
        assert_eq!(unix_seconds(1_795_240_949.0), moment);
        assert_eq!(unix_micros(1_795_240_949_000_000), moment);
        assert_eq!(in_file_name("2026-11-21T06-02-29"), moment);
        assert_eq!(in_file_name("2026-11-21T06-02-29.458985"), Some("2026-11-21T06:02:29.458985Z".into()));
    }

    #[test]
    fn what_is_no_moment_says_nothing() {
        for text in ["", "yesterday", "2026-11-21", "2026-11-21T06:02:29", "2026-13-01T00:00:00Z"] {
            assert_eq!(at_offset(text), None, "{text}");
        }
        for text in ["", "T", "run", "2026-11-21", "2026-02-30T00-00-00", "2026-11-21T99-00-00"] {
            assert_eq!(in_file_name(text), None, "{text}");
        }
        for seconds in [f64::NAN, f64::INFINITY, -1e300, 1e300] {
            assert_eq!(unix_seconds(seconds), None, "{seconds}");
        }
        assert_eq!(unix_micros(i64::MAX), None);
    }
}
