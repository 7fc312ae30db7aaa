//! Which commit a file of the repository is read at, so that a change cannot loosen the rules it is judged by.

use std::fmt;

use super::origin::Origin;
use crate::domain::{Code, Diagnostic, named_enum};

/// Most bytes of a file that is read from a commit: what GitHub takes.
pub const MAX_FILE: u64 = 100 * 1024 * 1024;

/// A commit, by what leads to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// The newest commit of this branch of the repository.
    Branch(String),
    /// The commit with this id, 40 or 64 hexadecimal digits.
    Commit(String),
    /// What a person wrote: a branch, a tag, or the id of a commit.
    Named(String),
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Branch(name) => write!(f, "branch {name}"),
            Self::Commit(id) => write!(f, "commit {id}"),
            Self::Named(name) => f.write_str(name),
        }
    }
}

named_enum! {
    /// Which revision the policy is read at.
    pub enum PolicyRef {
        Base = "base", "The newest commit of the branch that the change is to be merged into.";
        Default = "default", "The newest commit of the default branch.";
        Head = "head", "The commit under judgement; never that of a pull request.";
    }
}

/// The revision that the policy is read at. Without `asked` it is `base` for a change that is proposed (a pull
/// request, a merge group, a workflow run that a pull request started), else the commit that the job runs at.
///
/// A pull request's own tree never decides by which rules it is judged, and neither does the `base.sha` of the
/// payload: that is the commit at which the pull request was last pushed to, which may be older than a rule.
/// A workflow run that a fork's pull request started names no target, so there the default branch stands in.
///
/// # Errors
/// `bad-usage` for `head` within a pull request, and for `base` outside one; `event-unreadable` where the event
/// does not name the branch or the commit.
pub fn policy_revision(origin: &Origin, asked: Option<PolicyRef>) -> Result<Revision, Diagnostic> {
    let branches = &origin.branches;
    let branch = |name: &Option<String>, member: &str| {
        name.clone().map(Revision::Branch).ok_or_else(|| {
            Code::EventUnreadable
                .at("policy-ref")
                .what(format!("the event does not name {member}, so no policy can be read"))
                .next("name another branch: policy-ref: default, or base on a pull request")
        })
    };
    let default = || branch(&branches.default, "the repository's default branch");
    match (asked, origin.proposed) {
        (Some(PolicyRef::Head), true) => Err(Code::BadUsage
            .at("policy-ref")
            .what("is head, and the job is about a pull request: whoever opened it would write the rules it is judged by")
            .next("leave policy-ref out: the policy is then read at the newest commit of the target branch")),
        (Some(PolicyRef::Base), false) => Err(Code::BadUsage
            .at("policy-ref")
            .what("is base, and the job is about no pull request, so there is no target branch")
            .next("leave policy-ref out: pull requests are then judged under base and every other job under its own commit")),
        (Some(PolicyRef::Default), _) => default(),
        (Some(PolicyRef::Base), true) => branch(&branches.base, "the branch that the change is to be merged into"),
        (None, true) if branches.base.is_none() && event(origin) == "workflow_run" => default(),
        (None, true) => branch(&branches.base, "the branch that the change is to be merged into"),
        // It runs at the default branch, and its head may be anybody's.
        (None, false) if event(origin) == "workflow_run" => default(),
        (Some(PolicyRef::Head) | None, false) => {
            origin.source.head_sha.clone().map(Revision::Commit).ok_or_else(|| {
                Code::EventUnreadable.at("GITHUB_SHA").what("is not set, so no commit holds the policy")
            })
        }
    }
}

fn event(origin: &Origin) -> &str {
    origin.source.event.as_deref().unwrap_or_default()
}

/// The name of a check whose policy was read at the branch `base`.
///
/// A check stays on its commit when the pull request is retargeted, so a verdict under the rules of a loose
/// branch would count for `main`. Unless both branches hold the same policy (`same_policy`: the same bytes, or
/// neither holds one), the check therefore says whose rules it speaks for, and a branch that has rules of its
/// own requires the check of that name. A name longer than GitHub shows loses its end, never the branch.
#[must_use]
pub fn check_name(name: &str, base: &str, default: &str, same_policy: bool) -> String {
    if same_policy || base == default {
        name.to_owned()
    } else {
        named_apart(name, &format!("(base {base})"))
    }
}

/// Most characters of the name of a check.
pub const MAX_CHECK_NAME: usize = 100;

/// A name with an addition behind it, at most [`MAX_CHECK_NAME`] characters in all. The addition is kept where
/// both do not fit, because it is what tells two names apart; its own middle goes where it alone does not.
#[must_use]
pub fn named_apart(name: &str, addition: &str) -> String {
    let addition: Vec<char> = addition.chars().collect();
    let most = MAX_CHECK_NAME - 20;
    let addition: String = if addition.len() <= most {
        addition.iter().collect()
    } else {
        // The digest keeps two long names with the same ends apart.
        let digest = crate::domain::Digest::of(addition.iter().collect::<String>().as_bytes()).to_string();
        let (start, end) = (addition.iter().take(most - 20), addition.iter().skip(addition.len() - 8));
        let digest: String = digest.chars().take(8).collect();
        format!("{}...{digest}.{}", start.collect::<String>(), end.collect::<String>())
    };
    let room = MAX_CHECK_NAME.saturating_sub(addition.chars().count() + 1);
    let mut kept: String = name.chars().take(room).collect();
    kept.truncate(kept.trim_end().len());
    format!("{kept} {addition}")
}

