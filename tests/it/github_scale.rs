//! How many requests a gate sends where its trail is long.

use crate::support::Job;
use crate::support::github::Github;
use crate::trail::long::long;

use super::github::{AUDIT, judged};

/// GitHub with a trail of so many entries, as one commit that evalsig might have made.
fn with_entries(entries: u64, message: &str) -> Option<Github> {
    let github = Github::start()?;
    let files = long(entries);
    let mut stream = format!("commit refs/heads/{AUDIT}\ncommitter a <a@example.org> 1700000000 +0000\n");
    stream.push_str(&format!("data {}\n{message}\n", message.len()));
    let mut stream = stream.into_bytes();
    for (path, bytes) in &files {
        stream.extend(format!("M 100644 inline {path}\ndata {}\n", bytes.len()).bytes());
        stream.extend(bytes);
        stream.push(b'\n');
    }
    github.git_with(&["fast-import", "--quiet"], &stream).exits(0);
    Some(github)
}

/// What the message of the newest commit of [`long`] says.
fn message(entries: u64) -> String {
    let files = long(entries);
    let is_it = |(path, bytes): &(&String, &Vec<u8>)| {
        path.ends_with("entry.json") && evalsig::trail::claimed_index(bytes) == Some(entries)
    };
    let (path, _) = files.iter().find(is_it).unwrap();
    format!("Add entry {entries}: {}", path.strip_suffix("/entry.json").unwrap())
}

/// The requests of a gate on a release.
fn requests(github: &Github, release: &str, delta: &str) -> usize {
    let before = github.requests().len();
    let inputs = [("min-delta", delta), ("release-id", release), ("check-name", "evalsig / qa")];
    Job::on(github, &inputs).run().exits(0);
    github.requests().len() - before
}

#[test]
fn a_gate_sends_as_many_requests_whatever_the_length_of_the_trail() {
    let mut sent = Vec::new();
    for entries in [10, 300, 2000] {
        let Some(github) = with_entries(entries, &message(entries)) else { return };
        let first = requests(&github, "v1", "0.01");
        // A second release, after a commit of evalsig's own, and another attempt at the first one.
        sent.push((entries, first, requests(&github, "v2", "0.01"), requests(&github, "v1", "0.005")));
        let report = judged(&github);
        assert_eq!((report["entries"].as_u64(), report["exit_code"].as_i64()), (Some(entries + 3), Some(0)));
    }
    eprintln!("entries, requests: {sent:?}");
    let [short, long, longer] = sent[..] else { unreachable!() };
    assert_eq!((long.1, long.2, long.3), (longer.1, longer.2, longer.3));
    assert!(long.1 <= short.1 && long.2 <= short.2 && long.3 <= short.3, "{sent:?}");
}

/// The message of a commit is a hint, and anybody's commit may lie on top.
#[test]
fn whatever_the_newest_commit_says_the_chain_goes_on_from_its_head() {
    let entries = 300;
    let older = message(entries - 1).replace(&format!("{}:", entries - 1), &format!("{entries}:"));
    for message in ["Another commit", "Add entry 300: audit/absent", "Add entry 300", &older] {
        let Some(github) = with_entries(entries, message) else { return };
        requests(&github, "v1", "0.01");
        let log = github.log(AUDIT);
        let headline = log.first().unwrap().message.lines().next().unwrap();
        assert_eq!(headline, "Add entry 301: audit/v1", "after {message:?}");
        assert_eq!(judged(&github)["entries"], 301);
    }
}
