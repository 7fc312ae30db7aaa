//! The record of a judgement: the parts of an envelope that depend on inputs, plan and seed only.
//! Every renderer takes it, so what is shown is what is recorded.

use super::from_judgement::{changed, pairing, plan, report, tool};
use super::v1;
use crate::decision::Judgement;

/// The record of one judgement, before it has a place in a trail.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Verdict, words and numbers.
    pub report: v1::Report,
    /// What fixed the inference.
    pub plan: v1::Plan,
    /// The two runs.
    pub inputs: v1::Inputs,
    /// How they were matched.
    pub pairing: v1::Pairing,
    /// The effect in other units.
    pub effect_sizes: v1::EffectSizes,
    /// Items whose score changed.
    pub changed: v1::Changed,
}

/// Facts that only the moment and the place of a decision know.
#[derive(Clone, Debug, PartialEq)]
pub struct Circumstances {
    /// When, RFC 3339 UTC.
    pub decided_at: String,
    /// By which clock.
    pub clock: String,
    /// About which source.
    pub source: Option<v1::Source>,
    /// In which workflow run.
    pub run: Option<v1::Run>,
    /// The image, where it is known.
    pub image_digest: Option<String>,
    /// The stored copies of both runs.
    pub store: Option<v1::Store>,
    /// What is asked of a time-stamping authority.
    pub time_stamp: Option<v1::TimeStamp>,
}

/// The place of an envelope in a trail: the release, the attempt, and the envelope that it supersedes.
pub type Place<'a> = (&'a str, u32, Option<v1::FileRef>);

impl Record {
    /// The record of a judgement on these inputs. `reading_notes` is what a person should know of how both
    /// files were read.
    #[must_use]
    pub fn of(judgement: &Judgement, inputs: v1::Inputs, reading_notes: Vec<String>) -> Self {
        let (method_used, method_reason) = judgement.basis.method();
        let notes =
            [judgement.pairs.notes.as_slice(), reading_notes.as_slice(), judgement.basis.notes()].concat();
        Self {
            report: report(judgement, notes),
            plan: plan(&judgement.plan, method_used, method_reason, judgement.basis.is_clustered()),
            inputs,
            pairing: pairing(&judgement.pairs, judgement.plan.edition),
            effect_sizes: judgement.effect_sizes.into(),
            changed: changed(&judgement.pairs, judgement.plan.direction),
        }
    }

    /// Most that the probability can be that one attempt or another of the first `attempts` is allowed
    /// although no candidate meets the claim: their error rates added up, whatever they have in common
    /// (Bonferroni). `None` under the rule evalsig-0.1, which holds no error rate.
    #[must_use]
    pub fn any_allow_at_most(&self, attempts: u32) -> Option<f64> {
        self.report.comparison.bounds.as_ref()?;
        // 1 - .95 is .050000000000000044: the plan's own number is wanted.
        let each = if self.plan.sides == "two" { self.plan.alpha / 2.0 } else { self.plan.alpha };
        Some((f64::from(attempts) * each).min(1.0))
    }

    /// Whether its numbers come without a warning, and from every item.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        self.report.comparison.warnings.is_empty() && self.pairing.coverage >= 1.0
    }

    /// The envelope of this record at its place in a trail (`None`: outside any trail).
    #[must_use]
    pub fn envelope(&self, place: Option<Place<'_>>, circumstances: &Circumstances) -> v1::Envelope {
        let (release_id, attempt, supersedes) = match place {
            Some((release, attempt, supersedes)) => (Some(release.to_owned()), attempt, supersedes),
            None => (None, 1, None),
        };
        v1::Envelope {
            schema: v1::SCHEMA.into(),
            verdict: self.report.verdict,
            exit_code: self.report.exit_code,
            release_id,
            attempt,
            any_allow_at_most: self.any_allow_at_most(attempt),
            supersedes,
            decided_at: circumstances.decided_at.clone(),
            clock: circumstances.clock.clone(),
            report: self.report.clone(),
            plan: self.plan.clone(),
            inputs: self.inputs.clone(),
            pairing: self.pairing.clone(),
            effect_sizes: self.effect_sizes.clone(),
            changed: self.changed.clone(),
            source: circumstances.source.clone(),
            run: circumstances.run.clone(),
            tool: tool(circumstances.image_digest.clone()),
            store: circumstances.store.clone(),
            time_stamp: circumstances.time_stamp.clone(),
            overrides: Vec::new(),
        }
    }
}
