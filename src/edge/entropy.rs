//! Random numbers for the spread of retries and for nonces. No verdict depends on them.

/// A random number from 0 to 1, both included. Without a source of entropy it is 1, the longest delay:
/// slow, and still correct.
pub(super) fn random_fraction() -> f64 {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).map_or(1.0, |()| f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX))
}

/// A random number for the nonce of a request. Without a source of entropy it is 0; a response is still checked against the
/// bytes that it is about.
pub(super) fn random_u64() -> u64 {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_or(0, |()| u64::from_le_bytes(bytes))
}

/// 128 random bits in hexadecimal: the delimiter of multi-line outputs. Without a source of entropy it
/// is empty, and the empty delimiter makes a value that contains it an error instead of an injection.
#[must_use]
pub fn nonce() -> String {
    let mut bytes = [0_u8; 16];
    match getrandom::fill(&mut bytes) {
        Ok(()) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Err(_) => String::new(),
    }
}
