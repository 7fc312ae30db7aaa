//! The pages of an export: the table of its decisions, and the report that each row opens.

use scraper::{ElementRef, Html, Selector};

use super::{decided, gather};
use crate::support::Session;

fn all<'h>(page: &'h Html, selector: &str) -> Vec<ElementRef<'h>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn page(session: &Session, path: &str) -> Html {
    Html::parse_document(&session.read(path))
}

/// The cells of each decision by what a telephone calls them.
fn cells(page: &Html, name: &str) -> Vec<String> {
    all(page, &format!(".ledger > tbody > tr > td[data-label='{name}']")).into_iter().map(text).collect()
}

#[test]
fn each_row_says_what_was_decided_and_opens_its_report() {
    let session = decided();
    session.run("export all --store kept --out out").exits(0);
    let index = page(&session, "out/index.html");
    assert_eq!(text(all(&index, "h1")[0]), "Release decisions, entries 1 to 4");
    let releases: Vec<String> = all(&index, ".ledger > tbody > tr > th").into_iter().map(text).collect();
    assert_eq!(releases, ["v1", "v2", "v1, attempt 2", "v3"]);
    assert_eq!(cells(&index, "Verdict"), ["ALLOW", "REJECT", "INCONCLUSIVE", "ALLOW"]);
    assert_eq!(cells(&index, "Task, metric"), vec!["reading, accuracy"; 4]);
    assert_eq!(cells(&index, "Candidate"), vec!["model-b"; 4]);
    assert_eq!(cells(&index, "Baseline"), vec!["model-a"; 4]);
    assert_eq!(cells(&index, "Difference"), vec!["+4.9 points"; 4]);
    assert_eq!(cells(&index, "Entry"), ["1", "2", "3", "4"]);
    // The first line of each, and of the undecided one the reason.
    let reasons: Vec<String> = all(&index, ".reason > td > p:first-child").into_iter().map(text).collect();
    assert!(reasons[0].starts_with("model-b may ship: it is better than model-a by at least"), "{reasons:?}");
    assert!(reasons[1].starts_with("model-b must not ship"), "{reasons:?}");
    assert!(reasons[2].starts_with("Not decided: the difference lies between"), "{reasons:?}");
    let because: Vec<String> = all(&index, ".reason > td > p.hint").into_iter().map(text).collect();
    assert_eq!(because.len(), 1, "{because:?}");
    // Hashes are there, and folded.
    let envelope =
        evalsig::domain::Digest::of(session.read("out/audit/v1/audit.json").as_bytes()).to_string();
    let folded: Vec<String> = all(&index, ".reason details table").into_iter().map(text).collect();
    assert!(folded[0].contains(&envelope), "{folded:?}");

    // Every link leads to a file of the export, or to a place on the page.
    let files = gather(&session.path("out"));
    let links: Vec<&str> =
        all(&index, "a").into_iter().map(|link| link.value().attr("href").unwrap()).collect();
    for link in &links {
        let file = link.strip_prefix("./").map(|path| path.replace("%3A", ":"));
        assert!(link.starts_with('#') || file.is_some_and(|file| files.contains_key(&file)), "{link}");
    }
    let reports: Vec<&&str> = links.iter().filter(|link| link.starts_with("./reports/")).collect();
    assert_eq!(
        reports,
        [&"./reports/v1-1.html", &"./reports/v2-1.html", &"./reports/v1-2.html", &"./reports/v3-1.html"]
    );

    // The report shows the items, for the runs are here too, and its place in this chain.
    let report = page(&session, "out/reports/v1-2.html");
    assert!(text(all(&report, "h1")[0]).starts_with("Not decided"));
    assert!(!all(&report, ".changes tbody tr").is_empty());
    let whole = text(all(&report, "body")[0]);
    assert!(whole.contains("Entry 3 of 4 in the chain.") && whole.contains("v1-2.csv"), "{whole}");
    assert!(whole.contains("attempt 1 was ALLOW"), "what changed since the attempt before: {whole}");
    assert!(session.read("out/reports/v1-2.csv").starts_with("task,item,baseline,candidate,difference\r\n"));
    let named: serde_json::Value = serde_json::from_str(&session.read("out/export.json")).unwrap();
    assert_eq!(named["decisions"][2]["report"], "reports/v1-2.html");

    // Without runs it says that it shows none.
    session.run("export 3 --out bare").exits(0);
    let report = page(&session, "bare/reports/v1-2.html");
    assert!(all(&report, ".changes").is_empty() && !session.has("bare/reports/v1-2.csv"));
    let whole = text(all(&report, "body")[0]);
    assert!(
        whole.contains("Entry 3 of 3 in the chain.") && whole.contains("it does not hold their scores"),
        "{whole}"
    );
}

#[test]
fn the_pages_load_nothing_and_lie_one_below_another_on_a_telephone() {
    let session = decided();
    session.run("export all --store kept --out out").exits(0);
    for path in ["out/index.html", "out/reports/v2-1.html"] {
        let page = page(&session, path);
        assert!(all(&page, "script, link, img, iframe, object, form, [style]").is_empty(), "{path}");
        let policy =
            all(&page, "meta[http-equiv=Content-Security-Policy]")[0].value().attr("content").unwrap();
        let style = all(&page, "style")[0].text().collect::<String>();
        let hash = evalsig::domain::Digest::of(style.as_bytes());
        let hash = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, hash.as_bytes());
        assert!(policy.starts_with(&format!("default-src 'none'; style-src 'sha256-{hash}'")), "{policy}");
        assert!(
            style.contains("prefers-color-scheme: dark") && style.contains(".ledger > tbody > tr > td:empty")
        );
    }
    // Every cell of a card has its name, but the head and what is told in a sentence.
    let index = page(&session, "out/index.html");
    let unnamed = all(&index, ".ledger > tbody > tr:not(.reason) > td:not([data-label])");
    assert!(unnamed.is_empty());
}
