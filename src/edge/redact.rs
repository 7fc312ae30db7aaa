//! The one place that foreign text passes before it becomes part of a message: answers of servers, errors of libraries and
//! what the `git` program says may echo the secrets with which they were asked.
//!
//! The secrets are those in use: the job's token, and what the environment holds under a name such as `..._SECRET_...`. Each
//! is found as it is, percent-encoded, as JSON has it, and inside Base64, where it takes three forms. What looks like a secret of somebody
//! else, user names in addresses, signatures in queries and values of `Authorization`, goes too.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::sync::{Mutex, Once, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Stands where a secret was.
const REDACTED: &str = "[REDACTED]";
/// A shorter secret would be found in words that are none, and protects nothing.
const SHORTEST: usize = 6;
/// Parts of the names of variables whose values are secrets.
const SECRET_NAMES: [&str; 8] =
    ["KEY", "SECRET", "TOKEN", "SAS", "PASSWORD", "PASSWD", "CREDENTIAL", "CONNECTION_STRING"];
/// Endings of the names of variables that say where a secret is, and not what it is.
const PLACES: [&str; 4] = ["_FILE", "_PATH", "_URL", "_URI"];
/// Parameters of an address whose values are secrets.
const PARAMETERS: [&str; 8] = [
    "sig=",
    "signature=",
    "x-amz-signature=",
    "x-amz-security-token=",
    "x-amz-credential=",
    "x-goog-signature=",
    "token=",
    "access_token=",
];
/// Beginnings of tokens that services give out.
const TOKENS: [&str; 7] = ["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"];
/// What stands before the value of `Authorization`.
const SCHEMES: [&str; 3] = ["bearer ", "basic ", "authorization: token "];

/// What is looked for.
static NEEDLES: Mutex<BTreeSet<Needle>> = Mutex::new(BTreeSet::new());

/// A text that gives a secret away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Needle {
    /// The secret itself, percent-encoded, or as JSON has it; in lower case.
    Plain(String),
    /// Base64 that only this secret makes. What stands around it goes too: it is the same encoded text.
    Encoded(String),
}

/// Takes note of a secret that requests are made with.
pub(super) fn remember(secret: &str) {
    let mut needles = NEEDLES.lock().unwrap_or_else(PoisonError::into_inner);
    needles.extend(forms(secret));
}

/// Takes note of the secrets of an environment.
pub(super) fn remember_environment(variables: impl IntoIterator<Item = (String, String)>) {
    for (name, value) in variables {
        let name = name.to_uppercase();
        let is_secret = SECRET_NAMES.iter().any(|part| name.contains(part))
            && !PLACES.iter().any(|end| name.ends_with(end));
        if is_secret {
            remember(&value);
        }
    }
}

/// A foreign text without secrets.
pub(super) fn redacted(text: &str) -> String {
    static ENVIRONMENT: Once = Once::new();
    ENVIRONMENT.call_once(|| {
        let text =
            |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
        remember_environment(std::env::vars_os().filter_map(text));
    });
    let needles = NEEDLES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    without(text, &needles)
}

fn without(text: &str, needles: &BTreeSet<Needle>) -> String {
    let lower = text.to_ascii_lowercase();
    // Half-open ranges of bytes, in any order.
    let mut found: Vec<(usize, usize)> = Vec::new();
    for needle in needles {
        match needle {
            Needle::Plain(secret) => {
                found.extend(lower.match_indices(secret.as_str()).map(|(at, hit)| (at, at + hit.len())));
            }
            Needle::Encoded(part) => found.extend(text.match_indices(part.as_str()).map(|(at, hit)| {
                let before = text.get(..at).unwrap_or_default();
                let behind = text.get(at + hit.len()..).unwrap_or_default();
                (
                    before.trim_end_matches(is_base64).len(),
                    text.len() - behind.trim_start_matches(is_base64).len(),
                )
            })),
        }
    }
    found.extend(lower.match_indices("://").filter_map(|(at, _)| user_of_address(text, at + 3)));
    for name in PARAMETERS {
        found.extend(lower.match_indices(name).filter_map(|(at, _)| {
            let alone = !text.get(..at)?.ends_with(|c: char| c.is_ascii_alphanumeric());
            alone.then(|| word(text, at + name.len(), |c| !c.is_whitespace() && !"&\"'<>".contains(c)))?
        }));
    }
    for scheme in SCHEMES {
        let values = lower.match_indices(scheme);
        found.extend(values.filter_map(|(at, _)| word(text, at + scheme.len(), is_of_token)).filter(is_long));
    }
    for begin in TOKENS {
        found.extend(
            lower.match_indices(begin).filter_map(|(at, _)| word(text, at, is_of_token)).filter(is_long),
        );
    }
    replaced(text, found)
}

/// The text with each of the ranges as one word.
fn replaced(text: &str, mut found: Vec<(usize, usize)>) -> String {
    found.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (from, to) in found {
        // Ranges may overlap, or touch: then they are one.
        if from >= done && !(from == done && done > 0) {
            out.push_str(text.get(done..from).unwrap_or_default());
            out.push_str(REDACTED);
        }
        done = done.max(to);
    }
    out + text.get(done..).unwrap_or_default()
}

