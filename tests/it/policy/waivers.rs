//! Waiver files: what holds, and what is refused.

use evalsig::domain::policy::WaiverSubject;
use evalsig::policy::waivers::{parse, problems};

use super::FULL;
use crate::support::Session;

const FILE: &str = "version: 1
waivers:
  - release: v1.4.0
    task: gsm8k
    reason: the drop is a label error that the vendor has confirmed
    ticket: REL-204
    approver: Ada Lovelace
    candidate-sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    effective-until: 2099-12-31
";

#[test]
fn a_waiver_is_read_and_said_in_words() {
    let waivers = parse(FILE, "w.yml").unwrap();
    assert_eq!(waivers[0].subject, WaiverSubject::Release("v1.4.0".parse().unwrap()));
    assert_eq!(parse("version: 1\nwaivers: []\n", "w.yml"), Ok(vec![]));
    let session = Session::new();
    session.write("p.yml", FULL).write("w.yml", FILE);
    let said = session.run("policy check p.yml --waivers w.yml").exits(0).stdout;
    assert!(
        said.contains(
            "release v1.4.0, gsm8k: waived by Ada Lovelace until 2099-12-31 (REL-204), because: the drop"
        ),
        "{said}"
    );
    session.write("w.yml", &FILE.replace("gsm8k", "no-such-task").replace("2099", "2019"));
    let said = session.run("policy check p.yml --waivers w.yml").exits(0).stdout;
    assert!(said.contains("the policy has no such task"), "{said}");
}

#[test]
fn everything_that_a_waiver_needs_is_needed_at_its_line() {
    let refused = |text: &str, place: &str| {
        let found = problems(text, "w.yml").expect_err(place);
        let places: Vec<&str> = found.iter().map(|error| error.place.as_str()).collect();
        assert!(places.contains(&place), "{place}: {found:?}");
    };
    for (line, key) in FILE
        .lines()
        .skip(2)
        .map(|line| (line, line.trim_start_matches([' ', '-']).split(':').next().unwrap()))
    {
        let without = FILE.replace(line, "").replace("waivers:\n\n    task", "waivers:\n  - task");
        match key {
            "release" => refused(&without, "w.yml:3:5: waivers[0]"),
            key => refused(&without, &format!("w.yml:3:5: waivers[0].{key}")),
        }
    }
    let at = |from: &str, to: &str| FILE.replace(from, to);
    refused(&at("release: v1.4.0", "commit: abc123"), "w.yml:3:13: waivers[0].commit");
    refused(&at("release: v1.4.0", "release: a/b"), "w.yml:3:14: waivers[0].release");
    refused(
        &at("    task: gsm8k", "    task: gsm8k\n    commit: 0123456789abcdef0123456789abcdef01234567"),
        "w.yml:5:13: waivers[0].commit",
    );
    refused(&at("ticket: REL-204", "ticket: 204"), "w.yml:6:13: waivers[0].ticket");
    refused(&at("2c26", "xx26"), "w.yml:8:23: waivers[0].candidate-sha256");
    for time in ["tomorrow", "2099-02-30", "\"2099-12-31T10:00:00+02:00\"", "never", "[2099]", ""] {
        let column = if time.is_empty() { 5 } else { 22 };
        refused(&at("2099-12-31", time), &format!("w.yml:9:{column}: waivers[0].effective-until"));
    }
    refused(&at("approver", "aprover"), "w.yml:7:5: waivers[0].aprover");
    refused(&format!("{FILE}{}", FILE.split_once("waivers:\n").unwrap().1), "w.yml:10:5: waivers[1]");
    refused("version: 2\nwaivers: []\n", "w.yml:1:10: version");
    refused("version: 1\nwaivers: 7\n", "w.yml:2:10: waivers");
    refused("version: 1\nwaivers: &a []\n", "w.yml:2:10: waivers");
}
