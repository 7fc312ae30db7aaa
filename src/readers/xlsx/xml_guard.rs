//! What a member of a workbook would make the library keep in memory, and cells that it would take for something else.
//! Every member is looked at, since any may be called a sheet, by the parser that the library uses.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::errors as shared;
use super::errors;
use crate::domain::Diagnostic;

/// What the library keeps of an element, in bytes, beside its text.
const KEPT: u64 = 128;
/// What it keeps of a cell format beside the font and the number format that it names.
const FORMAT: u64 = 512;
/// The least bytes of a shared string: `<si/>`.
const SHARED_STRING: u64 = 5;

/// Looks at one member; one that is no XML is none of the library's, or an error of its own.
///
/// # Errors
/// `run-malformed` where it would take more than `most` bytes of memory, or a cell is not written as cells are.
pub(super) fn check(bytes: &[u8], most: u64) -> Result<(), Diagnostic> {
    let mut xml = Reader::from_reader(bytes);
    // As the library has it, so that both see the same.
    let config = xml.config_mut();
    config.check_end_names = false;
    config.check_comments = false;
    config.expand_empty_elements = true;
    let (mut buffer, mut cost, mut formats, mut longest) = (Vec::new(), bytes.len() as u64, 0_u64, 0_u64);
    let mut cells = Cells::default();
    loop {
        buffer.clear();
        let Ok(event) = xml.read_event_into(&mut buffer) else { return Ok(()) };
        match &event {
            Event::Eof => return Ok(()),
            Event::Start(element) => {
                longest = longest.max(element.attributes_raw().len() as u64);
                match element.local_name().as_ref() {
                    "sst" => check_count(element, bytes.len() as u64)?,
                    "si" | "sheet" | "Relationship" | "definedName" | "numFmt" | "font" | "fill"
                    | "border" => {
                        cost += KEPT;
                    }
                    "xf" => formats += 1,
                    _ => {}
                }
            }
            _ => {}
        }
        // A format has copies of the names of its font and its number format.
        if cost.saturating_add(formats.saturating_mul(FORMAT + 2 * longest)) > most {
            return Err(shared::decompression_bomb());
        }
        cells.see(&event)?;
    }
}

/// The library asks for memory for as many strings as are declared.
fn check_count(element: &BytesStart<'_>, length: u64) -> Result<(), Diagnostic> {
    for found in element.attributes() {
        let found = found.map_err(|_| errors::odd_value())?;
        let count = || found.value.trim().parse().unwrap_or(u64::MAX);
        if found.key.local_name().as_ref() == "uniqueCount" && count() > length / SHARED_STRING {
            return Err(errors::too_many_strings_declared());
        }
    }
    Ok(())
}

/// Where in a sheet the guard stands. The library takes a number up to its first comment or entity, and the first of all
/// texts for one whose number it cannot read.
#[derive(Default)]
struct Cells {
    in_sheet: bool,
    cell: Option<CellType>,
    /// Whether the cell had a value.
    had_value: bool,
    /// The parts of the value that is being read.
    parts: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CellType {
    SharedString,
    /// A number, a truth value or an error.
    Plain,
    Text,
}

impl Cells {
    fn see(&mut self, event: &Event<'_>) -> Result<(), Diagnostic> {
        match event {
            Event::Start(element) => self.begin(element),
            Event::End(element) => {
                match element.local_name().as_ref() {
                    "sheetData" => self.in_sheet = false,
                    "c" => self.cell = None,
                    "v" => self.parts = None,
                    _ => {}
                }
                Ok(())
            }
            Event::Text(text) => {
                let Some(parts) = &mut self.parts else { return Ok(()) };
                *parts += 1;
                let digits = || {
                    let text: &str = text.as_ref();
                    text.bytes().all(|byte| byte.is_ascii_digit())
                };
                if *parts > 1 || self.cell == Some(CellType::SharedString) && !digits() {
                    return Err(errors::odd_value());
                }
                Ok(())
            }
            _ if self.parts.is_some() => Err(errors::odd_value()),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, element: &BytesStart<'_>) -> Result<(), Diagnostic> {
        match (element.local_name().as_ref(), self.cell) {
            _ if self.parts.is_some() => return Err(errors::odd_value()),
            ("sheetData", _) => self.in_sheet = true,
            ("row", None) if self.in_sheet => check_row(element)?,
            ("c", None) if self.in_sheet => {
                self.cell = Some(type_of(element)?);
                self.had_value = false;
            }
            ("v", Some(_)) if self.had_value => return Err(errors::odd_value()),
            ("v", Some(CellType::SharedString | CellType::Plain)) => {
                self.parts = Some(0);
                self.had_value = true;
            }
            _ => {}
        }
        Ok(())
    }
}

/// The number of a row, which the library adds up without a look at how long it is.
fn check_row(element: &BytesStart<'_>) -> Result<(), Diagnostic> {
    for found in element.attributes() {
        let found = found.map_err(|_| errors::odd_value())?;
        let number: &str = &found.value;
        let fits = (1..=7).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        if found.key.local_name().as_ref() == "r" && !fits {
            return Err(errors::beyond_the_sheet());
        }
    }
    Ok(())
}

/// The type of a cell, and whether its name is one: up to three letters and seven digits.
fn type_of(element: &BytesStart<'_>) -> Result<CellType, Diagnostic> {
    let mut of = CellType::Plain;
    for found in element.attributes() {
        let found = found.map_err(|_| errors::odd_value())?;
        let value: &str = &found.value;
        match found.key.local_name().as_ref() {
            "r" => {
                let letters = value.bytes().take_while(u8::is_ascii_alphabetic).count();
                let digits = value.bytes().skip(letters).take_while(u8::is_ascii_digit).count();
                let whole = letters + digits == value.len();
                if !whole || !(1..=3).contains(&letters) || !(1..=7).contains(&digits) {
                    return Err(errors::beyond_the_sheet());
                }
            }
            "t" => {
                of = match value {
                    "s" => CellType::SharedString,
                    "n" | "b" | "e" => CellType::Plain,
                    _ => CellType::Text,
                };
            }
            _ => {}
        }
    }
    Ok(of)
}
