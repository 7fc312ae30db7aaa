//! The names of the store's files. A run id comes from a file that anybody may have written: it
//! becomes a part of one file name, and never a path.

use std::fmt::Write as _;

use super::errors;
use crate::domain::{Diagnostic, Digest, ProjectId};

/// The index of a project.
pub(super) const MANIFEST: &str = "manifest.json";
/// The runs that it does not have yet.
const LOG: &str = "manifest.log.jsonl";
/// Copies of the envelopes; engines skip folders that begin with an underscore.
pub(super) const ENVELOPES: &str = "_envelopes";
const EXTENSION: &str = ".parquet";
/// Longest part of a file name that a run id becomes: file systems end names at 255 bytes, and an
/// envelope's name adds 70.
const LONGEST: usize = 140;

/// `manifest.json` of a project.
pub(super) fn manifest(project: &ProjectId) -> String {
    format!("{project}/{MANIFEST}")
}

/// `manifest.log.jsonl` of a project.
pub(super) fn log(project: &ProjectId) -> String {
    format!("{project}/{LOG}")
}

/// The folder of a month: `year=2026/month=06` for `2026-06-30T18:05:00Z`.
///
/// # Errors
/// `internal-error` for a text that is no time.
pub(super) fn month(ts: &str) -> Result<String, Diagnostic> {
    match (ts.get(..4), ts.get(5..7)) {
        (Some(year), Some(month)) if year.bytes().chain(month.bytes()).all(|b| b.is_ascii_digit()) => {
            Ok(format!("year={year}/month={month}"))
        }
        _ => Err(errors::not_a_time(ts)),
    }
}

/// The name of a run's file without its ending. Bytes outside `[A-Za-z0-9._-]` are percent-encoded;
/// an id that would be too long for a file system is cut and ends in its digest.
pub(super) fn stem(run_id: &str) -> String {
    let mut name = String::new();
    for byte in run_id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => name.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(name, "%{byte:02X}")),
        }
    }
    if name.len() > LONGEST {
        let digest = Digest::of(run_id.as_bytes()).to_string();
        name = format!("{}-{}", name.get(..LONGEST - 17).unwrap_or(""), digest.get(..16).unwrap_or(""));
    }
    format!("run_id={name}")
}

/// The file of the first run of its name.
pub(super) fn plain(folder: &str, stem: &str) -> String {
    format!("{folder}/{stem}{EXTENSION}")
}

/// The file of a run whose name another run has taken: it is told apart by what it is.
pub(super) fn beside(folder: &str, stem: &str, identity: &Digest) -> String {
    format!("{folder}/{}", beside_name(stem, identity))
}

fn beside_name(stem: &str, identity: &Digest) -> String {
    let identity = identity.to_string();
    format!("{stem}.{}{EXTENSION}", identity.get(..16).unwrap_or(""))
}

/// Whether the path is that of a run's file.
pub(super) fn is_run(path: &str) -> bool {
    path.ends_with(EXTENSION) && !path.contains(&format!("/{ENVELOPES}/"))
}

/// The name of a run's file without folder and ending: `run_id=...`.
pub(super) fn stem_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.strip_suffix(EXTENSION).unwrap_or(name)
}

