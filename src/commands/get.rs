//! `store get`: a run of the store, written back as a run file.

use super::targets::StoreTarget;
use super::{Files, Output, Stores};
use crate::domain::{Code, Diagnostic};
use crate::present;
use crate::readers::{self, Format};
use crate::store;

/// What `store get` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct GetRequest {
    /// The store.
    pub store: StoreTarget,
    /// The run: its id, or the name of its file.
    pub run: String,
    /// RunFrame JSON, or Parquet as it is stored.
    pub format: Format,
    /// The file that gets it; without one it goes to standard output.
    pub out: Option<String>,
}

/// Writes the run.
///
/// # Errors
/// `run-not-found` and `run-ambiguous`; `run-malformed` where the stored file is damaged;
/// `output-not-written`; those of the store.
pub fn get(request: &GetRequest, stores: &dyn Stores, files: &dyn Files) -> Result<Output, Diagnostic> {
    let place = stores.open(&request.store.root)?;
    let found = store::by_name(&*place, &request.store.project, &request.run)?;
    let shown = place.shown(&found.entry.path);
    let bytes = found.file.bytes;
    let stored_as = found.facts.map(|facts| facts.stored_as).unwrap_or_default();
    // Read in any case: a damaged file is not handed on.
    let run = readers::read(&bytes, Some(Format::Parquet), &stored_as.read_options())
        .map_err(|error| error.within(&shown))?
        .run;
    let text = match request.format {
        Format::Parquet => None,
        _ => Some(present::run::json(&run, stored_as.cluster_key.as_deref())?),
    };
    let stderr = match &request.out {
        Some(path) => {
            files.write(path, text.as_ref().map_or(bytes.as_slice(), |text| text.as_bytes()))?;
            format!("{}\n", present::safe::line(&format!("{path}: written from {shown}")))
        }
        None => String::new(),
    };
    match (&request.out, text) {
        (Some(_), _) => Ok(Output { stderr, ..Output::default() }),
        (None, Some(stdout)) => Ok(Output { stdout, ..Output::default() }),
        (None, None) => Err(Code::BadUsage
            .at("--format")
            .what("is parquet, which no terminal can show")
            .next("name a file with --out")),
    }
}
