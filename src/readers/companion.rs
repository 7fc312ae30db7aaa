//! Companion files: what some tools write into the folder of a run file, with the names that it lacks.

use super::quote::Quotes;
use super::tree::{self, Node, Projection};
use super::{Content, json};
use crate::domain::Diagnostic;

/// The JSON of the one file in the folder of the run file whose name `is_it` accepts; `None` where no name is
/// accepted, or more than one.
///
/// # Errors
/// `file-unreadable`, or `run-malformed` where it is not JSON.
pub(super) fn json(
    content: &Content<'_>,
    is_it: impl Fn(&str) -> bool,
    shape: Projection<'_>,
) -> Result<Option<Node>, Diagnostic> {
    let Some(folder) = content.folder() else { return Ok(None) };
    let names = folder.names()?;
    let mut found = names.iter().filter(|name| is_it(name));
    let (Some(name), None) = (found.next(), found.next()) else { return Ok(None) };
    let source = folder.open(name)?;
    let read = || -> Result<Node, Diagnostic> {
        let bytes = Content::of(source.as_ref())?.bytes()?;
        tree::parse(json::text(&bytes)?, shape)
    };
    // It is found by its name alone: nothing shows that a file of that name is what the tool wrote.
    read().map(Some).map_err(|error| Quotes::Withheld.of_error(error).within(name))
}
