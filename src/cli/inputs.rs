//! The action's inputs: `INPUT_MIN-DELTA` is `--min-delta` by another name.

use super::errors;
use super::hiargs;
use super::lowargs::{Cli, Command};
use crate::commands::action::{ActionRequest, ActionSubject, Audit, Mode};
use crate::commands::gate::GateSubject;
use crate::commands::revisions::PolicyRef;
use crate::commands::targets::EnvelopeTarget;
use crate::domain::Diagnostic;
use crate::domain::policy::CommentMode;
use crate::present::screen::Width;

/// Every input that the action understands, as `action.yml` declares them.
pub const ACTION_INPUTS: &[&str] = &[
    "policy",
    "policy-ref",
    "baseline",
    "candidate",
    "bank",
    "sample",
    "about",
    "gold",
    "lambda",
    "format",
    "metric",
    "id",
    "baseline-run",
    "candidate-run",
    "cluster",
    "epochs",
    "lower-is-better",
    "min-delta",
    "equivalence",
    "margin",
    "max-attempts",
    "rule",
    "alpha",
    "power",
    "planned-delta",
    "method",
    "one-sided",
    "resamples",
    "seed",
    "missing",
    "min-coverage",
    "score-range",
    "task-mismatch",
    "identical",
    "release-id",
    "project-id",
    "store",
    "baseline-project",
    "baseline-store",
    "max-baseline-age",
    "timestamp-url",
    "timestamp",
    "audit-root",
    "audit",
    "audit-branch",
    "mode",
    "check-name",
    "report",
    "comment",
    "report-json",
    "github-token",
    "deadline",
];

/// Inputs that only the action has; every other one is a flag of `gate`.
const OWN_INPUTS: &[&str] = &[
    "policy-ref",
    "audit",
    "audit-branch",
    "mode",
    "check-name",
    "report",
    "comment",
    "report-json",
    "github-token",
    "deadline",
];

/// The branch that holds the trail, unless another one is named.
const AUDIT_BRANCH: &str = "evalsig-audit";

/// Seconds that GitHub gets to answer, all in all, unless others are given.
pub const DEADLINE: u64 = 600;

/// The token that the action speaks to GitHub with; `None` keeps it off the network.
pub fn token(input: impl Fn(&str) -> Option<String>) -> Option<String> {
    input("github-token").map(|token| token.trim().to_owned()).filter(|token| !token.is_empty())
}

