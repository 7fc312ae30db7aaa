//! What was typed of `statement`.

use clap::{Args, ValueEnum};

pub(super) const EXAMPLES: &str = "\
The same envelope gives the same bytes. An envelope that is not as it was written is refused (exit 73). \
docs/statement.md shows how cosign, actions/attest and openssl sign what is printed, and where the results belong.

Examples:
  evalsig statement --release-id v1.4.0 --subject model.safetensors --out statement.json
  evalsig statement audit/v1.4.0/audit.json --predicate test-result
  evalsig statement --release-id v1.4.0 --audit-root origin/evalsig-audit --part predicate --out predicate.json";

/// Flags of statement.
#[derive(Debug, Args)]
pub(in crate::cli) struct StatementFlags {
    /// The envelope, an audit.json
    ///
    /// The envelope, an audit.json. It is held to the entry.json beside it.
    #[arg(value_name = "ENVELOPE", required_unless_present = "release_id")]
    pub(in crate::cli) envelope: Option<String>,
    /// The envelope of this release instead, from the trail.
    #[arg(long, value_name = "ID", conflicts_with = "envelope")]
    pub(in crate::cli) release_id: Option<String>,
    /// Which attempt at the release: the newest one unless said.
    #[arg(long, value_name = "N", requires = "release_id")]
    pub(in crate::cli) attempt: Option<String>,
    /// The trail
    ///
    /// The trail: a folder that holds audit/, or what else verify takes for one.
    #[arg(long, value_name = "TRAIL", default_value = ".")]
    pub(in crate::cli) audit_root: String,
    /// A further file that the verdict is about, such as the model
    ///
    /// A further file that the verdict is about, such as the model: its path, or its name and digest. Both runs and
    /// the envelope are subjects already.
    #[arg(long, value_name = "FILE|NAME=sha256:HEX")]
    pub(in crate::cli) subject: Vec<String>,
    /// What is claimed: verdict or test-result
    ///
    /// verdict holds the envelope; test-result is in-toto's own, where anything but ALLOW is FAILED.
    #[arg(long, value_enum, default_value_t = PredicateFlag::Verdict)]
    pub(in crate::cli) predicate: PredicateFlag,
    /// What to print
    ///
    /// What to print: all of it, or what a signer takes that builds the statement itself.
    #[arg(long, value_enum, default_value_t = PartFlag::Statement)]
    pub(in crate::cli) part: PartFlag,
    /// The file to write; without one it goes to standard output.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<String>,
}

/// What a statement claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PredicateFlag {
    /// The envelope, and where it stands.
    Verdict,
    /// in-toto's test-result v0.1.
    TestResult,
}

/// Parts of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PartFlag {
    /// The whole Statement: cosign's --statement, openssl.
    Statement,
    /// The predicate: cosign's --predicate, predicate-path of actions/attest.
    Predicate,
    /// The type of the predicate: cosign's --type, predicate-type.
    Type,
    /// The subjects as sha256sum prints them: subject-checksums.
    Subjects,
}
