//! A stand-in for GitHub on loopback. Its repository is a real one, so git judges what a client leaves
//! behind; its refusals are GitHub's, so a client that GitHub would refuse is refused here.

mod accounts;
mod apply;
mod check_rules;
mod checks;
mod comments;
mod contents;
pub(crate) mod faults;
pub(crate) mod git;
mod graphql;
mod objects;
mod pulls;
mod record;
mod refs;
mod route;
mod server;
mod site;
mod wire;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Ran, ran, tool};
use server::Server;

pub(crate) use checks::{APP_ID, CheckRun};
pub(crate) use comments::{BOT, Comment};
pub(crate) use git::Person;
pub(crate) use record::Request;
pub(crate) use site::{Access, Setup};

use site::{NAME, OWNER, REPOSITORY_ID, Site, TOKEN};

/// A running stand-in. It ends when it is dropped, and takes its repository with it.
pub(crate) struct Github {
    // Stopped before the repository goes.
    _server: Server,
    site: Arc<Site>,
    head_sha: String,
}

/// A commit as `git log` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Commit {
    pub(crate) oid: String,
    pub(crate) parents: Vec<String>,
    pub(crate) author: Person,
    pub(crate) committer: Person,
    pub(crate) message: String,
}

impl Github {
    /// GitHub as a job with the permissions it needs finds it; `None`, said loudly, without git.
    pub(crate) fn start() -> Option<Self> {
        Self::with(Setup::default())
    }

    /// GitHub set up otherwise.
    pub(crate) fn with(setup: Setup) -> Option<Self> {
        tool("git", &["--version"])?;
        let repository = git::Repository::create();
        let head_sha = repository.commit("main", &[("README.md", b"# An application\n")]);
        let listener = Server::listener();
        let site = Arc::new(Site::new(listener.local_addr().unwrap(), setup, repository));
        Some(Self { _server: Server::start(Arc::clone(&site), listener), site, head_sha })
    }

