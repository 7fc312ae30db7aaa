//! `evalsig statement`: an envelope as an in-toto Statement, for whoever signs it.

use std::path::{Path, PathBuf};

use super::verify::{Located, TrailLocator};
use super::{Files, Output};
use crate::domain::{Code, Diagnostic, Digest, Hasher, ReleaseId};
use crate::envelope;
use crate::envelope::statement::{EntryRef, Recorded, Resource, Statement};
use crate::present;
use crate::readers::FileOrFolder;
use crate::trail::{self, DetachedEnvelope, EntryLine, FindingKind, Question, Severity, Slot, Verification};

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRequest {
    /// The envelope.
    pub envelope: Which,
    /// Further files that it is about.
    pub subjects: Vec<Subject>,
    /// What to claim.
    pub claim: Claimed,
    /// What of the statement is wanted.
    pub part: Part,
    /// The file that gets it; without one it goes to standard output.
    pub out: Option<String>,
}

/// Which envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// A file.
    File(PathBuf),
    /// An attempt at a release; the newest one unless it is named.
    Release {
        /// The trail, as `verify` takes it.
        trail: PathBuf,
        /// The release.
        release: ReleaseId,
        /// The attempt.
        attempt: Option<u32>,
    },
}

/// A further subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A file that lies here.
    File(String),
    /// A file that need not.
    Known {
        /// Its name.
        name: String,
        /// Its digest.
        sha256: Digest,
    },
}

/// The two predicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// The envelope itself.
    Verdict,
    /// in-toto's own predicate of a test result.
    TestResult,
}

/// Signers that build the statement themselves take its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Statement,
    /// What is claimed.
    Predicate,
    /// The type of that.
    Type,
    /// The files that it is claimed of, as `sha256sum` prints them.
    Subjects,
}

/// An envelope that was held to its entry.
struct Held {
    name: String,
    bytes: Vec<u8>,
    entry: Option<EntryRef>,
}

/// Prints the statement, or a part of it.
///
/// # Errors
/// `trail-broken` for an envelope that is not as it was written; `envelope-unreadable` and
/// `file-unreadable`; `bad-usage` for subjects that contradict each other; `output-not-written`.
pub fn statement(
    request: &StatementRequest,
    locator: &dyn TrailLocator,
    files: &dyn Files,
) -> Result<Output, Diagnostic> {
    let held = match &request.envelope {
        Which::File(path) => alone(path, locator)?,
        Which::Release { trail, release, attempt } => of_release(trail, release, *attempt, locator)?,
    };
    let recorded = Recorded::read(&held.bytes).map_err(|error| error.within(&held.name))?;
    let envelope = Resource::new(&held.name, Digest::of(&held.bytes));
    let mut subjects = Vec::new();
    for known in recorded.judged().into_iter().chain([envelope.clone()]) {
        if !subjects.contains(&known) {
            subjects.push(known);
        }
    }
    for further in &request.subjects {
        add(&mut subjects, resource(further, files)?)?;
    }
    let predicate = match request.claim {
        Claimed::Verdict => recorded.verdict(held.entry),
        Claimed::TestResult => recorded.test_result(envelope),
    };
    let bytes = match request.part {
        Part::Statement => envelope::to_bytes(&Statement::new(subjects, predicate))?,
        Part::Predicate => envelope::to_bytes(&predicate)?,
        Part::Type => format!("{}\n", predicate.kind()).into_bytes(),
        Part::Subjects => checksums(&subjects)?.into_bytes(),
    };
    match &request.out {
        None => Ok(Output { stdout: String::from_utf8_lossy(&bytes).into_owned(), ..Output::default() }),
        Some(path) => {
            files.write(path, &bytes)?;
            let told = present::safe::line(&format!("{path}: written about {}", held.name));
            Ok(Output { stderr: format!("{told}\n"), ..Output::default() })
        }
    }
}

/// One file, held to the entry beside it where there is one.
fn alone(path: &Path, locator: &dyn TrailLocator) -> Result<Held, Diagnostic> {
    let shown = path.display().to_string();
    let Located::Envelope { bytes, entry, beside } = locator.locate(path)? else {
        return Err(Code::FileUnreadable
            .at(&shown)
            .what("is no file")
            .next("name an audit.json, or say --release-id ID and, for its trail, --audit-root"));
    };
    let alone = DetachedEnvelope { path: &shown, bytes: &bytes, entry: entry.as_deref(), beside: &beside };
    let answer = trail::verify_detached(alone, &Question::default())?;
    let line = answer.lines.first().ok_or_else(|| Code::Bug.at(&shown).what("has no line"))?;
    if !line.is_decision() {
        return Err(Code::BadUsage
            .at(&shown)
            .what(format!("is a {}, and a statement is made about a verdict", line.kind))
            .next("name the audit.json of a decision, or sign this file itself"));
    }
    if entry.is_none() {
        let name = path.file_name().map_or(shown, |name| name.to_string_lossy().into_owned());
        return Ok(Held { name, bytes, entry: None });
    }
    unless_broken(line, &answer, "nothing was attested")?;
    held(line, bytes)
}

