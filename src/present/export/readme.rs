//! `README.txt`: what an export is, and how to verify it with tools that everybody has.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr as _;

use super::{claims, entries, lacking};
use crate::present::safe::line;
use crate::report::export::{Decision, Export, ExportedSuite, Head};

/// The text. Its indented blocks are commands for a shell in the folder of the export.
#[must_use]
pub fn readme(export: &Export) -> String {
    let mut out = String::from("EVIDENCE OF RELEASE DECISIONS\nexported from an evalsig audit trail\n\n");
    let Head { index, sha256 } = &export.head;
    let _ = writeln!(out, "Asked for    {}", line(&export.range.asked));
    let _ = writeln!(out, "That is      {}, within {} of the chain", entries(export), export.entries());
    let _ = writeln!(out, "Head here    entry {index}, SHA-256 {sha256}");
    let _ = writeln!(out, "Written by   {}", line(&export.tool));
    if !export.missing.is_empty() {
        out.push_str("\n\nNOT COMPLETE\n\nThis should be here and is not; everything else is:\n\n");
        for missing in &export.missing {
            let _ = writeln!(out, "  - {}", lacking(missing));
        }
    }
    out.push_str(CONTENT);
    let holds = |shelf: &str| export.files.iter().any(|file| file.path.starts_with(shelf));
    if holds("audit/_") {
        out.push_str(DOCUMENTS);
    }
    out.push_str(if export.with_runs { RUNS } else { NO_RUNS });
    out.push_str(OTHERS);
    out.push_str(BY_HAND);
    let mut steps = Steps { done: 3 };
    if holds("runs/") {
        steps.add(&mut out, RUNS_NAMED);
    }
    out.push_str(AGREE);
    steps.add(&mut out, DECIDED);
    for (decision, suite) in export.decisions.iter().filter_map(|d| Some((d, d.suite.as_ref()?))) {
        suite_in_words(&mut out, decision, suite);
    }
    let beside = |ending: &str| {
        export.files.iter().any(|file| file.path.starts_with("audit/") && file.path.ends_with(ending))
    };
    if beside(".json.sig") {
        steps.add(&mut out, SIGNATURES);
    }
    if beside("/entry.tsr") {
        steps.add(&mut out, TIME_STAMPS);
    }
    if beside(".sigstore.json") || beside(".intoto.jsonl") {
        out.push_str(OTHER_SIGNATURES);
    }
    if !export.documents.is_empty() {
        out.push_str(WHAT_DOCUMENTS_SAY);
    }
    let _ = writeln!(out, "{WITH_EVALSIG}    evalsig verify . --anchor {sha256}");
    if export.with_runs {
        out.push_str(AGAIN);
    }
    out
}

/// Numbers the steps, of which only those stand here that there is something for.
struct Steps {
    done: u32,
}

impl Steps {
    fn add(&mut self, out: &mut String, text: &str) {
        self.done += 1;
        let _ = write!(out, "\n{}. {text}", self.done);
    }
}

/// What was decided about a suite. No line of it begins as a command does.
fn suite_in_words(out: &mut String, decision: &Decision, suite: &ExportedSuite) {
    let verdict = decision.verdict.map_or("unknown", |verdict| verdict.as_str());
    let Decision { index, attempt, .. } = decision;
    let release = line(&decision.release_id);
    let _ = writeln!(out, "\n   Entry {index}, release {release}, attempt {attempt}: {verdict}.");
    let _ = writeln!(out, "   {}", line(&claims::words(suite)));
    let path = line(&suite.policy_path);
    let _ = writeln!(out, "   Policy {path}, SHA-256 {}. Claims:\n", line(&suite.policy_sha256));
    let mut rows = vec![claims::HEAD.map(String::from)];
    rows.extend(claims::rows(suite).into_iter().map(|row| row.map(|cell| line(&cell))));
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..claims::HEAD.len()).map(width).collect();
    for row in &rows {
        let mut text = String::from("   |");
        for (cell, width) in row.iter().zip(&widths) {
            text.push_str(&format!(" {cell}{} |", " ".repeat(width.saturating_sub(cell.width()))));
        }
        let _ = writeln!(out, "{text}");
    }
}

const CONTENT: &str = "

WHAT IS HERE

audit/         The trail from its first entry to the last one of the range. A release is a
               folder: audit.json is the envelope (what was decided, on which data, how, by
               which program), entry.json its place in the chain, which names the envelope and
               the entry before it by SHA-256. Further attempts at a release lie in its
               attempts/. Earlier entries than those asked for are here because the chain can
               only be followed from its start. Signatures and time stamps lie beside the
               envelope that they are about.
";

const DOCUMENTS: &str = "\
               audit/_plans/ and audit/_waivers/ hold what else stands in the chain, by release: plans
               that were locked before the runs existed (plan.json), and decisions by people that stand
               beside a verdict and leave it what it is (waiver.json). Each has an entry.json too.
";

const WHAT_DOCUMENTS_SAY: &str = "
   Plans and waivers of the range:

    jq -r '.documents[] | [.index, .recorded_at, .kind, .release_id, .about] | @tsv' export.json
