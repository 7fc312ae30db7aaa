//! The comment on a pull request, as its author sees it from push to push.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::github::{only_check, pull_request};
use crate::support::github::faults::{Fault, Kind, Match};
use crate::support::github::{Access, BOT, Comment, Github, Request, Setup};
use crate::support::{Job, Ran};
use crate::tree;

const POLICY: &str = "version: 1
tasks:
  - name: qa
    baseline: runs/baseline.json
    candidate: runs/candidate.json
    role: no-regression
    margin: 0.03
    margin-rationale: \"three points are within what annotators disagree by\"
suite: {rule: regress-none}
check: {name: \"evalsig / release\", comment: sticky}
";

const PULL: u64 = 7;
const CREATE: Match = Match::Rest("POST", "issues/*/comments");
const UPDATE: Match = Match::Rest("PATCH", "issues/comments/*");

/// GitHub with pull request 7, and the commit at its head.
fn proposed(setup: Setup) -> Option<(Github, String)> {
    let github = Github::with(setup)?;
    let head = push(&github, "a");
    Some((github, head))
}

/// A further commit on the pull request's branch.
fn push(github: &Github, content: &str) -> String {
    let head = github.commit("feature", &[("a.txt", content.as_bytes())]);
    github.open_pull(PULL, &head, "feature", "org/app");
    head
}

/// The gate of a pull request, in the workflow run of this number.
fn gate(github: &Github, head: &str, run: u64) -> Job {
    let mut job =
        Job::on(github, &[("min-delta", "0.01"), ("check-name", "evalsig / qa"), ("comment", "sticky")]);
    job.event("pull_request", &pull_request(head, "org/app"));
    job.session.set("GITHUB_RUN_ID", &run.to_string());
    job
}

fn worse(job: &mut Job) -> &mut Job {
    job.inputs(&[("candidate", "runs/candidate-worse.json")])
}

/// The only comment on the pull request.
#[track_caller]
fn only_comment(github: &Github) -> Comment {
    let comments = github.comments(PULL);
    assert_eq!(comments.len(), 1, "{comments:#?}");
    comments.into_iter().next().unwrap()
}

/// Requests about pull requests and comments.
fn about_comments(github: &Github) -> Vec<Request> {
    let about = |request: &Request| {
        let query = request.body["query"].as_str().unwrap_or_default();
        ["/issues", "/pulls"].iter().any(|part| request.path.contains(part)) || query.contains("pullRequest")
    };
    github.requests().into_iter().filter(about).collect()
}

fn marker(comment: &Comment) -> &str {
    comment.body.lines().next().unwrap()
}

#[test]
fn the_first_gate_writes_one_line_and_the_next_one_replaces_it() {
    let Some((github, first)) = proposed(Setup::default()) else { return };
    let ran = gate(&github, &first, 1).run().exits(0);
    let comment = only_comment(&github);
    assert_eq!(comment.author, BOT);
    assert!(marker(&comment).ends_with(&format!("run=1 attempt=1 head={first} -->")), "{}", comment.body);
    let lines: Vec<&str> = comment.body.lines().collect();
    assert_eq!(lines[1], "<details>");
    assert!(
        lines[2].starts_with("<summary><code>evalsig / qa</code>: ALLOW: model-b may ship: it is better"),
        "{}",
        lines[2]
    );
    assert!(comment.body.ends_with("</details>\n"), "nothing is wrong: it is closed");
    assert!(comment.body.contains(&format!("commit `{first}`")), "{}", comment.body);
    let address = format!("comment on pull request 7: {}", github.api_url());
    assert!(ran.stdout.contains(&address) && ran.stdout.contains("#issuecomment-"), "{}", ran.stdout);
    assert_eq!(about_comments(&github).len(), 3, "look, create, look");

    let second = push(&github, "b");
    worse(&mut gate(&github, &second, 2)).run().exits(1);
    let changed = only_comment(&github);
    assert_eq!((changed.id, changed.updates), (comment.id, 1));
    assert!(marker(&changed).ends_with(&format!("run=2 attempt=1 head={second} -->")));
    assert_eq!(
        changed.body.lines().nth(1),
        Some(
            "### model-b-quantized must not ship: it is worse than model-a by at least 4.4 points (we asked for 1.0; 95 % sure)"
        ),
        "something is wrong: it is open"
    );
    assert_eq!(about_comments(&github).len(), 6, "look, change, look");
    assert_eq!(github.comments_ever(), 1);
    let order: Vec<String> = github.requests().iter().map(|r| format!("{} {}", r.method, r.path)).collect();
    let complete = order.iter().position(|request| request.starts_with("PATCH /repos/org/app/check-runs/"));
    let look = order.iter().position(|request| request.ends_with("/graphql"));
    assert!(complete < look, "the check is completed first: {order:#?}");
}

#[test]
fn without_being_asked_for_no_request_is_sent() {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    for comment in ["", "off"] {
        gate(&github, &head, 1).inputs(&[("comment", comment)]).run().exits(0);
    }
    assert!(about_comments(&github).is_empty() && github.comments_ever() == 0);
    let ran = gate(&github, &head, 1).inputs(&[("comment", "always")]).run().exits(64);
    assert!(ran.stdout.contains("input comment") && ran.stdout.contains("off, sticky"), "{}", ran.stdout);
}

#[test]
fn the_policy_asks_for_it_as_well() {
    let Some(github) = Github::start() else { return };
    let base = tree::read("examples/runs/baseline.json");
    let files: [(&str, &[u8]); 2] =
        [(".github/evalsig.yml", POLICY.as_bytes()), ("runs/baseline.json", base.as_bytes())];
    github.commit("main", &files);
    let head = github.commit("feature", &files);
    github.open_pull(PULL, &head, "feature", "org/app");
    let mut job = Job::on(&github, &[("baseline", ""), ("candidate", ""), ("policy", ".github/evalsig.yml")]);
    job.event("pull_request", &pull_request(&head, "org/app")).run().exits(0);
    let comment = only_comment(&github);
    assert!(comment.body.contains("<code>evalsig / release</code>: ALLOW: model-b may ship: it shows the one thing that the policy asks of 1 task"), "{}", comment.body);
}

fn start(job: &Job) -> Child {
    job.session.write("output", "");
    job.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Runs all at once; gives their logs.
fn at_once(jobs: &[Job]) -> Vec<String> {
    let children: Vec<Child> = jobs.iter().map(start).collect();
    let end = |child: Child| {
        let output = child.wait_with_output().unwrap();
        let log = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{log}");
        log
    };
    children.into_iter().map(end).collect()
}

#[track_caller]
fn race(jobs: u64, delay: u64) {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    // Whoever creates is held up, so that the others find none either.
    github.plan(vec![Fault::new(Kind::Slow(delay)).on(CREATE).always()]);
    let all: Vec<Job> = (1..=jobs).map(|run| gate(&github, &head, run)).collect();
    for log in at_once(&all) {
        assert!(log.contains("comment on pull request 7: "), "{log}");
    }
    let comment = only_comment(&github);
    eprintln!(
        "{jobs} at once: {} comments were created, {} requests, {}",
        github.comments_ever(),
        about_comments(&github).len(),
        marker(&comment)
    );
    assert!(github.comments_ever() > jobs / 2, "that was no race");
    // Whatever was said last, the next one finds it.
    gate(&github, &head, jobs + 1).run().exits(0);
    let last = only_comment(&github);
    assert_eq!(last.id, comment.id);
    assert!(marker(&last).contains(&format!("run={} ", jobs + 1)), "{}", marker(&last));
}

#[test]
fn gates_at_once_leave_one_comment() {
    race(6, 3_000);
}

#[test]
fn sixty_four_gates_at_once_leave_one_comment() {
    if tree::slow_tests("github_comments::sixty_four_gates_at_once_leave_one_comment") {
        race(64, 15_000);
    }
}

#[test]
fn a_gate_that_creates_the_second_comment_takes_it_back() {
    for (late, shown) in [(9, "REJECT"), (1, "ALLOW")] {
        let Some((github, head)) = proposed(Setup::default()) else { return };
        // The first one to create is held up on the way.
        github.plan(vec![Fault::new(Kind::Slow(4_000)).on(CREATE)]);
        let mut slow = gate(&github, &head, late);
        let child = start(worse(&mut slow));
        while !about_comments(&github)
            .iter()
            .any(|request| request.method == "POST" && request.fault.is_some())
        {
            std::thread::sleep(Duration::from_millis(20));
        }
        gate(&github, &head, 5).run().exits(0);
        let first = only_comment(&github);
        let log = child.wait_with_output().unwrap();
        assert_eq!(log.status.code(), Some(1));
        assert_eq!(github.comments_ever(), 2, "both had found none");
        let comment = only_comment(&github);
        assert_eq!(comment.id, first.id, "the older one stays");
        assert!(comment.body.contains(shown), "and shows the newer verdict: {}", comment.body);
    }
}

#[test]
fn what_others_write_is_theirs_whatever_it_says() {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    gate(&github, &head, 1).run().exits(0);
    let ours = only_comment(&github);
    github.delete_comment(ours.id);
    // The marker pasted by somebody else, and quoted by another workflow with the same token.
    let pasted = github.add_comment(PULL, "eve", &ours.body.replacen("run=1", "run=99999", 1));
    let quoted = github.add_comment(PULL, BOT, &format!("eve wrote:\n{}", ours.body));
    let other = github.add_comment(PULL, BOT, "Coverage: 80 %");
    gate(&github, &head, 2).run().exits(0);
    let comments = github.comments(PULL);
    assert_eq!(comments[..3], [pasted, quoted, other], "untouched");
    assert_eq!(comments.len(), 4, "and ours is made again");
    assert!(marker(&comments[3]).contains("run=2 "));
}

#[test]
fn an_older_gate_that_ends_late_changes_nothing() {
    let Some((github, first)) = proposed(Setup::default()) else { return };
    // A commit that is the head no longer, whatever the number of the run.
    let second = push(&github, "b");
    gate(&github, &second, 5).run().exits(0);
    let before = github.comments(PULL);
    let ran = worse(&mut gate(&github, &first, 6)).run().exits(1);
    assert!(ran.stdout.contains("the pull request has another head by now"), "{}", ran.stdout);
    assert_eq!(github.comments(PULL), before);
    // An earlier run on the same commit, and an earlier attempt.
    let ran = worse(&mut gate(&github, &second, 4)).run().exits(1);
    assert!(ran.stdout.contains("a later run has judged the same commit"), "{}", ran.stdout);
    let body = before[0].body.replacen("run=5 attempt=1", "run=7 attempt=2", 1);
    github.delete_comment(before[0].id);
    let again = github.add_comment(PULL, BOT, &body);
    let ran = worse(&mut gate(&github, &second, 7)).run().exits(1);
    assert!(ran.stdout.contains("a later run has judged the same commit"), "{}", ran.stdout);
    assert_eq!(github.comments(PULL), [again]);
}

#[test]
fn a_verdict_that_an_older_gate_overwrote_is_written_again() {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    gate(&github, &head, 1).run().exits(0);
    // An older gate has looked already when the newer one begins, and writes after it.
    github.plan(vec![
        Fault::new(Kind::Slow(2_000)).on(UPDATE),
        Fault::new(Kind::Slow(4_000)).on(Match::Query).times(3..=3),
    ]);
    let mut older = gate(&github, &head, 2);
    let child = start(worse(&mut older));
    while !about_comments(&github).iter().any(|request| request.method == "PATCH") {
        std::thread::sleep(Duration::from_millis(20));
    }
    gate(&github, &head, 3).run().exits(0);
    child.wait_with_output().unwrap();
    let comment = only_comment(&github);
    assert!(marker(&comment).contains("run=3 "), "{}", comment.body);
    assert!(comment.body.contains("ALLOW"), "{}", comment.body);
}

#[test]
fn it_is_found_among_three_hundred() {
    for ours_at in [0, 150, 299] {
        let Some((github, head)) = proposed(Setup::default()) else { return };
        for n in 0..300 {
            if n == ours_at {
                gate(&github, &head, 1).run().exits(0);
            } else {
                github.add_comment(PULL, "ada", &format!("Comment {n}"));
            }
        }
        let before = about_comments(&github).len();
        gate(&github, &head, 2).run().exits(0);
        let comments = github.comments(PULL);
        assert_eq!(comments.len(), 300);
        assert_eq!((comments[ours_at].author.as_str(), comments[ours_at].updates), (BOT, 1));
        assert!(about_comments(&github).len() - before <= 7, "three pages, the change, three pages");
    }
}

#[test]
fn what_a_killed_job_left_is_cleared_away() {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    gate(&github, &head, 1).run().exits(0);
    let ours = only_comment(&github);
    github.add_comment(PULL, BOT, &ours.body);
    // The second one is older than the run that finds it, and cannot be at work any more.
    gate(&github, &head, 2).run().exits(0);
    assert_eq!(only_comment(&github).id, ours.id);
}

#[test]
fn a_list_that_lags_behind_makes_no_second_comment() {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    github.plan(vec![Fault::new(Kind::StaleRead).on(Match::Query).times(2..=3)]);
    gate(&github, &head, 1).run().exits(0);
    only_comment(&github);
    assert_eq!(github.comments_ever(), 1);
}

fn commented(github: &Github, event: &str, payload: &Value, job: &mut Job) -> Ran {
    job.event(event, payload);
    let ran = job.run().exits(0);
    assert_eq!(github.checks().last().unwrap().conclusion.as_deref(), Some("success"));
    ran
}

#[test]
fn a_push_comments_on_the_open_pull_request_of_its_branch() {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    // None of these is what the branch proposes.
    github.open_pull(8, &head, "other", "org/app");
    github.open_pull(9, &head, "feature", "eve/app");
    github.open_pull(10, &"3".repeat(40), "feature", "org/app");
    github.open_pull(11, &head, "feature", "org/app");
    github.change(|setup| setup.pulls.get_mut(&11).unwrap()["state"] = "closed".into());
    let mut job = gate(&github, &head, 1);
    job.session.set("GITHUB_SHA", &head).set("GITHUB_REF", "refs/heads/feature");
    let payload = json!({"before": "0".repeat(40), "repository": {"full_name": "org/app"}});
    commented(&github, "push", &payload, &mut job);
    assert!(marker(&only_comment(&github)).contains(&head));
    assert_eq!(github.comments_ever(), 1);
    assert_eq!(about_comments(&github).len(), 4, "find the pull request, look, create, look");

    // Another branch goes to no pull request.
    let alone = github.commit("alone", &[("a.txt", b"alone\n")]);
    job.session.set("GITHUB_SHA", &alone).set("GITHUB_REF", "refs/heads/alone");
    let ran = commented(&github, "push", &payload, &mut job);
    assert!(ran.stdout.contains("no open pull request would merge this commit"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("title=No comment"), "{}", ran.stdout);

    // A tag and a merge group are no pull requests, and nothing is asked.
    let before = about_comments(&github).len();
    job.session.set("GITHUB_REF", "refs/tags/v1");
    commented(&github, "push", &payload, &mut job);
    let group = json!({"merge_group": {"head_sha": head, "base_sha": "2".repeat(40)}});
    let ran = commented(&github, "merge_group", &group, &mut job);
    assert!(ran.stdout.contains("the event merge_group is about no one pull request"), "{}", ran.stdout);
    assert_eq!(about_comments(&github).len(), before);
}

#[test]
fn the_second_workflow_comments_on_a_forks_pull_request() {
    let Some(github) = Github::start() else { return };
    let head = github.commit("theirs", &[("a.txt", b"a\n")]);
    github.open_pull(PULL, &head, "feature", "eve/app");
    github.open_pull(8, &head, "feature", "org/app");
    let ended = |pulls: Value| {
        json!({"workflow_run": {
            "head_sha": head, "event": "pull_request", "head_branch": "feature", "pull_requests": pulls,
            "head_repository": {"full_name": "eve/app"},
        }})
    };
    commented(&github, "workflow_run", &ended(json!([])), &mut gate(&github, &head, 1));
    assert_eq!((github.comments(PULL).len(), github.comments(8).len()), (1, 0));
    commented(&github, "workflow_run", &ended(json!([{"number": 8}])), &mut gate(&github, &head, 2));
    assert_eq!((github.comments(PULL).len(), github.comments(8).len()), (1, 1));
}

#[test]
fn a_fork_gets_a_notice() {
    let read = Access::Read;
    let setup = Setup { checks: read, contents: read, pull_requests: read, ..Setup::default() };
    let Some((github, head)) = proposed(setup) else { return };
    let mut job = gate(&github, &head, 1);
    let ran = job.event("pull_request", &pull_request(&head, "eve/app")).run().exits(0);
    assert!(ran.stdout.contains("::notice title=Read-only mode::"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("::notice title=No comment::a comment shows what a check says"),
        "{}",
        ran.stdout
    );
    assert!(about_comments(&github).is_empty() && github.comments_ever() == 0);
}

#[test]
fn whatever_becomes_of_the_comment_changes_neither_verdict_nor_check() {
    let permission = "permissions: { checks: write, contents: write, pull-requests: write }";
    let no_right = |access| Setup { pull_requests: access, ..Setup::default() };
    let locked = Setup { locked: vec![PULL], ..Setup::default() };
    let always = |kind: Kind, on: Match| vec![Fault::new(kind).on(on).always()];
    for (name, setup, faults, level, words) in [
        ("no right to write", no_right(Access::Read), vec![], "notice", permission),
        ("no right to read", no_right(Access::None), vec![], "notice", permission),
        ("locked", locked, vec![], "notice", "issue is locked"),
        ("gone", Setup::default(), always(Kind::NotFound, CREATE), "notice", "Not Found"),
        ("refused", Setup::default(), always(Kind::Stale422, CREATE), "notice", "cannot be written"),
        (
            "too fast",
            Setup::default(),
            always(Kind::SecondaryLimit(403, 90), CREATE),
            "warning",
            "rate limit",
        ),
        ("down", Setup::default(), always(Kind::Status(503), CREATE), "warning", "503"),
        ("mute", Setup::default(), always(Kind::TimeoutBefore, Match::Query), "warning", "cannot be written"),
    ] {
        let Some((github, head)) = proposed(setup) else { return };
        github.plan(faults);
        let mut job = gate(&github, &head, 1);
        let ran = job.inputs(&[("deadline", "10")]).run().exits(0);
        let begin = format!("::{level} title=No comment::");
        let line = ran.stdout.lines().find(|line| line.starts_with(&begin));
        assert!(line.is_some_and(|line| line.contains(words)), "{name}: {}", ran.stdout);
        assert_eq!(only_check(&github).conclusion.as_deref(), Some("success"), "{name}");
        assert_eq!(job.output("verdict").as_deref(), Some("ALLOW"), "{name}");
        assert_eq!(job.output("exit-code").as_deref(), Some("0"), "{name}");
        assert_eq!(github.comments_ever(), 0, "{name}");
    }
}

#[test]
fn faults_that_pass_leave_one_comment() {
    for (name, kind, on) in [
        ("created, response lost", Kind::LostResponse, CREATE),
        ("created, 502", Kind::StatusAfter(502), CREATE),
        ("created, garbage", Kind::GarbageAfter, CREATE),
        ("creation 502", Kind::Status(502), CREATE),
        ("creation too fast", Kind::SecondaryLimit(403, 1), CREATE),
        ("list reset", Kind::Reset, Match::Query),
        ("list 502", Kind::Status(502), Match::Query),
    ] {
        let Some((github, head)) = proposed(Setup::default()) else { return };
        github.plan(vec![Fault::new(kind).on(on)]);
        let ran = gate(&github, &head, 1).inputs(&[("deadline", "60")]).run().exits(0);
        assert!(ran.stdout.contains("#issuecomment-"), "{name}: {}", ran.stdout);
        only_comment(&github);
        assert_eq!(github.comments_ever(), 1, "{name}");
    }
    for (name, kind) in [
        ("changed, response lost", Kind::LostResponse),
        ("change 502", Kind::Status(502)),
        ("deleted meanwhile", Kind::NotFound),
    ] {
        let Some((github, head)) = proposed(Setup::default()) else { return };
        gate(&github, &head, 1).run().exits(0);
        github.plan(vec![Fault::new(kind).on(UPDATE)]);
        gate(&github, &head, 2).inputs(&[("deadline", "60")]).run().exits(0);
        assert!(marker(&only_comment(&github)).contains("run=2 "), "{name}");
    }
}

#[test]
fn each_gate_of_a_run_has_its_own() {
    let Some((github, head)) = proposed(Setup::default()) else { return };
    gate(&github, &head, 1).run().exits(0);
    let mut second = gate(&github, &head, 1);
    second.session.set("GITHUB_ACTION", "other");
    let ran = worse(&mut second).run().exits(1);
    assert!(ran.stdout.contains("Check under another name"), "{}", ran.stdout);
    let comments = github.comments(PULL);
    assert_eq!(comments.len(), 2, "a REJECT is not hidden by an ALLOW: {comments:#?}");
    assert!(comments[0].body.contains("ALLOW") && comments[1].body.contains("REJECT"));
}

#[test]
fn a_gate_without_a_verdict_says_so_in_place_of_the_old_one() {
    let Some((github, first)) = proposed(Setup::default()) else { return };
    gate(&github, &first, 1).run().exits(0);
    let second = push(&github, "b");
    gate(&github, &second, 2).inputs(&[("candidate", "runs/absent.json")]).run().exits(65);
    let comment = only_comment(&github);
    assert!(comment.body.contains("## evalsig: no verdict") && comment.body.contains("`runs/absent.json`"));
    assert!(!comment.body.contains("ALLOW"), "{}", comment.body);
}
