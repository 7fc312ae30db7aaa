//! A verdict as a check run: what a reviewer sees on the pull request.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, write::GzEncoder};

use super::decision::markdown;
use super::markdown::error as markdown_of;
use super::safe;
use crate::domain::{Diagnostic, Digest};
use crate::report::evidence::EvidenceView;
use crate::view::DecisionView;

/// Bytes that GitHub accepts in `summary`, and in `text`.
pub const LIMIT: usize = 65_535;

/// Most warnings that a title names.
const MARKS: usize = 2;

/// The longest title. GitHub documents no limit; a pull request shows about this much.
const TITLE: usize = 200;

/// How a check ends. A required check is satisfied by `success` and by `neutral`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// The candidate may ship.
    Success,
    /// Advice only.
    Neutral,
    /// It may not, or there is no verdict.
    Failure,
}

impl Conclusion {
    /// As GitHub spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Neutral => "neutral",
            Self::Failure => "failure",
        }
    }
}

/// What a check shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The line beside the check's name.
    pub title: String,
    /// Markdown, at most [`LIMIT`] bytes.
    pub summary: String,
    /// Markdown with the envelope in it, at most [`LIMIT`] bytes; may be empty.
    pub text: String,
    /// A file that the failure is about, and what is wrong with it.
    pub annotation: Option<(String, String)>,
}

/// Where the evidence can be seen, and what a reviewer should know of the check itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Remarks about the check, as Markdown.
    pub remarks: Vec<String>,
    /// The workflow run.
    pub run: Option<String>,
    /// The envelope in the commit that holds it.
    pub envelope: Option<String>,
    /// Its entry of the chain, in the same commit.
    pub entry: Option<String>,
    /// The commit that was judged.
    pub commit: Option<String>,
    /// The file of the page for the browser, where one was written; a later step may keep it as an artifact.
    pub report: Option<String>,
}

impl Links {
    /// The addresses, one paragraph each. They are ours: a server, a repository and ids.
    fn addresses(&self) -> String {
        let linked = [
            ("Judged commit", &self.commit),
            ("Envelope in the audit trail", &self.envelope),
            ("Its entry", &self.entry),
            ("Workflow run", &self.run),
        ];
        let lines =
            linked.iter().filter_map(|(label, link)| Some(format!("\n{label}: <{}>\n", link.as_ref()?)));
        let mut text: String = lines.collect();
        if let Some(report) = &self.report {
            text.push_str(&format!(
                "\nThe page {} shows all of it; where the workflow keeps it, it is among the artifacts of the run.\n",
                safe::code(report)
            ));
        }
        text
    }

    fn remarks(&self) -> String {
        self.remarks.iter().map(|remark| format!("\n{remark}\n")).collect()
    }
}

/// The page of a verdict. `kept` says where the envelope went, `envelope` is its bytes.
#[must_use]
pub fn decision(view: &DecisionView, kept: &EvidenceView, links: &Links, envelope: Option<&[u8]>) -> Page {
    let mut beside = kept.markdown();
    beside.push_str(&links.remarks());
    beside.push_str(&links.addresses());
    Page {
        title: clip(&title(view), TITLE),
        // Parts are left out whole; the cut behind them is for one that is too long by itself.
        summary: fit(&markdown::decision(view, &beside, LIMIT), LIMIT),
        text: envelope.map(attach).unwrap_or_default(),
        annotation: None,
    }
}

/// The first line, with what must not be missed by somebody who reads no further.
fn title(view: &DecisionView) -> String {
    let mut marks = Vec::new();
    marks.extend(view.suite.as_ref().and_then(|suite| suite.waived.clone()));
    marks.extend(view.attempt().filter(|attempt| *attempt > 1).map(|attempt| format!("attempt {attempt}")));
    // What the notice is about is said below; that there is one is said here.
    let others = |label: &str| !matches!(label, "attempt" | "waiver" | "since the last attempt");
    marks
        .extend(view.warnings().map(|notice| notice.label.clone()).filter(|label| others(label)).take(MARKS));
    marks.dedup();
    let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join("; ")) };
    safe::line(&format!("{}: {}{marks}", view.verdict.as_str(), view.headline))
}

/// The page of a failure to reach a verdict. `file` is the run file that it is about, if any.
#[must_use]
pub fn failure(error: &Diagnostic, links: &Links, file: Option<&str>) -> Page {
    let mut summary = markdown_of(error);
    summary.push_str(&links.remarks());
    summary.push_str(&links.addresses());
    Page {
        title: clip(&safe::line(&format!("no verdict: {}", error.code.about())), TITLE),
        summary: fit(&summary, LIMIT),
        text: String::new(),
        annotation: file.map(|file| (file.to_owned(), safe::line(&error.to_string()))),
    }
}

