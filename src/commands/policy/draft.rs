//! `policy init`: a first policy from existing runs.
//!
//! It works as it stands, and what only people can decide says so in its rationale: `policy check` names each margin
//! that nobody has settled.

use super::check::PLACEHOLDER;
use super::request::PolicyInitRequest;
use crate::commands::{Files, Output};
use crate::domain::policy::TaskName;
use crate::domain::{ClusterRule, Code, Diagnostic, Direction, RunFrame};
use crate::policy::{parse, written};
use crate::present;
use crate::readers::{self, FileOrFolder, ReadOptions};

/// What stands before the tasks.
const HEAD: &str = "\
# yaml-language-server: $schema=https://raw.githubusercontent.com/org/evalsig-action/main/schemas/policy.v1.schema.json
#
# What a release must show, task by task, fixed before the data are seen. docs/policy.md explains every key;
# `evalsig policy check FILE` says in plain words what this file means, and what it does not guard.
version: 1

defaults:
  baseline: store:latest-allowed   # or a path, git:REF:PATH, store:RUN_ID, trail:latest-allowed
  first-run: record                # no baseline yet: keep the run and decide nothing; later write fail
  alpha: 0.05                      # how often a claim may be shown that does not hold
  power: 0.8                       # what plans aim at; it never enters a verdict
  missing: error                   # an item without a score refuses the run; exclude leaves it out
  min-coverage: 1.0                # the share of items that both runs must have scored

tasks:
";

/// What stands after them.
const FOOT: &str = "
suite:
  rule: regress-none               # where a task has the role improve: improve-one-regress-none
  correction: holm

limits:
  max-attempts: 3
  spending: bonferroni             # the attempts share alpha: each is judged at alpha / 3
  max-baseline-age: 90             # days

waivers:
  may-turn-green: false

check:
  name: evalsig / release
  comment: off                     # sticky keeps one comment on the pull request
";

/// Reads the runs and writes a policy with one task a run.
///
/// # Errors
/// Those of reading the runs; `bad-usage` where two runs are of one task; `output-not-written`, also where the file
/// exists.
pub fn init(request: &PolicyInitRequest, files: &dyn Files) -> Result<Output, Diagnostic> {
    let mut tasks: Vec<(TaskName, String)> = Vec::new();
    for named in &request.runs {
        for path in paths(named, request, files)? {
            let options = ReadOptions {
                id: request.id.clone(),
                metric: request.metric.clone(),
                cluster: ClusterRule::FromData,
                slice: None,
                run_id: None,
                deep: false,
            };
            let run = readers::read_file(&files.open(&path)?, request.format, &options)?.reading.run;
            let name = name(&run.metadata().task_id);
            if tasks.iter().any(|(other, _)| other.as_str().eq_ignore_ascii_case(name.as_str())) {
                return Err(twice(&path, &name));
            }
            let text = task(&name, &path, &run, request.id.as_deref());
            tasks.push((name, text));
        }
    }
    let body: Vec<&str> = tasks.iter().map(|(_, text)| text.as_str()).collect();
    let text = format!("{HEAD}{}{FOOT}", body.join("\n"));
    // What is written is read before anyone relies on it.
    parse(&text, request.out.as_deref().unwrap_or("the draft"))?;
    let Some(path) = &request.out else { return Ok(Output { stdout: text, ..Output::default() }) };
    if !files.replace(path, None, text.as_bytes())? {
        return Err(Code::OutputNotWritten
            .at(path)
            .what("stands there already, and a policy is not overwritten")
            .next("name another file, or remove this one first"));
    }
    let stderr = format!(
        "{}\n  next: settle each margin and its margin-rationale, then run `evalsig policy check {}`\n",
        present::safe::line(&format!("{path}: written, with {} tasks", tasks.len())),
        present::safe::line(path)
    );
    Ok(Output { stderr, ..Output::default() })
}

