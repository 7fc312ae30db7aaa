//! The one style sheet of a page, and the policy that allows it and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::domain::Digest;

/// The style sheet: what stands in the page is this, byte for byte.
pub(super) const STYLE: &str = include_str!("style.css");

/// What a browser may load for the page: the style with this hash. No script, no picture, no font, no address.
pub(super) fn content_security_policy() -> String {
    let hash = STANDARD.encode(Digest::of(STYLE.as_bytes()).as_bytes());
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
}
