//! The report page of a decision on its way into an export, with its items where its runs are exported too.

use super::copy::Copy;
use crate::commands::replay::Inputs;
use crate::commands::report::items;
use crate::commands::{Files, Stores};
use crate::domain::Diagnostic;
use crate::present::page::index::Row;
use crate::present::page::{self, Context, ReportPage};
use crate::trail::{EntryLine, TrailFiles};
use crate::view::{self, ChainState, TrailPlace};

/// The folder of the report pages.
const REPORTS: &str = "reports";

/// What report pages are made from beside the envelopes.
pub(super) struct Reports<'a> {
    /// Where the runs are, if they are exported.
    pub(super) inputs: Option<Inputs>,
    pub(super) files: &'a dyn Files,
    pub(super) stores: &'a dyn Stores,
    /// Entries of the chain as it is exported. What came after them changes no page: the same range gives the same bytes.
    pub(super) length: u64,
}

impl Copy<'_> {
    /// The page of the decision that was added last, and the CSV file of its items. An envelope of a newer version has
    /// none; a page whose runs are missing shows no items, and that they are missing is said already.
    pub(super) fn report(
        &mut self,
        (line, index): (&EntryLine, u64),
        bytes: &[u8],
        reports: &Reports<'_>,
        source: &dyn TrailFiles,
    ) -> Result<(), Diagnostic> {
        let Ok(mut seen) = view::of_envelope(bytes) else { return Ok(()) };
        seen = seen.noting(view::since_last_attempt(bytes, |path| source.read(path).ok()));
        let entry_sha256 = super::copy::named(&line.entry_path, line.entry_sha256)?;
        let chain = Some(ChainState { length: reports.length, intact: true });
        seen.place = Some(TrailPlace { path: line.path.clone(), index, entry_sha256, chain });
        if let Some(inputs) = &reports.inputs {
            let found = items::of_envelope(bytes, inputs, usize::MAX, reports.files, reports.stores);
            if let Ok(items) = found {
                seen = seen.with_items(items);
            }
        }
        // No two decisions have one name: behind the last hyphen stands nothing but the attempt.
        let name = format!("{}-{}", line.release, line.number);
        let csv_name = format!("{name}.csv");
        let ReportPage { html, csv } = page::render(&seen, &Context { csv: Some(&csv_name), server: None });
        let path = format!("{REPORTS}/{name}.html");
        self.add(&path, html.as_bytes())?;
        if let Some(csv) = csv {
            self.add(&format!("{REPORTS}/{csv_name}"), csv.as_bytes())?;
        }
        self.rows.push(Row::of(&seen, index));
        if let Some(decision) = self.export.decisions.last_mut() {
            decision.report = Some(path);
        }
        Ok(())
    }
}