/// The envelope as text: its very bytes in a fence that they cannot close; compressed where they do
/// not fit; always its SHA-256.
fn attach(envelope: &[u8]) -> String {
    let digest = Digest::of(envelope);
    let head = format!("Envelope, {} bytes, sha256 `{digest}`:\n\n", envelope.len());
    if let Ok(text) = std::str::from_utf8(envelope) {
        let plain = format!("{head}{}", safe::block(text, "json"));
        if plain.len() <= LIMIT {
            return plain;
        }
    }
    let packed = gzip(envelope).map(|bytes| STANDARD.encode(bytes)).unwrap_or_default();
    // Lines as `base64` writes them: some browsers choke on one line of 60,000 characters.
    let lines: Vec<&str> =
        packed.as_bytes().chunks(76).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    let packed = format!(
        "{head}Too long to be shown: compressed. Copy the block into a file and run `base64 -d FILE | gunzip | sha256sum`.\n\n{}",
        safe::block(&lines.join("\n"), "")
    );
    if !lines.is_empty() && packed.len() <= LIMIT {
        return packed;
    }
    format!("{head}Too long for a check, even compressed: it stands in the trail.\n")
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Cuts Markdown to `limit` bytes, closes a fence that the cut left open, and says how much is missing.
/// The cut is at the end of a line, but never more than a tenth before the limit.
#[must_use]
pub fn fit(markdown: &str, limit: usize) -> String {
    if markdown.len() <= limit {
        return markdown.to_owned();
    }
    // The note about the cut, and the longest fence that may have to be closed.
    const NOTE: usize = 120;
    let fence_room = markdown.lines().filter_map(fence).map(str::len).max().unwrap_or(0) + 2;
    let mut room = limit.saturating_sub(NOTE + fence_room);
    while !markdown.is_char_boundary(room) {
        room -= 1;
    }
    let kept = markdown.get(..room).unwrap_or_default();
    let near = kept.rfind('\n').filter(|end| *end >= room - room / 10);
    let kept = near.and_then(|end| kept.get(..=end)).unwrap_or(kept);
    let mut open: Option<&str> = None;
    for line in kept.lines() {
        match (open, fence(line)) {
            // What stands behind backticks that open a block holds none; else it is code in a line.
            (None, Some(found)) if found.starts_with('~') || line.matches('`').count() == found.len() => {
                open = Some(found);
            }
            // A fence closes with at least as many of the same character, and nothing behind them.
            (Some(begun), Some(found)) if found.starts_with(begun) && line.trim() == found => open = None,
            _ => {}
        }
    }
    let close = open.map_or(String::new(), |fence| format!("{fence}\n"));
    let break_ = if kept.ends_with('\n') { "" } else { "\n" };
    format!("{kept}{break_}{close}\n… {} bytes are left out here.\n", markdown.len() - kept.len())
}

/// The run of backticks or tildes that begins or ends a fenced block.
fn fence(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = text.chars().take_while(|c| *c == mark).count();
    (line.len() - text.len() < 4 && length >= 3).then(|| text.get(..length)).flatten()
}

/// At most `limit` characters.
fn clip(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((cut, _)) => format!("{}…", text.get(..cut).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::{LIMIT, attach, fit};

    /// The content of every fenced block, as a Markdown parser sees it.
    fn blocks(markdown: &str) -> Vec<String> {
        use comrak::nodes::NodeValue;
        let arena = comrak::Arena::new();
        let root = comrak::parse_document(&arena, markdown, &comrak::Options::default());
        root.descendants()
            .filter_map(|node| match &node.data.borrow().value {
                NodeValue::CodeBlock(block) => Some(block.literal.clone()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_small_envelope_is_attached_as_it_is() {
        let envelope = "{\n  \"note\": \"```` ünï\"\n}\n";
        assert_eq!(blocks(&attach(envelope.as_bytes())), vec![envelope.to_owned()]);
    }

    #[test]
    fn a_large_one_unpacks_to_the_same_bytes() {
        let envelope = "{\"id\": \"é€𝄞\"}\n".repeat(8_000);
        let text = attach(envelope.as_bytes());
        assert!(text.len() <= LIMIT && text.contains("gunzip"));
        let packed = blocks(&text).concat().replace('\n', "");
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(STANDARD.decode(packed).unwrap().as_slice())
            .read_to_string(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, envelope);
    }

    #[test]
    fn seventy_thousand_bytes_fit_without_breaking_a_character_or_a_fence() {
        let long = format!("# Größe\n\n````json\n{}\n````\n", "ä€𝄞".repeat(7_800));
        let rows = format!("# Größe\n\n````json\n{}````\n", "ä€𝄞 ```\n".repeat(5_400));
        for text in [long, rows] {
            assert!(text.len() > 70_000);
            let cut = fit(&text, LIMIT);
            assert!(cut.len() <= LIMIT && cut.len() > LIMIT * 9 / 10 - 200, "{}", cut.len());
            assert!(cut.ends_with("bytes are left out here.\n"));
            assert!(blocks(&cut).iter().all(|block| !block.contains("left out")), "the fence is closed");
        }
    }

    proptest! {
        #[test]
        fn what_fits_is_whole_and_what_does_not_stays_within(text in "(?s)[`~ aé€\n]{0,400}", limit in 150_usize..400) {
            let cut = fit(&text, limit);
            prop_assert!(cut.len() <= limit || text.contains(&"`".repeat(30)) || text.contains(&"~".repeat(30)));
            if text.len() <= limit {
                prop_assert_eq!(cut, text);
            } else {
                prop_assert!(blocks(&cut).iter().all(|block| !block.contains("left out")), "{}", cut);
            }
        }
    }
}
