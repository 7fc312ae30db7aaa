//! A plan that was locked, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use super::json;
use super::layout::fitted;
use super::safe::line;
use super::screen::Width;
use crate::domain::Diagnostic;
use crate::domain::number_format::{count, percent};
use crate::envelope::plan_lock::{PlanLock, PlannedTask};
use crate::report::evidence::EvidenceView;
use crate::trail::Appended;

/// What is said on a terminal. Every text of the policy is made safe for a line.
#[must_use]
pub fn text(plan: &PlanLock, at: &EvidenceView, width: Width) -> String {
    let PlanLock { release_id, locked_at, policy, tasks, .. } = plan;
    let mut out = String::new();
    let _ = writeln!(out, "{}", line(&format!("PLAN of release {release_id}, locked at {locked_at}")));
    let mut read_at = policy.r#ref.as_ref().map_or(String::new(), |name| format!(" at {name}"));
    if let Some(commit) = &policy.commit {
        let _ = write!(read_at, ", commit {commit}");
    }
    let _ =
        writeln!(out, "{}", line(&format!("Policy: {}{read_at}, SHA-256 {}", policy.path, policy.sha256)));
    for task in tasks {
        let PlannedTask { name, role, claim, alpha, baseline, planned_n, .. } = task;
        let items = planned_n.map_or(String::new(), |n| format!(", {} items planned", count(n)));
        let _ = writeln!(
            out,
            "  {}",
            line(&format!("{name} ({role}): {claim}, alpha {}{items}", percent(*alpha)))
        );
        let found = match (&baseline.path, &baseline.sha256) {
            (Some(path), Some(sha256)) => format!("{path}, SHA-256 {sha256}"),
            _ => "none yet".into(),
        };
        let _ = writeln!(out, "    {}", line(&format!("baseline {}: {found}", baseline.asked)));
    }
    let _ = writeln!(out, "{}", at.line());
    fitted(&out, width)
}

#[derive(Serialize)]
struct Locked<'a> {
    schema: &'static str,
    written: bool,
    path: &'a str,
    sha256: String,
    entry_index: u64,
    entry_sha256: String,
    time_stamp: Option<String>,
    plan: &'a PlanLock,
}

/// One JSON object, `evalsig.plan-lock/v1`.
///
/// # Errors
/// `internal-error` for a number that is not finite.
pub fn json(plan: &PlanLock, appended: &Appended) -> Result<String, Diagnostic> {
    let at = appended.location();
    json::text(&Locked {
        schema: "evalsig.plan-lock/v1",
        written: matches!(appended, Appended::Written(_)),
        path: &at.path,
        sha256: at.sha256.to_string(),
        entry_index: at.index,
        entry_sha256: at.entry_sha256.to_string(),
        time_stamp: at.stamp(),
        plan,
    })
}
