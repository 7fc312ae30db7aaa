//! The policy of a job: read where the pull request cannot write, compared with what the pull request would make of
//! it, and with the default branch's.

use super::request::ActionRequest;
use crate::commands::World;
use crate::commands::gate_check::Names;
use crate::commands::origin::Step;
use crate::commands::revisions::{PolicyRef, Revision, check_name, policy_revision};
use crate::commands::suite::{LoadedPolicy, PolicySource, SuiteRequest};
use crate::domain::{Code, Diagnostic, Digest};

/// A policy that was read for a job.
pub(super) struct UnderPolicy {
    /// What is to be decided.
    pub(super) asked: SuiteRequest,
    /// The policy.
    pub(super) loaded: LoadedPolicy,
    /// What the check is called.
    pub(super) check_name: String,
}

/// Reads the policy at the commit that the event leads to.
///
/// # Errors
/// `bad-policy` where it is none, or where an input would loosen it; those of reading the commit. With the name of the
/// check, where the policy says it: an input cannot move the failure elsewhere.
pub(super) fn read(
    asked: &SuiteRequest,
    policy_ref: Option<PolicyRef>,
    request: &ActionRequest,
    step: &Step,
    world: &World<'_>,
) -> Result<UnderPolicy, (Diagnostic, Option<String>)> {
    let unnamed = |error: Diagnostic| (error, None);
    let PolicySource::Disk(path) = &asked.policy else {
        return Err(unnamed(Code::Bug.at("policy").what("was resolved before the event was known")));
    };
    let revision = policy_revision(&step.origin, policy_ref).map_err(unnamed)?;
    let source = PolicySource::Commit { path: path.clone(), revision };
    let asked = SuiteRequest { policy: source, trail: request.trail(world), ..asked.clone() };
    let loaded = asked.policy_as_written(world).map_err(unnamed)?;
    let named = loaded.rules().check.name.clone();
    let with_name = |error: Diagnostic| (error, named.clone());
    let mut loaded = asked.tightened(loaded).map_err(with_name)?;
    if step.origin.proposed {
        loaded.propose(step.origin.source.head_sha.as_deref(), world);
    }
    let check_name = name(&loaded, request, step, world).map_err(with_name)?;
    Ok(UnderPolicy { asked, loaded, check_name })
}

/// What the check is called: by the policy alone where it says so. Where the rules are not those of the default branch,
/// the name says whose they are: a success under a loose branch must not count for another one.
fn name(
    loaded: &LoadedPolicy,
    request: &ActionRequest,
    step: &Step,
    world: &World<'_>,
) -> Result<String, Diagnostic> {
    let own = match (&loaded.rules().check.name, &request.check_name) {
        (Some(own), Some(given)) if own != given => {
            return Err(crate::policy::decided_by_policy("input check-name", given, own));
        }
        (Some(own), _) => own.clone(),
        (None, Some(given)) => given.clone(),
        (None, None) => "evalsig / policy".into(),
    };
    let own = Names::new(&own, None, None, None).wanted;
    let origin = &step.origin;
    // A push to any branch puts its check on a commit that may be the head of a pull request, too.
    let pushed = || {
        origin.source.r#ref.as_deref().map(|name| {
            name.strip_prefix("refs/heads/").or(name.strip_prefix("refs/tags/")).unwrap_or(name).to_owned()
        })
    };
    let base = if origin.proposed { origin.branches.base.clone() } else { pushed() };
    let (Some(base), Some(default)) = (&base, &origin.branches.default) else { return Ok(own) };
    if base == default {
        return Ok(own);
    }
    let at_default = loaded.at(&Revision::Branch(default.clone()), world)?;
    let same = at_default.is_some_and(|bytes| Digest::of(&bytes).to_string() == loaded.sha256());
    Ok(check_name(&own, base, default, same))
}
