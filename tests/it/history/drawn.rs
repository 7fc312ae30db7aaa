//! What is drawn where little is known, where names are hostile, and where nothing can be written.

use scraper::Html;

use super::{Session, all, examples, gate_at, session, shapes, text};

#[test]
fn a_decision_without_its_envelope_is_drawn_without_bounds() {
    let session = session();
    std::fs::remove_dir_all(session.path("kept/default/_envelopes")).unwrap();
    session.run("history --root kept --svg bare.svg --html bare.html -q").exits(0);
    let svg = session.read("bare.svg");
    // The file of a run knows what was decided about it, but not the bounds.
    let [allow, reject, open] = shapes(&Html::parse_document(&svg)).map(|(_, n)| n);
    assert_eq!((reject, open), (2, 1), "{svg}");
    assert!(allow >= 2, "{svg}");
    // Beside the trail, which knows more, none of them is drawn again.
    session.run("history --trail . --svg trail.svg -q").exits(0);
    session.run("history --root kept --trail . --svg both.svg -q").exits(0);
    assert!(session.read("both.svg") == session.read("trail.svg"));
    let page = Html::parse_document(&session.read("bare.html"));
    let bounds: Vec<String> = all(&page, "td[data-label='At least']").into_iter().map(text).collect();
    assert!(!bounds.is_empty() && bounds.iter().all(String::is_empty), "{bounds:?}");
}

#[test]
fn names_of_others_draw_nothing() {
    let session = Session::new();
    examples(&session);
    let hostile =
        "</title><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}\n::error::\u{1b}[31m";
    for name in ["baseline", "candidate"] {
        let path = format!("runs/{name}.json");
        let mut run: serde_json::Value = serde_json::from_str(&session.read(&path)).unwrap();
        for member in ["task_id", "metric_name", "model_id", "run_id"] {
            run[member] = hostile.into();
        }
        session.write(&path, &run.to_string());
    }
    for (release, day) in [("v1", "2024-01-05"), ("v2", "2024-01-06")] {
        let line = format!(
            "--audit-root . --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 \
             --release-id {release} --seed {}",
            day.trim_start_matches("2024-01-0")
        );
        gate_at(&session, &format!("{day}T10:00:00Z"), &line);
    }
    let ran = session.run("history --trail . --svg h.svg --html h.html").exits(0);
    for text in [&ran.stdout, &ran.stderr] {
        assert!(text.chars().all(|c| c == '\n' || !c.is_control()) && !text.contains('\u{202e}'), "{text}");
        assert!(text.lines().all(|line| !line.starts_with("::")), "{text}");
    }
    for file in ["h.svg", "h.html"] {
        let written = session.read(file);
        assert!(!written.contains('\u{202e}') && !written.contains('\u{1b}'), "{file}");
        let page = Html::parse_document(&written);
        assert!(all(&page, "script, img, [onerror], iframe, form").is_empty(), "{file}");
        let known = [
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "a",
            "header",
            "div",
            "span",
            "b",
            "main",
            "h1",
            "p",
            "section",
            "h2",
            "bdi",
            "figure",
            "figcaption",
            "svg",
            "desc",
            "rect",
            "circle",
            "polygon",
            "line",
            "text",
            "details",
            "summary",
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "code",
            "footer",
        ];
        for element in all(&page, "*") {
            assert!(known.contains(&element.value().name()), "{file}: {}", element.value().name());
        }
        assert!(written.contains("&lt;script&gt;alert(1)"), "{file}: it is shown all the same");
    }
}

#[test]
fn a_picture_is_written_whole_or_not_at_all() {
    let session = session();
    let ran = session.run("history --trail . --svg nowhere/history.svg").exits(73);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("nowhere/history.svg"), "{}", ran.stderr);
    // Nothing to draw is an error, and an older file stays.
    session.write("old.html", "old");
    let before = session.files();
    let ran = session.run("history --trail . --task none --html old.html --svg new.svg").exits(64);
    assert!(ran.stderr.contains("no decision fits"), "{}", ran.stderr);
    assert_eq!((session.read("old.html").as_str(), session.files()), ("old", before));
}
