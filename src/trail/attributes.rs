//! `.gitattributes`: git must keep the trail byte for byte. A clone with `core.autocrlf` would
//! change every hash.

use super::finding::{Finding, FindingKind};
use super::layout::ROOT;
use super::listing::Listing;
use super::port::{FileKind, NewFile, TrailFiles};
use crate::domain::Diagnostic;

/// Beside `audit/`: the rule for the trail.
const OUTER: &str = "audit/** -text\n";
/// Inside `audit/`, where the user has an outer file of their own without that rule.
const INNER: &str = "* -text\n";

/// Path of the file beside `audit/`.
const OUTER_PATH: &str = ".gitattributes";

/// Path of the file inside `audit/`.
fn inner_path() -> String {
    format!("{ROOT}/{OUTER_PATH}")
}

/// What keeps git from converting line endings in the trail: a finding where nothing does.
pub(super) fn check(files: &dyn TrailFiles, listing: &Listing) -> Result<Option<Finding>, Diagnostic> {
    let outer = outer(files, listing)?;
    let inner = inner_path();
    Ok(match (listing.inner, outer) {
        (Some(FileKind::Plain), _) => {
            (files.read(&inner)? != INNER.as_bytes()).then(|| changed(&inner, INNER))
        }
        // Anything else of that name is already found to be no file.
        (Some(_), _) | (None, Some(Outer::Protects)) => None,
        (None, Some(Outer::Changed)) => Some(changed(OUTER_PATH, OUTER)),
        (None, Some(Outer::Silent) | None) => Some(
            Finding::broken(FindingKind::AttributesMissing, OUTER_PATH)
                .expected(format!("the line `audit/** -text`, or a file {inner} with `* -text`"))
                .found(if outer.is_some() { "neither" } else { "no such file" }),
        ),
    })
}

/// The file that an append adds so that git leaves the trail alone.
pub(super) fn to_add(files: &dyn TrailFiles, listing: &Listing) -> Result<Option<NewFile>, Diagnostic> {
    let file = |path: String, text: &str| Some(NewFile { path, bytes: text.into() });
    Ok(match (listing.inner, outer(files, listing)?) {
        (None, None) => file(OUTER_PATH.into(), OUTER),
        // The user's own file stays as it is.
        (None, Some(Outer::Silent)) => file(inner_path(), INNER),
        (Some(_), _) | (None, Some(Outer::Protects | Outer::Changed)) => None,
    })
}

fn outer(files: &dyn TrailFiles, listing: &Listing) -> Result<Option<Outer>, Diagnostic> {
    Ok(match listing.outer {
        None => None,
        Some(FileKind::Plain) => Some(judge_outer(&files.read(OUTER_PATH)?)),
        // git reads no rules through a link.
        Some(_) => Some(Outer::Silent),
    })
}

fn changed(path: &str, text: &str) -> Finding {
    Finding::broken(FindingKind::AttributesChanged, path)
        .expected(format!("the bytes {text:?}"))
        .found("other bytes")
}

/// What the outer file does for the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outer {
    /// It keeps git away from the trail's bytes.
    Protects,
    /// It holds the one rule that evalsig writes, and is not byte for byte what evalsig wrote.
    Changed,
    /// It is the user's own and says nothing that helps.
    Silent,
}

/// Judges the file beside `audit/`.
///
/// Its own line endings are git's to change: it lies outside `audit/`, and git reads the rule with
/// either. A file of several lines is the user's to edit as long as the rule holds.
fn judge_outer(bytes: &[u8]) -> Outer {
    let Ok(text) = std::str::from_utf8(bytes) else { return Outer::Silent };
    let lines: Vec<Vec<&str>> = text
        .split('\n')
        .map(|line| line.split([' ', '\t', '\r']).filter(|word| !word.is_empty()).collect())
        .filter(|words: &Vec<&str>| words.first().is_some_and(|word| !word.starts_with('#')))
        .collect();
    if lines == [["audit/**", "-text"]] && text != OUTER && text != OUTER.replace('\n', "\r\n") {
        return Outer::Changed;
    }
    // The last line that matches decides. Only a rule for the trail counts for it: whoever writes
    // `* -text` may one day change it without a thought of the trail.
    let mut protects = false;
    for words in &lines {
        let Some((pattern, attributes)) = words.split_first() else { continue };
        let ours = matches!(*pattern, "audit/**" | "/audit/**");
        let wide = matches!(*pattern, "*" | "**" | "*.json" | "**/*.json" | "**/*");
        for attribute in attributes {
            match *attribute {
                "-text" | "binary" if ours => protects = true,
                "text" | "!text" | "text=auto" | "eol=lf" | "eol=crlf" | "crlf" if ours || wide => {
                    protects = false;
                }
                _ => {}
            }
        }
    }
    if protects { Outer::Protects } else { Outer::Silent }
}

#[cfg(test)]
mod tests {
    use super::{OUTER, Outer, judge_outer};

    #[test]
    fn the_rule_is_found_in_a_users_file() {
        for text in [
            OUTER,
            "audit/** -text\r\n",
            "* text=auto\naudit/** -text\n",
            "*.png binary\n/audit/**\tbinary\n# end",
            "/audit/** -text\n",
            "* text=auto\n/audit/** -text\n*.md text\n",
        ] {
            assert_eq!(judge_outer(text.as_bytes()), Outer::Protects, "{text:?}");
        }
    }

    #[test]
    fn a_file_without_the_rule_does_not_protect() {
        for text in [
            "",
            "* text=auto\n",
            "# audit/** -text\n",
            "audit/** -text\n* text=auto\n",
            "audit/* -text\n",
            "* -text\n",
            "audit/\n* -text\n",
            "audit/** -tex",
            "audit/** text\n",
        ] {
            assert_eq!(judge_outer(text.as_bytes()), Outer::Silent, "{text:?}");
        }
        assert_eq!(judge_outer(b"audit/** -text\n\xff"), Outer::Silent);
    }

    #[test]
    fn our_own_file_is_held_to_its_bytes() {
        for text in ["audit/** -text", "audit/**  -text\n", "audit/**\t-text\n", "audit/** -text\r"] {
            assert_eq!(judge_outer(text.as_bytes()), Outer::Changed, "{text:?}");
        }
    }
}
