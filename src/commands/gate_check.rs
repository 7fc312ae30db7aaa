//! Which check belongs to which gate. Gates of one workflow run may share a commit and a name, and none may
//! overwrite what another one said; the same gate run again takes over what it left.

use crate::commands::revisions::{MAX_CHECK_NAME, named_apart};
use crate::domain::Digest;
use crate::present::safe;

/// Which gate of which run a check belongs to. Written as the check's `external_id`:
/// `release/run/gate key/attempt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateIdentity {
    release: String,
    run: String,
    site: String,
    subject: String,
    attempt: u64,
}

/// The subject of a gate that could not read its runs.
const UNREAD: &str = "00000000";

/// What a gate is about: the task, model and metric of the candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The task.
    pub task: &'a str,
    /// The model.
    pub model: &'a str,
    /// The metric.
    pub metric: &'a str,
}

impl GateIdentity {
    /// The gate of the step `step` of `job`; without a subject where the runs could not be read.
    #[must_use]
    pub fn new(
        release: Option<&str>,
        run: Option<&str>,
        attempt: Option<&str>,
        (job, step): (Option<&str>, Option<&str>),
        subject: Option<Subject<'_>>,
    ) -> Self {
        let digest = |parts: [&str; 3]| -> String {
            let text: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
            Digest::of(text.as_bytes()).to_string().chars().take(8).collect()
        };
        Self {
            release: release.unwrap_or("-").to_owned(),
            run: run.unwrap_or("-").to_owned(),
            site: digest([job.unwrap_or_default(), step.unwrap_or_default(), ""]),
            subject: subject.map_or(UNREAD.to_owned(), |of| digest([of.task, of.model, of.metric])),
            attempt: attempt.and_then(|n| n.parse().ok()).unwrap_or(0),
        }
    }

    /// Reads an `external_id`; `None` where it is somebody else's.
    #[must_use]
    pub fn read(external_id: &str) -> Option<Self> {
        let parts: Vec<&str> = external_id.split('/').collect();
        let [release, run, key, attempt] = parts[..] else { return None };
        let hex = key.bytes().all(|byte| byte.is_ascii_hexdigit());
        let (site, subject) = key.split_at_checked(8).filter(|_| hex && key.len() == 16)?;
        Some(Self {
            release: release.to_owned(),
            run: run.to_owned(),
            site: site.to_owned(),
            subject: subject.to_owned(),
            attempt: attempt.parse().ok()?,
        })
    }

    /// As the check carries it.
    #[must_use]
    pub fn external_id(&self) -> String {
        let Self { release, run, site, subject, attempt } = self;
        format!("{release}/{run}/{site}{subject}/{attempt}")
    }

    /// Whether nothing can have been left by an earlier attempt.
    #[must_use]
    pub fn is_first_attempt(&self) -> bool {
        self.attempt <= 1
    }

    fn is_unread(&self) -> bool {
        self.subject == UNREAD
    }

    fn same_gate(&self, other: &Self) -> bool {
        (&self.release, &self.run, &self.site, &self.subject)
            == (&other.release, &other.run, &other.site, &other.subject)
    }

    /// Whether `earlier` is what the same gate may have left in an earlier attempt: before its runs could be read,
    /// or before they no longer could. The second always ends as a failure, so it can hide no REJECT.
    fn may_be(&self, earlier: &Self) -> bool {
        (&self.release, &self.run, &self.site) == (&earlier.release, &earlier.run, &earlier.site)
            && (self.is_unread() || earlier.is_unread())
    }
}

/// A check that is about to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheck {
    /// What it may be called.
    pub names: Names,
    /// The commit that it stands on.
    pub head_sha: String,
    /// Which gate it belongs to.
    pub identity: GateIdentity,
    /// A word that only this process knows its own check by, however many gates have its identity.
    pub instance: String,
}

