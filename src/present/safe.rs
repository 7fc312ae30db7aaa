//! Hostile text passes one gate per destination. Text from run files, paths, event payloads and
//! replies may try to draw on the terminal, to issue workflow commands to the runner that scans the
//! log, or to break out of a Markdown cell.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest line of a log or terminal, in characters. Names of runs are shorter; only what was recorded before names had
/// a limit, or was made to flood a log, is longer.
pub const LONGEST_LINE: usize = 4096;

/// A text of at most `most` bytes, in whole lines, and how many lines were left out of a longer one.
#[must_use]
pub fn bounded(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut left_out = 0_usize;
    for line in text.split_inclusive('\n') {
        if left_out == 0 && kept.len() + line.len() <= most { kept.push_str(line) } else { left_out += 1 }
    }
    kept + &left_out_of(left_out, most)
}

/// Says how many lines a limit in bytes left out.
pub(super) fn left_out_of(lines: usize, most: usize) -> String {
    format!("({lines} more lines were left out: at most {} KiB are shown)\n", most >> 10)
}

/// The beginning of a text that is longer than a line may be, and how much of it is missing.
fn shortened(text: &str) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(LONGEST_LINE) {
        None => text.into(),
        Some((end, _)) => {
            let (head, rest) = text.split_at_checked(end).unwrap_or((text, ""));
            format!("{head}… ({} more characters)", rest.chars().count()).into()
        }
    }
}

/// One line of a log or terminal: no control or direction-changing character survives, and nothing
/// in it can be read as a workflow command (`::name::` at the start of a line, `##[name]` anywhere). A text that is longer
/// than [`LONGEST_LINE`] is shortened.
#[must_use]
pub fn line(text: &str) -> String {
    let visible = visible(&shortened(text));
    let defused = visible.replace("##[", "#\\u{23}[");
    if defused.trim_start().starts_with("::") { defused.replacen("::", ":\\u{3a}", 1) } else { defused }
}

/// Several lines, each made safe; line breaks that separate them stay.
#[must_use]
pub fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A sentence of ours that quotes names: plain words stay words, and everything that Markdown or GitHub could take for
/// markup, a link or a mention is a code span.
#[must_use]
pub fn words(text: &str) -> String {
    let word = |word: &str| if is_plain(word) { word.to_owned() } else { code(word) };
    line(text).split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The same in a block of HTML within Markdown: what GitHub could take for a mention or a reference is code, where it
/// looks for none.
#[must_use]
pub fn html_words(text: &str) -> String {
    let word = |word: &str| {
        if is_plain(word) { html(word) } else { format!("<code>{}</code>", html(word)) }
    };
    line(text).split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Whether Markdown and GitHub show a word as it stands: no markup, link, mention, issue or commit.
#[must_use]
pub fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || ".,;:()%+-=/'\"".contains(c);
    word.chars().all(plain)
        && !word.contains("://")
        && !word.to_ascii_lowercase().contains("www.")
        && !is_reference(word)
}

/// Whether GitHub would make a link of a word by itself: `GH-12`, or the id of a commit.
fn is_reference(word: &str) -> bool {
    let mut parts = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    parts.any(|part| {
        let issue = part.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("gh-"));
        let hex = part.bytes().all(|byte| byte.is_ascii_hexdigit());
        issue || hex && (7..=40).contains(&part.len()) && part.bytes().any(|byte| !byte.is_ascii_digit())
    })
}

/// A name from a file in a sentence: a plain word as it stands, anything else as code, so that its end is seen.
#[must_use]
pub fn name(text: &str) -> String {
    if !text.is_empty() && is_plain(text) { text.to_owned() } else { code(text) }
}

