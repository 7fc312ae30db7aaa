//! Why a suite cannot be judged, one function a message.

use crate::domain::{Code, Diagnostic};

pub(super) fn no_slices(key: &str) -> Diagnostic {
    Code::SliceMissing
        .at("slices.by")
        .what(format!("is {key:?}, and no item of either run carries it: no subgroup could be guarded"))
        .next("correct the key, or write it into the run files")
}