/// A check that stands on the commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedCheck {
    /// GitHub's number of it.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub identity: GateIdentity,
    /// The process that has it open, if it is open.
    pub open_by: Option<String>,
    /// Whether it is completed.
    pub completed: bool,
}

/// What becomes of a new check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// It goes on as the check of this number and name.
    Adopt(u64, String),
    /// It is created under this name.
    Create(String),
    /// Nothing fits: every name is held by another gate, or the gate has left two checks that it cannot tell
    /// apart.
    Refuse,
}

/// Names for one check, so that gates which want the same one can each have their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The name that was asked for.
    pub wanted: String,
    /// Where another gate of the release has it: with the model, then with the step too.
    among_gates: Vec<String>,
    /// Where a gate of another release has it: with the release, then as above.
    among_releases: Vec<String>,
}

impl Names {
    /// The names of a check that should be called `wanted`.
    #[must_use]
    pub fn new(wanted: &str, release: Option<&str>, model: Option<&str>, step: Option<&str>) -> Self {
        let wanted: String = safe::line(wanted).chars().take(MAX_CHECK_NAME).collect();
        let apart = |parts: &[&str]| named_apart(&wanted, &format!("({})", safe::line(&parts.join(", "))));
        let with = |release: &[&str]| -> Vec<String> {
            // A suite is about no one model.
            let named = release.iter().copied().chain(model).chain(step);
            let parts: Vec<&str> = named.filter(|part| !part.is_empty()).collect();
            (1..=parts.len()).map(|end| apart(parts.get(..end).unwrap_or_default())).collect()
        };
        let among_releases = release.map_or(Vec::new(), |release| with(&[release]));
        Self { among_gates: with(&[]), among_releases, wanted }
    }

    /// Every one of them.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.wanted).chain(&self.among_gates).chain(&self.among_releases)
    }
}

/// The first name that no other gate of the run has among what is `posted`.
#[must_use]
pub fn free_name(check: &NewCheck, posted: &[PostedCheck]) -> Option<String> {
    let (me, names) = (&check.identity, &check.names);
    let of_run = || posted.iter().filter(|other| other.identity.run == me.run);
    let other_release =
        of_run().any(|other| other.name == names.wanted && other.identity.release != me.release);
    let others = if other_release && !names.among_releases.is_empty() {
        &names.among_releases
    } else {
        &names.among_gates
    };
    let mut candidates = std::iter::once(&names.wanted).chain(others);
    candidates.find(|name| of_run().all(|other| other.name != **name)).cloned()
}

/// Where a check goes, given what is `posted` under any of its names. A completed check of this attempt is never
/// taken: whoever completed it was another gate.
#[must_use]
pub fn place(check: &NewCheck, posted: &[PostedCheck]) -> Placement {
    let me = &check.identity;
    let of_run = || posted.iter().filter(|other| other.identity.run == me.run);
    let adopt = |other: &PostedCheck| Placement::Adopt(other.id, other.name.clone());
    // Created by a request whose answer was lost.
    if let Some(own) = of_run().find(|other| other.open_by.as_ref() == Some(&check.instance)) {
        return adopt(own);
    }
    let earlier = || of_run().filter(|other| other.identity.attempt < me.attempt);
    let left: Vec<_> = earlier().filter(|other| other.identity.same_gate(me)).collect();
    let perhaps: Vec<_> = earlier().filter(|other| me.may_be(&other.identity)).collect();
    match (&left[..], &perhaps[..]) {
        ([only], _) => return adopt(only),
        ([_, _, ..], _) if !me.is_unread() => return Placement::Refuse,
        ([first, ..], _) | ([], [first, ..]) if me.is_unread() => return adopt(first),
        ([], [only]) => return adopt(only),
        _ => {}
    }
    free_name(check, posted).map_or(Placement::Refuse, Placement::Create)
}

