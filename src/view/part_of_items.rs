//! What to know of a gate on a part of the items: a sample of a bank, several runs of the baseline, labels of people.

use super::facts::Fact;
use super::notices::Notice;
use super::unit::Unit;
use crate::domain::number_format::{count, percent};
use crate::envelope::{Record, v1};

/// As facts beside the numbers.
pub(super) fn facts(record: &Record) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Some(sampling) = &record.plan.sampling {
        let all = record.inputs.baseline.items;
        let (seed, count_of) = (&sampling.draw.seed, count(u64::from(sampling.draw.count)));
        let strata =
            sampling.draw.strata.as_ref().map_or(String::new(), |key| format!(", by strata of {key}"));
        facts.push(Fact::new(
            "sample",
            format!(
                "{count_of} {} of a bank of {} items, drawn with seed {seed}{strata}; the claim is about the {}",
                sampling.draw.unit,
                count(all),
                sampling.about
            ),
        ));
        let predicted =
            sampling.predictor.as_ref().map_or("the baseline's own score".to_owned(), |predictor| {
                let runs = predictor.runs.len();
                format!("the baseline and {runs} past run{}", if runs == 1 { "" } else { "s" })
            });
        facts.push(Fact::new("prediction", predicted));
    }
    if !record.inputs.repeats.is_empty() {
        let runs = count(record.inputs.repeats.len() as u64 + 1);
        facts.push(Fact::new("baseline", format!("mean of {runs} runs on each item")));
    }
    if let Some(judge) = &record.report.judge {
        facts.push(Fact::new(
            "labelled",
            format!(
                "{} of {} items by people; lambda {:.3}",
                count(judge.labelled),
                count(judge.judged),
                judge.lambda
            ),
        ));
        for (which, agreement) in [("baseline", &judge.baseline), ("candidate", &judge.candidate)] {
            facts.push(Fact::new("judge", format!("{which}: {}", agreed(agreement))));
        }
    }
    facts
}

fn agreed(agreement: &v1::Agreement) -> String {
    let share = |name: &str, share: &v1::Share| {
        format!(
            "{name} {} ({} to {}, {} of {})",
            percent(share.hits as f64 / share.of.max(1) as f64),
            percent(share.lower),
            percent(share.upper),
            count(share.hits),
            count(share.of)
        )
    };
    let more = [("sensitivity", &agreement.sensitivity), ("specificity", &agreement.specificity)];
    let more = more.into_iter().filter_map(|(name, found)| Some(share(name, found.as_ref()?)));
    std::iter::once(share("agrees with people", &agreement.same)).chain(more).collect::<Vec<_>>().join("; ")
}

/// As something to know beside the verdict: what the judge alone would have said.
pub(super) fn notices(record: &Record, unit: &Unit) -> Vec<Notice> {
    let Some(judge) = &record.report.judge else { return Vec::new() };
    let alone = &judge.uncorrected;
    let [low, high] = unit.bounds(alone.lower, alone.upper);
    let said = format!(
        "by the judge's scores alone the verdict would be {}: a difference of {}, {low} to {high}",
        alone.verdict.as_str(),
        unit.signed(alone.delta)
    );
    let same = alone.verdict == record.report.verdict;
    let name = record.inputs.gold.as_ref().and_then(|gold| gold.judge.as_ref());
    let label = name.map_or("judge".to_owned(), |name| format!("judge {name}"));
    vec![if same { Notice::remark(&label, said) } else { Notice::warning(&label, said) }]
}
