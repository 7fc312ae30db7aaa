//! A long RunFrame, parsed piece by piece: the text of ten million items takes as much memory as the items. Only what
//! is as it should be is read here. Whatever is not, is read whole once more, where every error has its line and column.

use std::io::Read;

use serde::de::DeserializeSeed as _;

use super::partial_run::{ITEMS, PartialRun};
use super::visitors::{ItemsSeed, RunSeed};
use crate::domain::RunFrame;
use crate::readers::{Content, ReadOptions};

/// Files from this length on are read in pieces.
const LONG: u64 = 32 << 20;
/// Bytes of a piece.
const PIECE: usize = 4 << 20;
/// The longest item.
const LONGEST_ITEM: usize = 16 * PIECE;

/// The run in a file, where all of it is as it should be and long enough to be worth it.
pub(super) fn read(content: &Content<'_>, options: &ReadOptions) -> Option<RunFrame> {
    if content.size() < LONG {
        return None;
    }
    run(content.pass(), PIECE, options)
}

fn run(from: impl Read, piece: usize, options: &ReadOptions) -> Option<RunFrame> {
    let mut partial = PartialRun::new(options, false);
    let mut window = Window { from, piece, bytes: Vec::new(), is_whole: false };
    window.fill()?;
    let start = start_of_items(&window.bytes)?;
    let mut around = window.bytes.get(..start)?.to_vec();
    window.bytes.drain(..start.checked_sub(1)?);
    // Of the piece that begins with the bracket before the items, or with a comma between two.
    let (mut place, mut scan, mut is_first) = (1, Scan::default(), true);
    loop {
        let mut comma = None;
        let mut end = None;
        for (at, byte) in window.bytes.iter().enumerate().skip(place) {
            match scan.step(*byte)? {
                Step::Comma => comma = Some(at),
                Step::End if *byte == b']' => {
                    end = Some(at);
                    break;
                }
                Step::End => return None,
                Step::Inside => {}
            }
        }
        place = window.bytes.len();
        if let Some(cut) = end.or(comma) {
            let last = window.bytes.get_mut(..=cut)?;
            *last.first_mut()? = b'[';
            *last.last_mut()? = b']';
            let text = std::str::from_utf8(last).ok()?;
            let before = partial.builder.len();
            let mut items = serde_json::Deserializer::from_str(text);
            ItemsSeed(&mut partial).deserialize(&mut items).and_then(|()| items.end()).ok()?;
            // A comma with nothing after it, or before it, is none of a list.
            if partial.builder.len() == before && !(is_first && end.is_some()) {
                return None;
            }
            is_first = false;
            window.bytes.drain(..cut);
            place -= cut;
        }
        if end.is_some() {
            break;
        }
        if window.is_whole || window.bytes.len() > LONGEST_ITEM {
            return None;
        }
        window.fill()?;
    }
    // The bracket at the end of the items, and what comes after it.
    while !window.is_whole {
        if window.bytes.len() > LONGEST_ITEM {
            return None;
        }
        window.fill()?;
    }
    around.extend_from_slice(&window.bytes);
    let mut run = serde_json::Deserializer::from_slice(&around);
    RunSeed(&mut partial).deserialize(&mut run).and_then(|()| run.end()).ok()?;
    partial.finish(options).ok()
}

/// A part of a file that moves to its end.
struct Window<R> {
    from: R,
    piece: usize,
    bytes: Vec<u8>,
    /// Whether there is nothing after it.
    is_whole: bool,
}

impl<R: Read> Window<R> {
    /// Takes in the next piece.
    fn fill(&mut self) -> Option<()> {
        let read = (&mut self.from).take(self.piece as u64).read_to_end(&mut self.bytes).ok()?;
        self.is_whole = read < self.piece;
        Some(())
    }
}

/// The place after the bracket before the items, if the first piece of a file holds it.
fn start_of_items(bytes: &[u8]) -> Option<usize> {
    let open = bytes.iter().position(|byte| *byte == b'{')? + 1;
    let (mut scan, mut key) = (Scan::default(), open);
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        let list = *byte == b'[' && scan == Scan::default();
        if list {
            let name = bytes.get(key..at)?.trim_ascii().strip_suffix(b":")?.trim_ascii();
            if name.strip_prefix(b"\"")?.strip_suffix(b"\"")? == ITEMS.as_bytes() {
                return Some(at + 1);
            }
        }
        match scan.step(*byte)? {
            Step::Comma => key = at + 1,
            Step::End => return None,
            Step::Inside => {}
        }
    }
    None
}

/// Where in a list or an object a text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Scan {
    depth: u32,
    in_text: bool,
    after_backslash: bool,
}

enum Step {
    /// A comma between two elements.
    Comma,
    /// The bracket at the end.
    End,
    Inside,
}

impl Scan {
    /// Goes on by one byte; `None` where no JSON is so deep.
    fn step(&mut self, byte: u8) -> Option<Step> {
        if self.in_text {
            match byte {
                _ if self.after_backslash => self.after_backslash = false,
                b'\\' => self.after_backslash = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return Some(Step::Inside);
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth = self.depth.checked_add(1)?,
            b'}' | b']' if self.depth == 0 => return Some(Step::End),
            b'}' | b']' => self.depth -= 1,
            b',' if self.depth == 0 => return Some(Step::Comma),
            _ => {}
        }
        Some(Step::Inside)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ReadOptions, run};
    use crate::readers;

    proptest! {
        /// Pieces of any length give the run that the whole text gives, or nothing where it is refused.
        #[test]
        fn pieces_give_what_the_whole_gives(
            items in prop::collection::vec(r#"(item|[\]\[{},"\\]|é){1,6}"#, 0..12),
            before: bool,
            piece in 1_usize..200,
            broken in prop::option::of((0_usize..400, r#"[\]\[{},":x]"#)),
        ) {
            let rows: Vec<_> = items.iter().enumerate().map(|(n, id)| {
                serde_json::json!({"item_id": format!("{n}{id}"), "score": n % 2, "metadata": {"items": [id, {}]}})
            }).collect();
            let names = r#""run_id": "r,]}", "model_id": "m", "task_id": "t", "metric_name": "a""#;
            let list = format!(r#""items" : {}"#, serde_json::to_string(&rows).unwrap());
            let mut text = if before { format!("{{{names}, {list} }}\n") } else { format!("{{ {list}, {names}}}") };
            if let Some((at, with)) = broken {
                let at = (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                text.insert_str(at, &with);
            }
            let options = ReadOptions::default();
            let whole = readers::read(text.as_bytes(), Some(readers::Format::RunFrame), &options);
            match run(text.as_bytes(), piece, &options) {
                Some(run) => prop_assert_eq!(run, whole.unwrap().run),
                // Names may stand so far back that the first piece does not show where the items begin.
                None => prop_assert!(whole.is_err() || piece < 100, "{}", text),
            }
        }
    }
}
