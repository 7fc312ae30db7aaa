//! Run files. Whatever the bytes: no panic, a refusal is one short line with a code of its own, and what is read is all
//! of the file, comes back from what we write, and is the same out of gzip.

use std::io::Write as _;

use evalsig::domain::{ClusterRule, Code, Diagnostic, RunFrame};
use evalsig::present::safe;
use evalsig::readers::{self, FileOrFolder, Folder, Format, ReadOptions, Reading, Source};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::{oracle, store};

/// Metrics that are asked for by name where a file holds several.
const METRICS: [&str; 8] =
    ["accuracy", "acc", "acc,none", "exact_match", "score", "match", "f1", "latency_ms"];

/// A row of a reading: item, epoch, cluster, score.
type Row = (String, u32, Option<String>, Option<f64>);

fn rows(run: &RunFrame) -> Vec<Row> {
    let mut rows: Vec<Row> = run
        .rows()
        .map(|item| {
            let score = item.score.ok().map(|score| score.get());
            (item.id.to_owned(), item.epoch, item.cluster.map(str::to_owned), score)
        })
        .collect();
    rows.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    rows
}

/// Reads a file of one format in the ways that a person may ask for, and holds each reading to what all must hold.
/// The reading without a wish is returned.
fn read(data: &[u8], format: Option<Format>) -> Option<Reading> {
    let usual = ReadOptions::default();
    let plain = held(data, format, &usual);
    match &plain {
        Ok(reading) => {
            let off = ReadOptions { cluster: ClusterRule::Off, ..usual.clone() };
            let without = held(data, format, &off).expect("what is read with clusters is read without");
            let scores =
                |run: &RunFrame| rows(run).into_iter().map(|row| (row.0, row.1, row.3)).collect::<Vec<_>>();
            assert_eq!(scores(&reading.run), scores(&without.run), "clusters change no score");
            let deep = ReadOptions { deep: true, ..usual };
            if let Ok(deep) = held(data, format, &deep) {
                assert_eq!(rows(&reading.run), rows(&deep.run), "a deep reading reads the same");
            }
        }
        Err(error) if error.code == Code::RunAmbiguous => {
            for metric in METRICS {
                let asked = ReadOptions { metric: Some(metric.to_owned()), ..usual.clone() };
                let _ = held(data, format, &asked);
            }
        }
        Err(_) => {}
    }
    plain.ok()
}

fn held(data: &[u8], format: Option<Format>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    let read = readers::read(data, format, options);
    match &read {
        Err(error) => refused_in_short(error),
        Ok(reading) => {
            whole(reading);
            written_and_read(reading);
        }
    }
    read
}

/// A refusal has a code that is not our own fault, and whoever prints it makes one line of it.
pub fn refused_well(error: &Diagnostic) {
    let text = error.to_string();
    assert!(error.code != Code::Bug, "{text}");
    assert!(!safe::line(&text).contains(char::is_control), "{text:?}");
}

/// That of a file that people look at is short, and shows no control character as it is.
pub fn refused_in_short(error: &Diagnostic) {
    refused_well(error);
    let text = error.to_string();
    assert!(text.len() < 4096, "{} bytes: {}...", text.len(), text.chars().take(200).collect::<String>());
    assert!(!text.contains(char::is_control), "{text:?}");
}

/// What a reading says of itself agrees with what it holds.
fn whole(reading: &Reading) {
    let run = &reading.run;
    let unscored: usize = run.unscored().values().sum();
    assert!(!run.is_empty());
    assert_eq!(run.scores().count() + unscored, run.len());
    assert!(run.scores().all(f64::is_finite));
    assert!(run.item_count() <= run.len());
    let mut keys: Vec<_> = run.rows().map(|item| (item.id, item.epoch)).collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), run.len(), "an item stands twice in an epoch");
    assert!(!reading.metrics.is_empty());
}

/// What was read is read again from what we write: RunFrame JSON, and Parquet of the store.
fn written_and_read(reading: &Reading) {
    let run = &reading.run;
    let json = evalsig::present::run::json(run, None).expect("a run is written");
    let again = readers::read(json.as_bytes(), Some(Format::RunFrame), &ReadOptions::default());
    let again = again.unwrap_or_else(|error| panic!("{error}\n{json}"));
    assert_eq!(rows(run), rows(&again.run));
    assert_eq!(run.metadata(), again.run.metadata());
    store::kept(run);
}