/// The name of the check as the input sets it: known even where the other inputs cannot be used.
pub fn check_name(input: impl Fn(&str) -> Option<String>) -> Option<String> {
    input("check-name").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Resolves how long GitHub may take, all in all, in seconds.
///
/// # Errors
/// `bad-usage`, naming the input.
pub fn deadline(input: impl Fn(&str) -> Option<String>) -> Result<u64, Diagnostic> {
    let text = input("deadline").map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let Some(text) = text else { return Ok(DEADLINE) };
    text.parse()
        .ok()
        .filter(|seconds| (10..=86_400).contains(seconds))
        .ok_or_else(|| errors::bad_deadline(&text))
}

/// Resolves the action's inputs. `input` gives the text of an input by its name; the runner passes
/// an undeclared default as an empty text, which counts as absent.
///
/// # Errors
/// `bad-usage` or `bad-release-id`, naming the input.
pub fn action_request(input: impl Fn(&str) -> Option<String>) -> Result<ActionRequest, Diagnostic> {
    let given = |name: &str| input(name).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    for required in ["baseline", "candidate"] {
        let by_bank = required == "baseline" && given("bank").is_some();
        if given(required).is_none() && given("policy").is_none() && !by_bank {
            return Err(errors::input_missing(required));
        }
    }
    let mut args = vec!["evalsig".to_owned(), "gate".to_owned()];
    let flags = ACTION_INPUTS.iter().filter(|name| !OWN_INPUTS.contains(name));
    for name in flags {
        // Several runs of the baseline stand on a line each.
        let lines = given(name).into_iter().flat_map(|text| match *name {
            "baseline" => {
                text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
            }
            _ => vec![text],
        });
        args.extend(lines.map(|text| format!("--{name}={text}")));
    }
    args.extend(given("report").map(|path| format!("--html={path}")));
    let cli = Cli::read(args.into_iter().map(Into::into), Width::Pipe).map_err(|error| refusal(&error))?;
    let Command::Gate(flags) = cli.command else {
        return Err(errors::not_a_gate());
    };
    let gate = hiargs::gate(&flags).map_err(as_input)?;
    let audit = choice(
        given("audit"),
        "audit",
        &[("required", Audit::Required), ("best-effort", Audit::BestEffort), ("off", Audit::Off)],
    )?;
    let mode = choice(given("mode"), "mode", &[("enforce", Mode::Enforce), ("advisory", Mode::Advisory)])?;
    let (release, time_stamp) = match gate.target {
        EnvelopeTarget::Trail { release, time_stamp, .. } => (Some(release), time_stamp),
        EnvelopeTarget::File(_) | EnvelopeTarget::Nowhere => (None, None),
    };
    let policy_ref = given("policy-ref").map(|text| {
        PolicyRef::from_name(&text).ok_or_else(|| {
            let words: Vec<_> = PolicyRef::ALL.iter().map(|choice| choice.as_str()).collect();
            errors::unknown_choice("policy-ref", &text, &words.join(", "))
        })
    });
    let subject = match (gate.subject, policy_ref.transpose()?) {
        (GateSubject::Pair(_), Some(_)) => return Err(errors::no_policy_for_ref()),
        (GateSubject::Pair(asked), None) => ActionSubject::Pair(asked),
        (GateSubject::Suite(asked), policy_ref) => ActionSubject::Suite { asked, policy_ref },
    };
    Ok(ActionRequest {
        subject,
        release,
        time_stamp,
        audit_root: given("audit-root"),
        audit_branch: branch(given("audit-branch"))?,
        audit,
        mode,
        check_name: given("check-name"),
        report: given("report"),
        comment: choice(
            given("comment"),
            "comment",
            &CommentMode::ALL.iter().map(|mode| (mode.as_str(), *mode)).collect::<Vec<_>>(),
        )?,
        report_json: given("report-json"),
    })
}

/// The name of a branch: the part of git's rules that keeps it a name (git-check-ref-format).
fn branch(text: Option<String>) -> Result<String, Diagnostic> {
    let Some(name) = text else { return Ok(AUDIT_BRANCH.into()) };
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    let part = |part: &str| {
        !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with('.') && !part.ends_with(".lock")
    };
    if name.len() <= 200 && name.chars().all(safe) && !name.contains("..") && name.split('/').all(part) {
        return Ok(name);
    }
    Err(errors::bad_branch(&name))
}

/// The first choice is the default.
fn choice<T: Copy>(text: Option<String>, name: &str, choices: &[(&str, T)]) -> Result<T, Diagnostic> {
    let words: Vec<_> = choices.iter().map(|(word, _)| *word).collect();
    let wanted = text.as_deref().or(words.first().copied()).unwrap_or_default();
    choices
        .iter()
        .find(|(word, _)| *word == wanted)
        .map(|(_, value)| *value)
        .ok_or_else(|| errors::unknown_choice(name, wanted, &words.join(", ")))
}

/// An error that names a flag names the input instead.
fn as_input(mut error: Diagnostic) -> Diagnostic {
    if let Some(name) = error.place.strip_prefix("--") {
        let name = if name == "project" { "project-id" } else { name };
        error.place = format!("input {name}");
    }
    error
}

/// clap's first line says what is wrong; its usage text would speak of a command line that nobody typed.
fn refusal(error: &clap::Error) -> Diagnostic {
    let text = error.to_string();
    let first: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).collect();
    let what = first.join(" ").trim_start_matches("error: ").replace("--", "");
    errors::inputs_refused(what)
}
