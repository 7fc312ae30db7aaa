//! The comment on a pull request: the page of the check, collapsed to its first line where nothing is wrong.

use super::check::{Page, fit};
use super::safe;

/// The most bytes of a comment. GitHub counts characters, and takes 65,536 of them.
pub const LIMIT: usize = 65_536;

/// Which check of which commit a comment shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// The first line, which nobody sees and by which the comment is found again.
    pub marker: &'a str,
    /// The check's name.
    pub check: &'a str,
    /// The commit that was judged.
    pub commit: &'a str,
    /// Whether nothing is wrong: then only the title shows until somebody opens the comment.
    pub quiet: bool,
}

/// The text of the comment that shows a page.
#[must_use]
pub fn body(page: &Page, about: &About<'_>) -> String {
    let About { marker, check, commit, quiet } = *about;
    let (open, close) = if quiet {
        // The summary is a block of HTML: GitHub reads no Markdown in it.
        let title = safe::html_words(&page.title);
        (
            format!("<details>\n<summary><code>{}</code>: {title}</summary>\n\n", safe::html(check)),
            "\n</details>\n",
        )
    } else {
        (String::new(), "")
    };
    let foot = format!(
        "\nCheck {}, commit {}. The newest verdict replaces this text.\n",
        safe::code(check),
        safe::code(commit)
    );
    let frame = marker.len() + 1 + open.len() + foot.len() + close.len();
    let summary = fit(&page.summary, LIMIT.saturating_sub(frame));
    let gap = if summary.ends_with('\n') { "" } else { "\n" };
    format!("{marker}\n{open}{summary}{gap}{foot}{close}")
}

#[cfg(test)]
mod tests {
    use comrak::nodes::{AstNode, NodeValue};
    use proptest::prelude::*;

    use super::{About, LIMIT, body};
    use crate::present::check::Page;

    const MARKER: &str = "<!-- evalsig-comment 00 run=1 attempt=1 head=ab -->";

    fn about(check: &str, quiet: bool) -> About<'_> {
        About { marker: MARKER, check, commit: "ab", quiet }
    }

    fn page(title: &str, summary: &str) -> Page {
        Page { title: title.into(), summary: summary.into(), ..Page::default() }
    }

    /// The blocks of HTML, and all text that GitHub would look through for mentions.
    fn parsed(markdown: &str) -> (String, String) {
        fn visit<'a>(node: &'a AstNode<'a>, html: &mut String, text: &mut String) {
            match &node.data.borrow().value {
                NodeValue::HtmlBlock(block) => html.push_str(&block.literal),
                NodeValue::HtmlInline(inline) => html.push_str(inline),
                NodeValue::Text(found) => text.push_str(found),
                NodeValue::Link(_) | NodeValue::Image(_) => text.push_str("@link"),
                _ => {}
            }
            for child in node.children() {
                visit(child, html, text);
            }
        }
        let arena = comrak::Arena::new();
        let mut options = comrak::Options::default();
        options.extension.autolink = true;
        options.extension.table = true;
        let (mut html, mut text) = (String::new(), String::new());
        visit(comrak::parse_document(&arena, markdown, &options), &mut html, &mut text);
        (html, text)
    }

    #[test]
    fn a_quiet_comment_shows_one_line() {
        let text = body(&page("ALLOW: +0.03", "## ALLOW\n\n| a |\n|---|\n"), &about("evalsig / qa", true));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[..4],
            [MARKER, "<details>", "<summary><code>evalsig / qa</code>: ALLOW: +0.03</summary>", ""]
        );
        assert!(text.ends_with("\n</details>\n") && text.contains("commit `ab`"), "{text}");
        let loud = body(&page("REJECT: -0.03", "## REJECT\n"), &about("evalsig / qa", false));
        assert!(loud.starts_with(&format!("{MARKER}\n## REJECT\n")) && !loud.contains("<details"), "{loud}");
    }

    #[test]
    fn a_long_page_is_cut_and_its_frame_is_whole() {
        for quiet in [true, false] {
            let long = page("t", &format!("````json\n{}", "ä€𝄞 ```\n".repeat(9_000)));
            let text = body(&long, &about("n", quiet));
            assert!(text.len() <= LIMIT && text.len() > LIMIT * 8 / 10, "{}", text.len());
            assert!(text.contains("bytes are left out here.\n") && text.starts_with(MARKER));
            assert_eq!(text.ends_with("</details>\n"), quiet);
            let (_, words) = parsed(&text);
            assert!(words.contains("The newest verdict"), "the fence is closed before the foot");
        }
    }

    proptest! {
        #[test]
        fn no_title_or_name_leaves_its_place(
            title in "[a@<>!\\[\\]()`&\"'#:/. -]{0,40}",
            name in "[a@<>!\\[\\]()`&\"'#:/. -]{1,40}",
        ) {
            let text = body(&page(&title, "summary\n"), &about(&name, true));
            let (html, words) = parsed(&text);
            prop_assert!(!words.contains('@') && !words.contains('<'), "{}\n{}", text, words);
            let tags: Vec<&str> = html.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or(tag)).collect();
            let known = ["details", "summary", "code", "/code", "/summary", "/details"];
            prop_assert!(tags.iter().all(|tag| known.contains(tag) || tag.starts_with("!--")), "{:?}", tags);
            // A mention counts outside code only.
            let shown = html.replace("&#39;", "'");
            let outside: String = shown.split("<code>").map(|part| part.rsplit("</code>").next().unwrap_or(part)).collect();
            prop_assert!(!outside.contains('@') && !outside.contains('#'), "{}", outside);
        }
    }
}
