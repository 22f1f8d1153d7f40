//! The HTTP API end to end: the real router, engine, policy and replies over a store in memory, with a classifier
//! that reads by script and a clock that stands still unless a test moves it.

mod access;
mod accounts;
mod agents;
pub(crate) mod app;
mod bad_input;
mod bot;
mod control;
mod conversation;
mod idempotency;
pub(crate) mod identity;
mod listing;
mod notes;
mod oidc;
mod openapi;
mod operations;
mod overload;
mod pages;
pub(crate) mod people;
mod scripted;
mod stream;
mod suggestions;
mod takeover;
mod waiting;
mod webhook_sending;
mod webhooks;
mod workspace_stream;
