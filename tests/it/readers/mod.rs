//! Readers: bytes in, a run or a helpful refusal out.

mod damage;
mod deepeval;
mod detection;
mod eee;
mod examples;
mod exports;
mod field;
mod gzip;
mod helm;
mod inspect;
mod inspect_golden;
mod json;
mod lighteval;
mod lm_eval;
mod nested;
mod openai_evals;
mod parquet;
mod promptfoo;
mod run_folder;
mod slices;
mod swe_bench;
mod tables;
mod tau_bench;
mod usage;
mod xlsx;
