//! The pages that people follow line by line are followed here: every tagged command runs, in order, over the shipped examples.

use std::path::Path;
use std::process::Command;

use crate::support::{EVALSIG, Ran, ran};
use crate::tree;

/// The pages; each has a folder of its own, which holds `examples/`.
const PAGES: [&str; 6] = [
    "docs/quick-start.md",
    "docs/tutorial.md",
    "docs/command-line.md",
    "docs/migrating.md",
    "docs/alternatives.md",
    "examples/trail/README.md",
];

/// A block of commands, and what the page says that it prints.
struct Walked {
    exits: i32,
    commands: String,
    prints: Option<String>,
}

/// The blocks behind `<!-- run: EXIT CODE -->`, each with the text that follows at once.
fn blocks(page: &str) -> Vec<Walked> {
    let text = tree::read(page);
    let blocks = text.split("<!-- run: ").skip(1);
    blocks
        .map(|rest| {
            let (code, rest) = rest.split_once(" -->\n```sh\n").expect("a block of commands");
            let (commands, rest) = rest.split_once("```\n").expect("its end");
            let prints = rest.strip_prefix("\n```text\n").and_then(|rest| rest.split_once("```"));
            Walked {
                exits: code.parse().expect("an exit code"),
                commands: commands.to_owned(),
                prints: prints.map(|(text, _)| text.to_owned()),
            }
        })
        .collect()
}

fn run(commands: &str, folder: &Path) -> Ran {
    let binary = Path::new(EVALSIG).parent().unwrap().display().to_string();
    let path = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", commands]).current_dir(folder).env_clear();
    shell.env("PATH", format!("{binary}:{path}")).env("LC_ALL", "C.UTF-8").env("HOME", folder);
    ran(shell.output().unwrap())
}

/// The lines of the page in what was printed, in order; `...` stands for any lines between.
#[track_caller]
fn assert_printed(page: &str, walked: &Walked, printed: &str) {
    let mut lines = printed.lines();
    for wanted in walked.prints.iter().flat_map(|text| text.lines()).filter(|line| *line != "...") {
        let found = lines.any(|line| line.trim_end() == wanted.trim_end());
        assert!(found, "{page}: {}\ndoes not print\n{wanted}\nbut\n{printed}", walked.commands);
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn every_page_can_be_followed_line_by_line() {
    for page in PAGES {
        let folder = tempfile::tempdir().unwrap();
        copy(&tree::root().join("examples"), &folder.path().join("examples"));
        let blocks = blocks(page);
        assert!(!blocks.is_empty(), "{page}: nothing to follow");
        for walked in blocks {
            let done = run(&walked.commands, folder.path());
            assert_eq!(
                done.code, walked.exits,
                "{page}: {}\n{}{}",
                walked.commands, done.stdout, done.stderr
            );
            assert_printed(page, &walked, &done.stdout);
        }
    }
}

/// No page with commands to follow is forgotten here, and no command of such a page goes without a tag.
#[test]
fn every_command_for_a_shell_is_followed_or_is_marked_as_a_console() {
    for page in tree::files("", ".md") {
        let text = tree::read(&page);
        let tagged = text.matches("\n<!-- run: ").count();
        assert_eq!(tagged > 0, PAGES.contains(&&*page), "{page}");
        if tagged > 0 {
            assert_eq!(text.matches("\n```sh\n").count(), tagged, "{page}: a block of commands is never run");
        }
    }
}

/// `docs/verdicts.svg`: the headline and the drawing of three reports, as they are written today.
#[test]
fn the_picture_of_the_verdicts_is_what_reports_show() {
    let picture = tree::read("docs/verdicts.svg");
    let session = crate::support::Session::with_examples();
    let between = |text: &str, from: &str, to: &str| {
        text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).expect(from).0.to_owned()
    };
    let cases = [
        ("candidate", "0.01", "ALLOW"),
        ("candidate-worse", "0", "REJECT"),
        ("candidate-same", "0.01", "INCONCLUSIVE"),
    ];
    for (number, (candidate, min_delta, verdict)) in cases.into_iter().enumerate() {
        session.run(&format!(
            "gate --baseline runs/baseline.json --candidate runs/{candidate}.json --min-delta={min_delta} --html page.html"
        ));
        let page = session.read("page.html");
        let drawing = between(&page, "<div class=\"wide\">", "</div>");
        let drawing = drawing.replace("interval-wide", &format!("verdict-{}", number + 1));
        let remedy = "python3 .ci/pictures.py target/debug/evalsig > docs/verdicts.svg";
        assert!(picture.contains(&drawing), "{candidate}: {remedy}");
        assert!(picture.contains(&format!(">{verdict}</text>")), "{candidate}: {remedy}");
        let headline: String =
            between(&page, "<h1>", "</h1>").split('<').map(|part| part.rsplit('>').next().unwrap()).collect();
        let words: Vec<&str> = headline.split(" (").next().unwrap().split("; ").collect();
        assert!(words.iter().all(|part| picture.contains(part)), "{candidate}: {headline}: {remedy}");
    }
    assert!(tree::read("README.md").contains("](docs/verdicts.svg)"));
}
