//! What the store writes into its files beyond the columns of a RunFrame: facts of the run as one
//! JSON text in the file's metadata, and facts of single rows in `metadata_json`.

use super::super::ReadOptions;
use super::errors;
use ::parquet::file::metadata::FileMetaData;
use serde::{Deserialize, Serialize};

use super::errors::damaged;
use super::thrift;
use crate::domain::{Diagnostic, Judge, Unscored};

/// The key of the facts of a run in the metadata of its file.
pub const RUN_FACTS: &str = "evalsig.run";

/// What a reader needs to know of a stored run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredRunFacts {
    /// The field of the items' metadata that the clusters were taken from, where it was not
    /// `cluster_id`.
    #[serde(default)]
    pub cluster_key: Option<String>,
    /// The field of the items that the slices were taken from, where slices were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice_key: Option<String>,
    /// higher or lower, where the harness says so.
    #[serde(default)]
    pub better: Option<String>,
    /// How low and how high scores can be, as `LO,HI`, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<String>,
    /// The model that scored the answers, where the run's file named it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<StoredJudge>,
    /// Whether `metadata_json` holds [`StoredRowFacts`].
    #[serde(default)]
    pub row_facts: bool,
}

/// A model that scored answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredJudge {
    /// Its name.
    pub model: String,
    /// SHA-256 of what it was asked, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_sha256: Option<String>,
}

impl From<&Judge> for StoredJudge {
    fn from(judge: &Judge) -> Self {
        Self { model: judge.model.clone(), prompt_sha256: judge.prompt.as_ref().map(ToString::to_string) }
    }
}

impl StoredJudge {
    pub(super) fn judge(&self) -> Judge {
        let prompt = self.prompt_sha256.as_deref().and_then(|hex| hex.parse().ok());
        Judge { model: self.model.clone(), prompt }
    }
}

impl StoredRunFacts {
    /// How the whole of the run is read.
    #[must_use]
    pub fn read_options(&self) -> ReadOptions {
        ReadOptions { slice: self.slice_key.clone(), ..ReadOptions::default() }
    }
}

/// What is known of a row beyond its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRowFacts {
    /// Why it has no score: a text of [`Unscored`].
    #[serde(rename = "evalsig.unscored", default, skip_serializing_if = "Option::is_none")]
    pub unscored: Option<String>,
    /// Which item it saw, as a number in text.
    #[serde(rename = "evalsig.item", default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// The slice of its item.
    #[serde(rename = "evalsig.slice", default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<String>,
    /// What it was asked, as a number in text.
    #[serde(rename = "evalsig.input", default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
}

impl StoredRowFacts {
    /// # Errors
    /// `run-malformed` where the text is not what the store writes.
    pub(super) fn read(text: &str) -> Result<Self, Diagnostic> {
        serde_json::from_str(text).map_err(errors::bad_facts)
    }

    /// Why the row has no score, where that is known.
    pub(super) fn why(&self) -> Option<Unscored> {
        self.unscored.as_deref().and_then(Unscored::from_name)
    }
}

/// The facts in the metadata of a file, where the store wrote it.
///
/// # Errors
/// `run-malformed` where they are not what the store writes.
pub(super) fn facts(metadata: &FileMetaData) -> Result<Option<StoredRunFacts>, Diagnostic> {
    match text(metadata) {
        None => Ok(None),
        Some(text) => {
            serde_json::from_str(text).map(Some).map_err(|error| errors::bad_facts(error).within(RUN_FACTS))
        }
    }
}

/// When the store took the run in, where it wrote the file: the run is older than that.
pub(super) fn stored_at(metadata: &FileMetaData) -> Option<String> {
    #[derive(Deserialize)]
    struct StoredAt {
        ts: String,
    }
    serde_json::from_str::<StoredAt>(text(metadata)?).ok().map(|stored| stored.ts)
}

fn text(metadata: &FileMetaData) -> Option<&str> {
    let pairs = metadata.key_value_metadata()?;
    pairs.iter().find(|pair| pair.key == RUN_FACTS)?.value.as_deref()
}

/// The facts of a run as text, from the last bytes of its file: nothing else of it is read. `None`
/// where the store did not write the file.
///
/// # Errors
/// `run-malformed` where the bytes do not end as Parquet does; [`FactsInTail::Longer`] where the footer is
/// longer than they are.
pub fn run_facts(tail: &[u8]) -> Result<FactsInTail, Diagnostic> {
    let cut = || errors::no_parquet_end();
    let (rest, end) = tail.split_last_chunk::<8>().ok_or_else(cut)?;
    let (length, magic) = end.split_at(4);
    if magic != b"PAR1" {
        return Err(cut());
    }
    let length = length.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes)) as usize;
    let Some(start) = rest.len().checked_sub(length) else {
        return Ok(FactsInTail::Longer(length as u64 + 8));
    };
    if thrift::footer(tail).is_none() {
        return Err(cut());
    }
    let footer = rest.get(start..).unwrap_or_default();
    let metadata = ::parquet::file::metadata::ParquetMetaDataReader::decode_metadata(footer)
        .map_err(|error| damaged(&error))?;
    Ok(FactsInTail::Facts(text(metadata.file_metadata()).map(str::to_owned)))
}

/// The result of a search for the facts of a run in the last bytes of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactsInTail {
    /// The facts of the run, where the store wrote the file.
    Facts(Option<String>),
    /// Only a part of the footer, which has this length.
    Longer(u64),
}
