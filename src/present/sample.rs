//! A sample that was drawn from a bank, for people.

use std::fmt::Write as _;

use super::layout::fitted;
use super::safe::line;
use super::screen::Width;
use crate::domain::number_format::{count, percent};
use crate::sampling::document::Sample;

/// What was drawn, what predicts the candidate, and what to do with it. `models`: how many past models there are.
#[must_use]
pub fn text(sample: &Sample, models: usize, path: &str, width: Width) -> String {
    let Sample { bank, draw, predictor, items, .. } = sample;
    let mut out = String::new();
    let drawn = items.len() as u64;
    let share = percent(items.len() as f64 / bank.items as f64);
    let of_clusters = match (draw.unit.as_str(), bank.clusters) {
        ("clusters", Some(all)) => format!(" in {} of {} clusters", count(u64::from(draw.count)), count(all)),
        _ => String::new(),
    };
    let strata = draw.strata.as_ref().map_or(String::new(), |key| format!(", by strata of {key}"));
    let _ = writeln!(
        out,
        "{}",
        line(&format!(
            "SAMPLE of {} items{of_clusters} of the {} of the bank ({share}), drawn with seed {}{strata}",
            count(drawn),
            count(bank.items),
            draw.seed
        ))
    );
    let _ = writeln!(
        out,
        "{}",
        line(&format!(
            "Bank: {}, model {}, task {}, metric {}",
            bank.path, bank.model_id, bank.task_id, bank.metric
        ))
    );
    let predicted = match predictor {
        None => "Predicted by the baseline's own score: no past run of another model was found. Name a store that holds \
                 some with --store, and fewer items will do."
            .to_owned(),
        Some(predictor) => format!(
            "Predicted by the baseline and {} past model{}: f = {:.3} {:+.3} b {:+.3} h {:+.3} b h{}",
            count(models as u64),
            if models == 1 { "" } else { "s" },
            predictor.constant,
            predictor.baseline,
            predictor.history,
            predictor.interaction,
            predictor.variance_ratio.map_or(String::new(), |ratio| format!(
                ". On those models it left {} of the variance of a paired difference: bounds as wide as those of {} paired items",
                percent(ratio),
                count((items.len() as f64 / ratio.max(1e-3)) as u64)
            ))
        ),
    };
    let _ = writeln!(out, "{}", line(&predicted));
    let _ = writeln!(out, "{}", line(&format!("Written to {path}; its member `items` lists the ids.")));
    let _ = writeln!(
        out,
        "{}",
        line(&format!(
            "Next: run the candidate on these items alone, then evalsig gate --bank {} --sample {path} --candidate FILE --min-delta DELTA",
            bank.path
        ))
    );
    fitted(&out, width)
}
