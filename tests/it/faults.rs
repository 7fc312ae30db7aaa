//! What fails under a command: each of its system calls once, the process at every moment, the disk, the power.
//! Afterwards the trail is intact, the store heals, nothing lies about, and the same command finishes.
//!
//! Nothing in the binary is made for these tests: `strace` lets calls fail and kills, `prlimit` and a small disk
//! fill up, and a power cut is played back from the calls that were written down.

mod action;
mod calls;
mod disk;
mod inject;
mod power;
mod room;
mod scenario;
mod tracer;
mod tree;

use crate::store::session as runs;
use crate::support::{Session, suite};
use inject::every_fault;
use power::every_cut;
use room::{every_limit, every_small_disk};
use scenario::Scenario;

const GATE: &str = "gate --baseline b.json --candidate c.json --min-delta 0";

/// Runs, of which one pair was decided about before: a trail of one entry, a store of two runs.
fn decided() -> Session {
    let session = runs(&[("b", 0), ("a", 6), ("c", 7)]);
    session.run(&GATE.replace("c.json", "a.json")).exits(0);
    session.run(&format!("{} --store kept --release-id v0", GATE.replace("c.json", "a.json"))).exits(0);
    session
}

/// A gate that keeps its runs in a store and its envelope in a trail, which are there already.
const GATE_AGAIN: Scenario = Scenario {
    name: "gate with trail and store",
    prepare: decided,
    line: "gate --baseline b.json --candidate c.json --min-delta 0 --store kept --release-id v1",
    exit: 0,
    trail: ".",
    entries: (1, 1),
    reads: &["history --root kept --output json"],
    makes: None,
    then: &["gate --baseline b.json --candidate c.json --min-delta 0 --store kept --release-id v2"],
    prints: false,
};

/// The same where neither is there yet.
const GATE_FIRST: Scenario = Scenario {
    name: "gate with trail and store that are new",
    prepare: || runs(&[("b", 0), ("c", 7)]),
    line: "gate --baseline b.json --candidate c.json --min-delta 0 --store deep/kept --audit-root deep/trail --release-id v1",
    exit: 0,
    trail: "deep/trail",
    entries: (0, 1),
    reads: &[],
    makes: None,
    then: &[
        "gate --baseline b.json --candidate c.json --min-delta 0 --store deep/kept --release-id v2 --audit-root deep/trail",
    ],
    prints: false,
};

/// The three files that a gate writes where it is told to, one of them in place of an older one.
const GATE_OUTPUTS: Scenario = Scenario {
    name: "gate with outputs",
    prepare: || {
        let session = runs(&[("b", 0), ("c", 0)]);
        session.write("out/e/.keep", "").write("out/j/result.json", "older").write("out/h/.keep", "");
        session
    },
    line: "gate --baseline b.json --candidate c.json --min-delta 0 --envelope out/e/envelope.json \
           --json out/j/result.json --html out/h/page.html",
    exit: 2,
    trail: ".",
    entries: (0, 0),
    reads: &[],
    makes: None,
    then: &[],
    prints: false,
};

/// A policy of two tasks.
const GATE_SUITE: Scenario = Scenario {
    name: "gate of a suite",
    prepare: || suite::session(&suite::better(), &suite::usual()),
    line: "gate --policy evalsig.yml --release-id v1 --store kept",
    exit: 0,
    trail: ".",
    entries: (0, 1),
    reads: &[],
    makes: None,
    then: &["gate --policy evalsig.yml --release-id v2 --store kept"],
    prints: false,
};

const PLAN_LOCK: Scenario = Scenario {
    name: "plan lock",
    prepare: || suite::session(&suite::better(), &suite::usual()),
    line: "plan lock --release-id v1 --policy evalsig.yml",
    exit: 0,
    trail: ".",
    entries: (0, 1),
    reads: &[],
    makes: None,
    then: &["plan lock --release-id v2 --policy evalsig.yml"],
    prints: false,
};

const EXPORT_FOLDER: Scenario = Scenario {
    name: "export into a folder",
    prepare: decided,
    line: "export all --store kept --out evidence",
    exit: 0,
    trail: ".",
    entries: (1, 0),
    reads: &[],
    makes: Some("evidence"),
    then: &["export all --out other"],
    prints: false,
};

const EXPORT_ZIP: Scenario = Scenario {
    name: "export into an archive",
    line: "export all --store kept --out evidence.zip",
    makes: Some("evidence.zip"),
    then: &["export all --out other.zip"],
    ..EXPORT_FOLDER
};

const MIRROR: Scenario = Scenario {
    name: "store mirror",
    prepare: decided,
    line: "store mirror --to mirrored --root kept --json out.json",
    exit: 0,
    trail: ".",
    entries: (1, 0),
    reads: &[],
    makes: None,
    then: &["verify mirrored"],
    prints: false,
};

