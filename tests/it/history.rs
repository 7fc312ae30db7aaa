//! `evalsig history` drawn: as a picture, as a page, and as a line of text for each task.

mod drawn;

use std::fs;

use evalsig::envelope::v1::VerdictWord::{self, Allow, Inconclusive, Reject};
use scraper::{ElementRef, Html, Selector};

use crate::support::dated::gate_at;
use crate::support::suite::{self, better, usual};
use crate::support::{Session, repository};

const GATE: &str = "--audit-root . --store ./kept --baseline runs/";

/// Gates six times on six days: each verdict, another baseline, and a suite of two tasks.
fn session() -> Session {
    let session = suite::session(&better(), &usual());
    examples(&session);
    let gates = [
        ("v1", "2024-01-05", "baseline.json --candidate runs/candidate.json --min-delta 0.01", Allow),
        ("v2", "2024-01-12", "baseline.json --candidate runs/candidate-worse.json --min-delta 0", Reject),
        (
            "v3",
            "2024-01-19",
            "baseline.json --candidate runs/candidate-same.json --min-delta 0.01",
            Inconclusive,
        ),
        ("v4", "2024-01-26", "candidate.json --candidate runs/candidate-same.json --min-delta 0", Reject),
        ("v5", "2024-02-02", "candidate.json --candidate runs/candidate-worse.json --equivalence 0.2", Allow),
    ];
    for (release, day, runs, verdict) in gates {
        let line = format!("{GATE}{runs} --release-id {release}");
        assert_eq!(gate_at(&session, &format!("{day}T10:00:00Z"), &line), verdict, "{line}");
    }
    session.run("gate --policy evalsig.yml --store kept --release-id v6").exits(0);
    session
}

/// Puts the shipped example runs into `runs/`.
fn examples(session: &Session) {
    for name in
        ["baseline", "candidate", "candidate-same", "candidate-worse", "baseline-graded", "candidate-graded"]
    {
        let path = format!("runs/{name}.json");
        session.write(&path, &fs::read_to_string(repository("examples").join(&path)).unwrap());
    }
}

fn all<'h>(page: &'h Html, selector: &str) -> Vec<ElementRef<'h>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The shapes of a picture by what they stand for; one of each is the legend's.
fn shapes(picture: &Html) -> [(VerdictWord, usize); 3] {
    let drawn = |selector: &str| all(picture, selector).len() - 1;
    [
        (Allow, drawn("circle.ink-better")),
        (Reject, drawn("polygon.ink-worse")),
        (Inconclusive, drawn("rect.ink-open")),
    ]
}

#[test]
fn six_gates_are_drawn_as_one_picture() {
    let session = session();
    let ran = session.run("history --trail . --svg history.svg").exits(0);
    assert_eq!(ran.stderr, "picture written to history.svg\n");
    assert!(ran.stdout.contains("RELEASE"), "the table stays: {}", ran.stdout);
    let svg = session.read("history.svg");
    let picture = Html::parse_document(&svg);

    // Five decisions about reading, and the suite about math and safety.
    assert_eq!(shapes(&picture), [(Allow, 4), (Reject, 2), (Inconclusive, 1)]);
    let labels: Vec<String> = all(&picture, "text").into_iter().map(text).collect();
    let titles: Vec<&String> = labels.iter().filter(|label| label.contains("difference in")).collect();
    assert_eq!(
        titles,
        [
            "math, acc, difference in points",
            "reading, accuracy, difference in points",
            "safety, acc, difference in points",
        ]
    );
    for day in
        ["2024-01-05", "2024-01-12", "2024-01-19", "2024-01-26", "2024-02-02", "new baseline", "asked for"]
    {
        assert!(labels.iter().any(|label| label == day), "{day}: {labels:?}");
    }

    // One baseline changed: at v4, between the third and the fourth decision.
    let dashed = all(&picture, "line[stroke-dasharray]");
    let number = |line: &ElementRef<'_>, name: &str| line.value().attr(name).unwrap().parse::<f64>().unwrap();
    let upright: Vec<f64> = dashed
        .iter()
        .filter(|line| line.value().attr("x1") == line.value().attr("x2"))
        .map(|line| number(line, "x1"))
        .collect();
    assert_eq!(upright.len(), 1, "{svg}");
    let circles: Vec<f64> = all(&picture, "circle").iter().map(|circle| number(circle, "cx")).collect();
    let (first, last) = (circles[2], circles[3]);
    let of_four = first + (last - first) * 2.5 / 4.0;
    assert!((upright[0] - of_four).abs() < 0.1, "{upright:?} {circles:?}");
    // What was asked for: a line for each decision, two for the margin of v5, and the legend's two.
    let across = dashed.len() - upright.len();
    assert_eq!(across, 2 + 4 + 2 + 2, "{svg}");

    // For who does not see it.
    let described = text(all(&picture, "desc")[0]);
    assert!(
        described
            .contains("reading, accuracy: 2 ALLOW, 2 REJECT, 1 INCONCLUSIVE, the latest difference is -10."),
        "{described}"
    );
    assert!(all(&picture, "style, script, a, image, [style]").is_empty());

    // The same bytes again, from the store as from the trail, wherever it is written.
    session.run("history --trail . --svg again.svg --quiet").exits(0);
    assert!(session.read("again.svg") == svg);
    session.run("history --root kept --svg store.svg -q").exits(0);
    assert!(session.read("store.svg") == svg, "the store's copies say the same");
    session.run("history --root kept --trail . --svg both.svg -q").exits(0);
    assert!(session.read("both.svg") == svg, "no decision is drawn twice");
}

