//! The one integration-test binary: a module for each area, so that everything is linked once.

#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod chat;
mod classify_cli;
mod decision;
mod live;
mod logging;
mod support;
mod tidy;
mod transcripts;
mod webhooks;
