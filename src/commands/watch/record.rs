//! What a later look must know of earlier ones. Within one process it is kept in memory; as JSON it is the
//! state file, which carries it from one call to the next.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::request::WatchRequest;
use crate::domain::number_format::count;
use crate::domain::{Code, Diagnostic, Digest, Direction};
use crate::envelope::to_bytes;
use crate::pairing::Pairs;

/// Names the format.
const FORMAT: &str = "evalsig-watch-state";
/// Its version; a newer one is refused.
const VERSION: u32 = 1;
/// The edition of the tests: what was concluded by other formulas cannot be continued.
const TESTS: u32 = 1;
/// What the first look follows.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Everything that fixes the test before the first look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Planned {
    tests: u32,
    process: String,
    metric: String,
    min_delta: f64,
    alpha: f64,
    seed: u64,
    lower_is_better: bool,
    /// Left out where none was asked for, so that a state from before it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    cluster: Cluster,
    missing: String,
    baseline_run: Option<String>,
    candidate_run: Option<String>,
    bounds: Option<(f64, f64)>,
    pub(super) looks: Option<u32>,
}

/// The rule for clusters, tagged, so that a key called `none` is not the rule of that name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cluster {
    FromData,
    None,
    Key(String),
}

impl Planned {
    /// Of what was asked, once the first look has shown which process fits.
    pub(super) fn of(request: &WatchRequest, process: &str, metric: &str) -> Self {
        use crate::domain::ClusterRule;
        let plan = &request.plan;
        let clusters = process == super::request::CLUSTERS;
        Self {
            tests: TESTS,
            process: process.into(),
            metric: metric.into(),
            min_delta: plan.claim.lower_null(),
            alpha: plan.alpha.get(),
            seed: plan.seed,
            lower_is_better: plan.direction == Direction::LowerIsBetter,
            id: plan.id.clone(),
            cluster: match &plan.cluster {
                ClusterRule::FromData => Cluster::FromData,
                ClusterRule::Off => Cluster::None,
                ClusterRule::Key(key) => Cluster::Key(key.clone()),
            },
            missing: plan.missing.as_str().into(),
            baseline_run: request.runs.baseline_run.clone(),
            candidate_run: request.runs.candidate_run.clone(),
            bounds: (process == super::request::BETS).then(|| request.score_bounds()),
            looks: clusters.then_some(request.looks),
        }
    }

    /// The first member that differs: its name, what was planned, what is asked now.
    fn differs(&self, now: &Self) -> Option<(String, String, String)> {
        let members = |plan: &Self| match serde_json::to_value(plan) {
            Ok(serde_json::Value::Object(members)) => members,
            _ => serde_json::Map::new(),
        };
        let (then, now) = (members(self), members(now));
        // Either may lack a member that is left out where nothing was asked for.
        let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
        names.into_iter().find_map(|name| {
            let [then, now] = [&then, &now].map(|members| members.get(name).cloned().unwrap_or_default());
            (then != now).then(|| (name.clone(), then.to_string(), now.to_string()))
        })
    }
}

/// One item as it was first seen: id, both scores as the files have them, and its cluster, numbered in the
/// order in which clusters appeared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Item(String, pub(super) f64, pub(super) f64, Option<u32>);

/// What a look answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) evidence: Option<Evidence>,
    pub(super) delta: f64,
    /// Lower and upper, where there are such.
    pub(super) bounds: Option<(Option<f64>, Option<f64>)>,
    pub(super) ln_e: Option<(f64, f64)>,
    /// Of this look and all before it.
    pub(super) p: (f64, f64),
    pub(super) notes: Vec<String>,
}

/// Which way the evidence points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Evidence {
    For,
    Against,
}

/// One look, linked to the one before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    look: u32,
    /// SHA-256 of the look before.
    previous: String,
    /// SHA-256 of the plan.
    plan: String,
    /// SHA-256 of both files as they were.
    baseline: String,
    candidate: String,
    /// How many items were seen for the first time, and the SHA-256 of these.
    items: usize,
    seen: String,
    pub(super) answer: Answer,
}

/// The looks so far and what they saw.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    format: String,
    version: u32,
    pub(super) planned: Planned,
    /// In the order in which they first appeared.
    pub(super) items: Vec<Item>,
    pub(super) looks: Vec<Look>,
    /// SHA-256 of the last look.
    pub(super) head: String,
}

