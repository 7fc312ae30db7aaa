//! Where a run that the candidate is compared with is found.

use std::fmt;
use std::str::FromStr;

/// Where a run that the candidate is compared with is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineSource {
    /// A file or folder, at the commit that the policy was read from, or on disk where it was read from there.
    Path(String),
    /// A file in a commit of the repository: `git:REF:PATH`.
    Git {
        /// A branch, tag or commit.
        revision: String,
        /// Path from the top of the repository.
        path: String,
    },
    /// The run of this name in the store: `store:RUN_ID`.
    Stored(String),
    /// The newest run of the same task and metric that was allowed, in the store: `store:latest-allowed`.
    StoreLatestAllowed,
    /// The candidate of the newest decision of the trail that allowed this task: `trail:latest-allowed`.
    TrailLatestAllowed,
}

/// The name that stands for the newest allowed run.
const LATEST_ALLOWED: &str = "latest-allowed";

impl FromStr for BaselineSource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let not_empty = |what: &str, part: &str| {
            if part.is_empty() { Err(format!("names no {what}")) } else { Ok(part.to_owned()) }
        };
        if let Some(name) = text.strip_prefix("store:") {
            return match name {
                LATEST_ALLOWED => Ok(Self::StoreLatestAllowed),
                name => not_empty("run after store:", name).map(Self::Stored),
            };
        }
        if let Some(name) = text.strip_prefix("trail:") {
            return match name {
                LATEST_ALLOWED => Ok(Self::TrailLatestAllowed),
                _ => Err("is of a trail, which knows trail:latest-allowed only".into()),
            };
        }
        if let Some(rest) = text.strip_prefix("git:") {
            let (revision, path) = rest.split_once(':').ok_or("is expected as git:REF:PATH")?;
            let revision = not_empty("commit in git:REF:PATH", revision)?;
            if revision.starts_with('-') {
                return Err("names a commit that begins with a hyphen".into());
            }
            return Ok(Self::Git { revision, path: not_empty("file in git:REF:PATH", path)? });
        }
        not_empty("run", text).map(Self::Path)
    }
}

impl fmt::Display for BaselineSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(path),
            Self::Git { revision, path } => write!(f, "git:{revision}:{path}"),
            Self::Stored(name) => write!(f, "store:{name}"),
            Self::StoreLatestAllowed => write!(f, "store:{LATEST_ALLOWED}"),
            Self::TrailLatestAllowed => write!(f, "trail:{LATEST_ALLOWED}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::BaselineSource;

    #[test]
    fn each_spelling_is_read_and_written_the_same() {
        for text in [
            "runs/base.json",
            "git:main:runs/base.json",
            "git:v1.0:a:b",
            "store:run-7",
            "store:latest-allowed",
            "trail:latest-allowed",
        ] {
            assert_eq!(text.parse::<BaselineSource>().unwrap().to_string(), text);
        }
        for text in ["", "store:", "trail:newest", "git:main", "git::a", "git:main:", "git:--help:a"] {
            assert!(text.parse::<BaselineSource>().is_err(), "{text}");
        }
    }
}
