//! Why what was typed is refused, one function a message.

use std::fmt::Display;

use crate::domain::{Code, Diagnostic};

pub(super) fn inputs_refused(what: impl Into<String>) -> Diagnostic {
    Code::BadUsage.at("inputs").what(what).next("see the table of inputs in docs/action.md")
}

pub(super) fn unknown_choice(name: &str, wanted: &str, words: &str) -> Diagnostic {
    Code::BadUsage.at(format!("input {name}")).what(format!("is {wanted:?}, expected one of {words}"))
}

pub(super) fn bad_branch(name: &str) -> Diagnostic {
    Code::BadUsage
        .at("input audit-branch")
        .what(format!("is {name:?}, which cannot name the branch of a trail"))
        .next("use letters, digits, '.', '_', '-' and '/', such as evalsig-audit")
}

pub(super) fn not_a_gate() -> Diagnostic {
    Code::Bug.at("action inputs").what("did not resolve to a gate")
}

pub(super) fn input_missing(name: &str) -> Diagnostic {
    Code::BadUsage
        .at(format!("input {name}"))
        .what("is missing")
        .next("set it in the step's with: block to a run file in the workspace")
}

pub(super) fn bad_deadline(text: &str) -> Diagnostic {
    Code::BadUsage.at("input deadline").what(format!("is {text:?}, expected whole seconds from 10 to 86400"))
}

pub(super) fn other_baseline(bank: &str) -> Diagnostic {
    Code::BadUsage
        .at("--baseline")
        .what(format!("is another run than the bank {bank:?}, which is the baseline of a gate on a sample"))
        .next("leave --baseline out")
}

pub(super) fn no_part_in_01() -> Diagnostic {
    Code::BadUsage
        .at("--rule")
        .what("is evalsig-0.1, which knows neither samples nor labels")
        .next("leave --rule at interval")
}

pub(super) fn bad_value(flag: &str, text: &str, expected: &str) -> Diagnostic {
    Code::BadUsage.at(flag).what(format!("is {text:?}, expected {expected}"))
}

pub(super) fn bad_release_id(text: &str, why: impl Display) -> Diagnostic {
    Code::BadReleaseId.at("--release-id").what(format!("is {text:?}; {why}")).next("use a tag such as v1.4.0")
}

pub(super) fn bad_format(text: &str, why: impl Display) -> Diagnostic {
    Code::BadUsage.at("--format").what(format!("is {text:?}, {why}"))
}

pub(super) fn alpha_too_large(text: &str) -> Diagnostic {
    Code::BadUsage
        .at("--alpha")
        .what(format!(
            "is {text:?}: with an error rate of one half or more a claim is shown and refuted by the same data"
        ))
        .next("0.05 is usual; 0.2 is the most that passes without a warning")
}

/// A flag about a baseline in a store, where no store was named.
pub(super) fn no_store(flag: &str) -> Diagnostic {
    Code::BadUsage
        .at(flag)
        .what("is about a baseline in a store, and no store was named")
        .next("name the store: --store, or --baseline-store if nothing is to be written there")
}

pub(super) fn bad_project(flag: &str, text: &str, why: impl Display) -> Diagnostic {
    Code::BadUsage.at(flag).what(format!("is {text:?}, which cannot name a project: {why}"))
}

pub(super) fn bad_anchor(text: &str, why: impl Display) -> Diagnostic {
    Code::BadUsage.at("--anchor").what(format!("is {text:?}: {why}"))
}

pub(super) fn bad_subject(text: &str, why: &str) -> Diagnostic {
    Code::BadUsage.at("--subject").what(format!("is {text:?}: {why}")).next("give FILE or NAME=sha256:HEX")
}

pub(super) fn no_envelope() -> Diagnostic {
    Code::BadUsage.at("ENVELOPE").what("is missing")
}

pub(super) fn shown_by_pilot(flag: &str) -> Diagnostic {
    Code::BadUsage
        .at(flag)
        .what("is given, and so is a pilot (--baseline, --candidate), which shows it")
        .next(format!("drop {flag}, or plan with --sd-diff instead of the pilot"))
}

pub(super) fn flag_of_a_pilot(flag: &str) -> Diagnostic {
    Code::BadUsage
        .at(flag)
        .what("is about the runs of a pilot, and --sd-diff stands in for one")
        .next(format!("drop {flag}, or name a pilot with --baseline and --candidate"))
}

