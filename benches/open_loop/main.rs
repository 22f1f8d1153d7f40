//! Load as customers make it: messages come when they come, whether or not the server has answered the ones before. Each
//! latency counts from the moment at which the message was due, so that a server that stands still is not spared (no
//! coordinated omission). Then five times what the server can do, and how soon it recovers; then many event streams.
//! One line of JSON for each.
//!
//! `cargo bench --bench open_loop -- [--rate 200] [--minutes 10 | --seconds 10] [--burst 5] [--clients 500] [--only load]`
//!
//! `--burst` is in seconds, 0: none; `--clients 0`: none. Each client is a file on both sides: `ulimit -n 65536` first.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends where it fails, and prints its figures"
)]

mod arrival;
mod burst;
mod steady;
mod streams;
#[path = "../support/mod.rs"]
mod support;

use support::{Server, argument, number};

fn main() {
    let only = argument("--only");
    let wanted = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let rate = number("--rate", 200);
    let seconds = number("--seconds", number("--minutes", 0) * 60);
    let seconds = if seconds == 0 { 10 } else { seconds };
    let (burst_seconds, clients) = (number("--burst", 5), number("--clients", 500));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // Each on a server of its own, so that none is measured with the memory of the one before.
    let data = tempfile::tempdir().unwrap();
    let start = |part: &str| Server::start(&data.path().join(part));
    if wanted("load") {
        println!("{}", runtime.block_on(steady::run(&start("load"), rate, seconds)));
    }
    if wanted("burst") && burst_seconds > 0 {
        println!("{}", runtime.block_on(burst::run(&start("burst"), burst_seconds)));
    }
    if wanted("streams") && clients > 0 {
        println!("{}", runtime.block_on(streams::run(&start("streams"), clients)));
    }
}