/// `rows` were counted in the file by other means.
fn counted(reading: &Reading, rows: Option<usize>) {
    if let Some(rows) = rows {
        assert_eq!(reading.run.len(), rows, "rows of the reading, and of the file");
    }
}

fn same_out_of_gzip(data: &[u8], format: Option<Format>, reading: &Reading) {
    if data.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(data).expect("memory");
    let packed = packed.finish().expect("memory");
    let again = readers::read(&packed, format, &ReadOptions::default());
    assert_eq!(again.as_ref(), Ok(reading), "out of gzip");
}

fn holds(data: &[u8], format: Format, count: impl Fn(&[u8], &Reading) -> Option<usize>) -> Option<Reading> {
    let reading = read(data, Some(format))?;
    assert_eq!(reading.format, format);
    counted(&reading, count(data, &reading));
    same_out_of_gzip(data, Some(format), &reading);
    Some(reading)
}

/// In whatever format the bytes show.
pub fn detect(data: &[u8]) {
    let found = read(data, None);
    for format in Format::ALL {
        match (readers::read(data, Some(*format), &ReadOptions::default()), &found) {
            (Ok(asked), Some(found)) if found.format == *format => assert_eq!(asked, *found),
            (Err(error), _) => refused_well(&error),
            (Ok(_), _) => {}
        }
    }
}

/// Bytes of gzip as they came; the rest of the input where they are none.
pub fn gzip(data: &[u8]) {
    let _ = read(data, None);
    let forced: Vec<u8> = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], data].concat();
    let _ = read(&forced, None);
}

/// RunFrame JSON, held against `serde_json` and the plain definition.
pub fn runframe(data: &[u8]) {
    let Some(reading) = read(data, Some(Format::RunFrame)) else { return };
    same_out_of_gzip(data, Some(Format::RunFrame), &reading);
    let value = oracle::json(data).or_else(|| oracle::python_json(data));
    let value = value.expect("what is read is JSON, or JSON as Python writes it");
    let plain = oracle::runframe_rows(&value).expect("items with names");
    let ours = reading
        .run
        .rows()
        .map(|item| (item.id.to_owned(), u64::from(item.epoch), item.score.ok().map(|score| score.get())));
    assert_eq!(ours.collect::<Vec<_>>(), plain);
    for (member, name) in [
        ("run_id", &reading.run.metadata().run_id),
        ("model_id", &reading.run.metadata().model_id),
        ("task_id", &reading.run.metadata().task_id),
        ("metric_name", &reading.run.metadata().metric_name),
    ] {
        assert_eq!(value.get(member).and_then(Value::as_str), Some(name.as_str()), "{member}");
    }
}

/// Parquet.
pub fn parquet(data: &[u8]) {
    holds(data, Format::Parquet, |data, _| super::parquet_rows::count(data));
}

/// Details of lighteval: a row a document.
pub fn lighteval(data: &[u8]) {
    holds(data, Format::Lighteval, |data, _| super::parquet_rows::count(data));
}

/// An `.eval` archive as it came.
pub fn eval(data: &[u8]) {
    holds(data, Format::Inspect, |_, _| None);
}

/// An `.eval` archive made of the input: members stand after lines of `=== name`. Checksums of a zip would otherwise
/// refuse every change of a member.
pub fn eval_members(data: &[u8]) {
    let Some(archive) = zipped(data) else { return };
    holds(&archive, Format::Inspect, |_, _| None);
}

/// A workbook as it came.
pub fn xlsx(data: &[u8]) {
    holds(data, Format::Xlsx, |_, _| None);
}

/// A workbook made of the input, as an archive is by [`eval_members`]. A run has no more items than its sheets have rows
/// below the one with the names.
pub fn xlsx_members(data: &[u8]) {
    let Some(archive) = zipped(data) else { return };
    holds(&archive, Format::Xlsx, |_, reading| {
        let rows = data.windows(4).filter(|window| window == b"<row" || window == b":row").count();
        assert!(reading.run.len() < rows.max(1), "{} items, {rows} rows", reading.run.len());
        None
    });
}

