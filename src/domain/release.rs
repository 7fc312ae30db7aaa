//! A release id names a folder in the trail, so its alphabet is closed.

use std::fmt;
use std::str::FromStr;

/// `^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`, no `..`, no trailing dot, no name that Windows reserves:
/// safe as one folder name on every file system, in a URL and in a git tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReleaseId(String);

/// Device names on Windows: a clone of the trail there could not check such a folder out.
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
    "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

impl ReleaseId {
    /// The id as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id with case folded: two ids of one trail must differ in it, because file systems that
    /// ignore case would merge their folders.
    #[must_use]
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for ReleaseId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        if text.is_empty() || text.len() > 100 {
            return Err("expected 1 to 100 characters");
        }
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            return Err("expected a letter or digit first");
        }
        if !text.chars().all(safe) {
            return Err("expected only letters, digits, '.', '_' and '-'");
        }
        if text.contains("..") || text.ends_with('.') {
            return Err("expected no '..' and no dot at the end");
        }
        let stem = text.split('.').next().unwrap_or(text).to_ascii_lowercase();
        if RESERVED.contains(&stem.as_str()) {
            return Err("expected a name that is not reserved on Windows");
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for ReleaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::ReleaseId;

    #[test]
    fn accepts_tags_people_use() {
        for id in ["v1.2.3", "2026-11-21", "model_a-7b.rc1", "7", &"a".repeat(100)] {
            assert!(id.parse::<ReleaseId>().is_ok(), "{id}");
        }
    }

    #[test]
    fn refuses_what_could_leave_its_folder() {
        let long = "a".repeat(101);
        for id in [
            "", ".", "..", "a..b", "a/b", "a\\b", "-rf", ".git", "a.", "a b", "é", "a\n", "NUL", "com1.x",
            &long,
        ] {
            assert!(id.parse::<ReleaseId>().is_err(), "{id:?}");
        }
    }
}
