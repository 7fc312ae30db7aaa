//! The commands of `README.txt` on an export that somebody changed, with sums written anew: each step finds what it is for.

use std::fs;

use serde_json::Value;

use super::{commands, decided, gather, shell};
use crate::support::{Ran, Session, tool};
use crate::tree;

/// The steps that any export has: sums, envelopes, chain, runs.
const STEPS: usize = 4;

/// An export of four decisions with their runs; none where the tools for its commands are not installed.
fn exported() -> Option<Session> {
    for (name, probe) in [("jq", "--version"), ("sha256sum", "--version"), ("awk", "1")] {
        if tool(name, &[probe]).is_none() {
            tree::skipped("the commands of README.txt were not run");
            return None;
        }
    }
    let session = decided();
    session.run("export all --store kept --out evidence").exits(0);
    Some(session)
}

/// Runs the first steps, and says how each ended.
fn steps(session: &Session) -> Vec<Ran> {
    let blocks = commands(&session.read("evidence/README.txt"));
    blocks.iter().take(STEPS).map(|block| shell(session, "evidence", block)).collect()
}

/// Writes the sums anew, as whoever changes an export would.
fn forge_sums(session: &Session) {
    let sums = "find . -type f ! -name SHA256SUMS | cut -c 3- | sort | xargs -d '\\n' sha256sum > SHA256SUMS";
    shell(session, "evidence", sums).exits(0);
}

fn codes(ran: &[Ran]) -> Vec<bool> {
    ran.iter().map(|ran| ran.code == 0).collect()
}

#[test]
fn a_whole_export_passes_every_step() {
    let Some(session) = exported() else { return };
    let ran = steps(&session);
    assert_eq!(codes(&ran), [true; STEPS], "{ran:#?}");
    assert!(ran[2].stdout.starts_with("4 entries, head "), "{}", ran[2].stdout);
    assert_eq!(ran[3].stdout, "5 runs, each the one that an envelope names\n");
    // Without runs there is nothing to bind, and the steps are counted on.
    session.run("export all --out bare").exits(0);
    let readme = session.read("bare/README.txt");
    assert!(!readme.contains("xargs") && readme.contains("\n4. What was decided:\n"), "{readme}");
    assert!(session.read("evidence/README.txt").contains("\n5. What was decided:\n"));
}

#[test]
fn a_changed_run_does_not_pass_for_the_one_that_was_judged() {
    let Some(session) = exported() else { return };
    let runs: Vec<String> =
        gather(&session.path("evidence")).into_keys().filter(|path| path.starts_with("runs/")).collect();
    let whole: Vec<Vec<u8>> =
        runs.iter().map(|path| fs::read(session.path("evidence").join(path)).unwrap()).collect();
    let put = |at: usize, bytes: &[u8]| fs::write(session.path("evidence").join(&runs[at]), bytes).unwrap();
    let finds = |what: &str, path: &str| {
        forge_sums(&session);
        let ran = steps(&session);
        assert_eq!(codes(&ran), [true, true, true, false], "{what}: {ran:#?}");
        let said = &ran[3].stdout;
        assert!(
            said.starts_with("NOT THE RUN that an envelope names: ") && said.contains(path),
            "{what}: {said}"
        );
        assert_eq!(said.lines().count(), 1, "{what}: {said}");
    };
    let mut changed = whole[0].clone();
    changed[20] ^= 1;
    put(0, &changed);
    finds("a byte", &runs[0]);
    // Both are named, but not there.
    put(0, &whole[1]);
    put(1, &whole[0]);
    finds("each in the place of the other", &runs[0]);
    put(0, &whole[0]);
    put(1, &whole[1]);
    let more = "runs/default/one-more.parquet";
    session.write(&format!("evidence/{more}"), "more");
    finds("one more", more);
    // An envelope that no entry names vouches for nothing.
    let sha256 = evalsig::domain::Digest::of(b"more");
    let forged = format!("{{\"path\": \"default/one-more.parquet\", \"sha256\": \"{sha256}\"}}");
    session.write("evidence/audit/v9/audit.json", &forged);
    finds("a stranger's envelope", more);
    fs::remove_dir_all(session.path("evidence/audit/v9")).unwrap();
    fs::remove_file(session.path("evidence").join(more)).unwrap();
    forge_sums(&session);
    assert_eq!(codes(&steps(&session)), [true; STEPS]);
}

#[test]
fn a_broken_chain_ends_the_third_step() {
    let Some(session) = exported() else { return };
    let path = "evidence/audit/v2/entry.json";
    let mut entry: Value = serde_json::from_str(&session.read(path)).unwrap();
    entry["written_at"] = "2020-01-01T00:00:00Z".into();
    session.write(path, &entry.to_string());
    forge_sums(&session);
    let ran = steps(&session);
    assert_eq!(codes(&ran), [true, true, false, true], "{ran:#?}");
    assert_eq!(ran[2].stdout, "BROKEN at entry 3\n", "it says so and nothing else");
}
