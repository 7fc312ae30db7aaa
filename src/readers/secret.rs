//! Files that keep secrets by convention, told by their paths.

/// Names of files, whole.
const NAMES: [&str; 22] = [
    ".env",
    ".envrc",
    ".netrc",
    "_netrc",
    ".npmrc",
    ".yarnrc.yml",
    ".pypirc",
    ".pgpass",
    ".git-credentials",
    ".gitconfig",
    ".htpasswd",
    ".dockercfg",
    ".s3cfg",
    ".boto",
    "credentials",
    "credentials.json",
    "kubeconfig",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "service-account.json",
];
/// Beginnings of names.
const BEGINNINGS: [&str; 2] = [".env.", "application_default_credentials"];
/// Endings of names.
const ENDINGS: [&str; 12] = [
    ".env",
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".jks",
    ".keystore",
    ".kdbx",
    ".ppk",
    ".asc",
    ".gpg",
    ".tfstate",
];
/// Folders whose files all count.
const FOLDERS: [&str; 7] = [".git", ".ssh", ".aws", ".azure", ".gcloud", ".kube", ".gnupg"];

/// Whether a path is one that keeps secrets by convention: an environment file, a private key, credentials of a tool, or
/// anything inside `.git`. Nothing of such a file is ever quoted, and the action takes none for a run.
#[must_use]
pub fn is_secret(path: &str) -> bool {
    let path = path.to_lowercase();
    let mut parts = path.split(['/', '\\']).rev();
    let name = parts.next().unwrap_or_default();
    NAMES.contains(&name)
        || BEGINNINGS.iter().any(|begin| name.starts_with(begin))
        || ENDINGS.iter().any(|end| name.ends_with(end))
        || parts.any(|folder| FOLDERS.contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn secrets_are_told_by_their_paths() {
        for path in [
            ".env",
            "app/.env.production",
            "prod.env",
            "certs/server.pem",
            "server.KEY",
            "home/.ssh/known_hosts",
            ".git/config",
            "a/.git/modules/x/config",
            ".aws/credentials",
            "credentials",
            ".kube/config",
            "kubeconfig",
            ".npmrc",
            ".pypirc",
            ".netrc",
            "id_rsa",
            "C:\\Users\\me\\.ssh\\id_ed25519",
            ".docker/../.git-credentials",
        ] {
            assert!(is_secret(path), "{path}");
        }
        for path in [
            "runs/baseline.json",
            "environment.json",
            "monkey.json",
            "keys.csv",
            ".github/evals/run.json",
            "git/config.json",
            "runs/.evals/credentials-task.jsonl",
            "",
            "-",
        ] {
            assert!(!is_secret(path), "{path}");
        }
    }
}
