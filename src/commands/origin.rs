//! What a job is about: which commit carries the check, and what goes into `source` and `run`.
//!
//! The payload of an event is written by whoever opened the pull request as much as by GitHub: of it
//! only commit ids that look like commit ids, numbers, names of branches that git would accept and one
//! comparison of names are used.

mod payload;
mod pull_requests;

use crate::domain::{Code, Diagnostic};
use crate::envelope::{Circumstances, v1};
use payload::Payload;

/// What a job is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Origin {
    /// About which source.
    pub source: v1::Source,
    /// In which workflow run.
    pub run: v1::Run,
    /// Whether GitHub gives such a job a token that can only read: it was started by a pull request
    /// from a fork, or by Dependabot.
    pub read_only: bool,
    /// Whether the commit under judgement was written in another repository: a fork.
    pub foreign: bool,
    /// Whether the job is about a change that is proposed: a pull request, a merge group, or the end of a
    /// workflow run that a pull request started.
    pub proposed: bool,
    /// The branches that the event names.
    pub branches: Branches,
    /// The step of the job, by the name that the runner gives it.
    pub step: Option<String>,
}

/// The branches that an event names; `None` where it names none, or no name that git would accept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// The branch that the change is to be merged into.
    pub base: Option<String>,
    /// The branch that the change comes from, which may be in another repository; outside pull requests the
    /// branch that `GITHUB_REF` names.
    pub head: Option<String>,
    /// owner/name of the repository that holds `head`; `None` where that fork was deleted.
    pub head_repository: Option<String>,
    /// The default branch of the repository.
    pub default: Option<String>,
}

/// The workflow step that runs the action.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// What the job is about.
    pub origin: Origin,
    /// The image, where it is known.
    pub image_digest: Option<String>,
    /// Address of the server's web pages, such as `https://github.com`.
    pub server: Option<String>,
    /// A text that nobody could foresee, for the delimiter of the outputs.
    pub nonce: String,
}

impl Step {
    /// What the moment of a decision knows, which this step asks for where there is one.
    #[must_use]
    pub(super) fn circumstances(step: Option<&Self>, now: String, clock: String) -> Circumstances {
        Circumstances {
            decided_at: now,
            clock,
            source: step.map(|step| step.origin.source.clone()),
            run: step.map(|step| step.origin.run.clone()),
            image_digest: step.and_then(|step| step.image_digest.clone()),
            store: None,
            time_stamp: None,
        }
    }
}

