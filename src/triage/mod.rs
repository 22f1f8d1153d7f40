//! The decision: pure functions from a conversation, an input, a reading and a policy to a turn.
//! No IO, no clock, no randomness: the same values always give the same turn.

mod acceptance;
mod agent;
pub mod alerts;
mod answer;
mod card;
pub mod circumstances;
mod clarify;
pub mod composer;
pub mod decide;
mod draft;
pub mod flow;
pub mod gist;
mod gone;
mod handoff;
mod offer;
mod phrases;
pub mod policy;
pub mod reply;
pub mod routing;
mod several;
mod sla;
pub mod suggest;
mod switch;
mod waiting;
mod words;
