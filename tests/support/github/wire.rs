//! What goes over the wire: a request as the endpoints see it, and an answer in GitHub's shapes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// Where GitHub's error answers point.
const DOCS: &str = "https://docs.github.com/rest";

/// A request, read in full.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    /// Path and query below the base of the API, as sent.
    pub(crate) target: String,
    /// The path's parts, decoded. Empty where the request missed the base of the API.
    pub(crate) segments: Vec<String>,
    pub(crate) query: BTreeMap<String, String>,
    /// By lower-case name.
    pub(crate) headers: BTreeMap<String, String>,
    /// `null` where there was none.
    pub(crate) body: Value,
    /// A body was sent and is not JSON.
    pub(crate) garbled: bool,
    /// Heads of branches are to be seen as they were one commit ago.
    pub(crate) stale: bool,
}

impl Call {
    /// Reads a request. `base` is the prefix of REST, `graphql` the whole path of GraphQL.
    pub(crate) fn new(
        (method, uri): (&str, &str),
        (base, graphql): (&str, &str),
        headers: BTreeMap<String, String>,
        body: &[u8],
    ) -> Self {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let (target, segments) = if path == graphql {
            ("/graphql".to_owned(), vec!["graphql".to_owned()])
        } else if let Some(inner) = path.strip_prefix(base).filter(|inner| inner.starts_with('/')) {
            let segments = inner.trim_matches('/').split('/').map(decode).collect();
            (uri.strip_prefix(base).unwrap_or(uri).to_owned(), segments)
        } else {
            (uri.to_owned(), Vec::new())
        };
        let parsed = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
        Self {
            method: method.to_owned(),
            target,
            segments,
            query: query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(&value.replace('+', " "))))
                .collect(),
            headers,
            garbled: parsed.is_err(),
            body: parsed.unwrap_or_default(),
            stale: false,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// A text member of the body.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A number in the query.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name).and_then(|value| value.parse().ok())
    }

    pub(crate) fn is_graphql(&self) -> bool {
        self.segments == ["graphql"]
    }

    /// Whether it would change anything.
    pub(crate) fn is_write(&self) -> bool {
        if self.is_graphql() { super::graphql::is_mutation(self) } else { self.method != "GET" }
    }
}

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// An endpoint's answer: a refusal ends it early.
pub(crate) type Answer = Result<Reply, Reply>;

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let kind = ("content-type", "application/json; charset=utf-8".to_owned());
        Self { status, headers: vec![kind], body: body.to_string().into_bytes() }
    }

    pub(crate) fn html(status: u16, body: &str) -> Self {
        let kind = ("content-type", "text/html; charset=utf-8".to_owned());
        Self { status, headers: vec![kind], body: body.as_bytes().to_vec() }
    }

    /// GitHub's error; `docs` is the part of the documentation's address behind its root.
    pub(crate) fn error(status: u16, message: &str, docs: &str) -> Self {
        let documentation = format!("{DOCS}{docs}");
        let body =
            json!({"message": message, "documentation_url": documentation, "status": status.to_string()});
        Self::json(status, &body)
    }

    pub(crate) fn not_found() -> Self {
        Self::error(404, "Not Found", "")
    }

    pub(crate) fn forbidden() -> Self {
        Self::error(403, "Resource not accessible by integration", "")
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_string()));
        self
    }

    pub(crate) fn is_html(&self) -> bool {
        self.headers.iter().any(|(_, value)| value.starts_with("text/html"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(other, _)| *other == name)
    }
}

/// Now, as GitHub writes times.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
