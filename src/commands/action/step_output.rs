//! What the runner and the reviewer are told.

use super::access::Access;
use super::request::{ActionRequest, Mode};
use crate::commands::gated::Gated;
use crate::commands::origin::Step;
use crate::commands::persist::EnvelopeLocation;
use crate::commands::{OpenedCheck, Output};
use crate::domain::{Diagnostic, Digest};
use crate::envelope::v1::VerdictWord;
use crate::envelope::{Record, SuiteRecord};
use crate::present::check::{Conclusion, Links};
use crate::present::decision::{markdown, terminal};
use crate::present::markdown::error as error_page;
use crate::present::runner;
use crate::present::screen::Screen;
use crate::view::{DecisionView, Notice};
use serde_json::Value;

/// Names of the outputs, as `action.yml` declares them.
pub const ACTION_OUTPUTS: &[&str] = &[
    "verdict",
    "exit-code",
    "delta",
    "ci-low",
    "ci-high",
    "p-value",
    "mde",
    "method",
    "n-pairs",
    "n-clusters",
    "envelope-path",
    "envelope-sha256",
    "entry-index",
    "entry-sha256",
    "audit-commit",
    "check-url",
    "report-path",
    "mode-used",
    "fixed",
    "broken",
    "tasks",
    "blocking",
    "attempt",
];

/// What the runner gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepOutput {
    /// Text to append to the file behind `GITHUB_OUTPUT`.
    pub outputs: String,
    /// Markdown to append to the file behind `GITHUB_STEP_SUMMARY`.
    pub summary: String,
    /// The log and the exit code.
    pub process: Output,
}

/// What the runner and the check will be told, until nothing can change it any more.
pub(super) struct StepOutputBuilder {
    values: Vec<(&'static str, String)>,
    summary: String,
    log: Vec<String>,
    /// What the output `exit-code` says: the verdict's or the error's code.
    code: u8,
    /// How the process ends: advisory mode turns verdicts into 0.
    exit: u8,
    pub(super) conclusion: Conclusion,
}

impl StepOutputBuilder {
    /// Adds a line to the log.
    pub(super) fn say(&mut self, line: String) {
        self.log.push(line);
    }

    /// Sets one more output.
    pub(super) fn give(&mut self, name: &'static str, value: String) {
        self.values.push((name, value));
    }

    /// Turns what came before into a failure, unless it is one already.
    pub(super) fn unless_failed(&mut self, result: Result<(), Diagnostic>) {
        if let Err(error) = result {
            self.log.push(runner::error("evalsig", &error.to_string()));
            if self.code <= 2 {
                (self.code, self.exit) = (error.code.exit().code(), error.code.exit().code());
            }
            self.conclusion = Conclusion::Failure;
        }
    }

