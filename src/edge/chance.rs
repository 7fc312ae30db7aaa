//! Chance that spreads out writers who collided, and tells requests apart. No verdict depends on it.

/// A number from 0 to 1 that other writers do not draw.
pub(super) fn random_fraction() -> f64 {
    let mut bytes = [0_u8; 4];
    // Without a source of randomness the wait is the longest one: slow, and still right.
    getrandom::fill(&mut bytes).map_or(1.0, |()| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

/// A number that ties an answer to its request. Without a source of randomness it is 0, and an answer
/// is still held to the bytes that it is about.
pub(super) fn random_number() -> u64 {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
}
