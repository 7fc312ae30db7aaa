//! A failure to reach a verdict as Markdown.

use super::safe::code;
use crate::domain::Diagnostic;

/// A failure to reach a verdict.
#[must_use]
pub fn error(diagnostic: &Diagnostic) -> String {
    let place = if diagnostic.place.is_empty() {
        String::new()
    } else {
        format!("**Where:** {}\n\n", code(&diagnostic.place))
    };
    let next = if diagnostic.next.is_empty() {
        String::new()
    } else {
        format!("\n**Next:** {}\n", code(&diagnostic.next))
    };
    format!(
        "## evalsig: no verdict\n\n{place}**What:** {}\n{next}\nError [{}]({}), exit code {}.\n",
        code(&diagnostic.what),
        code(diagnostic.code.as_str()),
        diagnostic.code.page(),
        diagnostic.code.exit().code()
    )
}
