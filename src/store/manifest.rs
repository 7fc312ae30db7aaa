//! `manifest.json`: the index that Python evalsig 0.1.2 lists runs by. It is derived from the files,
//! so a damaged one costs nothing but the time to read them.

use serde::{Deserialize, Serialize};

use super::errors;
use super::run_facts::RunFacts;
use crate::domain::{Diagnostic, ProjectId};

/// The version that is written.
const VERSION: u64 = 1;

/// One run. Python builds its record from exactly these keys: one more, and it reads none of them, so
/// no version 1 has more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManifestRecord {
    /// What the run calls itself.
    pub run_id: String,
    /// The model.
    pub model_id: String,
    /// The task.
    pub task_id: String,
    /// The metric.
    pub metric_name: String,
    /// When it was stored: ISO 8601, UTC.
    pub ts: String,
    /// Its file, from the project's folder.
    pub path: String,
    /// Rows: items times epochs.
    pub n_items: u64,
    /// Hash of the evaluation's configuration; empty where the tool gives none.
    #[serde(default)]
    pub config_hash: Option<String>,
    /// Delta of the decision about it, where it was the candidate.
    #[serde(default)]
    pub delta: Option<f64>,
    /// The p-value of that decision.
    #[serde(default)]
    pub p_value: Option<f64>,
    /// Its verdict.
    #[serde(default)]
    pub verdict: Option<String>,
    /// The baseline that it was compared with.
    #[serde(default)]
    pub parent_run_id: Option<String>,
}

impl ManifestRecord {
    /// The record of a run whose file lies at `path`, from the project's folder.
    #[must_use]
    pub(super) fn of(facts: &RunFacts, path: &str) -> Self {
        let decided = facts.decided.as_ref();
        Self {
            run_id: facts.run_id.clone(),
            model_id: facts.model_id.clone(),
            task_id: facts.task_id.clone(),
            metric_name: facts.metric_name.clone(),
            ts: python_time(&facts.ts),
            path: path.to_owned(),
            n_items: facts.n_items,
            config_hash: Some(facts.config_hash.clone()),
            delta: decided.map(|decided| decided.delta),
            p_value: decided.map(|decided| decided.p_value),
            verdict: decided.map(|decided| decided.verdict.as_str().to_owned()),
            parent_run_id: decided.map(|decided| decided.parent_run_id.clone()),
        }
    }

    /// When it was stored. A time without an offset is UTC, as Python means it.
    #[must_use]
    pub fn time(&self) -> Option<jiff::Timestamp> {
        self.ts.parse().ok().or_else(|| {
            let local: jiff::civil::DateTime = self.ts.parse().ok()?;
            Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
        })
    }
}

/// `2026-06-30T18:05:00+00:00`: Python compares these texts letter by letter.
fn python_time(ts: &str) -> String {
    ts.strip_suffix('Z').map_or_else(|| ts.to_owned(), |time| format!("{time}+00:00"))
}

/// What a manifest said, as far as it can be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Manifest {
    pub(super) records: Vec<ManifestRecord>,
    /// What is wrong with it, in words.
    pub(super) damage: Option<String>,
    /// A newer version wrote it: it is read, and left alone.
    pub(super) newer: bool,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    version: Option<u64>,
    runs: Vec<ManifestRecord>,
}

/// Reads a manifest. Of a damaged one the records that are whole still count: what Python decided
/// about its runs stands nowhere else.
pub(super) fn read(bytes: &[u8]) -> Manifest {
    let text = String::from_utf8_lossy(bytes);
    match serde_json::from_str::<Document>(&text) {
        Ok(Document { version, runs }) => {
            Manifest { newer: version.is_some_and(|version| version > VERSION), records: runs, damage: None }
        }
        Err(error) => {
            // Python writes numbers that JSON does not have.
            let strict = text.replace("\": NaN", "\": null").replace("\": Infinity", "\": null");
            let strict = strict.replace("\": -Infinity", "\": null");
            Manifest { records: salvage(&strict), damage: Some(error.to_string()), newer: false }
        }
    }
}

/// The records that are whole, wherever they stand in the text.
fn salvage(text: &str) -> Vec<ManifestRecord> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('{') {
        let here = rest.get(start..).unwrap_or_default();
        let mut stream = serde_json::Deserializer::from_str(here).into_iter::<ManifestRecord>();
        match stream.next() {
            Some(Ok(record)) => {
                rest = here.get(stream.byte_offset()..).unwrap_or_default();
                found.push(record);
            }
            _ => rest = here.get(1..).unwrap_or_default(),
        }
    }
    found
}