pub(super) fn half_a_pilot(missing: &str, given: &str) -> Diagnostic {
    Code::BadUsage
        .at(missing)
        .what(format!("is missing: a pilot is two runs, and {given} names one"))
        .next(format!("name the other run with {missing}, or plan with --sd-diff alone"))
}

pub(super) fn no_spread() -> Diagnostic {
    Code::BadUsage
        .at("--sd-diff")
        .what("is missing, and so is a pilot (--baseline and --candidate)")
        .next("say how widely the differences spread, or name two runs that show it")
}

pub(super) fn spread_twice() -> Diagnostic {
    Code::BadUsage
        .at("--sd-diff")
        .what("is given, and so is a pilot (--baseline, --candidate)")
        .next("drop --sd-diff to plan with what the pilot shows, or drop the pilot")
}

pub(super) fn bad_timestamp_url(url: &str) -> Diagnostic {
    Code::BadUsage
        .at("--timestamp-url")
        .what(format!("is {url:?}, expected http:// or https:// and no user name in it"))
        .next("give the address of an RFC 3161 authority; the envelope records it")
}

pub(super) fn no_equivalence_in_01() -> Diagnostic {
    Code::BadUsage
        .at("--rule")
        .what("evalsig-0.1 knows no claim of equivalence")
        .next("use --rule interval with --equivalence")
}

pub(super) fn no_claim() -> Diagnostic {
    Code::BadUsage.at("--min-delta").what("is missing: nothing says what the candidate must show").next(
        "--min-delta 0 claims \"better\", --min-delta 0.01 \"better by more than 0.01\", --min-delta \
                     -0.01 \"not worse by 0.01\", --equivalence 0.01 \"within 0.01 on both sides\"",
    )
}

pub(super) fn bad_out(out: &str) -> Diagnostic {
    Code::BadUsage
        .at("--out")
        .what(format!("is {out:?}, expected a folder or a file on this machine"))
        .next("a bucket is filled by `evalsig store mirror`")
}

pub(super) fn bad_range(range: &str, why: impl Display) -> Diagnostic {
    Code::BadUsage
        .at("RANGE")
        .what(format!("is {range:?}: {why}"))
        .next("give all, entries such as 12..40, days such as 2026-01-01..2026-06-30, or a release id")
}

pub(super) fn empty_place(flag: &str) -> Diagnostic {
    Code::BadUsage.at(flag).what("is empty").next("name a folder, or the URL of a bucket")
}

pub(super) fn bad_time(flag: &str, text: &str) -> Diagnostic {
    Code::BadUsage.at(flag).what(format!(
        "is {text:?}, expected a day such as 2026-06-30, or a time such as 2026-06-30T18:05:00Z"
    ))
}

pub(super) fn no_run_to_check() -> Diagnostic {
    Code::BadUsage
        .at("--aa")
        .what("names no run, and no FILE is given")
        .next("name one run with several epochs, or several runs of one model")
}

pub(super) fn both_standard_input() -> Diagnostic {
    Code::BadUsage
        .at("--candidate")
        .what("is standard input, and so is --baseline")
        .next("only one of the two can be read from standard input")
}

pub(super) fn bad_method(text: &str, why: impl Display) -> Diagnostic {
    Code::BadUsage.at("--method").what(format!("is {text:?}, {why}"))
}

pub(super) fn cannot_write_state() -> Diagnostic {
    Code::BadUsage.at("--state").what("is standard input, which cannot be written").next("name a file")
}

pub(super) fn cannot_follow(flag: &str) -> Diagnostic {
    Code::BadUsage.at(flag).what("is standard input, which cannot be followed").next("name a file")
}

pub(super) fn no_run(flag: &str) -> Diagnostic {
    Code::BadUsage
        .at(flag)
        .what("is missing: a comparison is of two runs")
        .next("name the run files with --baseline FILE --candidate FILE, or a policy that names them with gate --policy FILE")
}

pub(super) fn decided_by_policy(flag: &str) -> Diagnostic {
    Code::BadPolicy
        .at(flag)
        .what("is given, and the policy decides it: beside a policy, flags and inputs may only tighten")
        .next(format!("drop {flag}, or change the policy"))
}

pub(super) fn no_policy_for_ref() -> Diagnostic {
    Code::BadUsage
        .at("input policy-ref")
        .what("is set, and no policy is")
        .next("set policy, or drop policy-ref")
}

pub(super) fn two_trails(named: &str, flag: &str) -> Diagnostic {
    Code::BadUsage
        .at("--audit-root")
        .what(format!("is {flag:?}, and the trail is named {named:?} too: one call verifies one trail"))
        .next("drop one of the two")
}