/// Whether the file bears this name: that of a run, plain, beside another one, or as Python writes it;
/// or the file's own.
pub(super) fn bears(path: &str, run_id: &str) -> bool {
    let (found, ours) = (stem_of(path), stem(run_id));
    let suffixed = || {
        let suffix = found.strip_prefix(&ours).and_then(|rest| rest.strip_prefix('.'));
        suffix.is_some_and(|suffix| suffix.len() == 16 && suffix.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    found == ours || found == run_id || found.strip_prefix("run_id=") == Some(run_id) || suffixed()
}

/// The names that the file of a run can have: plain, as Python writes it, or beside another run of its name.
pub(super) fn names(run_id: &str, identities: &[Digest]) -> Vec<String> {
    let stem = stem(run_id);
    let mut names: Vec<String> = vec![format!("{stem}{EXTENSION}")];
    names.extend(identities.iter().map(|identity| beside_name(&stem, identity)));
    if is_file_name(run_id) {
        names.extend([format!("run_id={run_id}{EXTENSION}"), format!("{run_id}{EXTENSION}")]);
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// What the names of all files begin with that [`bears`] finds to bear this name.
pub(super) fn beginnings(run_id: &str) -> Vec<String> {
    let mut beginnings = vec![format!("{}.", stem(run_id))];
    if is_file_name(run_id) {
        beginnings.extend([format!("run_id={run_id}."), format!("{run_id}.")]);
    }
    beginnings.sort_unstable();
    beginnings.dedup();
    beginnings
}

/// Whether the text is one name in a folder, on every system.
pub(super) fn is_file_name(text: &str) -> bool {
    let strange = |c: char| matches!(c, '/' | '\\') || c.is_control();
    !text.is_empty() && !text.starts_with('.') && text.len() <= LONGEST && !text.contains(strange)
}

/// The folder of the copies of envelopes about the runs of a month.
pub(super) fn envelopes_of(project: &ProjectId, run_path: &str) -> Option<String> {
    let within = run_path.strip_prefix(project.as_str())?;
    let (month, _) = within.rsplit_once('/')?;
    Some(format!("{project}/{ENVELOPES}{month}"))
}

/// The copy of the envelope that decided about the run in this file, `project/year=/month=/...`.
pub(super) fn envelope(project: &ProjectId, run_path: &str, sha256: &Digest) -> String {
    format!("{}.{sha256}.json", envelope_prefix(project, run_path))
}

fn envelope_prefix(project: &ProjectId, run_path: &str) -> String {
    let within = run_path.strip_prefix(project.as_str()).unwrap_or(run_path);
    let within = within.strip_suffix(EXTENSION).unwrap_or(within);
    format!("{project}/{ENVELOPES}{within}")
}

/// The run's file and the digest that the name of an envelope's copy holds.
pub(super) fn of_envelope(project: &ProjectId, path: &str) -> Option<(String, Digest)> {
    let within = path.strip_prefix(&format!("{project}/{ENVELOPES}"))?.strip_suffix(".json")?;
    let (run, digest) = within.rsplit_once('.')?;
    Some((format!("{project}{run}{EXTENSION}"), digest.parse().ok()?))
}

/// The first moment of the month that a file lies in, for files that say nothing of their time.
pub(super) fn month_of(path: &str) -> Option<String> {
    let part = |key: &str| path.split('/').find_map(|part| part.strip_prefix(key));
    let (year, month) = (part("year=")?, part("month=")?);
    let text = format!("{year}-{month}-01T00:00:00Z");
    text.parse::<jiff::Timestamp>().is_ok().then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        bears, beginnings, beside, envelope, envelopes_of, month, month_of, names, of_envelope, plain, stem,
    };
    use crate::domain::{Digest, ProjectId};

    #[test]
    fn names_are_those_that_python_writes_where_they_are_harmless() {
        let folder = format!("p/{}", month("2026-06-30T23:59:59Z").unwrap());
        assert_eq!(plain(&folder, &stem("base-7b")), "p/year=2026/month=06/run_id=base-7b.parquet");
        assert_eq!(stem("Llama-3-8B::mmlu"), "run_id=Llama-3-8B%3A%3Ammlu");
        assert!(bears("p/year=2026/month=01/run_id=Llama-3-8B::mmlu.parquet", "Llama-3-8B::mmlu"));
        assert_eq!(month_of("p/year=2026/month=01/x.parquet").unwrap(), "2026-01-01T00:00:00Z");
        assert_eq!(month_of("p/year=2026/month=13/x.parquet"), None);
    }

    proptest! {
        #[test]
        fn no_run_id_leaves_its_folder(run_id in "\\PC{0,80}|[./\\\\%\\x00-\\x1f]{0,40}|a{200,300}") {
            let stem = stem(&run_id);
            let safe = |b: u8| b.is_ascii_alphanumeric() || b"._-%=".contains(&b);
            prop_assert!(stem.starts_with("run_id=") && stem.len() < 160 && stem.bytes().all(safe), "{}", stem);
            let digest = Digest::of(run_id.as_bytes());
            let project: ProjectId = "p".parse().unwrap();
            for path in [plain("p/year=2026/month=06", &stem), beside("p/year=2026/month=06", &stem, &digest)] {
                prop_assert!(bears(&path, &run_id));
                let name = path.rsplit('/').next().unwrap();
                prop_assert!(names(&run_id, &[digest]).iter().any(|known| known == name));
                prop_assert!(beginnings(&run_id).iter().any(|beginning| name.starts_with(beginning.as_str())));
                prop_assert!(envelope(&project, &path, &digest).starts_with(&envelopes_of(&project, &path).unwrap()));
                let copy = envelope(&project, &path, &digest);
                prop_assert_eq!(of_envelope(&project, &copy), Some((path, digest)));
            }
        }

        #[test]
        fn names_of_different_runs_differ(a in "[a-c:%._]{0,6}", b in "[a-c:%._]{0,6}") {
            prop_assert_eq!(a == b, stem(&a) == stem(&b));
        }
    }
}
