//! Where the runs of a recorded decision are.

use crate::cli::lowargs::AgainFlags;
use crate::commands::replay::Inputs;

/// Files or a store; `None` where neither is named.
pub(super) fn inputs(flags: &AgainFlags) -> Option<Inputs> {
    let gold = flags.gold.clone();
    if let Some(root) = &flags.store {
        return Some(Inputs::Store { root: root.clone(), gold });
    }
    let (first, repeats) = flags.baseline.split_first()?;
    Some(Inputs::Files {
        baseline: first.clone(),
        candidate: flags.candidate.clone()?,
        repeats: repeats.to_vec(),
        sample: flags.sample.clone(),
        gold,
    })
}
