//! Signing by Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`. Pure; knows nothing of sending.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::domain::time::Timestamp;
use crate::domain::webhook::Endpoint;

const PREFIX: &str = "whsec_";

/// Bytes of a key: what the standard allows.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum SecretError {
    #[error(
        "the webhook secret does not start with `whsec_`; give `whsec_` and 24 to 64 random bytes in base64"
    )]
    Prefix,
    #[error("the webhook secret is not base64 behind `whsec_`; give 24 to 64 random bytes in base64")]
    Base64,
    #[error("the webhook secret holds {0} bytes; give 24 to 64 random bytes in base64")]
    Length(usize),
}

/// The key of one `whsec_` secret.
#[derive(Clone)]
pub struct Secret(Hmac<Sha256>);

impl Secret {
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(SecretError::Prefix)?;
        let key = STANDARD.decode(encoded).map_err(|_| SecretError::Base64)?;
        if !KEY_BYTES.contains(&key.len()) {
            return Err(SecretError::Length(key.len()));
        }
        Hmac::new_from_slice(&key)
            .map(Self)
            .map_err(|_| SecretError::Length(key.len()))
    }

    /// `v1,` and the base64 of the code.
    fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let mac = self
            .0
            .clone()
            .chain_update(format!("{id}.{timestamp}."))
            .chain_update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A new secret out of 32 random bytes.
pub fn generate(random: [u8; 32]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(random))
}

/// What to sign with at `now`: the endpoint's secret and, until it expires, the one before.
pub fn secrets(endpoint: &Endpoint, now: Timestamp) -> Result<Vec<Secret>, SecretError> {
    let previous = endpoint.previous_secret.as_deref();
    let previous = previous.filter(|_| {
        endpoint
            .previous_secret_expires_at
            .is_some_and(|expiry| now < expiry)
    });
    [Some(endpoint.secret.as_str()), previous]
        .into_iter()
        .flatten()
        .map(Secret::parse)
        .collect()
}

/// The three headers of an attempt. `id` stays the same over all attempts and holds no `.`; `at` is the attempt's
/// own time; one signature for each secret, any of which a receiver may accept.
pub fn headers(id: &str, at: Timestamp, body: &str, secrets: &[Secret]) -> [(&'static str, String); 3] {
    let timestamp = at.as_second();
    let signatures: Vec<String> = secrets
        .iter()
        .map(|secret| secret.sign(id, timestamp, body))
        .collect();
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{EndpointId, WorkspaceId};
    use crate::domain::webhook::Form;
    use crate::entropy;

    fn endpoint(secret: &str, previous: Option<(&str, &str)>) -> Endpoint {
        Endpoint {
            workspace: WorkspaceId::parse("default").unwrap(),
            id: EndpointId::from_random([1; 16]),
            url: "https://example.com".to_owned(),
            events: Vec::new(),
            form: Form::default(),
            secret: secret.to_owned(),
            previous_secret: previous.map(|(secret, _)| secret.to_owned()),
            previous_secret_expires_at: previous.map(|(_, expiry)| expiry.parse().unwrap()),
            disabled: None,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Known answer, computed with the reference implementation of Standard Webhooks.
    #[test]
    fn the_known_vector_is_met() {
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let at = Timestamp::from_second(1_614_265_330).unwrap();
        let headers = headers(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            at,
            r#"{"test": 2432232314}"#,
            &[secret],
        );
        assert_eq!(
            headers.map(|(_, value)| value),
            [
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
            ]
        );
    }

    #[test]
    fn another_implementation_agrees_on_a_thousand_cases() {
        for case in 0..1000_usize {
            let text = if case % 2 == 0 {
                generate(entropy::bytes())
            } else {
                let key = entropy::bytes::<64>();
                format!("whsec_{}", STANDARD.encode(&key[..24 + case % 41]))
            };
            let body: String = entropy::bytes::<48>()
                .map(|byte| char::from(byte % 0x7f))
                .iter()
                .collect();
            let body = format!("{{\"n\":{case},\"text\":\"{body}é漢\"}}");
            let (id, at) = (
                format!("evt_{case}"),
                1_700_000_000 + i64::try_from(case).unwrap() * 977,
            );
            let ours = Secret::parse(&text).unwrap().sign(&id, at, &body);
            let theirs = standardwebhooks::Webhook::new(&text)
                .unwrap()
                .sign(&id, at, body.as_bytes());
            assert_eq!(ours, theirs.unwrap(), "case {case}");
        }
    }

    #[test]
    fn bad_secrets_are_refused() {
        let encoded = |length: usize| format!("whsec_{}", STANDARD.encode(vec![7; length]));
        for (text, expected) in [
            (String::new(), SecretError::Prefix),
            (STANDARD.encode([7; 32]), SecretError::Prefix),
            ("whsec_".to_owned(), SecretError::Length(0)),
            ("whsec_not base64!".to_owned(), SecretError::Base64),
            (encoded(23), SecretError::Length(23)),
            (encoded(65), SecretError::Length(65)),
        ] {
            assert_eq!(Secret::parse(&text).unwrap_err(), expected, "{text:?}");
        }
        assert!(Secret::parse(&encoded(24)).is_ok() && Secret::parse(&encoded(64)).is_ok());
    }

    #[test]
    fn a_rotated_endpoint_signs_twice_until_the_old_secret_expires() {
        let (new, old) = (generate([1; 32]), generate([2; 32]));
        let endpoint = endpoint(&new, Some((&old, "2026-11-22T10:00:00Z")));
        let signed_at = |time: &str| {
            let at: Timestamp = time.parse().unwrap();
            let [.., (name, value)] = headers("evt_1", at, "{}", &secrets(&endpoint, at).unwrap());
            assert_eq!(name, "webhook-signature");
            value.split(' ').count()
        };
        assert_eq!(signed_at("2026-11-22T09:59:59Z"), 2);
        assert_eq!(signed_at("2026-11-22T10:00:00Z"), 1);
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(
            format!("{:?}", Secret::parse(&generate([9; 32])).unwrap()),
            "Secret(…)"
        );
    }
}