/// Whether the open check `id` may not be completed under its name, because another gate of the run has it too:
/// two that began at once both found it free. The one that was created first keeps it.
#[must_use]
pub fn contested(check: &NewCheck, id: u64, name: &str, posted: &[PostedCheck]) -> bool {
    posted
        .iter()
        .filter(|other| other.identity.run == check.identity.run && other.name == name && other.id != id)
        .any(|other| other.id < id || other.completed)
}

/// Whether another process has taken the check `id` over, or completed it.
#[must_use]
pub fn taken_over(check: &NewCheck, id: u64, posted: &[PostedCheck]) -> bool {
    // An older state than ours is one that GitHub has not replaced everywhere yet.
    posted.iter().filter(|other| other.id == id && other.identity.attempt >= check.identity.attempt).any(
        |other| other.completed || other.open_by.as_ref().is_some_and(|process| *process != check.instance),
    )
}

#[cfg(test)]
mod tests {
    use super::{
        GateIdentity, Names, NewCheck, Placement, PostedCheck, Subject, contested, place, taken_over,
    };

    fn gate(model: &str, step: &str, attempt: &str) -> GateIdentity {
        let subject = (!model.is_empty()).then_some(Subject { task: "qa", model, metric: "accuracy" });
        GateIdentity::new(None, Some("17"), Some(attempt), (Some("gate"), Some(step)), subject)
    }

    fn check(identity: GateIdentity) -> NewCheck {
        let names = Names::new("n", Some("v2"), Some("m"), Some("s"));
        NewCheck { names, head_sha: "1".repeat(40), identity, instance: "me".into() }
    }

    fn posted(id: u64, name: &str, identity: GateIdentity, completed: bool) -> PostedCheck {
        let open_by = (!completed).then(|| "other".to_owned());
        PostedCheck { id, name: name.into(), identity, open_by, completed }
    }

    fn create(name: &str) -> Placement {
        Placement::Create(name.into())
    }

    #[test]
    fn an_identity_is_read_back() {
        let one = gate("m", "s", "2");
        assert_eq!(GateIdentity::read(&one.external_id()), Some(one.clone()));
        assert!(one.external_id().starts_with("-/17/") && one.external_id().ends_with("/2"));
        for foreign in
            ["", "v1/9001/1", "a/b/c/d", "-/17/0123456789abcdef/x", "-/17/é123456789abcde/1", "a/b/c/d/e"]
        {
            assert_eq!(GateIdentity::read(foreign), None, "{foreign}");
        }
        let other = |task, model| {
            let subject = Some(Subject { task, model, metric: "a" });
            GateIdentity::new(None, None, None, (None, None), subject).external_id()
        };
        assert_ne!(other("ab", "c"), other("a", "bc"), "parts do not run into each other");
    }

    #[test]
    fn a_completed_check_of_this_attempt_is_another_gates() {
        for identity in [gate("a", "s", "1"), gate("b", "s", "1"), gate("", "s", "1"), gate("a", "t", "1")] {
            for completed in [true, false] {
                let there = [posted(1, "n", identity.clone(), completed)];
                assert_eq!(place(&check(gate("a", "s", "1")), &there), create("n (m)"), "{identity:?}");
                assert_eq!(place(&check(gate("", "s", "1")), &there), create("n (m)"), "{identity:?}");
            }
        }
        let all = ["n", "n (m)", "n (m, s)"].map(|name| posted(1, name, gate("b", "s", "1"), true));
        assert_eq!(place(&check(gate("a", "s", "1")), &all), Placement::Refuse);
        // Another run, and a release of its own in the same run.
        let mut elsewhere = posted(1, "n", gate("b", "s", "1"), true);
        elsewhere.identity.run = "18".into();
        assert_eq!(place(&check(gate("a", "s", "1")), &[elsewhere]), create("n"));
        let mut release = posted(1, "n", gate("a", "s", "0"), true);
        release.identity.release = "v1".into();
        assert_eq!(place(&check(gate("a", "s", "1")), std::slice::from_ref(&release)), create("n (v2)"));
        let own = posted(2, "n (v2)", gate("b", "s", "1"), true);
        assert_eq!(place(&check(gate("a", "s", "1")), &[release, own]), create("n (v2, m)"));
    }

