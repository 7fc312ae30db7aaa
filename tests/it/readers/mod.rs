//! Readers: bytes in, a run or a helpful refusal out.

mod detection;
mod examples;
mod json;
mod parquet;
