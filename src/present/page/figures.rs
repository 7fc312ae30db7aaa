//! The pictures of one pair of runs, each with its table.

use maud::{Markup, html};

use super::text::{code, figure, numbers, of_word, picture, said, table, words};
use crate::domain::number_format::{count, percent};
use crate::present::plots::curve::{self, Curve};
use crate::present::plots::forest::{self, Forest, Row};
use crate::present::plots::frame::Shown;
use crate::present::plots::histogram::{self, Bin, Histogram};
use crate::present::plots::interval::{self, Interval};
use crate::present::plots::repeats::{self, Repeat, Repeats};
use crate::present::plots::two_by_two::{self, TwoByTwo};
use crate::view::{Asked, EpochMeans, Items, Outcomes, PowerCurve, TaskView};

/// What the axis of differences counts.
pub(super) fn axis(task: &TaskView) -> String {
    let of = if task.unit.is_rate() { "points".to_owned() } else { task.metric.clone() };
    let better = if task.lower_is_better { "; lower scores are better, so above 0 is better" } else { "" };
    format!("difference in {of}, candidate minus baseline{better}")
}

/// A difference with its unit.
pub(super) fn with_unit(task: &TaskView, number: &str) -> String {
    format!("{number}{}", task.unit.word())
}

/// The interval with 0, what was asked for, and the region named.
pub(super) fn interval(task: &TaskView, id: &str) -> Markup {
    let (unit, effect) = (&task.unit, &task.effect);
    let at = |value: f64, text: String| Shown::new(value * unit.factor, with_unit(task, &text));
    let ends = |(low, high): (Option<f64>, Option<f64>)| {
        (low.map(|low| at(low, unit.lower(low))), high.map(|high| at(high, unit.upper(high))))
    };
    let rests_on = ends((effect.lower, effect.upper));
    let ((lower, upper), worst) = match effect.observed {
        Some(observed) => (ends(observed), Some(rests_on)),
        None => (rests_on, None),
    };
    let asked = match effect.asked {
        Asked::MoreThan(null) => interval::Asked::Above(at(null, unit.signed(null))),
        Asked::Within(margin) => {
            interval::Asked::Within(at(-margin, unit.signed(-margin)), at(margin, unit.signed(margin)))
        }
    };
    let drawn = Interval {
        axis: &axis(task),
        estimate: at(effect.estimate, unit.signed(effect.estimate)),
        lower,
        upper,
        worst,
        asked,
        lies: effect.region(),
        verdict: of_word(task.verdict),
    };
    let caption = html! {
        "In words: " (interval::region(&drawn)) ". Each bound is " (percent(effect.each)) " sure by itself."
        @if effect.observed.is_some() {
            " The thin line holds whatever the missing scores would have been; the verdict rests on it."
        }
    };
    figure(&picture(id, |frame| interval::draw(frame, &drawn)), &caption, &interval_table(task))
}

fn interval_table(task: &TaskView) -> Markup {
    let (unit, effect) = (&task.unit, &task.effect);
    let low = |bound: Option<f64>| {
        bound.map_or("unbounded".to_owned(), |bound| with_unit(task, &unit.lower(bound)))
    };
    let high = |bound: Option<f64>| {
        bound.map_or("unbounded".to_owned(), |bound| with_unit(task, &unit.upper(bound)))
    };
    let asked = match effect.asked {
        Asked::MoreThan(null) => format!("above {}", with_unit(task, &unit.signed(null))),
        Asked::Within(margin) => {
            format!("{} to {}", unit.signed(-margin), with_unit(task, &unit.signed(margin)))
        }
    };
    let mut rows = vec![
        ("estimate", with_unit(task, &unit.signed(effect.estimate))),
        ("asked for", asked),
        ("lower bound", low(effect.lower)),
        ("upper bound", high(effect.upper)),
    ];
    if let Some((lower, upper)) = effect.observed {
        rows.push(("lower bound of the scored pairs", low(lower)));
        rows.push(("upper bound of the scored pairs", high(upper)));
    }
    let rows: Vec<[Markup; 2]> =
        rows.into_iter().map(|(what, value)| [html! { (what) }, html! { (value) }]).collect();
    table("The difference, candidate minus baseline", &[words("What"), numbers("Value")], &rows)
}

