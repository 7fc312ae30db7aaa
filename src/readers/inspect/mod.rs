//! Inspect logs: `.eval` archives and JSON logs. Both hold the same objects; an archive holds them
//! in members, and thinned summaries of its samples beside the samples.

mod archive;
mod consistency;
mod errors;
mod header;
mod judge;
mod sample;
mod sample_labels;
mod scorer_choice;
mod usage;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::archive::Archive;
use self::consistency::SampleScores;
use self::header::Header;
use self::sample::EvalSample;
use self::sample_labels::SampleLabels;
use self::scorer_choice::ScorerChoice;
use super::tree::{self, Node, Projection};
use super::{Content, Format, ReadOptions, Reader, Reading, json};
use crate::domain::{Diagnostic, Direction, Item, RunFrameBuilder, RunMetadata};

/// Reads Inspect's `.eval` and JSON logs.
pub(super) struct InspectReader;

impl Reader for InspectReader {
    fn format(&self) -> Format {
        Format::Inspect
    }

    fn sniff(&self, head: &[u8]) -> bool {
        if archive::is_zip(head) {
            return true;
        }
        if json::first_byte(head) != Some(b'{') {
            return false;
        }
        let (mut eval, mut marked) = (false, false);
        tree::first_keys(head, |key| {
            match key {
                "items" | "run_id" => return Some(false),
                "eval" => eval = true,
                "version" | "status" | "plan" | "samples" => marked = true,
                _ => {}
            }
            (eval && marked).then_some(true)
        })
    }

    fn recognises(&self, head: &[u8]) -> bool {
        // A zip archive may hold anything: the names of its first members show whose it is.
        let held = |name: &str| head.windows(name.len()).any(|bytes| bytes == name.as_bytes());
        !archive::is_zip(head) || archive::OWN.iter().any(|name| held(name))
    }

    fn takes_id(&self) -> bool {
        true
    }

    fn read(&self, content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
        if archive::is_zip(content.head()) {
            // The library is not ours to vouch for: what it asserts about a hostile archive must
            // not end the process.
            return catch_unwind(AssertUnwindSafe(|| from_archive(content, options)))
                .unwrap_or_else(|_| Err(errors::unreadable_archive()));
        }
        from_json(json::text(&content.bytes()?)?, options)
    }
}

fn from_json(text: &str, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    let labels = SampleLabels::new(options);
    let sample = labels.fields();
    let samples = Projection::Fields(&sample);
    let samples = Projection::Each(&samples);
    let mut fields = header::FIELDS.to_vec();
    fields.push(("samples", samples));
    let log = tree::parse(text, Projection::Fields(&fields))?;
    let header = Header::of(&log)?;
    let Some(Node::List(records)) = log.get("samples") else {
        return Err(errors::header_only());
    };
    let samples: Vec<_> = records
        .iter()
        .enumerate()
        .map(|(at, record)| EvalSample::of(record).map_err(|error| error.within(&format!("samples[{at}]"))))
        .collect::<Result<_, _>>()?;
    finish(&header, &samples, labels, Vec::new(), None, options)
}

fn from_archive(content: &Content<'_>, options: &ReadOptions) -> Result<Reading, Diagnostic> {
    let mut archive = Archive::open(content.size(), content.seek()?)?;
    let labels = SampleLabels::new(options);
    let Some(log) = archive.json("header.json", Projection::Fields(&header::FIELDS))? else {
        return Err(archive.without_header());
    };
    let header = Header::of(&log).map_err(|error| error.within("header.json"))?;
    let fields = labels.fields();
    let (records, mut notes) = archive.summaries(Projection::Fields(&fields))?;
    let mut samples = Vec::new();
    for (place, record) in &records {
        samples.push(EvalSample::of(record).map_err(|error| error.within(place))?);
    }
    let twice = sample::keep_last(&mut samples)?;
    if twice > 0 {
        notes.push(format!(
            "{twice} summaries are of a sample and epoch that a later one is of as well: the last one counts."
        ));
    }
    finish(&header, &samples, labels, notes, Some(&mut archive), options)
}

fn finish(
    header: &Header,
    samples: &[EvalSample<'_>],
    mut labels: SampleLabels<'_>,
    mut notes: Vec<String>,
    mut archive: Option<&mut Archive<'_>>,
    options: &ReadOptions,
) -> Result<Reading, Diagnostic> {
    notes.extend(header.check_count(samples.len())?);
    let (choice, usage, note) = ScorerChoice::of(header, samples, options.metric.as_deref())?;
    notes.extend(note);
    notes.extend(header.reducer());
    let mut builder = RunFrameBuilder::default();
    let mut scores = Vec::with_capacity(samples.len());
    for (at, sample) in samples.iter().enumerate() {
        let here = |error: Diagnostic| error.within(&format!("samples[{at}]"));
        let cluster = labels.cluster(sample, archive.as_deref_mut()).map_err(here)?;
        let slice = labels.slice(sample, cluster.as_deref(), archive.as_deref_mut()).map_err(here)?;
        let named = labels.item(sample).map_err(here)?;
        let score = match choice.is_usage() {
            true => usage.score(sample, choice.name()),
            false => choice.score(sample).map_err(here)?,
        };
        builder.push(Item {
            id: named.as_deref().unwrap_or(&sample.id),
            epoch: sample.epoch,
            cluster: cluster.as_deref(),
            score,
        });
        builder.slice(slice.as_deref());
        builder.fingerprint(sample.target);
        builder.input(sample.input);
        scores.push(score);
    }
    labels.check()?;
    if choice.is_usage() {
        builder.direction(Some(Direction::LowerIsBetter));
        notes.extend(usage.note(choice.name()));
    } else {
        let scores = SampleScores { choice: &choice, samples, scores };
        scores.check_numbers()?;
        scores.check_header(header)?;
        if let (true, Some(archive)) = (options.deep, archive) {
            notes.extend(scores.check_samples(archive)?);
        }
        notes.extend(scores.notes());
        builder.score_range(scores.range());
    }
    builder.ignored_clusters(labels.ignored());
    let names = header.names(choice.name(), options)?;
    let judge = (!choice.is_usage()).then(|| header.judge(choice.place().0)).flatten();
    let reading = Reading::of(builder.finish(RunMetadata { judge, ..names })?, Format::Inspect);
    Ok(Reading {
        version: header.version(),
        created: header.created(),
        metrics: choice.held().to_vec(),
        notes,
        ..reading
    })
}
