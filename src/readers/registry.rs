//! Every reader, in the order in which they are asked.

use super::reader::Reader;
use super::{
    csv, helm, inspect, jsonl, lm_eval, parquet, promptfoo, runframe};

/// Every reader, the most particular first: the first whose `sniff` says yes reads the file.
pub(super) static READERS: [&dyn Reader; 8] = [
    &parquet::ParquetReader,
    &inspect::InspectReader,
    &helm::HelmReader,
    &lm_eval::LmEvalReader,
    &promptfoo::PromptfooReader,
    &jsonl::JsonlReader,
    &csv::CsvReader,
    &runframe::RunFrameReader,
];
