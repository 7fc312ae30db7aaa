//! Text laid out for a screen: labels and sentences in two columns, long sentences wrapped under themselves.

use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use unicode_width::UnicodeWidthStr as _;

use super::safe;
use super::screen::Width;

/// A page that grows line by line.
pub(super) struct Page {
    pub(super) text: String,
    width: Width,
}

impl Page {
    const LABEL: usize = 12;

    pub(super) fn new(width: Width) -> Self {
        Self { text: String::new(), width }
    }

    /// A line of our own words.
    pub(super) fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// An empty line, unless the page begins or there is one already.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A labelled text, which may quote what is hostile.
    pub(super) fn row(&mut self, label: &str, text: &str) {
        let first = format!("  {label:<width$}", width = Self::LABEL);
        let rest = " ".repeat(first.len());
        for line in wrapped(&safe::line(text), self.width, &first, &rest) {
            self.line(&line);
        }
    }
}

/// What stands between the first words of a line and the place where its further lines begin. No text that passed
/// `safe` holds it.
pub(super) const STOP: char = '\t';

/// A text of whole lines that is safe already, each wrapped where the terminal is narrower. Further lines of a line begin
/// under its `STOP`, or two columns in. In a pipe nothing is wrapped.
#[must_use]
pub fn fitted(text: &str, width: Width) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let (first, rest) = line.split_once(STOP).unwrap_or_else(|| {
            let blanks = line.len() - line.trim_start_matches(' ').len();
            line.split_at(blanks)
        });
        let hang = first.width() + if line.contains(STOP) { 0 } else { 2 };
        let fits = first.width() + display_width(rest) <= width.text();
        let lines = if width.breaks_words() && !fits {
            wrapped(rest, width, first, &" ".repeat(hang))
        } else {
            vec![format!("{first}{rest}")]
        };
        for line in lines {
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

/// The lines of a text that is safe already: `first` stands before the first of them, `rest` before the others.
pub(super) fn wrapped(text: &str, width: Width, first: &str, rest: &str) -> Vec<String> {
    wrapped_within(text, width, width.text(), first, rest)
}

/// The same, in at most this many columns.
pub(super) fn wrapped_within(text: &str, width: Width, most: usize, first: &str, rest: &str) -> Vec<String> {
    let options = Options::new(width.text().min(most))
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(width.breaks_words())
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::{Page, Width, fitted};

    fn row(width: Width, text: &str) -> Vec<String> {
        let mut page = Page::new(width);
        page.row("claim", text);
        page.text.lines().map(str::to_owned).collect()
    }

    /// What stands in the second column.
    fn said(lines: &[String]) -> Vec<&str> {
        lines.iter().map(|line| &line[14..]).collect()
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_whatever_it_holds() {
        let hash = "0123456789abcdef".repeat(10);
        let texts = [
            ["abcd"; 60].join(" "),
            ["模型"; 60].join(" "),
            "模".repeat(90),
            hash.clone(),
            format!("the file {hash} has changed"),
            "e\u{301}".repeat(120),
        ];
        for columns in [60, 80, 100, 140] {
            for text in &texts {
                let lines = row(Width::Terminal(columns), text);
                let most = usize::from(columns.min(100));
                assert!(lines.iter().all(|line| line.width() <= most), "{columns}: {lines:#?}");
                // Nothing is lost where a line ends.
                let together = |text: &str| text.replace(' ', "");
                assert_eq!(together(&said(&lines).concat()), together(text));
                // The first line is filled as far as a word of this text allows.
                assert!(lines[0].width() > 20 && lines.len() <= 8, "{columns}: {lines:#?}");
            }
        }
    }

    #[test]
    fn lines_break_by_columns_and_not_by_characters() {
        let row = |word: &str| row(Width::Terminal(100), &[word; 30].join(" "));
        // 86 columns of text: 17 words of four columns with a blank, whichever characters fill them.
        assert_eq!(row("abcd").len(), 2);
        let wide = row("模型");
        assert_eq!((wide.len(), wide[0].matches('模').count()), (2, 17));
    }

    #[test]
    fn a_wide_terminal_does_not_make_sentences_wider() {
        let text = ["word"; 100].join(" ");
        assert_eq!(row(Width::Terminal(140), &text), row(Width::Terminal(100), &text));
        assert_eq!(row(Width::Pipe, &text), row(Width::Terminal(100), &text));
        assert_ne!(row(Width::Terminal(80), &text), row(Width::Terminal(100), &text));
    }

    #[test]
    fn in_a_pipe_a_path_stays_whole_so_that_it_can_be_searched() {
        let path = "folder/".repeat(30);
        assert_eq!(said(&row(Width::Pipe, &path)), [path.as_str()]);
        assert!(row(Width::Terminal(100), &path).len() > 1);
    }

    #[test]
    fn whole_lines_are_wrapped_under_their_own_words_on_a_terminal_only() {
        let long = ["word"; 30].join(" ");
        let text = format!("{long}\n  - {long}\n    found     \t{long}\nshort\n");
        for columns in [60, 80, 100, 140] {
            let fitted = fitted(&text, Width::Terminal(columns));
            let lines: Vec<&str> = fitted.lines().collect();
            assert!(lines.iter().all(|line| line.width() <= usize::from(columns.min(100))), "{fitted}");
            assert!(lines[1].starts_with("  word") && lines.last() == Some(&"short"), "{fitted}");
            let under = format!("{}word", " ".repeat(14));
            assert!(lines.iter().any(|line| line.starts_with(&under)), "{fitted}");
            assert!(!fitted.contains('\t'));
        }
        assert_eq!(fitted(&text, Width::Pipe), text.replace('\t', ""));
    }

    #[test]
    fn hostile_text_is_harmless_before_it_is_measured() {
        let lines = row(Width::Terminal(60), "a\u{1b}[2Jb\n::error::c");
        assert_eq!(said(&lines), ["a\\u{1b}[2Jb\\u{a}::error::c"]);
    }
}
