//! Names that people and workflows give: of releases, projects, files, branches, inputs and flags.

use evalsig::cli::{self, Refusal, Terminal};
use evalsig::commands::origin::is_ref_name;
use evalsig::domain::{ProjectId, ReleaseId};
use evalsig::present::safe;
use evalsig::present::screen::{Glyphs, Width};
use evalsig::readers::{files_of_task, is_one_run};
use evalsig::store::is_inside;
use evalsig::trail::{EntryKind, Slot, is_companion};

use super::readers::refused_well;

/// A name that is taken is one name of one folder, whatever it is put beside.
pub fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let lines: Vec<String> = text.lines().take(64).map(str::to_owned).collect();
    for line in &lines {
        one(line);
    }
    if let Some((task, files)) = lines.split_first() {
        let chosen = files_of_task(files, task);
        assert!(chosen.iter().all(|name| files.iter().any(|file| file == name)));
        let _ = is_one_run(files);
    }
}

fn one(text: &str) {
    let portable = |name: &str| {
        !name.is_empty()
            && name.is_ascii()
            && !name.contains(|c: char| c.is_control() || " /\\:*?\"<>|%".contains(c))
            && !matches!(name, "." | "..")
    };
    if let Ok(release) = text.parse::<ReleaseId>() {
        assert!(portable(text) && release.as_str() == text);
        for kind in EntryKind::ALL {
            for number in [1, 2, 1000] {
                let slot = Slot { release: release.clone(), kind: *kind, number };
                for path in [slot.envelope(), slot.entry()] {
                    assert!(path.starts_with("audit/") && is_inside(&path), "{path}");
                }
            }
        }
    }
    if let Ok(project) = text.parse::<ProjectId>() {
        assert!(portable(project.as_str()));
    }
    if is_ref_name(text) {
        // git-check-ref-format(1), rule by rule.
        assert!(
            !text.contains("..") && !text.contains("@{") && !text.contains("//") && !text.ends_with(".lock")
        );
        assert!(!text.contains(|c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c)));
        assert!(!text.starts_with(['/', '-']) && !text.ends_with(['/', '.']) && !text.contains("/."));
    }
    if is_inside(text) {
        let depth = text.split('/').try_fold(0_i64, |depth, part| match part {
            ".." => (depth > 0).then(|| depth - 1),
            "." | "" => Some(depth),
            _ => Some(depth + 1),
        });
        assert!(depth.is_some_and(|depth| depth > 0) && !text.starts_with('/'), "{text:?}");
    }
    if let Some(address) = safe::address("https://github.com", &["o", text, "x"]) {
        assert_eq!(address, format!("https://github.com/o/{text}/x"));
        assert!(!text.contains(['/', '?', '#', '@', ':', '%']) && text != ".." && text != ".");
    }
    let href = safe::href(text);
    assert!(
        href.starts_with("./") && href.is_ascii() && !href.contains([':', '?', '#', '"', '<', ' ']),
        "{href}"
    );
    if let Ok(pattern) = glob::Pattern::new(text) {
        for path in ["runs/a.json", "runs/b/c.eval", ".hidden", "a/.hidden/x", ""] {
            let _ = pattern.matches_with(path, evalsig::readers::GLOB);
        }
    }
    let _ = is_companion(text);
}

/// Inputs of the action, `name=value` a line; and the same lines as words of a command line.
pub fn inputs(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let given: Vec<(&str, &str)> = text.lines().take(64).filter_map(|line| line.split_once('=')).collect();
    let input =
        |name: &str| given.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned());
    match cli::action_request(input) {
        Ok(request) => {
            assert!(is_ref_name(&request.audit_branch), "{:?}", request.audit_branch);
            let said = input("release-id").map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
            assert_eq!(request.release.as_ref().map(ReleaseId::as_str), said.as_deref());
        }
        Err(error) => {
            refused_well(&error);
            assert!(error.code.exit().code() > 2, "a word that nobody knows is no verdict: {error}");
        }
    }
    match cli::deadline(input) {
        Ok(seconds) => assert!((10..=86_400).contains(&seconds)),
        Err(error) => refused_well(&error),
    }
    assert!(cli::token(input).is_none_or(|token| !token.trim().is_empty()));
    let words = std::iter::once("evalsig").chain(text.lines().take(64)).map(std::ffi::OsString::from);
    let terminal = Terminal { colour: false, width: Width::Pipe, glyphs: Glyphs::Unicode };
    match cli::parse(words, terminal) {
        Ok(_) => {}
        Err(Refusal::Value(error)) => refused_well(&error),
        Err(Refusal::Clap(error)) => drop(error.to_string()),
    }
}
