//! What the envelopes beside runs say of them. The same envelope lies beside the candidate of every task of a suite:
//! it is read once.

use std::collections::BTreeMap;

use super::catalogue::CatalogueEntry;
use super::port::ObjectStore;
use crate::domain::{Diagnostic, Digest};
use crate::envelope::{self, v1::VerdictWord};

/// What one envelope says of runs in the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The decision that it records, if it allows the candidates.
    pub(super) allows: Option<String>,
    /// The candidates that it allows, by their task in a policy: task and path.
    pub(super) allowed: Vec<(String, String)>,
    /// The runs that it records as the first of a task: task and path.
    pub(super) first: Vec<(String, String)>,
}

impl Told {
    /// What the bytes of an envelope say; nothing where they are none.
    fn by(bytes: &[u8]) -> Self {
        let facts = envelope::read(bytes).ok().filter(|facts| facts.verdict == VerdictWord::Allow);
        let candidates = facts.as_ref().map(|_| envelope::candidates(bytes).unwrap_or_default());
        let allowed = candidates.into_iter().flatten();
        let suite = envelope::summary(bytes).ok().and_then(|summary| summary.suite);
        let first = suite.into_iter().flat_map(|suite| suite.first_runs);
        Self {
            allows: facts.map(|facts| facts.fingerprint.to_string()),
            allowed: allowed.filter_map(|found| Some((found.task?, found.stored?.run.path))).collect(),
            first: first.filter_map(|(task, run)| Some((task, run.store?.path))).collect(),
        }
    }
}

/// What the envelopes said that were read so far.
#[derive(Default)]
pub(super) struct Envelopes {
    told: BTreeMap<Digest, Told>,
}

impl Envelopes {
    /// What the envelopes beside a run say, each as it was written; a copy that is gone or damaged says nothing.
    pub(super) fn beside(
        &mut self,
        place: &dyn ObjectStore,
        entry: &CatalogueEntry,
    ) -> Result<Vec<&Told>, Diagnostic> {
        for (path, digest) in &entry.envelopes {
            if self.told.contains_key(digest) {
                continue;
            }
            let copy = place.read(path)?.map(|copy| copy.bytes);
            if let Some(bytes) = copy.filter(|bytes| Digest::of(bytes) == *digest) {
                self.told.insert(*digest, Told::by(&bytes));
            }
        }
        Ok(entry.envelopes.iter().filter_map(|(_, digest)| self.told.get(digest)).collect())
    }
}
