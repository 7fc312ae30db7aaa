//! Which metric of a file is read.

use super::errors;
use super::quote::{list, quote};
use crate::domain::{Diagnostic, Usage};

/// How many metrics a message names.
const NAMED: usize = 16;

/// The metric that is read, and those that there are.
pub(super) struct MetricChoice<'n> {
    pub(super) name: &'n str,
    /// All that the file holds.
    pub(super) available: Vec<String>,
    /// Told where the headline was taken and others were left unread.
    pub(super) note: Option<String>,
}

/// The metric that was asked for, else the file's own headline, else the only one. Of `usage`, what items
/// took, none is ever taken unless it is asked for.
///
/// # Errors
/// `run-ambiguous` with all of them, where none of these is one of them.
pub(super) fn choose<'n>(
    place: &str,
    names: &[&'n str],
    usage: &[&'n str],
    wanted: Option<&str>,
    headline: Option<&str>,
) -> Result<MetricChoice<'n>, Diagnostic> {
    let every = || names.iter().chain(usage).copied();
    let chosen = |name, note| MetricChoice { name, note, available: every().map(str::to_owned).collect() };
    let find = |name: &str| every().find(|available| *available == name);
    let scores = || list(names.iter().copied(), NAMED);
    if let Some(wanted) = wanted {
        return find(wanted)
            .map(|name| chosen(name, None))
            .ok_or_else(|| errors::unknown_metric(place, wanted, &list(every(), NAMED)));
    }
    if names.iter().all(|name| Usage::is_name(name)) && every().next().is_some() {
        return Err(errors::only_usage(place, &list(every(), NAMED)));
    }
    if let [only] = names {
        return Ok(chosen(only, None));
    }
    match headline.and_then(find) {
        Some(name) => {
            let note = format!(
                "The metric is {}, the headline of the log, which holds {}; --metric chooses another.",
                quote(name),
                scores()
            );
            Ok(chosen(name, Some(note)))
        }
        None => Err(errors::several_metrics(place, names.len(), &scores())),
    }
}
