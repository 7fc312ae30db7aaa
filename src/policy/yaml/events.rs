//! From the parser's events to nodes.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, StrInput};

use super::node::{Entry, Node, Scalar, Value};
use crate::policy::errors;
use crate::policy::problem::{Position, Problem, Wrong};

/// Mappings and lists within each other. The deepest path of a policy has 4.
const DEEPEST: usize = 16;

/// Most entries of one list or mapping, and most characters of a key: nobody reviews more, and work stays in proportion.
const MOST_ENTRIES: usize = 1000;
const LONGEST_KEY: usize = 100;

pub(super) fn read(text: &str) -> Result<Node, Problem> {
    let mut reader = Reader { parser: Parser::new_from_str(text) };
    let mut root = None;
    loop {
        let (event, at) = reader.next("")?;
        match event {
            Event::StreamEnd => break,
            Event::DocumentStart(_) if root.is_some() => {
                return Err(problem(at, "", errors::several_documents()));
            }
            Event::DocumentStart(_) => {
                let (event, at) = reader.next("")?;
                root = Some(reader.node(event, at, "", 0)?);
            }
            _ => {}
        }
    }
    root.ok_or_else(|| problem(Position { line: 1, column: 1 }, "", errors::empty_file()))
}

struct Reader<'i> {
    parser: Parser<'i, StrInput<'i>>,
}

impl<'i> Reader<'i> {
    fn next(&mut self, key: &str) -> Result<(Event<'i>, Position), Problem> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, position(&span.start))),
            Some(Err(error)) => Err(no_yaml(&error, key)),
            None => Ok((Event::StreamEnd, Position::default())),
        }
    }

    fn node(&mut self, event: Event<'i>, at: Position, key: &str, depth: usize) -> Result<Node, Problem> {
        if depth > DEEPEST {
            return Err(problem(at, key, errors::too_deep(DEEPEST)));
        }
        let (anchor, tag) = match &event {
            Event::Scalar(_, _, anchor, tag) => (*anchor, tag),
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => (*anchor, tag),
            Event::Alias(_) => return Err(problem(at, key, errors::alias())),
            _ => return Err(problem(at, key, errors::no_value_here())),
        };
        if anchor != 0 {
            return Err(problem(at, key, errors::anchor()));
        }
        if tag.is_some() {
            return Err(problem(at, key, errors::tag()));
        }
        match event {
            Event::Scalar(text, style, ..) => {
                let plain = style == ScalarStyle::Plain;
                Ok(Node { at, value: Value::Scalar(Scalar { text: text.into_owned(), plain }) })
            }
            Event::SequenceStart(..) => self.list(at, key, depth),
            _ => self.map(at, key, depth),
        }
    }

    fn list(&mut self, at: Position, key: &str, depth: usize) -> Result<Node, Problem> {
        let mut items = Vec::new();
        loop {
            let place = format!("{key}[{}]", items.len());
            let (event, at_item) = self.next(&place)?;
            if event == Event::SequenceEnd {
                return Ok(Node { at, value: Value::List(items) });
            }
            if items.len() >= MOST_ENTRIES {
                return Err(problem(at_item, key, errors::too_many(MOST_ENTRIES)));
            }
            items.push(self.node(event, at_item, &place, depth + 1)?);
        }
    }

    fn map(&mut self, at: Position, outer: &str, depth: usize) -> Result<Node, Problem> {
        let mut entries: Vec<Entry> = Vec::new();
        loop {
            let (event, at_key) = self.next(outer)?;
            if event == Event::MappingEnd {
                return Ok(Node { at, value: Value::Map(entries) });
            }
            let Value::Scalar(Scalar { text: key, .. }) = self.node(event, at_key, outer, depth + 1)?.value
            else {
                return Err(problem(at_key, outer, errors::key_is_no_word()));
            };
            if entries.len() >= MOST_ENTRIES {
                return Err(problem(at_key, outer, errors::too_many(MOST_ENTRIES)));
            }
            if key.chars().count() > LONGEST_KEY {
                return Err(problem(at_key, outer, errors::long_text(key.chars().count(), LONGEST_KEY)));
            }
            let place = inner(outer, &key);
            if key == "<<" {
                return Err(problem(at_key, place, errors::merge_key()));
            }
            if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                return Err(problem(at_key, place, errors::duplicate_key(&key, first.at)));
            }
            let (event, at_value) = self.next(&place)?;
            let mut node = self.node(event, at_value, &place, depth + 1)?;
            if matches!(&node.value, Value::Scalar(Scalar { text, plain: true }) if text.is_empty()) {
                // The parser puts what is not there where the next thing is.
                node.at = at_key;
            }
            entries.push(Entry { key, at: at_key, node });
        }
    }
}

/// The path of a key.
pub(in crate::policy) fn inner(outer: &str, key: &str) -> String {
    if outer.is_empty() { key.to_owned() } else { format!("{outer}.{key}") }
}

fn position(marker: &Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

fn problem(at: Position, key: impl Into<String>, wrong: Wrong) -> Problem {
    Problem { at, key: key.into(), wrong }
}

fn no_yaml(error: &ScanError, key: &str) -> Problem {
    problem(position(error.marker()), key, errors::no_yaml(error.info()))
}
