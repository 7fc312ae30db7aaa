//! An envelope as an in-toto Statement (<https://in-toto.io/Statement/v1>): what signers that know
//! attestations take. The same envelope gives the same bytes; nothing here knows the time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::v1;
use crate::domain::{Code, Diagnostic};

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
    /// What the test was made with: both runs, the policy where one was used, the envelope.
    pub configuration: Vec<Resource>,
    /// The test, where it passed.
    pub passed_tests: Vec<String>,
    /// Always empty.
    pub warned_tests: Vec<String>,
    /// The test, where it did not.
    pub failed_tests: Vec<String>,
}

/// An envelope as far as statements about it need to know, of this or a newer version.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    content: Value,
    facts: RecordedFacts,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RecordedFacts {
    verdict: v1::VerdictWord,
    plan: RecordedPlan,
    inputs: v1::Inputs,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct RecordedPlan {
    hypothesis: String,
    policy: Option<v1::PolicyRef>,
}

impl Recorded {
    /// Reads the bytes of an envelope.
    ///
    /// # Errors
    /// As [`super::read`].
    pub fn read(bytes: &[u8]) -> Result<Self, Diagnostic> {
        super::read(bytes)?;
        let unreadable = |error: serde_json::Error| {
            Code::EnvelopeUnreadable.at("").what(format!("is not an envelope: {error}"))
        };
        Ok(Self {
            content: serde_json::from_slice(bytes).map_err(unreadable)?,
            facts: serde_json::from_slice(bytes).map_err(unreadable)?,
        })
    }

    /// Both runs, as the envelope names them.
    #[must_use]
    pub fn runs(&self) -> [Resource; 2] {
        let v1::Inputs { baseline, candidate } = &self.facts.inputs;
        // What came from standard input has no name, and in-toto writes that so.
        let name = |path: &'_ str| if path == "-" { "_".to_owned() } else { path.to_owned() };
        [baseline, candidate].map(|run| Resource::new(name(&run.path), &run.sha256))
    }

    /// All of it, and where it stands.
    #[must_use]
    pub fn verdict(self, entry: Option<EntryRef>) -> Predicate {
        Predicate::Verdict(Verdict { envelope: self.content, entry })
    }

    /// The verdict as the result of one test, called `TASK/METRIC/HYPOTHESIS`.
    ///
    /// INCONCLUSIVE is a failure: the specification counts tests that warn among those that passed, and
    /// policies may accept them. Too little evidence is never a pass.
    #[must_use]
    pub fn test_result(self, envelope: Resource) -> Predicate {
        let RecordedFacts { verdict, plan, inputs } = &self.facts;
        let test = format!("{}/{}/{}", inputs.candidate.task_id, inputs.candidate.metric, plan.hypothesis);
        let (result, passed_tests, failed_tests) = match verdict {
            v1::VerdictWord::Allow => ("PASSED", vec![test], Vec::new()),
            v1::VerdictWord::Reject | v1::VerdictWord::Inconclusive => ("FAILED", Vec::new(), vec![test]),
        };
        let policy = plan.policy.as_ref().map(|policy| Resource::new(&policy.path, &policy.sha256));
        let configuration = self.runs().into_iter().chain(policy).chain([envelope]).collect();
        Predicate::TestResult(TestResult {
            result,
            configuration,
            passed_tests,
            warned_tests: Vec::new(),
            failed_tests,
        })
    }
}

impl Statement {
    /// The claim about these files.
    #[must_use]
    pub fn new(subject: Vec<Resource>, predicate: Predicate) -> Self {
        Self { kind: STATEMENT_TYPE, subject, predicate_type: predicate.kind(), predicate }
    }
}

/// The JSON Schema of [`Verdict`], as published in `schemas/verdict.v1.schema.json`.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Verdict<v1::Envelope>)
}
