//! YAML as a tree of nodes that know where they stand and how they were written.
//!
//! Of YAML only that part is taken which people read the same way: mappings, lists and scalars, in one document.
//! Anchors, aliases, tags, merge keys and directives are refused, so a file is no longer than it looks.

mod events;
mod node;
mod plain_text;

pub(super) use events::inner;
pub(super) use node::{Entry, Node, Scalar, Value};
pub(super) use plain_text::misleads;

use super::problem::Problem;

/// Reads one document.
///
/// # Errors
/// The first thing that is no such YAML.
pub(super) fn read(text: &str) -> Result<Node, Problem> {
    plain_text::check(text)?;
    events::read(text)
}
