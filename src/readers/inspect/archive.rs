//! The members of an `.eval` archive. Names from inside are looked up in the archive and nowhere
//! else: nothing is ever written, and no name becomes a path.

use super::errors;
use std::collections::BTreeMap;

use zip::ZipArchive;
use zip::result::ZipError;

use super::super::decompression::Budget;
use super::super::json;
use super::super::quote::{escape, list};
use super::super::source::Stream;
use super::super::tree::{self, Node, Projection};
use crate::domain::Diagnostic;

/// Most members of an archive: a sample has one or a few, and one summary in the journal.
const MOST_MEMBERS: usize = 4_000_000;
/// The folder and the ending of the journal's summaries, which are numbered from 1.
const JOURNAL: (&str, &str) = ("_journal/summaries/", ".json");

/// What names of members begin with in an Inspect log and hardly in another archive.
pub(super) const OWN: [&str; 3] = ["header.json", "summaries.json", "_journal/"];

/// The summaries of all samples, each with its place, in the order in which they were written.
pub(super) type Summaries = Vec<(String, Node)>;

/// Whether the bytes begin as a zip archive does.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// An archive, and how much of it may still be unpacked.
pub(super) struct Archive<'b> {
    zip: ZipArchive<Box<dyn Stream + 'b>>,
    budget: Budget,
}

impl<'b> Archive<'b> {
    /// Reads the directory of the archive, and no more of its bytes.
    ///
    /// # Errors
    /// `run-malformed` where it is damaged or cut short, names more members than a log has, or two by one name: which
    /// of them counts depends on who reads it.
    pub(super) fn open(size: u64, bytes: Box<dyn Stream + 'b>) -> Result<Self, Diagnostic> {
        let zip = ZipArchive::new(bytes).map_err(|error| damaged(&error))?;
        if zip.has_duplicate_names() {
            return Err(errors::duplicate_members());
        }
        if zip.len() > MOST_MEMBERS {
            return Err(errors::too_many_members(zip.len(), MOST_MEMBERS));
        }
        Ok(Self { zip, budget: Budget::for_file(size) })
    }

    /// A member as JSON; `None` where there is no such member.
    ///
    /// # Errors
    /// `run-malformed` where it is damaged, uses another compression, or is not JSON.
    pub(super) fn json(&mut self, name: &str, shape: Projection<'_>) -> Result<Option<Node>, Diagnostic> {
        let Self { zip, budget } = self;
        let inside = |error: Diagnostic| error.within(&escape(name));
        let member = match zip.by_name(name) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(error) => return Err(inside(damaged(&error))),
        };
        let length = member.size();
        let bytes = budget.read(member, length).map_err(inside)?;
        let node = json::text(&bytes).and_then(|text| tree::parse(text, shape)).map_err(inside)?;
        Ok(Some(node))
    }

    /// The summaries, and what to tell of where they came from.
    ///
    /// # Errors
    /// `run-malformed` where a part of the journal is missing, or there is no summary at all.
    pub(super) fn summaries(&mut self, of: Projection<'_>) -> Result<(Summaries, Vec<String>), Diagnostic> {
        let mut records = Vec::new();
        if let Some(node) = self.json("summaries.json", Projection::Each(&of))? {
            append(&mut records, "summaries.json", node)?;
            return Ok((records, Vec::new()));
        }
        let journal = self.journal()?;
        for name in &journal {
            if let Some(node) = self.json(name, Projection::Each(&of))? {
                append(&mut records, name, node)?;
            }
        }
        let note =
            format!("The archive has no summaries.json; {} parts of its journal were read.", journal.len());
        Ok((records, vec![note]))
    }

    /// The names of the journal's summaries in the order of their numbers.
    fn journal(&self) -> Result<Vec<String>, Diagnostic> {
        let numbered: BTreeMap<u64, String> = self
            .zip
            .file_names_raw()
            .filter_map(|name| {
                let name = std::str::from_utf8(name).ok()?;
                let number = name.strip_prefix(JOURNAL.0)?.strip_suffix(JOURNAL.1)?;
                Some((number.parse().ok()?, name.to_owned()))
            })
            .collect();
        if numbered.is_empty() {
            return Err(errors::no_summaries());
        }
        match (1..).zip(numbered.keys()).find(|(expected, number)| expected != *number) {
            Some((expected, _)) => Err(errors::journal_part_missing(expected)),
            None => Ok(numbered.into_values().collect()),
        }
    }

    /// The refusal of an archive without a header.
    pub(super) fn without_header(&self) -> Diagnostic {
        if self.zip.index_for_name("_journal/start.json").is_some() {
            return errors::still_running();
        }
        let names: Vec<String> = self
            .zip
            .file_names_raw()
            .take(4)
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect();
        errors::no_header(&list(names.iter().map(String::as_str), 4))
    }
}

fn append(records: &mut Summaries, name: &str, node: Node) -> Result<(), Diagnostic> {
    let Node::List(list) = node else {
        return Err(errors::no_list_of_summaries(name));
    };
    records.extend(list.into_iter().enumerate().map(|(at, record)| (format!("{name}: [{at}]"), record)));
    Ok(())
}

/// An error of the library; it may quote the file.
fn damaged(error: &ZipError) -> Diagnostic {
    errors::damaged_archive(error)
}
