//! What the trail needs to know of the documents beside decisions: plans that were locked, waivers.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::facts::{MAX_BYTES, Version, version_in};
use super::v1;
use crate::domain::{Code, Diagnostic, Digest, ReleaseId};

/// What a trail needs to know of a plan or a waiver. Everything else is carried, not interpreted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentFacts {
    /// The schema's name, such as `evalsig.plan/v1`.
    pub schema: String,
    /// The release it belongs to.
    pub release_id: ReleaseId,
    /// When it was locked or recorded: RFC 3339, UTC.
    pub recorded_at: String,
    /// Identity of what it says apart from its moment and whoever recorded it.
    pub fingerprint: Digest,
    /// The decision that it stands beside, for a waiver.
    pub decision: Option<v1::FileRef>,
    /// Nothing was to be recorded without a time stamp.
    pub stamp_required: bool,
}

/// A file of a repository, and the commit that it was read at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RepositoryFile {
    /// Its path as given.
    pub path: String,
    /// The git ref that was asked for, where it was read from git.
    pub r#ref: Option<String>,
    /// The commit that this was.
    pub commit: Option<String>,
    /// SHA-256 of its bytes.
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    pub sha256: String,
}

/// The schema that a kind of document has, and how it is called in messages.
pub(super) struct Family {
    /// What its schemas of all versions begin with.
    pub(super) prefix: &'static str,
    /// The newest version that this program writes and reads whole.
    pub(super) newest: u32,
    /// A document, with its article.
    pub(super) name: &'static str,
}

impl Family {
    /// How this program stands to the version of a schema.
    pub(super) fn version_of(&self, schema: &str) -> Version {
        version_in(schema, self.prefix, self.newest)
    }

    pub(super) fn unreadable(&self, why: impl std::fmt::Display) -> Diagnostic {
        Code::EnvelopeUnreadable.at("").what(format!("is not {}: {why}", self.name))
    }

    /// The document of a version that is known, whole; of a newer one the members by name.
    pub(super) fn read<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<(Value, Option<T>), Diagnostic> {
        if bytes.len() > MAX_BYTES {
            return Err(self.unreadable(format!("{} bytes, more than any", bytes.len())));
        }
        // A tree takes any JSON: an error says where the text ends to be some, and quotes nothing.
        let value: Value = serde_json::from_slice(bytes).map_err(|error| self.unreadable(error))?;
        let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
        match self.version_of(schema) {
            Version::Unknown => Err(self.unreadable("it names no schema of one")),
            Version::Newer => Ok((value, None)),
            // From the bytes again: a value keeps only the last of two members of one name.
            Version::Known => {
                let document = serde_json::from_slice(bytes).map_err(|error| self.unreadable(error))?;
                Ok((value, Some(document)))
            }
        }
    }

    /// What the trail needs to know. `at` names the member that holds the time, `identity` those that tell
    /// one document from another.
    pub(super) fn facts(
        &self,
        value: &Value,
        at: &str,
        identity: &[&str],
    ) -> Result<DocumentFacts, Diagnostic> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
        let release_id = text("release_id")
            .parse()
            .map_err(|why| self.unreadable(format!("release id {:?}: {why}", text("release_id"))))?;
        let recorded_at = text(at).to_owned();
        is_time(&recorded_at).map_err(|why| self.unreadable(format!("{at} is {why}")))?;
        let told: serde_json::Map<String, Value> = identity
            .iter()
            .map(|name| ((*name).to_owned(), value.pointer(&format!("/{name}")).cloned().unwrap_or_default()))
            .collect();
        let asked = value.pointer("/time_stamp/policy").and_then(Value::as_str);
        Ok(DocumentFacts {
            schema: text("schema").to_owned(),
            release_id,
            recorded_at,
            fingerprint: Digest::of(Value::Object(told).to_string().as_bytes()),
            decision: None,
            stamp_required: asked == Some(v1::TimeStamp::REQUIRED),
        })
    }
}

/// Holds a text to RFC 3339 in UTC.
pub(super) fn is_time(text: &str) -> Result<(), String> {
    if text.parse::<Timestamp>().is_err() || !text.ends_with('Z') {
        return Err(format!("{text:?}, expected RFC 3339 in UTC"));
    }
    Ok(())
}

/// Holds a text to the digits of a SHA-256.
pub(super) fn is_sha256(text: &str) -> Result<(), String> {
    text.parse::<Digest>().map(|_| ()).map_err(|why| format!("{text:?}: {why}"))
}
