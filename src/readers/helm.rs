//! HELM: `per_instance_stats.json` of a run directory, and the names in the `run_spec.json` beside it.

use super::errors;
use std::collections::{BTreeMap, BTreeSet};

use super::labels::Labels;
use super::quote::{list, quote};
use super::scalar::Scalar;
use super::tree::{self, Node, Projection};
use super::{Content, Format, ReadOptions, Reader, Reading, companion, json, metric_choice, usage};
use crate::domain::{
    ClusterRule, Diagnostic, Direction, Item, RunFrameBuilder, RunMetadata, Score, ScoreRange, Unscored,
    Usage,
};

/// The file that holds the scores, and the one that holds the names.
const SCORES: &str = "per_instance_stats.json";
const SPEC: &str = "run_spec.json";
/// The split that is read where no other is named.
const TEST: &str = "test";
/// What begins the names of statistics that tell how the run went and not how good it was: they are
/// listed last.
const BOOKKEEPING: [&str; 10] = [
    "num_",
    "training_",
    "inference_",
    "estimated_",
    "batch_size",
    "finish_reason_",
    "prompt_truncated",
    "max_prob",
    "logprob",
    "perplexity",
];

/// Metrics that HELM computes as a share or as right and wrong.
const SHARES: [&str; 5] =
    ["exact_match", "quasi_exact_match", "prefix_exact_match", "quasi_prefix_exact_match", "f1_score"];

/// Seconds that a request took.
const RUNTIME: &str = "inference_runtime";
/// What HELM calls what an instance took.
const ALIASES: [(Usage, &str); 3] = [
    (Usage::LatencyMs, RUNTIME),
    (Usage::InputTokens, "num_prompt_tokens"),
    (Usage::OutputTokens, "num_output_tokens"),
];

/// The cluster that an instance is with its perturbed forms: who names it asks for these.
const INSTANCE: &str = "instance_id";
/// Of what HELM computes for a perturbed instance, the figure of that instance itself.
const OF_PERTURBED: &str = "perturbed";

const PERTURBATION: Projection<'static> =
    Projection::Fields(&[("name", Projection::All), ("computed_on", Projection::All)]);
const NAME: Projection<'static> = Projection::Fields(&[
    ("name", Projection::All),
    ("split", Projection::All),
    ("perturbation", PERTURBATION),
]);
const STAT: Projection<'static> =
    Projection::Fields(&[("name", NAME), ("count", Projection::All), ("mean", Projection::All)]);
const RECORD: Projection<'static> = Projection::Fields(&[
    ("instance_id", Projection::All),
    ("train_trial_index", Projection::All),
    ("perturbation", PERTURBATION),
    ("stats", Projection::Each(&STAT)),
]);

/// Reads HELM's scores by instance.
pub(super) struct HelmReader;

impl Reader for HelmReader {
    fn format(&self) -> Format {
        Format::Helm
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let mut named = false;
        json::first_byte(head) == Some(b'[')
            && tree::first_keys(head, |key| {
                named |= key == "instance_id";
                (named && key == "stats").then_some(true)
            })
    }

    fn in_folder<'n>(&self, names: &'n [String]) -> Vec<&'n str> {
        names.iter().map(String::as_str).filter(|name| *name == SCORES).collect()
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let bytes = content.bytes()?;
        let Node::List(records) = tree::parse(json::text(&bytes)?, Projection::Each(&RECORD))? else {
            return Err(damaged("", "is no list of instances"));
        };
        drop(bytes);
        let with_perturbed = options.cluster == ClusterRule::Key(INSTANCE.to_owned());
        let table = InstanceTable::of(&records, with_perturbed)?;
        let Selection { split, metric, metrics, mut notes } = table.choose(options.metric.as_deref())?;
        let own = ALIASES.iter().find(|(alias, _)| alias.as_str() == metric);
        let mut run = table.fill(split, metric, own.map(|(_, own)| *own))?;
        run.direction(Usage::is_name(metric).then_some(Direction::LowerIsBetter));
        // `exact_match@5` is right where one of five answers is.
        let base = metric.split_once('@').map_or(metric, |(base, _)| base);
        run.score_range(SHARES.contains(&base).then_some(ScoreRange::UNIT));
        // HELM labels no instance: any other key that was asked for is nowhere.
        if !with_perturbed {
            Labels::clusters(&options.cluster).check()?;
        }
        Labels::slices(options.slice.as_deref()).check()?;
        let spec = companion::json(content, |name| name == SPEC, Projection::All)?;
        if spec.is_none() {
            notes.push(format!("No {SPEC} lies beside the file: model and task are unknown."));
        }
        // Scores of another split are another thing: two such runs must not be compared.
        let metric = if split.is_none_or(|split| split == TEST) {
            metric.to_owned()
        } else {
            format!("{metric},{}", split.unwrap_or_default())
        };
        let run = run.finish(names(spec.as_ref(), metric))?;
        Ok(Reading { metrics, notes, ..Reading::of(run, Format::Helm) })
    }
}

