//! Help that is found by every usual way, in groups, and short where a short one is asked for.

use unicode_width::UnicodeWidthStr as _;

use crate::support::Session;

#[test]
fn help_is_found_as_a_command_and_as_a_flag() {
    let session = Session::new();
    let help = session.run("help").exits(0).stdout;
    assert_eq!(help, session.run("--help").exits(0).stdout);
    for command in ["gate", "verify", "history"] {
        let asked = session.run(&format!("help {command}")).exits(0);
        assert_eq!(asked.stdout, session.run(&format!("{command} --help")).exits(0).stdout);
        assert!(asked.stdout.contains(&format!("Usage: evalsig {command}")) && asked.stderr.is_empty());
    }
    let get = session.run("help store get").exits(0).stdout;
    assert_eq!(get, session.run("store get --help").exits(0).stdout);
    assert_eq!(get, session.run("store help get").exits(0).stdout);
    let unknown = session.run("help gait").exits(64);
    assert!(unknown.stderr.contains("gait") && unknown.stdout.is_empty(), "{}", unknown.stderr);
}

#[test]
fn every_command_shows_how_it_is_called() {
    for (name, page) in evalsig::cli::help_pages() {
        let asks_for_another = page.contains("<COMMAND>");
        let examples = page.split_once("\nExamples:\n").map_or("", |(_, examples)| examples);
        let called = examples.lines().filter(|line| line.contains(&name)).count();
        let alone = name == "evalsig version" || name.split(' ').any(|word| word == "help");
        assert!(asks_for_another || alone || called > 0, "{name}: {page}");
    }
}

/// The headings of a help page, and the lines of the flags below each.
fn groups(help: &str) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in help.lines() {
        if line.ends_with(':') && !line.starts_with(' ') {
            groups.push((line.trim_end_matches(':'), Vec::new()));
        } else if let Some((_, lines)) = groups.last_mut()
            && !line.trim().is_empty()
        {
            lines.push(line);
        }
    }
    groups
}

#[test]
fn the_flags_of_gate_stand_in_groups_and_take_a_line_each() {
    let session = Session::new();
    let short = session.run("gate -h").exits(0).stdout;
    let found = groups(&short);
    let headings: Vec<&str> = found.iter().map(|(heading, _)| *heading).collect();
    assert_eq!(
        headings,
        [
            "Options",
            "What to compare",
            "A part of the items",
            "What the candidate must show",
            "How it is judged",
            "What is written",
            "How it is shown",
            "Examples"
        ],
        "{short}"
    );
    for (heading, lines) in found.iter().filter(|(heading, _)| *heading != "Examples") {
        assert!(!lines.is_empty());
        for line in lines {
            let flag = line.trim_start().starts_with('-') && line.len() - line.trim_start().len() <= 6;
            assert!(
                flag || *heading == "How it is shown",
                "more than a line under {heading}: {line:?}\n{short}"
            );
            assert!(line.width() <= 100, "{line}");
        }
    }
    let long = session.run("gate --help").exits(0).stdout;
    assert!(long.lines().count() > 2 * short.lines().count() && short.lines().count() < 85, "{short}");
    for said in ["runframe", "store:latest-allowed", "evalsig-0.1", "best-effort"] {
        assert!(long.contains(said), "{said}: {long}");
    }
}

#[test]
fn the_long_commands_have_groups_too() {
    let session = Session::new();
    for (command, heading) in [
        ("compare", "How it is judged"),
        ("verify", "Whom to trust"),
        ("watch", "When it looks"),
        ("doctor", "Where nothing changed"),
        ("mde", "A pilot instead of --sd-diff"),
        ("history", "Which runs"),
    ] {
        let short = session.run(&format!("{command} -h")).exits(0).stdout;
        assert!(groups(&short).iter().any(|(found, _)| *found == heading), "{command}: {short}");
        assert!(short.lines().all(|line| line.width() <= 100), "{command}: {short}");
    }
}

#[test]
fn a_trail_is_verified_by_the_flag_that_the_other_commands_have() {
    let session = Session::with_examples();
    let gate = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --audit-root evidence";
    session.run(&format!("{gate} --release-id v1")).exits(0);
    let by_name = session.run("verify evidence").exits(0);
    let by_flag = session.run("verify --audit-root evidence").exits(0);
    assert_eq!(by_flag.stdout, by_name.stdout);
    assert!(by_flag.stdout.contains("INTACT"), "{}", by_flag.stdout);
    session.run("verify evidence --audit-root evidence").exits(0);
    let both = session.run("verify evidence --audit-root elsewhere").exits(64);
    assert!(
        both.stderr.contains("\"elsewhere\"") && both.stderr.contains("drop one of the two"),
        "{}",
        both.stderr
    );
    assert!(both.stdout.is_empty());
    // Where neither is given it is the folder at hand, as before.
    session.run("verify").exits(2);
    for part in ["audit", ".gitattributes"] {
        std::fs::rename(session.path("evidence").join(part), session.path(part)).unwrap();
    }
    session.run("verify").exits(0);
}
