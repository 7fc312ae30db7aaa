//! A project names a folder in the run store, so its alphabet is closed.

use std::fmt;
use std::str::FromStr;

/// `^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$`, no `..`, no trailing dot: safe as one folder name on every
/// file system, as a part of an object's key and as a value of a partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProjectId(String);

impl ProjectId {
    /// The id as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for ProjectId {
    /// `default`.
    fn default() -> Self {
        Self("default".into())
    }
}

impl FromStr for ProjectId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > 100 {
            return Err("expected 1 to 100 characters");
        }
        if !text.chars().all(safe) || text.starts_with(['.', '-']) {
            return Err("expected letters, digits, '.', '_' and '-', and no '.' or '-' first");
        }
        if text.contains("..") || text.ends_with('.') {
            return Err("expected no '..' and no dot at the end");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ProjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ProjectId;

    #[test]
    fn refuses_what_could_leave_its_folder() {
        for id in ["default", "mmlu-pro", "team_a.v2", "_x", "7"] {
            assert!(id.parse::<ProjectId>().is_ok(), "{id}");
        }
        let long = "a".repeat(101);
        for id in ["", ".", "..", "a/b", "a\\b", "-rf", ".git", "a.", "a b", "é", "a\n", "year=2026", &long]
        {
            assert!(id.parse::<ProjectId>().is_err(), "{id:?}");
        }
    }
}
