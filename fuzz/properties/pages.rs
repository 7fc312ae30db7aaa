//! Pages, read back by the parsers of their formats: nothing in them is there that is not ours.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use comrak::nodes::{AstNode, NodeValue};
use evalsig::present::check::{self, Links, fit};
use evalsig::present::decision::{junit, markdown as as_markdown};
use evalsig::present::markdown::error as error_page;
use evalsig::present::page::{Context, render};
use evalsig::present::{comment, safe};
use evalsig::report::evidence::EvidenceView;
use evalsig::view::DecisionView;

use super::draw::Draw;
use super::poison::{self, Of};

/// What a reader of Markdown makes of a text: kinds of nodes, plain text, and HTML.
#[derive(Default)]
struct Read {
    kinds: BTreeSet<String>,
    text: String,
    html: String,
}

fn read(markdown: &str) -> Read {
    fn walk<'a>(node: &'a AstNode<'a>, read: &mut Read) {
        match &node.data.borrow().value {
            NodeValue::HtmlBlock(html) => read.html.push_str(&html.literal),
            NodeValue::HtmlInline(html) => read.html.push_str(html),
            NodeValue::Text(text) => {
                read.text.push_str(text);
                read.text.push('\n');
            }
            NodeValue::Code(_) | NodeValue::CodeBlock(_) => {}
            other => drop(read.kinds.insert(other.xml_node_name().to_owned())),
        }
        node.children().for_each(|child| walk(child, read));
    }
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    // What GitHub's own flavour has beyond CommonMark.
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    let mut found = Read::default();
    walk(comrak::parse_document(&arena, markdown, &options), &mut found);
    found
}

/// Every Markdown that shows a decision.
fn shown(view: &DecisionView, name: &str) -> Vec<String> {
    let evidence =
        EvidenceView { said: "recorded", facts: vec![("", name.to_owned()), ("entry ", name.to_owned())] };
    let page = check::decision(view, &evidence, &Links::default(), None);
    let about =
        |quiet| comment::About { marker: "<!-- evalsig-comment x -->", check: name, commit: name, quiet };
    vec![
        as_markdown::decision(view, &evidence.markdown(), usize::MAX),
        comment::body(&page, &about(false)),
        comment::body(&page, &about(true)),
        page.summary,
    ]
}

/// A hostile text in a decision, as Markdown for check, summary and comment.
pub fn markdown(data: &[u8]) {
    static OURS: OnceLock<[Vec<BTreeSet<String>>; 2]> = OnceLock::new();
    let ours = OURS.get_or_init(|| {
        [Of::Pair, Of::Suite].map(|of| {
            let view = poison::decision(of, "harmless", None).expect("an envelope");
            shown(&view, "harmless").iter().map(|text| read(text).kinds).collect()
        })
    });
    let mut draw = Draw::of(data);
    let of = draw.of_what();
    let ours = &ours[usize::from(of == Of::Suite)];
    let only = (draw.below(2) == 0).then(|| draw.below(64));
    let text = draw.rest();
    if let Some(view) = poison::decision(of, &text, only) {
        for (markdown, ours) in shown(&view, &text).iter().zip(ours) {
            nothing_of_theirs(markdown, ours);
        }
        let page = check::decision(&view, &EvidenceView::default(), &Links::default(), None);
        assert!(
            !page.title.contains(char::is_control) && page.title.chars().count() <= 201,
            "{:?}",
            page.title
        );
    }
    let error = evalsig::domain::Code::RunMalformed.at(text.as_str()).what(text.as_str()).next(text.as_str());
    let harmless = evalsig::domain::Code::RunMalformed.at("a").what("b").next("c");
    nothing_of_theirs(&error_page(&error), &read(&error_page(&harmless)).kinds);
    let limit = 200 + 8 * draw_limit(data);
    let cut = fit(&text, limit);
    assert!(cut.len() <= limit || text.len() <= limit || cut.contains("left out here"), "{limit}: {cut:?}");
}

fn draw_limit(data: &[u8]) -> usize {
    data.last().map_or(0, |byte| usize::from(*byte))
}

fn nothing_of_theirs(markdown: &str, ours: &BTreeSet<String>) {
    let read = read(markdown);
    let theirs: Vec<_> = read.kinds.difference(ours).collect();
    assert!(theirs.is_empty(), "{theirs:?} in\n{markdown}");
    for tag in read.html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or(tag);
        let known = ["details", "/details", "summary", "/summary", "code", "/code"];
        assert!(known.contains(&tag) || tag.starts_with("!-- evalsig-comment "), "<{tag}> in\n{markdown}");
    }
    // In a block of HTML GitHub looks for mentions as well, but not in code.
    let outside = read.html.split("<code>").map(|part| part.rsplit("</code>").next().unwrap_or(part));
    let outside: String = outside.collect::<String>().replace("&#39;", "'");
    for text in [&read.text, &outside] {
        assert!(!text.contains(['@', '#']), "a mention in\n{text}\nof\n{markdown}");
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
            let issue = word
                .to_ascii_lowercase()
                .strip_prefix("gh-")
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
            let hex = word.bytes().all(|b| b.is_ascii_hexdigit()) && word.bytes().any(|b| b.is_ascii_digit());
            let commit =
                hex && (7..=40).contains(&word.len()) && word.bytes().any(|b| b.is_ascii_alphabetic());
            assert!(!issue && !commit, "{word} is a reference in\n{markdown}");
        }
    }
}

