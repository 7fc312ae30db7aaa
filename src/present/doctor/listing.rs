//! The runs of a folder, for people.

use super::row::row;
use crate::domain::number_format::count;
use crate::present::safe;
use crate::report::doctor::{FolderListing, ListedRun};

/// The lines about a folder.
pub(super) fn lines(listing: &FolderListing) -> Vec<String> {
    let mut lines =
        vec![format!("{} runs in {}", count(listing.runs.len() as u64), safe::line(&listing.folder))];
    for run in &listing.runs {
        lines.push(format!("run   {}", safe::line(&run.path)));
        lines.push(row("is", &described(run)));
    }
    for pair in &listing.pairs {
        lines.push("pair  of one task and metric, the older one first".to_owned());
        let check = format!("evalsig doctor {} {}", quoted(&pair.baseline), quoted(&pair.candidate));
        lines.push(row("check", &safe::line(&check)));
    }
    lines.extend(listing.choices.iter().map(|choice| format!("pick  {}", safe::line(choice))));
    lines.extend(listing.problems.iter().map(|problem| format!("FAIL  {}", safe::line(problem))));
    if listing.other > 0 {
        lines.push(format!("{} other files there are no runs", count(listing.other as u64)));
    }
    lines
}

fn described(run: &ListedRun) -> String {
    let mean = run.mean.map_or("none".into(), |mean| format!("{mean:.6}"));
    let unscored = if run.unscored > 0 { format!(", {} unscored", run.unscored) } else { String::new() };
    format!(
        "{} ({}) of {} on {}, {} items, mean {mean}{unscored}, made {}",
        safe::line(&run.metric),
        run.format,
        safe::line(&run.model_id),
        safe::line(&run.task_id),
        count(run.items as u64),
        run.created.as_deref().map_or("nobody says when".to_owned(), safe::line),
    )
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=@:".contains(c);
    if path.chars().all(plain) { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}
