//! What the operator writes under `[connectors]`. Knows how it is written; whether it makes sense, `load` knows.

use std::collections::BTreeMap;
use std::fmt;

use ipnet::IpNet;
use serde::Deserialize;

use crate::domain::time::Duration;

/// By the connector's name. Empty by default.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(transparent)]
pub struct Options {
    pub connectors: BTreeMap<String, ConnectorOptions>,
}

/// One system of the company.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectorOptions {
    /// Every path is put behind it. `${NAME}` stands for an environment variable, here and in headers.
    pub base_url: String,
    /// Sent with every request.
    pub headers: BTreeMap<String, HeaderText>,
    /// For one attempt, from the name's lookup to the end of the answer.
    pub timeout: Duration,
    /// How often a lookup is tried at most; 1 to 10.
    pub attempts: u32,
    /// For a lookup with all its attempts and the pauses between them.
    pub deadline: Duration,
    /// A longer answer is not read to its end, and counts as none.
    pub bytes_max: usize,
    /// Networks that may be called although they are not public.
    pub networks: Vec<IpNet>,
    /// Allows a base URL that begins with `http://`.
    pub allow_http: bool,
    pub breaker: BreakerOptions,
    /// By name; a flow calls them `connector.lookup`.
    pub lookups: BTreeMap<String, LookupOptions>,
}

impl Default for ConnectorOptions {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            headers: BTreeMap::new(),
            timeout: Duration::from_secs(2),
            attempts: 3,
            deadline: Duration::from_secs(8),
            bytes_max: 256 * 1024,
            networks: Vec::new(),
            allow_http: false,
            breaker: BreakerOptions::default(),
            lookups: BTreeMap::new(),
        }
    }
}

/// When a system that fails is left alone for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BreakerOptions {
    /// Failed attempts in a row that open it.
    pub failures: u32,
    /// How long nothing is asked then; afterwards one attempt is let through.
    pub pause: Duration,
}

impl Default for BreakerOptions {
    fn default() -> Self {
        Self {
            failures: 5,
            pause: Duration::from_secs(30),
        }
    }
}

/// A header's value as it is written, `${NAME}` not yet filled in. It is not shown: some will write the secret itself.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct HeaderText(pub String);

impl fmt::Debug for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeaderText(…)")
    }
}

/// One question to a system.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LookupOptions {
    pub method: Method,
    /// `{name}` stands for an argument, which is always one part of the path.
    pub path: String,
    /// A parameter that an empty argument leaves empty is left out.
    pub query: BTreeMap<String, String>,
    /// Sent as JSON; a text that an empty argument leaves empty is left out with its key.
    pub body: Option<toml::Table>,
    /// Only after a proof of identity; gets the argument `customer`.
    pub private: bool,
    /// Changes something: a flow asks for a yes first.
    pub writes: bool,
    /// How long an answer is good for the same request; zero keeps none.
    pub cache: Duration,
    /// By status code. Every other status is no answer.
    pub outcomes: BTreeMap<String, String>,
    /// By field: where in the answer it stands, as a JSON pointer (RFC 6901).
    pub fields: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    #[default]
    Get,
    Post,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_people_write_them() {
        let options: Options = toml::from_str(
            "[shop]\n\
             base_url = 'https://shop.example'\n\
             headers = { authorization = 'Bearer ${SHOP_TOKEN}' }\n\
             deadline = '1m 30s'\n\
             breaker = { failures = 2 }\n\
             [shop.lookups.order]\n\
             method = 'POST'\n\
             path = '/orders/{order_number}'\n\
             outcomes = { 200 = 'ok' }\n",
        )
        .unwrap();
        let shop = &options.connectors["shop"];
        assert_eq!(
            (shop.deadline, shop.timeout),
            (Duration::from_secs(90), Duration::from_secs(2))
        );
        assert_eq!(
            (shop.breaker.failures, shop.breaker.pause),
            (2, Duration::from_secs(30))
        );
        let order = &shop.lookups["order"];
        assert_eq!((order.method, order.cache), (Method::Post, Duration::ZERO));
        assert_eq!(order.outcomes["200"], "ok");
        assert!(!format!("{options:?}").contains("SHOP_TOKEN"));
    }

    #[test]
    fn unknown_keys_are_refused_at_every_depth() {
        for text in [
            "[shop]\nbase = 'x'\n",
            "[shop]\nbreaker = { failures = 1, wait = '3s' }\n",
            "[shop.lookups.order]\nurl = '/'\n",
        ] {
            let error = toml::from_str::<Options>(text).unwrap_err().to_string();
            assert!(error.contains("unknown field"), "{error}");
        }
    }
}
