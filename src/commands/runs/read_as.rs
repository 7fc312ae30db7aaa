//! How one run file is read.

use crate::domain::ClusterRule;
use crate::readers::{Format, ReadOptions};

/// How one run file is read.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::commands) struct ReadAs {
    /// Its format; `None` detects it from the content.
    pub(in crate::commands) format: Option<Format>,
    /// The field that names the item.
    pub(in crate::commands) id: Option<String>,
    /// Metric to insist on.
    pub(in crate::commands) metric: Option<String>,
    /// Where the clusters are.
    pub(in crate::commands) cluster: ClusterRule,
    /// Where the slices are, where any are wanted.
    pub(in crate::commands) slice: Option<String>,
    /// The run of the file, where it holds several.
    pub(in crate::commands) run: Option<String>,
}

impl ReadAs {
    pub(super) fn options(&self) -> ReadOptions {
        ReadOptions {
            id: self.id.clone(),
            metric: self.metric.clone(),
            cluster: self.cluster.clone(),
            slice: self.slice.clone(),
            run_id: self.run.clone(),
            deep: false,
        }
    }
}
