//! The HTTP API: requests in, the engine asked, JSON out. Every route stands in `router`, every status code in
//! `error`, who may call what in `access`. Must not know which store, classifier or index is behind the engine.

mod access;
mod actions;
mod agents;
mod auth;
mod conversations;
mod deliveries;
mod error;
mod events;
mod extract;
mod health;
pub mod identity;
pub mod keys;
mod limits;
mod messages;
mod network;
mod observe;
pub mod openapi;
pub mod origin;
pub mod pages;
mod problem;
mod queue;
mod reload;
pub mod router;
mod search;
mod shed;
pub mod state;
mod views;
mod visitor_token;
mod waiting;
mod webhooks;
