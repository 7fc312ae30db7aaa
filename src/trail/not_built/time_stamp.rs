//! `time_stamp` in a build without the feature `timestamps`: no certificate can be read, so no authority is ever trusted.

use crate::domain::Feature;
use crate::trail::checked::Stamped;

/// Certificates that the user trusts to say what time it was: none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Authorities;

impl Authorities {
    /// Reads a PEM bundle, or one certificate in DER.
    ///
    /// # Errors
    /// Always: the feature is not there.
    pub fn read(_: &[u8]) -> Result<Self, String> {
        Err(Feature::TimeStamps.is_missing())
    }

    /// Nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        true
    }
}

/// The time in a time stamp: it cannot be read.
#[expect(clippy::unnecessary_wraps, reason = "the signature of the function that it stands for")]
pub(super) fn check(_: &[u8], _: &[u8], _: &Authorities) -> Result<Option<Stamped>, String> {
    Ok(None)
}
