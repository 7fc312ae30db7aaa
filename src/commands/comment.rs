//! The comment on a pull request: which gate it belongs to, whose verdict in it is the newer one, and what a gate does
//! about the comments that it finds.
//!
//! GitHub can neither create a comment "unless there is one" nor change it "if it still is what it was". So a gate looks,
//! does one thing, and looks again, until what it finds is settled. Of two comments the older one stays, and whoever
//! created the younger one takes it back, after the older one shows its verdict: until then the younger one tells
//! all others that a newer verdict is on its way.

use crate::domain::Digest;

/// What the first line of a comment of ours begins with.
const BEGIN: &str = "<!-- evalsig-comment ";
/// What it ends with.
const END: &str = " -->";

/// Which run of which gate a verdict is from. A comment carries it as its first line, which is not shown and holds a
/// digest, numbers and the id of a commit: nothing that anybody could have written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Repository and name of the check.
    gate: Digest,
    run: u64,
    attempt: u64,
    head_sha: String,
}

impl Marker {
    /// The marker of the check `name` of a repository, for an attempt of a workflow run that judged `head_sha`.
    #[must_use]
    pub fn new(
        repository: &str,
        name: &str,
        (run, attempt): (Option<&str>, Option<&str>),
        head_sha: &str,
    ) -> Self {
        let number = |text: Option<&str>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
        let gate = format!("{}:{repository}{}:{name}", repository.len(), name.len());
        Self {
            gate: Digest::of(gate.as_bytes()),
            run: number(run),
            attempt: number(attempt),
            head_sha: head_sha.to_owned(),
        }
    }

    /// As the first line of the comment.
    #[must_use]
    pub fn line(&self) -> String {
        let Self { gate, run, attempt, head_sha } = self;
        format!("{BEGIN}{gate} run={run} attempt={attempt} head={head_sha}{END}")
    }

    /// What a comment says of itself, if it is about the same gate. A marker anywhere but in the first line is a
    /// quotation. One that somebody has damaged is older than any other.
    fn read(&self, body: &str) -> Option<Self> {
        let line = body.lines().next()?.trim_end();
        let mut words = line.strip_prefix(BEGIN)?.strip_suffix(END)?.split(' ');
        let gate = self.gate.to_string();
        words.next().filter(|found| *found == gate)?;
        let mut value = |name: &str| words.next()?.strip_prefix(name)?.strip_prefix('=').map(str::to_owned);
        let (run, attempt, head_sha) = (value("run"), value("attempt"), value("head"));
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok()).unwrap_or(0);
        Some(Self {
            gate: self.gate,
            run: number(run),
            attempt: number(attempt),
            head_sha: head_sha.unwrap_or_default(),
        })
    }

    /// Whether this is a later verdict on the same commit. A verdict on another commit is never the newer one: who
    /// asks has judged the newest commit of the pull request.
    fn is_newer_than(&self, other: &Self) -> bool {
        self.head_sha == other.head_sha && (self.run, self.attempt) > (other.run, other.attempt)
    }
}

/// A comment that is to stand on a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    /// Which gate's it is.
    pub marker: Marker,
    /// Its text, the marker in its first line.
    pub body: String,
}

impl NewComment {
    /// The commit that was judged.
    #[must_use]
    pub fn head_sha(&self) -> &str {
        &self.marker.head_sha
    }
}

/// A comment of this gate that stands on the pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedComment {
    /// GitHub's number of it; a later comment has a larger one.
    pub id: u64,
    /// Which run's verdict it shows.
    marker: Marker,
}

/// The pull requests that a comment goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PullRequests {
    /// The one with this number.
    One(u64),
    /// The open ones that would merge this branch of this repository (owner/name).
    OfBranch {
        /// The repository of the branch, which may be a fork.
        repository: String,
        /// The branch.
        branch: String,
    },
    /// The event is about no pull request.
    None,
}

