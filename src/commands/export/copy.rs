//! Files on their way into an export, each held to what names it.

use std::collections::BTreeSet;

use super::target::ExportTarget;
use crate::domain::{Code, Diagnostic, Digest};
use crate::envelope::{self, plan_lock, statement, v1, waiver};
use crate::present::export;
use crate::present::page::index;
use crate::present::safe::hides;
use crate::readers::runframe_schema;
use crate::report::export::{Document, Export, File, Hashed, Missing, SUMS};
use crate::store::{ObjectStore, RecordedRun, is_inside, recorded_run};
use crate::trail::{EntryKind, EntryLine, MAX_FILE, TrailFiles};

/// The folder of the runs.
const RUNS: &str = "runs";

pub(super) struct Copy<'a> {
    target: &'a mut dyn ExportTarget,
    pub(super) export: &'a mut Export,
    /// The runs that are here, by path and digest.
    runs: BTreeSet<(String, String)>,
    /// What the entries that are here stand for.
    kinds: BTreeSet<EntryKind>,
    /// Whether a decision about a suite is among them.
    pub(super) suites: bool,
    /// What the table shows of each decision.
    pub(super) rows: Vec<index::Row>,
}

impl<'a> Copy<'a> {
    pub(super) fn begin(target: &'a mut dyn ExportTarget, export: &'a mut Export) -> Self {
        Self {
            target,
            export,
            runs: BTreeSet::new(),
            kinds: BTreeSet::new(),
            suites: false,
            rows: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        self.target.add(path, bytes)?;
        let (sha256, bytes) = (Digest::of(bytes).to_string(), bytes.len() as u64);
        self.export.files.push(File { path: path.to_owned(), sha256, bytes });
        Ok(())
    }

    /// An envelope and its entry, with the bytes that were verified. Gives those of the envelope.
    pub(super) fn entry(&mut self, source: &dyn TrailFiles, line: &EntryLine) -> Result<Vec<u8>, Diagnostic> {
        let envelope = verified(source, &line.path, line.sha256)?;
        self.kinds.insert(line.kind);
        self.add(&line.path, &envelope)?;
        self.add(&line.entry_path, &verified(source, &line.entry_path, line.entry_sha256)?)?;
        Ok(envelope)
    }

    /// Signatures, certificates and time stamps. Gives the paths of those that are here.
    pub(super) fn beside(
        &mut self,
        source: &dyn TrailFiles,
        line: &EntryLine,
    ) -> Result<Vec<String>, Diagnostic> {
        let mut found = Vec::new();
        for path in &line.beside {
            if self.loose(source, path, &line.path)? {
                found.push(path.clone());
            }
        }
        Ok(found)
    }

    /// A file that nothing in the chain names. Says whether it is here.
    pub(super) fn loose(
        &mut self,
        source: &dyn TrailFiles,
        path: &str,
        envelope: &str,
    ) -> Result<bool, Diagnostic> {
        if !is_safe(path) {
            self.misses(path, envelope, None, "its name could mean another place, so it was left out");
            return Ok(false);
        }
        let bytes = source.read(path)?;
        if bytes.len() > MAX_FILE {
            self.misses(path, envelope, None, "is longer than 1 MiB, which no file of a trail is");
            return Ok(false);
        }
        self.add(path, &bytes)?;
        Ok(true)
    }

    /// A plan or a waiver of the range.
    pub(super) fn document(
        &mut self,
        line: &EntryLine,
        index: u64,
        bytes: &[u8],
        beside: Vec<String>,
    ) -> Result<(), Diagnostic> {
        let about = match line.kind {
            EntryKind::Plan => plan_lock::parse(bytes).map(|plan| plan.in_short()),
            EntryKind::Decision | EntryKind::Waiver => waiver::parse(bytes).map(|waiver| waiver.in_short()),
        };
        self.export.documents.push(Document {
            index,
            kind: line.kind.to_string(),
            release_id: line.release.clone(),
            number: line.number,
            recorded_at: line.decided_at.clone(),
            // A newer version may say more than this one can put into words.
            about: about.ok(),
            envelope: hashed(&line.path, line.sha256)?,
            entry: hashed(&line.entry_path, line.entry_sha256)?,
            beside,
        });
        Ok(())
    }

    /// A stored run, with the bytes that the envelope names. Gives its path, if it is here.
    pub(super) fn run(
        &mut self,
        run: &v1::StoredRun,
        envelope: &str,
        place: &dyn ObjectStore,
    ) -> Result<Option<String>, Diagnostic> {
        let path = format!("{RUNS}/{}", run.path);
        let sha256 = Some(run.sha256.as_str());
        let key = (run.path.clone(), run.sha256.clone());
        if self.runs.contains(&key) {
            return Ok(Some(path));
        }
        let found = if is_safe(&run.path) { recorded_run(place, run)? } else { RecordedRun::OutsideStore };
        let why = match found {
            RecordedRun::Read(bytes) => {
                self.add(&path, &bytes)?;
                self.runs.insert(key);
                return Ok(Some(path));
            }
            RecordedRun::OutsideStore => "the path leads out of the store, so nothing was read".to_owned(),
            RecordedRun::Missing => "is not in the store".to_owned(),
            RecordedRun::Changed(found) => format!("the store holds other bytes, SHA-256 {found}"),
        };
        self.misses(&path, envelope, sha256, &why);
        Ok(None)
    }

    pub(super) fn misses(&mut self, what: &str, envelope: &str, sha256: Option<&str>, why: &str) {
        let missing = Missing {
            what: what.to_owned(),
            envelope: envelope.to_owned(),
            sha256: sha256.map(str::to_owned),
            why: why.to_owned(),
        };
        self.export.missing.push(missing);
    }

    /// What the export says of itself, and the sums of everything.
    pub(super) fn describe(mut self) -> Result<(), Diagnostic> {
        let has = |kind: EntryKind| self.kinds.contains(&kind);
        let further = [
            has(EntryKind::Plan).then(|| ("plan.v1", plan_lock::schema())),
            has(EntryKind::Waiver).then(|| ("waiver.v1", waiver::schema())),
            self.suites.then(|| ("audit.v2", envelope::suite_schema())),
        ];
        let schemas = [
            ("audit.v1", envelope::schema()),
            ("export.v1", export::schema()),
            ("runframe.v1", runframe_schema()),
            ("verdict.v1", statement::schema()),
        ];
        for (name, schema) in schemas.into_iter().chain(further.into_iter().flatten()) {
            let path = format!("schemas/{name}.schema.json");
            self.add(&path, format!("{:#}\n", schema.as_value()).as_bytes())?;
        }
        let page = index::render(self.export, &self.rows);
        self.add("index.html", page.as_bytes())?;
        let readme = export::readme(self.export);
        self.add("README.txt", readme.as_bytes())?;
        self.export.files.sort();
        let index = export::index(self.export)?;
        self.add("export.json", index.as_bytes())?;
        self.export.files.sort();
        let sums = export::checksums(&self.export.files);
        self.add(SUMS, sums.as_bytes())
    }
}

/// The bytes of a file as they were when the chain was judged.
fn verified(source: &dyn TrailFiles, path: &str, sha256: Option<Digest>) -> Result<Vec<u8>, Diagnostic> {
    let bytes = source.read(path)?;
    if sha256 == Some(Digest::of(&bytes)) {
        return Ok(bytes);
    }
    Err(Code::FileUnreadable.at(source.shown(path)).what("changed while it was exported").next("run again"))
}

/// A file that was verified, as the index names it.
pub(super) fn hashed(path: &str, sha256: Option<Digest>) -> Result<Hashed, Diagnostic> {
    Ok(Hashed { path: path.to_owned(), sha256: named(path, sha256)? })
}

/// The digest of a file that was verified.
pub(super) fn named(path: &str, sha256: Option<Digest>) -> Result<String, Diagnostic> {
    sha256.map(|sha256| sha256.to_string()).ok_or_else(|| Code::Bug.at(path).what("has no digest"))
}

/// Whether a path leads to one place below the export, on every system, and reads as what it is.
fn is_safe(path: &str) -> bool {
    is_inside(path) && !path.chars().any(hides)
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn no_path_leads_out() {
        for path in ["default/year=2026/month=01/run_id=a%3Ab.parquet", "audit/v1/ü b.sig", "a/.hidden"] {
            assert!(is_safe(path), "{path}");
        }
        for path in
            ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/./b", "a/", "a\\..\\b", "a\nb", "a\u{202e}b"]
        {
            assert!(!is_safe(path), "{path:?}");
        }
    }
}
