//! Whom to believe, read from the files that the user names.

use std::io::Read as _;

use super::Files;
use crate::domain::{Code, Diagnostic, Feature};
use crate::readers::FileOrFolder;
use crate::trail::time_stamp::Authorities;
use crate::trail::{Identity, PublicKey, Roots, Trust};

/// Largest file of keys or certificates that is read; the bundle of every public authority has some
/// hundred kB.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Where the user keeps what they trust.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustFrom {
    /// Certificates of time-stamping authorities, PEM.
    pub tsa_ca: Option<String>,
    /// A public key, PEM.
    pub key: Option<String>,
    /// Whose certificates of Sigstore are believed.
    pub identity: Option<Identity>,
    /// A trusted root of Sigstore.
    pub trusted_root: Option<String>,
}

impl TrustFrom {
    /// Reads all of it.
    ///
    /// # Errors
    /// `feature-missing` in a build that cannot check what it is for; `file-unreadable`; `format-unknown` for a file
    /// that holds something else.
    pub fn read(&self, files: &dyn Files) -> Result<Trust, Diagnostic> {
        for (flag, is_given, feature) in [
            ("--tsa-ca", self.tsa_ca.is_some(), Feature::TimeStamps),
            ("--key", self.key.is_some(), Feature::Signatures),
            ("--identity", self.identity.is_some(), Feature::Signatures),
            ("--trusted-root", self.trusted_root.is_some(), Feature::Signatures),
        ] {
            if is_given {
                feature.require(flag)?;
            }
        }
        Ok(Trust {
            authorities: read(files, self.tsa_ca.as_deref(), Authorities::read)?.unwrap_or_default(),
            key: read(files, self.key.as_deref(), PublicKey::from_pem)?,
            identity: self.identity.clone(),
            roots: read(files, self.trusted_root.as_deref(), Roots::from_json)?.unwrap_or_default(),
        })
    }
}

fn read<T>(
    files: &dyn Files,
    path: Option<&str>,
    parse: impl Fn(&[u8]) -> Result<T, String>,
) -> Result<Option<T>, Diagnostic> {
    let Some(path) = path else { return Ok(None) };
    let unusable = |what: String| {
        Code::FormatUnknown.at(path).what(what).next("see `evalsig verify --help` for the file that is meant")
    };
    let FileOrFolder::File(source) = files.open(path)? else { return Err(unusable("is a folder".into())) };
    let mut bytes = Vec::new();
    source
        .stream()
        .take(LARGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| Code::FileUnreadable.at(path).what(format!("cannot be read: {error}")))?;
    parse(&bytes).map(Some).map_err(unusable)
}
