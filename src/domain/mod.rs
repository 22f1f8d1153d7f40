//! The nouns of customer support as plain values: no IO, no clock, no randomness, nothing of ours imported.
//!
//! Values that are kept (conversations, messages, readings, traces) derive serde for the *store*; what crosses
//! the HTTP wire has its own types in `http`. The one exception is [`event`]: an event is itself a contract.

pub mod account;
pub mod agent;
pub mod alert;
pub mod api_key;
pub mod article;
pub mod audit;
pub mod bot;
pub mod canned_response;
pub mod clauses;
pub mod conversation;
pub mod csat;
pub mod entity;
pub mod event;
pub mod figures;
pub mod finding;
pub mod flow;
pub mod handoff;
pub mod hours;
pub mod id;
pub mod identity;
pub mod intent;
pub mod label;
pub mod listing;
pub mod lookup;
pub mod message;
pub mod moment;
pub mod note;
pub mod offer;
pub mod personal_data;
pub mod presence;
pub mod progress;
pub mod queue;
pub mod reading;
pub mod role;
pub mod sentiment;
pub mod sla;
pub mod standing;
pub mod suggestion;
pub mod task;
pub mod time;
pub mod turn;
pub mod webhook;
