//! Both runs of every decision, kept for ever and found again by project and date.
//!
//! ```text
//! {root}/{project}/year=YYYY/month=MM/run_id={run id}.parquet    one run, never written again
//! {root}/{project}/_envelopes/year=YYYY/month=MM/...json         the envelope that decided about it
//! {root}/{project}/manifest.json                                 an index, derived from the files
//! {root}/{project}/manifest.log.jsonl                            runs that the index has to take in
//! ```
//!
//! Everything here is a function of bytes, over a [`ObjectStore`]. `docs/store.md` describes the layout for
//! someone without this program.

mod allowed;
mod catalogue;
mod content;
mod decisions;
mod errors;
mod find;
mod history;
mod history_line;
mod index_writer;
mod layout;
mod log;
mod manifest;
mod newest_first;
mod past;
mod period;
mod port;
mod put_runs;
mod recorded_run;
mod rows;
mod run_facts;
mod told;
pub mod trail;

pub use allowed::AllowedRuns;
pub use catalogue::{Catalogue, CatalogueEntry, Scope};
pub use decisions::{ComparedWith, TaskDecision, TaskNumbers};
pub use find::{FoundRun, Sought, by_name, latest_allowed};
pub use history::RunHistory;
pub use history_line::{EnvelopeCopy, HistoryLine, Query};
pub use manifest::ManifestRecord;
pub use past::{further_runs, past_runs};
pub use period::Period;
pub use port::{Created, Fetched, Guard, ObjectStore, ObjectVersion};
pub use put_runs::{Baseline, RunArchive, StoredFile};
pub use recorded_run::{RecordedRun, is_inside, recorded_run};
pub use rows::run_as_parquet;
pub use run_facts::{DecisionFacts, RUN_SCHEMA, RunFacts};
