//! `evalsig plan sample`: which items of a bank the candidate has to answer, drawn before it is run.

use super::bank::{BankRequest, load, past};
use crate::commands::runs::LoadedRun;
use crate::commands::{Output, OutputFormat, World};
use crate::domain::{Code, Diagnostic, Draw, DrawnUnit, Predictor, RunFrame};
use crate::envelope;
use crate::present;
use crate::present::screen::Width;
use crate::sampling::document::{BankRef, DrawRef, PredictorRef, SCHEMA, Sample};
use crate::sampling::{Bank, Fit, History, draw};

/// What is asked of `plan sample`.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanSampleRequest {
    /// The bank, and where past runs are.
    pub bank: BankRequest,
    /// Items to draw.
    pub items: u32,
    /// Seed of the draw.
    pub seed: u64,
    /// Whether whole clusters are drawn.
    pub clusters: bool,
    /// Where the sample goes.
    pub out: String,
    /// How the result is shown.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
}

/// Draws the sample and writes it.
///
/// # Errors
/// Those of reading the bank, of the store, of [`Bank::of`] and [`draw`], and of writing the file.
pub fn plan_sample(request: &PlanSampleRequest, world: &World<'_>) -> Result<Output, Diagnostic> {
    let loaded = load(&request.bank, world)?;
    let bank = Bank::of(loaded.run(), request.bank.epochs)?;
    let (past, mut notes) = past(&request.bank, &bank, world)?;
    notes.extend(loaded.reading.notes.iter().map(|note| format!("bank: {note}")));
    let runs: Vec<(&str, &RunFrame)> = past.iter().map(|(past, run)| (past.model_id.as_str(), run)).collect();
    let history = History::of(&bank, &runs, request.bank.epochs);
    let fit = history.fit(&bank);
    let of = of_request(request, &bank)?;
    let drawn = draw(&bank, &of)?;
    let items = drawn.iter().filter_map(|at| Some(bank.items().get(*at)?.id.to_owned())).collect();
    let sample = Sample {
        schema: SCHEMA.into(),
        tool: envelope::engine(),
        bank: reference(&loaded, &bank),
        draw: DrawRef::of(&of),
        predictor: fit.map(|Fit { weights, left, paired }| {
            let history = past.iter().map(|(past, _)| past.clone()).collect();
            PredictorRef::of(
                &Predictor { weights, history },
                Some(left / paired).filter(|ratio| ratio.is_finite()),
            )
        }),
        items,
        history_mean: fit.map_or(Vec::new(), |_| history.mean(&bank)),
    };
    let mut bytes =
        serde_json::to_vec_pretty(&sample).map_err(|error| Code::Bug.at("sample").what(error.to_string()))?;
    bytes.push(b'\n');
    world.files.write(&request.out, &bytes)?;
    let stdout = match request.output {
        OutputFormat::Json => String::from_utf8_lossy(&bytes).into_owned(),
        OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => {
            present::sample::text(&sample, history.len(), &request.out, request.width)
        }
    };
    let stderr = notes.iter().map(|note| format!("note: {}\n", present::safe::line(note))).collect();
    Ok(Output { stdout, stderr, ..Output::default() })
}

/// What is drawn: items, or as many clusters as hold about so many.
fn of_request(request: &PlanSampleRequest, bank: &Bank<'_>) -> Result<Draw, Diagnostic> {
    let (unit, count) = if request.clusters {
        let items = bank.items().len();
        // An error of the draw where there are none.
        let clusters = bank.clusters().map_or(items, |(_, count)| count);
        let wanted = (f64::from(request.items) * clusters as f64 / items as f64).ceil();
        (DrawnUnit::Clusters, (wanted as u32).max(1))
    } else {
        (DrawnUnit::Items, request.items)
    };
    Ok(Draw { unit, count, seed: request.seed, strata: request.bank.strata.clone() })
}

fn reference(loaded: &LoadedRun, bank: &Bank<'_>) -> BankRef {
    let input = loaded.recorded(bank.items().len());
    BankRef {
        path: input.path,
        sha256: input.sha256,
        content_sha256: bank.digest().to_string(),
        run_id: input.run_id,
        model_id: input.model_id,
        task_id: input.task_id,
        metric: input.metric,
        items: input.items,
        clusters: input.clusters,
    }
}
