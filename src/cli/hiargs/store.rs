//! `history` and `store`: which store, and what of it.

use super::super::errors;
use super::shared::{Terminal, screen};
use super::values::{parse, project};
use crate::cli::lowargs::{GetFlags, HistoryFlags, MirrorFlags, RootFlags, ShapeFlag};
use crate::commands::get::GetRequest;
use crate::commands::history::{HistoryRequest, Pictures, Shape};
use crate::commands::mirror::MirrorRequest;
use crate::commands::targets::StoreTarget;
use crate::domain::{Diagnostic, Verdict};
use crate::readers::Format;
use crate::store::{Period, Query};

pub(in crate::cli) fn history(
    flags: &HistoryFlags,
    terminal: Terminal,
) -> Result<HistoryRequest, Diagnostic> {
    let project = project("--project", &flags.project)?;
    let period = Period::of(flags.since.as_deref(), flags.until.as_deref()).map_err(|text| {
        let flag = if flags.since.as_deref() == Some(text) { "--since" } else { "--until" };
        errors::bad_time(flag, text)
    })?;
    let verdict = |text: &String| {
        parse("--verdict", text, "ALLOW, REJECT or INCONCLUSIVE", |text| {
            let mut words = Verdict::ALL.iter().map(|verdict| verdict.as_str());
            words.find(|word| word.eq_ignore_ascii_case(text)).map(str::to_owned)
        })
    };
    Ok(HistoryRequest {
        store: flags.root.clone().map(|root| StoreTarget { root, project, max_age_days: None }),
        trail: flags.trail.clone(),
        query: Query {
            period,
            model: flags.model.clone(),
            task: flags.task.clone(),
            metric: flags.metric.clone(),
            verdict: flags.verdict.as_ref().map(verdict).transpose()?,
        },
        afresh: flags.rebuild,
        shape: match flags.output {
            ShapeFlag::Table => Shape::Table,
            ShapeFlag::Json => Shape::Json,
            ShapeFlag::Jsonl => Shape::Jsonl,
            ShapeFlag::Csv => Shape::Csv,
        },
        screen: screen(flags.color, terminal),
        pictures: Pictures { html: flags.html.clone(), svg: flags.svg.clone() },
        quiet: flags.quiet,
    })
}

pub(in crate::cli) fn get(flags: &GetFlags) -> Result<GetRequest, Diagnostic> {
    Ok(GetRequest {
        store: at(&flags.at)?,
        run: flags.run.clone(),
        format: parse("--format", &flags.format, "runframe or parquet", |text| match text {
            "runframe" => Some(Format::RunFrame),
            "parquet" => Some(Format::Parquet),
            _ => None,
        })?,
        out: flags.out.clone(),
    })
}

fn at(flags: &RootFlags) -> Result<StoreTarget, Diagnostic> {
    Ok(StoreTarget {
        root: flags.root.clone(),
        project: project("--project", &flags.project)?,
        max_age_days: None,
    })
}

pub(in crate::cli) fn mirror(flags: &MirrorFlags, terminal: Terminal) -> Result<MirrorRequest, Diagnostic> {
    for (name, value) in [("--to", Some(&flags.to)), ("--root", flags.root.as_ref())] {
        if value.is_some_and(String::is_empty) {
            return Err(errors::empty_place(name));
        }
    }
    Ok(MirrorRequest {
        to: flags.to.clone(),
        audit_root: flags.audit_root.clone().into(),
        store: flags.root.clone(),
        json: flags.json.clone(),
        width: terminal.width,
    })
}