#[test]
fn the_page_has_a_picture_and_a_table_for_each_task() {
    let session = session();
    let ran = session.run("history --trail . --html history.html --quiet").exits(0);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", "page written to history.html\n"));
    let html = session.read("history.html");
    let page = Html::parse_document(&html);
    assert_eq!(text(all(&page, "h1")[0]), "Decisions over time");
    assert!(
        text(all(&page, ".lead .subject")[0]).starts_with("7 decisions about 3 tasks, from 2024-01-05 to ")
    );
    let headings: Vec<String> = all(&page, "h2").into_iter().map(text).collect();
    assert_eq!(headings, ["math, acc", "reading, accuracy", "safety, acc"]);
    // Each picture twice, for a wide and for a narrow window, and no two things have one id.
    assert_eq!((all(&page, "figure").len(), all(&page, "figure svg[role=img]").len()), (3, 6));
    let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|element| element.value().id()).collect();
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len(), "{ids:?}");

    // The twin: the newest first, with what the picture shows.
    let rows: Vec<Vec<String>> = all(&page, "section:nth-of-type(2) tbody tr")
        .into_iter()
        .map(|row| row.child_elements().map(text).collect())
        .collect();
    assert_eq!(rows.len(), 5);
    let released: Vec<&str> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(released, ["v5", "v4", "v3", "v2", "v1"]);
    let verdicts: Vec<&str> = rows.iter().map(|row| row[2].as_str()).collect();
    assert_eq!(verdicts, ["ALLOW", "REJECT", "INCONCLUSIVE", "REJECT", "ALLOW"]);
    assert_eq!((rows[4][3].as_str(), rows[4][6].as_str()), ("+4.9", "above +1.0"));
    assert_eq!(rows[0][6], "within 20.0");
    let baselines: Vec<&str> = rows.iter().map(|row| row[8].as_str()).collect();
    assert_eq!(baselines, ["candidate", "candidate (another one)", "baseline", "baseline", "baseline"]);

    // Nothing runs, and nothing is loaded.
    assert!(all(&page, "script, link, img, iframe, object, form, [style]").is_empty());
    let policy = all(&page, "meta[http-equiv=Content-Security-Policy]")[0].value().attr("content").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(all(&page, "a").iter().all(|link| link.value().attr("href").unwrap().starts_with('#')));
    session.run("history --trail . --html again.html --quiet").exits(0);
    assert!(session.read("again.html") == html);
}

#[test]
fn a_line_for_each_task_stands_above_the_table() {
    let session = session();
    let shown = session.run("history --trail .").exits(0).stdout;
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("math, acc          20"), "{shown}");
    assert_eq!(lines[1], "reading, accuracy  2024-01-05  ●▲■▲●  2024-02-02");
    assert!(lines[2].starts_with("safety, acc") && lines[2].contains("      ●  "), "{shown}");
    assert_eq!(lines[3], "● ALLOW, ▲ REJECT, ■ INCONCLUSIVE");
    assert_eq!(lines[4..6], ["One mark a decision, the newest at the right", ""]);
    assert!(lines[6].starts_with("TIME "), "{shown}");
    // What was not asked for has no mark.
    let shown = session.run("history --trail . --task reading --verdict REJECT").exits(0).stdout;
    assert!(shown.starts_with("reading, accuracy  2024-01-12  ▲▲  2024-01-26\n"), "{shown}");
    let shown = session.run("history --trail . --since 2024-01-19 --until 2024-01-26").exits(0).stdout;
    assert!(shown.starts_with("reading, accuracy  2024-01-19  ■▲  2024-01-26\n"), "{shown}");
    // Programs get what they got.
    assert!(session.run("history --trail . --output csv").exits(0).stdout.starts_with("ts,"));
}

/// What docs/store.md shows is what the product draws of the shipped examples. UPDATE_HISTORY=1 writes it anew.
#[test]
fn the_picture_of_the_readme_is_made_by_the_product() {
    let session = Session::new();
    examples(&session);
    let reading = [
        ("2026-01-12", "baseline", "candidate-same", "--min-delta -0.03"),
        ("2026-01-26", "baseline", "candidate-worse", "--min-delta -0.03"),
        ("2026-02-09", "baseline", "candidate-same", "--min-delta 0.01"),
        ("2026-02-23", "baseline", "candidate", "--min-delta 0.01"),
        ("2026-03-09", "candidate", "baseline", "--min-delta -0.05"),
        ("2026-03-23", "candidate", "candidate-worse", "--min-delta -0.03"),
        ("2026-04-06", "candidate", "candidate-same", "--min-delta -0.08"),
    ];
    let summaries = [
        ("2026-01-19", "baseline-graded", "candidate-graded", "--min-delta 0.02"),
        ("2026-02-16", "candidate-graded", "baseline-graded", "--min-delta -0.05"),
        ("2026-03-16", "candidate-graded", "baseline-graded", "--min-delta -0.02"),
    ];
    for (n, (day, baseline, candidate, claim)) in reading.into_iter().chain(summaries).enumerate() {
        let runs = format!("--baseline runs/{baseline}.json --candidate runs/{candidate}.json");
        let line = format!("--audit-root . {runs} {claim} --release-id v{n}");
        gate_at(&session, &format!("{day}T09:00:00Z"), &line);
    }
    session.run("history --trail . --svg history.svg --quiet").exits(0);
    let (drawn, path) = (session.read("history.svg"), repository("docs/history.svg"));
    if std::env::var_os("UPDATE_HISTORY").is_some() {
        fs::write(&path, &drawn).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == drawn, "docs/history.svg differs: run the test with UPDATE_HISTORY=1");
    assert_eq!(shapes(&Html::parse_document(&drawn)).map(|(_, n)| n > 0), [true; 3]);
    assert!(fs::read_to_string(repository("docs/store.md")).unwrap().contains("](history.svg)"));
}
