//! Both runs of every decision, kept for ever and found again by project and date.
//!
//! ```text
//! {root}/{project}/year=YYYY/month=MM/run_id={run id}.parquet    one run, never written again
//! {root}/{project}/_envelopes/year=YYYY/month=MM/...json         the envelope that decided about it
//! {root}/{project}/manifest.json                                 an index, derived from the files
//! ```
//!
//! Everything here is a function of bytes, over a [`ObjectStore`]. `docs/store.md` describes the layout for
//! someone without this program.

mod catalogue;
mod content;
mod decisions;
mod errors;
mod find;
mod history;
mod history_line;
mod layout;
mod manifest;
mod period;
mod port;
mod put_runs;
mod recorded_run;
mod rows;
mod run_facts;
pub mod trail;

pub use catalogue::{Catalogue, CatalogueEntry, Scope};
pub use decisions::{ComparedWith, TaskDecision, TaskNumbers};
pub use find::{FoundRun, Sought, by_name, first_recorded, latest_allowed, latest_allowed_of};
pub use history::RunHistory;
pub use history_line::{EnvelopeCopy, HistoryLine, Query};
pub use manifest::ManifestRecord;
pub use period::Period;
pub use port::{Created, Fetched, Guard, ObjectStore, ObjectVersion};
pub use put_runs::{Baseline, RunArchive, StoredFile};
pub use recorded_run::{RecordedRun, is_inside, recorded_run};
pub use run_facts::{DecisionFacts, RUN_SCHEMA, RunFacts};