/// The members of an input, as a zip archive.
pub fn zipped(data: &[u8]) -> Option<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, member) in sections(data) {
        archive.start_file(name, options).ok()?;
        archive.write_all(member).ok()?;
    }
    archive.finish().ok().map(std::io::Cursor::into_inner)
}

/// The parts of an input that is several files: each stands after a line `=== name`.
pub fn sections(data: &[u8]) -> Vec<(String, &[u8])> {
    let mut found: Vec<(String, usize, usize)> = Vec::new();
    let mut at = 0;
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let end = at + line.len();
        match line.strip_prefix(b"=== ") {
            Some(name) => {
                let name = String::from_utf8_lossy(name.strip_suffix(b"\n").unwrap_or(name)).into_owned();
                found.push((name, end, end));
            }
            None => found.iter_mut().last().into_iter().for_each(|(.., to)| *to = end),
        }
        at = end;
    }
    found
        .into_iter()
        .take(64)
        .map(|(name, from, to)| (name, data.get(from..to).unwrap_or_default()))
        .collect()
}

/// An Inspect log as JSON.
pub fn inspect(data: &[u8]) {
    holds(data, Format::Inspect, |data, _| {
        let value = oracle::json(data).or_else(|| oracle::python_json(data))?;
        Some(value.get("samples")?.as_array()?.len())
    });
}

/// Samples of lm-evaluation-harness: each line is a document under one filter.
pub fn lm_eval(data: &[u8]) {
    holds(data, Format::LmEval, |data, _| {
        let text = std::str::from_utf8(data).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines: Vec<&str> = text.split('\n').filter(|line| !line.trim().is_empty()).collect();
        let filter = |line: &&str| Some(oracle::python_json(line.as_bytes())?.get("filter").cloned());
        let filters: Option<Vec<Option<Value>>> = lines.iter().map(filter).collect();
        let filters = filters?;
        let one = filters.first()?;
        filters.iter().all(|filter| filter == one).then_some(lines.len())
    });
}

/// HELM's scores by instance: a row for each instance and trial that was not perturbed.
pub fn helm(data: &[u8]) {
    holds(data, Format::Helm, |data, _| {
        let value = oracle::json(data).or_else(|| oracle::python_json(data))?;
        let perturbed = |value: &Value| !value.get("perturbation").unwrap_or(&Value::Null).is_null();
        let mut keys = std::collections::BTreeSet::new();
        let mut splits = std::collections::BTreeSet::new();
        for record in value.as_array()?.iter().filter(|record| !perturbed(record)) {
            let trial = record.get("train_trial_index").and_then(Value::as_u64).unwrap_or(0);
            keys.insert((oracle::name(record.get("instance_id")?)?, trial));
            for stat in record.get("stats")?.as_array()? {
                splits.insert(stat.get("name")?.get("split").map(Value::to_string));
            }
        }
        (splits.len() == 1).then_some(keys.len())
    });
}

/// promptfoo's results, whole or a line each.
pub fn promptfoo(data: &[u8]) {
    holds(data, Format::Promptfoo, |data, _| {
        let whole = oracle::json(data).or_else(|| oracle::python_json(data));
        match whole.as_ref().and_then(|value| value.get("results")?.get("results")?.as_array()) {
            Some(results) => Some(results.len()),
            None => Some(oracle::lines(data)),
        }
    });
}

/// A test run of DeepEval: a row a test case.
pub fn deepeval(data: &[u8]) {
    holds(data, Format::DeepEval, |data, _| {
        let value = oracle::json(data).or_else(|| oracle::python_json(data))?;
        let run = value.get("testRunData").unwrap_or(&value);
        let cases = |field: &str| run.get(field).and_then(Value::as_array).map_or(0, Vec::len);
        Some(cases("testCases") + cases("conversationalTestCases"))
    });
}

/// Instances of Every Eval Ever: a row a line.
pub fn eee(data: &[u8]) {
    holds(data, Format::Eee, |data, _| Some(oracle::lines(data)));
}

