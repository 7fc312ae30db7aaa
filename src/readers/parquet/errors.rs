//! What can be wrong with a Parquet file, each with its message.

use ::parquet::errors::ParquetError;

use super::super::quote::escape;
use crate::domain::{Code, Diagnostic};

pub(super) fn malformed(what: impl Into<String>) -> Diagnostic {
    Code::RunMalformed.at("").what(what)
}

/// An error of the library; it may quote the file.
pub(super) fn damaged(error: &ParquetError) -> Diagnostic {
    malformed(format!("cannot be read as Parquet: {}", escape(&error.to_string())))
        .next("the file is damaged or was cut short: write it again")
}
