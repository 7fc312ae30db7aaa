//! Objects of git: the files that a tree lists, and the object ids of their contents.

use sha1::{Digest as _, Sha1};

use crate::trail::FileKind;

/// One file that the tree of a commit lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TreeEntry {
    /// The object id of the content.
    pub(super) oid: String,
    /// What the mode of the entry says it is.
    pub(super) kind: FileKind,
}

/// The object id that git computes for the content of a file. `digits` is the length of ids in the
/// repository: 40 for SHA-1, 64 for SHA-256.
pub(super) fn blob_oid(bytes: &[u8], digits: usize) -> String {
    object_oid("blob", bytes, digits)
}

/// The object id that git computes for an object of this kind: `blob`, `tree` or `commit`.
pub(super) fn object_oid(kind: &str, bytes: &[u8], digits: usize) -> String {
    let head = format!("{kind} {}\0", bytes.len());
    let hex = |digest: &[u8]| digest.iter().map(|b| format!("{b:02x}")).collect();
    if digits == 64 {
        hex(&sha2::Sha256::new().chain_update(head).chain_update(bytes).finalize())
    } else {
        hex(&Sha1::new().chain_update(head).chain_update(bytes).finalize())
    }
}

/// Whether a text is an object id: 40 or 64 digits, lower case.
pub(super) fn is_oid(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::blob_oid;

    #[test]
    fn contents_have_the_names_that_git_gives_them() {
        // printf 'hello\n' | git hash-object --stdin, in repositories of both kinds.
        assert_eq!(blob_oid(b"hello\n", 40), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(
            blob_oid(b"hello\n", 64),
            "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"
        );
    }
}
