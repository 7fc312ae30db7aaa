//! The record of a judgement on a suite: the parts of its envelope that depend on runs, policy and seed only.

use std::collections::BTreeMap;

use super::from_judgement::tool;
use super::record::{Circumstances, Place, Record};
use super::{v1, v2};
use crate::domain::Verdict;
use crate::domain::policy::{Policy, SuiteRule};
use crate::suite::{ClaimResult, SuiteJudgement};

/// The record of one judgement on a suite, before it has a place in a trail.
#[derive(Clone, Debug, PartialEq)]
pub struct SuiteRecord {
    /// The policy that was applied.
    pub policy: v2::Policy,
    /// The decision over all tasks.
    pub suite: v2::Suite,
    /// Each task by itself.
    pub tasks: BTreeMap<String, TaskRecord>,
    /// Tasks that had no baseline yet.
    pub first_runs: BTreeMap<String, v2::FirstRun>,
    /// What people decided beside it.
    pub waivers: v2::Waivers,
}

/// The record of one task.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskRecord {
    /// What it is for.
    pub role: String,
    /// The judgement on its main claim.
    pub record: Record,
    /// The anchor's run.
    pub anchor: Option<v1::Input>,
    /// The stored copies of both runs.
    pub store: Option<v1::Store>,
    /// That of the anchor's run.
    pub anchor_store: Option<v1::StoredRun>,
}

impl SuiteRecord {
    /// The record of a judgement. `tasks` and `first_runs` are what was read and judged of each.
    #[must_use]
    pub fn of(
        judgement: &SuiteJudgement,
        rules: &Policy,
        policy: v2::Policy,
        tasks: BTreeMap<String, TaskRecord>,
        first_runs: BTreeMap<String, v2::FirstRun>,
    ) -> Self {
        let suite = suite(judgement, rules);
        Self { policy, suite, tasks, first_runs, waivers: v2::Waivers::default() }
    }

    /// Whether this attempt is beyond those that the policy allows.
    #[must_use]
    pub fn exceeds(&self, attempt: u32) -> bool {
        self.suite.max_attempts.is_some_and(|most| attempt > most)
    }

    /// The verdict of this attempt: an ALLOW beyond the policy's attempts is none.
    #[must_use]
    pub fn verdict(&self, attempt: u32) -> v1::VerdictWord {
        match self.suite.verdict {
            v1::VerdictWord::Allow if self.exceeds(attempt) => v1::VerdictWord::Inconclusive,
            verdict => verdict,
        }
    }

    /// Most that the probability can be that one attempt or another of the first `attempts` is allowed although no
    /// candidate meets the policy: their error rates added up (Bonferroni). No attempt beyond the policy's is allowed.
    #[must_use]
    pub fn any_allow_at_most(&self, attempts: u32) -> f64 {
        let counted = self.suite.max_attempts.map_or(attempts, |most| attempts.min(most));
        (f64::from(counted) * self.suite.alpha).min(1.0)
    }

    /// The envelope of this record at its place in a trail (`None`: outside any trail).
    #[must_use]
    pub fn envelope(&self, place: Option<Place<'_>>, circumstances: &Circumstances) -> v2::Envelope {
        let (release_id, attempt, supersedes) = match place {
            Some((release, attempt, supersedes)) => (Some(release.to_owned()), attempt, supersedes),
            None => (None, 1, None),
        };
        let verdict = self.verdict(attempt);
        v2::Envelope {
            schema: v2::SCHEMA.into(),
            verdict,
            exit_code: exit_code(verdict),
            release_id,
            attempt,
            attempts_exceeded: self.exceeds(attempt),
            any_allow_at_most: self.any_allow_at_most(attempt),
            supersedes,
            decided_at: circumstances.decided_at.clone(),
            clock: circumstances.clock.clone(),
            policy: self.policy.clone(),
            suite: self.suite.clone(),
            tasks: self.tasks.iter().map(|(name, task)| (name.clone(), task.written())).collect(),
            first_runs: self.first_runs.clone(),
            source: circumstances.source.clone(),
            run: circumstances.run.clone(),
            tool: tool(circumstances.image_digest.clone()),
            waivers: self.waivers.clone(),
            time_stamp: circumstances.time_stamp.clone(),
        }
    }
}

impl TaskRecord {
    /// As the envelope has it.
    #[must_use]
    pub fn written(&self) -> v2::Task {
        let Record { report, plan, inputs, pairing, effect_sizes, changed } = self.record.clone();
        v2::Task {
            role: self.role.clone(),
            report,
            plan,
            inputs,
            pairing,
            effect_sizes,
            changed,
            anchor: self.anchor.clone(),
            store: self.store.clone(),
            anchor_store: self.anchor_store.clone(),
        }
    }
}

/// The decision over all tasks, as recorded.
#[must_use]
pub fn suite(judgement: &SuiteJudgement, rules: &Policy) -> v2::Suite {
    v2::Suite {
        verdict: judgement.verdict.into(),
        rule: rules.suite.rule.as_str().into(),
        correction: "holm".into(),
        weights: (rules.suite.rule == SuiteRule::Pooled).then(|| rules.suite.weights.as_str().into()),
        alpha: judgement.alpha.get(),
        max_attempts: rules.limits.max_attempts,
        spending: rules.limits.spending.as_str().into(),
        finding: judgement.finding.clone(),
        suggestion: judgement.suggestion.clone(),
        claims: judgement.claims.iter().map(|claim| recorded(claim, judgement)).collect(),
        blocking: judgement.blocking.iter().map(ToString::to_string).collect(),
    }
}

/// How the process exits with a verdict.
#[must_use]
pub fn exit_code(verdict: v1::VerdictWord) -> u8 {
    match verdict {
        v1::VerdictWord::Allow => Verdict::Allow.exit_code(),
        v1::VerdictWord::Reject => Verdict::Reject.exit_code(),
        v1::VerdictWord::Inconclusive => Verdict::Inconclusive.exit_code(),
    }
}

fn recorded(claim: &ClaimResult, judgement: &SuiteJudgement) -> v2::Claim {
    let finite = |value: f64| value.is_finite().then_some(value);
    let own = judgement.tasks.iter().find(|task| Some(&task.name) == claim.task.as_ref());
    let alpha = own
        .and_then(|task| task.judgement.as_ref())
        .map_or(judgement.alpha, |judgement| judgement.plan.alpha_each());
    let evidence = &claim.evidence;
    v2::Claim {
        task: claim.task.as_ref().map(ToString::to_string),
        kind: claim.kind.as_str().into(),
        label: claim.label.clone(),
        null_value: claim.null_value,
        delta: finite(evidence.delta),
        bounds: v2::ClaimBounds {
            lower: finite(evidence.lower),
            upper: finite(evidence.upper),
            each: 1.0 - alpha.get(),
        },
        p_value: evidence.p_value,
        p_adjusted: claim.p_adjusted,
        p_against: evidence.p_against,
        p_against_adjusted: claim.p_against_adjusted,
        n_pairs: evidence.pairs as u64,
        decides: claim.decides,
        held: claim.held.as_str().into(),
        obstacle: evidence.obstacle.clone(),
    }
}
