//! One row of the answer of `doctor`.

use crate::present::layout::STOP;

pub(super) fn row(label: &str, text: &str) -> String {
    format!("      {label:<9}  {STOP}{text}")
}
