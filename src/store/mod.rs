//! Both runs of every decision, kept for ever and found again by project and date.
//!
//! ```text
//! {root}/{project}/year=YYYY/month=MM/run_id={run id}.parquet    one run, never written again
//! {root}/{project}/manifest.json                                 an index, derived from the files
//! ```
//!
//! `docs/store.md` describes the layout for someone without this program.

mod port;

pub use port::{Created, Fetched, Guard, Object, Place, Receipt};
