//! What was typed of `export`.

use clap::Args;

pub(super) const EXAMPLES: &str = "\
RANGE is all; an entry (12) or entries (12..40, 12.., ..40); days in UTC, both included (2026-01-01..2026-06-30, \
2026-01-01.., ..2026-06-30); or a release id (release:12 where it looks like something else). The trail is exported \
from its first entry on, because only from there can the chain be followed. The same trail and range give the same bytes.

Exit codes: 0 complete, 2 made, but something is missing that standard error names.

Examples:
  evalsig export 2026-01-01..2026-06-30 --store runs --out evidence-2026h1.zip
  evalsig export v1.4.0 --audit-root origin/evalsig-audit --store s3://evidence/runs --out evidence
  evalsig export all --out evidence.zip";

/// Flags of export.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportFlags {
    /// Which decisions: all, entries, days, or a release
    ///
    /// Which decisions: all, 12..40, 2026-01-01..2026-06-30, or a release id.
    #[arg(value_name = "RANGE")]
    pub(in crate::cli) range: String,
    /// A file that does not exist yet (FILE.zip), or a folder that does not exist yet or is empty.
    #[arg(long, value_name = "FILE.zip|DIR")]
    pub(in crate::cli) out: String,
    /// The trail
    ///
    /// The trail: a folder that holds audit/, or what else verify takes for one.
    #[arg(long, value_name = "TRAIL", default_value = ".")]
    pub(in crate::cli) audit_root: String,
    /// The store that keeps the runs of these decisions
    ///
    /// The store that keeps the runs of these decisions: they are exported too.
    #[arg(long, value_name = "ROOT")]
    pub(in crate::cli) store: Option<String>,
}
