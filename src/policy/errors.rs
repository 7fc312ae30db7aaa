//! What is wrong with a policy, one function a message: what was found, and what to write.
//!
//! Messages about single values stand here; those of rules that join several keys stand in `rules/errors.rs`.

use super::problem::{Position, Wrong};

pub(super) fn wrong(what: impl Into<String>, next: impl Into<String>) -> Wrong {
    Wrong { what: what.into(), next: next.into() }
}

pub(super) fn too_large(bytes: usize, most: usize) -> Wrong {
    wrong(
        format!("the file has {bytes} bytes, and at most {most} are read"),
        "a policy is read by people: keep it short",
    )
}

pub(super) fn byte_order_mark() -> Wrong {
    wrong("the file begins with a byte order mark (U+FEFF)", "save it as UTF-8 without one")
}

pub(super) fn tab() -> Wrong {
    wrong("a tab stands here, which YAML does not take for indentation", "write blanks")
}

pub(super) fn invisible(c: char) -> Wrong {
    wrong(
        format!("a character stands here that is not seen as what it is (U+{:04X})", u32::from(c)),
        "remove it, or write the text in another way",
    )
}

pub(super) fn directive() -> Wrong {
    wrong("a directive of YAML stands here", "remove the line: a policy is one document without directives")
}

pub(super) fn empty_file() -> Wrong {
    wrong(
        "the file holds nothing",
        "write `version: 1` and `tasks:`; `evalsig policy init RUN...` drafts a whole file",
    )
}

pub(super) fn something_else(known: &[&str], main: &str) -> Wrong {
    wrong(
        format!(
            "this is another kind of file: at its top stands nothing that it takes, which is {}",
            known.join(", ")
        ),
        format!("name the right file, or write `version: 1` and `{main}:`"),
    )
}

pub(super) fn several_documents() -> Wrong {
    wrong(
        "a second document begins here",
        "keep one document: remove `---` and what follows, or put it into one file",
    )
}

pub(super) fn too_deep(most: usize) -> Wrong {
    wrong(
        format!("values stand more than {most} levels deep"),
        "write the keys of docs/policy.md, which need 4 levels",
    )
}

pub(super) fn too_many(most: usize) -> Wrong {
    wrong(
        format!("more than {most} entries stand in one list or mapping"),
        "keep fewer: a policy is read by people",
    )
}

pub(super) fn alias() -> Wrong {
    wrong("an alias (`*name`) stands here", "write the value itself: what readers see must be what is meant")
}

pub(super) fn anchor() -> Wrong {
    wrong(
        "an anchor of YAML (`&name`) stands here",
        "remove it, and write values where they are used; put what all tasks share under `defaults`",
    )
}

pub(super) fn tag() -> Wrong {
    wrong("a tag of YAML (`!name`) stands here", "remove it: the type of each value is known from its key")
}

pub(super) fn merge_key() -> Wrong {
    wrong("a merge key (`<<`) stands here", "put what all tasks share under `defaults`")
}

pub(super) fn no_value_here() -> Wrong {
    wrong("no value stands here", "write a value, or remove the key")
}

pub(super) fn key_is_no_word() -> Wrong {
    wrong("a list or mapping stands where a key is expected", "write `key: value` with one word as the key")
}

pub(super) fn duplicate_key(key: &str, first: Position) -> Wrong {
    wrong(format!("{key:?} stands already on line {}", first.line), "keep one of the two")
}

pub(super) fn no_yaml(info: &str) -> Wrong {
    wrong(
        format!("this is no YAML: {info}"),
        "correct the indentation, quotes and brackets on this line or the one before; texts with `: ` or ` #` need quotes",
    )
}

pub(super) fn read_differently(ours: &str, theirs: &str) -> Wrong {
    wrong(
        format!("two parsers of YAML read this differently: one as {ours}, the other as {theirs}"),
        "write it more plainly: one value on one line, texts in double quotes",
    )
}

pub(super) fn no_mapping(found: &str, keys: &[&str]) -> Wrong {
    wrong(
        format!("is {found}, expected a mapping"),
        format!("write keys with values; it takes {}", keys.join(", ")),
    )
}

pub(super) fn unknown_key(key: &str, nearest: Option<&str>, homes: &[&str], keys: &[&str]) -> Wrong {
    let what = format!("there is no key {key:?} here");
    let next = match (nearest, homes) {
        (Some(meant), _) => format!("write `{meant}`"),
        (None, []) => format!("remove it, or write one of {}", keys.join(", ")),
        (None, homes) => format!("write it under {}", homes.join(" or ")),
    };
    wrong(what, next)
}

