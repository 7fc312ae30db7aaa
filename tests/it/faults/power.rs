//! A power cut after any call: what then is on the disk is at least what was flushed, and at most all of it.
//!
//! The calls of a run are played back on a model of a disk with a cache. A flush of a file makes its bytes safe, a
//! flush of a folder the names in it; that is all that POSIX promises. After each call two disks are made, the worst
//! ones: one that *lost* every name and byte that was not flushed, and one that kept all names but *hollowed* the
//! files whose bytes were not flushed. On each of them the trail must be intact, the store heal, and the command
//! finish. Once the command has told anybody how it ended, what it told of must be on the disk that lost the most.

use std::collections::BTreeSet;
use std::path::Path;

use super::calls::Call;
use super::disk::{Cut, Disk};
use super::inject::{SAMPLE, Tally, for_each, words};
use super::scenario::{Scenario, copy};
use super::tracer;
use crate::support::Session;

/// A moment at which the power goes.
struct Moment {
    disk: Disk,
    cut: Cut,
    after: String,
    /// Whether the command had said by then how it ended.
    told: bool,
}

/// Cuts the power after every call, or some of them in the everyday run.
#[track_caller]
pub(super) fn every_cut(scenario: &Scenario) {
    if !tracer::can_trace_or_say() {
        return;
    }
    let rehearsed = scenario.rehearse();
    let session = copy(&rehearsed.template);
    let folder = session.path("").canonicalize().unwrap();
    let mut disk = Disk::of(&folder);
    let traced = tracer::run(&session.command(&words(scenario)), &folder, None, true);
    assert_eq!(traced.output.status.code(), Some(scenario.exit), "{:?}", traced.output);

    let mut moments = Vec::new();
    let mut told = false;
    let process = traced.calls[0].thread;
    // Programs that the command calls have descriptors of their own; its threads share them.
    let executes = |call: &&Call| call.name == "execve";
    let programs: BTreeSet<u32> = traced.calls.iter().filter(executes).map(|call| call.thread).collect();
    let own = |call: &&Call| call.thread == process || !programs.contains(&call.thread);
    for call in traced.calls.iter().filter(own).filter(|call| !executes(call)) {
        told |= tells(call, &folder);
        let changed = disk.play(call);
        if !changed && !told {
            continue;
        }
        let after = format!("{} {:?}", call.name, call.paths);
        for cut in [Cut::Lost, Cut::Hollowed] {
            moments.push(Moment { disk: disk.clone(), cut, after: after.clone(), told });
        }
    }
    assert_eq!(disk.names(), Disk::of(&folder).names(), "the model holds what the disk holds");
    assert!(told && moments.len() > 4, "{} moments", moments.len());
    let step = if crate::tree::in_full() { 1 } else { moments.len().div_ceil(SAMPLE) };
    // The last one is the strictest.
    let last = moments.pop();
    let taken: Vec<Moment> = moments.into_iter().step_by(step).chain(last).collect();
    let tally = Tally::default();
    for_each(&taken, |moment| {
        tally.count("power cuts");
        let session = Session::new();
        moment.disk.spread(moment.cut, &session.path(""));
        if let Err(what) = rehearsed.holds(&session, moment.told) {
            tally.find(what, format!("{:?} after {}", moment.cut, moment.after));
        }
    });
    tally.counts.lock().unwrap().insert("states", rehearsed.states());
    tally.close(scenario.name);
}

/// Whether a call tells anybody how the command ended: on its output, or by ending.
fn tells(call: &Call, folder: &Path) -> bool {
    match call.name.as_str() {
        "exit_group" => true,
        "write" => matches!(call.descriptor(0), Some(1 | 2)) && !call.within(folder),
        _ => false,
    }
}
