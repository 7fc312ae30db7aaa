//! One row of the answer of `doctor`.

pub(super) fn row(label: &str, text: &str) -> String {
    format!("      {label:<9}  {text}")
}
