//! `index.html`: the decisions of an export as a page that needs nothing else, and loads nothing else.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{claims, entries};
use crate::domain::Digest;
use crate::domain::number_format::{count, p_value, percent, signed};
use crate::present::safe::{href, html};
use crate::report::export::{Decision, Document, Export, ExportedSuite, Head, Numbers};

const STYLE: &str = "
body { font: 15px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 76rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin: 0 0 .25rem }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #d0d0d0 }
th { border-bottom: 2px solid #1a1a1a; font-weight: 600 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td.claim { color: #555; font-size: .85em; padding-top: 0 }
tbody tr.decision td:nth-child(2) { white-space: nowrap }
tbody tr.decision td { border-bottom: 0; padding-bottom: 0 }
tbody { break-inside: avoid }
thead { display: table-header-group }
.ALLOW { color: #0a6b2d; font-weight: 600 }
.REJECT { color: #a31515; font-weight: 600 }
.INCONCLUSIVE { color: #7a5200; font-weight: 600 }
table.claims { margin: .4rem 0; font-size: .95em } table.claims th, table.claims td { padding: .15rem .5rem; border-bottom: 1px solid #e4e4e4 }
code, pre { font: .85em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
pre { background: #f4f4f4; padding: .6rem .8rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 1rem 0 }
dt { color: #555 } dd { margin: 0 }
a { color: #0b4f9e }
.missing { border-left: 4px solid #a31515; padding-left: 1rem }
@page { size: landscape; margin: 12mm }
@media print { body { margin: 0; max-width: none; font-size: 10px } a { color: inherit } pre { background: none; border: 1px solid #d0d0d0 } }
";

/// The page. Nothing in it runs, and its policy lets a browser load nothing, whatever a name says.
#[must_use]
pub fn page(export: &Export) -> String {
    let style = STANDARD.encode(Digest::of(STYLE.as_bytes()).as_bytes());
    let title = format!("Release decisions, {}", export.entries());
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{style}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    let Head { index, sha256 } = &export.head;
    let _ = writeln!(
        out,
        "<dl>\n<dt>Asked for</dt><dd>{}</dd>\n<dt>Entries</dt><dd>{}</dd>\n\
         <dt>Head of the chain</dt><dd>entry {index}, SHA-256 <code>{sha256}</code></dd>\n\
         <dt>Written by</dt><dd>{}</dd>\n</dl>",
        html(&export.range.asked),
        entries(export),
        html(&export.tool)
    );
    if !export.missing.is_empty() {
        out.push_str("<div class=\"missing\">\n<h2>Not complete</h2>\n<ul>\n");
        for missing in &export.missing {
            let (what, envelope, why) = (html(&missing.what), html(&missing.envelope), html(&missing.why));
            let _ = writeln!(out, "<li><code>{what}</code> (of <code>{envelope}</code>): {why}</li>");
        }
        out.push_str("</ul>\n</div>\n");
    }
    out.push_str(
        "<table>\n<thead>\n<tr><th class=\"number\">Entry</th><th>Decided</th><th>Release</th><th>Verdict</th>\
         <th class=\"number\">Delta</th><th>Bounds</th><th class=\"number\">p</th>\
         <th class=\"number\">Pairs</th><th>Evidence</th></tr>\n</thead>\n",
    );
    let mut documents = export.documents.iter().peekable();
    for decision in &export.decisions {
        while let Some(before) = documents.next_if(|document| document.index < decision.index) {
            document_row(&mut out, before);
        }
        row(&mut out, decision);
    }
    for after in documents {
        document_row(&mut out, after);
    }
    let _ = writeln!(
        out,
        "</table>\n<h2>How to verify</h2>\n\
         <p>This page shows what the envelopes say; the envelopes are the record. \
         <a href=\"{}\">README.txt</a> says how to check them with everyday tools. In the folder of this page:</p>\n\
         <pre>sha256sum --check --quiet SHA256SUMS\nevalsig verify . --anchor {sha256}</pre>\n\
         <p>Compare the head with a hash that was kept where whoever keeps the trail cannot write.</p>\n\
         </body>\n</html>",
        href("README.txt")
    );
    out
}

/// A decision: its numbers, and below them its claim.
fn row(out: &mut String, decision: &Decision) {
    let Decision { index, release_id, attempt, .. } = decision;
    let attempt = if *attempt > 1 { format!(" <small>attempt {attempt}</small>") } else { String::new() };
    let verdict = decision.verdict.map_or("unknown", |verdict| verdict.as_str());
    let decided_at = decision.decided_at.as_deref().unwrap_or("unknown");
    let cells = decision.numbers.as_ref().map_or(["", "", "", ""].map(String::from), |numbers| {
        [signed(numbers.delta), interval(numbers), p_value(numbers.p_value), count(numbers.n_pairs)]
    });
    let [delta, interval, p, pairs] = cells;
    let _ = writeln!(
        out,
        "<tbody>\n<tr class=\"decision\"><td class=\"number\">{index}</td><td>{}</td><td>{}{attempt}</td>\
         <td class=\"{verdict}\">{verdict}</td><td class=\"number\">{delta}</td><td>{interval}</td>\
         <td class=\"number\">{p}</td><td class=\"number\">{pairs}</td><td>{}</td></tr>",
        html(decided_at),
        html(release_id),
        links(decision)
    );
    let (claim, table) = match (&decision.numbers, &decision.suite) {
        (Some(numbers), _) => (numbers.claim.clone(), String::new()),
        (None, Some(suite)) => (claims::words(suite), claims_table(suite)),
        (None, None) => ("Written by a newer version.".into(), String::new()),
    };
    let (claim, sha256) = (html(&claim), html(&decision.envelope.sha256));
    let _ = writeln!(
        out,
        "<tr><td class=\"number\"></td><td class=\"claim\" colspan=\"8\">{claim} <code>{sha256}</code>{table}</td></tr>\n</tbody>"
    );
}

/// The claims of a suite.
fn claims_table(suite: &ExportedSuite) -> String {
    let cells = |cells: &[String], tag: &str| -> String {
        cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", html(cell))).collect()
    };
    let head = cells(&claims::HEAD.map(String::from), "th");
    let mut out = format!("\n<table class=\"claims\">\n<tr>{head}</tr>\n");
    for row in claims::rows(suite) {
        let _ = writeln!(out, "<tr>{}</tr>", cells(&row, "td"));
    }
    out.push_str("</table>\n");
    out
}

/// A plan or a waiver: its kind where a decision has its verdict, and below what it says.
fn document_row(out: &mut String, document: &Document) {
    let Document { index, release_id, kind, number, .. } = document;
    let recorded_at = document.recorded_at.as_deref().unwrap_or("unknown");
    let about = document.about.as_deref().unwrap_or("Written by a newer version.");
    let links = links_to(&document.envelope.path, kind, &document.entry.path, &document.beside);
    let _ = writeln!(
        out,
        "<tbody>\n<tr class=\"decision\"><td class=\"number\">{index}</td><td>{}</td>\
         <td>{} <small>{kind} {number}</small></td><td colspan=\"5\">{kind}</td><td>{links}</td></tr>\n\
         <tr><td class=\"number\"></td><td class=\"claim\" colspan=\"8\">{} <code>{}</code></td></tr>\n</tbody>",
        html(recorded_at),
        html(release_id),
        html(about),
        html(&document.envelope.sha256),
        kind = html(kind),
    );
}

fn link(path: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", href(path), html(text))
}

/// Links to an envelope, its entry, and what lies beside them.
fn links_to(envelope: &str, called: &str, entry: &str, beside: &[String]) -> String {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let mut links = vec![link(envelope, called), link(entry, "entry")];
    links.extend(beside.iter().map(|path| link(path, &name(path))));
    links.join(", ")
}

/// Both bounds where there are any: the upper one is what a REJECT rests on, and a one-sided interval does
/// not show it.
fn interval(numbers: &Numbers) -> String {
    let (sides, level) = match &numbers.bounds {
        Some(bounds) => ((bounds.lower, bounds.upper), format!("each {}", percent(bounds.each))),
        None => (numbers.ci, percent(numbers.ci_level)),
    };
    match sides {
        (Some(low), Some(high)) => format!("{} to {} ({level})", signed(low), signed(high)),
        (Some(low), None) => format!("above {} ({level})", signed(low)),
        (None, Some(high)) => format!("below {} ({level})", signed(high)),
        (None, None) => "unbounded".into(),
    }
}

fn links(decision: &Decision) -> String {
    let name = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let mut links = vec![link(&decision.envelope.path, "envelope"), link(&decision.entry.path, "entry")];
    let runs = [(&decision.runs.baseline, "baseline"), (&decision.runs.candidate, "candidate")];
    links.extend(runs.iter().filter_map(|(path, text)| Some(link(path.as_deref()?, text))));
    for task in &decision.tasks {
        let runs = [
            (&task.runs.baseline, "baseline"),
            (&task.runs.candidate, "candidate"),
            (&task.runs.anchor, "anchor"),
        ];
        let named = |text: &str| format!("{} {text}", task.task);
        links.extend(runs.iter().filter_map(|(path, text)| Some(link(path.as_deref()?, &named(text)))));
    }
    links.extend(decision.beside.iter().map(|path| link(path, &name(path))));
    links.join(", ")
}
