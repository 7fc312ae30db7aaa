//! The URL of a bucket and of a prefix in it, and the keys below that prefix.

use object_store::path::Path;

use super::cloud::Cloud;
use crate::domain::Diagnostic;
use crate::edge::errors::bucket as errors;

/// A bucket and a prefix: `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`.
#[derive(Debug)]
pub(super) struct BucketUrl {
    pub(super) cloud: Cloud,
    pub(super) bucket: String,
    /// Without slashes around it; may be empty.
    prefix: String,
}

impl BucketUrl {
    pub(super) fn parse(url: &str) -> Result<Self, Diagnostic> {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let cloud = Cloud::of_scheme(scheme).ok_or_else(|| errors::unknown_scheme(scheme))?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if bucket.is_empty() || !bucket.chars().all(allowed) {
            return Err(errors::malformed_bucket_name(scheme));
        }
        let prefix = prefix.strip_suffix('/').unwrap_or(prefix);
        if !prefix.is_empty() && !is_well_formed(prefix) {
            return Err(errors::malformed_prefix(url));
        }
        Ok(Self { cloud, bucket: bucket.to_owned(), prefix: prefix.to_owned() })
    }

    /// The URL of a path below the prefix.
    pub(super) fn join(&self, path: &str) -> String {
        let root = format!("{}://{}", self.cloud.scheme(), self.bucket);
        [root.as_str(), &self.prefix, path]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("/")
    }

    /// The common beginning of all keys in a folder, with a slash at its end; empty for the whole bucket.
    pub(super) fn key_prefix(&self, folder: &str) -> String {
        let parts = [self.prefix.as_str(), folder].into_iter().filter(|part| !part.is_empty());
        parts.map(|part| format!("{part}/")).collect()
    }

    /// The key of an object. It cannot leave the prefix, and `%` is an ordinary character.
    pub(super) fn key(&self, path: &str) -> Result<Path, Diagnostic> {
        let key = is_well_formed(path)
            .then(|| Path::parse(format!("{}{path}", self.key_prefix(""))).ok())
            .flatten();
        key.ok_or_else(|| errors::malformed_key(self.join(""), path))
    }
}

/// Whether no part of a path is empty, `.` or `..`, or has a control character.
fn is_well_formed(path: &str) -> bool {
    path.split('/').all(|part| {
        !part.is_empty() && part != "." && part != ".." && !part.chars().any(|c| c.is_ascii_control())
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
mod tests {
    use proptest::prelude::*;

    use super::BucketUrl;

    #[test]
    fn nothing_leads_out_of_the_prefix_and_percent_signs_stand_for_themselves() {
        let url = BucketUrl::parse("s3://bucket/a%20b/c/").unwrap();
        let key = |path: &str| url.key(path).ok().map(String::from);
        assert_eq!(key("run_id=x%3Ay.parquet").as_deref(), Some("a%20b/c/run_id=x%3Ay.parquet"));
        assert_eq!(url.join("p/q"), "s3://bucket/a%20b/c/p/q");
        assert_eq!(
            (url.key_prefix("audit"), url.key_prefix("")),
            ("a%20b/c/audit/".into(), "a%20b/c/".into())
        );
        for path in ["", "/", "/x", "x/", "a//b", "..", "../x", "a/../../x", "a/./b", "a\nb"] {
            assert_eq!(key(path), None, "{path:?}");
        }
        let bare = BucketUrl::parse("gs://bucket").unwrap();
        assert_eq!((bare.key_prefix(""), bare.join("x")), (String::new(), "gs://bucket/x".into()));
    }

    #[test]
    fn a_url_names_a_bucket_or_is_refused_without_repeating_a_password() {
        for url in
            ["s3://", "s3:///x", "ftp://x", "x", "s3://key:hunter2@bucket/x", "s3://b/../x", "s3://b//x"]
        {
            let error = BucketUrl::parse(url).unwrap_err().to_string();
            assert!(error.contains("[bad-usage]") && !error.contains("hunter2"), "{error}");
        }
    }

    proptest! {
        /// Whatever a URL and a path hold: the key is the prefix and then the path, letter by letter.
        #[test]
        fn no_path_leaves_the_prefix(
            url in "(s3|gs|az)://[a-z.-]{1,4}(/[a-z./%]{0,8})?|\\PC{0,16}",
            path in "\\PC{0,16}|[./a%\\\\\u{0}-\u{1f}]{0,10}",
        ) {
            let Ok(url) = BucketUrl::parse(&url) else { return Ok(()) };
            let Ok(key) = url.key(&path).map(String::from) else { return Ok(()) };
            prop_assert_eq!(&key, &format!("{}{path}", url.key_prefix("")));
            prop_assert!(key.split('/').all(|part| !matches!(part, "" | "." | "..")), "{}", key);
            prop_assert!(!key.contains(|c: char| c.is_ascii_control()), "{:?}", key);
        }
    }
}
