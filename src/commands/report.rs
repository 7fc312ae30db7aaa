//! `evalsig report`: any rendering of a decision again, from its envelope.

mod found;
pub(super) mod items;
mod past;
mod request;

use super::verify::TrailLocator;
use super::{Files, Output, Stores};
use crate::domain::Diagnostic;
use crate::present::decision::{markdown, terminal};
use crate::present::page::{self, Context, ReportPage};
use crate::present::safe;
use crate::view::{self, DecisionView};
use found::Found;

pub use request::{ReportRequest, Text};

/// Renders a recorded decision.
///
/// # Errors
/// `trail-broken` for an envelope that is not as it was written, or a run that is not the one it names;
/// `envelope-unreadable` and `file-unreadable`; `output-not-written`.
pub fn report(
    request: &ReportRequest,
    locator: &dyn TrailLocator,
    files: &dyn Files,
    stores: &dyn Stores,
) -> Result<Output, Diagnostic> {
    let found = Found::at(request, locator)?;
    let mut seen = view::of_envelope(&found.bytes).map_err(|error| error.within(&found.name))?;
    seen.place = found.place.clone();
    seen.past = past::decisions(&found, &seen)?;
    if let Some((files, _)) = &found.trail {
        seen = seen.noting(view::since_last_attempt(&found.bytes, |path| files.read(path).ok()));
    }
    if let Some(inputs) = &request.inputs {
        let most = if request.html.is_some() { usize::MAX } else { super::decide::NAMED };
        seen = seen.with_items(items::of_envelope(&found.bytes, inputs, most, files, stores)?);
    }
    let stdout = match request.text {
        Some(Text::Terminal) => terminal::decision(&seen, request.screen),
        Some(Text::Markdown) => markdown::decision(&seen, "", usize::MAX),
        None => String::new(),
    };
    let stderr = match &request.html {
        Some(path) => write_page(&seen, path, None, files)?,
        None => String::new(),
    };
    Ok(Output { stdout, stderr, exit: 0 })
}

/// Writes the page to `path`, and beside it a CSV file of all items that changed where they are known. `server`:
/// where the repository is, for links. Says what was written.
///
/// # Errors
/// `output-not-written`.
pub(super) fn write_page(
    seen: &DecisionView,
    path: &str,
    server: Option<&str>,
    files: &dyn Files,
) -> Result<String, Diagnostic> {
    let csv_path = format!("{}.csv", path.strip_suffix(".html").unwrap_or(path));
    let csv_name = csv_path.rsplit(['/', '\\']).next().unwrap_or(&csv_path);
    let ReportPage { html, csv } = page::render(seen, &Context { csv: Some(csv_name), server });
    // The page names the CSV file, so that has to be there first.
    let mut said = String::new();
    if let Some(csv) = csv {
        files.write(&csv_path, csv.as_bytes())?;
        said = format!(", and all items that changed to {}", safe::line(&csv_path));
    }
    files.write(path, html.as_bytes())?;
    Ok(format!("page written to {}{said}\n", safe::line(path)))
}