";

const RUNS: &str = "\
runs/          The runs that the decisions of the range rest on, one Parquet file each: one row
               for each item and epoch, with its score. The envelope names each by path and
               SHA-256 under \"store\".
";

const NO_RUNS: &str = "\
               The runs that the decisions rest on were not asked for, so they are not here.
               The envelope names each by SHA-256 under \"inputs\".
";

const OTHERS: &str = "\
reports/       The report of each decision of the range as a page for a browser, with its items as CSV
               beside it where the runs are here. index.html leads to them.
schemas/       JSON Schemas of the files.
index.html     The decisions of the range as a table, for a browser or a printer.
export.json    The same for programs, with the SHA-256 and size of every file.
SHA256SUMS     The SHA-256 of every other file.
";

const BY_HAND: &str = "

HOW TO VERIFY IT WITHOUT EVALSIG

Run the indented lines in this folder, in a shell with the usual tools and jq.

1. No file was changed, lost or damaged since the export:

    sha256sum --check --quiet --strict SHA256SUMS && echo 'every file is as it was exported'

2. Each envelope has the bytes that its entry names:

    find audit -name entry.json | sort | while read -r entry; do
      jq -r '.envelope | .sha256 + \"  \" + .path' \"$entry\"
    done | sha256sum --check --strict

3. The entries are linked from the first to the head. The last line is the head's hash; it must be
   the one that stands at the top of this page:

    find audit -name entry.json | while read -r entry; do
      echo \"$(jq -r '\"\\(.index) \\(.previous.index // 0) \\(.previous.sha256 // \"none\")\"' \"$entry\") $(sha256sum < \"$entry\" | cut -c 1-64)\"
    done | sort -n | awk '
      BEGIN { last = \"none\" }
      $1 != NR || $2 != NR - 1 || $3 != last { print \"BROKEN at entry \" NR; broken = 1; exit }
      { last = $4 }
      END { if (broken) exit 1; print NR \" entries, head \" last }'
";

/// Blank lines part the names from the files; a name with a line break in it could only make the check fail.
const RUNS_NAMED: &str = "\
Each run has the path and the bytes that an envelope of the chain names; the first that has not
   ends it:

    { find audit -name entry.json -exec jq -r '.envelope.path' {} + |
        xargs jq -r '.. | objects | select(.path? and .sha256?) | .sha256 + \"  runs/\" + .path'
      echo; find runs -type f -exec sha256sum {} + | sort -k 2; } | awk '
      /^$/ { files = 1; next }
      !files { named[$0] = 1; next }
      !($0 in named) { print \"NOT THE RUN that an envelope names: \" $0; wrong = 1; exit }
      { runs++ }
      END { if (wrong) exit 1; print runs + 0 \" runs, each the one that an envelope names\" }'
";

const AGREE: &str = "
   All of this shows that the files agree with each other. Whoever could write all of them could
   also have written them anew. Against that stands a hash that was kept where they could not
   write: compare the head, or any entry's SHA-256, with a ticket, a signed tag, a time stamp, or a
   write-once copy of the trail.
";

const DECIDED: &str = "\
What was decided:

    jq -r '.decisions[] | [.index, .decided_at, .verdict, .release_id, .attempt] | @tsv' export.json
";

const SIGNATURES: &str = "\
Signatures made with openssl, against a public key that did not come with this export and that
   you trust (public.pem here):

    find audit -name '*.json.sig' | sort | while read -r signature; do
      echo \"$signature: $(openssl dgst -sha256 -verify public.pem -signature \"$signature\" \"${signature%.sig}\" 2>&1)\"
    done
";

const TIME_STAMPS: &str = "\
Time stamps (RFC 3161), against the certificates of the authority (ca.pem here). One proves that
   the entry, and so everything before it, existed at that time:

    find audit -name entry.tsr | sort | while read -r token; do
      echo \"$token: $(openssl ts -verify -data \"${token%.tsr}.json\" -in \"$token\" -CAfile ca.pem 2>&1 | grep Verification)\"
    done
";

const OTHER_SIGNATURES: &str = "
   Sigstore bundles (*.sigstore.json) and attestations (*.intoto.jsonl) are verified by the tool that
   made them: cosign verify-blob, cosign verify-blob-attestation, gh attestation verify; and by evalsig.
";

const WITH_EVALSIG: &str = "

WITH EVALSIG

All of the above and more (put the hash that you kept in the place of this one; add --key public.pem for
signatures, --tsa-ca ca.pem for time stamps):

";

const AGAIN: &str = "
   Each decision of the range, made again from its runs: the same numbers must come out.

    jq -r '.decisions[].envelope.path' export.json | while read -r envelope; do
      evalsig verify \"$envelope\" --store runs || echo \"NOT SHOWN: $envelope\"
    done

   (`evalsig verify . --store runs` makes the decisions of the whole chain again. Those before the
   range are then reported as input-missing, exit 2: their runs are not in this export.)
";
