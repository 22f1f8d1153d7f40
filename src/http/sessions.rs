//! Sessions as text: what a browser holds in its cookie, and the token by which a page of ours proves that a request is
//! its own. Pure.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::domain::account::SESSION_MAX;
use crate::entropy;
use crate::http::error::ApiError;
use crate::http::keys::sha256_hex;

pub const COOKIE: &str = "firstline_session";

pub const CSRF_HEADER: &str = "x-csrf-token";

/// What the CSRF token of a session is made of, besides the session's own.
const CSRF: &[u8] = b"firstline csrf 1";

/// 256 random bits as text: what a cookie or a one-time link holds. Only its SHA-256 is stored.
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(entropy::bytes::<32>())
}

/// How the store knows a cookie, a link or a key.
pub fn stored(token: &str) -> String {
    sha256_hex(token.as_bytes())
}

/// What the browser says its session is.
pub(crate) fn of_cookie(headers: &HeaderMap) -> Option<&str> {
    cookie_named(headers, COOKIE)
}

pub(crate) fn cookie_named<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    let pairs = cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}

/// Follows from the session and is of no use without it, so that it need not be stored.
pub fn csrf_token(token: &str) -> String {
    // A key of any length is taken.
    let code = Hmac::<Sha256>::new_from_slice(token.as_bytes())
        .map(|mac| mac.chain_update(CSRF).finalize().into_bytes())
        .unwrap_or_default();
    URL_SAFE_NO_PAD.encode(code)
}

/// A page of another site can have a browser send the cookie along, but cannot read or guess this header.
pub(crate) fn check_csrf(token: &str, headers: &HeaderMap) -> Result<(), ApiError> {
    let given = headers.get(CSRF_HEADER).map_or(&b""[..], HeaderValue::as_bytes);
    if csrf_token(token).as_bytes().ct_eq(given).into() {
        Ok(())
    } else {
        Err(ApiError::Csrf)
    }
}

/// Has the browser keep a session; `secure` where it is served over TLS.
pub(crate) fn cookie(token: &str, secure: bool) -> String {
    written(token, SESSION_MAX.as_secs(), secure)
}

/// Has the browser forget it.
pub(crate) fn no_cookie(secure: bool) -> String {
    written("", 0, secure)
}

fn written(value: &str, seconds: i64, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_session_is_found_among_other_cookies() {
        let mut headers = HeaderMap::new();
        assert_eq!(of_cookie(&headers), None);
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("a=b; my_firstline_session=x"),
        );
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("c=d; firstline_session=the=token"),
        );
        assert_eq!(of_cookie(&headers), Some("the=token"));
    }

    #[test]
    fn a_csrf_token_belongs_to_one_session() {
        let (one, other) = (new_token(), new_token());
        let mut headers = HeaderMap::new();
        assert!(check_csrf(&one, &headers).is_err());
        headers.insert(CSRF_HEADER, csrf_token(&one).parse().unwrap());
        assert!(check_csrf(&one, &headers).is_ok());
        assert!(check_csrf(&other, &headers).is_err());
        assert_ne!(csrf_token(&one), one);
    }

    #[test]
    fn a_cookie_is_kept_from_scripts_and_other_sites() {
        assert_eq!(
            cookie("t", true),
            "firstline_session=t; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict; Secure"
        );
        assert!(!cookie("t", false).contains("Secure"));
        assert!(no_cookie(false).contains("Max-Age=0;"));
    }
}
