//! What holds for every page, whatever it says.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use evalsig::domain::Digest;
use evalsig::present::page::{Context, render};
use evalsig::view::{self, ClusterChange, EpochMeans, ItemChange, Items};
use scraper::Selector;

use super::{Read, better, page};
use crate::support::suite;

/// Checks what a page must be, and counts its elements by name.
#[track_caller]
pub(super) fn check(read: &Read) -> BTreeMap<String, usize> {
    let all = Selector::parse("*").unwrap();
    let (mut ids, mut names, mut refers) = (BTreeSet::new(), BTreeMap::new(), Vec::new());
    for element in read.tree.select(&all) {
        let element = element.value();
        *names.entry(element.name().to_owned()).or_insert(0) += 1;
        for (name, value) in element.attrs() {
            assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}={value:?}");
            match name {
                "id" => assert!(ids.insert(value.to_owned()), "two elements are {value}"),
                "aria-labelledby" => refers.extend(value.split(' ').map(str::to_owned)),
                "href" => match value.strip_prefix('#') {
                    Some(id) => refers.push(id.to_owned()),
                    None => assert!(value.starts_with("https://github.com/"), "{value}"),
                },
                _ => {}
            }
        }
    }
    for id in refers {
        assert!(ids.contains(&id), "nothing is {id}");
    }
    for never in [
        "script",
        "img",
        "image",
        "iframe",
        "object",
        "embed",
        "link",
        "base",
        "form",
        "use",
        "foreignObject",
    ] {
        assert!(!names.contains_key(never), "{never}");
    }
    for once in ["h1", "main", "style", "title"] {
        let within_svg = if once == "title" { read.texts("svg title").len() } else { 0 };
        assert_eq!(names[once] - within_svg, 1, "{once}");
    }
    assert_eq!(read.texts("svg[role=img] > title").len(), read.texts("svg[role=img] > desc").len());
    let unread = |c: char| c != '\n' && evalsig::present::safe::hides(c);
    assert!(!read.html.contains(unread), "{:?}", read.html.chars().find(|c| unread(*c)));
    levels(read);
    names
}

/// Headings go down one level at a time.
#[track_caller]
fn levels(read: &Read) {
    let headings = Selector::parse("h1, h2, h3, h4, h5, h6").unwrap();
    let mut last = 0;
    for heading in read.tree.select(&headings) {
        let level: u32 = heading.value().name()[1..].parse().unwrap();
        assert!(level <= last + 1, "h{level} after h{last}");
        last = level;
    }
}

#[test]
fn a_page_is_whole_and_its_policy_allows_its_style_and_nothing_else() {
    let session = better();
    let read = page(&session);
    let names = check(&read);
    assert!(names["svg"] > 8 && names["caption"] > 6, "{names:?}");
    let style = Selector::parse("style").unwrap();
    let text: String = read.tree.select(&style).next().unwrap().text().collect();
    let hash = STANDARD.encode(Digest::of(text.as_bytes()).as_bytes());
    let policy = Selector::parse("meta[http-equiv='Content-Security-Policy']").unwrap();
    let policy = read.tree.select(&policy).next().unwrap().attr("content").unwrap();
    assert_eq!(
        policy,
        format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
    );
    assert!(!text.contains("url(") && !text.contains("@import") && !text.contains('<'));
    // The style reaches a small screen, paper, the dark and who wants no motion.
    for reach in
        ["max-width", "print", "prefers-color-scheme: dark", "prefers-reduced-motion", "focus-visible"]
    {
        assert!(text.contains(reach), "{reach}");
    }
    assert!(read.html.starts_with("<!DOCTYPE html><html lang=\"en\">"));
}

#[test]
fn the_same_decision_is_the_same_page() {
    let session = better();
    let (first, second) = (page(&session).html, page(&session).html);
    assert_eq!(first, second);
}

#[test]
fn a_suite_shows_its_claims_and_each_task_with_its_own_pictures() {
    let session = suite::session(&suite::better(), &suite::worse());
    session.run("gate --policy evalsig.yml --release-id v1 --store kept").exits(1);
    let read = page(&session);
    check(&read);
    assert!(
        read.text("h1").contains("must not ship: it fails what the policy asks of safety"),
        "{}",
        read.text("h1")
    );
    let claims = read.texts(".lead table tbody tr");
    assert!(claims[0].starts_with("math superiority above 0"), "{claims:?}");
    assert!(
        claims.iter().any(|row| row.starts_with("safety non-inferiority") && row.ends_with("refuted")),
        "{claims:?}"
    );
    assert_eq!(read.texts("section.task > h2"), ["math", "safety"]);
    assert_eq!(
        read.texts("section.task .wide svg desc").len(),
        6,
        "interval, right and wrong, and what items can show"
    );
    let inputs = Selector::parse(".task input").unwrap();
    let ids = read.tree.select(&inputs).filter_map(|input| input.attr("name"));
    assert_eq!(ids.collect::<BTreeSet<_>>().len(), 2, "the buttons of one task leave those of the other");
    assert!(read.part("The policy").contains("role: no-regression"));
    assert!(session.read("page.csv").contains("\nsafety,"));
}

#[test]
fn a_page_about_a_hundred_thousand_items_is_small() {
    let session = better();
    let mut view = view::of_envelope(session.read("audit/v1/audit.json").as_bytes()).unwrap();
    let change = |i: u32, difference: f64| ItemChange {
        id: format!("a-rather-long-name-of-an-item-{i:08}"),
        cluster: Some(format!("group-{}", i % 4000)),
        baseline: 0.5,
        candidate: 0.5 + difference,
        difference,
    };
    let group = |i: u32| ClusterChange {
        name: format!("group-{i}"),
        items: 25,
        worse: 10,
        better: 12,
        difference: f64::from(i) / 4000.0,
        interval: Some((0.1, 0.2)),
    };
    view.tasks[0].items = Some(Items {
        worse: (0..40_000).map(|i| change(i, -0.25)).collect(),
        better: (40_000..100_000).map(|i| change(i, 0.25)).collect(),
        counts: (40_000, 60_000, 0),
        outcomes: None,
        histogram: vec![(-0.3, -0.1, 40_000), (-0.1, 0.1, 0), (0.1, 0.3, 60_000)],
        clusters: (0..128).map(group).collect(),
        clusters_left_out: 3872,
        epochs: vec![EpochMeans { epoch: 0, baseline: Some(0.5), candidate: None }],
    });
    let page = render(&view, &Context { csv: Some("page.csv"), server: None });
    assert!(page.html.len() < 200_000, "{}", page.html.len());
    assert_eq!(page.csv.unwrap().lines().count(), 100_001);
    let read = Read::of(page.html);
    assert_eq!((read.texts("tr.worse").len(), read.texts("tr.better").len()), (100, 100));
    assert!(read.html.contains("99,800 more items changed. All of them stand in <code>page.csv</code>"));
    assert!(read.html.contains("and 3,970 more"));
}
