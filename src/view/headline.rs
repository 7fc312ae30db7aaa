//! The first line: may it ship, by how much, how sure.
//!
//! Its words are never stronger than the bounds: each number is rounded to the weaker side, and where nothing was
//! shown it says what would have been.

use super::effect::{Asked, Effect, Region};
use super::sentence::Sentence;
use super::unit::Unit;
use crate::domain::RunMetadata;
use crate::domain::number_format::{count, percent};
use crate::envelope::Record;
use crate::envelope::v1::VerdictWord;

/// The first line about one pair of runs.
pub(super) fn of_pair(record: &Record, effect: &Effect, unit: &Unit) -> Sentence {
    let words = Words { record, effect, unit };
    if !effect.tested {
        return words.of_evalsig_0_1();
    }
    match record.report.verdict {
        VerdictWord::Allow => words.allowed(),
        VerdictWord::Reject => words.rejected(),
        VerdictWord::Inconclusive => words.undecided(),
    }
}

struct Words<'a> {
    record: &'a Record,
    effect: &'a Effect,
    unit: &'a Unit,
}

impl Words<'_> {
    fn candidate(&self, begun: Sentence) -> Sentence {
        self.model(begun, &self.record.inputs.candidate.model_id, "the candidate")
    }

    fn baseline(&self, begun: Sentence) -> Sentence {
        self.model(begun, &self.record.inputs.baseline.model_id, "the baseline")
    }

    /// A model by its name; where that does not tell the two apart, by what it is for.
    fn model(&self, begun: Sentence, name: &str, part: &str) -> Sentence {
        let inputs = &self.record.inputs;
        let told_apart =
            inputs.baseline.model_id != inputs.candidate.model_id && name != RunMetadata::UNKNOWN;
        if told_apart { begun.name(name) } else { begun.words(part) }
    }

    fn may_ship(&self) -> Sentence {
        self.candidate(Sentence::default()).words(" may ship: ")
    }

    fn must_not_ship(&self) -> Sentence {
        self.candidate(Sentence::default()).words(" must not ship: ")
    }

    fn points(&self, number: String) -> String {
        format!("{number}{}", self.unit.word())
    }

    /// What was asked for and how sure the bounds are, in brackets.
    fn condition(&self) -> String {
        let unit = self.unit;
        let asked = match self.effect.asked {
            Asked::MoreThan(0.0) => "we asked for better at all".into(),
            Asked::MoreThan(value) if value > 0.0 => format!("we asked for {}", unit.at_least(value)),
            Asked::MoreThan(value) => format!("we accept less than {} worse", unit.at_least(value)),
            Asked::Within(margin) => format!("we accept less than {} either way", unit.at_least(margin)),
        };
        format!(" ({asked}; {} sure)", percent(self.effect.each))
    }

    fn allowed(&self) -> Sentence {
        let (effect, unit) = (self.effect, self.unit);
        if effect.region() != Region::Shown {
            return self
                .may_ship()
                .words("it changes nothing: all scores are those of ")
                .and(|begun| self.baseline(begun))
                .words(", and the plan allows that");
        }
        let lower = effect.lower.unwrap_or(f64::NEG_INFINITY);
        match effect.asked {
            Asked::Within(_) => {
                let most = lower.abs().max(effect.upper.unwrap_or(f64::INFINITY).abs());
                self.may_ship().words("it differs from ").and(|begun| self.baseline(begun)).words(format!(
                    " by at most {}{}",
                    self.points(unit.at_most(most)),
                    self.condition()
                ))
            }
            Asked::MoreThan(_) if lower > 0.0 => self.better_by_at_least(self.may_ship(), lower),
            Asked::MoreThan(_) if lower == 0.0 => self.not_worse(),
            Asked::MoreThan(_) => self
                .may_ship()
                .words("it is at most ")
                .words(self.points(unit.at_most(lower)))
                .words(" worse than ")
                .and(|begun| self.baseline(begun))
                .words(self.condition()),
        }
    }

    fn not_worse(&self) -> Sentence {
        self.may_ship()
            .words("it is not worse than ")
            .and(|begun| self.baseline(begun))
            .words(self.condition())
    }

    fn better_by_at_least(&self, begun: Sentence, lower: f64) -> Sentence {
        begun.words("it is better than ").and(|begun| self.baseline(begun)).words(format!(
            " by at least {}{}",
            self.points(self.unit.at_least(lower)),
            self.condition()
        ))
    }

    fn rejected(&self) -> Sentence {
        let (effect, unit) = (self.effect, self.unit);
        let upper = effect.upper.unwrap_or(f64::INFINITY);
        let begun = self.must_not_ship();
        match (effect.asked, effect.lower) {
            (Asked::Within(margin), Some(lower)) if lower > margin => self.better_by_at_least(begun, lower),
            _ if upper < 0.0 => begun
                .words("it is worse than ")
                .and(|begun| self.baseline(begun))
                .words(format!(" by at least {}{}", self.points(unit.at_least(upper)), self.condition())),
            _ if upper == 0.0 => begun
                .words("it is not better than ")
                .and(|begun| self.baseline(begun))
                .words(self.condition()),
            _ => begun.words("it is better than ").and(|begun| self.baseline(begun)).words(format!(
                " by at most {}{}",
                self.points(unit.at_most(upper)),
                self.condition()
            )),
        }
    }

    fn undecided(&self) -> Sentence {
        let (report, pairing) = (&self.record.report, &self.record.pairing);
        if pairing.coverage < self.record.plan.min_coverage {
            return Sentence::of(format!(
                "Not decided: only {} of the items have a score in both runs, and at least {} must",
                percent_below(pairing.coverage, self.record.plan.min_coverage),
                percent(self.record.plan.min_coverage)
            ));
        }
        if let Some((lower, upper)) = self.effect.observed {
            return self.undecided_for_missing((lower, upper));
        }
        if self.effect.lower.is_none() && self.effect.upper.is_none() {
            // Too few units for any test: how many it takes stands in the finding.
            let few = report.finding.starts_with("Not decided: ");
            let said = if few {
                report.finding.trim_end_matches('.')
            } else {
                "Not decided: these items put no bound on the difference"
            };
            return Sentence::of(said);
        }
        let between = Sentence::of(format!("Not decided: the difference lies {}", self.between()));
        match self.would_show() {
            Some(words) => between.words(format!("; {words}")),
            None => between,
        }
    }

    /// Scores are missing, and with them nothing is decided.
    fn undecided_for_missing(&self, observed: (Option<f64>, Option<f64>)) -> Sentence {
        let without = Effect { lower: observed.0, upper: observed.1, observed: None, ..*self.effect };
        let seen = match without.region() {
            Region::Shown => "those that are there would let it ship",
            Region::Refuted => "those that are there would keep it from shipping",
            Region::Open => "those that are there decide nothing either",
        };
        let with = if self.effect.lower.is_none() && self.effect.upper.is_none() {
            "how far scores can go is not known, so nothing can be said with the others".to_owned()
        } else {
            format!("whatever the others would be, the difference lies {}", self.between())
        };
        Sentence::of(format!("Not decided: scores are missing; {seen}, but {with}"))
    }

    fn between(&self) -> String {
        let unit = self.unit;
        match (self.effect.lower, self.effect.upper) {
            (Some(lower), Some(upper)) => {
                format!("between {} and {}", unit.lower(lower), self.points(unit.upper(upper)))
            }
            (Some(lower), None) => format!("above {}", self.points(unit.lower(lower))),
            (None, Some(upper)) => format!("below {}", self.points(unit.upper(upper))),
            (None, None) => "anywhere".into(),
        }
    }

    /// Which true difference these items would show, as often as was planned for.
    fn would_show(&self) -> Option<String> {
        let Asked::MoreThan(null) = self.effect.asked else { return None };
        let c = &self.record.report.comparison;
        let from = null + c.mde.filter(|mde| mde.is_finite() && *mde > 0.0)?;
        let units = match c.n_clusters {
            Some(clusters) => {
                format!("these {} items in {} groups", count(c.n_pairs), count(clusters))
            }
            None => format!("these {} items", count(c.n_pairs)),
        };
        Some(if from > 0.0 {
            format!("with {units} only a difference of {} or more would show", self.unit.at_most(from))
        } else {
            format!("with {units} only a difference above {} would show", self.unit.upper(from))
        })
    }

    /// That rule looks at the observed difference, and gives no bound.
    fn of_evalsig_0_1(&self) -> Sentence {
        let delta = self.effect.estimate;
        let direction = if delta < 0.0 { "worse" } else { "better" };
        let begun = match self.record.report.verdict {
            VerdictWord::Allow => self.may_ship(),
            VerdictWord::Reject => self.must_not_ship(),
            VerdictWord::Inconclusive => self.candidate(Sentence::of("Not decided: ")).words(": "),
        };
        let size = self.unit.signed(delta);
        begun
            .words(format!(
                "by the rule of evalsig 0.1, which gives no bound, it was {} {direction} than ",
                { self.points(size.trim_start_matches(['+', '-']).to_owned()) }
            ))
            .and(|begun| self.baseline(begun))
    }
}

/// A share that is below a limit, with as many digits as it takes to see that.
fn percent_below(share: f64, limit: f64) -> String {
    let text = percent(share);
    if text == percent(limit) { format!("{:.3} %", (share * 100_000.0).floor() / 1000.0) } else { text }
}
