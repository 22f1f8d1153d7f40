//! `${NAME}` in a setting: what the environment says, or a text that stands in for it. Errors name variables and never
//! what is in them. Knows nothing of what the settings are for.

use std::collections::BTreeMap;

use thiserror::Error;

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum VariableError {
    #[error("a `${{` has no `}}` behind it; write ${{NAME}} for the environment variable NAME")]
    Open,
    #[error("`{0}` cannot be an environment variable; use letters, digits and _")]
    Name(String),
    #[error("the environment variable {0} is not set, or empty; set it before the start")]
    Unset(String),
}

/// A text that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// The variables in it.
    pub(super) names: Vec<String>,
}

/// Puts the value of each `${NAME}` in its place; `${NAME:-text}` is `text` where the variable is not set, or empty.
pub(super) fn filled(text: &str, environment: &BTreeMap<String, String>) -> Result<Filled, VariableError> {
    let mut filled = Filled {
        text: String::new(),
        names: Vec::new(),
    };
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        let (inside, after) = behind.split_once('}').ok_or(VariableError::Open)?;
        let (name, instead) = match inside.split_once(":-") {
            Some((name, instead)) => (name, Some(instead)),
            None => (inside, None),
        };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if name.is_empty() || !name.bytes().all(fits) {
            return Err(VariableError::Name(name.to_owned()));
        }
        let value = environment.get(name).map(String::as_str);
        let value = value.filter(|value| !value.is_empty()).or(instead);
        filled.text.push_str(before);
        filled
            .text
            .push_str(value.ok_or_else(|| VariableError::Unset(name.to_owned()))?);
        filled.names.push(name.to_owned());
        rest = after;
    }
    filled.text.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, VariableError> {
        let environment = [("TOKEN", "s3cret"), ("EMPTY", "")];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        filled(text, &environment.into()).map(|filled| filled.text)
    }

    #[test]
    fn variables_are_put_in() {
        for (text, expected) in [
            ("Bearer ${TOKEN}", "Bearer s3cret"),
            ("${TOKEN}:${TOKEN}!", "s3cret:s3cret!"),
            ("5 $ {a}", "5 $ {a}"),
            ("${TOKEN:-x}", "s3cret"),
            ("${EMPTY:-x}", "x"),
            ("${OTHER:-http://127.0.0.1:8090}/api", "http://127.0.0.1:8090/api"),
            ("a${OTHER:-}b", "ab"),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_missing_or_no_variable_is_refused() {
        for (text, expected) in [
            ("${TOKEN", VariableError::Open),
            ("${}", VariableError::Name(String::new())),
            ("${A B}", VariableError::Name("A B".to_owned())),
            ("${:-x}", VariableError::Name(String::new())),
            ("${OTHER}", VariableError::Unset("OTHER".to_owned())),
            ("${EMPTY}", VariableError::Unset("EMPTY".to_owned())),
        ] {
            assert_eq!(read(text).unwrap_err(), expected, "{text}");
        }
    }
}
