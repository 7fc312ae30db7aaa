//! Pictures as files: the same bytes everywhere, and what they say.

use evalsig::domain::Verdict;
use evalsig::present::plots::frame::{Frame, Shown};
use evalsig::present::plots::history::{self, Panel, Point};
use evalsig::present::plots::interval::{self, Asked, Interval};
use evalsig::present::plots::strip::{self, Decided};
use evalsig::view::Region;

use super::Read;

fn shown(at: f64) -> Shown {
    Shown::new(at, format!("{at:+.1} points"))
}

fn figure(lower: Option<f64>, upper: Option<f64>, verdict: Verdict, lies: Region) -> Interval<'static> {
    Interval {
        axis: "difference in points",
        estimate: shown(4.9),
        lower: lower.map(shown),
        upper: upper.map(shown),
        worst: None,
        asked: Asked::Above(shown(1.0)),
        lies,
        verdict,
    }
}

#[test]
fn a_picture_is_the_same_bytes_everywhere() {
    let interval = figure(Some(3.2), Some(6.6), Verdict::Allow, Region::Shown);
    insta::assert_snapshot!(
        "interval",
        interval::draw(&Frame::file("interval"), &interval).replace("/>", "/>\n")
    );
}

#[test]
fn an_interval_says_where_it_lies_and_what_was_asked() {
    let desc = |interval: &Interval<'_>| {
        Read::of(interval::draw(&Frame::page("p", Frame::NARROW), interval)).text("svg desc")
    };
    let shown = figure(Some(3.2), Some(6.6), Verdict::Allow, Region::Shown);
    assert_eq!(
        desc(&shown),
        "The estimate is +4.9 points, the interval lies between +3.2 points and +6.6 points. Asked for: above +1.0 points. \
         In words: the whole interval lies where the candidate may ship."
    );
    let open = figure(Some(3.2), None, Verdict::Inconclusive, Region::Shown);
    assert!(desc(&open).contains("lies above +3.2 points"), "{}", desc(&open));
    // Where too little was paired, the verdict does not rest on the interval, and no region is claimed.
    assert!(
        desc(&open).ends_with("the verdict does not rest on where the interval lies."),
        "{}",
        desc(&open)
    );
}

/// Every number of a picture lies inside it, whatever is drawn.
#[test]
fn nothing_is_drawn_outside_its_picture() {
    for width in [Frame::WIDE, Frame::NARROW] {
        for (lower, upper) in
            [(Some(-900.0), Some(0.001)), (None, None), (Some(1.0), Some(1.0)), (Some(f64::NAN), None)]
        {
            let svg = interval::draw(
                &Frame::page("p", width),
                &figure(lower, upper, Verdict::Inconclusive, Region::Open),
            );
            let read = Read::of(svg);
            let lines = scraper::Selector::parse("line, circle, rect").unwrap();
            for element in read.tree.select(&lines) {
                for name in ["x", "x1", "x2", "cx"] {
                    let Some(at) = element.attr(name) else { continue };
                    let at: f64 = at.parse().unwrap();
                    assert!((-1.0..=width + 1.0).contains(&at), "{name}={at} in {lower:?} {upper:?}");
                }
            }
        }
    }
}

#[test]
fn verdicts_differ_in_shape_as_well_as_in_colour() {
    let decisions = Verdict::ALL.iter().map(|verdict| Decided {
        label: verdict.to_string(),
        verdict: *verdict,
        this: false,
    });
    let read = Read::of(strip::draw(&Frame::page("p", Frame::WIDE), &decisions.collect::<Vec<_>>()));
    let count = |selector: &str| read.tree.select(&scraper::Selector::parse(selector).unwrap()).count();
    assert_eq!((count("circle.ink-better"), count("polygon.ink-worse"), count("rect.ink-open")), (1, 1, 1));
    assert_eq!(
        read.text("svg desc"),
        "3 decisions, oldest first: 1 ALLOW, 1 REJECT, 1 INCONCLUSIVE. The latest is INCONCLUSIVE."
    );
}

#[test]
fn a_history_has_a_panel_for_each_task_and_marks_new_baselines() {
    let point = |day: u32, changed: bool| Point {
        when: format!("2026-11-{day:02}"),
        delta: Some(shown(f64::from(day))),
        bounds: Some((Some(-1.0), None)),
        asked: vec![1.0],
        verdict: Verdict::Reject,
        baseline_changed: changed,
    };
    let points: Vec<Point> = (1..30).map(|day| point(day, day == 9)).collect();
    let panels = ["math", "<b>"].map(|title| Panel { title, unit: "points", points: &points });
    let read = Read::of(history::draw(&Frame::file("h"), "All decisions", &panels));
    let desc = read.text("svg desc");
    assert!(
        desc.starts_with("math: 0 ALLOW, 29 REJECT, 0 INCONCLUSIVE, the latest difference is +29.0 points."),
        "{desc}"
    );
    assert!(read.texts("svg text").contains(&"<b>, points".to_owned()));
    let dashed = scraper::Selector::parse("line.ink-faint[stroke-dasharray]").unwrap();
    assert_eq!(read.tree.select(&dashed).count(), 1 + 2, "one in the legend, one a panel");
}