/// The first look of a test in looks.
const WATCH: Scenario = Scenario {
    name: "watch that begins",
    prepare: || {
        let session = runs(&[("b", 0), ("c", 4)]);
        session.write("state/.keep", "");
        session
    },
    line: "watch --baseline b.json --candidate c.json --cluster none --state state/watch.json",
    exit: 2,
    trail: ".",
    entries: (0, 0),
    reads: &[],
    makes: None,
    then: &[],
    prints: false,
};

/// The second look, at more items.
const WATCH_AGAIN: Scenario = Scenario {
    name: "watch that goes on",
    prepare: || {
        let session = runs(&[("b", 0), ("c", 4)]);
        let whole = session.read("c.json");
        let mut begun: serde_json::Value = serde_json::from_str(&whole).unwrap();
        begun["items"].as_array_mut().unwrap().truncate(5);
        session.write("c.json", &begun.to_string()).write("state/.keep", "");
        session.run(WATCH.line).exits(2);
        session.write("c.json", &whole);
        session
    },
    ..WATCH
};

const POLICY_INIT: Scenario = Scenario {
    name: "policy init",
    prepare: || {
        let session = runs(&[("c", 4)]);
        session.write("new/.keep", "");
        session
    },
    line: "policy init c.json --out new/evalsig.yml",
    exit: 0,
    trail: ".",
    entries: (0, 0),
    reads: &[],
    makes: Some("new/evalsig.yml"),
    then: &[],
    prints: false,
};

/// An index that was lost is written anew by whoever reads the store.
const HISTORY: Scenario = Scenario {
    name: "history without an index",
    prepare: || {
        let session = decided();
        std::fs::remove_file(session.path("kept/default/manifest.json")).unwrap();
        session
    },
    line: "history --root kept --output json",
    exit: 0,
    trail: ".",
    entries: (1, 0),
    reads: &["verify ."],
    makes: None,
    then: &[],
    prints: true,
};

macro_rules! tests {
    ($($what:ident {$($test:ident: $scenario:ident),* $(,)?})*) => {$($(
        #[test]
        fn $test() {
            $what(&$scenario);
        }
    )*)*};
}

tests! {
    every_fault {
        a_gate_survives_every_fault: GATE_AGAIN,
        a_first_gate_survives_every_fault: GATE_FIRST,
        the_outputs_of_a_gate_survive_every_fault: GATE_OUTPUTS,
        a_suite_survives_every_fault: GATE_SUITE,
        a_locked_plan_survives_every_fault: PLAN_LOCK,
        an_exported_folder_survives_every_fault: EXPORT_FOLDER,
        an_exported_archive_survives_every_fault: EXPORT_ZIP,
        a_mirror_survives_every_fault: MIRROR,
        a_watch_survives_every_fault: WATCH,
        a_watch_that_goes_on_survives_every_fault: WATCH_AGAIN,
        a_first_policy_survives_every_fault: POLICY_INIT,
        a_lost_index_survives_every_fault: HISTORY,
    }
    every_cut {
        a_gate_survives_a_power_cut: GATE_AGAIN,
        a_first_gate_survives_a_power_cut: GATE_FIRST,
        the_outputs_of_a_gate_survive_a_power_cut: GATE_OUTPUTS,
        a_suite_survives_a_power_cut: GATE_SUITE,
        a_locked_plan_survives_a_power_cut: PLAN_LOCK,
        an_exported_folder_survives_a_power_cut: EXPORT_FOLDER,
        an_exported_archive_survives_a_power_cut: EXPORT_ZIP,
        a_mirror_survives_a_power_cut: MIRROR,
        a_watch_survives_a_power_cut: WATCH,
        a_watch_that_goes_on_survives_a_power_cut: WATCH_AGAIN,
        a_first_policy_survives_a_power_cut: POLICY_INIT,
    }
    every_limit {
        a_gate_survives_files_that_may_not_grow: GATE_AGAIN,
        the_outputs_of_a_gate_survive_files_that_may_not_grow: GATE_OUTPUTS,
        an_exported_folder_survives_files_that_may_not_grow: EXPORT_FOLDER,
        an_exported_archive_survives_files_that_may_not_grow: EXPORT_ZIP,
        a_mirror_survives_files_that_may_not_grow: MIRROR,
        a_watch_that_goes_on_survives_files_that_may_not_grow: WATCH_AGAIN,
    }
    every_small_disk {
        a_gate_survives_a_full_disk: GATE_AGAIN,
        a_suite_survives_a_full_disk: GATE_SUITE,
        the_outputs_of_a_gate_survive_a_full_disk: GATE_OUTPUTS,
        an_exported_archive_survives_a_full_disk: EXPORT_ZIP,
        a_mirror_survives_a_full_disk: MIRROR,
    }
}
