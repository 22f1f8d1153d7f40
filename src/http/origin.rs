//! The sites on which the widget stands, other than the server's own: they may call the API from their pages.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method, header};
use serde::Deserialize;
use thiserror::Error;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser need not ask again whether it may.
const ANSWER_HOLDS: Duration = Duration::from_secs(3_600);

#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "{0:?} is not an origin; write it as browsers do, https://shop.example.com or http://127.0.0.1:3000: in lower case, \
     without a path, without the scheme's own port"
)]
pub struct InvalidOrigin(String);

/// Scheme, host, and the port where it is not the scheme's own, exactly as a browser sends it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Origin(HeaderValue);

impl TryFrom<String> for Origin {
    type Error = InvalidOrigin;

    fn try_from(text: String) -> Result<Self, InvalidOrigin> {
        let value = HeaderValue::from_str(&text).ok().filter(|_| is_origin(&text));
        value.map(Self).ok_or(InvalidOrigin(text))
    }
}

fn is_origin(text: &str) -> bool {
    let Some((scheme @ ("https" | "http"), place)) = text.split_once("://") else {
        return false;
    };
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    };
    let is_host = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    let own_port = if scheme == "https" { "443" } else { "80" };
    let port_fits = port.is_none_or(|port| {
        port != own_port && !port.starts_with('0') && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    !host.is_empty() && host.bytes().all(is_host) && port_fits
}

/// Lets pages of these sites call the API, with a visitor token and never with a cookie. `None` without sites.
pub(crate) fn cors(origins: &[Origin]) -> Option<CorsLayer> {
    if origins.is_empty() {
        return None;
    }
    let origins = origins.iter().map(|Origin(value)| value.clone());
    let sent = [
        header::AUTHORIZATION,
        header::CONTENT_TYPE,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("last-event-id"),
    ];
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(sent)
        .expose_headers([header::RETRY_AFTER])
        .max_age(ANSWER_HOLDS);
    Some(layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_would_send() {
        for text in [
            "https://shop.example.com",
            "http://127.0.0.1:3000",
            "https://xn--bcher-kva.example",
        ] {
            assert!(Origin::try_from(text.to_owned()).is_ok(), "{text}");
        }
        for text in [
            "*",
            "",
            "null",
            "shop.example.com",
            "https://",
            "https://Shop.example.com",
            "https://shop.example.com/",
            "https://shop.example.com:443",
            "http://shop.example.com:80",
            "https://shop.example.com:",
            "https://shop.example.com:70000",
            "https://*.example.com",
            "https://a b",
            "ftp://shop.example.com",
            "https://shop.example.com\n",
        ] {
            let refused = Origin::try_from(text.to_owned()).unwrap_err();
            assert_eq!(refused, InvalidOrigin(text.to_owned()));
        }
    }
}
