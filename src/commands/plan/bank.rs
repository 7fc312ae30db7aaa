//! The bank that a plan is made for, and the past runs of its store.

use crate::commands::World;
use crate::commands::run_path::open_run;
use crate::commands::runs::{Freshness, LoadedRun, ReadAs, STORE, store_of};
use crate::commands::targets::StoreTarget;
use crate::domain::{ClusterRule, Diagnostic, EpochRule, PastRun, RunFrame};
use crate::readers::{self, FileOrFolder, Format, InMemory, ReadOptions};
use crate::sampling::{Bank, History};
use crate::store::{self, FoundRun};

/// Least share of the bank's items that a past run has to hold: others were gated on samples themselves.
const COVERS: f64 = 0.5;

/// Which run is the bank, and where past runs are.
#[derive(Clone, Debug, PartialEq)]
pub struct BankRequest {
    /// The run of the baseline that is the bank: a file, or `store:RUN_ID`.
    pub bank: String,
    /// Its format; `None` detects it.
    pub format: Option<Format>,
    /// The field that names the item.
    pub id: Option<String>,
    /// Metric to insist on.
    pub metric: Option<String>,
    /// Where its clusters are.
    pub cluster: ClusterRule,
    /// What becomes of repeats.
    pub epochs: EpochRule,
    /// The field whose values are strata.
    pub strata: Option<String>,
    /// Where the past runs are, and a bank that is named by its id.
    pub store: Option<StoreTarget>,
}

pub(super) fn load(request: &BankRequest, world: &World<'_>) -> Result<LoadedRun, Diagnostic> {
    let read_as = ReadAs {
        format: request.format,
        id: request.id.clone(),
        metric: request.metric.clone(),
        cluster: request.cluster.clone(),
        slice: request.strata.clone(),
        run: None,
    };
    let Some(name) = request.bank.strip_prefix(STORE) else {
        return LoadedRun::read(&open_run(&request.bank, world.files)?, &read_as);
    };
    let (place, at) = store_of("--bank", request.store.as_ref(), world)?;
    let found = store::by_name(&*place, &at.project, name)?;
    let now = world.clock.now();
    let freshness = Freshness { asked: &request.bank, now: &now, max_age_days: None };
    LoadedRun::of_store(found, (&*place, &at.root), &read_as, &freshness)
}

pub(super) type Past = Vec<(PastRun, RunFrame)>;

/// The past runs that hold enough of the bank, and what to say of the others.
pub(super) fn past(
    request: &BankRequest,
    bank: &Bank<'_>,
    world: &World<'_>,
) -> Result<(Past, Vec<String>), Diagnostic> {
    let (mut past, mut notes) = (Vec::new(), Vec::new());
    let Some(at) = &request.store else { return Ok((past, notes)) };
    let place = world.stores.open(&at.root)?;
    for found in store::past_runs(&*place, &at.project, bank.run().metadata())? {
        let past_run = of_store(&found);
        let run = match read(found, &place.shown(&past_run.path)) {
            Ok(run) => run,
            Err(error) => {
                notes.push(format!("past run {:?} is left out: {error}", past_run.run_id));
                continue;
            }
        };
        let (held, all) = (History::held(bank, &run, request.epochs), bank.items().len());
        if (held as f64) < COVERS * all as f64 {
            let id = &past_run.run_id;
            notes
                .push(format!("past run {id:?} is left out: it holds {held} of the {all} items of the bank"));
            continue;
        }
        past.push((past_run, run));
    }
    Ok((past, notes))
}

fn of_store(found: &FoundRun) -> PastRun {
    let (record, stored) = (&found.entry.record, found.stored());
    PastRun {
        run_id: record.run_id.clone(),
        model_id: record.model_id.clone(),
        path: stored.path,
        sha256: stored.sha256,
    }
}

fn read(found: FoundRun, shown: &str) -> Result<RunFrame, Diagnostic> {
    let source = InMemory { path: shown.to_owned(), bytes: found.file.bytes };
    let file = FileOrFolder::File(Box::new(source));
    Ok(readers::read_file(&file, Some(Format::Parquet), &ReadOptions::default())?.reading.run)
}