/// A Markdown code span, also inside a table cell: rendered as exactly this text, no link, mention,
/// image or HTML. Long text is cut.
#[must_use]
pub fn code(text: &str) -> String {
    const LIMIT: usize = 200;
    let mut visible = visible(text);
    if let Some((cut, _)) = visible.char_indices().nth(LIMIT) {
        visible.truncate(cut);
        visible.push('…');
    }
    if visible.is_empty() {
        return "(empty)".into();
    }
    // A fence longer than any run of backticks inside; the blanks keep a leading or trailing
    // backtick apart from it. A table would split at a bare `|` even inside a code span.
    let fence = "`".repeat(longest_run(&visible, '`') + 1);
    let blank = if visible.contains('`') || visible.trim() != visible { " " } else { "" };
    format!("{fence}{blank}{}{blank}{fence}", visible.replace('|', "\\|"))
}

/// A fenced code block that its content cannot close.
#[must_use]
pub fn block(text: &str, language: &str) -> String {
    let fence = "`".repeat((longest_run(text, '`') + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

/// Text of an HTML page, between tags or in a quoted attribute.
#[must_use]
pub fn html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// All but letters, digits and what stands for itself in a path.
const NOT_IN_HREF: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'_').remove(b'-').remove(b'~').remove(b'=');

/// The address of a file beside a page, for a quoted attribute: no name in it can mean another scheme, host,
/// query or folder.
#[must_use]
pub fn href(path: &str) -> String {
    format!("./{}", utf8_percent_encode(path, NOT_IN_HREF))
}

/// What a spreadsheet takes for the beginning of a formula, also as its input methods for East Asian scripts write it.
const FORMULA: [char; 13] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];

/// A cell of a CSV file. No spreadsheet takes it for a formula, and no byte of it ends the line or is not seen. It reads
/// back: without one apostrophe at its beginning, and with the character for each `\u{HEX}`, it is the text again. What is
/// a number stays one.
#[must_use]
pub fn csv(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let rest = text.get(at + c.len_utf8()..).unwrap_or_default();
        // What could be taken for such an escape is one; and where semicolons are the usual separator, a spreadsheet
        // begins a cell behind each.
        let mistaken = c == '\\' && rest.starts_with("u{") || c == ';' && is_formula(rest);
        if mistaken || hides(c) { cell.push_str(&code_point(c)) } else { cell.push(c) }
    }
    if cell.starts_with('\'') || is_formula(&cell) && !is_number(&cell) {
        cell.insert(0, '\'');
    }
    let plain = !cell.contains([',', ';', '"']) && cell.trim() == cell;
    if plain { cell } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

/// Whether a spreadsheet could take a text for a formula; blanks and quotation marks before it do not help.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).starts_with(FORMULA)
}

/// Whether a text is a decimal number as programs write it.
fn is_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b))
        && text.parse().is_ok_and(|number: f64| number.is_finite())
}

/// An address at the server of a repository, made of pieces that a name of another place cannot hide in; `None` where one
/// of them is not what it should be. `server` is an origin, such as `https://github.com`.
#[must_use]
pub fn address(server: &str, pieces: &[&str]) -> Option<String> {
    let host = server.strip_prefix("https://")?;
    let of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let named = |text: &str, extra: fn(char) -> bool| {
        !text.is_empty() && text.chars().all(|c| of_host(c) || extra(c)) && !text.chars().all(|c| c == '.')
    };
    let good = named(host, |_| false) && pieces.iter().all(|piece| named(piece, |c| c == '_'));
    good.then(|| format!("https://{host}/{}", pieces.join("/")))
}

fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut current) = (0, 0);
    for c in text.chars() {
        current = if c == wanted { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    longest
}

/// Replaces what cannot be seen, or changes how the rest is seen, by its code point.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hides(c) { out.push_str(&code_point(c)) } else { out.push(c) }
    }
    out
}

/// A character as the escape that stands for it.
fn code_point(c: char) -> String {
    format!("\\u{{{:x}}}", u32::from(c))
}

/// Controls, separators that break lines, direction marks, zero-width characters and tags.
#[must_use]
pub fn hides(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x2069 | 0xfeff | 0xfff9..=0xfffb | 0xfffe | 0xffff | 0xe0000..=0xe007f)
}

