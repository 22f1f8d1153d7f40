//! The headers of a connector, with the secrets in them, which are never shown. Knows nothing of requests.

use std::collections::BTreeMap;

use reqwest::header::{
    ACCEPT, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use thiserror::Error;

use crate::connect::options::HeaderText;
use crate::connect::problem::Problems;
use crate::connect::variables::{VariableError, filled};

/// The header by which a system knows a repeated request.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What belongs to the request itself.
const OURS: [HeaderName; 9] = [
    CONNECTION,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    HOST,
    IDEMPOTENCY_KEY,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// None of them repeats a value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
enum HeaderError {
    #[error("this is no name of a header; write one like authorization")]
    Name,
    #[error("this header is set by Firstline itself; leave it out")]
    Ours,
    #[error(transparent)]
    Variable(#[from] VariableError),
    #[error("the value has a line break or another character that no header may have; look at {0}")]
    Value(String),
}

/// All headers with their values, which are marked as secret. What is wrong is added to `problems` under `key`.
pub(super) fn headers(
    texts: &BTreeMap<String, HeaderText>,
    environment: &BTreeMap<String, String>,
    key: &str,
    problems: &mut Problems,
) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]);
    for (name, text) in texts {
        if let Some((name, value)) =
            problems.take(format!("{key}.{name}"), header(name, &text.0, environment))
        {
            headers.insert(name, value);
        }
    }
    headers
}

fn header(
    name: &str,
    text: &str,
    environment: &BTreeMap<String, String>,
) -> Result<(HeaderName, HeaderValue), HeaderError> {
    let name: HeaderName = name.parse().map_err(|_| HeaderError::Name)?;
    if OURS.contains(&name) {
        return Err(HeaderError::Ours);
    }
    let filled = filled(text, environment)?;
    let mut value = HeaderValue::from_str(&filled.text).map_err(|_| {
        let names: Vec<String> = filled.names.iter().map(|name| format!("${{{name}}}")).collect();
        let written = "what is written here".to_owned();
        HeaderError::Value(if names.is_empty() {
            written
        } else {
            names.join(" and ")
        })
    })?;
    value.set_sensitive(true);
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<String, HeaderError> {
        let environment = [("TOKEN", "s3cret"), ("LINES", "a\r\nx-admin: 1")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let (_, value) = header(name, text, &environment.into())?;
        assert!(value.is_sensitive() && !format!("{value:?}").contains("s3cret"));
        Ok(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn a_value_is_sent_and_not_shown() {
        assert_eq!(read("Authorization", "Bearer ${TOKEN}").unwrap(), "Bearer s3cret");
        assert_eq!(read("x-key", "written here").unwrap(), "written here");
    }

    #[test]
    fn what_cannot_be_sent_is_refused_and_not_repeated() {
        for (name, text, expected) in [
            ("x key", "a", HeaderError::Name),
            ("Host", "a", HeaderError::Ours),
            ("idempotency-key", "a", HeaderError::Ours),
            ("a", "${OTHER}", VariableError::Unset("OTHER".to_owned()).into()),
            ("a", "x ${LINES}", HeaderError::Value("${LINES}".to_owned())),
            ("a", "b\nc", HeaderError::Value("what is written here".to_owned())),
        ] {
            assert_eq!(read(name, text).unwrap_err(), expected, "{name}: {text}");
        }
    }
}