/// A hostile text in a decision, as the report page, parsed as browsers parse it.
pub fn page(data: &[u8]) {
    static OURS: OnceLock<[BTreeSet<(String, String)>; 2]> = OnceLock::new();
    let ours = OURS.get_or_init(|| {
        let texts = ["harmless", "a1b2c3", "org/app", "https://example.org/x"];
        let all =
            |of| texts.iter().flat_map(move |text| elements(&html(of, text, None).expect("an envelope")));
        [Of::Pair, Of::Suite].map(|of| all(of).collect())
    });
    let mut draw = Draw::of(data);
    let of = draw.of_what();
    let ours = &ours[usize::from(of == Of::Suite)];
    let only = (draw.below(2) == 0).then(|| draw.below(64));
    let text = draw.rest();
    if let Some(html) = html(of, &text, only) {
        let theirs: Vec<_> = elements(&html).into_iter().filter(|found| !ours.contains(found)).collect();
        assert!(theirs.is_empty(), "{theirs:?}");
        assert!(!html.contains(|c: char| c != '\n' && safe::hides(c)));
    }
}

fn html(of: Of, text: &str, only: Option<usize>) -> Option<String> {
    let view = poison::decision(of, text, only)?;
    Some(render(&view, &Context { csv: Some("page.csv"), server: Some("https://github.com") }).html)
}

/// Every element with each of its attributes, and what an address may be.
fn elements(html: &str) -> BTreeSet<(String, String)> {
    let tree = scraper::Html::parse_document(html);
    let all = scraper::Selector::parse("*").expect("a selector");
    let mut found = BTreeSet::new();
    for element in tree.select(&all) {
        let element = element.value();
        found.insert((element.name().to_owned(), String::new()));
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}={value:?}");
            let address = ["#", "./", "https://github.com/"].iter().any(|begin| value.starts_with(begin));
            assert!(name != "href" || address, "{value}");
            found.insert((element.name().to_owned(), name.to_owned()));
        }
    }
    found
}

/// A hostile text in JUnit XML and in the CSV beside a page.
pub fn tables(data: &[u8]) {
    let mut draw = Draw::of(data);
    let of = draw.of_what();
    let text = draw.rest();
    let Some(view) = poison::decision(of, &text, None) else { return };
    let xml = junit::decision(&view).expect("JUnit is written");
    let read = quick_junit::Report::deserialize_from_str(&xml).expect("JUnit is read");
    // Under a policy the whole is a case too, and so is each first run.
    let beside = view.suite.as_ref().map_or(0, |suite| 1 + suite.first_runs.len());
    let cases: Vec<usize> = read.test_suites.iter().map(|suite| suite.test_cases.len()).collect();
    assert_eq!(cases, [view.tasks.len() + beside]);
    let csv = render(&view, &Context { csv: Some("x.csv"), server: None }).csv.expect("items are known");
    let mut reader = csv::ReaderBuilder::new().from_reader(csv.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("CSV is read");
    assert_eq!(records.len(), 2 * view.tasks.len());
    for record in &records {
        assert_eq!(record.len(), 5);
        for cell in record.iter() {
            inert(cell);
            assert!(!cell.contains(char::is_control));
        }
    }
    // A table of one empty cell has no rows to anybody.
    if text.is_empty() {
        return;
    }
    let cell = safe::csv(&text);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(cell.as_bytes());
    let read: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("a cell is read");
    assert_eq!(read.len(), 1);
    let back = unescaped(read[0][0].strip_prefix('\'').unwrap_or(&read[0][0]));
    assert_eq!(back, text, "{:?}", &read[0][0]);
}

/// A cell with the character for each `\u{HEX}`: what docs say of reading it back.
fn unescaped(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once("\\u{") {
        let (hex, behind) = after.split_once('}').expect("an escape has an end");
        out.push_str(before);
        out.push(u32::from_str_radix(hex, 16).ok().and_then(char::from_u32).expect("a code point"));
        rest = behind;
    }
    out + rest
}

/// No spreadsheet takes it for a formula; a number may have a sign.
fn inert(cell: &str) {
    let formula = cell.trim_start().starts_with(['=', '+', '-', '@']);
    assert!(!formula || cell.parse::<f64>().is_ok(), "{cell:?}");
}
