//! `export`: which decisions, and where to.

use super::super::errors;
use super::shared::Terminal;
use crate::cli::lowargs::ExportFlags;
use crate::commands::export::{ExportRequest, Range};
use crate::domain::Diagnostic;

pub(in crate::cli) fn export(flags: &ExportFlags, terminal: Terminal) -> Result<ExportRequest, Diagnostic> {
    let range = Range::parse(&flags.range).map_err(|why| errors::bad_range(&flags.range, why))?;
    if flags.out.is_empty() || flags.out.contains("://") {
        return Err(errors::bad_out(&flags.out));
    }
    Ok(ExportRequest {
        asked: flags.range.clone(),
        range,
        audit_root: flags.audit_root.clone().into(),
        store: flags.store.clone(),
        out: flags.out.clone(),
        width: terminal.width,
    })
}