/// One statistic of one instance.
struct Stat<'n> {
    split: Option<&'n str>,
    name: &'n str,
    score: Result<Score, Unscored>,
}

/// An instance in one trial. HELM writes it once for each group of metrics.
struct InstanceRow<'n> {
    place: usize,
    id: String,
    /// The instance, where its perturbed forms are read too.
    cluster: Option<String>,
    trial: u32,
    stats: Vec<Stat<'n>>,
}

/// What is read of a file.
struct Selection<'n> {
    split: Option<&'n str>,
    metric: &'n str,
    /// All metrics of the split.
    metrics: Vec<String>,
    notes: Vec<String>,
}

struct InstanceTable<'n> {
    rows: Vec<InstanceRow<'n>>,
    /// Rows of perturbed instances, and whether they are read.
    perturbed: usize,
    with_perturbed: bool,
}

impl<'n> InstanceTable<'n> {
    fn of(records: &'n [Node], with_perturbed: bool) -> Result<Self, Diagnostic> {
        let mut table = Self { rows: Vec::new(), perturbed: 0, with_perturbed };
        let mut known: BTreeMap<(String, u32), usize> = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            let here = |error: Diagnostic| error.within(&format!("[{place}]"));
            let perturbation = record.get("perturbation").filter(|value| !value.is_null());
            if perturbation.is_some() {
                table.perturbed += 1;
                if !with_perturbed {
                    continue;
                }
            }
            let field = |name: &str| record.get(name).map_or(Scalar::Null, Node::scalar);
            let id = field("instance_id").id().map_err(|e| here(e.within("instance_id")))?.into_owned();
            let cluster = with_perturbed.then(|| id.clone());
            let id = match perturbation.map(|perturbation| perturbation.get("name").and_then(Node::text)) {
                None => id,
                Some(Some(name)) => format!("{id} {name}"),
                Some(None) => {
                    return Err(here(damaged("perturbation.name", "is missing, expected its name")));
                }
            };
            let trial = field("train_trial_index").epoch();
            let trial = trial.map_err(|e| here(e.within("train_trial_index")))?;
            let Some(Node::List(list)) = record.get("stats") else {
                return Err(here(damaged("stats", "is no list of statistics")));
            };
            let at = *known.entry((id.clone(), trial)).or_insert(table.rows.len());
            if at == table.rows.len() {
                table.rows.push(InstanceRow { place, id, cluster, trial, stats: Vec::new() });
            }
            let Some(row) = table.rows.get_mut(at) else { continue };
            for (at, stat) in list.iter().enumerate() {
                row.stats.extend(
                    Stat::of(stat, perturbation.is_some())
                        .map_err(|e| here(e.within(&format!("stats[{at}]"))))?,
                );
            }
        }
        if table.rows.is_empty() {
            return Err(damaged("", "holds no instance without a perturbation"));
        }
        Ok(table)
    }

    /// The split and the metric that are read, and what to tell of what is not.
    fn choose(&self, wanted: Option<&str>) -> Result<Selection<'n>, Diagnostic> {
        let stats = || self.rows.iter().flat_map(|row| &row.stats);
        let splits: BTreeSet<&str> = stats().filter_map(|stat| stat.split).collect();
        let named = wanted.and_then(|wanted| {
            let (metric, split) = wanted.rsplit_once(',')?;
            Some((metric, *splits.get(split)?))
        });
        let shown = list(splits.iter().copied(), 16);
        let mut splits = splits.into_iter();
        let split = match (named, splits.next(), splits.len()) {
            (Some((_, split)), ..) => Some(split),
            (None, first, 0) => first,
            (None, first, _) => match first.into_iter().chain(splits).find(|split| *split == TEST) {
                Some(split) => Some(split),
                None => {
                    return Err(errors::no_test_split(&shown));
                }
            },
        };
        let held: BTreeSet<&str> = stats().filter(|stat| stat.split == split).map(|stat| stat.name).collect();
        let mut held: Vec<&str> = held.into_iter().collect();
        held.sort_by_key(|name| BOOKKEEPING.iter().any(|begin| name.starts_with(begin)));
        let wanted = named.map(|(metric, _)| metric).or(wanted);
        let usage: Vec<&str> = ALIASES
            .iter()
            .filter(|(alias, own)| held.contains(own) && !held.contains(&alias.as_str()))
            .map(|(alias, _)| alias.as_str())
            .collect();
        let chosen = metric_choice::choose("stats", &held, &usage, wanted, None)?;
        let mut notes: Vec<String> = chosen.note.into_iter().collect();
        match split.map(quote) {
            Some(split) if split != shown => {
                notes.push(format!("The split is {split}; the file holds {shown}."));
            }
            Some(split) if split != quote(TEST) => {
                notes.push(format!("The split is {split}, the only one of the file."));
            }
            _ => {}
        }
        if self.perturbed > 0 {
            notes.push(if self.with_perturbed {
                format!("{} rows of perturbed instances are items in the cluster of their instance.", self.perturbed)
            } else {
                format!(
                    "{} rows of perturbed instances were left out; --cluster instance_id reads them as further items of \
                     their instance.",
                    self.perturbed
                )
            });
        }
        Ok(Selection { split, metric: chosen.name, metrics: chosen.available, notes })
    }

    /// The rows of a split, with their scores by a metric.
    fn fill(
        &self,
        split: Option<&str>,
        metric: &str,
        own: Option<&str>,
    ) -> Result<RunFrameBuilder, Diagnostic> {
        let name = own.unwrap_or(metric);
        let in_seconds = own == Some(RUNTIME);
        let mut run = RunFrameBuilder::default();
        for row in &self.rows {
            // A row without statistics says nothing of its split: it counts as unscored.
            if row.stats.iter().any(|stat| stat.split != split) {
                if row.stats.iter().any(|stat| stat.split == split) {
                    return Err(damaged(&format!("[{}].stats", row.place), "holds statistics of two splits"));
                }
                continue;
            }
            let mut found = row.stats.iter().filter(|stat| stat.name == name);
            let mut score = found.next().map_or(Err(Unscored::Missing), |stat| stat.score);
            if Usage::is_name(metric) {
                let unit = if in_seconds { usage::milliseconds } else { |figure| figure };
                score = score.and_then(|score| usage::figure(Some(unit(score.get()))));
            }
            if found.next().is_some() {
                let twice = format!("holds {} twice", quote(name));
                return Err(damaged(&format!("[{}].stats", row.place), &twice));
            }
            run.push(Item { id: &row.id, epoch: row.trial, cluster: row.cluster.as_deref(), score });
        }
        Ok(run)
    }
}

