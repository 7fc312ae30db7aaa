//! `evalsig.plan/v1`: what was going to be judged, and how, recorded before the runs existed.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::{DocumentFacts, Family, RepositoryFile, is_sha256};
use super::facts::Version;
use super::v1;
use crate::domain::policy::TaskPolicy;
use crate::domain::{Diagnostic, Direction};

/// Name of the schema this module writes.
pub const SCHEMA: &str = "evalsig.plan/v1";

const FAMILY: Family = Family { prefix: "evalsig.plan/v", newest: 1, name: "a plan" };

/// A plan as it was locked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("$id" = "https://github.com/org/evalsig-action/schemas/plan.v1.schema.json"))]
pub struct PlanLock {
    /// Always `evalsig.plan/v1`.
    pub schema: String,
    /// The release that it is for.
    pub release_id: String,
    /// When it was locked: RFC 3339, UTC.
    pub locked_at: String,
    /// Where that time came from, such as `system clock`.
    pub clock: String,
    /// The policy file.
    pub policy: RepositoryFile,
    /// Its tasks, in the order of the file; each of another name.
    pub tasks: Vec<PlannedTask>,
    /// The workflow run that locked it.
    pub run: Option<v1::Run>,
    /// The program that locked it.
    pub tool: v1::Tool,
    /// What was asked of a time-stamping authority; its token lies beside the entry.
    pub time_stamp: Option<v1::TimeStamp>,
}

/// One task of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedTask {
    /// Its name in the policy.
    pub name: String,
    /// What it is for: improve, no-regression, report-only or budget.
    pub role: String,
    /// The claims in words.
    pub claim: String,
    /// The metric, where the policy names one.
    pub metric: Option<String>,
    /// higher or lower.
    pub better: String,
    /// The superiority that counts.
    pub min_delta: f64,
    /// How much worse is still acceptable, where a margin is set.
    pub margin: Option<f64>,
    /// What the margin is counted in: difference or ratio.
    pub scale: String,
    /// Largest accepted probability of a wrong verdict.
    pub alpha: f64,
    /// Power that is planned for.
    pub power: f64,
    /// The method that is asked for.
    pub method: String,
    /// The cluster key, or how clusters are found.
    pub cluster: String,
    /// The run that the candidate will be compared with.
    pub baseline: PlannedBaseline,
    /// Items that are planned, where that is known.
    pub planned_n: Option<u64>,
}

/// A baseline, as far as it was known when the plan was locked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedBaseline {
    /// What the policy asks for, such as `store:latest-allowed`.
    pub asked: String,
    /// Where it was found; null where there was none yet.
    pub path: Option<String>,
    /// SHA-256 of its bytes, likewise.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: Option<String>,
}

impl PlannedTask {
    /// A task of a policy. `claim` says in words what it must show.
    #[must_use]
    pub fn of(
        task: &TaskPolicy,
        claim: String,
        found: Option<(String, String)>,
        planned_n: Option<u64>,
    ) -> Self {
        let (path, sha256) = found.unzip();
        Self {
            name: task.name.to_string(),
            role: task.role.to_string(),
            claim,
            metric: task.metric.clone(),
            better: match task.direction() {
                Direction::HigherIsBetter => "higher",
                Direction::LowerIsBetter => "lower",
            }
            .into(),
            min_delta: task.min_delta,
            margin: task.margin,
            scale: task.scale.to_string(),
            alpha: task.plan.alpha.get(),
            power: task.plan.power.get(),
            method: task.plan.method.as_str().into(),
            cluster: task.plan.cluster.as_str().into(),
            baseline: PlannedBaseline { asked: task.baseline.to_string(), path, sha256 },
            planned_n,
        }
    }
}

impl PlanLock {
    /// What it says, in a sentence. It holds text of whoever wrote the policy.
    #[must_use]
    pub fn in_short(&self) -> String {
        let names: Vec<&str> = self.tasks.iter().map(|task| task.name.as_str()).collect();
        let commit = self.policy.commit.as_ref().map_or(String::new(), |commit| format!(" at {commit}"));
        format!(
            "Plan of {} under {}{commit} (SHA-256 {}): {}.",
            if names.len() == 1 { "1 task".to_owned() } else { format!("{} tasks", names.len()) },
            self.policy.path,
            self.policy.sha256,
            names.join(", ")
        )
    }
}

/// Reads what a trail needs to know of a plan, of this or a newer version. One of this version has to have
/// every member in its form.
///
/// # Errors
/// `envelope-unreadable` where the bytes are no plan.
pub fn read(bytes: &[u8]) -> Result<DocumentFacts, Diagnostic> {
    let (value, plan) = FAMILY.read::<PlanLock>(bytes)?;
    if let Some(plan) = &plan {
        check(plan).map_err(|why| FAMILY.unreadable(why))?;
    }
    // The same policy at another commit is the same policy.
    FAMILY.facts(&value, "locked_at", &["release_id", "policy/sha256", "tasks"])
}

/// How this program stands to the version of a schema.
#[must_use]
pub fn version_of(schema: &str) -> Version {
    FAMILY.version_of(schema)
}

/// The whole plan.
///
/// # Errors
/// As [`read`], and for a plan of a newer version.
pub fn parse(bytes: &[u8]) -> Result<PlanLock, Diagnostic> {
    read(bytes)?;
    let (_, plan) = FAMILY.read(bytes)?;
    plan.ok_or_else(|| FAMILY.unreadable("a newer version wrote it"))
}

fn check(plan: &PlanLock) -> Result<(), String> {
    is_sha256(&plan.policy.sha256).map_err(|why| format!("policy.sha256 is {why}"))?;
    if plan.tasks.is_empty() {
        return Err("no task".into());
    }
    let mut names = BTreeSet::new();
    for task in &plan.tasks {
        if !names.insert(&task.name) {
            return Err(format!("two tasks {:?}", task.name));
        }
        if let Some(sha256) = &task.baseline.sha256 {
            is_sha256(sha256).map_err(|why| format!("baseline.sha256 of task {:?} is {why}", task.name))?;
        }
    }
    Ok(())
}

/// The JSON Schema of a plan, as published in `schemas/plan.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(PlanLock)
}
