//! A process may hold some hundred descriptors (macOS: 256). Trails and stores have a folder for each release.

use std::process::Command;

use crate::support::{Ran, Session, ran};
use crate::trail::long::long;
use crate::trail::spread;

/// Fewer than the folders of the trail below.
const FEW: u32 = 48;
const RELEASES: u64 = 160;

/// Runs a command that may open few files at once.
fn frugal(session: &Session, line: &str) -> Ran {
    let inner = session.command(&line.split_whitespace().collect::<Vec<_>>());
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -n {FEW}; exec \"$@\""), "sh"]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(session.path(""));
    command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    ran(command.output().unwrap())
}

#[test]
fn trails_with_more_folders_than_descriptors_are_read_extended_and_exported() {
    let session = Session::with_examples();
    spread(&long(RELEASES), &session.path(""));
    let gate =
        "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --store kept";

    let verified = frugal(&session, "verify . --output json").exits(0).json();
    assert_eq!(verified["entries"], RELEASES);
    frugal(&session, &format!("{gate} --release-id next")).exits(0);
    // The stored runs of the other releases never were: what is missing is named, and the rest is there.
    frugal(&session, "export all --store kept --out evidence").exits(2);
    frugal(&session, "export all --store kept --out evidence.zip").exits(2);
    let verified = frugal(&session, "verify evidence --output json").exits(0).json();
    assert_eq!(verified["entries"], RELEASES + 1);
}

#[test]
fn stores_with_more_folders_than_descriptors_are_read_and_mirrored() {
    let session = Session::with_examples();
    let gate =
        "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0 --store kept";
    session.run(&format!("{gate} --release-id v1")).exits(0);
    let stored = session.files().into_iter().find(|path| path.ends_with("run_id=baseline.parquet")).unwrap();
    for month in 0..60 {
        let folder = format!("kept/default/year={}/month={:02}", 2000 + month / 12, month % 12 + 1);
        std::fs::create_dir_all(session.path(&folder)).unwrap();
        std::fs::copy(session.path(&stored), session.path(&format!("{folder}/run_id=r{month}.parquet")))
            .unwrap();
    }
    std::fs::remove_file(session.path("kept/default/manifest.json")).unwrap();

    let runs = frugal(&session, "history --root kept --output json").exits(0).json();
    assert_eq!(runs.as_array().or(runs["runs"].as_array()).unwrap().len(), 62);
    frugal(&session, "store mirror --to mirrored --root kept --json out.json").exits(0);
    assert!(session.has("mirrored/default/year=2004/month=12/run_id=r59.parquet"));
}