impl Origin {
    /// Reads the environment of a job and the payload of its event. `variable` gives a variable that
    /// is not empty.
    ///
    /// | event | the check stands on | tested |
    /// |---|---|---|
    /// | `pull_request` | the head of the pull request | the merge commit in `GITHUB_SHA` |
    /// | `pull_request_target` | the head of the pull request | not known: `GITHUB_SHA` is the base |
    /// | `merge_group` | the head of the group | the same |
    /// | `workflow_run` | the head of the run that ended | not known |
    /// | any other | `GITHUB_SHA` | the same |
    ///
    /// # Errors
    /// `event-unreadable` where the event names its commit in the payload only, and the payload does
    /// not: posting to `GITHUB_SHA` instead would put the check where nobody looks.
    pub fn read(variable: impl Fn(&str) -> Option<String>, payload: &[u8]) -> Result<Self, Diagnostic> {
        let event = variable("GITHUB_EVENT_NAME");
        let name = event.as_deref().unwrap_or_default();
        let parsed = serde_json::from_slice::<Payload>(payload);
        let own_commit =
            !matches!(name, "pull_request" | "pull_request_target" | "merge_group" | "workflow_run");
        let payload = match parsed {
            Ok(payload) => payload,
            Err(_) if own_commit => Payload::default(),
            Err(error) => return Err(unreadable(name, &format!("cannot be read: {error}"))),
        };
        let github_sha = variable("GITHUB_SHA").and_then(|sha| commit(&sha));
        let mut source = v1::Source {
            repository: variable("GITHUB_REPOSITORY"),
            repository_id: variable("GITHUB_REPOSITORY_ID"),
            head_sha: github_sha.clone(),
            tested_sha: github_sha.clone(),
            base_sha: None,
            r#ref: variable("GITHUB_REF"),
            event: event.clone(),
            pull_request: None,
        };
        let mut foreign = false;
        let mut proposed = !own_commit;
        let mut branches = Branches {
            default: payload.repository.and_then(|repository| repository.default_branch).and_then(branch),
            head: source.r#ref.as_deref().and_then(|name| name.strip_prefix(HEADS)).and_then(branch),
            head_repository: source.repository.clone(),
            base: None,
        };
        match name {
            "pull_request" | "pull_request_target" => {
                let pull = payload.pull_request.ok_or_else(|| unreadable(name, "holds no pull_request"))?;
                source.head_sha = Some(named(name, "pull_request.head.sha", &pull.head.sha)?);
                source.base_sha = commit(&pull.base.sha);
                source.pull_request = Some(pull.number.to_string());
                branches.base = pull.base.r#ref.and_then(branch);
                branches.head = pull.head.r#ref.and_then(branch);
                branches.head_repository = pull.head.repo.and_then(|repo| repo.full_name);
                foreign = branches.head_repository != source.repository;
                if name == "pull_request_target" {
                    source.tested_sha = None;
                }
            }
            "merge_group" => {
                let group = payload.merge_group.ok_or_else(|| unreadable(name, "holds no merge_group"))?;
                source.head_sha = Some(named(name, "merge_group.head_sha", &group.head_sha)?);
                source.tested_sha = source.head_sha.clone();
                source.base_sha = commit(&group.base_sha);
                let short = |name: Option<String>| name?.strip_prefix(HEADS).and_then(branch);
                (branches.base, branches.head) = (short(group.base_ref), short(group.head_ref));
            }
            "workflow_run" => {
                let ended = payload.workflow_run.ok_or_else(|| unreadable(name, "holds no workflow_run"))?;
                source.head_sha = Some(named(name, "workflow_run.head_sha", &ended.head_sha)?);
                source.tested_sha = None;
                // Empty for a fork; more than one number would be a guess.
                if let [only] = ended.pull_requests.as_slice() {
                    source.pull_request = Some(only.number.to_string());
                }
                let mut bases = ended.pull_requests.iter().map(|pull| pull.base.as_ref()?.r#ref.as_deref());
                let base = bases.next().flatten().filter(|first| bases.all(|other| other == Some(*first)));
                branches.base = base.and_then(branch);
                branches.head = ended.head_branch.and_then(branch);
                let started_by = ended.event.as_deref().unwrap_or_default();
                proposed = started_by.starts_with("pull_request")
                    || started_by == "merge_group"
                    || !ended.pull_requests.is_empty();
                if let Some(repository) = ended.head_repository {
                    branches.head_repository = repository.full_name;
                    foreign = branches.head_repository != source.repository;
                }
            }
            "push" => source.base_sha = payload.before.as_deref().and_then(commit),
            _ => {}
        }
        let run = workflow_run(&variable);
        // A person who re-runs Dependabot's job still gets Dependabot's token.
        let dependabot = run.actor.as_deref() == Some("dependabot[bot]")
            && matches!(name, "pull_request" | "push" | "create" | "deployment");
        let read_only = dependabot || foreign && name == "pull_request";
        let step = variable("GITHUB_ACTION");
        Ok(Self { source, run, read_only, foreign, proposed, branches, step })
    }

    /// What the environment alone says, for a job whose payload cannot be read: enough to say so where a
    /// reviewer looks. The head of a merge group is `GITHUB_SHA`; that of a pull request is a parent of it.
    #[must_use]
    pub fn without_payload(variable: impl Fn(&str) -> Option<String>) -> Self {
        let event = variable("GITHUB_EVENT_NAME");
        let name = event.as_deref().unwrap_or_default();
        let github_sha = variable("GITHUB_SHA").and_then(|sha| commit(&sha));
        let of = |events: &[&str]| github_sha.clone().filter(|_| events.contains(&name));
        let source = v1::Source {
            repository: variable("GITHUB_REPOSITORY"),
            head_sha: of(&["merge_group"]),
            tested_sha: of(&["merge_group", "pull_request"]),
            event: event.clone(),
            ..v1::Source::default()
        };
        let run = workflow_run(&variable);
        Self { source, run, proposed: true, step: variable("GITHUB_ACTION"), ..Self::default() }
    }
}

/// The workflow run that a job belongs to.
fn workflow_run(variable: impl Fn(&str) -> Option<String>) -> v1::Run {
    v1::Run {
        workflow_ref: variable("GITHUB_WORKFLOW_REF"),
        workflow_sha: variable("GITHUB_WORKFLOW_SHA"),
        run_id: variable("GITHUB_RUN_ID"),
        run_attempt: variable("GITHUB_RUN_ATTEMPT"),
        job: variable("GITHUB_JOB"),
        actor: variable("GITHUB_ACTOR"),
        triggering_actor: variable("GITHUB_TRIGGERING_ACTOR"),
        runner: variable("RUNNER_NAME"),
    }
}

/// A commit id; the zeros that stand for none are none.
fn commit(text: &str) -> Option<String> {
    let id = matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit());
    (id && text.bytes().any(|b| b != b'0')).then(|| text.to_ascii_lowercase())
}

