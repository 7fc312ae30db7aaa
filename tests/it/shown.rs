//! Whole outputs, as a user sees them. `INSTA_UPDATE=always cargo test` writes them anew; read the
//! difference before you commit it.

use crate::support::Session;

const RUNS: &str = "--baseline runs/baseline.json --candidate";

fn shown(line: &str) -> String {
    let ran = Session::with_examples().run(line);
    format!("$ evalsig {line}\n{}--- standard error\n{}--- exit {}\n", ran.stdout, ran.stderr, ran.code)
}

#[test]
fn gate_on_a_terminal() {
    insta::assert_snapshot!("allow", shown(&format!("gate {RUNS} runs/candidate.json --min-delta 0.01")));
    insta::assert_snapshot!("reject", shown(&format!("gate {RUNS} runs/candidate-worse.json --min-delta 0")));
    insta::assert_snapshot!(
        "inconclusive",
        shown(&format!("gate {RUNS} runs/candidate-same.json --min-delta 0.01 --planned-delta 0.03"))
    );
    insta::assert_snapshot!(
        "equivalence",
        shown(&format!("gate {RUNS} runs/candidate-same.json --equivalence 0.2"))
    );
    insta::assert_snapshot!(
        "evalsig_0_1",
        shown(&format!("gate {RUNS} runs/candidate.json --min-delta 0.01 --rule evalsig-0.1"))
    );
}

#[test]
fn gate_as_markdown_and_json() {
    let line = format!("gate {RUNS} runs/candidate.json --min-delta 0.01 --cluster none");
    insta::assert_snapshot!("markdown", shown(&format!("{line} --output markdown")));
    insta::assert_snapshot!("json", shown(&format!("{line} --output json")));
}

#[test]
fn the_other_commands() {
    insta::assert_snapshot!("compare", shown(&format!("compare {RUNS} runs/candidate.json")));
    insta::assert_snapshot!("doctor", shown("doctor runs/baseline.json runs/candidate.json"));
    insta::assert_snapshot!("mde", shown("mde --sd-diff 0.3 --n-pairs 1000 --one-sided"));
    insta::assert_snapshot!(
        "mde_target",
        shown("mde --sd-diff 0.35 --target-delta 0.03 --min-delta 0.01 --one-sided")
    );
    insta::assert_snapshot!(
        "mde_impossible",
        shown("mde --sd-diff 0.35 --target-delta 0.01 --min-delta 0.01")
    );
    insta::assert_snapshot!(
        "error",
        shown("gate --baseline runs/baseline.json --candidate absent.json --min-delta 0")
    );
}

#[test]
fn colour_is_used_when_asked_for_and_never_needed() {
    let session = Session::with_examples();
    let line = format!("gate {RUNS} runs/candidate.json --min-delta 0.01 --color");
    let plain = session.run(&format!("{line} never")).stdout;
    let coloured = session.run(&format!("{line} always")).stdout;
    assert!(!plain.contains('\u{1b}') && coloured.contains("\u{1b}["));
    assert_eq!(session.run(&format!("{line} auto")).stdout, plain, "no colour into a pipe");
    let codes = coloured.split('\u{1b}').skip(1).filter_map(|s| s.split_once('m')).map(|(_, rest)| rest);
    let head = coloured.split('\u{1b}').next().unwrap_or_default();
    assert_eq!(std::iter::once(head).chain(codes).collect::<String>(), plain);
}
