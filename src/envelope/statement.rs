//! An envelope as an in-toto Statement (<https://in-toto.io/Statement/v1>): what signers that know
//! attestations take. The same envelope gives the same bytes; nothing here knows the time.

mod recorded;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{v1, v2};

pub use recorded::Recorded;

/// Type of every statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// Type of [`Verdict`].
pub const VERDICT_TYPE: &str = "https://github.com/org/evalsig-action/attestation/verdict/v1";
/// Type of [`TestResult`].
pub const TEST_RESULT_TYPE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// A claim about some files, for somebody else to sign.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub kind: &'static str,
    /// The files. Whoever verifies finds a file among them by its digest alone.
    pub subject: Vec<Resource>,
    /// Says how to read `predicate`.
    pub predicate_type: &'static str,
    /// What is claimed of them.
    pub predicate: Predicate,
}

/// A file, by what people call it and what it is: in-toto's resource descriptor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Resource {
    /// Its name.
    pub name: String,
    /// Its identity.
    pub digest: DigestSet,
}

/// The digests of a file, by algorithm.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct DigestSet {
    /// 64 lower-case hexadecimal digits.
    pub sha256: String,
}

impl Resource {
    /// A file of this name and digest.
    #[must_use]
    pub fn new(name: impl Into<String>, sha256: impl ToString) -> Self {
        Self { name: name.into(), digest: DigestSet { sha256: sha256.to_string() } }
    }
}

/// What a statement can claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Predicate {
    /// Everything that was recorded.
    Verdict(Verdict<Value>),
    /// What tools understand that have never heard of evalsig.
    TestResult(TestResult),
}

impl Predicate {
    /// Its type.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Verdict(_) => VERDICT_TYPE,
            Self::TestResult(_) => TEST_RESULT_TYPE,
        }
    }
}

/// Predicate of the type `https://github.com/org/evalsig-action/attestation/verdict/v1`: a verdict, and
/// all that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[schemars(
    rename = "Verdict",
    extend("$id" = "https://github.com/org/evalsig-action/schemas/verdict.v1.schema.json")
)]
pub struct Verdict<E> {
    /// The envelope: every member that it has, every number to the same bits. The order of members is
    /// that of their names, so its bytes are not those that the subject's digest is of.
    pub envelope: E,
    /// Its place in the chain; null for an envelope outside any trail.
    pub entry: Option<EntryRef>,
}

/// Where an envelope stands in the chain of its trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EntryRef {
    /// Path of the entry from the folder that holds `audit/`.
    pub path: String,
    /// Its position.
    pub index: u64,
    /// SHA-256 of its bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// Predicate of the type `https://in-toto.io/attestation/test-result/v0.1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// `PASSED` or `FAILED`.
    pub result: &'static str,
    /// What the test was made with: all runs, the policy where one was used, the envelope.
    pub configuration: Vec<Resource>,
    /// The tests that passed: the one of a pair of runs, the claims of a suite that are shown.
    pub passed_tests: Vec<String>,
    /// Always empty.
    pub warned_tests: Vec<String>,
    /// Those that did not.
    pub failed_tests: Vec<String>,
}

impl Statement {
    /// The claim about these files.
    #[must_use]
    pub fn new(subject: Vec<Resource>, predicate: Predicate) -> Self {
        Self { kind: STATEMENT_TYPE, subject, predicate_type: predicate.kind(), predicate }
    }
}

/// An envelope of either shape.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is only described")]
enum AnyEnvelope {
    Pair(Box<v1::Envelope>),
    Suite(Box<v2::Envelope>),
}

/// The JSON Schema of [`Verdict`], as published in `schemas/verdict.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Verdict<AnyEnvelope>)
}
