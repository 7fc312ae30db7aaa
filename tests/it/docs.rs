//! Documents are tests: links resolve, paths exist, and tables say what the code says.

use std::collections::BTreeSet;
use std::path::Path;

use comrak::nodes::{AstNode, NodeValue};
use comrak::{Anchorizer, Arena, Options, parse_document};
use evalsig::domain::{Code, Exit, Method, Verdict};

use crate::tree;

/// A Markdown document, as far as these tests read it.
#[derive(Default)]
struct Document {
    headings: Vec<Heading>,
    links: Vec<String>,
    spans: Vec<String>,
    /// Fenced blocks that follow an HTML comment: what the comment says, and the block's text.
    tagged: Vec<(String, String)>,
    tables: Vec<Table>,
}

struct Heading {
    level: u8,
    text: String,
    anchor: String,
    /// The paragraphs up to the next heading.
    paragraphs: Vec<String>,
}

/// A table under the heading that precedes it.
struct Table {
    heading: String,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn column(&self, index: usize) -> Vec<&str> {
        self.rows.iter().map(|row| row[index].as_str()).collect()
    }
}

impl Document {
    fn parse(text: &str) -> Self {
        let mut options = Options::default();
        options.extension.table = true;
        let arena = Arena::new();
        let root = parse_document(&arena, text, &options);
        let (mut document, mut anchors) = (Self::default(), Anchorizer::new());
        for node in root.descendants() {
            match &node.data.borrow().value {
                NodeValue::Heading(heading) => {
                    let text = plain(node);
                    let anchor = anchors.anchorize(&text);
                    document.headings.push(Heading {
                        level: heading.level,
                        text,
                        anchor,
                        paragraphs: vec![],
                    });
                }
                NodeValue::Paragraph => {
                    if let Some(heading) = document.headings.last_mut() {
                        heading.paragraphs.push(plain(node));
                    }
                }
                NodeValue::Link(link) | NodeValue::Image(link) => document.links.push(link.url.clone()),
                NodeValue::Code(code) => document.spans.push(code.literal.clone()),
                NodeValue::CodeBlock(block) => {
                    let before = node.previous_sibling().map(|n| n.data.borrow().value.clone());
                    if let Some(NodeValue::HtmlBlock(html)) = before {
                        let tag =
                            html.literal.trim().trim_start_matches("<!--").trim_end_matches("-->").trim();
                        document.tagged.push((tag.to_owned(), block.literal.clone()));
                    }
                }
                NodeValue::Table(_) => {
                    let rows = node.children().skip(1);
                    let rows = rows.map(|row| row.children().map(plain).collect()).collect();
                    let heading = document.headings.last().map(|h| h.text.clone()).unwrap_or_default();
                    document.tables.push(Table { heading, rows });
                }
                _ => {}
            }
        }
        document
    }

    fn read(path: &str) -> Self {
        Self::parse(&tree::read(path))
    }

    fn table(&self, heading: &str) -> &Table {
        self.tables.iter().find(|table| table.heading == heading).expect(heading)
    }

    fn tagged(&self, tag: &str) -> Option<&str> {
        self.tagged.iter().find(|(name, _)| name == tag).map(|(_, text)| text.trim())
    }
}

/// The text of a node without its markup.
fn plain<'a>(node: &'a AstNode<'a>) -> String {
    let mut out = String::new();
    for inner in node.descendants() {
        match &inner.data.borrow().value {
            NodeValue::Text(text) => out.push_str(text),
            NodeValue::Code(code) => out.push_str(&code.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => out.push(' '),
            _ => {}
        }
    }
    out
}

fn documents() -> Vec<(String, Document)> {
    let paths = tree::files("", ".md");
    assert!(paths.len() >= 5, "found only {paths:?}");
    paths.into_iter().map(|path| (path.clone(), Document::read(&path))).collect()
}

