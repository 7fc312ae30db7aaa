//! The run file that a path or a glob names. A workflow cannot write the time stamp that a tool puts into a name, so a
//! pattern may stand for it, as long as one file alone matches.

use super::Files;
use crate::domain::{Code, Diagnostic};
use crate::readers::FileOrFolder;

/// How many paths a message names.
const NAMED: usize = 8;

/// Whether a path holds signs of a glob.
pub(super) fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// Opens the run at a path, or the one that a glob matches. What is there by this very name is no glob.
///
/// # Errors
/// `file-unreadable`, also where nothing matches; `run-ambiguous` where several paths match.
pub(super) fn open_run(path: &str, files: &dyn Files) -> Result<FileOrFolder, Diagnostic> {
    if path == "-" || !is_glob(path) || files.exists(path) {
        return files.open(path);
    }
    let found = files.matching(path)?;
    match found.as_slice() {
        [] => Err(Code::FileUnreadable
            .at(path)
            .what("matches no file")
            .next("check the step that writes the run, and the pattern")),
        [only] => files.open(only),
        several => {
            let shown: Vec<String> = several.iter().take(NAMED).map(|path| format!("{path:?}")).collect();
            let more = several.len() - shown.len();
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            Err(Code::RunAmbiguous
                .at(path)
                .what(format!("matches {} paths: {}{more}", several.len(), shown.join(", ")))
                .next("name one of them, or write a pattern that one alone matches"))
        }
    }
}