/// What begins the full name of a branch.
const HEADS: &str = "refs/heads/";

fn branch(name: impl AsRef<str>) -> Option<String> {
    Some(name.as_ref()).filter(|name| is_ref_name(name)).map(str::to_owned)
}

/// Whether git would accept a text as the name of a branch or tag (git-check-ref-format).
#[must_use]
pub fn is_ref_name(name: &str) -> bool {
    let refused = |c: char| c.is_whitespace() || c.is_control() || "~^:?*[\\".contains(c);
    let part = |part: &str| {
        !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.ends_with(".lock")
    };
    name.len() <= 255
        && !name.starts_with('-')
        && !name.contains(refused)
        && !name.contains("..")
        && !name.contains("@{")
        && name.split('/').all(part)
}

fn named(event: &str, member: &str, text: &str) -> Result<String, Diagnostic> {
    commit(text).ok_or_else(|| unreadable(event, &format!("{member} is {text:?}, expected a commit id")))
}

fn unreadable(event: &str, what: &str) -> Diagnostic {
    Code::EventUnreadable
        .at(format!("payload of {event}"))
        .what(what)
        .next("see that GITHUB_EVENT_PATH names the payload of the event that started the job")
}

#[cfg(test)]
mod tests {
    use super::{Origin, is_ref_name};
    use crate::domain::Code;

    const HEAD: &str = "1111111111111111111111111111111111111111";
    const BASE: &str = "2222222222222222222222222222222222222222";
    const MERGE: &str = "3333333333333333333333333333333333333333";

    fn origin(event: &str, actor: &str, payload: &str) -> Result<Origin, crate::domain::Diagnostic> {
        let variable = |name: &str| match name {
            "GITHUB_EVENT_NAME" => Some(event.to_owned()),
            "GITHUB_SHA" => Some(MERGE.to_owned()),
            "GITHUB_REPOSITORY" => Some("org/app".to_owned()),
            "GITHUB_ACTOR" => Some(actor.to_owned()),
            "GITHUB_RUN_ID" => Some("17".to_owned()),
            _ => None,
        };
        Origin::read(variable, payload.as_bytes())
    }

    fn pull(repo: &str) -> String {
        format!(
            r#"{{"pull_request": {{"number": 7, "head": {{"sha": "{HEAD}", "repo": {repo}}}, "base": {{"sha": "{BASE}", "repo": {{"full_name": "org/app"}}}}}}}}"#
        )
    }

