//! Text from files is harmless in every text: parsed back, there is nothing in it that we did not put there.

use comrak::nodes::{AstNode, NodeValue};
use evalsig::envelope::to_bytes;
use evalsig::present::check::{self, Links};
use evalsig::present::decision::{junit, markdown, terminal};
use evalsig::present::page::{self, Context};
use evalsig::present::screen::Screen;
use evalsig::report::evidence::EvidenceView;
use evalsig::view::{self, DecisionView, ItemChange, Items};
use serde_json::Value;

use super::envelope;

/// Each tries to be something else than text somewhere.
const HOSTILE: &[&str] = &[
    "![x](http://evil.example/x.png)",
    "<img src=x onerror=alert(1)>",
    "</details><script>alert(1)</script>",
    "@octocat and @org/team",
    "#1 GH-1 org/app#2 deadbeefdeadbeef",
    "http://evil.example www.evil.example a@evil.example",
    "[click](javascript:alert(1))",
    "`code` ``two`` ```\nfence\n```",
    "| a | b |\n|---|---|",
    "x\n::error::y\n##[error]z",
    "\u{1b}[31mred\u{202e}txt\u{200b}",
    "# Heading\n- list\n> quote\n---\n===",
    "<!-- comment --> &lt; &#x3c; &copy;",
    "]]></failure><failure>\u{0}",
    "*bold* _it_ ~~gone~~ $x^2$ :smile: [^1] [ ]",
];

/// Every text of an envelope that came from outside, replaced.
fn poisoned(text: &str) -> DecisionView {
    let mut value = envelope("candidate", "--min-delta 0.01 --cluster none");
    for run in ["baseline", "candidate"] {
        for member in ["path", "model_id", "task_id", "metric", "run_id", "format", "config_hash"] {
            value["inputs"][run][member] = text.into();
        }
    }
    let report = &mut value["report"];
    report["finding"] = format!("{text} finding").into();
    report["claim"] = text.into();
    report["suggestion"] = text.into();
    for member in ["warnings", "notes"] {
        report["comparison"][member] = Value::from(vec![text.to_owned(), format!("a {text} b")]);
    }
    value["pairing"]["missing"]["candidate"] = serde_json::json!({text: 3});
    value["plan"]["method_reason"] = text.into();
    value["changed"]["broken_ids"] = Value::from(vec![text]);
    value["changed"]["fixed_ids"] = Value::from(vec![text]);
    value["clock"] = text.into();
    value["source"] = serde_json::json!({"repository": text, "head_sha": text, "event": text, "ref": text});
    value["run"] = serde_json::json!({"workflow_ref": text, "actor": text, "job": text, "run_id": text});
    let item = ItemChange {
        id: text.to_owned(),
        cluster: Some(text.to_owned()),
        baseline: 1.0,
        candidate: 0.0,
        difference: -1.0,
    };
    let items = Items { worse: vec![item], counts: (1, 0, 0), ..Items::default() };
    view::of_envelope(&to_bytes(&value).unwrap()).unwrap().with_items([(String::new(), items)].into())
}

/// What a reader of Markdown would make of a text.
fn kinds(markdown: &str) -> Vec<String> {
    fn walk<'a>(node: &'a AstNode<'a>, found: &mut Vec<String>) {
        match &node.data.borrow().value {
            NodeValue::HtmlBlock(html) => {
                found.extend(html.literal.lines().map(|line| format!("html {line}")))
            }
            NodeValue::HtmlInline(html) => found.push(format!("html {html}")),
            NodeValue::Text(text) => found.push(format!("text {text}")),
            other => found.push(other.xml_node_name().to_owned()),
        }
        node.children().for_each(|child| walk(child, found));
    }
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    let mut found = Vec::new();
    walk(comrak::parse_document(&arena, markdown, &options), &mut found);
    found
}

#[test]
fn markdown_holds_nothing_that_we_did_not_put_there() {
    for text in HOSTILE {
        let seen = poisoned(text);
        let page = check::decision(&seen, &EvidenceView::default(), &Links::default(), None);
        for markdown in [markdown::decision(&seen, "", usize::MAX), page.summary] {
            let headings = markdown.lines().filter(|line| line.starts_with('#')).count();
            assert_eq!(headings, 1, "{markdown}");
            for kind in kinds(&markdown) {
                assert!(
                    !["link", "image", "strikethrough", "footnote_reference", "thematic_break"]
                        .contains(&kind.as_str()),
                    "{text:?}: {kind}\n{markdown}"
                );
                let ours = [
                    "html <details>",
                    "html </details>",
                    "html <summary>",
                    "html </summary>",
                    "html <details><summary>",
                ];
                assert!(
                    !kind.starts_with("html ") || ours.iter().any(|tag| kind.starts_with(tag)),
                    "{text:?}: {kind}"
                );
                assert!(
                    !kind.starts_with("html ") || (!kind.contains("img") && !kind.contains("script")),
                    "{kind}"
                );
                // A mention or a reference needs to stand outside code, and no text of ours has either mark.
                if let Some(words) = kind.strip_prefix("text ") {
                    assert!(
                        !words.contains(['@', '#'])
                            && !words.to_lowercase().contains("gh-1")
                            && !words.contains("deadbeef"),
                        "{text:?}: {words}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_terminal_and_a_title_are_not_steered() {
    for text in HOSTILE {
        let seen = poisoned(text);
        let title = check::decision(&seen, &EvidenceView::default(), &Links::default(), None).title;
        for shown in [terminal::decision(&seen, Screen::PLAIN), title] {
            let control = |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{200b}".contains(c);
            assert!(!shown.contains(control), "{shown:?}");
            assert!(
                shown.lines().all(|line| !line.trim_start().starts_with("::") && !line.contains("##[")),
                "{shown}"
            );
        }
    }
}

#[test]
fn junit_is_parsed_back_to_one_case() {
    for text in HOSTILE {
        let xml = junit::decision(&poisoned(text)).unwrap();
        let report = quick_junit::Report::deserialize_from_str(&xml).unwrap();
        assert_eq!(report.test_suites[0].test_cases.len(), 1, "{xml}");
        assert!(!xml.contains("<script") && !xml.contains("<failure"), "{xml}");
    }
}

#[test]
fn the_page_has_no_element_of_theirs() {
    for text in HOSTILE {
        let html = page::render(&poisoned(text), &Context { csv: Some("x.csv"), server: None }).html;
        for tag in
            ["<script", "<img", "<iframe", "<a href=\"http", "href=\"javascript:", "onerror=\"", " style=\""]
        {
            assert!(!html.to_lowercase().contains(tag), "{text:?}: {tag}");
        }
    }
}