    pub(super) fn finish(mut self, nonce: &str) -> Result<StepOutput, Diagnostic> {
        self.values.push(("exit-code", self.code.to_string()));
        if self.values.iter().all(|(name, _)| *name != "report-path") {
            self.give("report-path", String::new());
        }
        Ok(StepOutput {
            outputs: runner::outputs(&self.values, nonce)?,
            summary: self.summary,
            process: Output { stdout: runner::whole_log(&self.log), stderr: String::new(), exit: self.exit },
        })
    }
}

/// Bytes that GitHub takes for the summary of a step.
const SUMMARY_LIMIT: usize = 1 << 20;

/// The decision as its readers see it, with what only this job knows.
pub(super) fn view(decided: &Gated, request: &ActionRequest, step: &Step) -> DecisionView {
    let advisory = (request.mode == Mode::Advisory)
        .then(|| Notice::warning("advisory", "this gate advises and blocks nothing, whatever its verdict"));
    let fork = step.origin.foreign.then(|| {
        Notice::warning(
            "fork",
            "judged for a fork: the runs are nobody's we know, and nothing is kept in trail or store",
        )
    });
    decided.view().noting(advisory.into_iter().chain(fork))
}

/// A verdict, and where it was kept.
pub(super) fn verdict(
    decided: &Gated,
    view: &DecisionView,
    mode: Mode,
    access: &Access,
    mut log: Vec<String>,
) -> StepOutputBuilder {
    let evidence = decided.evidence().view();
    log.push(runner::log(&terminal::decision(view, Screen::PLAIN)));
    log.push(runner::log(&format!("{}\n", evidence.line())));
    let (allowed, green) = (decided.verdict() == VerdictWord::Allow, decided.turned_green(view));
    if !allowed {
        let finding = view.headline.to_string();
        log.push(match (mode, &green) {
            (Mode::Enforce, None) => runner::error("evalsig", &finding),
            (Mode::Enforce, Some(waived)) => {
                runner::warning("evalsig", &format!("{}, {waived}: {finding}", decided.verdict().as_str()))
            }
            (Mode::Advisory, _) => runner::warning("evalsig (advisory)", &finding),
        });
    }
    let passes = allowed || green.is_some();
    let code = decided.exit_code();
    StepOutputBuilder {
        values: values(decided, access),
        summary: markdown::decision(view, &evidence.markdown(), SUMMARY_LIMIT),
        log,
        code,
        exit: if mode == Mode::Advisory || passes { 0 } else { code },
        conclusion: match (passes, mode) {
            (true, _) => Conclusion::Success,
            (false, Mode::Advisory) => Conclusion::Neutral,
            (false, Mode::Enforce) => Conclusion::Failure,
        },
    }
}

/// A failure to reach a verdict, or to record it.
pub(super) fn failure(error: &Diagnostic, access: &Access, mut log: Vec<String>) -> StepOutputBuilder {
    log.push(runner::error("evalsig", &error.to_string()));
    let mut values = vec![("mode-used", access.mode_used().to_owned())];
    values.extend(access.check_url().map(|url| ("check-url", url)));
    let exit = error.code.exit().code();
    StepOutputBuilder {
        values,
        summary: error_page(error),
        log,
        code: exit,
        exit,
        conclusion: Conclusion::Failure,
    }
}

/// Tells the runner of a failure. `check`: the address of the check that was completed for it, where there
/// was one.
///
/// # Errors
/// `internal-error` if the outputs cannot be written safely.
pub fn failed(error: &Diagnostic, check: Option<String>, nonce: &str) -> Result<StepOutput, Diagnostic> {
    let check = check.map(|url| OpenedCheck { url, ..OpenedCheck::default() });
    failure(error, &Access { check, ..Access::none() }, Vec::new()).finish(nonce)
}

/// Where the evidence can be seen, and what the check says about itself.
pub(super) fn links(step: &Step, decided: Option<&Gated>, report: Option<&String>, access: &Access) -> Links {
    let (remarks, report) = (access.remarks.clone(), report.filter(|_| decided.is_some()).cloned());
    let (Some(server), Some(repository)) = (&step.server, &step.origin.source.repository) else {
        return Links { remarks, report, ..Links::default() };
    };
    let run = &step.origin.run;
    let attempt = run.run_attempt.as_ref().map_or(String::new(), |n| format!("/attempts/{n}"));
    let committed = decided.and_then(|decided| match &decided.evidence().envelope {
        EnvelopeLocation::Trail { appended, commit: Some((_, commit)), .. } => {
            Some((appended.location(), commit))
        }
        _ => None,
    });
    let blob = |path: &str, commit: &str| format!("{server}/{repository}/blob/{commit}/{path}");
    Links {
        remarks,
        report,
        commit: step
            .origin
            .source
            .head_sha
            .as_ref()
            .filter(|sha| sha.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .map(|sha| format!("{server}/{repository}/commit/{sha}")),
        entry: committed.map(|(at, commit)| blob(&at.entry(), commit)),
        run: run.run_id.as_ref().map(|id| format!("{server}/{repository}/actions/runs/{id}{attempt}")),
        envelope: committed.map(|(at, commit)| blob(&at.path, commit)),
    }
}

/// Outputs are words of ours, numbers, hashes, paths, names that a policy may give and addresses of ours; never free
/// text.
fn values(decided: &Gated, access: &Access) -> Vec<(&'static str, String)> {
    let evidence = decided.evidence();
    let mut values = vec![
        ("verdict", decided.verdict().as_str().to_owned()),
        ("mode-used", access.mode_used().to_owned()),
        ("attempt", evidence.attempt().map_or(String::new(), |attempt| attempt.to_string())),
    ];
    values.extend(match decided {
        Gated::Pair(pair) => of_pair(&pair.record),
        Gated::Suite(suite) => of_suite(&suite.record),
    });
    values.extend(access.check_url().map(|url| ("check-url", url)));
    if let Some((path, bytes)) = evidence.file() {
        values.push(("envelope-path", path.to_owned()));
        values.push(("envelope-sha256", Digest::of(bytes).to_string()));
    }
    if let EnvelopeLocation::Trail { appended, commit, .. } = &evidence.envelope {
        let at = appended.location();
        values.push(("entry-index", at.index.to_string()));
        values.push(("entry-sha256", at.entry_sha256.to_string()));
        values.extend(commit.clone().map(|(_, commit)| ("audit-commit", commit)));
    }
    // What one kind of decision has no value for is written too, empty.
    let other = match decided {
        Gated::Pair(_) => OF_SUITE,
        Gated::Suite(_) => OF_PAIR,
    };
    values.extend(other.iter().map(|name| (*name, String::new())));
    values
}

/// Outputs that only one pair of runs has.
const OF_PAIR: &[&str] =
    &["delta", "ci-low", "ci-high", "p-value", "mde", "method", "n-pairs", "n-clusters", "fixed", "broken"];

/// Outputs that only the tasks of a policy have.
const OF_SUITE: &[&str] = &["tasks", "blocking"];

/// The numbers of one pair of runs.
fn of_pair(record: &Record) -> Vec<(&'static str, String)> {
    let c = &record.report.comparison;
    let number = |value: Option<f64>| value.map_or(String::new(), |v| v.to_string());
    vec![
        ("delta", c.delta.to_string()),
        ("ci-low", number(c.ci.0)),
        ("ci-high", number(c.ci.1)),
        ("p-value", c.p_value.to_string()),
        ("mde", number(c.mde)),
        ("method", c.method.clone()),
        ("n-pairs", c.n_pairs.to_string()),
        ("n-clusters", c.n_clusters.map_or(String::new(), |k| k.to_string())),
        ("fixed", record.changed.fixed.to_string()),
        ("broken", record.changed.broken.to_string()),
    ]
}

/// The tasks of a suite, each with the verdict on its main claim by itself, and those that block: JSON, for
/// `fromJSON` in a workflow. A policy's names of tasks hold nothing that JSON or a shell could take otherwise.
fn of_suite(record: &SuiteRecord) -> Vec<(&'static str, String)> {
    let tasks: serde_json::Map<String, Value> = record
        .tasks
        .iter()
        .map(|(name, task)| (name.clone(), task.record.report.verdict.as_str().into()))
        .collect();
    let blocking: Vec<Value> = record.suite.blocking.iter().map(|name| name.as_str().into()).collect();
    vec![("tasks", Value::Object(tasks).to_string()), ("blocking", Value::Array(blocking).to_string())]
}
