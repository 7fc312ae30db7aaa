//! The digest of the content of a run: its names and its rows, in the order that everything downstream
//! works in. Two files that give the same run have the same digest, whatever their format.

use crate::domain::{Digest, Direction, Hasher, RunFrame};

/// SHA-256 over names and rows. Texts stand behind their length, so that no two runs collide by how
/// their texts are cut.
#[must_use]
pub(super) fn digest(run: &RunFrame) -> Digest {
    let mut hasher = Hasher::default();
    let names = run.metadata();
    let config_hash = names.config_hash.as_deref().unwrap_or_default();
    for name in [&names.run_id, &names.model_id, &names.task_id, &names.metric_name, config_hash] {
        text(&mut hasher, name);
    }
    hasher.update(&[match run.direction() {
        None => 0,
        Some(Direction::HigherIsBetter) => 1,
        Some(Direction::LowerIsBetter) => 2,
    }]);
    for item in run.sorted() {
        text(&mut hasher, item.id);
        hasher.update(&item.epoch.to_le_bytes());
        match item.cluster {
            None => hasher.update(&[0]),
            Some(cluster) => {
                hasher.update(&[1]);
                text(&mut hasher, cluster);
            }
        }
        match item.score {
            Ok(score) => {
                hasher.update(&[1]);
                hasher.update(&score.get().to_bits().to_le_bytes());
            }
            Err(why) => {
                hasher.update(&[0]);
                text(&mut hasher, why.as_str());
            }
        }
    }
    for (_, fingerprint) in run.fingerprints() {
        hasher.update(&fingerprint.to_le_bytes());
    }
    // Only where there are any, as below.
    if let (Some(key), Some(slices)) = (run.slice_key(), run.slices()) {
        hasher.update(&[4]);
        text(&mut hasher, key);
        for (_, slice) in slices {
            hasher.update(&[u8::from(slice.is_some())]);
            text(&mut hasher, slice.unwrap_or_default());
        }
    }
    // Only where there is one: the runs that earlier versions stored keep their digest.
    if let Some(range) = run.stated_range() {
        hasher.update(&[3]);
        hasher.update(&range.lo().to_bits().to_le_bytes());
        hasher.update(&range.hi().to_bits().to_le_bytes());
    }
    hasher.digest()
}

fn text(hasher: &mut Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}
