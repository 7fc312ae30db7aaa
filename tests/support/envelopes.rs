//! Small envelopes that are valid and tell apart by one number.

use evalsig::domain::{Diagnostic, Digest, ReleaseId};
use evalsig::envelope::{
    self,
    v1::{
        Changed, Comparison, EffectSizes, Envelope, Input, Inputs, Pairing, Plan, Report, SCHEMA, TimeStamp,
        Tool, VerdictWord,
    },
};
use evalsig::trail::{self, Appended, NewEntry, Placement, Port, StampWith};

/// Appends without a time stamp.
pub fn append(
    port: &dyn Port,
    release: &ReleaseId,
    facts: &envelope::Facts,
    render: &mut dyn FnMut(&Placement) -> Result<Vec<u8>, Diagnostic>,
    written_at: &str,
) -> Result<Appended, Diagnostic> {
    let stamp = &mut |_: &[u8]| Ok(None);
    trail::append(port, &mut NewEntry { release, facts, render, stamp, written_at })
}

/// A decision to be recorded: the release, and a number that sets its inputs apart from all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Where it belongs.
    pub release: ReleaseId,
    /// Sets the inputs apart.
    pub number: u64,
}

impl Decision {
    /// A decision about `release`.
    pub fn new(release: &str, number: u64) -> Self {
        Self { release: release.parse().expect("a release id"), number }
    }

    /// The moment of the decision, its number in seconds after a day in 2026.
    pub fn time(&self) -> String {
        let start: jiff::Timestamp = "2026-11-21T08:00:00Z".parse().expect("a time");
        let seconds = i64::try_from(self.number % 10_000_000).expect("a small number");
        (start + jiff::SignedDuration::from_secs(seconds)).to_string()
    }

    /// The envelope for its place.
    pub fn envelope(&self, placement: &Placement) -> Envelope {
        let (verdict, exit_code) = match self.number % 3 {
            0 => (VerdictWord::Allow, 0),
            1 => (VerdictWord::Reject, 1),
            _ => (VerdictWord::Inconclusive, 2),
        };
        Envelope {
            schema: SCHEMA.into(),
            verdict,
            exit_code,
            release_id: Some(self.release.to_string()),
            attempt: placement.attempt,
            any_allow_at_most: None,
            supersedes: placement.supersedes.clone(),
            decided_at: self.time(),
            clock: "a test".into(),
            report: Report {
                verdict,
                exit_code,
                claim: "the candidate scores higher".into(),
                finding: "as the verdict says".into(),
                comparison: Comparison {
                    delta: 0.0125,
                    ci: (Some(0.001), None),
                    ci_level: 0.95,
                    p_value: 0.03,
                    p_value_against: None,
                    p_value_zero: Some(0.02),
                    significant: true,
                    n_pairs: 400,
                    n_clusters: None,
                    method: "paired_t".into(),
                    mde: Some(0.02),
                    warnings: Vec::new(),
                    notes: Vec::new(),
                    cross_check: None,
                    bounds: None,
                    worst_case: None,
                    levels: None,
                },
                min_delta: Some(0.0),
                equivalence: None,
                alpha: 0.05,
                power: 0.8,
                suggestion: None,
                judge: None,
            },
            plan: plan(),
            inputs: Inputs {
                baseline: self.input("baseline"),
                candidate: self.input("candidate"),
                repeats: Vec::new(),
                sample: None,
                gold: None,
            },
            pairing: Pairing {
                pairs: 400,
                only_baseline: 0,
                only_candidate: 0,
                duplicates: 0,
                coverage: 1.0,
                missing: None,
                score_range: None,
            },
            effect_sizes: EffectSizes {
                cohens_d_paired: Some(0.1),
                cliffs_delta: Some(0.05),
                fixed_per_broken: Some(1.5),
                icc: None,
                effective_units: Some(400.0),
            },
            changed: Changed { fixed: 15, broken: 10, fixed_ids: Vec::new(), broken_ids: Vec::new() },
            source: None,
            run: None,
            tool: Tool {
                name: "evalsig".into(),
                version: "0.1.0".into(),
                git_sha: None,
                image_digest: None,
                target: "a test".into(),
            },
            store: None,
            time_stamp: None,
            overrides: Vec::new(),
        }
    }

    /// Its bytes.
    pub fn bytes(&self, placement: &Placement) -> Vec<u8> {
        envelope::to_bytes(&self.envelope(placement)).expect("an envelope can be written")
    }

    /// Its identity apart from place and moment.
    pub fn facts(&self) -> envelope::Facts {
        let bytes = self.bytes(&Placement { attempt: 1, supersedes: None });
        envelope::read(&bytes).expect("an envelope can be read")
    }

    /// Appends it.
    pub fn append(&self, port: &dyn Port) -> Result<Appended, Diagnostic> {
        let mut render = |placement: &Placement| Ok(self.bytes(placement));
        append(port, &self.release, &self.facts(), &mut render, &self.time())
    }

    /// Appends it with a time stamp that `stamp` gives.
    pub fn append_stamped(&self, port: &dyn Port, stamp: &mut StampWith<'_>) -> Result<Appended, Diagnostic> {
        let mut render = |placement: &Placement| {
            let mut envelope = self.envelope(placement);
            envelope.time_stamp =
                Some(TimeStamp { url: "http://tsa.example".into(), policy: TimeStamp::REQUIRED.into() });
            envelope::to_bytes(&envelope)
        };
        let (facts, time) = (self.facts(), self.time());
        let render = &mut render;
        let draft = &mut NewEntry { release: &self.release, facts: &facts, render, stamp, written_at: &time };
        trail::append(port, draft)
    }

    fn input(&self, role: &str) -> Input {
        Input {
            path: format!("{role}.json"),
            sha256: Digest::of(format!("{role} {}", self.number).as_bytes()).to_string(),
            bytes: 65_536,
            format: "runframe".into(),
            run_id: format!("{role}-{}", self.number),
            model_id: role.into(),
            task_id: "mmlu".into(),
            metric: "accuracy".into(),
            items: 400,
            rows: 400,
            clusters: None,
            unscored: 0,
            unscored_by: std::collections::BTreeMap::new(),
            config_hash: None,
            judge: None,
            resolved: None,
            at_commit: None,
        }
    }
}

fn plan() -> Plan {
    Plan {
        sampling: None,
        lambda: None,
        hypothesis: "superior".into(),
        null_value: 0.0,
        rule: "interval".into(),
        method: "auto".into(),
        method_used: "paired_t".into(),
        method_reason: "independent items, more than two scores".into(),
        alpha: 0.05,
        power: 0.8,
        planned_delta: None,
        sides: "one".into(),
        better: "higher".into(),
        better_named: None,
        id: None,
        cluster: "from-data".into(),
        cluster_rule: None,
        units: "items".into(),
        epochs: "mean".into(),
        missing: "error".into(),
        min_coverage: 0.95,
        score_range: None,
        task_mismatch: None,
        identical: None,
        resamples: 10_000,
        seed: "0".into(),
        engine: "evalsig 0.1.0".into(),
        policy: None,
        overridden: Vec::new(),
    }
}
