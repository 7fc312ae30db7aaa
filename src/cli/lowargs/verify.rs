//! What was typed of `verify`.

use clap::Args;

use super::shared::PlainOutputFlag;

/// Flags of verify.
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyFlags {
    /// The trail: a folder that holds audit/, audit/ itself, the URL of a mirror, or one envelope. Where there is
    /// no such path: a branch, tag or commit, read from git without a checkout; git:REF and git:REF:FOLDER always are.
    #[arg(value_name = "TRAIL", default_value = ".")]
    pub(in crate::cli) trail: String,
    /// List this release only; the chain is checked whole all the same.
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) release_id: Option<String>,
    /// SHA-256 of an entry or envelope, or id of a git commit, that you kept elsewhere: the trail must still hold it.
    #[arg(long, value_name = "HASH")]
    pub(in crate::cli) anchor: Vec<String>,
    /// A trail that nothing outside vouches for cannot be decided (exit 2).
    #[arg(long)]
    pub(in crate::cli) require_anchor: bool,
    /// Certificates (PEM, or one in DER) of time-stamping authorities: time stamps must lead to one of them.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) tsa_ca: Option<String>,
    /// Public key (PEM): signatures by a key must be made by it.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) key: Option<String>,
    /// Mail address or workflow URL that Sigstore certificates must be issued to; * at its end stands for any ending.
    #[arg(long, value_name = "NAME", requires = "issuer", requires = "trusted_root")]
    pub(in crate::cli) identity: Option<String>,
    /// Who vouched for --identity, such as https://token.actions.githubusercontent.com.
    #[arg(long, value_name = "URL", requires = "identity")]
    pub(in crate::cli) issuer: Option<String>,
    /// Sigstore's keys: trusted_root.json, or what `gh attestation trusted-root` prints.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) trusted_root: Option<String>,
    /// Make the decisions again from these files; needs --candidate too.
    #[arg(long, value_name = "FILE", requires = "candidate")]
    pub(in crate::cli) baseline: Option<String>,
    /// Make the decisions again from these files; needs --baseline too.
    #[arg(long, value_name = "FILE", requires = "baseline")]
    pub(in crate::cli) candidate: Option<String>,
    /// Make the decisions again from the runs that the envelopes name in this store.
    #[arg(long, value_name = "ROOT", conflicts_with = "baseline")]
    pub(in crate::cli) store: Option<String>,
    /// Shape of the result on standard output.
    #[arg(long, value_enum, default_value_t = PlainOutputFlag::Tty)]
    pub(in crate::cli) output: PlainOutputFlag,
}
