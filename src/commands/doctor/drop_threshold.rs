//! What the rule "fail when the score drops by more than X" does, and the gate to use instead.

use super::aa_test;
use super::request::{DoctorRequest, Rule, Stated};
use crate::domain::{
    Alpha, Claim, ClusterRule, Code, Diagnostic, Direction, EpochRule, Item, Plan, RunFrame, RunFrameBuilder,
    Sides,
};
use crate::inference::Sample;
use crate::inference::planning::{Ask, Design, fires, found};
use crate::pairing::pair;
use crate::report::doctor::{DropThresholdReport, DropThresholdRow};

/// Where a typed spread comes from. How much alike items of a cluster are, one run does not tell.
const TYPED: &str = "from the spread that was typed; items count as independent";

/// On a pair.
pub(super) fn of_pair(
    sample: &Sample,
    request: &DoctorRequest,
) -> Result<Option<DropThresholdReport>, Diagnostic> {
    let Some(rule) = request.tolerance else { return Ok(None) };
    let span = sample.two_valued.or(sample.span);
    if let Some(stated) = rule.stated {
        return described(&by_hand(stated), sample.len() as u64, span, rule, TYPED.into(), request).map(Some);
    }
    let design = Design::of(sample).ok_or_else(|| no_spread("the two runs do not differ in any item"))?;
    let basis = "from the spread between these two runs".into();
    described(&design, sample.len() as u64, span, rule, basis, request).map(Some)
}

/// On one run, against another one like it.
pub(super) fn of_run(
    run: &RunFrame,
    request: &DoctorRequest,
) -> Result<Option<DropThresholdReport>, Diagnostic> {
    let Some(rule) = request.tolerance else { return Ok(None) };
    let epochs = aa_test::epochs(run)?;
    if let Some(stated) = rule.stated {
        let items = epochs.iter().map(RunFrame::len).max().unwrap_or(0) as u64;
        let span = matches!(stated, Stated::Discordance(_)).then_some(1.0);
        return described(&by_hand(stated), items, span, rule, TYPED.into(), request).map(Some);
    }
    if epochs.len() < 2 {
        return Err(Code::TooFewItems
            .at("--tolerance")
            .what("one run with one epoch does not tell how far two runs lie apart by luck alone")
            .next(
                "name a second run as well, or say it: --discordance 0.1 for 0/1 scores of which a tenth change, \
                 --sd-diff for graded ones",
            ));
    }
    // Every second epoch against the others: what nothing but luck makes of the items.
    let half = epochs.len() / 2;
    let sides = [0, 1].map(|side| epochs.iter().skip(side).step_by(2).take(half).collect::<Vec<_>>());
    let [first, second] = sides.map(|side| joined(&side));
    let plan = Plan { epochs: EpochRule::Mean, ..request.plan.clone() };
    let pairs = pair(&first?, &second?, &plan)?;
    let sample = Sample::of(&pairs, plan.direction);
    let design = Design::of(&sample).ok_or_else(|| no_spread("its epochs do not differ in any item"))?;
    // Halves of E epochs scatter by more than all E do: sd^2 falls with the epochs averaged.
    let design = shrunk(&design, (half as f64 / epochs.len() as f64).sqrt());
    let basis = format!(
        "from the luck of this run's {} epochs, whose mean is compared; nothing else of another run is in it",
        epochs.len()
    );
    described(&design, sample.len() as u64, None, rule, basis, request).map(Some)
}

/// The same design with differences that scatter less.
fn shrunk(design: &Design, factor: f64) -> Design {
    match *design {
        Design::TwoValued { discordance, step } => Design::Graded { sd: factor * step * discordance.sqrt() },
        Design::Graded { sd } => Design::Graded { sd: factor * sd },
        Design::Clustered { sd, .. } => design.with_sd(factor * sd),
    }
}

/// Several epochs as one run.
fn joined(epochs: &[&RunFrame]) -> Result<RunFrame, Diagnostic> {
    let mut builder = RunFrameBuilder::default();
    let mut names = None;
    for (number, epoch) in (0_u32..).zip(epochs) {
        names = names.or_else(|| Some(epoch.metadata().clone()));
        for row in epoch.sorted() {
            builder.push(Item { epoch: number, ..row });
        }
        builder.direction(epoch.direction());
    }
    builder.finish(names.unwrap_or_default())
}

