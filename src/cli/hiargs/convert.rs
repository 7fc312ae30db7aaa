//! `convert`: which file, and what becomes of it.

use super::values::{cluster, format, parse};
use crate::cli::lowargs::ConvertFlags;
use crate::commands::convert::ConvertRequest;
use crate::domain::Diagnostic;
use crate::readers::{Format, ReadOptions};

pub(in crate::cli) fn convert(flags: ConvertFlags) -> Result<ConvertRequest, Diagnostic> {
    Ok(ConvertRequest {
        format: format(&flags.format)?,
        to: parse("--to", &flags.to, "runframe or parquet", |text| match text {
            "runframe" => Some(Format::RunFrame),
            "parquet" => Some(Format::Parquet),
            _ => None,
        })?,
        options: ReadOptions {
            id: flags.id,
            metric: flags.metric,
            cluster: cluster(flags.cluster.as_deref()),
            slice: flags.slice,
            run_id: flags.run_id,
            deep: false,
        },
        file: flags.file,
        out: flags.out,
    })
}
