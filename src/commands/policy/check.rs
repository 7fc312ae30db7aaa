//! `policy check`: everything that is wrong with a policy, or what it means and can show.

use super::power;
use super::request::PolicyCheckRequest;
use crate::commands::{Files, Output, OutputFormat, World};
use crate::domain::policy::{Policy, Waiver};
use crate::domain::{Code, Diagnostic, Digest, Exit};
use crate::policy::{self, waivers};
use crate::present::screen::Colour;
use crate::present::terminal;
use crate::present::{self, json};
use crate::report::policy::{PolicyProblem, PolicyProblems, PolicyReport};

/// How `policy init` begins a rationale that a person has to write.
pub(super) const PLACEHOLDER: &str = "TO SETTLE:";

/// Says what a policy means, and with a store what it can show. Exit 64 where the file has problems, or can never allow.
///
/// # Errors
/// `file-unreadable`; those of the store.
pub fn check(request: &PolicyCheckRequest, world: &World<'_>) -> Result<Output, Diagnostic> {
    let (text, digest) = read(&request.file, world.files)?;
    let policy = match policy::problems(&text, &request.file) {
        Ok(policy) => policy,
        Err(problems) => return refused(&problems, request.output),
    };
    let mut waivers = Vec::new();
    if let Some(path) = &request.waivers {
        match waivers::problems(&read(path, world.files)?.0, path) {
            Ok(found) => waivers = found,
            Err(problems) => return refused(&problems, request.output),
        }
    }
    let mut report = PolicyReport {
        path: request.file.clone(),
        sha256: digest.to_string(),
        meaning: policy::words(&policy),
        power: Vec::new(),
        whole: None,
        notes: notes(&policy),
        waivers: waivers.iter().map(|waiver| in_words(waiver, &policy, &world.clock.now())).collect(),
    };
    match &request.store {
        None => report.notes.push(
            "How surely these claims can be shown is not known without runs: name a store with --store, or ask `evalsig mde`"
                .into(),
        ),
        Some(store) => {
            let never = power::measure(&policy, &request.file, store, world, &mut report)?;
            if !never.is_empty() {
                return refused(&never, request.output);
            }
        }
    }
    let stdout = match request.output {
        OutputFormat::Json => json::text(&report)?,
        OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => {
            present::policy::text(&report, request.width)
        }
    };
    Ok(Output { stdout, ..Output::default() })
}

/// The text of a file that people write, and the digest of its bytes.
fn read(path: &str, files: &dyn Files) -> Result<(String, Digest), Diagnostic> {
    let missing = || Code::FileUnreadable.at(path).what("there is no such file").next("check the path");
    let bytes = files.current(path)?.ok_or_else(missing)?;
    let digest = Digest::of(&bytes);
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Code::BadPolicy.at(path).what("is not UTF-8").next("save it as UTF-8"))?;
    Ok((text, digest))
}

fn refused(problems: &[Diagnostic], output: OutputFormat) -> Result<Output, Diagnostic> {
    let stderr = terminal::errors(problems, Colour::Off);
    let stdout = match output {
        OutputFormat::Json => json::text(&PolicyProblems {
            problems: problems
                .iter()
                .map(|problem| PolicyProblem {
                    place: problem.place.clone(),
                    what: problem.what.clone(),
                    next: problem.next.clone(),
                })
                .collect(),
        })?,
        OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => String::new(),
    };
    Ok(Output { stdout, stderr, exit: Exit::Usage.code() })
}

fn notes(policy: &Policy) -> Vec<String> {
    let placeholder = |text: &Option<String>| text.as_ref().is_some_and(|text| text.starts_with(PLACEHOLDER));
    let unsettled = policy.tasks.iter().filter(|task| placeholder(&task.margin_rationale));
    unsettled
        .map(|task| {
            format!(
                "{}: nobody has settled this margin yet: write why it is acceptable in margin-rationale",
                task.name
            )
        })
        .collect()
}

fn in_words(waiver: &Waiver, policy: &Policy, now: &str) -> String {
    let known = policy.tasks.iter().any(|task| task.name == waiver.task);
    let ended = now.parse().is_ok_and(|now: jiff::Timestamp| waiver.effective_until.end() <= now);
    let state = match (known, ended) {
        (false, _) => "; the policy has no such task",
        (true, true) => "; it has ended",
        (true, false) => "",
    };
    format!(
        "{}, {}: waived by {} until {} ({}), because: {}{state}",
        waiver.subject, waiver.task, waiver.approver, waiver.effective_until, waiver.ticket, waiver.reason
    )
}
