//! The claims on the subgroups of a task: a subject that fell while the others rose must not vanish in the mean.

use super::claim::{ClaimKind, ClaimResult};
use super::evidence::Evidence;
use crate::domain::policy::{Slices, TaskName};
use crate::domain::{Diagnostic, Plan};
use crate::pairing::Pairs;

/// One claim a subgroup, in ascending order of its label. A subgroup with fewer items than the policy asks for is
/// reported and decides nothing. Its items are those of the larger run, scored or not: a candidate cannot make a
/// subgroup small by leaving items out.
///
/// # Errors
/// Those of [`Evidence::of`].
pub(super) fn claims(
    task: &TaskName,
    slices: &Slices,
    pairs: &Pairs,
    plan: &Plan,
    unchanged: bool,
) -> Result<Vec<ClaimResult>, Diagnostic> {
    let mut found = Vec::new();
    for (label, part) in pairs.by_slice() {
        let evidence = match &part {
            Some(part) => Evidence::of(part, plan, -slices.margin, unchanged),
            None => Ok(Evidence::nothing(f64::NAN, 0, "no item of it is scored in both runs".into())),
        }
        .map_err(|error| error.within(&format!("slice {label:?}")))?;
        let items = evidence.pairs as u64;
        let claim = ClaimResult::new(Some(task), ClaimKind::Slice, Some(label), -slices.margin, evidence);
        found.push(ClaimResult { decides: items >= slices.min_items, ..claim });
    }
    Ok(found)
}
