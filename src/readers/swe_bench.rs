//! SWE-bench: the report of an evaluation, `<model>.<run id>.json`, which lists the instances by what became of them.

use super::records::{Fields, Records, Row, Scores, name, unit};
use super::scalar::Scalar;
use super::tree::{self, Node, Projection};
use super::{Content, Format, ReadOptions, Reader, Reading, errors, json, table};
use crate::domain::{Diagnostic, RunMetadata, Score, Unscored};

const RESOLVED: &str = "resolved";
const TASK: &str = "SWE-bench";

/// What may become of an instance: the list of its id, the count of that list, and its score.
const LISTS: [(&str, &str, Result<f64, Unscored>); 4] = [
    ("resolved_ids", "resolved_instances", Ok(1.0)),
    ("unresolved_ids", "unresolved_instances", Ok(0.0)),
    // The model gave no answer: that it is wrong is no failure of the harness.
    ("empty_patch_ids", "empty_patch_instances", Ok(0.0)),
    ("error_ids", "error_instances", Err(Unscored::Failed)),
];
const EMPTY: usize = 2;
const FAILED: usize = 3;

/// Reads reports of SWE-bench.
pub(super) struct SweBenchReader;

impl Reader for SweBenchReader {
    fn format(&self) -> Format {
        Format::SweBench
    }

    fn sniff(&self, head: &[u8]) -> bool {
        let (mut resolved, mut marked) = (false, false);
        json::first_byte(head) == Some(b'{')
            && tree::first_keys(head, |key| {
                match key {
                    "items" | "samples" => return Some(false),
                    "resolved_ids" | "resolved_instances" => resolved = true,
                    "submitted_instances" | "completed_instances" | "unresolved_ids" | "completed_ids" => {
                        marked = true;
                    }
                    _ => {}
                }
                (resolved && marked).then_some(true)
            })
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        let mut shape: Vec<(&str, Projection<'_>)> = vec![("incomplete_ids", Projection::All)];
        for (ids, count, _) in LISTS {
            shape.extend([(ids, Projection::All), (count, Projection::All)]);
        }
        let report = tree::parse(json::text(&content.bytes()?)?, Projection::Fields(&shape))?;
        let listed = |field: &str| match report.get(field) {
            Some(Node::List(ids)) => ids.as_slice(),
            _ => &[],
        };
        if LISTS.iter().take(EMPTY).any(|(ids, ..)| !matches!(report.get(ids), Some(Node::List(_)))) {
            return Err(errors::no_lists_of_instances());
        }
        // Each instance with its repository, by which instances may be grouped.
        let mut instances = Vec::new();
        for (at, (ids, count, score)) in LISTS.iter().enumerate() {
            let held = listed(ids);
            if report.get(count).and_then(Node::count).is_some_and(|said| said != held.len() as u64) {
                return Err(errors::totals_differ(
                    count,
                    ids,
                    report
                        .get(count)
                        .and_then(Node::count)
                        .map_or(0, |said| usize::try_from(said).unwrap_or(0)),
                    held.len(),
                ));
            }
            for (row, id) in held.iter().enumerate() {
                let id = id.scalar().id().map_err(|error| error.within(&format!("{ids}[{row}]")))?;
                instances.push((at, row, instance(&id), *score, id.into_owned()));
            }
        }
        let places: Vec<(usize, usize)> = instances.iter().map(|(list, row, ..)| (*list, *row)).collect();
        let mut records = Records::new(options, move |number| {
            let (list, row) =
                usize::try_from(number).ok().and_then(|at| places.get(at)).copied().unwrap_or((0, 0));
            format!("{}[{row}]", LISTS.get(list).map_or("", |(ids, ..)| ids))
        });
        for (number, (.., fields, score, id)) in (0..).zip(&instances) {
            let score = score.and_then(|score| Score::new(score).ok_or(Unscored::NotFinite));
            records.push(Row {
                number,
                fields: Fields { record: fields, inside: vec![fields] },
                id: id.clone(),
                epoch: Some(0),
                target: 0,
                input: 0,
                unscored: score.err(),
                scores: vec![(RESOLVED.to_owned(), score)],
            })?;
        }
        let (model, run) = table::stem(content.path()).rsplit_once('.').unwrap_or(("", ""));
        let names = RunMetadata {
            run_id: if run.is_empty() { table::stem(content.path()).to_owned() } else { run.to_owned() },
            model_id: name(Some(model).filter(|model| !model.is_empty())),
            task_id: TASK.to_owned(),
            ..RunMetadata::default()
        };
        let mut reading = records.finish(Scores {
            format: Format::SweBench,
            place: "report",
            names,
            headline: None,
            aside: &[],
            range: unit,
        })?;
        let of = |at: usize| instances.iter().filter(|(list, ..)| *list == at).count();
        let told = [
            (of(EMPTY), "with an empty patch: not resolved, as SWE-bench counts them."),
            (
                of(FAILED),
                "on which the harness failed: unscored, where SWE-bench counts them as not resolved.",
            ),
            (listed("incomplete_ids").len(), "without a prediction: no items of this run."),
        ];
        reading.notes.extend(
            told.iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{count} instances {what}")),
        );
        Ok(reading)
    }
}

/// What is known of an instance: its id is that of the repository and the number of a pull request.
fn instance(id: &str) -> Node {
    let repository = id.rsplit_once('-').map_or(id, |(repository, _)| repository);
    let text = |text: &str| Node::Leaf(Scalar::Text(text.to_owned().into()));
    Node::Object(Box::new([("repo".to_owned(), text(repository))]))
}
