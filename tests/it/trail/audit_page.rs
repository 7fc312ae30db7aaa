//! `docs/audit.md` is held to the schema of the envelope and to the kinds of findings, and its walk
//! through a trail is walked.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use evalsig::trail::FindingKind;
use serde_json::Value;

use super::{Files, gather, golden, spread};

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md")).unwrap()
}

/// What stands under a heading, up to the next one.
fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(&format!("\n## {heading}\n")).expect(heading);
    rest.split_once("\n## ").map_or(rest, |(section, _)| section)
}

/// The cells of the tables' rows, without their headings.
fn rows(section: &str) -> Vec<Vec<&str>> {
    let tables = section.split("\n\n").map(str::trim).filter(|block| block.starts_with('|'));
    let rows = tables.flat_map(|table| table.lines().skip(2));
    rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// What stands in backticks in a line or a cell.
fn spans(text: &str) -> Vec<&str> {
    let parts: Vec<&str> = text.split('`').collect();
    assert!(parts.len() % 2 == 1, "a backtick without its fellow: {text}");
    parts.into_iter().skip(1).step_by(2).collect()
}

/// What stands in backticks on the page, outside fenced blocks.
fn all_spans(page: &str) -> Vec<&str> {
    let prose = page.split("```").step_by(2);
    prose.flat_map(str::lines).flat_map(spans).collect()
}

fn schema() -> Value {
    read("schemas/audit.v1.schema.json")
}

/// That of a suite.
fn suite_schema() -> Value {
    read("schemas/audit.v2.schema.json")
}

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether the schema has a member under this path, such as `report.comparison.bounds`; `[]` is any of a list, `TASK`
/// any name.
fn is_member(schema: &Value, path: &str) -> bool {
    let mut here = schema;
    for name in path.split('.') {
        let alternatives = here["anyOf"].as_array().into_iter().flatten();
        let reference = [here].into_iter().chain(alternatives).find_map(|part| part["$ref"].as_str());
        if let Some(reference) = reference {
            here = schema.pointer(reference.trim_start_matches('#')).expect(reference);
        }
        let (name, of_list) = name.strip_suffix("[]").map_or((name, false), |name| (name, true));
        let any = (name == "TASK").then(|| &here["additionalProperties"]).filter(|any| any.is_object());
        let Some(member) = any.or_else(|| here["properties"].get(name)) else { return false };
        here = if of_list { &member["items"] } else { member };
    }
    here.is_object()
}

fn top_level(schema: &Value) -> BTreeSet<&str> {
    schema["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn every_member_of_the_envelope_is_explained() {
    let (page, schema) = (page(), schema());
    let rows = rows(section(&page, "What each member proves"));
    let named: Vec<&str> = rows.iter().flat_map(|row| spans(row[0])).collect();
    let strange: Vec<&&str> = named.iter().filter(|path| !is_member(&schema, path)).collect();
    assert!(strange.is_empty(), "docs/audit.md explains what is no member of the envelope: {strange:?}");
    let explained: BTreeSet<&str> = named.iter().copied().filter(|path| !path.contains('.')).collect();
    assert_eq!(explained, top_level(&schema));
    for row in &rows {
        assert_eq!(row.len(), 4, "{row:?}");
        for word in row[2].split(", ").filter(|word| !word.is_empty()) {
            let words = ["hash", "program", "user", "environment", "clock"];
            assert!(words.contains(&word), "{row:?} rests on {word:?}, which the page does not define");
        }
    }
}

#[test]
fn every_member_of_the_envelope_of_a_suite_is_explained() {
    let (page, schema) = (page(), suite_schema());
    let rows = rows(section(&page, "What each member of a suite proves"));
    let named: Vec<&str> = rows.iter().flat_map(|row| spans(row[0])).collect();
    let strange: Vec<&&str> = named.iter().filter(|path| !is_member(&schema, path)).collect();
    assert!(strange.is_empty(), "docs/audit.md explains what is no member of a suite: {strange:?}");
    let below = |prefix: &str| -> BTreeSet<String> {
        named.iter().filter_map(|path| path.strip_prefix(prefix)).map(str::to_owned).collect()
    };
    let of = |definition: &str| -> BTreeSet<String> {
        top_level(&schema["$defs"][definition]).into_iter().map(str::to_owned).collect()
    };
    let top: BTreeSet<&str> = named.iter().copied().filter(|path| !path.contains('.')).collect();
    assert_eq!(top, top_level(&schema));
    assert_eq!(below("policy."), of("Policy"));
    assert_eq!(below("waivers."), of("Waivers"));
    assert_eq!(below("tasks.TASK."), of("Task"));
    assert_eq!(below("suite.claims[]."), of("Claim"));
    let suite = below("suite.").into_iter().filter(|path| !path.contains('.')).collect::<BTreeSet<_>>();
    assert_eq!(suite, of("Suite"));
    assert!(rows.iter().all(|row| row.len() == 4), "{rows:?}");
}

#[test]
fn every_member_that_is_named_anywhere_exists() {
    let (page, schema, of_suite) = (page(), schema(), suite_schema());
    let members: BTreeSet<&str> = top_level(&schema).union(&top_level(&of_suite)).copied().collect();
    let mut seen = 0;
    for span in all_spans(&page) {
        if span.split_once('.').is_some_and(|(first, _)| members.contains(first)) {
            let known = is_member(&schema, span) || is_member(&of_suite, span);
            assert!(known, "docs/audit.md names `{span}`, which no envelope has");
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen}");
}

/// Looks like `time-stamp`, and not like `--key`.
fn is_hyphenated(span: &str) -> bool {
    let rest = |c: char| c.is_ascii_lowercase() || c == '-';
    span.contains('-') && !span.starts_with('-') && span.chars().all(rest)
}

#[test]
fn every_kind_that_is_named_exists() {
    let (page, schema) = (page(), schema());
    let kinds: BTreeSet<&str> = FindingKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let mut named = BTreeSet::new();
    for row in rows(section(&page, "Who could do what")) {
        assert_eq!(row.len(), 3, "{row:?}");
        for span in spans(row[1]).into_iter().filter(|span| !span.starts_with("--")) {
            if kinds.contains(span) {
                named.insert(span);
            } else {
                assert!(is_member(&schema, span), "`{span}` is neither a kind of finding nor a member");
            }
        }
    }
    assert!(named.len() > 20, "{named:?}");
    // Elsewhere on the page a word with hyphens is a kind too.
    for span in all_spans(&page).into_iter().filter(|span| is_hyphenated(span)) {
        assert!(kinds.contains(span), "docs/audit.md names `{span}`, which verify never says");
    }
}

#[test]
fn the_page_promises_nothing() {
    let text = page().to_lowercase();
    for word in ["complies with", "compliant", "ensures compliance", "tamper-proof"] {
        assert!(!text.contains(word), "docs/audit.md says {word:?}");
    }
    assert!(text.contains("not legal advice"));
}

/// The commands of the walk, each with the output that follows it.
fn walk() -> Vec<(String, String)> {
    let page = page();
    let steps = section(&page, "One verification by hand").split("```sh\n").skip(1);
    let walk: Vec<(String, String)> = steps
        .map(|step| {
            let (command, rest) = step.split_once("```").unwrap();
            let (_, rest) = rest.split_once("```text\n").expect("an output follows each command");
            (command.to_owned(), rest.split_once("```").unwrap().0.to_owned())
        })
        .collect();
    assert!(walk.len() >= 5, "{walk:?}");
    walk
}

fn run(command: &str, folder: &Path) -> Output {
    let evalsig = Path::new(env!("CARGO_BIN_EXE_evalsig")).parent().unwrap().to_path_buf();
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths([evalsig].into_iter().chain(env::split_paths(&path))).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", command]).env("LC_ALL", "C").env("PATH", path).current_dir(folder);
    shell.output().unwrap()
}

fn tools_are_here() -> bool {
    let look = "for tool in jq openssl sha256sum; do command -v \"$tool\"; done";
    let here = run(look, Path::new(".")).status.success();
    if !here {
        crate::tree::skipped(
            "there is no jq, openssl or sha256sum here, so docs/audit.md was not walked through",
        );
    }
    here
}

fn frozen() -> Files {
    gather(&golden::stamped_folder())
}

#[test]
fn the_walk_through_can_be_walked() {
    if !tools_are_here() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    spread(&frozen(), dir.path());
    for (command, expected) in walk() {
        let done = run(&command, dir.path());
        let found = String::from_utf8_lossy(&done.stdout);
        assert!(done.status.success(), "{command}\n{found}{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(found, expected, "{command}");
    }
    assert!(gather(dir.path()) == frozen(), "the walk leaves everything as it was");
}

#[test]
fn the_walk_through_finds_damage_without_evalsig() {
    if !tools_are_here() {
        return;
    }
    for (name, at) in [("audit.json", 800), ("entry.json", 200), ("audit.json.sig", 20), ("entry.tsr", 400)] {
        let dir = tempfile::tempdir().unwrap();
        let mut files = frozen();
        files.get_mut(&format!("audit/v1.1.0/attempts/002/{name}")).unwrap()[at] ^= 1;
        spread(&files, dir.path());
        let mut by_hand = walk().into_iter().filter(|(command, _)| !command.starts_with("evalsig"));
        let found = by_hand.any(|(command, expected)| {
            let done = run(&command, dir.path());
            !done.status.success() || String::from_utf8_lossy(&done.stdout) != expected
        });
        assert!(found, "{name}");
    }
}
