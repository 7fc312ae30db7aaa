//! Whether this is the record: where the envelope stands, what it is about, and how to check it.

use maud::{Markup, html};

use super::Context;
use super::text::{code, figure, of_word, picture, said, table, verdict_word, words};
use crate::present::plots::strip::{self, Decided};
use crate::present::safe;
use crate::view::{DecisionView, Moment, PastDecision, TrailPlace};

/// The last decisions about the same, as a strip.
pub(super) fn past(view: &DecisionView) -> Markup {
    let from = view.past.len().saturating_sub(strip::MOST);
    let shown = view.past.get(from..).unwrap_or_default();
    let decided = |past: &PastDecision| Decided {
        label: format!("{}, {}", day(&past.decided_at), past.release),
        verdict: of_word(past.verdict),
        this: past.this,
    };
    let decisions: Vec<Decided> = shown.iter().map(decided).collect();
    let unit = view.pair().map(|task| &task.unit);
    let rows: Vec<[Markup; 5]> = shown
        .iter()
        .rev()
        .map(|past| {
            let difference = match (past.effect, unit) {
                (Some((delta, _, _)), Some(unit)) => format!("{}{}", unit.signed(delta), unit.word()),
                _ => String::new(),
            };
            [
                html! { (code(&past.release)) @if past.this { " (this one)" } },
                html! { (past.attempt) },
                html! { (said(&past.decided_at)) },
                html! { (verdict_word(past.verdict)) },
                html! { (difference) },
            ]
        })
        .collect();
    let columns =
        [words("Release"), words("Attempt"), words("Decided"), words("Verdict"), words("Difference")];
    let caption = html! { "Oldest first; the one in a frame is this decision. Circle: ALLOW; triangle: REJECT; square: INCONCLUSIVE." };
    figure(
        &picture("past", |frame| strip::draw(frame, &decisions)),
        &caption,
        &table("The last decisions, newest first", &columns, &rows),
    )
}

fn day(time: &str) -> &str {
    time.get(..10).unwrap_or(time)
}

/// Where the envelope stands, and what it is about.
pub(super) fn record(view: &DecisionView, context: &Context<'_>) -> Markup {
    let Some(moment) = &view.moment else {
        return html! { p { "No envelope was kept of this decision, so nobody can check it later. With " code { "--audit-root" } " it is recorded." } };
    };
    html! {
        @match &view.place {
            Some(place) => (position(place)),
            None => p {
                "This page was made from one envelope. Whether a trail holds it is not checked here; the commands below do."
            },
        }
        table class="facts" {
            caption { "The envelope, and what it says of its making" }
            tbody {
                (fact("SHA-256 of the envelope", &code(&moment.envelope_sha256.to_string())))
                @if let Some(release) = &moment.release {
                    (fact("release", &html! { (code(release)) ", attempt " (moment.attempt) }))
                }
                (fact("decided", &html! { (said(&moment.decided_at)) ", by the " (said(&moment.clock)) }))
                @if let Some(place) = &view.place {
                    (fact("file", &code(&place.path)))
                    (fact("SHA-256 of its entry", &code(&place.entry_sha256)))
                }
                (origin(moment, context))
                (fact("made by", &html! { (said(&moment.tool.name)) " " (said(&moment.tool.version)) ", " (said(&moment.tool.target)) }))
                @if let Some(image) = &moment.tool.image_digest { (fact("image", &code(image))) }
                (fact("schema", &code(&moment.schema)))
                @if let Some((root, project)) = &moment.store {
                    (fact("runs are kept in", &html! { (code(root)) ", project " (code(project)) }))
                }
                @if let Some(authority) = &moment.time_stamp { (fact("time stamp asked of", &code(authority))) }
            }
        }
    }
}

fn position(place: &TrailPlace) -> Markup {
    html! {
        p {
            "Entry " (place.index)
            @match place.chain {
                Some(chain) => {
                    " of " (chain.length) " in the chain. "
                    @if chain.intact {
                        "The whole chain up to its head was recomputed when this page was made, and it is intact."
                    } @else {
                        b class="passed-no" { "The chain is not intact: " }
                        "entries or envelopes were changed or are missing. Run the commands below before you rely on this page."
                    }
                },
                None => " in the chain, which was not recomputed when this page was made.",
            }
        }
    }
}

fn fact(label: &str, value: &Markup) -> Markup {
    html! { tr { th scope="row" { (label) } td { (value) } } }
}

/// Source and workflow run, with links where the server is known.
fn origin(moment: &Moment, context: &Context<'_>) -> Markup {
    let (source, run) = (&moment.source, &moment.run);
    let pieces: Vec<&str> = source.repository.as_deref().unwrap_or_default().split('/').collect();
    let linked = |text: &str, rest: &[&str]| {
        // Anything but owner/name is the name of no repository.
        let server = context.server.filter(|_| pieces.len() == 2);
        let at = server.and_then(|server| safe::address(server, &[&pieces, rest].concat()));
        html! { @match at { Some(at) => a href=(at) rel="noreferrer" { (code(text)) }, None => (code(text)) } }
    };
    html! {
        @if let Some(repository) = &source.repository { (fact("repository", &linked(repository, &[]))) }
        @if let Some(commit) = &source.head_sha { (fact("commit", &linked(commit, &["commit", commit]))) }
        @if let Some(tested) = source.tested_sha.as_ref().filter(|tested| Some(*tested) != source.head_sha.as_ref()) {
            (fact("tested commit", &linked(tested, &["commit", tested])))
        }
        @if let Some(number) = &source.pull_request { (fact("pull request", &linked(number, &["pull", number]))) }
        @if let Some(of) = &source.r#ref { (fact("git ref", &code(of))) }
        @if let Some(id) = &run.run_id { (fact("workflow run", &linked(id, &["actions", "runs", id]))) }
        @if let Some(workflow) = &run.workflow_ref { (fact("workflow", &code(workflow))) }
        @if let Some(actor) = &run.actor { (fact("event of", &code(actor))) }
    }
}

/// Commands that check it. Nothing from a file stands in them: whoever copies a command runs it.
pub(super) fn commands(view: &DecisionView) -> Markup {
    let Some(moment) = &view.moment else { return html! {} };
    let envelope = moment.envelope_sha256.to_string();
    let anchor = view.place.as_ref().map(|place| place.entry_sha256.as_str()).filter(|hash| is_hash(hash));
    let anchor = anchor.unwrap_or(&envelope);
    html! {
        p { "TRAIL is the folder, branch or bucket that holds the trail, STORE where the runs are kept. The first command recomputes the whole chain and finds this decision in it; the second makes the decision again from the stored runs; the third needs nothing of ours, and must print the hash of the envelope above." }
        pre tabindex="0" {
            "evalsig verify TRAIL --anchor " (anchor) "\n"
            "evalsig verify TRAIL --store STORE\n"
            "sha256sum ENVELOPE   # " (envelope)
        }
        p class="hint" { "Keep a hash where whoever keeps the trail cannot write: only then does it prove that nothing was replaced." }
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit())
}