/// User name and password of an address, whose authority begins at `from`.
fn user_of_address(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let end = rest.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).unwrap_or(rest.len());
    let at = rest.get(..end)?.rfind('@')?;
    (at > 0).then_some((from, from + at))
}

/// The characters from a place on that belong to one word.
fn word(text: &str, from: usize, belongs: impl Fn(char) -> bool) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let end = rest.find(|c: char| !belongs(c)).unwrap_or(rest.len());
    (end > 0).then_some((from, from + end))
}

/// Whether it is too long for a word of a sentence.
fn is_long((from, to): &(usize, usize)) -> bool {
    to - from >= 16
}

fn is_of_token(c: char) -> bool {
    is_base64(c) || matches!(c, '.' | '~')
}

fn is_base64(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=')
}

/// The forms in which a secret is looked for.
fn forms(secret: &str) -> Vec<Needle> {
    let secret = secret.trim();
    if secret.len() < SHORTEST {
        return Vec::new();
    }
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let in_json = serde_json::Value::from(secret).to_string();
    let in_json = in_json.trim_matches('"').to_owned();
    let mut forms: Vec<Needle> = [secret.to_owned(), encoded, in_json]
        .iter()
        .map(|form| Needle::Plain(form.to_ascii_lowercase()))
        .collect();
    // Three bytes become four characters, so what a secret becomes depends on where in its group it begins: behind
    // `x-access-token:`, behind `user:`, or by itself. The characters at both ends depend on what stands around it.
    for before in 0..3_usize {
        let bytes = [[0; 2].get(..before).unwrap_or_default(), secret.as_bytes()].concat();
        let whole = STANDARD_NO_PAD.encode(&bytes);
        let from = (before * 8).div_ceil(6);
        let to = bytes.len() * 8 / 6;
        let Some(core) = whole.get(from..to).filter(|core| core.len() >= SHORTEST) else { continue };
        forms.push(Needle::Encoded(core.to_owned()));
        forms.push(Needle::Encoded(core.replace('+', "-").replace('/', "_")));
    }
    forms
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::{forms, without};

    fn hidden(text: &str, secret: &str) -> String {
        without(text, &forms(secret).into_iter().collect())
    }

    #[test]
    fn what_only_looks_like_a_secret_goes_too() {
        for (text, left) in [
            (
                "fatal: https://x-access-token:abc@github.com/o/r not found",
                "fatal: https://[REDACTED]@github.com/o/r not found",
            ),
            ("proxy http://me:p@ss@proxy:8080 refused", "proxy http://[REDACTED]@proxy:8080 refused"),
            ("see https://docs.github.com/rest?x=a@b", "see https://docs.github.com/rest?x=a@b"),
            ("PUT https://b.blob/x?sv=1&sig=aBc%2B12&se=2", "PUT https://b.blob/x?sv=1&sig=[REDACTED]&se=2"),
            ("X-Amz-Signature=0011&X-Amz-Date=1", "X-Amz-Signature=[REDACTED]&X-Amz-Date=1"),
            ("Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Authorization: Basic [REDACTED]"),
            ("bearer eyJhbGciOiJIUzI1NiJ9.e30.abc", "bearer [REDACTED]"),
            ("bad token ghs_0123456789abcdefghij!", "bad token [REDACTED]!"),
            ("a basic rule of the branch", "a basic rule of the branch"),
            ("the design=1 of it", "the design=1 of it"),
        ] {
            assert_eq!(hidden(text, ""), left);
        }
    }

    #[test]
    fn short_values_are_words_and_stay() {
        assert_eq!(hidden("true is true", "true"), "true is true");
        assert_eq!(hidden("", "hunter22"), "");
    }

    proptest! {
        #[test]
        fn no_form_of_a_secret_is_left(
            secret in "[!-~]{16,60}",
            before in "[ -~é]{0,9}",
            behind in "[ -~é]{0,9}",
        ) {
            let pair = format!("{before}:{secret}{behind}");
            let forms = [
                secret.clone(),
                secret.to_uppercase(),
                utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string(),
                utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string().to_lowercase(),
                STANDARD.encode(&secret),
                STANDARD.encode(&pair),
                URL_SAFE.encode(&pair),
                STANDARD.encode(format!("x-access-token:{secret}")),
            ];
            for form in forms {
                let left = hidden(&format!("status 401 [{form}] (see docs)"), &secret);
                prop_assert!(left.contains("[REDACTED]"), "{} in {}", form, left);
                let rest = left.replace("[REDACTED]", "\0");
                for part in form.as_bytes().windows(8) {
                    let part = String::from_utf8_lossy(part);
                    // Short pieces of what stands around it may be words of the sentence.
                    prop_assert!(!rest.contains(&*part) || !secret.contains(&*part), "{} left of {}: {}", part, form, left);
                }
                prop_assert!(left.starts_with("status 401 [") && left.ends_with("] (see docs)"), "{}", left);
            }
        }
    }
}
