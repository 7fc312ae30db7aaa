//! `time_stamp_authority` in a build without the feature `timestamps`: none is asked.

use crate::commands::TimeStamps;
use crate::domain::{Diagnostic, Feature};

/// Authorities on the network, which cannot be asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpTimeStampAuthority;

impl TimeStamps for HttpTimeStampAuthority {
    fn ask(&self, url: &str, _: &[u8]) -> Result<Vec<u8>, Diagnostic> {
        Err(Feature::TimeStamps.refuse(url))
    }
}