impl<'n> Stat<'n> {
    /// `None` for what was computed on other forms of the instance than that of its row.
    fn of(stat: &'n Node, perturbed: bool) -> Result<Option<Self>, Diagnostic> {
        let field = |name: &str| stat.get("name").and_then(|names| names.get(name));
        let Some(name) = field("name").and_then(Node::text) else {
            return Err(damaged("name.name", "is missing, expected the name of a metric"));
        };
        let of = field("perturbation").filter(|value| !value.is_null());
        let computed_on =
            of.and_then(|of| of.get("computed_on")).and_then(Node::text).unwrap_or(OF_PERTURBED);
        if of.is_some() != perturbed || of.is_some() && computed_on != OF_PERTURBED {
            return Ok(None);
        }
        let score = match (stat.get("count"), stat.get("mean")) {
            (Some(Node::Leaf(Scalar::Unsigned(0))), _) | (_, None) => Err(Unscored::Missing),
            (_, Some(mean)) => mean.scalar().score().map_err(|error| error.within("mean"))?,
        };
        Ok(Some(Self { split: field("split").and_then(Node::text), name, score }))
    }
}

/// The name of a run holds its model; without it, the task is left.
fn names(spec: Option<&Node>, metric_name: String) -> RunMetadata {
    let name = spec.and_then(|spec| spec.get("name")).and_then(Node::text);
    let adapter = spec.and_then(|spec| spec.get("adapter_spec"));
    let model = adapter.and_then(|adapter| adapter.get("model").or_else(|| adapter.get("model_deployment")));
    let known = |text: Option<&str>| text.filter(|text| !text.is_empty()).unwrap_or("unknown").to_owned();
    RunMetadata {
        run_id: known(name),
        model_id: known(model.and_then(Node::text)),
        task_id: known(name.map(task).as_deref()),
        metric_name,
        config_hash: None,
        judge: None,
    }
}

/// `mmlu:subject=law,model=a_b` is `mmlu:subject=law`.
fn task(run: &str) -> String {
    let (scenario, rest) = run.split_once(':').unwrap_or((run, ""));
    let of_model = |field: &&str| !field.starts_with("model=") && !field.starts_with("model_deployment=");
    let fields: Vec<&str> = rest.split(',').filter(of_model).filter(|field| !field.is_empty()).collect();
    if fields.is_empty() { scenario.to_owned() } else { format!("{scenario}:{}", fields.join(",")) }
}

fn damaged(place: &str, what: &str) -> Diagnostic {
    errors::helm_damaged(place, what)
}
