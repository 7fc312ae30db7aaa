//! What holds of every damaged file: it is refused, or no row of it is lost without a word.

use evalsig::domain::Diagnostic;
use evalsig::readers::{ReadOptions, Reading, read};

/// As [`read`], by a metric, or the only one where it is empty.
pub(crate) fn by(bytes: &[u8], metric: &str) -> Result<Reading, Diagnostic> {
    let options =
        ReadOptions { metric: (!metric.is_empty()).then(|| metric.to_owned()), ..ReadOptions::default() };
    read(bytes, None, &options)
}

/// A file that was cut anywhere is refused; `between` are cuts that leave a shorter whole file.
pub(crate) fn every_cut_is_refused(whole: &[u8], metric: &str, between: impl Fn(usize) -> bool) {
    let end = whole.trim_ascii_end().len();
    for at in (0..end).filter(|at| !between(*at)) {
        if let Ok(reading) = by(&whole[..at], metric) {
            panic!("cut at {at} of {end}: {} rows", reading.run.len());
        }
    }
}

/// A flipped bit loses no row: the file is refused, or has at least as many rows as before.
pub(crate) fn no_flip_loses_a_row(whole: &[u8], metric: &str, step: usize) {
    let rows = by(whole, metric).unwrap().run.len();
    for at in (0..whole.len()).step_by(step) {
        for bit in [0, 3, 5] {
            let mut changed = whole.to_vec();
            changed[at] ^= 1 << bit;
            if let Ok(reading) = by(&changed, metric) {
                let text =
                    String::from_utf8_lossy(&changed[at.saturating_sub(30)..(at + 30).min(changed.len())])
                        .into_owned();
                assert!(
                    reading.run.len() >= rows,
                    "bit {bit} of byte {at}: {} of {rows} rows, {text}",
                    reading.run.len()
                );
            }
        }
    }
}
