//! The length of files.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};

use super::parse::{parse, sources, without_tests};
use crate::tree;

/// Most code lines a file may have; aim at half of it.
const MOST_LINES: usize = 400;

#[test]
fn no_file_is_a_corridor() {
    let counted = sources().into_iter().map(|path| (code_lines(&tree::read(&path)), path));
    let long: Vec<_> = counted.filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} code lines; find the rooms in them: {long:?}");
    assert_eq!(code_lines("#[cfg(test)]\nuse a::b;\n\nfn f() {\n    g(\"\n\");\n}\n"), 4);
    assert_eq!(code_lines("//! Doc.\n\nfn f() {\n    // Why.\n    g();\n}\n#[cfg(test)]\nmod tests {}\n"), 3);
}

/// Lines outside the tests that are neither blank nor comment.
fn code_lines(source: &str) -> usize {
    let mut shipped = BTreeSet::new();
    lines_of(without_tests(parse("source", source)), &mut shipped);
    let code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    source.lines().enumerate().filter(|(i, line)| shipped.contains(&(i + 1)) && code(line)).count()
}

/// Collects the lines on which a token stands, numbered from 1.
fn lines_of(stream: TokenStream, found: &mut BTreeSet<usize>) {
    for token in stream {
        if let TokenTree::Group(group) = token {
            found.extend([group.span_open().start().line, group.span_close().end().line]);
            lines_of(group.stream(), found);
        } else {
            found.extend(token.span().start().line..=token.span().end().line);
        }
    }
}
