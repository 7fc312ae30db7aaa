//! The answers of `policy check`.

use super::layout::fitted;
use super::safe;
use super::screen::Width;
use crate::domain::number_format::{count, percent, signed};
use crate::report::policy::{ClaimPower, PolicyReport};

/// What a policy means, for people.
#[must_use]
pub fn text(report: &PolicyReport, width: Width) -> String {
    let meaning = &report.meaning;
    let mut lines =
        vec![format!("{}: good (sha256 {})", safe::line(&report.path), report.sha256), String::new()];
    for task in &meaning.tasks {
        lines.push(format!("{} ({})", safe::line(&task.name), task.role));
        lines.extend(task.says.iter().map(|says| format!("  {}", safe::line(says))));
        lines.push(String::new());
    }
    section(&mut lines, "ALLOW will mean", &meaning.allow);
    section(&mut lines, "REJECT will mean", &meaning.reject);
    section(&mut lines, "INCONCLUSIVE will mean", &meaning.inconclusive);
    section(&mut lines, "Limits", &meaning.limits);
    section(&mut lines, "NOT GUARDED", &meaning.not_guarded);
    if !report.power.is_empty() {
        lines.push("What it can show, with runs like the two newest of the store".into());
        lines.extend(report.power.iter().map(claim));
        if let Some(whole) = report.whole {
            lines.push(format!(
                "  all claims together: shown with a probability of at least {}",
                percent(whole)
            ));
        }
        lines.push(String::new());
    }
    section(&mut lines, "Waivers", &report.waivers);
    section(&mut lines, "Notes", &report.notes);
    fitted(&lines.join("\n"), width)
}

fn section(lines: &mut Vec<String>, title: &str, says: &[String]) {
    if says.is_empty() {
        return;
    }
    lines.push(title.to_owned());
    lines.extend(says.iter().map(|says| format!("  {}", safe::line(says))));
    lines.push(String::new());
}

fn claim(claim: &ClaimPower) -> String {
    let what = match claim.claim {
        "superiority" => format!("better by more than {}", signed(claim.null)),
        _ => format!("not worse by {} or more", signed(claim.null).trim_start_matches('-')),
    };
    let needed = claim.needed.map_or("no number of items suffices".to_owned(), |needed| {
        format!("{} needed for the power of the whole", count(needed))
    });
    let detectable =
        claim.detectable.map_or(String::new(), |delta| format!("; shows a true delta of {}", signed(delta)));
    format!(
        "  {}: {what} is shown with a probability of {} where delta is {} in truth: {} paired items, {needed}{detectable}",
        safe::line(&claim.task),
        percent(claim.power),
        signed(claim.truth),
        count(claim.pairs as u64),
    )
}
