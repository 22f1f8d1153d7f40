//! Signed identity: the company's own page vouches for the customer who is signed in there. Pure.
//!
//! The signature is HMAC-SHA256 under the workspace's secret, in hexadecimal digits, over four lines without a line
//! break behind the last: `v1`, the time of signing in whole Unix seconds, the company's id of the customer, the name.
//! With a tier they are five: `v2` in place of `v1`, and the tier behind the name. So a tier can be neither added to
//! a signature nor taken from it. As id, name and tier may hold no line break, no two customers have the same lines.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use thiserror::Error;

use crate::domain::time::Timestamp;

/// Shortest secret taken, in bytes: what 16 random bytes have in hexadecimal digits.
const SECRET_BYTES_MIN: usize = 32;

/// How long a signature is good, in seconds.
const LASTS: i64 = 10 * 60;

/// How far the company's clock may be ahead of ours, in seconds.
const AHEAD: i64 = 60;

#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Name of the environment variable that holds the secret; empty: nobody's signature is taken.
    pub secret_env: String,
}

#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "the secret has {0} bytes; give at least {SECRET_BYTES_MIN}, from `openssl rand -hex 32` for example"
)]
pub struct ShortSecret(usize);

/// Why nobody is vouched for.
#[derive(Debug, Error, PartialEq, Eq)]
pub(crate) enum IdentityError {
    #[error(
        "this server takes no signed customers; set identity.secret_env, or leave customer.signature out"
    )]
    Off,
    #[error(
        "the signature is not that of this id, name, tier and issued_at under the shared secret; sign exactly what is \
         sent, as `v2` with a tier and as `v1` without"
    )]
    Forged,
    #[error("the signature is older than ten minutes; sign anew when the chat opens")]
    Expired,
    #[error(
        "issued_at lies more than a minute in the future; set the clock that signs, and give whole seconds"
    )]
    Early,
}

/// What is signed.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    /// The company's own id, not empty.
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) tier: Option<&'a str>,
    /// Unix time in seconds.
    pub(crate) issued_at: i64,
}

/// Shared with the company's page.
#[derive(Clone)]
pub struct IdentitySecret(Hmac<Sha256>);