/// The parts of a path from the top of the repository.
///
/// # Errors
/// `bad-usage` for a path that could lead anywhere else, or that a program could take for an option.
pub fn path_parts(path: &str) -> Result<Vec<&str>, Diagnostic> {
    let refused = |why: &str| {
        Err(Code::BadUsage
            .at(format!("path {path:?}"))
            .what(format!("{why}, so it names no file of a commit"))
            .next("write the path from the top of the repository, such as .github/evalsig.yml"))
    };
    let inner = path.strip_prefix("./").unwrap_or(path);
    let parts: Vec<&str> = inner.split('/').collect();
    match () {
        () if inner.is_empty() => refused("is empty"),
        () if path.starts_with('/') || path.contains('\\') => {
            refused("is not relative, with forward slashes")
        }
        () if path.starts_with('-') => refused("begins with a hyphen"),
        () if path.chars().any(char::is_control) => refused("holds a control character"),
        () if path.len() > 4096 => refused("is longer than 4096 bytes"),
        () if parts.iter().any(|part| matches!(*part, "" | "." | "..")) => {
            refused("has an empty part, '.' or '..'")
        }
        () if parts.iter().any(|part| part.eq_ignore_ascii_case(".git")) => refused("leads into .git"),
        () => Ok(parts),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{PolicyRef, Revision, check_name, named_apart, path_parts, policy_revision};
    use crate::commands::origin::{Branches, Origin};
    use crate::domain::Code;

    fn origin(event: &str, proposed: bool, base: Option<&str>) -> Origin {
        let mut origin = Origin { proposed, ..Origin::default() };
        origin.source.event = Some(event.into());
        origin.source.head_sha = Some("1".repeat(40));
        let default = Some("main".into());
        origin.branches = Branches { base: base.map(str::to_owned), default, ..Branches::default() };
        origin
    }

    #[test]
    fn a_proposed_change_is_judged_by_the_branch_it_goes_to() {
        let at = |event: &str, proposed, base, asked| policy_revision(&origin(event, proposed, base), asked);
        let branch = |name: &str| Ok(Revision::Branch(name.into()));
        for event in ["pull_request", "pull_request_target", "merge_group", "workflow_run"] {
            assert_eq!(at(event, true, Some("next"), None), branch("next"), "{event}");
            assert_eq!(at(event, true, Some("next"), Some(PolicyRef::Base)), branch("next"), "{event}");
            assert_eq!(at(event, true, Some("next"), Some(PolicyRef::Default)), branch("main"), "{event}");
            let head = at(event, true, Some("next"), Some(PolicyRef::Head)).unwrap_err();
            assert!(
                head.code == Code::BadUsage && head.what.contains("whoever opened it"),
                "{event}: {head}"
            );
        }
        for event in ["push", "release", "schedule", "workflow_dispatch"] {
            let own = Ok(Revision::Commit("1".repeat(40)));
            assert_eq!(at(event, false, None, None), own, "{event}");
            assert_eq!(at(event, false, None, Some(PolicyRef::Head)), own, "{event}");
            assert_eq!(at(event, false, None, Some(PolicyRef::Default)), branch("main"), "{event}");
            assert_eq!(at(event, false, None, Some(PolicyRef::Base)).unwrap_err().code, Code::BadUsage);
        }
    }

    #[test]
    fn a_target_that_is_not_known_is_the_default_branch_for_a_fork_and_an_error_elsewhere() {
        let main = Ok(Revision::Branch("main".into()));
        assert_eq!(policy_revision(&origin("workflow_run", true, None), None), main);
        assert_eq!(policy_revision(&origin("workflow_run", false, None), None), main);
        for asked in [None, Some(PolicyRef::Base)] {
            let error = policy_revision(&origin("pull_request", true, None), asked).unwrap_err();
            assert_eq!(error.code, Code::EventUnreadable);
        }
        let nameless = Origin { proposed: true, ..Origin::default() };
        assert!(policy_revision(&nameless, Some(PolicyRef::Default)).is_err());
        assert!(policy_revision(&Origin::default(), None).is_err(), "no commit");
    }

    #[test]
    fn a_check_under_other_rules_says_whose_they_are() {
        assert_eq!(check_name("evalsig / qa", "loose", "main", false), "evalsig / qa (base loose)");
        assert_eq!(check_name("evalsig / qa", "loose", "main", true), "evalsig / qa");
        assert_eq!(check_name("evalsig / qa", "main", "main", false), "evalsig / qa");
        let long = check_name(&"n".repeat(100), "loose", "main", false);
        assert!(long.ends_with("n (base loose)") && long.chars().count() == 100, "{long}");
    }

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for path in [".github/evalsig.yml", "a", "./a/b", "ü/b c", "a/..b", ".gitignore"] {
            assert!(path_parts(path).is_ok(), "{path}");
        }
        assert_eq!(path_parts("./a/b").unwrap(), ["a", "b"]);
        for path in [
            "",
            "./",
            "/etc/passwd",
            "..",
            "a/../b",
            "a//b",
            "a/",
            "a/./b",
            "././a",
            "-rf",
            "a\\b",
            "a\nb",
            "a\0",
            ".git/config",
            "a/.GIT/config",
        ] {
            assert_eq!(path_parts(path).unwrap_err().code, Code::BadUsage, "{path:?}");
        }
    }

    proptest! {
        #[test]
        fn names_apart_fit_and_stay_apart(name in "\\PC{0,150}", one in "[a-z/]{1,150}", other in "[a-z/]{1,150}") {
            let (first, second) = (named_apart(&name, &one), named_apart(&name, &other));
            prop_assert!(first.chars().count() <= 100, "{first}");
            prop_assert_eq!(first == second, one == other, "{} {}", first, second);
        }
    }
}
