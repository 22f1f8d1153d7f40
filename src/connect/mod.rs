//! Connectors to the company's own systems: what a flow calls `shop.order` becomes an HTTP request, and its answer an
//! outcome with fields. Must not know flows, conversations or the worker that asks.
//!
//! ```text
//! connectors: request (template) ─▶ cache ─▶ [ breaker ─▶ client (egress) ─▶ answer ] again? ─▶ LookupResult
//! ```
//!
//! Whatever goes wrong is [`LookupResult::unavailable`](crate::domain::lookup::LookupResult::unavailable), with a
//! problem that agents understand. All that an operator can get wrong is refused when the connectors are made, by
//! `load`.

mod answer;
mod breaker;
mod cache;
mod client;
mod connector;
mod connectors;
mod failure;
mod headers;
mod load;
mod options;
mod problem;
mod request;
mod template;
mod unsealed;
mod variables;

pub use connectors::Connectors;
pub use options::{BreakerOptions, ConnectorOptions, HeaderText, LookupOptions, Method, Options};
pub use problem::Problem;
pub use unsealed::Unsealed;

/// The longest name of a connector, lookup, outcome, field or argument.
const NAME_BYTES_MAX: usize = 64;

/// Whether this may be the name of a connector, lookup, outcome, field or argument: a-z, 0-9 and _.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(fits)
}