#[cfg(test)]
mod tests {
    use comrak::nodes::{AstNode, NodeValue};
    use proptest::prelude::*;

    use super::{address, block, code, csv, href, html, html_words, line, lines};

    #[test]
    fn no_text_leaves_its_place_on_a_page() {
        assert_eq!(
            html("<b a='1' c=\"2\">&\u{202e}\n"),
            "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;\\u{202e}\\u{a}"
        );
        assert_eq!(
            href("audit/v1/javascript:x?#\" é.sig"),
            "./audit/v1/javascript%3Ax%3F%23%22%20%C3%A9.sig"
        );
        assert_eq!(href("//host/%2e"), ".///host/%252e");
    }

    #[test]
    fn no_cell_is_a_formula_and_no_quote_ends_it() {
        for (text, cell) in [
            ("a,b\"c", "\"a,b\"\"c\""),
            ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
            ("＝1+1", "'＝1+1"),
            ("\"=1+1", "\"'\"\"=1+1\""),
            ("'=1+1", "''=1+1"),
            ("'", "''"),
            (" -1", "' -1"),
            ("-1", "-1"),
            ("+1.5e-3", "+1.5e-3"),
            ("-inf", "'-inf"),
            ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
            ("a;=1+1", "a\\u{3b}=1+1"),
            ("a;b", "\"a;b\""),
            ("id-7", "id-7"),
            ("a\nb", "a\\u{a}b"),
            ("\t=1", "\\u{9}=1"),
            ("\r", "\\u{d}"),
            ("\u{0}\u{202e}", "\\u{0}\\u{202e}"),
            (r"C:\new \u{41}", r"C:\new \u{5c}u{41}"),
            ("", ""),
        ] {
            assert_eq!(csv(text), cell, "{text:?}");
        }
    }

    /// A cell as any reader of CSV has it.
    fn cell(csv: &str) -> String {
        match csv.strip_prefix('"').and_then(|csv| csv.strip_suffix('"')) {
            Some(quoted) => {
                assert!(!quoted.replace("\"\"", "").contains('"'), "{csv}");
                quoted.replace("\"\"", "\"")
            }
            None => {
                assert!(!csv.contains([',', '"', '\n', '\r']), "{csv}");
                csv.to_owned()
            }
        }
    }

    /// What the documentation says of reading a cell back.
    fn read_back(cell: &str) -> String {
        let mut rest = cell.strip_prefix('\'').unwrap_or(cell);
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once("\\u{") {
            let (hex, behind) = after.split_once('}').unwrap();
            text.push_str(before);
            text.push(char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap());
            rest = behind;
        }
        text + rest
    }

    #[test]
    fn an_address_leads_nowhere_else() {
        let at = |pieces: &[&str]| address("https://github.com", pieces);
        assert_eq!(at(&["o", "n.a_b", "commit", "abc"]).unwrap(), "https://github.com/o/n.a_b/commit/abc");
        for hostile in ["", "..", ".", "a/b", "a?b", "a#b", "a@b", "javascript:x", "a b", "%2e", "é"] {
            assert_eq!(at(&["o", hostile]), None, "{hostile}");
        }
        for server in ["http://github.com", "javascript:alert(1)//", "https://a@b", "https://", "https://a/b"]
        {
            assert_eq!(address(server, &["o"]), None, "{server}");
        }
    }

    #[test]
    fn words_that_github_would_link_are_code_in_html() {
        for (word, is_code) in [
            ("ALLOW:", false),
            ("+0.0318,", false),
            ("1234567", false),
            ("decade", false),
            ("@everyone", true),
            ("GH-12", true),
            ("(gh-12)", true),
            ("#12", true),
            ("deadbee,", true),
            ("https://x.y", true),
            ("<b>", true),
        ] {
            let shown = html_words(&format!("a {word} b"));
            let expected = if is_code { format!("<code>{}</code>", html(word)) } else { html(word) };
            assert_eq!(shown, format!("a {expected} b"));
        }
    }

