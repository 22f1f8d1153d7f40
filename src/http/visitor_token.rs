//! Visitor tokens: what lets a customer go on with one conversation, and with nothing else. Pure.
//!
//! `v1.<payload>.<HMAC-SHA256 of "v1.<payload>">`, both base64url without padding. The payload is JSON that anyone
//! can read and nobody without the secret can change.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use thiserror::Error;

use crate::domain::id::{ConversationId, WorkspaceId};
use crate::domain::time::Timestamp;

pub(crate) const PREFIX: &str = "v1.";

/// Why a token opens nothing.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum TokenError {
    #[error("the token is not one of ours, or was changed")]
    Forged,
    #[error("the token has expired; open a new conversation")]
    Expired,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) workspace: WorkspaceId,
    pub(crate) conversation: ConversationId,
    /// Unix time in seconds from which the token is void.
    pub(crate) expires: i64,
}

impl Claims {
    pub(crate) fn sign(&self, secret: &[u8; 32]) -> String {
        // Strings and a number always serialise.
        let payload = serde_json::to_vec(self).unwrap_or_default();
        let signed = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(payload));
        let code = mac(secret, &signed).finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(code))
    }

    pub(crate) fn verify(token: &str, secret: &[u8; 32], now: Timestamp) -> Result<Self, TokenError> {
        let (signed, code) = token.rsplit_once('.').ok_or(TokenError::Forged)?;
        let code = URL_SAFE_NO_PAD.decode(code).map_err(|_| TokenError::Forged)?;
        // Compares in constant time.
        mac(secret, signed)
            .verify_slice(&code)
            .map_err(|_| TokenError::Forged)?;
        let payload = signed.strip_prefix(PREFIX).ok_or(TokenError::Forged)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::Forged)?;
        let claims: Self = serde_json::from_slice(&payload).map_err(|_| TokenError::Forged)?;
        if now.as_second() < claims.expires {
            Ok(claims)
        } else {
            Err(TokenError::Expired)
        }
    }
}

fn mac(secret: &[u8; 32], signed: &str) -> Hmac<Sha256> {
    // A key shorter than SHA-256's block is filled up with zeros (RFC 2104, section 2).
    let mut block = [0; 64];
    block[..32].copy_from_slice(secret);
    Hmac::<Sha256>::new(&block.into()).chain_update(signed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    fn claims() -> Claims {
        Claims {
            workspace: WorkspaceId::parse("default").unwrap(),
            conversation: ConversationId::from_random([1; 16]),
            expires: 1_000,
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_token_says_what_it_was_signed_for() {
        let token = claims().sign(&SECRET);
        assert_eq!(Claims::verify(&token, &SECRET, at(999)), Ok(claims()));
        assert_eq!(
            Claims::verify(&token, &SECRET, at(1_000)),
            Err(TokenError::Expired)
        );
        assert_eq!(Claims::verify(&token, &[8; 32], at(0)), Err(TokenError::Forged));
    }

    #[test]
    fn a_changed_token_opens_nothing() {
        let token = claims().sign(&SECRET);
        for at_byte in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at_byte] = if changed[at_byte] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(
                Claims::verify(&changed, &SECRET, at(0)),
                Err(TokenError::Forged),
                "byte {at_byte}"
            );
        }
        for text in ["", "v1", "v1.", "v1..", "v1.e30.e30", &token[..token.len() - 1]] {
            assert_eq!(
                Claims::verify(text, &SECRET, at(0)),
                Err(TokenError::Forged),
                "{text}"
            );
        }
    }
}