/// Results of tau-bench and tau2-bench: a row a trial.
pub fn tau_bench(data: &[u8]) {
    holds(data, Format::TauBench, |data, _| {
        let value = oracle::json(data).or_else(|| oracle::python_json(data))?;
        let of = |field: &str| value.get(field).and_then(Value::as_array).map_or(0, Vec::len);
        let trials = if of("simulations") > 0 { of("simulations") } else { of("simulation_index") };
        Some(value.as_array().map_or(trials, Vec::len))
    });
}

/// A report of SWE-bench: a row an instance that was submitted.
pub fn swe_bench(data: &[u8]) {
    holds(data, Format::SweBench, |data, _| {
        let value = oracle::json(data).or_else(|| oracle::python_json(data))?;
        let lists = ["resolved_ids", "unresolved_ids", "empty_patch_ids", "error_ids"];
        Some(lists.iter().filter_map(|list| value.get(list)?.as_array()).map(Vec::len).sum())
    });
}

/// A log of openai/evals: a row a sample, where each was scored once.
pub fn openai_evals(data: &[u8]) {
    holds(data, Format::OpenAiEvals, |data, _| {
        let text = std::str::from_utf8(data).ok()?;
        let mut samples = std::collections::BTreeSet::new();
        let mut scored = std::collections::BTreeSet::new();
        for line in text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty()) {
            let event = oracle::python_json(line.as_bytes())?;
            let Some(id) = event.get("sample_id").filter(|id| !id.is_null()) else { continue };
            let id = oracle::name(id)?;
            let kind = event.get("type").and_then(Value::as_str).unwrap_or("").to_owned();
            if matches!(&*kind, "match" | "metrics") && !scored.insert((id.clone(), kind)) {
                return None;
            }
            samples.insert(id);
        }
        Some(samples.len())
    });
}

/// JSON Lines: a row a line; or a list with a row an element.
pub fn jsonl(data: &[u8]) {
    holds(data, Format::Jsonl, |data, _| {
        let list = oracle::json(data).or_else(|| oracle::python_json(data));
        match list.as_ref().and_then(Value::as_array) {
            Some(rows) => Some(rows.len()),
            None => Some(oracle::lines(data)),
        }
    });
}

/// CSV: a row for each record after the first.
pub fn csv(data: &[u8]) {
    holds(data, Format::Csv, |data, _| {
        if super::csv_rows::tells_separator(data) {
            None
        } else {
            Some(super::csv_rows::records(data)?.len() - 1)
        }
    });
}

/// The samples of a task with the results of its run beside them: the input holds both, after lines of `=== name`.
pub fn lm_eval_folder(data: &[u8]) {
    let files = sections(data).into_iter().map(|(name, bytes)| (name, bytes.to_vec())).collect();
    let folder = FileOrFolder::Folder(Box::new(Files(files)));
    match readers::read_file(&folder, None, &ReadOptions::default()) {
        Ok(read) => {
            whole(&read.reading);
            written_and_read(&read.reading);
        }
        Err(error) => refused_well(&error),
    }
}

/// A folder in memory.
#[derive(Clone)]
struct Files(Vec<(String, Vec<u8>)>);

/// A file of it.
struct FileOf {
    path: String,
    bytes: Vec<u8>,
    folder: Files,
}

impl Folder for Files {
    fn path(&self) -> &str {
        "run"
    }

    fn names(&self) -> Result<Vec<String>, Diagnostic> {
        let mut names: Vec<String> = self.0.iter().map(|(name, _)| name.clone()).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn open(&self, name: &str) -> Result<Box<dyn Source>, Diagnostic> {
        let found = self.0.iter().find(|(other, _)| other == name);
        let (_, bytes) = found.ok_or_else(|| Code::FileUnreadable.at("run").what("is not there"))?;
        Ok(Box::new(FileOf { path: format!("run/{name}"), bytes: bytes.clone(), folder: self.clone() }))
    }
}

impl Source for FileOf {
    fn path(&self) -> &str {
        &self.path
    }

    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn stream(&self) -> Box<dyn readers::Stream + '_> {
        Box::new(std::io::Cursor::new(&self.bytes[..]))
    }

    fn is_unchanged(&self) -> bool {
        true
    }

    fn folder(&self) -> Option<&dyn Folder> {
        Some(&self.folder)
    }
}
