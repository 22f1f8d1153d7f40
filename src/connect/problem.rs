//! What an operator has to mend in the settings of connectors. Knows no settings.

use std::fmt;

/// A setting that cannot be used. Printed as `key: message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// With connector and lookup: `connectors.shop.lookups.order.path`.
    pub key: String,
    /// What is wrong with it and how to mend it; no value that may be secret.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

/// All that is wrong, in the order in which it was found.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

impl Problems {
    pub(super) fn add(&mut self, key: impl Into<String>, message: impl fmt::Display) {
        self.0.push(Problem {
            key: key.into(),
            message: message.to_string(),
        });
    }

    /// What was found with a value; its problem is added here.
    pub(super) fn take<T, E: fmt::Display>(
        &mut self,
        key: impl Into<String>,
        found: Result<T, E>,
    ) -> Option<T> {
        match found {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(key, error);
                None
            }
        }
    }

    pub(super) fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}
