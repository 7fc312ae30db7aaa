//! Trails that the real `gate` wrote, damaged on purpose.

use crate::support::Session;

const GATE: &str = "gate --baseline runs/baseline.json --candidate runs/candidate.json --min-delta 0.01";

fn trail_of_three() -> Session {
    let session = Session::with_examples();
    session.run(&format!("{GATE} --release-id v1")).exits(0);
    session.run(&format!("{GATE} --release-id v2")).exits(0);
    session.run(&format!("{GATE} --release-id v2 --alpha 0.01 --quiet"));
    session.run("verify").exits(0);
    session
}

#[test]
fn a_flipped_bit_in_any_file_is_found_and_the_file_named() {
    let session = trail_of_three();
    let files: Vec<String> =
        session.files().into_iter().filter(|f| f.starts_with("audit/") || f == ".gitattributes").collect();
    assert_eq!(files.len(), 7, "{files:?}");
    for file in files {
        let whole = std::fs::read(session.path(&file)).unwrap();
        for position in [0, whole.len() / 3, whole.len() / 2, whole.len() - 2] {
            let mut bytes = whole.clone();
            bytes[position] ^= 1;
            std::fs::write(session.path(&file), &bytes).unwrap();
            let found = session.run("verify").exits(1);
            assert!(found.stdout.contains(&file), "{file} at {position}: {}", found.stdout);
        }
        std::fs::write(session.path(&file), &whole).unwrap();
    }
    session.run("verify").exits(0);
}

#[test]
fn a_damaged_trail_is_not_extended() {
    let session = trail_of_three();
    let entry = session.read("audit/v2/attempts/002/entry.json").replace("\"index\": 3", "\"index\": 4");
    session.write("audit/v2/attempts/002/entry.json", &entry);
    let before = session.files();
    session.run(&format!("{GATE} --release-id v3")).exits(73);
    assert_eq!(session.files(), before);
}

#[test]
fn anchors_decide_what_the_chain_cannot() {
    let session = trail_of_three();
    let report = session.run("verify --output json").exits(0).json();
    assert!(report.to_string().contains("NOT ANCHORED") || report["anchored"] == false, "{report}");
    session.run("verify --require-anchor").exits(2);
    let kept = session.run(&format!("{GATE} --release-id v4 --output json")).json();
    let anchor = kept["trail"]["entry_sha256"].as_str().unwrap().to_owned();
    session.run(&format!("verify --require-anchor --anchor {anchor}")).exits(0);
    std::fs::remove_dir_all(session.path("audit/v4")).unwrap();
    session.run("verify").exits(0);
    session.run(&format!("verify --anchor {anchor}")).exits(1);
    session.run("verify --anchor 12ab").exits(64);
    session.run("verify nowhere").exits(2);
}