/// What became of the comment on one pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It shows this verdict, at this address; empty where GitHub gave none that is safe to show.
    Written(String),
    /// It shows what a later run said of the same commit.
    Newer,
    /// The pull request has another head by now, and nothing was written.
    Moved,
}

/// What a gate does next about its comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// It creates the comment.
    Create,
    /// It writes its verdict into this one.
    Update(u64),
    /// It deletes this one: an older one stands.
    Delete(u64),
    /// It is done: the comment shows its verdict.
    Done(u64),
    /// It is done: the comment shows a newer verdict.
    Superseded,
}

/// What a gate has done about its comment so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The comment that it created and has not deleted.
    pub created: Option<u64>,
    /// Whether it has written its verdict, wherever that was.
    pub written: bool,
}

impl NewComment {
    /// What stands there of this gate: the comments of the token's own author, each with number and text. Whoever
    /// else pastes a marker into a comment has written a comment of their own.
    #[must_use]
    pub fn among(&self, own: &[(u64, String)]) -> Vec<PostedComment> {
        let read =
            |(id, body): &(u64, String)| Some(PostedComment { id: *id, marker: self.marker.read(body)? });
        own.iter().filter_map(read).collect()
    }

    /// What to do next, given what is `posted`.
    #[must_use]
    pub fn next_step(&self, posted: &[PostedComment], progress: &Progress) -> NextStep {
        let unseen = progress.created.filter(|own| posted.iter().all(|other| other.id != *own));
        // A list may not show yet what was created a moment ago.
        let unseen = unseen.map(|id| PostedComment { id, marker: self.marker.clone() });
        let all = || posted.iter().chain(&unseen);
        let Some(first) = all().min_by_key(|comment| comment.id) else { return NextStep::Create };
        // Also one that its gate has yet to take back: then that gate writes.
        let newer = all().any(|comment| comment.marker.is_newer_than(&self.marker));
        let shown = progress.written && first.marker == self.marker;
        if !newer && !shown {
            return NextStep::Update(first.id);
        }
        if let Some(own) = progress.created.filter(|own| *own != first.id) {
            return NextStep::Delete(own);
        }
        // This run's own, whose creation went unconfirmed; and what a job left that was killed before it could take it
        // back. Among gates that create at once, each takes back its own.
        let left = |comment: &&PostedComment| {
            let older = progress.created.is_none() && !comment.marker.is_newer_than(&self.marker);
            comment.id != first.id && (older || comment.marker == self.marker)
        };
        match all().find(left) {
            Some(left) => NextStep::Delete(left.id),
            None if newer => NextStep::Superseded,
            None => NextStep::Done(first.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Marker, NewComment, NextStep, PostedComment, Progress};

    fn comment(run: &str, attempt: &str, head: &str) -> NewComment {
        let marker = Marker::new("org/app", "evalsig / qa", (Some(run), Some(attempt)), head);
        NewComment { body: format!("{}\nALLOW", marker.line()), marker }
    }

    fn posted(id: u64, run: &str, attempt: &str, head: &str) -> PostedComment {
        PostedComment { id, marker: comment(run, attempt, head).marker }
    }

    #[test]
    fn a_marker_is_read_back_and_holds_nothing_that_anybody_wrote() {
        let hostile = "--> <img src=x> @everyone\n<!--";
        let marker = Marker::new(hostile, hostile, (Some("9001"), Some(hostile)), "abc");
        let line = marker.line();
        assert!(line.bytes().all(|b| b.is_ascii_alphanumeric() || b"<>!-= ".contains(&b)), "{line}");
        assert_eq!(line.matches("-->").count(), 1);
        assert_eq!(marker.read(&format!("{line}\r\nmore")), Some(marker.clone()));
        assert_eq!(marker.read(&format!("> quoted\n{line}")), None, "a quotation");
        assert_eq!(marker.read(&line.replacen("<!-- ", "<!--", 1)), None);
        let other = Marker::new("org/app", "evalsig / other", (None, None), "abc");
        assert_eq!(other.read(&line), None, "another gate's");
        let damaged = line.replacen("run=9001", "run=soon", 1);
        assert!(marker.is_newer_than(&marker.read(&damaged).unwrap()));
        assert_ne!(Marker::new("a", "bc", (None, None), ""), Marker::new("ab", "c", (None, None), ""));
    }

    #[test]
    fn the_newest_verdict_on_the_newest_commit_stands() {
        let me = comment("20", "2", "new");
        let fresh = Progress::default();
        let step = |posted: &[PostedComment]| me.next_step(posted, &fresh);
        assert_eq!(step(&[]), NextStep::Create);
        for older in [("20", "1", "new"), ("19", "7", "new"), ("99", "1", "old"), ("0", "0", "")] {
            assert_eq!(step(&[posted(5, older.0, older.1, older.2)]), NextStep::Update(5), "{older:?}");
        }
        for newer in [("20", "3", "new"), ("21", "1", "new")] {
            assert_eq!(step(&[posted(5, newer.0, newer.1, newer.2)]), NextStep::Superseded, "{newer:?}");
        }
        // The same run again, whose text may be another one.
        assert_eq!(step(&[posted(5, "20", "2", "new")]), NextStep::Update(5));
    }

    #[test]
    fn of_two_comments_the_older_stays() {
        let me = comment("20", "1", "new");
        let mine = Progress { created: Some(7), written: true };
        let own = posted(7, "20", "1", "new");
        assert_eq!(me.next_step(std::slice::from_ref(&own), &mine), NextStep::Done(7));
        assert_eq!(me.next_step(&[], &mine), NextStep::Done(7), "a list that lags behind");
        for settled in [posted(6, "20", "1", "new"), posted(6, "21", "1", "new")] {
            assert_eq!(me.next_step(&[own.clone(), settled.clone()], &mine), NextStep::Delete(7));
            assert_eq!(me.next_step(&[settled], &mine), NextStep::Delete(7), "a list that lags behind");
        }
        // Its own stays until the older one shows its verdict, and tells the others of it.
        for older in [posted(6, "19", "1", "new"), posted(6, "99", "1", "old")] {
            assert_eq!(me.next_step(&[older.clone(), own.clone()], &mine), NextStep::Update(6));
            let late = comment("18", "1", "new");
            let there = [older, own.clone()];
            assert_eq!(late.next_step(&there, &Progress::default()), NextStep::Superseded);
            let theirs = Progress { created: Some(8), written: true };
            assert_eq!(late.next_step(&there, &theirs), NextStep::Delete(8));
        }
        let younger = posted(8, "19", "1", "new");
        assert_eq!(me.next_step(&[own, younger], &mine), NextStep::Done(7), "who created it takes it back");
        let gone = Progress { created: None, written: true };
        assert_eq!(me.next_step(&[posted(6, "19", "1", "new")], &gone), NextStep::Update(6));
        assert_eq!(me.next_step(&[posted(6, "21", "1", "new")], &gone), NextStep::Superseded);
    }

    #[test]
    fn what_a_killed_job_left_is_deleted_by_the_next() {
        let me = comment("20", "1", "new");
        let left = [posted(6, "18", "1", "old"), posted(7, "19", "1", "old")];
        assert_eq!(me.next_step(&left, &Progress::default()), NextStep::Update(6));
        // Its own, too, whose creation was never confirmed.
        let written = Progress { created: None, written: true };
        for second in [posted(7, "19", "1", "old"), posted(7, "19", "1", "new"), posted(7, "20", "1", "new")]
        {
            let there = [posted(6, "20", "1", "new"), second];
            assert_eq!(me.next_step(&there, &written), NextStep::Delete(7));
        }
        let at_work = [posted(6, "20", "1", "new"), posted(7, "21", "1", "new")];
        assert_eq!(me.next_step(&at_work, &written), NextStep::Superseded);
    }
}
