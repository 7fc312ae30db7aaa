//! Readers: bytes in, a run or a helpful refusal out.

mod detection;
mod examples;
mod field;
mod gzip;
mod helm;
mod inspect;
mod inspect_golden;
mod json;
mod lm_eval;
mod nested;
mod parquet;
mod promptfoo;
mod slices;
mod tables;
mod usage;
