//! `verify`: which trail, whom to trust, what to compare it with.

use super::super::errors;
use super::again::inputs;
use super::shared::{Terminal, plain};
use super::values::release_id;
use crate::cli::lowargs::VerifyFlags;
use crate::commands::trust::TrustFrom;
use crate::commands::verify::VerifyRequest;
use crate::domain::Diagnostic;
use crate::trail::{AnchorHash, Identity, Question};

pub(in crate::cli) fn verify(flags: VerifyFlags, terminal: Terminal) -> Result<VerifyRequest, Diagnostic> {
    let anchor = |text: &String| text.parse::<AnchorHash>().map_err(|why| errors::bad_anchor(text, why));
    let inputs = inputs(&flags.again);
    Ok(VerifyRequest {
        inputs,
        path: trail(flags.trail, flags.audit_root)?.into(),
        trust: TrustFrom {
            tsa_ca: flags.tsa_ca,
            key: flags.key,
            identity: flags.identity.zip(flags.issuer).map(|(name, issuer)| Identity { name, issuer }),
            trusted_root: flags.trusted_root,
        },
        question: Question {
            release_id: flags.release_id.as_deref().map(release_id).transpose()?,
            anchors: flags.anchor.iter().map(anchor).collect::<Result<_, _>>()?,
            require_anchor: flags.require_anchor,
            ..Question::default()
        },
        output: plain(flags.output),
        width: terminal.width,
    })
}

/// Both ways to name the trail are one; the folder at hand where neither is given.
fn trail(named: Option<String>, audit_root: Option<String>) -> Result<String, Diagnostic> {
    match (named, audit_root) {
        (Some(named), Some(flag)) if named != flag => Err(errors::two_trails(&named, &flag)),
        (Some(trail), _) | (None, Some(trail)) => Ok(trail),
        (None, None) => Ok(".".into()),
    }
}
