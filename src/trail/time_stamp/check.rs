//! One time stamp, held to the bytes that it is about and to the authorities that the user trusts.

use super::signed::{Authorities, name};
use super::token::TimeStampToken;
use crate::trail::checked::Stamped;

/// The time in a valid time stamp over `signed`; `None` where the certificate of its signer is not known and
/// the user names no authority.
pub(in crate::trail) fn check(
    token: &[u8],
    signed: &[u8],
    authorities: &Authorities,
) -> Result<Option<Stamped>, String> {
    let token = TimeStampToken::read(token)?;
    if !token.is_of(signed) {
        return Err("a time stamp of other bytes".into());
    }
    let Some(signer) = token.signer(authorities)? else {
        return if authorities.is_empty() { Ok(None) } else { Err("one by nobody known".into()) };
    };
    let time = token.time.to_string();
    if authorities.is_empty() {
        return Ok(Some(Stamped { time, by: None }));
    }
    token.vouched(&signer, authorities)?;
    Ok(Some(Stamped { time, by: Some(name(&signer)) }))
}