impl IdentitySecret {
    /// The bytes of the text as they are.
    pub fn new(text: &str) -> Result<Self, ShortSecret> {
        let short = ShortSecret(text.len());
        if text.len() < SECRET_BYTES_MIN {
            return Err(short);
        }
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| short)
    }

    /// A wrong signature is never told apart from a wrong one that is late, and its check takes as long as any.
    pub(crate) fn verify(
        &self,
        claim: &Claim<'_>,
        signature: &str,
        now: Timestamp,
    ) -> Result<(), IdentityError> {
        let mut code = [0; 32];
        hex::decode_to_slice(signature, &mut code).map_err(|_| IdentityError::Forged)?;
        let Claim {
            id,
            name,
            tier,
            issued_at,
        } = claim;
        let lines = match tier {
            None => format!("v1\n{issued_at}\n{id}\n{name}"),
            Some(tier) => format!("v2\n{issued_at}\n{id}\n{name}\n{tier}"),
        };
        let mac = self.0.clone().chain_update(lines);
        mac.verify_slice(&code).map_err(|_| IdentityError::Forged)?;
        match now.as_second().saturating_sub(*issued_at) {
            age if age > LASTS => Err(IdentityError::Expired),
            age if age < -AHEAD => Err(IdentityError::Early),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for IdentitySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentitySecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const ISSUED: i64 = 1_767_603_600;

    /// Made by openssl with the commands in README.
    const PRIYA: &str = "d7379c16ec66c27a712c8c5ff43557174bdf956149981beb00dfa5ee656b7666";

    const PRIYA_GOLD: &str = "8d43ca2148ea71487ed3220103e51c567df25a9b89b9af070dc98af05293f041";

    fn verify(id: &str, name: &str, issued_at: i64, signature: &str, now: i64) -> Result<(), IdentityError> {
        let claim = Claim {
            id,
            name,
            tier: None,
            issued_at,
        };
        let secret = IdentitySecret::new(SECRET).unwrap();
        secret.verify(&claim, signature, Timestamp::from_second(now).unwrap())
    }

    fn verify_tier(name: &str, tier: Option<&str>, signature: &str) -> Result<(), IdentityError> {
        let claim = Claim {
            id: "cus_0001",
            name,
            tier,
            issued_at: ISSUED,
        };
        let secret = IdentitySecret::new(SECRET).unwrap();
        secret.verify(&claim, signature, Timestamp::from_second(ISSUED).unwrap())
    }

    #[test]
    fn what_openssl_signs_is_right() {
        let nameless = "49667ba0a9840d6616b9f0b5d28daa3f8e374983b18f040647da486e1b0626a3";
        let accents = "3a588353933ae12cdc89d16c486ff5c7d5323a598b5796436deb85b234e63399";
        for (name, signature) in [("Priya", PRIYA), ("", nameless), ("Zoë Çelik", accents)] {
            assert_eq!(
                verify("cus_0001", name, ISSUED, signature, ISSUED),
                Ok(()),
                "{name}"
            );
        }
    }

    #[test]
    fn nothing_of_it_can_be_changed() {
        for (id, name, issued_at) in [
            ("cus_0002", "Priya", ISSUED),
            ("cus_0001", "Tomas", ISSUED),
            ("cus_0001", "Priya", ISSUED + 1),
            ("cus_0001\nPriya", "", ISSUED),
            ("", "cus_0001\nPriya", ISSUED),
        ] {
            let changed = verify(id, name, issued_at, PRIYA, ISSUED);
            assert_eq!(changed, Err(IdentityError::Forged), "{id} {name} {issued_at}");
        }
        let other = IdentitySecret::new(&SECRET.replace('0', "1")).unwrap();
        let claim = Claim {
            id: "cus_0001",
            name: "Priya",
            tier: None,
            issued_at: ISSUED,
        };
        let now = Timestamp::from_second(ISSUED).unwrap();
        assert_eq!(other.verify(&claim, PRIYA, now), Err(IdentityError::Forged));
        for signature in ["", "d7", &PRIYA[1..], &PRIYA.replace('d', "e"), &"g".repeat(64)] {
            let changed = verify("cus_0001", "Priya", ISSUED, signature, ISSUED);
            assert_eq!(changed, Err(IdentityError::Forged), "{signature}");
        }
    }

    #[test]
    fn a_tier_is_signed_and_cannot_be_added_changed_or_taken_away() {
        assert_eq!(verify_tier("Priya", Some("gold"), PRIYA_GOLD), Ok(()));
        for (name, tier, signature) in [
            ("Priya", Some("gold"), PRIYA),
            ("Priya", Some(""), PRIYA),
            ("Priya", Some("platinum"), PRIYA_GOLD),
            ("Priya", None, PRIYA_GOLD),
            ("Priya\ngold", None, PRIYA_GOLD),
        ] {
            let changed = verify_tier(name, tier, signature);
            assert_eq!(changed, Err(IdentityError::Forged), "{name} {tier:?}");
        }
    }

    #[test]
    fn it_is_good_for_ten_minutes_and_a_minute_of_skew() {
        for (now, expected) in [
            (ISSUED + 600, Ok(())),
            (ISSUED + 601, Err(IdentityError::Expired)),
            (ISSUED - 60, Ok(())),
            (ISSUED - 61, Err(IdentityError::Early)),
        ] {
            assert_eq!(verify("cus_0001", "Priya", ISSUED, PRIYA, now), expected, "{now}");
        }
        for far in [i64::MIN, i64::MAX] {
            assert_eq!(
                verify("cus_0001", "Priya", far, PRIYA, ISSUED),
                Err(IdentityError::Forged)
            );
        }
    }

    #[test]
    fn a_short_secret_is_refused_and_none_is_shown() {
        let error = IdentitySecret::new(&SECRET[1..]).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("the secret has 31 bytes; give at least 32")
        );
        let secret = IdentitySecret::new(SECRET).unwrap();
        assert_eq!(format!("{secret:?}"), "IdentitySecret(…)");
    }
}