/// Right and wrong in both runs, or the spread of graded differences.
pub(super) fn spread(task: &TaskView, items: &Items, id: &str) -> Markup {
    match items.outcomes {
        Some(outcomes) => two_by_two(task, outcomes, id),
        None if items.histogram.is_empty() => html! { p { "Every item has the same score in both runs." } },
        None => histogram(task, items, id),
    }
}

fn two_by_two(task: &TaskView, outcomes: Outcomes, id: &str) -> Markup {
    let Outcomes { both_right, fixed, broken, both_wrong } = outcomes;
    let counts = TwoByTwo { both_right, fixed, broken, both_wrong };
    let (before, after) = (&task.baseline.model, &task.candidate.model);
    let drawn = picture(id, |frame| two_by_two::draw(frame, counts, before, after));
    let number = |n: u64| html! { (count(n)) };
    let rows = [
        [html! { "baseline right" }, number(both_right), number(broken)],
        [html! { "baseline wrong" }, number(fixed), number(both_wrong)],
    ];
    let columns = [words("Items"), numbers("candidate right"), numbers("candidate wrong")];
    let caption = html! {
        (count(fixed)) " fixed and " (count(broken)) " broken: the difference rests on these "
        (count(fixed + broken)) " items, each area counts items."
    };
    figure(&drawn, &caption, &table("Items by their result in both runs", &columns, &rows))
}

fn histogram(task: &TaskView, items: &Items, id: &str) -> Markup {
    let factor = task.unit.factor;
    let bins: Vec<Bin> = items
        .histogram
        .iter()
        .map(|(from, to, count)| Bin { from: from * factor, to: to * factor, count: *count })
        .skip_while(|bin| bin.count == 0)
        .collect();
    let last = bins.iter().rposition(|bin| bin.count > 0).map_or(0, |last| last + 1);
    let bins = bins.get(..last).unwrap_or_default();
    let mean = task.unit.signed(task.effect.estimate);
    let drawn = Histogram {
        axis: &axis(task),
        bins,
        counts: items.counts,
        mean: Shown::new(task.effect.estimate * factor, with_unit(task, &mean)),
    };
    let number = |value: f64| html! { (format!("{value:+.3}")) };
    let rows: Vec<[Markup; 3]> = bins
        .iter()
        .filter(|bin| bin.count > 0)
        .map(|bin| [number(bin.from), number(bin.to), html! { (count(bin.count)) }])
        .collect();
    let (worse, better, same) = items.counts;
    let caption = html! {
        (count(worse)) " items got worse, " (count(better)) " got better, " (count(same)) " kept their score. "
        "The grey bar holds what changed little in either direction."
    };
    let columns = [numbers("from"), numbers("to"), numbers("items")];
    figure(
        &picture(id, |frame| histogram::draw(frame, &drawn)),
        &caption,
        &table("Differences of items", &columns, &rows),
    )
}

/// Groups of items, the one that lost most first.
pub(super) fn groups(task: &TaskView, items: &Items, id: &str) -> Markup {
    let (unit, clusters) = (&task.unit, &items.clusters);
    let at = |value: f64| Shown::new(value * unit.factor, unit.signed(value));
    let rows: Vec<Row> = clusters
        .iter()
        .map(|of| Row {
            label: of.name.clone(),
            n: of.items,
            delta: at(of.difference),
            bounds: of.interval.map(|(low, high)| (Some(at(low)), Some(at(high)))),
            asked: None,
            verdict: None,
        })
        .collect();
    let drawn = Forest {
        title: "Groups of items, worst first",
        axis: &axis(task),
        part: "group",
        rows: &rows,
        left_out: items.clusters_left_out,
        overall: Some(at(task.effect.estimate)),
    };
    let more = clusters.len().saturating_sub(forest::MOST_ROWS) + items.clusters_left_out;
    let cells: Vec<[Markup; 6]> = clusters
        .iter()
        .take(forest::MOST_ROWS)
        .map(|of| {
            let interval = of
                .interval
                .map_or(String::new(), |(low, high)| format!("{} to {}", unit.lower(low), unit.upper(high)));
            [
                html! { (code(&of.name)) },
                html! { (unit.signed(of.difference)) },
                html! { (interval) },
                html! { (count(of.worse)) },
                html! { (count(of.better)) },
                html! { (count(of.items)) },
            ]
        })
        .collect();
    let columns = [
        words("Group"),
        numbers("Difference"),
        numbers("95 % interval"),
        numbers("Worse"),
        numbers("Better"),
        numbers("Items"),
    ];
    let caption = html! {
        "The group that lost most stands first; a larger point has more items, the dashed line is the difference over all. "
        "Lines are 95 % intervals of each group by itself: among many groups some lie off by chance."
        @if more > 0 { " " (count(more as u64)) " more groups are not drawn." }
    };
    figure(
        &picture(id, |frame| forest::draw(frame, &drawn)),
        &caption,
        &table("Groups of items", &columns, &cells),
    )
}

