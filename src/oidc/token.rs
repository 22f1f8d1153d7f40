//! ID tokens: who signed them, for whom, and until when (OpenID Connect Core 1.0, section 3.1.3.7). RS256 and ES256 alone:
//! a token does not choose how it is checked. Pure. The signature itself is `ring`'s, which is here already; the crates
//! that check whole tokens bring an RSA of their own that has a known weakness, or one that needs a C compiler.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;
use thiserror::Error;

use crate::domain::time::Timestamp;

/// By how many seconds the provider's clock may differ from ours.
const SKEW: i64 = 60;

#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenError {
    #[error("the token is not a signed one")]
    Shape,
    #[error("the token is signed by another method than RS256 and ES256")]
    Method,
    #[error("the token is signed by no key of the provider")]
    Forged,
    #[error("the token is from another issuer")]
    Issuer,
    #[error("the token is for another client")]
    Audience,
    #[error("the token has expired, or is not valid yet")]
    Time,
    #[error("the token belongs to another sign-in")]
    Nonce,
}

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

/// The claims of a token that is signed by one of `keys`, a JSON Web Key Set (RFC 7517), and is as expected.
pub(super) fn verified(
    token: &str,
    keys: &Value,
    expected: &Expected<'_>,
) -> Result<Map<String, Value>, TokenError> {
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Shape)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenError::Shape)?;
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| TokenError::Shape)?;
    let kind = match header.alg.as_str() {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err(TokenError::Method),
    };
    let signature = decoded(signature)?;
    let keys = keys["keys"].as_array().into_iter().flatten();
    let mut candidates = keys
        .filter(|key| key["kty"] == kind && key["use"].as_str().is_none_or(|purpose| purpose == "sig"))
        .filter(|key| header.kid.as_deref().is_none_or(|kid| key["kid"] == kid));
    if !candidates.any(|key| signs(key, kind, signed.as_bytes(), &signature)) {
        return Err(TokenError::Forged);
    }
    let claims: Map<String, Value> =
        serde_json::from_slice(&decoded(claims)?).map_err(|_| TokenError::Shape)?;
    check(&claims, expected)?;
    Ok(claims)
}

fn decoded(text: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| TokenError::Shape)
}

fn signs(key: &Value, kind: &str, signed: &[u8], signature: &[u8]) -> bool {
    let part = |name: &str| decoded(key[name].as_str().unwrap_or_default()).unwrap_or_default();
    if kind == "RSA" {
        let (n, e) = (part("n"), part("e"));
        let key = RsaPublicKeyComponents { n: &n, e: &e };
        return key.verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature).is_ok();
    }
    // An uncompressed point: SEC 1, section 2.3.3.
    let point = [vec![4], part("x"), part("y")].concat();
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
    key.verify(signed, signature).is_ok()
}

