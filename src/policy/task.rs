//! One entry of `tasks`.

use super::errors;
use super::fields::{Fields, choice, number, text, whole};
use super::keys;
use super::problem::{Problems, Wrong};
use super::shared::{RUN, Shared, baseline, prose};
use super::yaml::Node;
use crate::domain::policy::{Anchor, BaselineSource, FirstRun, Role, Scale, Slices, TaskName, TaskPolicy};
use crate::domain::{Claim, Direction, Plan};

/// A task with the keys that it was read from: the rules point at them.
pub(super) struct ReadTask<'n> {
    pub(super) fields: Fields<'n>,
    pub(super) policy: TaskPolicy,
}

/// What a margin is, in words.
pub(super) const MARGIN: &str = "a number above 0 that says how much worse is still acceptable, such as 0.01";

impl<'n> ReadTask<'n> {
    /// The task at `path`, or `None` where something that it needs is missing or wrong.
    pub(super) fn read(
        node: &'n Node,
        path: &str,
        defaults: &Shared,
        problems: &mut Problems,
    ) -> Option<Self> {
        let fields = Fields::of(node, path, &[keys::TASK, keys::DEFAULTS], problems)?;
        let own = Shared::read(&fields, problems);
        let shared = own.or(defaults);
        let name = fields.required(
            "name",
            "a name such as mmlu-pro",
            problems,
            text("a name such as mmlu-pro", task_name),
        );
        let role = fields.required(
            "role",
            "`role: improve`, `no-regression`, `report-only` or `budget`",
            problems,
            choice(Role::ALL, Role::as_str),
        );
        let candidate = fields.required(
            "candidate",
            "the file of the run that wants to ship, such as runs/cand/mmlu_pro.eval",
            problems,
            text("a file, a folder, or a glob that matches one file", candidate),
        );
        if shared.baseline.is_none() && fields.lacks("baseline") {
            let write = format!("the run that is in use: {RUN}");
            problems.add(fields.at, fields.path("baseline"), errors::missing_key("baseline", &write));
        }
        let margin = fields.optional("margin", problems, margin);
        let margin_rationale = fields.optional("margin-rationale", problems, prose);
        let min_delta = fields.optional("min-delta", problems, min_delta).unwrap_or(0.0);
        let scale = fields
            .optional("scale", problems, choice(Scale::ALL, Scale::as_str))
            .unwrap_or(Scale::Difference);
        let task_id =
            fields.optional("task-id", problems, text("the task as run files name it", |t| Ok(t.to_owned())));
        let slices = fields.node("slices").and_then(|node| slices(node, &fields.path("slices"), problems));
        let anchor = fields.node("anchor").and_then(|node| anchor(node, &fields.path("anchor"), problems));
        let role = role?;
        let usual = match role {
            // A budget is a cost: less of it is better.
            Role::Budget => Plan { direction: Direction::LowerIsBetter, direction_named: true, ..usual() },
            Role::Improve | Role::NoRegression | Role::ReportOnly => usual(),
        };
        let mut policy = TaskPolicy {
            name: name?,
            task_id,
            role,
            candidate: candidate?,
            plan: shared.plan(usual),
            baseline: shared.baseline?,
            baseline_project: shared.baseline_project.map(|project| project.to_string()),
            first_run: shared.first_run.unwrap_or(FirstRun::Fail),
            format: shared.format.flatten().map(|format| format.as_str().to_owned()),
            metric: shared.metric,
            min_delta,
            margin,
            margin_rationale,
            scale,
            anchor,
            slices,
        };
        policy.plan.claim = policy.main_claim();
        Some(Self { fields, policy })
    }
}

fn usual() -> Plan {
    Plan::of(Claim::Above { min_delta: 0.0 })
}

fn task_name(text: &str) -> Result<TaskName, String> {
    text.parse().map_err(|why: &str| why.to_owned())
}

/// How much worse is still acceptable.
fn margin(node: &Node) -> Result<f64, Wrong> {
    number(MARGIN, |n| (n > 0.0).then_some(n))(node)
}

/// The superiority that counts.
pub(super) fn min_delta(node: &Node) -> Result<f64, Wrong> {
    number("a number of 0 or more, such as 0.005", |n| (n >= 0.0).then_some(n))(node)
}

fn candidate(text: &str) -> Result<String, String> {
    if text == "-" {
        return Err("standard input cannot stand in a policy".into());
    }
    if text.ends_with(":latest-allowed") {
        return Err("the candidate is the run that wants to ship, not one that was allowed before".into());
    }
    if text.starts_with("git:") || text.starts_with("trail:") {
        return Err(
            "a candidate is a file, or store:RUN_ID; put ./ before the path of a file of this name".into()
        );
    }
    if text == "store:" {
        return Err("names no run after store:".into());
    }
    Ok(text.to_owned())
}

fn slices(node: &Node, path: &str, problems: &mut Problems) -> Option<Slices> {
    let fields = Fields::of(node, path, &[keys::SLICES], problems)?;
    let by = fields.required(
        "by",
        "the field of an item that names its subgroup, such as category",
        problems,
        text("the name of a field", |text| Ok(text.to_owned())),
    );
    let min_items = fields.required(
        "min-items",
        "the fewest items of a subgroup that decides, such as 200",
        problems,
        whole("a whole number of at least 1", |n| (n >= 1).then_some(n)),
    );
    let margin = fields.required("margin", MARGIN, problems, margin);
    Some(Slices { by: by?, min_items: min_items?, margin: margin? })
}

fn anchor(node: &Node, path: &str, problems: &mut Problems) -> Option<Anchor> {
    let fields = Fields::of(node, path, &[keys::ANCHOR], problems)?;
    let run = fields.required("run", "the run that stays fixed, such as store:v1.0-run", problems, fixed_run);
    let margin = fields.required("margin", MARGIN, problems, margin);
    Some(Anchor { run: run?, margin: margin? })
}

/// A run that does not move on with each release.
fn fixed_run(node: &Node) -> Result<BaselineSource, Wrong> {
    match baseline(node)? {
        run @ (BaselineSource::StoreLatestAllowed | BaselineSource::TrailLatestAllowed) => {
            Err(errors::refused_text(
                &run.to_string(),
                "an anchor stays where it is, and the newest allowed run moves on with every release",
                "a fixed run, such as store:v1.0-run",
            ))
        }
        run => Ok(run),
    }
}
