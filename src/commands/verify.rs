//! `evalsig verify`: is the trail, or one envelope, as it was written?

use std::path::{Path, PathBuf};

use super::progress::Progress;
use super::replay::{Inputs, replay};
use super::trust::TrustFrom;
use super::{Files, Output, OutputFormat, Stores};
use crate::domain::Diagnostic;
use crate::present;
use crate::present::screen::Width;
use crate::trail::{self, DetachedEnvelope, Question, TrailFiles, Verification};

/// What was asked for.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    /// The folder that holds `audit/`, `audit` itself, or one envelope.
    pub path: PathBuf,
    /// The release to show, the anchors to look for, and whether one is required.
    pub question: Question,
    /// Whom to believe about signatures and time stamps.
    pub trust: TrustFrom,
    /// Where the runs are, if decisions are to be made again.
    pub inputs: Option<Inputs>,
    /// How to say it.
    pub output: OutputFormat,
    /// The columns in which it is laid out.
    pub width: Width,
}

/// Finds trails and envelopes by the names that users give.
pub trait TrailLocator {
    /// The trail or envelope at `path`: a folder, a file, the URL of a bucket, or a commit.
    ///
    /// # Errors
    /// `file-unreadable` where something is there that cannot be read.
    fn locate(&self, path: &Path) -> Result<Located, Diagnostic>;
}

/// What a [`TrailLocator`] found.
pub enum Located {
    /// Nothing, or a folder that holds no trail.
    Nothing,
    /// A trail.
    Trail(Box<dyn TrailFiles>),
    /// One file.
    Envelope {
        /// Its bytes.
        bytes: Vec<u8>,
        /// Those of the `entry.json` beside it.
        entry: Option<Vec<u8>>,
        /// Names and bytes of the signatures and time stamps beside it.
        beside: Vec<(String, Vec<u8>)>,
    },
}

/// Verifies what is at the path, and says so in the form that was asked for. The number is how the
/// process exits: 0 intact, 1 broken, 2 undecided.
///
/// # Errors
/// `file-unreadable` and `envelope-unreadable`: there is something that cannot be read at all.
pub fn verify(
    request: &VerifyRequest,
    locator: &dyn TrailLocator,
    files: &dyn Files,
    stores: &dyn Stores,
    progress: &dyn Progress,
) -> Result<Output, Diagnostic> {
    let question = Question { trust: request.trust.read(files)?, ..request.question.clone() };
    let name = request.path.display().to_string();
    let again = |answer: &mut Verification, read: &dyn Fn(&str) -> Result<Vec<u8>, Diagnostic>| {
        request
            .inputs
            .as_ref()
            .map_or(Ok(()), |inputs| replay(answer, read, inputs, (files, stores), progress))
    };
    let answer = match locator.locate(&request.path)? {
        Located::Nothing => Verification::nothing(&name),
        Located::Trail(trail) => {
            let mut answer = trail::verify(trail.as_ref(), &question)?;
            again(&mut answer, &|path| trail.read(path))?;
            answer
        }
        Located::Envelope { bytes, entry, beside } => {
            let alone =
                DetachedEnvelope { path: &name, bytes: &bytes, entry: entry.as_deref(), beside: &beside };
            let mut answer = trail::verify_detached(alone, &question)?;
            again(&mut answer, &|_| Ok(bytes.clone()))?;
            answer
        }
    };
    let text = match request.output {
        OutputFormat::Json => present::verify::json(&answer)?,
        OutputFormat::Tty | OutputFormat::Markdown | OutputFormat::Junit => {
            present::verify::text(&answer, request.width)
        }
    };
    Ok(Output { stdout: text, exit: answer.exit_code(), ..Output::default() })
}
