//! What was typed of `verify`.

use clap::Args;

use super::again::AgainFlags;
use super::shared::{PlainOutputFlag, SHOWN};

/// The groups in which help lists the flags.
const WHAT: &str = "What to verify";
const TRUST: &str = "Whom to trust";

pub(super) const EXAMPLES: &str = "\
Examples:
  evalsig verify
  evalsig verify origin/evalsig-audit --anchor 3f5a... --require-anchor
  evalsig verify --store runs
  evalsig verify audit/v1.4.0/audit.json --baseline base.json --candidate cand.json";

/// Flags of verify.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyFlags {
    /// The trail: a folder, a URL, a revision, or one envelope
    ///
    /// The trail: a folder that holds audit/, audit/ itself, the URL of a mirror, or one envelope. Where there is no
    /// such path: a branch, tag or commit, read from git without a checkout; git:REF and git:REF:FOLDER always are.
    #[arg(value_name = "TRAIL")]
    pub(in crate::cli) trail: Option<String>,
    /// The trail, by the flag that the other commands have.
    #[arg(long, value_name = "TRAIL", help_heading = WHAT)]
    pub(in crate::cli) audit_root: Option<String>,
    /// List this release only
    ///
    /// List this release only; the chain is checked whole all the same.
    #[arg(long, value_name = "ID", help_heading = WHAT)]
    pub(in crate::cli) release_id: Option<String>,
    /// Hash kept elsewhere that the trail must still hold
    ///
    /// SHA-256 of an entry or envelope, or id of a git commit, that you kept elsewhere: the trail must still hold it.
    #[arg(long, value_name = "HASH", help_heading = TRUST)]
    pub(in crate::cli) anchor: Vec<String>,
    /// A trail that nothing outside vouches for cannot be decided (exit 2).
    #[arg(long, help_heading = TRUST)]
    pub(in crate::cli) require_anchor: bool,
    /// Certificates (PEM, or one in DER) of time-stamping authorities
    ///
    /// Certificates (PEM, or one in DER) of time-stamping authorities: time stamps must lead to one of them.
    #[arg(long, value_name = "FILE", help_heading = TRUST)]
    pub(in crate::cli) tsa_ca: Option<String>,
    /// Public key (PEM): signatures by a key must be made by it.
    #[arg(long, value_name = "FILE", help_heading = TRUST)]
    pub(in crate::cli) key: Option<String>,
    /// Whom Sigstore certificates must be issued to
    ///
    /// Mail address or workflow URL that Sigstore certificates must be issued to; * at its end stands for any ending.
    #[arg(long, value_name = "NAME", requires = "issuer", requires = "trusted_root", help_heading = TRUST)]
    pub(in crate::cli) identity: Option<String>,
    /// Who vouched for --identity
    ///
    /// Who vouched for --identity, such as https://token.actions.githubusercontent.com.
    #[arg(long, value_name = "URL", requires = "identity", help_heading = TRUST)]
    pub(in crate::cli) issuer: Option<String>,
    /// Sigstore's keys
    ///
    /// Sigstore's keys: trusted_root.json, or what `gh attestation trusted-root` prints.
    #[arg(long, value_name = "FILE", help_heading = TRUST)]
    pub(in crate::cli) trusted_root: Option<String>,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub(in crate::cli) again: AgainFlags,
    /// tty or json on standard output
    ///
    /// Shape of the result on standard output: tty for people, json for programs (one object).
    #[arg(long, value_enum, value_name = "SHAPE", hide_possible_values = true, default_value_t = PlainOutputFlag::Tty, help_heading = SHOWN)]
    pub(in crate::cli) output: PlainOutputFlag,
}
