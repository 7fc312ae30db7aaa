//! The claims on the subgroups of a task: a subject that fell while the others rose must not vanish in the mean.

use super::claim::{ClaimKind, ClaimResult};
use super::errors;
use super::evidence::Evidence;
use crate::domain::policy::{Slices, TaskName};
use crate::domain::{Diagnostic, Plan};
use crate::pairing::{Pairs, SliceSize};

/// One claim a subgroup, in ascending order of its label. A subgroup with fewer items than the policy asks for is
/// reported and decides nothing. Its items are those of either run, scored or not: a candidate cannot make a subgroup
/// small by leaving items out. Items without a label are a subgroup of their own.
///
/// # Errors
/// `slice-missing` where no item carries the key: a guard never vanishes in silence. Those of [`Evidence::of`].
pub(super) fn claims(
    task: &TaskName,
    slices: &Slices,
    pairs: &Pairs,
    plan: &Plan,
    unchanged: bool,
) -> Result<Vec<ClaimResult>, Diagnostic> {
    if pairs.slices.is_none() {
        return Err(errors::no_slices(&slices.by));
    }
    let mut found = Vec::new();
    for SliceSize { name, pairs: paired, unpaired } in pairs.slice_sizes() {
        let label = name.map_or_else(|| format!("(no {})", slices.by), str::to_owned);
        let evidence = match pairs.slice(name) {
            Some(part) => Evidence::of(&part, plan, -slices.margin, unchanged),
            None => Ok(Evidence::nothing(f64::NAN, 0, "no item of it is scored in both runs".into())),
        }
        .map_err(|error| error.within(&format!("slice {label:?}")))?;
        let decides = (paired + unpaired) as u64 >= slices.min_items;
        let claim = ClaimResult::new(Some(task), ClaimKind::Slice, Some(label), -slices.margin, evidence);
        found.push(ClaimResult { decides, ..claim });
    }
    Ok(found)
}
