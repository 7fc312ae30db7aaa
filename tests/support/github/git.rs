//! The repository of the stand-in: a real bare one, changed by git's own plumbing and nothing else, so
//! that `git fsck` and `git log` can judge what a client left behind.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

const NOTHING: &str = "0000000000000000000000000000000000000000";

pub(crate) struct Repository {
    folder: TempDir,
    git: PathBuf,
    /// Objects by a name that begins with a full one: what it means never changes.
    read: Mutex<BTreeMap<String, Arc<Object>>>,
    /// Refs move one at a time: git would make the second wait for the first one's lock file, and give up.
    moving: Mutex<()>,
}

/// An object that was read.
pub(crate) struct Object {
    pub(crate) oid: String,
    pub(crate) kind: String,
    pub(crate) bytes: Vec<u8>,
}

/// A line of a tree.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) mode: String,
    pub(crate) kind: String,
    pub(crate) oid: String,
    pub(crate) size: Option<u64>,
    pub(crate) path: String,
}

/// A change to a tree: a mode and an object for a path, or nothing, which deletes it.
pub(crate) struct Change {
    pub(crate) path: String,
    pub(crate) to: Option<(String, String)>,
}

impl Change {
    pub(crate) fn file(path: &str, oid: String) -> Self {
        Self { path: path.to_owned(), to: Some(("100644".into(), oid)) }
    }
}

/// Who made a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) date: String,
}

impl Person {
    /// The job's token, as author.
    pub(crate) fn bot() -> Self {
        Self::now("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com")
    }

    /// GitHub itself, as committer of what it signs.
    pub(crate) fn web_flow() -> Self {
        Self::now("GitHub", "noreply@github.com")
    }

    pub(crate) fn now(name: &str, email: &str) -> Self {
        Self { name: name.into(), email: email.into(), date: super::wire::now() }
    }
}