#[test]
fn relative_links_resolve() {
    let mut broken = Vec::new();
    for (path, document) in documents() {
        for link in document.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"))
        {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => path.clone(),
                file => Path::new(&path).with_file_name(file).to_string_lossy().into_owned(),
            };
            if tree::PENDING.contains(&target.as_str()) {
                tree::skipped(&format!("{path} links {target}, which does not exist yet"));
            } else if !tree::root().join(&target).exists() {
                broken.push(format!("{path}: {link}: no such file"));
            } else if !anchor.is_empty()
                && !Document::read(&target).headings.iter().any(|h| h.anchor == anchor)
            {
                broken.push(format!("{path}: {link}: no such heading"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn paths_in_backticks_exist() {
    const FOLDERS: [&str; 9] =
        ["src/", "docs/", "tests/", "examples/", "schemas/", "benches/", "fuzz/", ".github/", ".ci/"];
    let mut missing = Vec::new();
    for (path, document) in documents() {
        for span in &document.spans {
            let is_path = FOLDERS.iter().any(|folder| span.starts_with(folder))
                && !span.contains([' ', '<', '*', '$', '{'])
                // Files that users write in their own repository.
                && !span.starts_with(".github/evalsig");
            let file = span.split(['#', ':']).next().unwrap_or(span);
            if is_path && !tree::PENDING.contains(&file) && !tree::root().join(file).exists() {
                missing.push(format!("{path}: `{span}`"));
            }
        }
    }
    assert!(missing.is_empty(), "no such file or folder:\n{}", missing.join("\n"));
}

#[test]
fn a_broken_document_is_noticed() {
    let document = Document::parse(
        "# One\n\n[a](b.md) `src/nowhere.rs`\n\n## Two `x`\n\nPara\ngraph.\n\n| a | b |\n|---|---|\n| `1` | 2 |\n\n\
         <!-- command: test -->\n```console\ncargo test\n```\n",
    );
    assert_eq!(document.links, ["b.md"]);
    assert_eq!(document.spans, ["src/nowhere.rs", "x", "1"]);
    assert_eq!(document.headings[1].anchor, "two-x");
    assert_eq!(document.headings[1].paragraphs, ["Para graph."]);
    assert_eq!(document.table("Two x").rows, [["1", "2"]]);
    assert_eq!(document.tagged("command: test"), Some("cargo test"));
}

#[test]
fn every_error_has_its_heading() {
    let document = Document::read("docs/errors.md");
    let headings: Vec<_> = document.headings.iter().filter(|h| h.level == 3).collect();
    let names: Vec<_> = headings.iter().map(|h| h.text.as_str()).collect();
    let expected: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(
        names, expected,
        "docs/errors.md has one `###` heading for each code, in the order of the code"
    );
    for (code, heading) in Code::ALL.iter().zip(headings) {
        let first = format!("Exit {}. {}", code.exit().code(), code.about());
        assert_eq!(heading.paragraphs.first(), Some(&first), "the first paragraph under {}", heading.text);
        let advice = heading.paragraphs.get(1).is_some_and(|p| p.starts_with("What to do: "));
        assert!(advice, "{} lacks a paragraph that begins with `What to do: `", heading.text);
    }
}

#[test]
fn the_exit_codes_are_the_codes() {
    let document = Document::read("docs/exit-codes.md");
    let verdicts: Vec<_> = document.table("Verdicts").rows.iter().map(|row| row[..2].to_vec()).collect();
    let expected: Vec<_> =
        Verdict::ALL.iter().map(|v| vec![v.exit_code().to_string(), v.as_str().to_owned()]).collect();
    assert_eq!(verdicts, expected);

    let failures = document.table("Failures");
    let expected: Vec<_> = Exit::ALL.iter().map(|exit| exit.code().to_string()).collect();
    assert_eq!(failures.column(0), expected);
    for (exit, listed) in Exit::ALL.iter().zip(failures.column(2)) {
        let names: Vec<_> = Code::ALL.iter().filter(|c| c.exit() == *exit).map(|c| c.as_str()).collect();
        let expected = if names.is_empty() { "reserved".to_owned() } else { names.join(", ") };
        assert_eq!(listed, expected, "the errors with exit code {}", exit.code());
    }
}

#[test]
fn the_guide_of_the_policy_has_every_key_and_its_examples_are_good() {
    use evalsig::policy::{keys, parse, waivers};
    let document = Document::read("docs/policy.md");
    for (path, known) in keys::ALL {
        let heading = if path.is_empty() { "Top" } else { path };
        assert_eq!(document.table(heading).column(0), *known, "the keys under {heading}");
    }
    assert_eq!(document.table("Waiver file").column(0), keys::WAIVER);
    let example = document.tagged("policy: evalsig.yml").unwrap();
    assert_eq!(parse(example, "the example").map(|policy| policy.tasks.len()), Ok(3));
    let example = document.tagged("policy: evalsig-waivers.yml").unwrap();
    assert_eq!(waivers::parse(example, "the example").map(|waivers| waivers.len()), Ok(1));
}

#[test]
fn every_method_is_documented() {
    let Some(text) = tree::read_unless_pending("docs/statistics.md", "every method is documented") else {
        return;
    };
    let spans = Document::parse(&text).spans;
    for method in Method::ALL {
        assert!(spans.iter().any(|s| s == method.as_str()), "docs/statistics.md does not name `{method}`");
    }
}

#[test]
fn every_input_and_output_is_documented_and_nothing_else() {
    let document = Document::read("docs/action.md");
    assert_eq!(document.table("Inputs").column(0), evalsig::cli::ACTION_INPUTS);
    assert_eq!(document.table("Outputs").column(0), evalsig::commands::ACTION_OUTPUTS);
    let types = ["enum", "number", "integer", "hash", "path", "address", "JSON"];
    for (name, kind) in evalsig::commands::ACTION_OUTPUTS.iter().zip(document.table("Outputs").column(1)) {
        assert!(types.contains(&kind), "{name} is a {kind:?}; an output is one of {types:?}");
    }
}

#[test]
fn the_workflows_that_are_shown_are_the_files_that_are_linted() {
    let tutorial = Document::read("docs/tutorial.md");
    let files = tree::files("examples/workflows", ".yml");
    assert_eq!(files.len(), 2);
    for file in files {
        let shown = tutorial.tagged(&format!("file: {file}"));
        assert_eq!(shown, Some(tree::read(&file).trim()), "{file} and docs/tutorial.md differ");
    }
    let readme = Document::read("README.md");
    let (whole, part) =
        ("examples/workflows/pull-request.yml", "part of: examples/workflows/pull-request.yml");
    let shown = readme.tagged(part).expect(part);
    assert!(tree::read(whole).contains(shown), "{shown} is no part of {whole}");
}

/// The book and the README show the same pages, and none is forgotten.
#[test]
fn every_page_stands_in_the_book() {
    let summary = Document::read("docs/SUMMARY.md");
    let listed: BTreeSet<&str> = summary.links.iter().map(String::as_str).collect();
    assert_eq!(listed.len(), summary.links.len(), "a page stands twice");
    let pages = tree::files("docs", ".md");
    let pages: BTreeSet<&str> = pages
        .iter()
        .filter_map(|page| page.strip_prefix("docs/"))
        .filter(|page| *page != "SUMMARY.md")
        .collect();
    assert_eq!(listed, pages);
    assert!(tree::read("book.toml").contains("src = \"docs\""));
}

/// A binary that `cargo binstall` looks for is one that a release has.
#[test]
fn binstall_asks_for_the_files_of_a_release() {
    let (manifest, image) = (tree::read("Cargo.toml"), tree::read(".github/workflows/image.yml"));
    let urls: Vec<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("pkg-url = "))
        .map(|url| url.trim_matches('"'))
        .collect();
    assert_eq!(urls.len(), 3);
    for url in urls {
        let name = url.strip_prefix("{ repo }/releases/download/v{ version }/evalsig-").expect(url);
        let target = ["{ target }", "x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];
        assert!(target.contains(&name), "{name}");
    }
    assert!(image.contains("dist/evalsig-$TARGET") && image.contains("-unknown-linux-musl"));
}

#[test]
fn the_changelog_has_its_headings() {
    let document = Document::read("CHANGELOG.md");
    let second: Vec<_> = document.headings.iter().filter(|h| h.level == 2).map(|h| h.text.as_str()).collect();
    assert_eq!(second.first(), Some(&"[Unreleased]"), "the newest version stands first");
    let allowed: BTreeSet<_> =
        ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security", "Can change a verdict"].into();
    for heading in document.headings.iter().filter(|h| h.level == 3) {
        assert!(allowed.contains(heading.text.as_str()), "CHANGELOG.md: unknown heading {:?}", heading.text);
    }
}

#[test]
fn the_readme_names_the_commands_that_ci_runs() {
    let Some(text) = tree::read_unless_pending("README.md", "the README's commands") else { return };
    let readme = Document::parse(&text);
    for tag in ["command: gate", "command: test"] {
        assert!(readme.tagged(tag).is_some(), "README.md lacks a fenced block after `<!-- {tag} -->`");
    }
    assert!(readme.tagged("command: gate").is_some_and(|block| block.contains(" gate ")));
    let run = tree::read(".ci/run");
    let command =
        run.lines().find_map(|line| line.strip_prefix("test_command=")).expect("test_command= in .ci/run");
    assert_eq!(readme.tagged("command: test"), Some(command.trim_matches(['\'', '"'])));
}

#[test]
fn the_recipes_are_those_of_the_table() {
    let document = Document::read("CONTRIBUTING.md");
    let table = document.table("Recipes");
    let listed: Vec<(String, String)> =
        table.column(0).into_iter().zip(table.column(1)).map(|(a, b)| (a.into(), b.into())).collect();
    let text = tree::read("justfile");
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let recipes = lines.chunks(2).map(|pair| {
        let name = pair[0].strip_suffix(':').unwrap_or_else(|| panic!("{}: not a recipe", pair[0]));
        (name.to_owned(), pair[1].trim().to_owned())
    });
    assert_eq!(recipes.collect::<Vec<_>>(), listed);
}

#[test]
fn every_noun_of_the_architecture_is_defined_in_its_room() {
    let text = tree::read("ARCHITECTURE.md");
    let nouns = text.split_once("\n## Nouns\n").unwrap().1;
    let mut checked = 0;
    for section in nouns.split("\n### ").skip(1) {
        let room = section.lines().next().unwrap().trim();
        let sources: Vec<String> =
            tree::files(&format!("src/{room}"), ".rs").iter().map(|path| tree::read(path)).collect();
        assert!(!sources.is_empty(), "ARCHITECTURE.md names a room {room:?}, and src/{room} holds no file");
        for row in section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| noun")) {
            let cell = row.split(" | ").next().unwrap_or_default();
            let parts: Vec<&str> = cell.split('`').collect();
            for pair in parts.chunks_exact(2) {
                let (before, noun) = (pair[0], pair[1]);
                let name = noun.trim_end_matches('!').trim_end_matches('/');
                // ...`Seed` stands for every name that ends so.
                let ends_so = before.ends_with("...");
                let keywords = ["struct", "enum", "trait", "type", "fn", "mod", "const", "macro_rules!"];
                let word = |c: char| c.is_alphanumeric() || c == '_';
                let defined = sources.iter().any(|source| {
                    source.match_indices(name).any(|(at, _)| {
                        let head = &source[..at];
                        let head = if ends_so { head.trim_end_matches(word) } else { head };
                        let keyword = head.strip_suffix(' ').unwrap_or("").rsplit(char::is_whitespace).next();
                        keyword.is_some_and(|last| keywords.contains(&last))
                            && !source[at + name.len()..].starts_with(word)
                    })
                });
                assert!(defined, "ARCHITECTURE.md: {noun} is defined nowhere in src/{room}");
                checked += 1;
            }
        }
    }
    assert!(checked > 100, "found only {checked} nouns");
}

#[test]
fn no_document_is_decorated() {
    let is_emoji = |c: char| matches!(u32::from(c), 0x2600..=0x27BF | 0x1F000..=0x1FAFF | 0xFE0F);
    for path in tree::files("", ".md") {
        let found: Vec<char> = tree::read(&path).chars().filter(|c| is_emoji(*c)).collect();
        assert!(found.is_empty(), "{path} holds {found:?}");
    }
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let text = std::fs::read_to_string(tree::root().join("SECURITY.md")).unwrap();
    let model = text.split("## ").find(|part| part.starts_with("Threat model")).unwrap();
    let named = model.split('`').skip(1).step_by(2).filter(|span| {
        span.len() > 12 && span.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    });
    let named: BTreeSet<&str> = named.filter(|span| !span.starts_with("pull_request")).collect();
    let sources: Vec<String> = ["src", "tests"]
        .iter()
        .flat_map(|folder| tree::files(folder, ".rs"))
        .map(|path| std::fs::read_to_string(tree::root().join(path)).unwrap())
        .collect();
    let is_test = |name: &&str| {
        let head = format!("fn {name}(");
        sources.iter().any(|source| source.split("#[test]").skip(1).any(|part| part.contains(&head)))
    };
    let missing: Vec<&&str> = named.iter().filter(|name| !is_test(name)).collect();
    assert!(missing.is_empty() && named.len() > 30, "{missing:?} of {}", named.len());
}
