//! Messages a second through HTTP, each on disk before it is acknowledged: Firstline at 1, 16 and 64 callers,
//! and in alternation any other server that speaks the same two calls.
//!
//! `cargo bench --bench serve -- [--seconds 5] [--rounds 3] [--peer http://127.0.0.1:8099]`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends where it fails, and prints a table"
)]

mod support;

use support::{Server, at, closed_loop};

const CALLERS: [usize; 3] = [1, 16, 64];

struct Options {
    seconds: u64,
    rounds: usize,
    peer: Option<String>,
}

/// What one run of some callers gave; latencies in milliseconds.
#[derive(Clone, Copy)]
struct Figures {
    per_second: f64,
    p50: f64,
    p99: f64,
}

fn main() {
    let options = options();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    println!("start to ready: {} ms", server.ready_ms);
    println!("resident at rest: {} MiB", server.resident_kib() / 1024);
    println!("callers  server      msg/s      p50 ms     p99 ms");
    for callers in CALLERS {
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        for _ in 0..options.rounds {
            ours.push(runtime.block_on(load(&server.url, callers, options.seconds)));
            if let Some(peer) = &options.peer {
                theirs.push(runtime.block_on(load(peer, callers, options.seconds)));
            }
        }
        print(callers, "firstline", &ours);
        if !theirs.is_empty() {
            print(callers, "peer", &theirs);
            let ratio = |of: fn(&Figures) -> f64| {
                median(ours.iter().zip(&theirs).map(|(a, b)| of(a) / of(b)).collect())
            };
            println!(
                "{callers:>7}  ratio  {:>12.2} {:>11.2} {:>10.2}",
                ratio(|f| f.per_second),
                ratio(|f| f.p50),
                ratio(|f| f.p99)
            );
        }
    }
    println!("resident after the load: {} MiB", server.resident_kib() / 1024);
}

fn options() -> Options {
    Options {
        seconds: support::number("--seconds", 5),
        rounds: usize::try_from(support::number("--rounds", 3)).unwrap(),
        peer: support::argument("--peer"),
    }
}

async fn load(url: &str, callers: usize, seconds: u64) -> Figures {
    let (latencies, elapsed) = closed_loop(url, callers, seconds).await;
    Figures {
        per_second: latencies.len() as f64 / elapsed,
        p50: at(0.5, &latencies),
        p99: at(0.99, &latencies),
    }
}

fn print(callers: usize, server: &str, rounds: &[Figures]) {
    let of = |figure: fn(&Figures) -> f64| median(rounds.iter().map(figure).collect());
    println!(
        "{callers:>7}  {server:<9} {:>9.0} {:>11.1} {:>10.1}",
        of(|f| f.per_second),
        of(|f| f.p50),
        of(|f| f.p99)
    );
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
