//! `report`: which envelope, where its runs are, which renderings.

use super::again::inputs;
use super::shared::{Terminal, screen};
use super::values::parse;
use crate::cli::lowargs::ReportFlags;
use crate::commands::report::{ReportRequest, Text};
use crate::domain::Diagnostic;

pub(in crate::cli) fn report(flags: &ReportFlags, terminal: Terminal) -> Result<ReportRequest, Diagnostic> {
    let attempt = |text: &String| {
        parse("--attempt", text, "the number of an attempt: 1, 2 and so on", |t| {
            t.parse().ok().filter(|n| *n > 0)
        })
    };
    let inputs = inputs(&flags.again);
    Ok(ReportRequest {
        subject: flags.subject.clone(),
        attempt: flags.attempt.as_ref().map(attempt).transpose()?,
        audit_root: flags.audit_root.clone().into(),
        inputs,
        html: flags.html.clone(),
        text: match (flags.markdown, flags.terminal || flags.html.is_none()) {
            (true, _) => Some(Text::Markdown),
            (false, true) => Some(Text::Terminal),
            (false, false) => None,
        },
        screen: screen(flags.color, terminal),
    })
}