/// An attempt at a release, held to its line of the chain.
fn of_release(
    root: &Path,
    release: &ReleaseId,
    attempt: Option<u32>,
    locator: &dyn TrailLocator,
) -> Result<Held, Diagnostic> {
    let shown = root.display().to_string();
    let Located::Trail(files) = locator.locate(root)? else {
        return Err(unreadable_trail(&shown));
    };
    let question = Question { release_id: Some(release.clone()), ..Question::default() };
    let answer = trail::verify(files.as_ref(), &question)?;
    let fits = |line: &&EntryLine| line.is_decision() && attempt.is_none_or(|attempt| attempt == line.number);
    let Some(line) = answer.lines.iter().filter(fits).max_by_key(|line| line.number) else {
        let wanted = attempt.map_or(String::new(), |attempt| format!("attempt {attempt} at "));
        return Err(Code::FileUnreadable
            .at(shown)
            .what(format!("holds no {wanted}release {release}"))
            .next("`evalsig verify` lists what it holds"));
    };
    unless_broken(line, &answer, "nothing was attested")?;
    held(line, files.read(&line.path)?)
}

/// There is no trail where one was expected.
pub(super) fn unreadable_trail(root: &str) -> Diagnostic {
    Code::FileUnreadable
        .at(root)
        .what("holds no trail")
        .next("name the folder that holds audit/ with --audit-root")
}

/// Whatever was found against the envelope or its entry, nothing is made of it; `instead` says what was not done.
pub(super) fn unless_broken(
    line: &EntryLine,
    answer: &Verification,
    instead: &str,
) -> Result<(), Diagnostic> {
    let about = |path: &str| path == line.path || path == line.entry_path;
    if let Some(finding) = answer.findings.iter().find(|f| f.severity == Severity::Broken && about(&f.path)) {
        return Err(Code::TrailBroken
            .at(&finding.path)
            .what(format!("{} Expected {}, found {}", finding.kind.about(), finding.expected, finding.found))
            .next(format!("{}; {instead}", finding.kind.next())));
    }
    Ok(())
}

/// An envelope that was verified, and where it stands.
fn held(line: &EntryLine, bytes: Vec<u8>) -> Result<Held, Diagnostic> {
    let (Some(index), Some(entry)) = (line.index, line.entry_sha256) else {
        return Err(Code::TrailNewer
            .at(&line.entry_path)
            .what(FindingKind::NewerUnreadable.about())
            .next("use the evalsig that wrote it, or a newer one"));
    };
    if line.sha256 != Some(Digest::of(&bytes)) {
        return Err(Code::FileUnreadable.at(&line.path).what("changed while it was read").next("run again"));
    }
    let release = line.release.parse().map_err(|why| Code::Bug.at(&line.path).what(why))?;
    let slot = Slot { release, kind: line.kind, number: line.number };
    let entry = EntryRef { path: slot.entry(), index, sha256: entry.to_string() };
    Ok(Held { name: slot.envelope(), bytes, entry: Some(entry) })
}

fn resource(subject: &Subject, files: &dyn Files) -> Result<Resource, Diagnostic> {
    match subject {
        Subject::Known { name, sha256 } => Ok(Resource::new(name, sha256)),
        Subject::File(path) => match files.open(path)? {
            FileOrFolder::File(file) => Ok(Resource::new(path, digest(file.as_ref())?)),
            FileOrFolder::Folder(_) => Err(Code::FileUnreadable
                .at(path)
                .what("is a folder, which has no digest")
                .next("name the files in it, or an archive of it")),
        },
    }
}

/// A model may be larger than the memory.
fn digest(file: &dyn crate::readers::Source) -> Result<Digest, Diagnostic> {
    let unreadable = |what: String| Code::FileUnreadable.at(file.path()).what(what);
    let (mut stream, mut hasher) = (file.stream(), Hasher::default());
    let mut buffer = vec![0; 1 << 16];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => hasher.update(buffer.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(unreadable(format!("cannot be read: {error}"))),
        }
    }
    if !file.is_unchanged() {
        return Err(unreadable("changed while it was read".into()).next("run again once it is finished"));
    }
    Ok(hasher.digest())
}

/// The same file twice is one subject; one name for two files would leave open which is meant.
fn add(subjects: &mut Vec<Resource>, further: Resource) -> Result<(), Diagnostic> {
    match subjects.iter().find(|known| known.name == further.name) {
        Some(known) if *known == further => Ok(()),
        Some(known) => Err(Code::BadUsage
            .at("--subject")
            .what(format!(
                "{} is the name of two files: {} and {}",
                further.name, known.digest.sha256, further.digest.sha256
            ))
            .next("give one of them another name: --subject NAME=sha256:HEX")),
        None => {
            subjects.push(further);
            Ok(())
        }
    }
}

/// As `sha256sum` prints them and `actions/attest` reads them: one line each.
fn checksums(subjects: &[Resource]) -> Result<String, Diagnostic> {
    let line = |subject: &Resource| {
        if subject.name.contains(char::is_control) {
            return Err(Code::BadUsage
                .at("--part")
                .what(format!(
                    "subjects cannot be listed: the name {:?} does not fit on a line",
                    subject.name
                ))
                .next("take the whole statement: --part statement"));
        }
        Ok(format!("{}  {}\n", subject.digest.sha256, subject.name))
    };
    subjects.iter().map(line).collect()
}
