//! The texts that are made from the view: check and summary, terminal, JUnit.

use evalsig::envelope::to_bytes;
use evalsig::present::check::{self, LIMIT, Links};
use evalsig::present::decision::{junit, markdown, terminal};
use evalsig::present::screen::{Colour, Glyphs, Screen, Width};
use evalsig::report::evidence::EvidenceView;
use evalsig::view::{self, DecisionView, Notice};
use unicode_width::UnicodeWidthStr as _;

use super::envelope;
use crate::support::Session;

fn seen(candidate: &str, flags: &str) -> DecisionView {
    view::of_envelope(&to_bytes(&envelope(candidate, flags)).unwrap()).unwrap()
}

fn screen(width: u16, glyphs: Glyphs) -> Screen {
    Screen { colour: Colour::Off, width: Width::Terminal(width), glyphs }
}

#[test]
fn the_interval_is_drawn_where_the_numbers_lie() {
    let seen = seen("candidate", "--min-delta 0.01");
    for (glyphs, dot, open, close, edge) in
        [(Glyphs::Unicode, '●', '├', '┤', '┊'), (Glyphs::Ascii, 'o', '[', ']', ':')]
    {
        for width in [60, 80, 120] {
            let text = terminal::decision(&seen, screen(width, glyphs));
            let bar = text.lines().find(|line| line.contains(open) && line.contains(close)).unwrap();
            let at = |mark: char| bar.chars().position(|c| c == mark).unwrap() as f64;
            // Columns are to each other as the numbers are: asked 1.0, lower 3.18, estimate 4.9, upper 6.61.
            let scale = (at(close) - at(open)) / (6.61 - 3.18);
            assert!((at(dot) - at(open) - scale * (4.9 - 3.18)).abs() <= 1.5, "{bar}");
            assert!((at(open) - at(edge) - scale * (3.18 - 1.0)).abs() <= 2.0, "{bar}");
            assert!(text.lines().all(|line| line.width() <= usize::from(width)), "{width}: {text}");
            assert!(glyphs == Glyphs::Unicode || text.is_ascii(), "{text}");
        }
    }
}

#[test]
fn what_must_not_be_missed_stands_in_the_title_of_the_check() {
    let pass = seen("candidate", "--min-delta 0.01 --cluster none");
    let page = |view: &DecisionView| check::decision(view, &EvidenceView::default(), &Links::default(), None);
    assert_eq!(
        page(&pass).title,
        "ALLOW: model-b may ship: it is better than model-a by at least 3.3 points (we asked for 1.0; 95 % sure) [warning]"
    );
    let advisory = pass.noting([Notice::warning("advisory", "this gate advises")]);
    assert!(page(&advisory).title.ends_with("[warning; advisory]"), "{}", page(&advisory).title);
    let mut third = envelope("candidate", "--min-delta 0.01");
    third["release_id"] = "v1".into();
    third["attempt"] = 3.into();
    let third = view::of_envelope(&to_bytes(&third).unwrap()).unwrap();
    assert!(page(&third).title.ends_with("[attempt 3]"), "{}", page(&third).title);
    assert!(
        page(&third).summary.contains("> **attempt:** attempt 3 at this release"),
        "{}",
        page(&third).summary
    );
}

#[test]
fn a_page_that_is_too_long_loses_the_least_important_first_and_says_so() {
    let session = Session::with_examples();
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate-same.json --min-delta 0.01";
    session.run(&format!("{gate} --envelope e.json"));
    let seen = view::of_envelope(session.read("e.json").as_bytes()).unwrap();
    let whole = markdown::decision(&seen, "beside", usize::MAX);
    for limit in (600..whole.len()).step_by(97) {
        let text = markdown::decision(&seen, "beside", limit);
        assert!(text.len() <= limit.max(1400), "{limit}: {}", text.len());
        assert!(text.starts_with("### Not decided: the difference lies between"), "{text}");
        assert!(text.contains("Left out for want of room: "), "{limit}: {text}");
        // Whole parts only: what is opened is closed.
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        assert_eq!(text.matches("```").count() % 2, 0, "{text}");
    }
    assert!(!whole.contains("Left out"), "{whole}");
    assert!(whole.len() < LIMIT);
}

#[test]
fn junit_has_one_case_a_task() {
    let session = Session::with_examples();
    let gate = "gate --baseline runs/baseline.json --output junit --min-delta 0.01";
    for (candidate, code, tags) in
        [("candidate", 0, ""), ("candidate-worse", 1, "REJECT"), ("candidate-same", 2, "INCONCLUSIVE")]
    {
        let ran = session.run(&format!("{gate} --candidate runs/{candidate}.json")).exits(code);
        let report = quick_junit::Report::deserialize_from_str(&ran.stdout).unwrap();
        let cases = &report.test_suites[0].test_cases;
        assert_eq!((cases.len(), cases[0].name.as_str()), (1, "reading"));
        assert_eq!(ran.stdout.contains("<failure"), code > 0, "{}", ran.stdout);
        assert!(ran.stdout.contains(&format!("type=\"{tags}\"")) || code == 0, "{}", ran.stdout);
    }
    let compare =
        session.run("compare --baseline runs/baseline.json --candidate runs/candidate.json --output junit");
    assert_eq!(compare.code, 64);
    // The same verdict on every machine: no time, no id of a run.
    let again = |_| session.run(&format!("{gate} --candidate runs/candidate.json")).stdout;
    assert_eq!(again(0), again(1));
}

#[test]
fn nobody_reads_words_of_a_course_in_statistics() {
    for (candidate, flags) in [
        ("candidate", "--min-delta 0.01"),
        ("candidate-worse", "--min-delta 0.01"),
        ("candidate-same", "--min-delta 0.01"),
        ("candidate-same", "--equivalence 0.2"),
        ("candidate", "--min-delta 0.01 --rule evalsig-0.1"),
    ] {
        let seen = seen(candidate, flags);
        let texts = [
            markdown::decision(&seen, "", usize::MAX),
            terminal::decision(&seen, Screen::PLAIN),
            junit::decision(&seen).unwrap(),
        ];
        for text in texts {
            let lower = text.to_lowercase();
            for word in [
                "significant",
                "detectable",
                "underpowered",
                "unbounded above",
                "p-value of the claim 1.0000",
            ] {
                assert!(!lower.contains(word), "{word}: {text}");
            }
        }
        // Of a refusal the p-value is that of the refutation.
        let shown = markdown::decision(&seen, "", usize::MAX);
        assert_eq!(shown.contains("p of the refutation"), candidate == "candidate-worse", "{shown}");
    }
}