pub(super) fn missing_key(key: &str, write: &str) -> Wrong {
    wrong(format!("{key:?} is missing"), format!("write {write}"))
}

pub(super) fn no_list(found: &str, expected: &str, write: &str) -> Wrong {
    wrong(format!("is {found}, expected {expected}"), format!("write {write}"))
}

pub(super) fn no_number(found: &str, expected: &str, meant: Option<&str>) -> Wrong {
    let next = meant.map_or_else(|| format!("write {expected}"), |meant| format!("write {meant}"));
    wrong(format!("is {found}, expected {expected}"), next)
}

pub(super) fn quoted_number(text: &str, expected: &str) -> Wrong {
    wrong(format!("is the text {text:?}, expected {expected}"), format!("write {text} without quotes"))
}

pub(super) fn distorted_number(found: &str, expected: &str, meant: &str) -> Wrong {
    wrong(
        format!("is {found}, which not every parser of YAML reads as the same number; expected {expected}"),
        format!("write {meant}, if that is meant"),
    )
}

pub(super) fn no_double(text: &str, expected: &str) -> Wrong {
    wrong(
        format!("is {text}, which is too large or too near to 0 for a number; expected {expected}"),
        format!("write {expected}"),
    )
}

pub(super) fn out_of_range(found: &str, expected: &str) -> Wrong {
    wrong(format!("is {found}, expected {expected}"), format!("write {expected}"))
}

pub(super) fn alpha_too_large(found: &str) -> Wrong {
    wrong(
        format!(
            "is {found}: with an error rate of one half or more a claim is shown and refuted by the same data"
        ),
        "write a number above 0 and below 0.5; 0.05 is usual",
    )
}

pub(super) fn no_truth_value(found: &str, meant: Option<bool>) -> Wrong {
    match meant {
        Some(meant) => wrong(
            format!(
                "is {found}, which not every parser of YAML reads as a truth value; expected true or false"
            ),
            format!("write {meant}"),
        ),
        None => wrong(format!("is {found}, expected true or false"), "write true or false"),
    }
}

pub(super) fn no_text(found: &str, expected: &str) -> Wrong {
    wrong(
        format!("is {found}, expected {expected}"),
        format!("write {expected}, or remove the key where it is optional"),
    )
}

pub(super) fn bare_text(text: &str, expected: &str) -> Wrong {
    wrong(
        format!(
            "is {text}, which parsers of YAML take for a number, a truth value, a time or nothing; expected {expected}"
        ),
        format!("write it in quotes, if that is meant: {text:?}"),
    )
}

pub(super) fn long_text(chars: usize, most: usize) -> Wrong {
    wrong(format!("has {chars} characters, and at most {most} are taken"), "write it shorter")
}

pub(super) fn no_such_choice(found: &str, names: &[&str], nearest: Option<&str>) -> Wrong {
    let next = nearest
        .map_or_else(|| format!("write one of {}", names.join(", ")), |meant| format!("write {meant}"));
    wrong(format!("is {found}, expected one of {}", names.join(", ")), next)
}

pub(super) fn refused_text(text: &str, why: &str, write: &str) -> Wrong {
    wrong(format!("is {text:?}: {why}"), format!("write {write}"))
}

pub(super) fn version(found: &str) -> Wrong {
    wrong(
        format!("is {found}, and this evalsig reads version 1"),
        "write `version: 1`, or use an evalsig that reads this version",
    )
}

pub(super) fn same_waiver(earlier: usize) -> Wrong {
    wrong(
        format!("waives the same task and candidate as waivers[{earlier}]"),
        "keep one of the two: a waiver is not renewed by another, its `effective-until` is changed",
    )
}

pub(super) fn two_subjects() -> Wrong {
    wrong(
        "stands here, and so does \"release\"",
        "keep one of the two: a waiver is about a release or about a commit",
    )
}

pub(super) fn no_subject() -> Wrong {
    wrong("says neither release nor commit", "write `release: v1.4.0`, or `commit:` with a full hash")
}

pub(super) fn no_time(found: &str) -> Wrong {
    wrong(
        format!("is {found}, expected a day or a time in UTC"),
        "write a day such as 2026-12-31, or a time such as \"2026-12-31T18:00:00Z\"",
    )
}
