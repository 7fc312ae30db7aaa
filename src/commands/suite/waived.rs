//! Decisions by people that stand beside the verdict: the waivers in the file beside the policy.

use super::errors;
use super::load::LoadedTask;
use super::policy_file::{LoadedPolicy, WAIVERS};
use crate::commands::World;
use crate::domain::policy::{TaskName, Waiver, WaiverSubject};
use crate::domain::{Diagnostic, Digest, ReleaseId, Verdict};
use crate::envelope::{RepositoryFile, v2};
use crate::policy::waivers::{self, Idle, SOON_DAYS, Waived};
use crate::suite::SuiteJudgement;

/// What the waivers at the policy's commit do to this judgement. A waiver anywhere else is none.
///
/// # Errors
/// `bad-policy` where the file is none; those of reading it.
pub(super) fn of(
    judgement: &SuiteJudgement,
    policy: &LoadedPolicy,
    tasks: &[LoadedTask<'_>],
    (release, commit): (Option<&ReleaseId>, Option<&str>),
    now: &str,
    world: &World<'_>,
) -> Result<v2::Waivers, Diagnostic> {
    let may_turn_green = policy.rules.waivers.may_turn_green;
    let Some(file) = policy.beside(WAIVERS, world)? else {
        return Ok(v2::Waivers { may_turn_green, ..v2::Waivers::default() });
    };
    let known = waivers::parse(&file.text, &file.path)?;
    let blocked: Vec<(&TaskName, Digest)> = tasks
        .iter()
        .filter(|task| judgement.verdict != Verdict::Allow && judgement.blocking.contains(&task.task.name))
        .map(|task| (&task.task.name, task.candidate().identity.digest))
        .collect();
    let waived = waivers::apply(&known, release, commit, &blocked, now);
    if let Some(stranger) =
        known.iter().find(|waiver| !policy.rules.tasks.iter().any(|task| task.name == waiver.task))
    {
        return Err(errors::waiver_of_no_task(&file.path, &stranger.task));
    }
    Ok(v2::Waivers {
        in_force: waived.in_force.iter().map(|waiver| recorded(waiver)).collect(),
        all_blocking: waived.all(&blocked),
        may_turn_green,
        remarks: remarks(&waived),
        file: Some(RepositoryFile {
            path: file.path,
            r#ref: policy.written.source_ref.clone(),
            commit: policy.written.commit.clone(),
            sha256: file.sha256.to_string(),
        }),
    })
}

fn recorded(waiver: &Waiver) -> v2::Waiver {
    let (release, commit) = match &waiver.subject {
        WaiverSubject::Release(release) => (Some(release.to_string()), None),
        WaiverSubject::Commit(commit) => (None, Some(commit.clone())),
    };
    v2::Waiver {
        task: waiver.task.to_string(),
        reason: waiver.reason.clone(),
        ticket: waiver.ticket.clone(),
        approver: waiver.approver.clone(),
        candidate_sha256: waiver.candidate.to_string(),
        effective_until: waiver.effective_until.end().to_string(),
        release,
        commit,
    }
}

/// The waivers that nobody should be surprised by.
fn remarks(waived: &Waived<'_>) -> Vec<String> {
    let name = |waiver: &Waiver| format!("{} for {} ({})", waiver.task, waiver.subject, waiver.ticket);
    let mut remarks: Vec<String> = Vec::new();
    for (waiver, idle) in &waived.unused {
        let why = match idle {
            Idle::OtherSubject => "it is for another release or commit",
            Idle::TaskDoesNotBlock => "its task does not block",
            Idle::OtherCandidate => "it names another candidate than the one that was judged",
        };
        remarks.push(format!("unused: {}: {why}", name(waiver)));
    }
    remarks.extend(
        waived
            .expired
            .iter()
            .map(|waiver| format!("ended: {}, on {}", name(waiver), waiver.effective_until.end())),
    );
    remarks.extend(waived.expiring.iter().map(|waiver| {
        format!("ends within {SOON_DAYS} days: {}, on {}", name(waiver), waiver.effective_until.end())
    }));
    remarks
}