/// The means of both runs in each repeat.
pub(super) fn repeats(task: &TaskView, epochs: &[EpochMeans], id: &str) -> Markup {
    let unit = &task.unit;
    let at = |value: f64| Shown::new(value * unit.factor, unit.level(value));
    let mut rows: Vec<Repeat> = epochs
        .iter()
        .filter_map(|of| {
            Some(Repeat {
                label: format!("repeat {}", of.epoch),
                baseline: at(of.baseline?),
                candidate: at(of.candidate?),
                overall: false,
            })
        })
        .collect();
    rows.extend(task.levels.as_ref().map(|levels| Repeat {
        label: "all repeats".into(),
        baseline: at(levels.baseline),
        candidate: at(levels.candidate),
        overall: true,
    }));
    let axis =
        if unit.is_rate() { "mean score in percent".to_owned() } else { format!("mean {}", task.metric) };
    let drawn = Repeats {
        axis: &axis,
        baseline: &task.baseline.model,
        candidate: &task.candidate.model,
        lower_is_better: task.lower_is_better,
        rows: &rows,
    };
    let level =
        |value: Option<f64>| html! { (value.map_or("not run".to_owned(), |value| unit.level(value))) };
    let cells: Vec<[Markup; 3]> =
        epochs.iter().map(|of| [html! { (of.epoch) }, level(of.baseline), level(of.candidate)]).collect();
    let columns = [words("Repeat"), numbers("Baseline"), numbers("Candidate")];
    figure(
        &picture(id, |frame| repeats::draw(frame, &drawn)),
        &html! { "The hollow point is the baseline, the full one the candidate. How far repeats of one run lie apart is chance." },
        &table("Mean score of each repeat", &columns, &cells),
    )
}

/// What this many items would show, by what is true.
pub(super) fn power(task: &TaskView, power: &PowerCurve, id: &str) -> Markup {
    let unit = &task.unit;
    let size = |value: f64| with_unit(task, &unit.signed(value));
    let points: Vec<(f64, f64)> = power.points.iter().map(|(x, y)| (x * unit.factor, *y)).collect();
    let from = size(power.shows_from);
    let mut marks = vec![Shown::new(power.shows_from * unit.factor, format!("shows from {from}"))];
    marks.extend(
        power.planned.map(|planned| Shown::new(planned * unit.factor, format!("planned: {}", size(planned)))),
    );
    marks.sort_by(|a, b| a.at.total_cmp(&b.at));
    let items = count(power.items);
    let desc = format!(
        "With {items} items a true difference of {from} is shown in {} of such decisions; smaller ones less often.",
        percent(power.power)
    );
    let drawn = Curve {
        title: "What these items can show",
        desc: &desc,
        axis: &format!("true {}", axis(task)),
        signed: true,
        points: &points,
        marks: &marks,
        planned: Shown::new(power.power, format!("{} planned", percent(power.power))),
    };
    // Every fifth point is enough to read.
    let rows: Vec<[Markup; 2]> = power
        .points
        .iter()
        .step_by(5)
        .map(|(x, y)| [html! { (said(&size(*x))) }, html! { (percent(*y)) }])
        .collect();
    let columns = [words("True difference"), numbers("Shown in")];
    let caption = html! {
        (desc) " A normal approximation, for planning the next run; no verdict rests on it."
    };
    figure(
        &picture(id, |frame| curve::draw(frame, &drawn)),
        &caption,
        &table("How often the claim is shown, by what is true", &columns, &rows),
    )
}