/// The run files that a path leads to.
fn paths(named: &str, request: &PolicyInitRequest, files: &dyn Files) -> Result<Vec<String>, Diagnostic> {
    match files.open(named)? {
        FileOrFolder::File(_) => Ok(vec![named.to_owned()]),
        FileOrFolder::Folder(folder) => {
            let names = readers::runs_in_folder(folder.as_ref(), request.format)?;
            Ok(names.iter().map(|name| format!("{}/{name}", named.trim_end_matches('/'))).collect())
        }
    }
}

/// The task's name as a policy may write it.
fn name(task_id: &str) -> TaskName {
    let safe =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/') { c } else { '-' };
    let mut text: String = task_id.chars().map(safe).take(100).collect();
    while text.contains("..") || text.contains("//") {
        text = text.replace("..", ".").replace("//", "/");
    }
    let text = text.trim_matches(|c: char| matches!(c, '.' | '-' | '/'));
    text.parse().unwrap_or_else(|_| unnamed())
}

fn unnamed() -> TaskName {
    #[allow(clippy::expect_used, reason = "a constant")]
    "task".parse().expect("a name of letters")
}

/// One task: nothing may get worse by more than a margin that a person has to settle.
fn task(name: &TaskName, path: &str, run: &RunFrame, id: Option<&str>) -> String {
    let metadata = run.metadata();
    let mut lines = vec![format!("  - name: {}", written(name.as_str()))];
    if metadata.task_id != name.as_str() && !metadata.task_id.trim().is_empty() {
        lines.push(format!("    task-id: {}", written(&metadata.task_id)));
    }
    lines.push(format!("    candidate: {}", written(path)));
    lines.push(format!("    metric: {}", written(&metadata.metric_name)));
    lines.extend(id.map(|id| format!("    id: {}", written(id))));
    let scores: Vec<f64> = run.scores().collect();
    let lower = run.direction() == Some(Direction::LowerIsBetter);
    if is_cost(&metadata.metric_name) {
        lines.push(
            "    role: budget                   # a cost, which must not grow by more than the margin".into(),
        );
        lines.push("    lower-is-better: true".into());
        lines
            .push("    scale: ratio                   # the margin is a share of the baseline's mean".into());
        lines.push("    margin: 0.1".into());
        lines.push(format!(
            "    margin-rationale: \"{PLACEHOLDER} 0.1 is a placeholder; say why a tenth more is acceptable\""
        ));
        return lines.join("\n") + "\n";
    }
    if lower {
        lines.push("    lower-is-better: true          # as the file says".into());
    }
    let margin = margin(&scores);
    lines.push(
        "    role: no-regression            # improve, where the candidate should be better here".into(),
    );
    lines
        .push(format!("    margin: {margin:<23}# how much worse is still acceptable, in units of the score"));
    lines.push(format!(
        "    margin-rationale: \"{PLACEHOLDER} {margin} is a placeholder; say why a loss of this size is acceptable\""
    ));
    if run.is_clustered() {
        lines.push("    # The items carry clusters, and these count as the units; `cluster: none` would ignore them.".into());
    }
    if scores.iter().any(|score| !(0.0..=1.0).contains(score)) {
        lines.push("    # score-range: [LOW, HIGH]      # with it a verdict can hold whatever missing items would score".into());
    }
    lines.join("\n") + "\n"
}

/// Whether a metric is a cost by its name.
fn is_cost(metric: &str) -> bool {
    let metric = metric.to_ascii_lowercase();
    ["latency", "cost", "tokens", "duration", "runtime", "seconds"].iter().any(|word| metric.contains(word))
}

/// Two points of a score from 0 to 1; of another score a fiftieth of what was seen, to one digit.
fn margin(scores: &[f64]) -> String {
    let low = scores.iter().copied().fold(0.0, f64::min);
    let high = scores.iter().copied().fold(1.0, f64::max);
    let fiftieth = (high - low) / 50.0;
    let digit = 10f64.powf(fiftieth.log10().floor());
    crate::domain::number_format::plain((fiftieth / digit).floor() * digit)
}

fn twice(path: &str, name: &TaskName) -> Diagnostic {
    Code::BadUsage
        .at(path)
        .what(format!("is a run of the task {name}, and so is another file"))
        .next("name one file for each task")
}