impl Repository {
    /// A repository without a commit, whose first branch will be `main`.
    pub(crate) fn create() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let git = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file());
        let repository = Self {
            folder: tempfile::tempdir().unwrap(),
            git: git.unwrap(),
            read: Mutex::default(),
            moving: Mutex::new(()),
        };
        let init =
            ["init", "--quiet", "--bare", "--initial-branch=main", "--object-format=sha1", "--template="];
        repository.must(&init, b"");
        repository.must(&["config", "gc.auto", "0"], b"");
        repository
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Git in this repository, blind to the machine's and the user's settings.
    pub(crate) fn command(&self) -> Command {
        // By its path: a name would have to be looked for in the child, after a fork of the whole process.
        let mut command = Command::new(&self.git);
        command.env_clear().current_dir(self.path()).envs(
            [("HOME", "/nonexistent"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null")]
                .into_iter()
                .chain([("LC_ALL", "C"), ("GIT_TERMINAL_PROMPT", "0")]),
        );
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }

    /// Runs git with this on its standard input.
    pub(crate) fn run(&self, args: &[&str], settings: &[(&str, &str)], input: &[u8]) -> Output {
        let mut command = self.command();
        command.args(args).envs(settings.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // Beside the reading: git answers while it is still being asked, and a full pipe would stop both.
        std::thread::scope(|scope| {
            scope.spawn(move || {
                // Git may end without reading everything; its exit code tells.
                let _ = stdin.write_all(input);
            });
            child.wait_with_output().unwrap()
        })
    }

    fn try_run(&self, args: &[&str], settings: &[(&str, &str)], input: &[u8]) -> Result<String, String> {
        let output = self.run(args, settings, input);
        if output.status.success() {
            return Ok(String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned());
        }
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    fn must(&self, args: &[&str], input: &[u8]) -> String {
        self.try_run(args, &[], input).unwrap_or_else(|error| panic!("git {args:?}: {error}"))
    }

    /// The commit, tree or blob that a name means.
    pub(crate) fn resolve(&self, name: &str) -> Option<String> {
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        self.try_run(&args, &[], b"").ok().filter(|oid| oid.len() == 40)
    }

    /// An object of this kind by its full name.
    pub(crate) fn is(&self, oid: &str, kind: &str) -> bool {
        is_oid(oid) && self.try_run(&["cat-file", "-t", oid], &[], b"").is_ok_and(|found| found == kind)
    }

    /// Where a branch stands. Heads are read all the time: mostly one file says it, and else git does.
    pub(crate) fn head(&self, branch: &str) -> Option<String> {
        let plain = branch.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte));
        let loose = plain.then(|| std::fs::read_to_string(self.path().join("refs/heads").join(branch)));
        let loose = loose.and_then(Result::ok).map(|text| text.trim_end().to_owned());
        if let Some(oid) = loose.filter(|oid| is_oid(oid)) {
            return Some(oid);
        }
        self.resolve(&format!("refs/heads/{branch}^{{commit}}"))
    }

    /// The commit that a full name, a branch or `HEAD` means, or the one before where the view is stale.
    /// A branch of one commit was absent before it.
    pub(crate) fn commit_of(&self, revision: &str, stale: bool) -> Option<String> {
        if is_oid(revision) {
            return self.resolve(&format!("{revision}^{{commit}}"));
        }
        let branch = revision.strip_prefix("refs/heads/").unwrap_or(revision);
        let branch = if branch == "HEAD" { "main" } else { branch };
        let head = self.head(branch)?;
        if stale { self.resolve(&format!("{head}~1")) } else { Some(head) }
    }

    /// Reads objects by name (`<oid>` or `<oid>:<path>`), in order.
    pub(crate) fn objects(&self, names: &[String]) -> Vec<Option<Arc<Object>>> {
        let names: Vec<String> = names.iter().map(|name| name.replace(['\n', '\0'], "\u{fffd}")).collect();
        let known = |name: &String| self.read.lock().unwrap().get(name).cloned();
        let mut found: Vec<_> = names.iter().map(known).collect();
        let absent = || names.iter().zip(&found).filter(|(_, object)| object.is_none());
        let asked: String = absent().map(|(name, _)| format!("{name}\n")).collect();
        if asked.is_empty() {
            return found;
        }
        let output = self.run(&["cat-file", "--batch"], &[], asked.as_bytes());
        assert!(output.status.success(), "git cat-file: {}", String::from_utf8_lossy(&output.stderr));
        let mut rest = output.stdout.as_slice();
        for (name, object) in names.iter().zip(&mut found).filter(|(_, object)| object.is_none()) {
            *object = next_object(&mut rest).map(Arc::new);
            if let Some(object) = object.as_ref().filter(|_| is_oid(name.split(':').next().unwrap())) {
                self.read.lock().unwrap().insert(name.clone(), Arc::clone(object));
            }
        }
        found
    }

    pub(crate) fn object(&self, name: &str) -> Option<Arc<Object>> {
        self.objects(&[name.to_owned()]).pop().flatten()
    }

    /// The lines of a tree, sub-trees included.
    pub(crate) fn tree(&self, tree: &str, recursive: bool) -> Vec<Entry> {
        let mut args = vec!["ls-tree", "-z", "--long", "--full-tree"];
        if recursive {
            args.extend(["-r", "-t"]);
        }
        args.push(tree);
        let listing = self.must(&args, b"");
        listing.split('\0').filter(|line| !line.is_empty()).map(entry).collect()
    }

    pub(crate) fn write_blob(&self, bytes: &[u8]) -> String {
        self.must(&["hash-object", "-w", "--stdin"], bytes)
    }

    /// The tree that these changes make of another one.
    pub(crate) fn write_tree(&self, base: Option<&str>, changes: &[Change]) -> Result<String, String> {
        let scratch = tempfile::tempdir().unwrap();
        let index = scratch.path().join("index");
        let settings = [("GIT_INDEX_FILE", index.to_str().unwrap())];
        if let Some(base) = base {
            self.try_run(&["read-tree", base], &settings, b"")?;
        }
        let line = |change: &Change| match &change.to {
            Some((mode, oid)) => format!("{mode} {oid}\t{}\0", change.path),
            None => format!("0 {NOTHING}\t{}\0", change.path),
        };
        let lines: String = changes.iter().map(line).collect();
        // A bad path is left out with a warning and exit code 0.
        let updated = self.run(&["update-index", "-z", "--index-info"], &settings, lines.as_bytes());
        if !updated.status.success() || !updated.stderr.is_empty() {
            return Err(String::from_utf8_lossy(&updated.stderr).trim().to_owned());
        }
        self.try_run(&["write-tree"], &settings, b"")
    }

    pub(crate) fn write_commit(
        &self,
        tree: &str,
        parents: &[&str],
        message: &str,
        (author, committer): (&Person, &Person),
    ) -> Result<String, String> {
        let mut args = vec!["commit-tree", tree, "-F", "-"];
        args.extend(parents.iter().flat_map(|parent| ["-p", *parent]));
        let settings = [
            ("GIT_AUTHOR_NAME", author.name.as_str()),
            ("GIT_AUTHOR_EMAIL", &author.email),
            ("GIT_AUTHOR_DATE", &author.date),
            ("GIT_COMMITTER_NAME", &committer.name),
            ("GIT_COMMITTER_EMAIL", &committer.email),
            ("GIT_COMMITTER_DATE", &committer.date),
        ];
        self.try_run(&args, &settings, message.as_bytes())
    }

    /// Compare and swap: moves a branch if it stands at `old`, creates it if `old` is none.
    pub(crate) fn move_branch(&self, branch: &str, new: &str, old: Option<&str>) -> Result<(), String> {
        let name = format!("refs/heads/{branch}");
        let _one_at_a_time = self.moving.lock().unwrap();
        self.try_run(&["update-ref", &name, new, old.unwrap_or(NOTHING)], &[], b"").map(drop)
    }

    /// Whether `new` can be reached from `old` without leaving anything behind.
    pub(crate) fn is_fast_forward(&self, old: &str, new: &str) -> bool {
        self.try_run(&["merge-base", "--is-ancestor", old, new], &[], b"").is_ok()
    }

    /// Another writer's commit: these files on top of the branch, which is created where it is absent.
    pub(crate) fn commit(&self, branch: &str, files: &[(&str, &[u8])]) -> String {
        let changes: Vec<_> =
            files.iter().map(|(path, bytes)| Change::file(path, self.write_blob(bytes))).collect();
        let person = Person::now("Another Writer", "writer@example.org");
        loop {
            let head = self.head(branch);
            let tree = self.write_tree(head.as_deref(), &changes).unwrap();
            let parents: Vec<&str> = head.as_deref().into_iter().collect();
            let commit =
                self.write_commit(&tree, &parents, "Another writer's commit\n", (&person, &person)).unwrap();
            if self.move_branch(branch, &commit, head.as_deref()).is_ok() {
                return commit;
            }
            assert_ne!(self.head(branch), head, "{branch} cannot be moved");
        }
    }

    /// The bytes of a file at the head of a branch.
    pub(crate) fn file(&self, branch: &str, path: &str) -> Option<Vec<u8>> {
        let object = self.object(&format!("{}:{path}", self.head(branch)?))?;
        (object.kind == "blob").then(|| object.bytes.clone())
    }
}

/// Whether a text is the full name of an object.
pub(crate) fn is_oid(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// One answer of `git cat-file --batch`: a line `<oid> <kind> <size>` and the bytes, or `<name> missing`.
fn next_object(rest: &mut &[u8]) -> Option<Object> {
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap();
    let line = String::from_utf8_lossy(&rest[..end]).into_owned();
    *rest = &rest[end + 1..];
    let mut words = line.rsplit(' ');
    let size: usize = words.next()?.parse().ok()?;
    let (kind, oid) = (words.next()?.to_owned(), words.next()?.to_owned());
    let bytes = rest[..size].to_vec();
    *rest = &rest[size + 1..];
    Some(Object { oid, kind, bytes })
}

/// `<mode> SP <kind> SP <oid> SP+ <size or -> TAB <path>`
fn entry(line: &str) -> Entry {
    let (fields, path) = line.split_once('\t').unwrap();
    let fields: Vec<&str> = fields.split_ascii_whitespace().collect();
    let [mode, kind, oid, size] = fields[..] else { panic!("git ls-tree: {line}") };
    Entry {
        mode: mode.into(),
        kind: kind.into(),
        oid: oid.into(),
        size: size.parse().ok(),
        path: path.into(),
    }
}
