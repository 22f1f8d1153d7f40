//! The one integration-test binary: a module for each area, so that everything is linked once.
#![expect(clippy::unwrap_used, reason = "a test ends where it fails")]

mod bad_starts;
mod chat;
mod classifier;
mod classify_cli;
mod cli;
mod connect;
mod crash;
mod decision;
mod flows;
mod handoff;
mod http;
mod hybrid;
mod knowledge;
mod labelled;
mod live;
mod logging;
mod lookup_crash;
mod lookups;
mod mask_cli;
mod model_folder;
mod personal_data;
mod power_cut;
mod privacy;
mod reload;
mod routine;
mod search;
mod serve;
mod shop;
mod store_contract;
mod store_sqlite;
mod support;
mod tidy;
mod train;
mod transcripts;
mod webhooks;
