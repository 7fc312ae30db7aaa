//! Rules, plan, numbers and inputs of one pair of runs.

use maud::{Markup, html};

use super::text::{code, facts, said, table, words};
use crate::view::{InputView, RuleRow, TaskView};

/// Every rule that was checked, also those that were met.
pub(super) fn rules(task: &TaskView) -> Markup {
    let row = |rule: &RuleRow| {
        let word = rule.passed.word();
        let class = match rule.passed {
            crate::view::Passed::Yes => "passed-yes",
            crate::view::Passed::No => "passed-no",
            crate::view::Passed::Informs => "passed-informs",
        };
        [
            html! { (said(&rule.rule)) },
            html! { (said(&rule.limit)) },
            html! { (said(&rule.value)) },
            html! { span class=(class) { (word) } },
        ]
    };
    let rows: Vec<[Markup; 4]> = task.rules.iter().map(row).collect();
    let columns = [words("Rule"), words("Limit"), words("Value"), words("Result")];
    table("Every rule that was checked; what informs decides nothing", &columns, &rows)
}

/// What fixed the inference before the data were seen, and the numbers for statisticians.
pub(super) fn plan(task: &TaskView) -> Markup {
    html! {
        p class="hint" { "All of this was fixed before the scores were compared; with the same files it gives the same numbers, bit for bit." }
        (facts("What fixed the inference", &task.plan))
        details {
            summary { "Numbers for statisticians" }
            (facts("Numbers, in units of the score where no other is named", &task.numbers))
        }
    }
}

/// The run files with their hashes.
pub(super) fn inputs(task: &TaskView) -> Markup {
    let runs = [
        ("Baseline", Some(&task.baseline)),
        ("Candidate", Some(&task.candidate)),
        ("Anchor", task.anchor.as_ref()),
    ];
    html! {
        @for (role, input) in runs {
            @if let Some(input) = input { (run(role, input)) }
        }
    }
}

/// One run file.
pub(super) fn run(role: &str, input: &InputView) -> Markup {
    html! {
        table class="facts" {
            caption { (role) ": " bdi { (said(&input.model)) } }
            tbody {
                tr { th scope="row" { "file" } td { (code(&input.path)) } }
                tr { th scope="row" { "SHA-256" } td { (code(&input.sha256)) } }
                @if let Some((path, sha256)) = &input.stored {
                    tr { th scope="row" { "stored copy" } td { (code(path)) } }
                    tr { th scope="row" { "its SHA-256" } td { (code(sha256)) } }
                }
            }
        }
        details {
            summary { "Everything recorded of the " (role.to_lowercase()) "'s file" }
            table class="facts" {
                caption { (role) ", as its file says" }
                tbody {
                    tr { th scope="row" { "run" } td { (code(&input.run)) } }
                    @for fact in &input.facts { tr { th scope="row" { (said(&fact.label)) } td { (said(&fact.value)) } } }
                }
            }
        }
    }
}