    #[test]
    fn a_run_again_takes_over_what_the_same_gate_left() {
        let me = check(gate("a", "s", "2"));
        for completed in [true, false] {
            let own = posted(2, "n (m)", gate("a", "s", "1"), completed);
            let sibling = posted(1, "n", gate("b", "s", "1"), true);
            assert_eq!(place(&me, &[sibling.clone(), own]), Placement::Adopt(2, "n (m)".into()));
            assert_eq!(place(&me, &[sibling]), create("n (m)"), "another gate's verdict stays");
        }
        // Its runs could not be read before.
        let failed = posted(1, "n", gate("", "s", "1"), true);
        assert_eq!(place(&me, std::slice::from_ref(&failed)), Placement::Adopt(1, "n".into()));
        // They cannot be read now: a failure takes the place of what was said before.
        let unread = check(gate("", "s", "2"));
        assert_eq!(
            place(&unread, &[posted(1, "n", gate("a", "s", "1"), true)]),
            Placement::Adopt(1, "n".into())
        );
        assert_eq!(place(&unread, &[posted(1, "n", gate("a", "t", "1"), true)]), create("n (m)"));
        // Two gates that differ in nothing cannot be told apart.
        let twins =
            [posted(1, "n", gate("a", "s", "1"), true), posted(2, "n (m)", gate("a", "s", "1"), true)];
        assert_eq!(place(&me, &twins), Placement::Refuse);
        let both = [failed, posted(2, "n (m)", gate("", "s", "1"), true)];
        assert_eq!(place(&me, &both), create("n (m, s)"));
    }

    #[test]
    fn a_lost_answer_is_found_and_a_race_has_one_winner() {
        let me = check(gate("a", "s", "1"));
        let mut own = posted(5, "n", gate("a", "s", "1"), false);
        own.open_by = Some("me".into());
        assert_eq!(place(&me, std::slice::from_ref(&own)), Placement::Adopt(5, "n".into()));
        let first = posted(4, "n", gate("b", "s", "1"), false);
        let later = posted(6, "n", gate("b", "s", "1"), false);
        assert!(contested(&me, 5, "n", &[first, own.clone()]));
        assert!(!contested(&me, 5, "n", &[own.clone(), later.clone()]));
        let completed = PostedCheck { completed: true, open_by: None, ..later };
        assert!(contested(&me, 5, "n", &[own.clone(), completed]));
        assert!(!taken_over(&me, 5, std::slice::from_ref(&own)));
        assert!(taken_over(&me, 5, &[PostedCheck { open_by: Some("x".into()), ..own.clone() }]));
        assert!(taken_over(&me, 5, &[PostedCheck { open_by: None, completed: true, ..own }]));
        assert!(!taken_over(&check(gate("a", "s", "2")), 5, &[posted(5, "n", gate("a", "s", "1"), true)]));
    }

    #[test]
    fn names_are_safe_and_different() {
        let all = |names: &Names| names.all().cloned().collect::<Vec<_>>();
        let names = Names::new("evalsig / qa", None, Some("m"), Some("s"));
        assert_eq!(all(&names), ["evalsig / qa", "evalsig / qa (m)", "evalsig / qa (m, s)"]);
        assert_eq!(all(&Names::new("n", None, None, Some("s"))), ["n", "n (s)"]);
        assert_eq!(all(&Names::new("n", Some("v1"), None, None)), ["n", "n (v1)"]);
        let hostile = Names::new(&"x\u{202e}".repeat(90), None, Some(&"::y\n".repeat(90)), Some("##[z"));
        assert_eq!(all(&hostile).len(), 3);
        for name in all(&hostile) {
            assert!(name.chars().count() <= 100 && !name.contains(['\n', '\u{202e}']), "{name}");
        }
    }
}
