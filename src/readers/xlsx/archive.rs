//! The archive that a workbook is, looked at before a library unpacks it: how much its members hold, whether they are
//! whole, and whether each name stands once.

use std::collections::BTreeSet;

use calamine::Xlsx;
use zip::ZipArchive;

use super::super::decompression::Budget;
use super::super::quote::escape;
use super::super::source::Stream;
use super::{errors, xml_guard};
use crate::domain::Diagnostic;

/// Most members of a workbook: a few for each sheet, chart and picture.
const MOST_MEMBERS: usize = 100_000;
/// A file of another kind in such an archive, and what begins the names of its members or is one.
const OTHERS: [(&str, &str); 4] = [
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("word/", "a Word document"),
    ("ppt/", "a PowerPoint presentation"),
    ("visio/", "a Visio drawing"),
];

/// A workbook whose archive was looked at.
pub(super) type Workbook<'b> = Xlsx<Box<dyn Stream + 'b>>;

/// Whether an archive begins as one of Office does: by the name of its first member. Which that is depends on the
/// program that wrote it.
pub(super) fn is_workbook(head: &[u8]) -> bool {
    let Some((fixed, rest)) = head.split_first_chunk::<30>() else { return false };
    let [b'P', b'K', 3, 4, .., low, high, _, _] = fixed else { return false };
    let length = usize::from(u16::from_le_bytes([*low, *high]));
    let name = rest.get(..length).unwrap_or_default();
    name == b"[Content_Types].xml"
        || [&b"_rels/"[..], b"docProps/", b"xl/", b"customXml/"].iter().any(|folder| name.starts_with(folder))
}

/// Looks at every member.
///
/// # Errors
/// `run-malformed` where one is damaged, unpacks to more than it may, makes the library ask for more memory than it
/// may, or has the name of another; `format-unknown` for a file of another program.
pub(super) fn checked<'b>(
    size: u64,
    bytes: Box<dyn Stream + 'b>,
) -> Result<Box<dyn Stream + 'b>, Diagnostic> {
    let mut zip = ZipArchive::new(bytes).map_err(|error| errors::damaged_archive(&error))?;
    if zip.len() > MOST_MEMBERS {
        return Err(errors::too_many_members(zip.len(), MOST_MEMBERS));
    }
    // The library does not tell capitals from small letters, nor one slash from the other.
    let names: Vec<String> =
        zip.file_names_raw().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
    let distinct: BTreeSet<String> =
        names.iter().map(|name| name.replace('\\', "/").to_ascii_lowercase()).collect();
    if zip.has_duplicate_names() || distinct.len() < names.len() {
        return Err(errors::duplicate_members());
    }
    let other = OTHERS.iter().find(|(begin, _)| names.iter().any(|name| name.starts_with(begin)));
    if let Some((_, what)) = other {
        return Err(errors::other_document(what));
    }
    let mut budget = Budget::for_file(size);
    for (at, name) in names.iter().enumerate() {
        let inside = |error: Diagnostic| error.within(&escape(name));
        let member = zip.by_index(at).map_err(|error| inside(errors::damaged_archive(&error)))?;
        let length = member.size();
        let bytes = budget.read(member, length).map_err(inside)?;
        xml_guard::check(&bytes, budget.at_once()).map_err(inside)?;
    }
    Ok(zip.into_inner())
}
