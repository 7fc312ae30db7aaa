//! `evalsig plan design`: what the claim costs by one design and another, the cheapest first.

use super::bank::{BankRequest, load, past};
use crate::commands::{Output, OutputFormat, World};
use crate::domain::{Code, Diagnostic, RunFrame, TextColumn};
use crate::inference::planning::{Ask, variance_components};
use crate::numerics::tails::normal_isf;
use crate::pairing::repeats;
use crate::present;
use crate::present::screen::Width;
use crate::report::design::{DesignReport, DesignRow};
use crate::sampling::{Bank, Fit, History};

/// What is asked of `plan design`.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanDesignRequest {
    /// The bank, and where past runs are.
    pub bank: BankRequest,
    /// The claim, alpha and power.
    pub ask: Ask,
    /// The true improvement that is planned for.
    pub planned_delta: f64,
    /// What one answer of the candidate costs.
    pub cost_item: f64,
    /// What judging one answer costs.
    pub cost_judge: f64,
    /// How the result is shown.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
}

/// Compares the designs that the bank and its past runs allow.
///
/// # Errors
/// Those of reading the bank and of the store; `too-few-items` without a past run, from which the spread is known;
/// `bad-usage` where the improvement that is planned for does not lie within the claim.
pub fn plan_design(request: &PlanDesignRequest, world: &World<'_>) -> Result<Output, Diagnostic> {
    let gap = request.planned_delta - request.ask.claim.lower_null();
    if gap <= 0.0 {
        return Err(Code::BadUsage
            .at("--planned-delta")
            .what("does not lie within the claim, so no number of items suffices")
            .next("claim less, or expect more of the candidate"));
    }
    let loaded = load(&request.bank, world)?;
    let bank = Bank::of(loaded.run(), request.bank.epochs)?;
    let (past, notes) = past(&request.bank, &bank, world)?;
    let runs: Vec<(&str, &RunFrame)> = past.iter().map(|(past, run)| (past.model_id.as_str(), run)).collect();
    let history = History::of(&bank, &runs, request.bank.epochs);
    let Some(fit) = history.fit(&bank) else {
        return Err(Code::TooFewItems
            .at("--store")
            .what("holds no past run of another model on this task and metric, and from those the spread is known")
            .next("name a store that holds some, or plan from two runs with evalsig mde --baseline FILE --candidate FILE"));
    };
    let report = report(request, &bank, history.len(), fit, gap);
    let stdout = match request.output {
        OutputFormat::Json => present::design::json(&report)?,
        OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => {
            present::design::text(&report, request.width)
        }
    };
    let stderr = notes.iter().map(|note| format!("note: {}\n", present::safe::line(note))).collect();
    Ok(Output { stdout, stderr, ..Output::default() })
}

fn report(request: &PlanDesignRequest, bank: &Bank<'_>, models: usize, fit: Fit, gap: f64) -> DesignReport {
    let all = bank.items().len() as f64;
    let (alpha, power) = (request.ask.alpha.get(), request.ask.power);
    let quantiles = normal_isf(alpha) + normal_isf(1.0 - power);
    // n such that the standard error of a sample of n from N is gap / quantiles (Cochran 1977, equation 4.4).
    let drawn = |variance: f64| {
        let unlimited = (quantiles / gap).powi(2) * variance;
        (unlimited / (1.0 + unlimited / all)).ceil()
    };
    // Betting grows by gap^2 / (2 variance) an item where the bet is the best one.
    let watched = (2.0 * alpha.recip().ln() * fit.paired / (gap * gap)).ceil();
    let price = request.cost_item + request.cost_judge;
    // `answers`: of the candidate and, where it is run again, of the baseline, for each item.
    let answered = |design: &str, items: f64, answers: u32, how: String| DesignRow {
        design: design.into(),
        items: items.min(all) as u64,
        answers: (items.min(all) as u64) * u64::from(answers),
        reaches: items <= all,
        cost: items.min(all) * f64::from(answers) * price,
        how,
    };
    let row = |design: &str, items: f64, how: String| answered(design, items, 1, how);
    let sample =
        |items: f64| format!("evalsig plan sample --items {}, then gate --bank --sample", items as u64);
    let (plain, predicted) = (drawn(fit.paired), drawn(fit.left));
    let mut rows = vec![
        row("every item of the bank", all, "evalsig gate --baseline --candidate".into()),
        row("a sample, without past runs", plain, sample(plain)),
        row("a sample, predicted by the past runs", predicted, sample(predicted)),
        row("growing runs that stop early, on average", watched, "evalsig watch".into()),
    ];
    let noise = noise(bank.run());
    for (times, noise) in REPEATS.into_iter().filter_map(|times| Some((times, noise?))) {
        // What is left of the noise of one side when its mean is over so many times the answers.
        let saved = noise * (1.0 - 1.0 / f64::from(times));
        let variance = (fit.paired - saved).max(0.0);
        let candidate = drawn(variance);
        rows.push(answered(
            &format!("a sample, each item answered {times} times by the candidate"),
            candidate,
            times,
            sample(candidate),
        ));
        // Beside further runs of the baseline no bank is left: the claim is about the kind of item.
        let both = ((quantiles / gap).powi(2) * variance).ceil();
        rows.push(answered(
            &format!("items answered {times} times by the baseline"),
            both,
            times,
            format!("evalsig gate with --baseline {times} times"),
        ));
    }
    rows.sort_by(|a, b| b.reaches.cmp(&a.reaches).then(a.cost.total_cmp(&b.cost)));
    DesignReport {
        bank_items: all as u64,
        models: models as u64,
        planned_delta: request.planned_delta,
        null_value: request.ask.claim.lower_null(),
        alpha,
        power,
        priced: price != 1.0,
        repeats_known: noise.is_some(),
        rows,
    }
}

/// How often an item is answered in the designs with repeats.
const REPEATS: [u32; 2] = [2, 4];

/// Variance of an item's mean over the bank's answers to it; `None` where the bank holds one answer an item.
fn noise(bank: &RunFrame) -> Option<f64> {
    let mut ids = TextColumn::default();
    let mut last = None;
    for row in bank.sorted().filter(|row| last.replace(row.id) != Some(row.id)) {
        ids.push(row.id);
    }
    let own = repeats(bank, &ids);
    let answers = bank.len() as f64 / ids.len() as f64;
    variance_components(&own, &own).map(|parts| parts.baseline / answers)
}
