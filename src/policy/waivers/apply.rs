//! Which waivers hold for a decision. Pure: the time is handed in.

use jiff::{SignedDuration, Timestamp};

use crate::domain::policy::{TaskName, Waiver, WaiverSubject};
use crate::domain::{Digest, ReleaseId};

/// A waiver that ends within so many days is named.
pub const SOON_DAYS: i64 = 7;

/// What the waivers of a file do to one decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waived<'w> {
    /// Those that hold for a task that blocks.
    pub in_force: Vec<&'w Waiver>,
    /// Those that have not ended and waive nothing here, each with the reason.
    pub unused: Vec<(&'w Waiver, Idle)>,
    /// Those that have ended.
    pub expired: Vec<&'w Waiver>,
    /// Those that end within [`SOON_DAYS`], in force or not.
    pub expiring: Vec<&'w Waiver>,
}

/// Why a waiver waives nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It is for another release or commit.
    OtherSubject,
    /// Its task does not block.
    TaskDoesNotBlock,
    /// It names another candidate than the one that was judged.
    OtherCandidate,
}

impl Waived<'_> {
    /// Whether each task that blocks has a waiver in force, and at least one does.
    #[must_use]
    pub fn all(&self, blocked: &[(&TaskName, Digest)]) -> bool {
        let covered = |task: &TaskName| self.in_force.iter().any(|waiver| waiver.task == *task);
        !blocked.is_empty() && blocked.iter().all(|(task, _)| covered(task))
    }
}

/// Which `waivers` hold for this release or commit at `now` (RFC 3339), where the `blocked` tasks keep it from an ALLOW,
/// each with the SHA-256 of its candidate's file. Where `now` is no time, none does.
#[must_use]
pub fn apply<'w>(
    waivers: &'w [Waiver],
    release: Option<&ReleaseId>,
    commit: Option<&str>,
    blocked: &[(&TaskName, Digest)],
    now: &str,
) -> Waived<'w> {
    let mut waived = Waived::default();
    let now = now.parse().unwrap_or(Timestamp::MAX);
    for waiver in waivers {
        let end = waiver.effective_until.end();
        if end <= now {
            waived.expired.push(waiver);
            continue;
        }
        if now.duration_until(end) <= SignedDuration::from_hours(24 * SOON_DAYS) {
            waived.expiring.push(waiver);
        }
        let meant = match &waiver.subject {
            WaiverSubject::Release(id) => release == Some(id),
            WaiverSubject::Commit(id) => commit.is_some_and(|commit| commit.eq_ignore_ascii_case(id)),
        };
        let judged = blocked.iter().find(|(task, _)| **task == waiver.task).map(|(_, candidate)| *candidate);
        match judged {
            _ if !meant => waived.unused.push((waiver, Idle::OtherSubject)),
            None => waived.unused.push((waiver, Idle::TaskDoesNotBlock)),
            Some(candidate) if candidate != waiver.candidate => {
                waived.unused.push((waiver, Idle::OtherCandidate))
            }
            Some(_) => waived.in_force.push(waiver),
        }
    }
    waived
}

#[cfg(test)]
mod tests {
    use super::{Idle, apply};
    use crate::domain::Digest;
    use crate::domain::policy::{Expiry, TaskName, Waiver, WaiverSubject};

    fn waiver(subject: WaiverSubject, until: &str) -> Waiver {
        Waiver {
            subject,
            task: "mmlu".parse().unwrap(),
            reason: "the drop is a known label error".into(),
            ticket: "REL-204".into(),
            approver: "Ada".into(),
            candidate: Digest::of(b"candidate"),
            effective_until: Expiry::new(until).unwrap(),
        }
    }

    fn release(id: &str) -> WaiverSubject {
        WaiverSubject::Release(id.parse().unwrap())
    }

    #[test]
    fn a_waiver_holds_for_its_release_task_and_candidate_until_it_ends() {
        let (v1, mmlu, gsm): (_, TaskName, TaskName) =
            ("v1".parse().unwrap(), "mmlu".parse().unwrap(), "gsm".parse().unwrap());
        let waivers = [waiver(release("v1"), "2026-12-31")];
        let judged = [(&mmlu, Digest::of(b"candidate"))];
        let at = |now| apply(&waivers, Some(&v1), None, &judged, now);
        let holds = at("2026-12-01T00:00:00Z");
        assert_eq!((holds.in_force.len(), holds.expiring.len(), holds.all(&judged)), (1, 0, true));
        let soon = at("2026-12-31T23:59:59Z");
        assert_eq!((soon.in_force.len(), soon.expiring.len()), (1, 1));
        let late = at("2027-01-01T00:00:00Z");
        assert_eq!((late.in_force.len(), late.expired.len(), late.all(&judged)), (0, 1, false));
        assert_eq!(at("no time").expired.len(), 1);

        let now = "2026-12-01T00:00:00Z";
        let idle = |release: &str, judged: &[(&TaskName, Digest)]| {
            apply(&waivers, Some(&release.parse().unwrap()), None, judged, now).unused[0].1
        };
        assert_eq!(idle("v2", &judged), Idle::OtherSubject);
        assert_eq!(idle("v1", &[(&gsm, Digest::of(b"candidate"))]), Idle::TaskDoesNotBlock);
        assert_eq!(idle("v1", &[(&mmlu, Digest::of(b"another"))]), Idle::OtherCandidate);
        let both = [(&mmlu, Digest::of(b"candidate")), (&gsm, Digest::of(b"other"))];
        assert!(!apply(&waivers, Some(&v1), None, &both, now).all(&both), "one task is not waived");
        assert!(
            !apply(&waivers, Some(&v1), None, &[], now).all(&[]),
            "nothing is waived where nothing blocks"
        );
    }

    #[test]
    fn a_commit_is_waived_in_either_case() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let waivers = [waiver(WaiverSubject::Commit(commit.into()), "2026-12-31")];
        let mmlu = "mmlu".parse().unwrap();
        let judged = [(&mmlu, Digest::of(b"candidate"))];
        let with = |commit| apply(&waivers, None, commit, &judged, "2026-12-01T00:00:00Z").in_force.len();
        assert_eq!((with(Some(commit)), with(Some(&commit.to_uppercase())), with(None)), (1, 1, 0));
    }
}
