//! Lookups: what the company's own systems can be asked, or told to do, and what they answered. How they are reached
//! is the connectors' matter; a flow and a decision see names and values only.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What one lookup takes and gives, as the operator declared it. Flows are checked against it when they load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupSpec {
    /// `connector.lookup`, `shop.order` for example.
    pub name: String,
    /// Every argument that a flow has to give: without `customer` and `code`, which the engine adds.
    pub arguments: BTreeSet<String>,
    /// Every field that a reply may mention. An answer that lacks one of them has it as null.
    pub fields: BTreeSet<String>,
    /// Every outcome beside [`LookupResult::UNAVAILABLE`], which is always possible.
    pub outcomes: BTreeSet<String>,
    /// Asks for, or changes, what belongs to one customer: only after a proof of identity, and with that customer's id
    /// as the argument `customer`, so that the company's system answers about nobody else.
    pub private: bool,
    /// Changes something: a flow asks for a yes first.
    pub writes: bool,
    /// Takes the argument `code`: sends a one-time code to the address that the company has on file, and answers with
    /// a field `customer`, null or empty where it knows none. It answers alike in both cases.
    pub sends_code: bool,
}

/// One question to the company's systems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookupRequest {
    /// [`LookupSpec::name`].
    pub lookup: String,
    pub arguments: BTreeMap<String, String>,
    /// Of arguments that are personal data the sealed value, which goes out in place of the mask that `arguments` has.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, String>,
}

/// What came of it. There is always an answer: a system that is down is an outcome too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LookupResult {
    /// One of [`LookupSpec::outcomes`], or [`LookupResult::UNAVAILABLE`].
    pub outcome: String,
    /// The declared fields, by name: text, numbers, booleans, lists or null.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// Why it is unavailable, for agents and the trace; never said to a customer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub problem: String,
}

impl LookupResult {
    /// The system did not answer in time, or with something that cannot be understood.
    pub const UNAVAILABLE: &'static str = "unavailable";

    pub fn unavailable(problem: impl Into<String>) -> Self {
        Self {
            outcome: Self::UNAVAILABLE.to_owned(),
            fields: BTreeMap::new(),
            problem: problem.into(),
        }
    }

    pub fn is_unavailable(&self) -> bool {
        self.outcome == Self::UNAVAILABLE
    }

    /// A field's text; `None` where it is missing, null, empty or no text.
    pub fn text(&self, field: &str) -> Option<&str> {
        let text = self.fields.get(field)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }
}
