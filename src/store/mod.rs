//! Both runs of every decision, kept for ever and found again by project and date.
//!
//! ```text
//! {root}/{project}/year=YYYY/month=MM/run_id={run id}.parquet    one run, never written again
//! {root}/{project}/_envelopes/year=YYYY/month=MM/...json         the envelope that decided about it
//! {root}/{project}/manifest.json                                 an index, derived from the files
//! ```
//!
//! Everything here is a function of bytes, over a [`Place`]. `docs/store.md` describes the layout for
//! someone without this program.

mod catalogue;
mod content;
mod facts;
mod find;
mod history;
mod keep;
mod layout;
mod manifest;
mod port;
mod rows;
mod span;
pub mod trail;

pub use catalogue::{Catalogue, Entry, Scope};
pub use facts::{Decided, Facts, RUN_SCHEMA};
pub use find::{Found, by_name, latest_allowed};
pub use history::{History, Kept, Line, Query};
pub use keep::{Baseline, Shelf, Stored};
pub use manifest::Record;
pub use port::{Created, Fetched, Guard, Place, Receipt};
pub use span::Span;