    /// Changes the setup from the next request on.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Setup)) {
        change(&mut self.site.setup());
    }

    /// Lets these things go wrong from the next request on, instead of those planned before.
    pub(crate) fn plan(&self, plan: impl Into<faults::Plan>) {
        self.site.faults.plan(plan.into());
    }

    /// The only commit of `main`: a sha that checks can be put on.
    pub(crate) fn head_sha(&self) -> &str {
        &self.head_sha
    }

    pub(crate) fn api_url(&self) -> String {
        self.site.api_url()
    }

    pub(crate) fn graphql_url(&self) -> String {
        self.site.graphql_url()
    }

    pub(crate) fn token(&self) -> &'static str {
        TOKEN
    }

    /// What a job's environment says of GitHub, with the token as the action's input.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let workflow = format!("{OWNER}/{NAME}/.github/workflows/release.yml@refs/heads/main");
        [
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_ACTOR", "octocat".into()),
            ("GITHUB_API_URL", self.api_url()),
            ("GITHUB_EVENT_NAME", "push".into()),
            ("GITHUB_GRAPHQL_URL", self.graphql_url()),
            ("GITHUB_JOB", "gate".into()),
            ("GITHUB_REF", "refs/heads/main".into()),
            ("GITHUB_REF_NAME", "main".into()),
            ("GITHUB_REPOSITORY", format!("{OWNER}/{NAME}")),
            ("GITHUB_REPOSITORY_ID", REPOSITORY_ID.to_string()),
            ("GITHUB_REPOSITORY_OWNER", OWNER.into()),
            ("GITHUB_RUN_ATTEMPT", "1".into()),
            ("GITHUB_RUN_ID", "9001".into()),
            ("GITHUB_RUN_NUMBER", "7".into()),
            ("GITHUB_SERVER_URL", self.site.server_url()),
            ("GITHUB_SHA", self.head_sha.clone()),
            ("GITHUB_TRIGGERING_ACTOR", "octocat".into()),
            ("GITHUB_WORKFLOW", "Release".into()),
            ("GITHUB_WORKFLOW_REF", workflow),
            ("GITHUB_WORKFLOW_SHA", self.head_sha.clone()),
            ("INPUT_GITHUB-TOKEN", TOKEN.into()),
            ("RUNNER_NAME", "runner-1".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }

    /// Every request so far, by order of arrival.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.site.book.requests()
    }

    /// Every check run, by order of creation.
    pub(crate) fn checks(&self) -> Vec<CheckRun> {
        self.site.checks.all()
    }

    /// A check run of somebody else.
    pub(crate) fn add_check(&self, run: CheckRun) -> CheckRun {
        self.site.checks.add(run)
    }

    /// Opens a pull request that would merge this commit of this branch of a repository, or moves it there.
    pub(crate) fn open_pull(&self, number: u64, head_sha: &str, branch: &str, repository: &str) {
        let pull = pulls::open(&self.site, number, head_sha, branch, repository);
        self.change(|setup| drop(setup.pulls.insert(number, pull)));
    }

    /// The comments on a pull request, by order of creation.
    pub(crate) fn comments(&self, pull: u64) -> Vec<Comment> {
        self.site.comments.of(pull)
    }

    /// How many comments were ever written.
    pub(crate) fn comments_ever(&self) -> u64 {
        self.site.comments.ever()
    }

    /// A comment that somebody writes.
    pub(crate) fn add_comment(&self, pull: u64, author: &str, body: &str) -> Comment {
        self.site.comments.add(pull, author, body)
    }

    /// Somebody deletes a comment.
    pub(crate) fn delete_comment(&self, id: u64) {
        assert!(self.site.comments.remove(id), "no comment {id}");
    }

    /// Git in the repository.
    pub(crate) fn git(&self, args: &[&str]) -> Ran {
        ran(self.site.repository.command().args(args).output().unwrap())
    }

    /// Git in the repository, with this on its standard input.
    pub(crate) fn git_with(&self, args: &[&str], input: &[u8]) -> Ran {
        ran(self.site.repository.run(args, &[], input))
    }

    /// Panics unless every object and ref is sound.
    #[track_caller]
    pub(crate) fn fsck(&self) {
        let ran = self.git(&["fsck", "--strict", "--full", "--no-dangling", "--no-progress"]).exits(0);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    }

    pub(crate) fn head(&self, branch: &str) -> Option<String> {
        self.site.repository.head(branch)
    }

    /// The commits of a branch, newest first; none where it is absent.
    pub(crate) fn log(&self, branch: &str) -> Vec<Commit> {
        if self.head(branch).is_none() {
            return Vec::new();
        }
        let format = "--format=%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%cn%x1f%ce%x1f%cI%x1f%B%x1e";
        let ran = self.git(&["log", format, &format!("refs/heads/{branch}"), "--"]).exits(0);
        ran.stdout.split('\u{1e}').map(str::trim_start).filter(|line| !line.is_empty()).map(commit).collect()
    }

    /// A file's bytes at the head of a branch.
    pub(crate) fn file(&self, branch: &str, path: &str) -> Option<Vec<u8>> {
        self.site.repository.file(branch, path)
    }

    /// Every file at the head of a branch, sorted; none where it is absent.
    pub(crate) fn files(&self, branch: &str) -> Vec<String> {
        let Some(head) = self.head(branch) else { return Vec::new() };
        let entries = self.site.repository.tree(&head, true).into_iter();
        entries.filter(|entry| entry.kind == "blob").map(|entry| entry.path).collect()
    }

    /// A clone of a branch in a folder that does not exist yet, with every byte as it was committed.
    pub(crate) fn checkout(&self, branch: &str, folder: &Path) {
        let source = format!("file://{}", self.site.repository.path().display());
        let options =
            ["clone", "--quiet", "--single-branch", "--branch", branch, "-c", "core.autocrlf=false"];
        let mut command = self.site.repository.command();
        ran(command.args(options).arg(source).arg(folder).output().unwrap()).exits(0);
    }

    /// Another writer's commit on top of a branch, which is created where it is absent.
    pub(crate) fn commit(&self, branch: &str, files: &[(&str, &[u8])]) -> String {
        self.site.repository.commit(branch, files)
    }
}

impl Drop for Github {
    fn drop(&mut self) {
        let defects = self.site.defects.load(Ordering::SeqCst);
        assert!(defects == 0 || std::thread::panicking(), "the stand-in itself failed; see the panic above");
    }
}

fn commit(line: &str) -> Commit {
    let fields: Vec<&str> = line.split('\u{1f}').collect();
    let [oid, parents, an, ae, ad, cn, ce, cd, message] = fields[..] else { panic!("git log: {line:?}") };
    let person = |name: &str, email: &str, date: &str| Person {
        name: name.into(),
        email: email.into(),
        date: date.into(),
    };
    Commit {
        oid: oid.into(),
        parents: parents.split_whitespace().map(str::to_owned).collect(),
        author: person(an, ae, ad),
        committer: person(cn, ce, cd),
        message: message.trim_end().into(),
    }
}
