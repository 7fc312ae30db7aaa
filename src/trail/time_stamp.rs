//! Time stamps (RFC 3161): an authority signs that some bytes existed at a time.
//!
//! What is stamped is the entry, so one token holds the envelope and everything before it. A token
//! says "not later than", never "made at": who rewrites a trail can have the new one stamped, but
//! not in the past.

mod asn1;
mod check;
mod request;
mod signed;
mod token;

pub(super) use check::check;
pub use request::{QUERY_TYPE, granted, request};
pub use signed::Authorities;
