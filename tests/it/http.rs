//! The HTTP API end to end: the real router, engine, policy and replies over a store in memory, with a classifier
//! that reads by script and a clock that stands still unless a test moves it.

mod access;
mod agents;
pub(crate) mod app;
mod bad_input;
mod conversation;
mod idempotency;
pub(crate) mod identity;
mod openapi;
mod operations;
mod overload;
mod pages;
mod scripted;
mod stream;
mod suggestions;
mod waiting;
mod webhook_sending;
mod webhooks;
