//! What several subcommands resolve: the two runs, the plan, how a result is shown.

use super::super::errors;
use super::values::{
    alpha, cluster, direction, epochs, flag, format, missing, number, one_of, parse, power, seed,
};
use crate::cli::lowargs::{ColourFlag, OutputFlag, PlainOutputFlag, PlanFlags, RunFlags, ViewFlags};
use crate::commands::runs::RunInputs;
use crate::commands::{OutputFormat, View};
use crate::domain::{
    Claim, Diagnostic, Edition, Fraction, Identical, MethodChoice, Plan, Rule, Sides, TaskMismatch,
};
use crate::present::screen::{Colour, Glyphs, Screen, Width};

/// What standard output is: found out at the edge.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Standard output is a terminal that takes colour, and NO_COLOR is not set.
    pub colour: bool,
    /// How wide standard output is.
    pub width: Width,
    /// Which characters it shows.
    pub glyphs: Glyphs,
}

pub(in crate::cli) fn view(flags: &ViewFlags, terminal: Terminal) -> View {
    View {
        output: match flags.output {
            OutputFlag::Tty => OutputFormat::Tty,
            OutputFlag::Json => OutputFormat::Json,
            OutputFlag::Markdown => OutputFormat::Markdown,
            OutputFlag::Junit => OutputFormat::Junit,
        },
        screen: screen(flags.color, terminal),
        quiet: flags.quiet,
        json: flags.json.clone(),
        html: flags.html.clone(),
    }
}

pub(super) fn screen(flag: ColourFlag, terminal: Terminal) -> Screen {
    let colour = match flag {
        ColourFlag::Always => Colour::On,
        ColourFlag::Auto if terminal.colour => Colour::On,
        ColourFlag::Auto | ColourFlag::Never => Colour::Off,
    };
    Screen { colour, width: terminal.width, glyphs: terminal.glyphs }
}

pub(super) fn plain(output: PlainOutputFlag) -> OutputFormat {
    match output {
        PlainOutputFlag::Tty => OutputFormat::Tty,
        PlainOutputFlag::Json => OutputFormat::Json,
    }
}

pub(super) fn runs(flags: &RunFlags) -> Result<RunInputs, Diagnostic> {
    let mut baselines = flags.baseline.clone();
    if baselines.is_empty() {
        return Err(errors::no_run("--baseline"));
    }
    let repeats = baselines.split_off(1);
    let baseline = baselines.remove(0);
    runs_of(baseline, repeats, flags)
}

/// The same with a baseline that is named otherwise.
pub(super) fn runs_of(
    baseline: String,
    repeats: Vec<String>,
    flags: &RunFlags,
) -> Result<RunInputs, Diagnostic> {
    let candidate = flags.candidate.clone().ok_or_else(|| errors::no_run("--candidate"))?;
    if baseline == "-" && candidate == "-" {
        return Err(errors::both_standard_input());
    }
    Ok(RunInputs {
        repeats,
        format: format(&flags.format)?,
        metric: flags.metric.clone(),
        baseline_run: flags.baseline_run.clone(),
        candidate_run: flags.candidate_run.clone(),
        ..RunInputs::of(baseline, candidate)
    })
}

pub(super) fn plan(
    (runs, flags): (&RunFlags, &PlanFlags),
    claim: Claim,
    rule: Rule,
    default_sides: Sides,
) -> Result<Plan, Diagnostic> {
    let one_sided = flag("--one-sided", flags.one_sided.as_deref())?;
    Ok(Plan {
        claim,
        rule,
        alpha: alpha(&flags.alpha)?,
        power: power(&flags.power)?,
        planned_delta: flags
            .planned_delta
            .as_deref()
            .map(|t| parse("--planned-delta", t, "a finite number", number))
            .transpose()?,
        sides: match (one_sided, flags.two_sided) {
            (Some(true), _) => Sides::One,
            (Some(false), _) | (None, true) => Sides::Two,
            (None, false) => default_sides,
        },
        method: flags.method.parse::<MethodChoice>().map_err(|why| errors::bad_method(&flags.method, why))?,
        resamples: parse("--resamples", &flags.resamples, "a whole number from 100 to 10,000,000", |t| {
            t.parse().ok().filter(|n| (100..=10_000_000).contains(n))
        })?,
        seed: seed(&flags.seed)?,
        direction: direction(runs.lower_is_better.as_deref())?,
        id: runs.id.clone(),
        cluster: cluster(runs.cluster.as_deref()),
        epochs: epochs(&runs.epochs)?,
        missing: missing(&runs.missing)?,
        min_coverage: min_coverage(&flags.min_coverage)?,
        direction_named: runs.lower_is_better.is_some(),
        task_mismatch: task_mismatch(&runs.task_mismatch)?,
        identical: Identical::Judge,
        score_range: flags
            .score_range
            .as_deref()
            .map(|text| {
                parse("--score-range", text, "two numbers LO,HI with LO below HI, such as 0,1", |t| {
                    t.parse().ok()
                })
            })
            .transpose()?,
        edition: Edition::Second,
        sampling: None,
        gold: None,
    })
}

pub(super) fn min_coverage(text: &str) -> Result<Fraction, Diagnostic> {
    parse("--min-coverage", text, "a share from 0 to 1", |t| number(t).and_then(Fraction::new))
}

pub(super) fn task_mismatch(text: &str) -> Result<TaskMismatch, Diagnostic> {
    one_of("--task-mismatch", text, TaskMismatch::ALL, TaskMismatch::as_str)
}