/// The newest records of a manifest, from bytes that it ends with, and the time of the oldest of them. `None` where the
/// end does not show that they are the newest: it is cut, or not in ascending order of time.
pub(super) fn newest(end: &[u8]) -> Option<(Vec<ManifestRecord>, jiff::Timestamp)> {
    let text = String::from_utf8_lossy(end);
    let closed = text.trim_end().strip_suffix('}')?.trim_end();
    let records = closed.ends_with(']').then(|| salvage(closed))?;
    let times: Vec<jiff::Timestamp> = records.iter().map(ManifestRecord::time).collect::<Option<_>>()?;
    let oldest = *times.first()?;
    times.is_sorted().then_some((records, oldest))
}

/// The bytes of a manifest, in ASCII: Python reads them in whatever encoding its locale has.
///
/// # Errors
/// `internal-error` where a number is not finite.
pub(super) fn bytes(project: &ProjectId, records: &[&ManifestRecord]) -> Result<Vec<u8>, Diagnostic> {
    #[derive(Serialize)]
    struct Written<'a> {
        project_id: &'a str,
        version: u64,
        runs: &'a [&'a ManifestRecord],
    }
    let document = Written { project_id: project.as_str(), version: VERSION, runs: records };
    let text = serde_json::to_string_pretty(&document).map_err(|error| errors::manifest_not_built(&error))?;
    let mut ascii = Vec::with_capacity(text.len());
    let mut units = [0; 2];
    for c in text.chars() {
        if c.is_ascii() {
            ascii.push(c as u8);
            continue;
        }
        // Outside ASCII there are only texts, in which JSON takes escapes.
        for unit in c.encode_utf16(&mut units) {
            ascii.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
    }
    Ok(ascii)
}

#[cfg(test)]
mod tests {
    use super::{bytes, newest, read};

    const WHOLE: &str = r#"{"project_id": "p", "version": 1, "runs": [
        {"run_id": "a \u00e9 {", "model_id": "m", "task_id": "t", "metric_name": "acc", "ts": "2026-01-15T09:30:00+00:00",
         "path": "year=2026/month=01/run_id=a.parquet", "n_items": 3, "config_hash": "", "delta": null, "p_value": null,
         "verdict": null, "parent_run_id": null},
        {"run_id": "b", "model_id": "m", "task_id": "t", "metric_name": "acc", "ts": "2026-02-01T00:00:00",
         "path": "year=2026/month=02/run_id=b.parquet", "n_items": 3, "delta": 0.1, "verdict": "ALLOW"}]}"#;

    #[test]
    fn what_is_written_is_ascii_and_reads_back() {
        let whole = read(WHOLE.as_bytes());
        assert_eq!((whole.records.len(), whole.damage.is_none()), (2, true));
        assert_eq!(whole.records[1].time().unwrap().to_string(), "2026-02-01T00:00:00Z");
        let written = bytes(&"p".parse().unwrap(), &whole.records.iter().collect::<Vec<_>>()).unwrap();
        assert!(written.is_ascii());
        assert_eq!(read(&written).records, whole.records);
    }

    #[test]
    fn a_manifest_cut_anywhere_keeps_its_whole_records() {
        let first = WHOLE.find("},").unwrap();
        for end in 0..WHOLE.len() {
            let cut = read(&WHOLE.as_bytes()[..end]);
            assert!(cut.damage.is_some(), "{end}");
            let second = WHOLE.rfind("}]}").unwrap();
            assert_eq!(cut.records.len(), usize::from(end > first) + usize::from(end > second), "{end}");
        }
    }

    #[test]
    fn the_end_of_a_manifest_gives_its_newest_records_or_nothing() {
        let all = read(WHOLE.as_bytes()).records;
        let second = WHOLE.rfind("{\"run_id\"").unwrap();
        for start in 0..=second {
            let (found, oldest) = newest(&WHOLE.as_bytes()[start..]).unwrap();
            assert!(all.ends_with(&found) && !found.is_empty(), "{start}");
            assert_eq!(Some(oldest), found[0].time());
        }
        assert_eq!(newest(&WHOLE.as_bytes()[second + 1..]), None, "no whole record");
        assert_eq!(newest(&WHOLE.as_bytes()[..WHOLE.len() - 1]), None, "cut");
        let turned = WHOLE.replace("2026-02-01", "2025-02-01");
        assert_eq!(newest(turned.as_bytes()), None, "not in order");
    }
}
