//! `doctor`: what is in each run file, what is wrong with it, and what a gate would make of a pair.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Files, Outcome, Output};
use crate::domain::words::{count, percent};
use crate::domain::{
    Alpha, Claim, ClusterRule, Code, Diagnostic, Digest, Direction, EpochRule, Exit, Fraction, MethodChoice,
    MissingRule, Plan, Rule, RunFrame, Sides,
};
use crate::inference::{self, Sample};
use crate::pairing::pair;
use crate::present::{json, safe};
use crate::readers::{self, Format, ReadFile, ReadOptions};

/// What `doctor` is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct DoctorRequest {
    /// Run files; two of them are a pair.
    pub files: Vec<String>,
    /// Format of all; `None` detects it.
    pub format: Option<Format>,
    /// Metric to expect.
    pub metric: Option<String>,
    /// Where clusters are found.
    pub cluster: ClusterRule,
    /// Shape of the answer.
    pub output: Output,
}

/// What was found in one file.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Finding {
    path: String,
    ok: bool,
    problem: Option<String>,
    run: Option<RunFacts>,
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct RunFacts {
    sha256: String,
    format: String,
    run_id: String,
    model_id: String,
    task_id: String,
    metric: String,
    items: usize,
    rows: usize,
    mean: Option<f64>,
    unscored: BTreeMap<&'static str, usize>,
    clusters: Option<ClusterFacts>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct ClusterFacts {
    count: usize,
    smallest: usize,
    largest: usize,
    effective: f64,
}

/// What a gate would make of the pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct PairFacts {
    pairs: usize,
    only_baseline: usize,
    only_candidate: usize,
    coverage: f64,
    method: String,
    reason: String,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Checkup {
    files: Vec<Finding>,
    pair: Option<PairFacts>,
    problem: Option<String>,
}

/// Checks every file, and two files as a pair. A bad file does not keep the others from being
/// checked; the exit code says whether any is bad.
///
/// # Errors
/// `internal-error` if the answer cannot be written as JSON.
pub fn doctor(request: &DoctorRequest, files: &dyn Files) -> Result<Outcome, Diagnostic> {
    let (findings, runs): (Vec<_>, Vec<_>) =
        request.files.iter().map(|path| examine(path, request, files)).unzip();
    let mut checkup = Checkup { files: findings, pair: None, problem: None };
    if let [Some(baseline), Some(candidate)] = &runs[..] {
        match match_up(baseline, candidate, request) {
            Ok(facts) => checkup.pair = Some(facts),
            Err(error) => checkup.problem = Some(error.to_string()),
        }
    }
    let healthy = checkup.problem.is_none() && checkup.files.iter().all(|file| file.ok);
    Ok(Outcome {
        stdout: match request.output {
            Output::Json => json::text(&checkup)?,
            Output::Tty | Output::Markdown => page(&checkup),
        },
        stderr: String::new(),
        exit: if healthy { 0 } else { Exit::Data.code() },
    })
}

fn examine(path: &str, request: &DoctorRequest, files: &dyn Files) -> (Finding, Option<RunFrame>) {
    let options = ReadOptions {
        metric: request.metric.clone(),
        cluster: request.cluster.clone(),
        ..ReadOptions::default()
    };
    let read = files.open(path).and_then(|named| readers::read_file(&named, request.format, &options));
    match read {
        Err(error) => {
            let finding = Finding {
                path: path.to_owned(),
                ok: false,
                problem: Some(error.to_string()),
                run: None,
                notes: Vec::new(),
            };
            (finding, None)
        }
        Ok(ReadFile { identity, reading, .. }) => {
            let facts = facts(&reading.run, identity.digest, reading.format);
            let unscored = !facts.unscored.is_empty();
            let finding = Finding {
                path: path.to_owned(),
                ok: !unscored,
                problem: unscored.then(|| {
                    format!(
                        "some rows carry no score; gate refuses the run unless --missing exclude [{}]",
                        Code::UnscoredItems.as_str()
                    )
                }),
                run: Some(facts),
                notes: reading.notes,
            };
            (finding, Some(reading.run))
        }
    }
}

fn facts(run: &RunFrame, digest: Digest, format: Format) -> RunFacts {
    let names = run.names();
    let mut items = 0;
    let mut last = None;
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for item in run.sorted() {
        if last != Some(item.id) {
            items += 1;
            last = Some(item.id);
            if let Some(cluster) = item.cluster {
                *sizes.entry(cluster).or_insert(0) += 1;
            }
        }
    }
    let scores: Vec<f64> = run.rows().filter_map(|item| item.score.ok()).map(|score| score.get()).collect();
    RunFacts {
        sha256: digest.to_string(),
        format: format.as_str().into(),
        run_id: names.run_id.clone(),
        model_id: names.model_id.clone(),
        task_id: names.task_id.clone(),
        metric: names.metric_name.clone(),
        items,
        rows: run.len(),
        mean: (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64),
        unscored: run.unscored().into_iter().map(|(why, count)| (why.as_str(), count)).collect(),
        clusters: (!sizes.is_empty()).then(|| {
            let squares: usize = sizes.values().map(|m| m * m).sum();
            ClusterFacts {
                count: sizes.len(),
                smallest: sizes.values().min().copied().unwrap_or(0),
                largest: sizes.values().max().copied().unwrap_or(0),
                effective: (items * items) as f64 / squares as f64,
            }
        }),
    }
}

/// Pairs with a plan that refuses nothing, so that the report shows rather than stops.
fn match_up(
    baseline: &RunFrame,
    candidate: &RunFrame,
    request: &DoctorRequest,
) -> Result<PairFacts, Diagnostic> {
    let (Some(alpha), Some(power), Some(coverage)) =
        (Alpha::new(0.05), Fraction::new(0.8), Fraction::new(0.95))
    else {
        return Err(Code::Bug.at("doctor").what("has no default plan"));
    };
    let plan = Plan {
        claim: Claim::Above { min_delta: 0.0 },
        rule: Rule::Interval,
        alpha,
        power,
        planned_delta: None,
        sides: Sides::One,
        method: MethodChoice::Auto,
        resamples: 100,
        seed: 0,
        direction: baseline.direction().or(candidate.direction()).unwrap_or(Direction::HigherIsBetter),
        cluster: request.cluster.clone(),
        epochs: EpochRule::Mean,
        missing: MissingRule::Exclude,
        min_coverage: coverage,
    };
    let pairs = pair(baseline, candidate, &plan)?;
    let sample = Sample::of(&pairs, plan.direction);
    let (method, reason) = inference::choose(&sample);
    let mut notes = pairs.notes;
    if pairs.counts.coverage < coverage.get() {
        notes.push("coverage lies below the default min-coverage: gate would be INCONCLUSIVE".into());
    }
    Ok(PairFacts {
        pairs: pairs.counts.pairs,
        only_baseline: pairs.counts.only_baseline,
        only_candidate: pairs.counts.only_candidate,
        coverage: pairs.counts.coverage,
        method: method.as_str().into(),
        reason,
        notes,
    })
}

fn page(checkup: &Checkup) -> String {
    let mut lines = Vec::new();
    for file in &checkup.files {
        lines.push(format!("{}  {}", if file.ok { "ok  " } else { "FAIL" }, safe::line(&file.path)));
        if let Some(run) = &file.run {
            lines.extend(describe(run));
        }
        lines.extend(file.problem.iter().map(|problem| format!("      problem    {}", safe::line(problem))));
        lines.extend(file.notes.iter().map(|note| format!("      note       {}", safe::line(note))));
    }
    if let Some(pair) = &checkup.pair {
        lines.push("pair  first file as baseline, second as candidate".into());
        lines.push(format!(
            "      pairs      {} (coverage {}), {} only in the baseline, {} only in the candidate",
            count(pair.pairs as u64),
            percent(pair.coverage),
            count(pair.only_baseline as u64),
            count(pair.only_candidate as u64)
        ));
        lines.push(format!("      auto       {} ({})", pair.method, safe::line(&pair.reason)));
        lines.extend(pair.notes.iter().map(|note| format!("      note       {}", safe::line(note))));
    }
    lines.extend(
        checkup
            .problem
            .iter()
            .map(|problem| format!("FAIL  the two files are no pair: {}", safe::line(problem))),
    );
    lines.push(String::new());
    lines.join("\n")
}

fn describe(run: &RunFacts) -> Vec<String> {
    let unscored: usize = run.unscored.values().sum();
    let mean = run.mean.map_or("none".into(), |mean| format!("{mean:.6}"));
    let mut lines = vec![
        format!(
            "      run        {} ({} of {} on {})",
            safe::line(&run.run_id),
            safe::line(&run.metric),
            safe::line(&run.model_id),
            safe::line(&run.task_id)
        ),
        format!("      format     {}, sha256 {}", run.format, run.sha256),
        format!(
            "      items      {} in {} rows, mean score {mean}, {} unscored",
            count(run.items as u64),
            count(run.rows as u64),
            count(unscored as u64)
        ),
    ];
    lines.push(match &run.clusters {
        None => "      clusters   none: items count as independent".into(),
        Some(c) => format!(
            "      clusters   {} of {} to {} items, {:.1} effective",
            count(c.count as u64),
            c.smallest,
            c.largest,
            c.effective
        ),
    });
    lines
}