fn check(claims: &Map<String, Value>, expected: &Expected<'_>) -> Result<(), TokenError> {
    let text = |claim: &str| claims.get(claim).and_then(Value::as_str);
    if text("iss") != Some(expected.issuer) {
        return Err(TokenError::Issuer);
    }
    let ours = |audience: &Value| audience.as_str() == Some(expected.client_id);
    let for_us = match claims.get("aud") {
        Some(Value::Array(audiences)) => audiences.iter().any(ours),
        Some(audience) => ours(audience),
        None => false,
    };
    let asked_for_by_us = text("azp").is_none_or(|client| client == expected.client_id);
    if !(for_us && asked_for_by_us) {
        return Err(TokenError::Audience);
    }
    let seconds = |claim: &str| {
        claims
            .get(claim)
            .and_then(Value::as_f64)
            .map(|second| second as i64)
    };
    let now = expected.now.as_second();
    let expired = seconds("exp").is_none_or(|end| end.saturating_add(SKEW) <= now);
    let early = ["iat", "nbf"]
        .iter()
        .any(|claim| seconds(claim).is_some_and(|start| start.saturating_sub(SKEW) > now));
    if expired || early {
        return Err(TokenError::Time);
    }
    let nonce = text("nonce").unwrap_or_default();
    if nonce.as_bytes().ct_eq(expected.nonce.as_bytes()).into() {
        Ok(())
    } else {
        Err(TokenError::Nonce)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Made with openssl; the private key is gone.
    const MODULUS: &str = concat!(
        "lpbGx0-f0zEnnSkNLyQXko0ACV3gCva3T7JDJk5kdKdJAkdaABKSsv5AbyQ2WxEPeQWK9FLWH0wdtrwPwkTimRoHFktTC6Cv",
        "rTYLgHyp1kgj4DLuU5Cmq_XtvwXvAg-inGz-vtfISZFQgkWurBo_2uXP8LArdd_6pfwbHtlspAbWKusZ7_A2FRGR_y_wvupx",
        "BCuLgFQpwfXnTeQtZG6SadFEQXuM3S_1JpTuLff-vP4ph2WgnroCtqja4UfG-GMRbynxqPmmXHpiUheMagiBGxEMRK7Jcmb1",
        "f06oF3a-F9cmxptH1pDY3NqPzuNbGcj5P8Itkonky6oRs3QzVwRXIQ"
    );
    const TOKEN: &str = concat!(
        "eyJhbGciOiAiUlMyNTYiLCAia2lkIjogIm9uZSJ9.eyJpc3MiOiAiaHR0cHM6Ly9sb2dpbi5leGFtcGxlLmNvbSIsICJhdWQ",
        "iOiBbInNob3AiXSwgInN1YiI6ICJ1MSIsICJub25jZSI6ICJuIiwgImlhdCI6IDE3Njc2MDM2MDAsICJleHAiOiAxNzY3NjA",
        "3MjAwfQ.R75SMb1dFL3yOjvpJ0AKQ0oe-ej0_qdQrDZ_q30fcleUdTR5ecP8OyTc6W9cRtUqf1BCaHv3-IuzRbGPXmTX3xKb",
        "zV2G19SBjuhf-qSHJsGLJCRk0F5BlK5EBKgfK2cATno1VxkkwIsD_qWTfiGJIvM2k9ihTBsenBx_ragXcT9YMOzqKvRYnguZ",
        "yBa4N8nCrhPcCFTavHxD46TIu2kfbVmPTwZ9URrRBa6KakUDJxHJ-_omyFK522OlzNLYwIUJMmZk68InxSsGSbcvo8EgvGLe",
        "RcKdum7lS-hRmDzO5orByXTpGtKiYaxI-wNX7Gmm7Ii3b8gLiDm5LkApYTQJjQ"
    );

    fn keys() -> Value {
        json!({ "keys": [{ "kty": "RSA", "kid": "one", "use": "sig", "n": MODULUS, "e": "AQAB" }] })
    }

    /// Half an hour after the token was made.
    fn expected() -> Expected<'static> {
        Expected {
            issuer: "https://login.example.com",
            client_id: "shop",
            nonce: "n",
            now: "2026-01-05T09:30:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_token_signed_by_an_rsa_key_is_believed() {
        let claims = verified(TOKEN, &keys(), &expected()).unwrap();
        assert_eq!(claims["sub"], "u1");
    }

    #[test]
    fn what_is_not_as_expected_is_refused() {
        let refused = |expected: Expected<'_>| verified(TOKEN, &keys(), &expected).unwrap_err();
        let issuer = "https://login.example.com/";
        assert_eq!(refused(Expected { issuer, ..expected() }), TokenError::Issuer);
        assert_eq!(
            refused(Expected {
                client_id: "sho",
                ..expected()
            }),
            TokenError::Audience
        );
        assert_eq!(
            refused(Expected {
                nonce: "",
                ..expected()
            }),
            TokenError::Nonce
        );
        for now in ["2026-01-05T10:01:00Z", "2026-01-05T08:58:59Z"] {
            let now = now.parse().unwrap();
            assert_eq!(refused(Expected { now, ..expected() }), TokenError::Time, "{now}");
        }
    }

    #[test]
    fn whoever_changes_a_token_or_its_method_is_refused() {
        let check = |token: &str, keys: &Value| verified(token, keys, &expected()).map(drop);
        let (head, rest) = TOKEN.split_once('.').unwrap();
        let (claims, signature) = rest.split_once('.').unwrap();
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let forged = encode(
            json!({ "iss": "https://login.example.com", "aud": "shop", "sub": "u2", "nonce": "n",
            "exp": 1_767_607_200 }),
        );
        assert_eq!(
            check(&format!("{head}.{forged}.{signature}"), &keys()),
            Err(TokenError::Forged)
        );
        for alg in ["none", "HS256", "rs256", "RS512"] {
            let head = encode(json!({ "alg": alg }));
            assert_eq!(
                check(&format!("{head}.{claims}."), &keys()),
                Err(TokenError::Method),
                "{alg}"
            );
        }
        let es256 = encode(json!({ "alg": "ES256" }));
        assert_eq!(
            check(&format!("{es256}.{claims}.{signature}"), &keys()),
            Err(TokenError::Forged)
        );
        let mut others = keys();
        others["keys"][0]["kid"] = json!("two");
        assert_eq!(check(TOKEN, &others), Err(TokenError::Forged));
        let mut encrypting = keys();
        encrypting["keys"][0]["use"] = json!("enc");
        assert_eq!(check(TOKEN, &encrypting), Err(TokenError::Forged));
        for shapeless in ["", "a.b", "a.b.c", &format!("{TOKEN}.x")] {
            assert!(check(shapeless, &keys()).is_err(), "{shapeless}");
        }
    }
}
