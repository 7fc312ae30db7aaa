//! System calls as `strace -f -y -a1` writes them down.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

/// One system call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) name: String,
    /// Its thread.
    pub(super) thread: u32,
    /// Which call of this name it is in its thread, from 1: what `strace` counts.
    pub(super) nth: usize,
    /// As written, one argument each.
    pub(super) arguments: Vec<String>,
    /// `None` where it never returned.
    pub(super) result: Option<i64>,
    /// Of a call that opens something: what it opened.
    pub(super) opened: Option<PathBuf>,
    /// Whether the result was made up by `strace`.
    pub(super) injected: bool,
    /// The paths that it is about, as absolute ones.
    pub(super) paths: Vec<PathBuf>,
}

/// Reads a log; relative paths begin at `folder`. The calls stand in the order in which they returned: while one thread
/// waits for a file to be opened another one may close the descriptor that this file then gets.
pub(super) fn read(log: &str, folder: &Path) -> Vec<Call> {
    let mut texts: Vec<(u32, String)> = Vec::new();
    let mut unfinished: BTreeMap<u32, String> = BTreeMap::new();
    for line in log.lines() {
        let Some((thread, rest)) = line.trim_start().split_once(' ') else { continue };
        let Ok(thread) = thread.parse() else { continue };
        let rest = rest.trim_start();
        if rest.starts_with("+++") || rest.starts_with("---") {
            continue;
        }
        if rest.starts_with("<... ") {
            let (_, end) = rest.split_once(" resumed>").expect("a call that goes on");
            let begun = unfinished.remove(&thread).expect("the call that goes on was begun");
            texts.push((thread, begun + end));
        } else if let Some(begun) = rest.strip_suffix("<unfinished ...>") {
            unfinished.insert(thread, begun.trim_end().to_owned());
        } else {
            texts.push((thread, rest.to_owned()));
        }
    }
    // Those that never returned.
    texts.extend(unfinished);
    let mut counts: BTreeMap<(u32, String), usize> = BTreeMap::new();
    texts
        .iter()
        .filter_map(|(thread, text)| {
            let (name, rest) = text.split_once('(')?;
            let nth = counts.entry((*thread, name.to_owned())).or_default();
            *nth += 1;
            Some(call(name, (*thread, *nth), rest, folder))
        })
        .collect()
}

fn call(name: &str, (thread, nth): (u32, usize), rest: &str, folder: &Path) -> Call {
    let (inner, result) = match rest.rfind(") = ") {
        Some(end) => (&rest[..end], &rest[end + 4..]),
        None => (rest.trim_end_matches(')'), "?"),
    };
    let arguments = split(inner);
    let number: String = result.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    let mut call = Call {
        name: name.to_owned(),
        thread,
        nth,
        result: number.parse().ok(),
        opened: annotated(result),
        injected: result.ends_with("(INJECTED)"),
        paths: Vec::new(),
        arguments,
    };
    call.paths = call.find_paths(folder);
    call
}

/// The arguments of a call.
fn split(text: &str) -> Vec<String> {
    let (mut found, mut current) = (Vec::new(), String::new());
    let (mut quoted, mut depth, mut escaped) = (false, 0_i32, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '[' | '{' | '<' if !quoted => depth += 1,
            ']' | '}' | '>' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(std::mem::take(&mut current).trim().to_owned());
                continue;
            }
            _ => {}
        }
        current.push(c);
    }
    found.push(current.trim().to_owned());
    found
}

/// The path in `5</a/path>`.
fn annotated(text: &str) -> Option<PathBuf> {
    let inner = text.split_once('<')?.1;
    let inner = &inner[..inner.rfind('>')?];
    Some(PathBuf::from(OsString::from_vec(unescaped(inner))))
}

/// The bytes of a quoted text.
fn quoted(text: &str) -> Option<Vec<u8>> {
    let inner = text.strip_prefix('"')?;
    Some(unescaped(&inner[..inner.rfind('"')?]))
}

fn unescaped(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::with_capacity(bytes.len() / 4), 0);
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            found.push(bytes[at]);
            at += 1;
            continue;
        }
        at += 2;
        found.push(match bytes[at - 1] {
            b'x' => {
                at += 2;
                u8::from_str_radix(&text[at - 2..at], 16).unwrap()
            }
            digit @ b'0'..=b'7' => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = bytes.get(at) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    at += 1;
                }
                u8::try_from(value).unwrap()
            }
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 11,
            b'f' => 12,
            other => other,
        });
    }
    found
}

impl Call {
    /// The descriptor that an argument is.
    pub(super) fn descriptor(&self, at: usize) -> Option<i64> {
        let digits = self.arguments.get(at)?.split('<').next()?;
        digits.parse().ok()
    }

    /// The bytes that an argument is.
    pub(super) fn bytes(&self, at: usize) -> Vec<u8> {
        quoted(&self.arguments[at]).unwrap_or_else(|| panic!("{self:?} has no bytes"))
    }

    /// Whether one of its flags is set.
    pub(super) fn says(&self, flag: &str) -> bool {
        self.arguments
            .iter()
            .any(|argument| argument.split(['|', ',', '=', '{', '}', ' ']).any(|word| word == flag))
    }

    /// Whether it did what it was asked to do.
    pub(super) fn succeeded(&self) -> bool {
        self.result.is_some_and(|result| result >= 0)
    }

    /// Whether it is about something in this folder.
    pub(super) fn within(&self, folder: &Path) -> bool {
        self.paths.iter().any(|path| path.starts_with(folder))
    }

    /// Whether its text is data and not a path.
    fn carries_data(&self) -> bool {
        self.name.contains("write") || self.name.starts_with("send")
    }

    fn find_paths(&self, folder: &Path) -> Vec<PathBuf> {
        if self.carries_data() {
            return self.arguments.first().and_then(|text| annotated(text)).into_iter().collect();
        }
        let (mut found, mut base) = (Vec::new(), None);
        for argument in &self.arguments {
            if let Some(text) = quoted(argument) {
                let base: PathBuf = base.take().unwrap_or_else(|| folder.to_path_buf());
                found.push(base.join(OsString::from_vec(text)));
            } else if argument.contains('<') {
                found.extend(base.take());
                base = annotated(argument);
            }
        }
        found.extend(base);
        // `a/./b` and `a/b` are one place.
        found.iter().map(|path| path.components().collect()).collect()
    }
}
