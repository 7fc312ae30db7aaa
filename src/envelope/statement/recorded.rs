//! An envelope of either shape, as far as statements about it need to know.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{EntryRef, Predicate, Resource, TestResult, Verdict};
use crate::domain::{Code, Diagnostic};
use crate::envelope::{read, v1, v2};

/// An envelope as far as statements about it need to know, of this or a newer version.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    content: Value,
    verdict: v1::VerdictWord,
    about: About,
}

#[derive(Clone, Debug, PartialEq)]
enum About {
    Pair(Box<Pair>),
    Suite(Suite),
}

#[derive(Deserialize)]
struct Header {
    verdict: v1::VerdictWord,
    suite: Option<serde::de::IgnoredAny>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Pair {
    plan: Plan,
    inputs: v1::Inputs,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Plan {
    hypothesis: String,
    policy: Option<v1::PolicyRef>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Suite {
    attempts_exceeded: bool,
    policy: PolicyFile,
    suite: Claims,
    tasks: BTreeMap<String, Runs>,
    first_runs: BTreeMap<String, FirstRun>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct PolicyFile {
    path: String,
    sha256: String,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Claims {
    claims: Vec<v2::Claim>,
    blocking: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Runs {
    inputs: v1::Inputs,
    anchor: Option<v1::Input>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct FirstRun {
    candidate: v1::Input,
}

impl Recorded {
    /// Reads the bytes of an envelope.
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(bytes: &[u8]) -> Result<Self, Diagnostic> {
        read(bytes)?;
        let unreadable = |error: serde_json::Error| {
            Code::EnvelopeUnreadable.at("").what(format!("is not an envelope: {error}"))
        };
        let Header { verdict, suite } = serde_json::from_slice(bytes).map_err(unreadable)?;
        let about = match suite {
            Some(_) => serde_json::from_slice(bytes).map(About::Suite),
            None => serde_json::from_slice(bytes).map(|pair| About::Pair(Box::new(pair))),
        };
        Ok(Self {
            content: serde_json::from_slice(bytes).map_err(unreadable)?,
            verdict,
            about: about.map_err(unreadable)?,
        })
    }

    /// What was judged, as the envelope names it: both runs; of a suite those of every task, and the policy.
    #[must_use]
    pub fn judged(&self) -> Vec<Resource> {
        match &self.about {
            About::Pair(pair) => {
                let v1::Inputs { baseline, candidate, repeats, sample, gold } = &pair.inputs;
                let runs = [baseline, candidate].into_iter().chain(repeats).map(resource);
                let sample = sample.iter().map(|sample| Resource::new(&sample.path, &sample.sha256));
                let gold = gold.iter().map(|gold| Resource::new(&gold.path, &gold.sha256));
                runs.chain(sample).chain(gold).collect()
            }
            About::Suite(suite) => {
                let of_tasks = suite.tasks.values().flat_map(|task| {
                    let v1::Inputs { baseline, candidate, .. } = &task.inputs;
                    [baseline, candidate].into_iter().chain(&task.anchor)
                });
                let first = suite.first_runs.values().map(|first| &first.candidate);
                let mut judged: Vec<Resource> = of_tasks.chain(first).map(resource).collect();
                judged.push(Resource::new(&suite.policy.path, &suite.policy.sha256));
                let mut known = Vec::new();
                // Several tasks may read one file.
                judged.retain(|resource| {
                    let new = !known.contains(resource);
                    known.push(resource.clone());
                    new
                });
                judged
            }
        }
    }

    /// All of it, and where it stands.
    #[must_use]
    pub fn verdict(self, entry: Option<EntryRef>) -> Predicate {
        Predicate::Verdict(Verdict { envelope: self.content, entry })
    }

    /// The verdict as the result of tests. Of a pair of runs there is one, called `TASK/METRIC/HYPOTHESIS`; of a suite
    /// one for each claim that decides, called `TASK: KIND LABEL`.
    ///
    /// INCONCLUSIVE is a failure: the specification counts tests that warn among those that passed, and
    /// policies may accept them. Too little evidence is never a pass.
    #[must_use]
    pub fn test_result(self, envelope: Resource) -> Predicate {
        let passed = self.verdict == v1::VerdictWord::Allow;
        let (passed_tests, failed_tests) = match &self.about {
            About::Pair(pair) => {
                let Pair { plan, inputs } = &**pair;
                let v1::Input { task_id, metric, .. } = &inputs.candidate;
                let test = vec![format!("{task_id}/{metric}/{}", plan.hypothesis)];
                if passed { (test, Vec::new()) } else { (Vec::new(), test) }
            }
            About::Suite(suite) => suite.tests(passed),
        };
        let mut configuration = self.judged();
        if let About::Pair(pair) = &self.about
            && let Some(policy) = &pair.plan.policy
        {
            configuration.push(Resource::new(&policy.path, &policy.sha256));
        }
        configuration.push(envelope);
        Predicate::TestResult(TestResult {
            result: if passed { "PASSED" } else { "FAILED" },
            configuration,
            passed_tests,
            warned_tests: Vec::new(),
            failed_tests,
        })
    }
}

impl Suite {
    /// The tests that passed, and those that failed: also that a task has a baseline, where it has none or one too old,
    /// and that the attempt is one that the policy allows, where it is not. An ALLOW has none that failed: a task that did not improve where
    /// another one did is left out, because one was enough.
    fn tests(&self, allowed: bool) -> (Vec<String>, Vec<String>) {
        let deciding = self.suite.claims.iter().filter(|claim| claim.decides);
        let (shown, others): (Vec<_>, Vec<_>) = deciding.partition(|claim| claim.held == "shown");
        let named = |claims: Vec<&v2::Claim>| claims.into_iter().map(name).collect::<Vec<_>>();
        if allowed {
            return (named(shown), Vec::new());
        }
        let mut failed: Vec<String> =
            self.first_runs.keys().map(|task| format!("{task}: baseline")).collect();
        let blocks = |task: &String| self.suite.blocking.contains(task);
        let stale = self.tasks.iter().filter(|(task, runs)| blocks(task) && runs.too_old());
        failed.extend(stale.map(|(task, _)| format!("{task}: baseline")));
        failed.extend(named(others));
        if self.attempts_exceeded {
            failed.push("all tasks: attempts".into());
        }
        (named(shown), failed)
    }
}

impl Runs {
    /// Whether the baseline is older than the policy allows: then nothing is shown, whatever the claims say.
    fn too_old(&self) -> bool {
        let resolved = self.inputs.baseline.resolved.as_ref();
        resolved.is_some_and(|found| found.max_age_days.is_some_and(|most| found.age_days > most))
    }
}

/// `TASK: KIND LABEL`. No task can be called as the pooled endpoint is: a name holds no blank.
fn name(claim: &v2::Claim) -> String {
    let task = claim.task.as_deref().unwrap_or("all tasks");
    let label = claim.label.as_ref().map_or(String::new(), |label| format!(" {label}"));
    format!("{task}: {}{label}", claim.kind)
}

fn resource(run: &v1::Input) -> Resource {
    // What came from standard input has no name, and in-toto writes that so.
    let name = if run.path == "-" { "_" } else { &run.path };
    Resource::new(name, &run.sha256)
}