    #[test]
    fn each_event_names_its_commit() {
        let own = r#"{"full_name": "org/app"}"#;
        let group = format!(r#"{{"merge_group": {{"head_sha": "{HEAD}", "base_sha": "{BASE}"}}}}"#);
        let ended =
            format!(r#"{{"workflow_run": {{"head_sha": "{HEAD}", "pull_requests": [{{"number": 9}}]}}}}"#);
        let pushed = format!(r#"{{"before": "{BASE}"}}"#);
        let created = format!(r#"{{"before": "{}"}}"#, "0".repeat(40));
        for (event, payload, head, tested, base, number) in [
            ("pull_request", pull(own), HEAD, Some(MERGE), Some(BASE), Some("7")),
            ("pull_request_target", pull(own), HEAD, None, Some(BASE), Some("7")),
            ("merge_group", group, HEAD, Some(HEAD), Some(BASE), None),
            ("workflow_run", ended, HEAD, None, None, Some("9")),
            ("push", pushed, MERGE, Some(MERGE), Some(BASE), None),
            ("push", created, MERGE, Some(MERGE), None, None),
            ("release", "{}".into(), MERGE, Some(MERGE), None, None),
            ("workflow_dispatch", String::new(), MERGE, Some(MERGE), None, None),
            ("schedule", "[]".into(), MERGE, Some(MERGE), None, None),
        ] {
            let found = origin(event, "ada", &payload).unwrap();
            let source = &found.source;
            assert_eq!(source.head_sha.as_deref(), Some(head), "{event}");
            assert_eq!(source.tested_sha.as_deref(), tested, "{event}");
            assert_eq!(source.base_sha.as_deref(), base, "{event}");
            assert_eq!(source.pull_request.as_deref(), number, "{event}");
            assert!(!found.read_only, "{event}");
        }
    }

    #[test]
    fn forks_and_dependabot_have_tokens_that_only_read() {
        let fork = r#"{"full_name": "eve/app"}"#;
        assert!(origin("pull_request", "eve", &pull(fork)).unwrap().read_only);
        assert!(origin("pull_request", "eve", &pull("null")).unwrap().read_only, "the fork was deleted");
        assert!(!origin("pull_request_target", "eve", &pull(fork)).unwrap().read_only);
        let own = r#"{"full_name": "org/app"}"#;
        assert!(origin("pull_request", "dependabot[bot]", &pull(own)).unwrap().read_only);
        assert!(!origin("release", "dependabot[bot]", "{}").unwrap().read_only);
    }

    #[test]
    fn a_payload_without_its_commit_is_refused() {
        let hostile = pull(r#"{"full_name": "org/app"}"#).replace(HEAD, "$(reboot)");
        for (event, payload) in [
            ("pull_request", ""),
            ("pull_request", "{}"),
            ("merge_group", "[1]"),
            ("pull_request", hostile.as_str()),
        ] {
            assert_eq!(
                origin(event, "ada", payload).unwrap_err().code,
                Code::EventUnreadable,
                "{event} {payload}"
            );
        }
    }

    #[test]
    fn an_event_names_its_branches() {
        let payload =
            |text: &str| format!("{{\"repository\": {{\"default_branch\": \"main\"}}, {}", &text[1..]);
        let own = pull(r#"{"full_name": "org/app"}"#)
            .replace(r#""repo": {"full_name": "org/app"}}}"#, r#""ref": "next"}}"#);
        let found = origin("pull_request", "ada", &payload(&own)).unwrap();
        assert_eq!(found.branches.base.as_deref(), Some("next"));
        assert_eq!(found.branches.default.as_deref(), Some("main"));
        assert!(found.proposed && !found.foreign);
        let group = format!(
            r#"{{"merge_group": {{"head_sha": "{HEAD}", "base_sha": "{BASE}", "base_ref": "refs/heads/release/1", "head_ref": "refs/heads/gh-readonly-queue/x"}}}}"#
        );
        let found = origin("merge_group", "ada", &payload(&group)).unwrap();
        assert_eq!(found.branches.base.as_deref(), Some("release/1"));
        assert!(found.proposed);
        let ended = |pulls: &str, more: &str| {
            let text =
                format!(r#"{{"workflow_run": {{"head_sha": "{HEAD}", "pull_requests": [{pulls}]{more}}}}}"#);
            origin("workflow_run", "ada", &payload(&text)).unwrap()
        };
        let (one, two) = (r#"{"number": 1, "base": {"ref": "a"}}"#, r#"{"number": 2, "base": {"ref": "b"}}"#);
        assert_eq!(ended(one, "").branches.base.as_deref(), Some("a"));
        assert_eq!(ended(&format!("{one}, {one}"), "").branches.base.as_deref(), Some("a"));
        assert_eq!(ended(&format!("{one}, {two}"), "").branches.base, None, "a guess");
        let fork = ended("", r#", "event": "pull_request", "head_repository": {"full_name": "eve/app"}"#);
        assert!(fork.proposed && fork.foreign && !fork.read_only && fork.branches.base.is_none());
        assert!(!ended("", r#", "event": "push""#).proposed);
        let hostile = own.replace("next", "a..b");
        assert_eq!(origin("pull_request", "ada", &payload(&hostile)).unwrap().branches.base, None);
    }

    #[test]
    fn names_that_git_refuses_are_no_branches() {
        for name in ["main", "release/1.0", "ü", "a-b_c", "@"] {
            assert!(is_ref_name(name), "{name}");
        }
        for name in [
            "", "-a", "a b", "a..b", "a/", "/a", "a//b", ".a", "a/.b", "a.", "a.lock", "a:b", "a?b", "a@{1}",
            "a\\b", "a\n",
        ] {
            assert!(!is_ref_name(name), "{name:?}");
        }
    }
}
