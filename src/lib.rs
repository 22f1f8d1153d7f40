//! Firstline: a hybrid bot-plus-human triage engine for customer support.
//!
//! ```text
//!  L0  domain                          nouns of the field: plain values             no IO
//!  L1  triage   ports                  decisions | the seams (traits)               no IO
//!  L2  engine   outbox   live          order of steps | tails of the log            through ports
//!      dispatch                        who waits, held against who is there         through ports
//!      watch                           figures, held against the policy's alerts    through ports
//!  L3  classify knowledge store        adapters: ort | tantivy | sql                IO
//!      connect                         the company's own systems                    IO
//!      labelled  train  eval           rows with labels | own intents | measuring  IO
//!  L4  http                            axum; reads through ports, writes through engine
//!  L5  config -> cli -> main           the only place that names an adapter
//!  side: tasks, threads, telemetry, entropy, egress, seal   know nothing of ours
//! ```

pub mod classify;
pub mod cli;
pub mod config;
pub mod connect;
pub mod dispatch;
pub mod domain;
pub mod egress;
pub mod engine;
pub mod entropy;
pub mod eval;
pub mod http;
pub mod knowledge;
pub mod labelled;
pub mod live;
pub mod oidc;
pub mod outbox;
pub mod ports;
pub mod seal;
pub mod store;
pub mod tasks;
pub mod telemetry;
pub mod threads;
pub mod train;
pub mod triage;
pub mod watch;