/// How the items of the files agree with those of earlier looks.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Fit {
    /// Indices of the pairs that no earlier look saw.
    pub(super) fresh: Vec<usize>,
    /// Items that have another score or cluster now, and the first of them in words.
    pub(super) changed: (usize, String),
    /// Items that are gone, and the first of them.
    pub(super) gone: (usize, String),
}

impl Record {
    pub(super) fn begin(planned: Planned) -> Self {
        let (format, head) = (FORMAT.into(), NOTHING.into());
        Self { format, version: VERSION, planned, items: Vec::new(), looks: Vec::new(), head }
    }

    /// Reads a state file, and holds every link to the one before it.
    pub(super) fn parse(bytes: &[u8], path: &str) -> Result<Self, Diagnostic> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let misfit = |what: String| {
            Code::StateDoesNotFit.at(path).what(what).next(
                "nothing was written; name the state file of this test, or a path where there is none to begin a \
                 new test",
            )
        };
        let head: Head =
            serde_json::from_slice(bytes).map_err(|_| misfit("is no state file of watch".into()))?;
        if head.format != FORMAT {
            return Err(misfit("is no state file of watch".into()));
        }
        if head.version != VERSION {
            return Err(misfit(format!(
                "is of version {}, and this evalsig knows version {VERSION}",
                head.version
            )));
        }
        let record: Self =
            serde_json::from_slice(bytes).map_err(|error| misfit(format!("is damaged: {error}")))?;
        record.check().map_err(|what| misfit(format!("is damaged: {what}")))?;
        Ok(record)
    }

    fn check(&self) -> Result<(), String> {
        let plan = digest(&self.planned);
        let (mut previous, mut items) = (NOTHING.to_owned(), self.items.as_slice());
        for (number, look) in (1..).zip(&self.looks) {
            let Some((new, rest)) = items.split_at_checked(look.items) else {
                return Err(format!("look {number} saw more items than it holds"));
            };
            let chained = look.look == number && look.previous == previous;
            if !chained || look.plan != plan || look.seen != digest(&new) {
                return Err(format!("look {number} does not follow from what stands before it"));
            }
            (previous, items) = (digest(look), rest);
        }
        if self.head != previous || !items.is_empty() || self.looks.is_empty() {
            return Err("its last look is not the one that its head names".into());
        }
        Ok(())
    }

    /// Refuses another plan than that of the first look.
    pub(super) fn same_plan(&self, now: &Planned, path: &str) -> Result<(), Diagnostic> {
        let Some((name, then, now)) = self.planned.differs(now) else { return Ok(()) };
        Err(Code::StateDoesNotFit
            .at(path)
            .what(format!("was begun with {name} {then}, and {now} is asked now"))
            .next("keep the plan; another plan is another test, with a state file of its own"))
    }

    /// Holds the pairs of the files to the items seen before.
    pub(super) fn fit(&self, pairs: &Pairs) -> Fit {
        let mut fit = Fit::default();
        let known: BTreeMap<&str, usize> =
            (0..pairs.baseline.len()).map(|index| (pairs.ids.get(index), index)).collect();
        let mut seen = vec![false; pairs.baseline.len()];
        let (mut there, mut back) = (BTreeMap::new(), BTreeMap::new());
        for Item(id, baseline, candidate, cluster) in &self.items {
            let Some(index) = known.get(id.as_str()).copied() else {
                fit.gone.0 += 1;
                if fit.gone.0 == 1 {
                    fit.gone.1.clone_from(id);
                }
                continue;
            };
            if let Some(seen) = seen.get_mut(index) {
                *seen = true;
            }
            let now = (pairs.baseline.get(index), pairs.candidate.get(index));
            let cluster_now = pairs.clusters.as_ref().and_then(|clusters| clusters.get(index)).copied();
            // Clusters may be called something else, but they may not be joined, split or traded.
            let joined = *there.entry(*cluster).or_insert(cluster_now) == cluster_now
                && *back.entry(cluster_now).or_insert(*cluster) == *cluster;
            if now != (Some(baseline), Some(candidate)) || !joined {
                fit.changed.0 += 1;
                if fit.changed.0 == 1 {
                    let text = |score: Option<&f64>| score.map_or_else(|| "none".into(), f64::to_string);
                    fit.changed.1 = if joined {
                        format!(
                            "{id:?} had scores {baseline} and {candidate}, and has {} and {} now",
                            text(now.0),
                            text(now.1)
                        )
                    } else {
                        format!("{id:?} is in another cluster now")
                    };
                }
            }
        }
        fit.fresh = (0..).zip(&seen).filter(|(_, seen)| !**seen).map(|(index, _)| index).collect();
        fit
    }

    /// Takes new pairs in, as they are seen first.
    pub(super) fn admit(&mut self, pairs: &Pairs, fresh: &[usize]) {
        let cluster_of = |index: usize| pairs.clusters.as_ref().and_then(|c| c.get(index)).copied();
        // The number that a cluster got when it first appeared.
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
        if pairs.clusters.is_some() {
            let earlier: BTreeMap<&str, Option<u32>> =
                self.items.iter().map(|Item(id, _, _, number)| (id.as_str(), *number)).collect();
            for index in 0..pairs.baseline.len() {
                if let (Some(cluster), Some(Some(number))) =
                    (cluster_of(index), earlier.get(pairs.ids.get(index)))
                {
                    numbers.insert(cluster, *number);
                }
            }
        }
        let mut next = numbers.values().max().map_or(0, |last| last + 1);
        for index in fresh {
            let (Some(baseline), Some(candidate)) = (pairs.baseline.get(*index), pairs.candidate.get(*index))
            else {
                continue;
            };
            let cluster = cluster_of(*index).map(|cluster| {
                *numbers.entry(cluster).or_insert_with(|| {
                    next += 1;
                    next - 1
                })
            });
            self.items.push(Item(pairs.ids.get(*index).to_owned(), *baseline, *candidate, cluster));
        }
    }

    /// Appends a look that saw the last `items` items for the first time.
    pub(super) fn append(&mut self, items: usize, files: [Digest; 2], answer: Answer) {
        let seen = digest(&self.items.get(self.items.len() - items..).unwrap_or_default());
        let [baseline, candidate] = files.map(|file| file.to_string());
        let look = Look {
            look: self.taken() + 1,
            previous: self.head.clone(),
            plan: digest(&self.planned),
            baseline,
            candidate,
            items,
            seen,
            answer,
        };
        self.head = digest(&look);
        self.looks.push(look);
    }

    /// Name of the process.
    pub(super) fn process(&self) -> &'static str {
        [super::request::PAIRS, super::request::BETS]
            .into_iter()
            .find(|name| *name == self.planned.process)
            .unwrap_or(super::request::CLUSTERS)
    }

    /// Looks taken.
    pub(super) fn taken(&self) -> u32 {
        u32::try_from(self.looks.len()).unwrap_or(u32::MAX)
    }

    /// Looks left, where they are planned.
    pub(super) fn left(&self) -> Option<u32> {
        self.planned.looks.map(|planned| planned.saturating_sub(self.taken()))
    }

    /// What the last look answered.
    pub(super) fn answer(&self) -> Option<&Answer> {
        self.looks.last().map(|look| &look.answer)
    }

    /// Whether another look could change nothing.
    pub(super) fn finished(&self) -> bool {
        self.answer().is_some_and(|answer| answer.evidence.is_some()) || self.left() == Some(0)
    }

    /// The state file.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, Diagnostic> {
        let mut bytes = serde_json::to_vec(self)
            .map_err(|error| Code::Bug.at("state").what(format!("cannot be written as JSON: {error}")))?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl Fit {
    /// Refuses items that are not as an earlier look saw them.
    pub(super) fn strict(&self, path: &str) -> Result<(), Diagnostic> {
        let next = "an item counts as it was first seen, so runs may only grow: restore them, or begin a new test with \
                    another state file";
        if self.gone.0 > 0 {
            let (gone, first) = &self.gone;
            return Err(Code::StateDoesNotFit
                .at(path)
                .what(format!(
                    "{} of its items are not in the runs now, the first is {first:?}",
                    count(*gone as u64)
                ))
                .next(next));
        }
        if self.changed.0 > 0 {
            let (changed, first) = &self.changed;
            return Err(Code::StateDoesNotFit
                .at(path)
                .what(format!("{} of its items have changed: {first}", count(*changed as u64)))
                .next(next));
        }
        Ok(())
    }
}

/// SHA-256 of a value as JSON.
fn digest(value: &impl Serialize) -> String {
    to_bytes(value).map_or_else(|_| NOTHING.into(), |bytes| Digest::of(&bytes).to_string())
}