    #[test]
    fn workflow_commands_are_defused() {
        for hostile in
            ["::error::x", "  ::stop-commands::t", "a ##[error]b", "\r::add-mask::x", "\u{2028}::x::"]
        {
            let safe = line(hostile);
            assert!(!safe.trim_start().starts_with("::") && !safe.contains("##["), "{safe:?}");
        }
        assert_eq!(line("plain text: a::b"), "plain text: a::b");
        assert_eq!(lines("a\n::error::b"), "a\n:\\u{3a}error::b");
        assert_eq!(line("\u{1b}[31mred\u{202e}"), "\\u{1b}[31mred\\u{202e}");
    }

    fn kinds<'a>(node: &'a AstNode<'a>, out: &mut Vec<String>, code: &mut Vec<String>) {
        match &node.data.borrow().value {
            NodeValue::Code(span) => code.push(span.literal.clone()),
            NodeValue::CodeBlock(span) => code.push(span.literal.clone()),
            other => out.push(other.xml_node_name().to_owned()),
        }
        for child in node.children() {
            kinds(child, out, code);
        }
    }

    fn parse(markdown: &str) -> (Vec<String>, Vec<String>) {
        let arena = comrak::Arena::new();
        let mut options = comrak::Options::default();
        options.extension.table = true;
        options.extension.autolink = true;
        let root = comrak::parse_document(&arena, markdown, &options);
        let (mut out, mut code) = (Vec::new(), Vec::new());
        kinds(root, &mut out, &mut code);
        (out, code)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn a_cell_reads_back_and_is_no_formula(
            text in "(?s)[-=+@＝－ '\"\t\r\n,;a1.e\\\\u{}\u{0}\u{a0}\u{202e}]{0,24}|.{0,12}",
        ) {
            let cell = cell(&csv(&text));
            prop_assert_eq!(read_back(&cell), &text[..]);
            prop_assert!(!cell.chars().any(super::hides), "{:?}", cell);
            let begins = |part: &str| {
                let bare = part.trim_start_matches(|c: char| c.is_whitespace() || c == '"');
                bare.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r'])
            };
            prop_assert!(!begins(&cell) || cell.parse::<f64>().is_ok_and(f64::is_finite), "{:?}", cell);
            prop_assert!(!cell.split(';').skip(1).any(begins), "{:?}", cell);
        }
    }

    proptest! {
        #[test]
        fn a_line_never_holds_a_command(text in "(?s)[:#\\[ a\r\n\t|`]{0,40}") {
            let safe = line(&text);
            prop_assert!(!safe.contains('\n') && !safe.contains("##["));
            prop_assert!(!safe.trim_start().starts_with("::"));
        }

        #[test]
        fn a_code_span_parses_back_to_its_text(text in "[`|a@<>!\\[\\](). *_~-]{1,30}") {
            let markdown = format!("| a | b |\n|---|---|\n| {} | end |\n", code(&text));
            let (kinds, spans) = parse(&markdown);
            prop_assert_eq!(spans.len(), 1, "{}", markdown);
            prop_assert_eq!(spans[0].trim(), text.trim(), "{}", markdown);
            prop_assert!(!kinds.iter().any(|k| k == "link" || k == "image" || k.starts_with("html")), "{:?}", kinds);
            prop_assert!(kinds.iter().filter(|k| *k == "table_cell").count() == 4);
        }

        #[test]
        fn a_block_cannot_be_closed_by_its_content(text in "(?s)[`~ab\n]{0,60}") {
            let (_, code) = parse(&block(&text, "json"));
            prop_assert_eq!(code.len(), 1);
            prop_assert_eq!(code[0].trim_end_matches('\n'), text.trim_end_matches('\n'));
        }
    }
}
