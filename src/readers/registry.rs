//! Every reader, in the order in which they are asked.

use super::reader::Reader;
use super::{
    csv, deepeval, eee, helm, inspect, jsonl, lm_eval, openai_evals, parquet, promptfoo, runframe, swe_bench,
    tau_bench, xlsx,
};

/// Every reader, the most particular first: the first whose `sniff` says yes reads the file.
pub(super) static READERS: [&dyn Reader; 15] = [
    &parquet::ParquetReader,
    &parquet::LightevalReader,
    &xlsx::XlsxReader,
    &inspect::InspectReader,
    &helm::HelmReader,
    &lm_eval::LmEvalReader,
    &promptfoo::PromptfooReader,
    &deepeval::DeepEvalReader,
    &eee::EeeReader,
    &tau_bench::TauBenchReader,
    &swe_bench::SweBenchReader,
    &openai_evals::OpenAiEvalsReader,
    &jsonl::JsonlReader,
    &csv::CsvReader,
    &runframe::RunFrameReader,
];
