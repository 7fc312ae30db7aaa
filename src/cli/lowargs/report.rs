//! What was typed of `report`.

use clap::Args;

use super::again::AgainFlags;
use super::shared::ColourFlag;

pub(super) const EXAMPLES: &str = "\
Every rendering is made from the envelope alone, so it says the same a year later. The envelope does not hold the \
items: name the store, or both run files, and the page shows them too, with a CSV file of all that changed beside it. \
Each run has to have the SHA-256 that the envelope names. An envelope that is not as it was written is refused (exit 73).

Examples:
  evalsig report v1.4.0
  evalsig report v1.4.0 --attempt 2 --store runs --html report.html
  evalsig report audit/v1.4.0/audit.json --markdown
  evalsig report v1.4.0 --audit-root origin/evalsig-audit --baseline base.json --candidate cand.json --html report.html";

/// Flags of report.
#[derive(Debug, Args)]
pub(in crate::cli) struct ReportFlags {
    /// The envelope, an audit.json; or the release, whose envelope is in the trail.
    #[arg(value_name = "ENVELOPE|RELEASE")]
    pub(in crate::cli) subject: String,
    /// Which attempt at the release: the newest one unless said.
    #[arg(long, value_name = "N")]
    pub(in crate::cli) attempt: Option<String>,
    /// The trail: a folder that holds audit/, or what else verify takes for one.
    #[arg(long, value_name = "TRAIL", default_value = ".")]
    pub(in crate::cli) audit_root: String,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) again: AgainFlags,
    /// Write a page for the browser to this file: it runs nothing and loads nothing.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) html: Option<String>,
    /// Print Markdown.
    #[arg(long, conflicts_with = "terminal")]
    pub(in crate::cli) markdown: bool,
    /// Print it as gate does; this is what happens where nothing else is asked for.
    #[arg(long)]
    pub(in crate::cli) terminal: bool,
    /// When to use colour; NO_COLOR turns it off too.
    #[arg(long, value_enum, default_value_t = ColourFlag::Auto)]
    pub(in crate::cli) color: ColourFlag,
}
