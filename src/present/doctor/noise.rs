//! How often a gate speaks where nothing changed.

use serde::Serialize;

use super::row;
use crate::domain::Claim;
use crate::domain::number_format::{count, percent, signed};
use crate::present::safe;

/// What gates of whole runs of one model against each other answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Noise {
    /// `run` or `epoch`: what was held against each other.
    pub of: &'static str,
    /// How many of them.
    pub draws: usize,
    /// Pairs that were gated, in both orders.
    pub pairs: usize,
    /// Pairs that share no draw: as much as the shares can rest on.
    pub independent: usize,
    /// Error rate of each bound.
    pub alpha: f64,
    /// The claim that was asked about.
    pub claim: String,
    /// Whether ALLOW is a false alarm here; else REJECT is.
    pub allow_is_wrong: bool,
    /// How often the answer was ALLOW.
    pub allow: Interval,
    /// How often it was REJECT.
    pub reject: Interval,
    /// Remarks a reader must see beside the numbers.
    pub notes: Vec<String>,
}

/// A share with what it may really be, at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// As found.
    pub share: f64,
    /// At least this.
    pub low: f64,
    /// At most this.
    pub high: f64,
}

/// A claim in few words.
#[must_use]
pub fn claim(claim: Claim) -> String {
    match claim {
        Claim::Above { min_delta } => format!("delta > {}", signed(min_delta)),
        Claim::Within { margin } => format!("delta within {margin} on both sides"),
    }
}

pub(super) fn lines(noise: &Noise) -> Vec<String> {
    let share = |name: &str, found: Interval, wrong: bool| {
        row(
            "",
            &format!(
                "{name} {:>6}  (95 %: {} to {}){}",
                percent(found.share),
                percent(found.low),
                percent(found.high),
                if wrong { "  false alarms" } else { "" }
            ),
        )
    };
    let mut lines = vec![
        row(
            "noise",
            &format!(
                "{} {}s of one model, {} {} gated in both orders ({})",
                count(noise.draws as u64),
                noise.of,
                count(noise.pairs as u64),
                if noise.pairs == 1 { "pair" } else { "pairs" },
                noise.claim
            ),
        ),
        share("ALLOW ", noise.allow, noise.allow_is_wrong),
        share("REJECT", noise.reject, !noise.allow_is_wrong),
        row(
            "",
            &format!("a gate at alpha {0} may raise a false alarm in {0} of cases, and no more", noise.alpha),
        ),
        row("", &rests(noise)),
        row("", &format!("not seen: luck that all {}s share, and what two models differ in", noise.of)),
    ];
    lines.extend(noise.notes.iter().map(|note| row("note", &safe::line(note))));
    lines
}

/// How little the shares rest on.
fn rests(noise: &Noise) -> String {
    match noise.independent {
        0 | 1 => format!("this rests on one independent pair of {}s, which says next to nothing", noise.of),
        n => format!(
            "this rests on {} independent pairs of {}s, not on {}",
            n,
            noise.of,
            count(noise.pairs as u64)
        ),
    }
}
