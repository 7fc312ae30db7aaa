//! What the action writes for the runner, read back as the runner reads it: no text from a run file, a path or an event
//! becomes an output, a command or a mask.

use evalsig::domain::{Code, Diagnostic};
use evalsig::present::decision::terminal;
use evalsig::present::markdown::error as error_page;
use evalsig::present::runner;
use evalsig::present::safe;
use evalsig::present::screen::Screen;
use evalsig::report::evidence::EvidenceView;

use super::draw::Draw;
use super::poison;
use super::runner_port::{Command, commands, outputs};

/// The nonce of the delimiter, which nobody could have foreseen.
const NONCE: &str = "b3c1a0f4d29e4b7c8a6f5e0d1c2b3a49";

/// Outputs, log and annotations with a hostile text everywhere.
pub fn runner(data: &[u8]) {
    let mut draw = Draw::of(data);
    let of = draw.of_what();
    let (only, level) = ((draw.below(2) == 0).then(|| draw.below(64)), draw.below(3));
    let text = draw.rest();
    written_outputs(&text);
    let said = annotation(level, &text);
    let plain = runner::log(&text);
    assert_eq!(commands(&plain), [], "{plain:?}");
    let error = diagnostic(&text);
    let failed = runner::error("evalsig", &error.to_string());
    assert_eq!(commands(&failed), [expected("error", "evalsig", &error.to_string())]);
    let _ = error_page(&error);
    let evidence =
        EvidenceView { said: "recorded", facts: vec![("", text.clone()), ("entry ", text.clone())] };
    let line = runner::log(&format!("{}\n", evidence.line()));
    assert_eq!(commands(&line), []);
    if let Some(view) = poison::decision(of, &text, only) {
        let shown = runner::log(&terminal::decision(&view, Screen::PLAIN));
        assert_eq!(commands(&shown), [], "{shown:?}");
        let headline = view.headline.to_string();
        let log = [shown, line.clone(), runner::error("evalsig", &headline), said.clone()].concat();
        let found = commands(&log);
        assert_eq!(found.len(), 2, "{log:?}");
        assert_eq!(found[0], expected("error", "evalsig", &headline));
    }
}

fn annotation(level: usize, text: &str) -> String {
    let (name, said) = match level {
        0 => ("notice", runner::notice(text, text)),
        1 => ("warning", runner::warning(text, text)),
        _ => ("error", runner::error(text, text)),
    };
    let found = commands(&said);
    assert_eq!(found.len(), 1, "{said:?}");
    assert_eq!((found[0].name.as_str(), &found[0].data), (name, &safe::line(text)));
    let title: Vec<_> = found[0].properties.iter().map(|(name, _)| name.as_str()).collect();
    assert!(title.iter().all(|name| *name == "title") && title.len() <= 1, "{said:?}");
    said
}

fn expected(name: &str, title: &str, data: &str) -> Command {
    Command { name: name.into(), properties: vec![("title".into(), title.into())], data: safe::line(data) }
}

fn diagnostic(text: &str) -> Diagnostic {
    Code::RunMalformed.at(text).what(text).next(text)
}

/// What is written for `GITHUB_OUTPUT` is read as exactly that, or not written at all.
fn written_outputs(text: &str) {
    let values: Vec<(&str, String)> = vec![
        ("verdict", "ALLOW".into()),
        ("envelope-path", text.to_owned()),
        ("method", text.to_owned()),
        ("check-url", String::new()),
        ("report-path", text.lines().next().unwrap_or("").to_owned()),
    ];
    let lines: Vec<(&str, String)> = text.lines().map(|line| ("report-path", line.to_owned())).collect();
    for values in [values, lines] {
        let Ok(file) = runner::outputs(&values, NONCE) else { continue };
        let read = outputs(&file).expect("the runner reads the file");
        let written: Vec<(String, String)> =
            values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(read, written);
    }
}
