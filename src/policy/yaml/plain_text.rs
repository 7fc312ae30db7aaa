//! What is refused of a file before it is read as YAML.

use crate::policy::errors;
use crate::policy::problem::{Position, Problem, Wrong};

/// Largest file: a policy is read by people.
const MOST_BYTES: usize = 256 * 1024;

/// Refuses what would make people and programs see different files: a byte order mark, tabs, control characters,
/// characters that are invisible or turn the direction of writing, directives.
pub(super) fn check(text: &str) -> Result<(), Problem> {
    let wrong = |line, column, wrong: Wrong| {
        Err(Problem { at: Position { line, column }, key: String::new(), wrong })
    };
    if text.len() > MOST_BYTES {
        return wrong(1, 1, errors::too_large(text.len(), MOST_BYTES));
    }
    if text.starts_with('\u{feff}') {
        return wrong(1, 1, errors::byte_order_mark());
    }
    for (row, line) in text.split('\n').enumerate() {
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.starts_with('%') {
            return wrong(row + 1, 1, errors::directive());
        }
        if let Some((column, bad)) = line.chars().enumerate().find(|(_, c)| misleads(*c)) {
            let why = if bad == '\t' { errors::tab() } else { errors::invisible(bad) };
            return wrong(row + 1, column + 1, why);
        }
    }
    Ok(())
}

/// Whether a character is not seen as what it is.
pub(in crate::policy) fn misleads(c: char) -> bool {
    let directs =
        matches!(u32::from(c), 0x61C | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2069 | 0xFEFF);
    // Line separators count as line breaks for some parsers of YAML and not for others.
    c.is_control() || directs || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn a_file_is_what_it_looks_like() {
        assert!(check("version: 1\r\ntasks: [] # für\n").is_ok());
        for (text, line, column) in [
            ("\u{feff}version: 1", 1, 1),
            ("a: 1\n\tb: 2", 2, 1),
            ("a: \u{202e}1", 1, 4),
            ("a: 1\nb\r: 1", 2, 2),
            ("%YAML 1.1\n---\na: 1", 1, 1),
            ("a: 1\u{85}b: 2", 1, 5),
        ] {
            let at = check(text).unwrap_err().at;
            assert_eq!((at.line, at.column), (line, column), "{text:?}");
        }
        assert!(check(&"#".repeat(300_000)).is_err());
    }
}