fn by_hand(stated: Stated) -> Design {
    match stated {
        Stated::Discordance(discordance) => Design::TwoValued { discordance, step: 1.0 },
        Stated::Sd(sd) => Design::Graded { sd },
    }
}

fn no_spread(what: &str) -> Diagnostic {
    Code::TooFewItems
        .at("--tolerance")
        .what(format!("{what}, so how far luck moves the score cannot be told"))
        .next("say it: --discordance for 0/1 scores, --sd-diff for graded ones")
}

/// True drops in the table, in tolerances; of a rule without one in standard errors.
const DROPS: [f64; 6] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0];

fn described(
    design: &Design,
    items: u64,
    span: Option<f64>,
    rule: Rule,
    basis: String,
    request: &DoctorRequest,
) -> Result<DropThresholdReport, Diagnostic> {
    let tolerance = rule.tolerance;
    if span.is_some_and(|span| tolerance >= span) {
        return Err(Code::BadUsage
            .at("--tolerance")
            .what(format!(
                "is {tolerance}, and scores lie at most {} apart: no drop is larger",
                span.unwrap_or(1.0)
            ))
            .next("say it in units of the score: 0.02 is two points of 0/1 scores"));
    }
    let plan = &request.plan;
    let alpha = if plan.sides == Sides::One { plan.alpha } else { plan.alpha.halved() };
    let ask = |min_delta: f64| Ask { claim: Claim::Above { min_delta }, alpha, power: plan.power.get() };
    let units = design.units(items);
    let supported = design.margin(&ask(0.0), units);
    let needed = (tolerance > 0.0).then(|| design.needed(&ask(-tolerance), 0.0).ok()).flatten();
    // A tolerance of 0 is no margin that anything could be shown to lie within.
    let margin = if tolerance > 0.0 { Some(tolerance) } else { supported.map(up) };
    let step = if tolerance > 0.0 { tolerance } else { design.standard_error(items) };
    let most = span.unwrap_or(f64::INFINITY);
    let rows = DROPS
        .iter()
        .map(|times| times * step)
        .filter(|drop| *drop < most)
        .map(|drop| DropThresholdRow {
            drop,
            fails: fires(design, items, tolerance, -drop),
            allows: margin.map(|margin| design.power(&ask(-margin), units, -drop)),
            // Shown worse than the margin: the mirrored claim.
            rejects: margin.map(|margin| design.power(&ask(margin), units, drop)),
        })
        .collect();
    Ok(DropThresholdReport {
        tolerance,
        items,
        clusters: matches!(design, Design::Clustered { .. }).then_some(units),
        standard_error: design.standard_error(items),
        basis,
        alpha: alpha.get(),
        power: plan.power.get(),
        false_alarm: fires(design, items, tolerance, 0.0),
        found: found(design, items, tolerance, plan.power.get(), most),
        rows,
        margin,
        supported_margin: supported,
        required_pairs: needed.map(|need| need.items),
        required_clusters: needed.and_then(|need| need.clusters),
        gate: margin.map(|margin| gate(request, margin)),
    })
}

/// A margin with two digits, rounded up.
fn up(margin: f64) -> f64 {
    let unit = 10_f64.powf(margin.log10().floor() - 1.0);
    let rounded = (margin / unit - 1e-9).ceil() * unit;
    format!("{rounded:.6}").parse().unwrap_or(margin)
}

/// The line to type.
fn gate(request: &DoctorRequest, margin: f64) -> Vec<String> {
    let word = |text: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "./_-".contains(c);
        if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
    };
    let file = |at: usize, default: &str| request.files.get(at).map_or(default.to_owned(), |path| word(path));
    let mut words = vec![
        format!("evalsig gate --baseline {}", file(0, "BASELINE")),
        format!("--candidate {}", file(1, "CANDIDATE")),
        format!("--min-delta -{margin}"),
    ];
    match request.cluster() {
        ClusterRule::FromData => {}
        named => words.push(format!("--cluster {}", word(named.as_str()))),
    }
    words.extend(request.metric.as_deref().map(|metric| format!("--metric {}", word(metric))));
    let plan = &request.plan;
    if plan.alpha != Alpha::USUAL {
        words.push(format!("--alpha {}", plan.alpha.get()));
    }
    if plan.epochs != EpochRule::Mean {
        words.push(format!("--epochs {}", plan.epochs.describe()));
    }
    if plan.direction == Direction::LowerIsBetter {
        words.push("--lower-is-better".into());
    }
    words
}
