//! `statement`: which envelope, what to claim of which files.

use super::super::errors;
use super::values::{parse, release_id};
use crate::cli::lowargs::{PartFlag, PredicateFlag, StatementFlags};
use crate::commands::statement::{Claimed, Part, StatementRequest, Subject, Which};
use crate::domain::Diagnostic;

pub(in crate::cli) fn statement(flags: &StatementFlags) -> Result<StatementRequest, Diagnostic> {
    let attempt = |text: &String| {
        parse("--attempt", text, "the number of an attempt: 1, 2 and so on", |t| {
            t.parse().ok().filter(|n| *n > 0)
        })
    };
    let envelope = match (&flags.envelope, &flags.release_id) {
        (Some(path), _) => Which::File(path.into()),
        (None, Some(id)) => Which::Release {
            trail: flags.audit_root.clone().into(),
            release: release_id(id)?,
            attempt: flags.attempt.as_ref().map(attempt).transpose()?,
        },
        (None, None) => return Err(errors::no_envelope()),
    };
    Ok(StatementRequest {
        envelope,
        subjects: flags.subject.iter().map(|text| subject(text)).collect::<Result<_, _>>()?,
        claim: match flags.predicate {
            PredicateFlag::Verdict => Claimed::Verdict,
            PredicateFlag::TestResult => Claimed::TestResult,
        },
        part: match flags.part {
            PartFlag::Statement => Part::Statement,
            PartFlag::Predicate => Part::Predicate,
            PartFlag::Type => Part::Type,
            PartFlag::Subjects => Part::Subjects,
        },
        out: flags.out.clone(),
    })
}

fn subject(text: &str) -> Result<Subject, Diagnostic> {
    let wrong = |why: &str| errors::bad_subject(text, why);
    match text.rsplit_once("=sha256:") {
        None if text.is_empty() || text == "-" => Err(wrong("expected the path of a file")),
        None => Ok(Subject::File(text.to_owned())),
        Some(("", _)) => Err(wrong("the name is empty")),
        Some((name, hex)) => {
            Ok(Subject::Known { name: name.to_owned(), sha256: hex.parse().map_err(wrong)? })
        }
    }
}
