//! Calls that leave for other machines, webhooks and connectors alike: where they may go, a client that goes nowhere
//! else, and how long to wait before another try. Knows nothing of ours.

pub mod client;
pub mod guard;
pub mod network;
pub mod pause;
