//! The report page: read back as a browser reads it.

mod answers;
mod hostile;
mod plots;
mod shape;

use scraper::{Html, Selector};

use crate::support::Session;

/// A page, parsed by the rules of browsers.
pub(crate) struct Read {
    pub(crate) html: String,
    pub(crate) tree: Html,
}

impl Read {
    pub(crate) fn of(html: String) -> Self {
        let tree = Html::parse_document(&html);
        Self { html, tree }
    }

    /// The text of every element that fits, blanks joined.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let plain =
            |text: String| text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        self.tree
            .select(&selector)
            .map(|element| plain(element.text().collect::<Vec<_>>().join(" ")))
            .collect()
    }

    /// The text of the one element that fits.
    #[track_caller]
    pub(crate) fn text(&self, selector: &str) -> String {
        let found = self.texts(selector);
        assert_eq!(found.len(), 1, "{selector}: {found:?}");
        found[0].clone()
    }

    /// The text of the part of the page under a heading.
    #[track_caller]
    pub(crate) fn part(&self, heading: &str) -> String {
        let headings = self.texts("main section > h2");
        let at = headings.iter().position(|found| found == heading);
        let at = at.unwrap_or_else(|| panic!("no {heading:?} among {headings:?}"));
        self.texts("main > section")[at].clone()
    }
}

/// A run of `items` items in `groups` groups; `score` says what each got.
pub(crate) fn run(model: &str, items: usize, score: impl Fn(usize) -> f64) -> String {
    let rows: Vec<serde_json::Value> = (0..items)
        .map(|i| serde_json::json!({"item_id": format!("item-{i:04}"), "score": score(i)}))
        .collect();
    let run = serde_json::json!({
        "run_id": format!("run of {model}"), "model_id": model, "task_id": "reading", "metric_name": "accuracy",
        "items": rows,
    });
    run.to_string()
}

/// A session in which a candidate was gated as release `v1`, and both runs were kept.
pub(crate) fn gated(baseline: &str, candidate: &str, flags: &str, code: i32) -> Session {
    let session = Session::new();
    session.write("base.json", baseline).write("cand.json", candidate);
    let keep = "--release-id v1 --store kept";
    session.run(&format!("gate --baseline base.json --candidate cand.json {flags} {keep}")).exits(code);
    session
}

/// The page of release `v1`, with its items.
pub(crate) fn page(session: &Session) -> Read {
    session.run("report v1 --store kept --html page.html").exits(0);
    Read::of(session.read("page.html"))
}

/// 400 items of which the candidate fixes 40 and breaks 4.
pub(crate) fn better() -> Session {
    let candidate =
        run("model-b", 400, |i| f64::from(u8::from(i % 100 != 50 && (i % 2 == 0 || i % 10 == 1))));
    gated(&run("model-a", 400, |i| f64::from(u8::from(i % 2 == 0))), &candidate, "--min-delta 0.01", 0)
}
