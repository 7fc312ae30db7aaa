//! How often a gate speaks where nothing changed.

use super::row::row;
use crate::domain::Claim;
use crate::domain::number_format::{count, percent, signed};
use crate::present::safe;
use crate::report::doctor::{AaReport, Share};

/// A claim in few words.
#[must_use]
pub fn claim(claim: Claim) -> String {
    match claim {
        Claim::Above { min_delta } => format!("delta > {}", signed(min_delta)),
        Claim::Within { margin } => format!("delta within {margin} on both sides"),
    }
}

pub(super) fn lines(noise: &AaReport) -> Vec<String> {
    let share = |name: &str, found: Share, wrong: bool| {
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
fn rests(noise: &AaReport) -> String {
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
