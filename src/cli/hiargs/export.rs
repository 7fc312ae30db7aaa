//! `export`: which decisions, and where to.

use crate::cli::lowargs::ExportFlags;
use crate::commands::export::{ExportRequest, Range};
use crate::domain::{Code, Diagnostic};

pub(in crate::cli) fn export(flags: &ExportFlags) -> Result<ExportRequest, Diagnostic> {
    let range = Range::parse(&flags.range).map_err(|why| {
        Code::BadUsage
            .at("RANGE")
            .what(format!("is {:?}: {why}", flags.range))
            .next("give all, entries such as 12..40, days such as 2026-01-01..2026-06-30, or a release id")
    })?;
    if flags.out.is_empty() || flags.out.contains("://") {
        return Err(Code::BadUsage
            .at("--out")
            .what(format!("is {:?}, expected a folder or a file on this machine", flags.out))
            .next("a bucket is filled by `evalsig store mirror`"));
    }
    Ok(ExportRequest {
        asked: flags.range.clone(),
        range,
        audit_root: flags.audit_root.clone().into(),
        store: flags.store.clone(),
        out: flags.out.clone(),
    })
}
