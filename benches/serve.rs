//! Messages a second through HTTP, each on disk before it is acknowledged: Firstline at 1, 16 and 64 callers, and in
//! alternation the classifier's pool alone on the same messages, and any other server that speaks the same two calls.
//!
//! `cargo bench --bench serve -- [--seconds 5] [--rounds 3] [--callers 64] [--peer http://127.0.0.1:8099]`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends where it fails, and prints a table"
)]

#[path = "support/classifier.rs"]
mod classifier;
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use firstline::classify::{OnnxClassifier, Options as Pool};
use firstline::domain::clauses::requests;
use firstline::ports::Classifier;
use support::{LINES, Server, at, closed_loop};
use tokio::task::JoinSet;

const CALLERS: [usize; 3] = [1, 16, 64];

struct Options {
    seconds: u64,
    rounds: usize,
    callers: Vec<usize>,
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
    let pool = OnnxClassifier::start(&classifier::runtime(), classifier::model(), &Pool::default());
    let pool = Arc::new(pool.unwrap());
    println!("callers  server      msg/s      p50 ms     p99 ms");
    for callers in options.callers.iter().copied() {
        let (mut alone, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            alone.push(runtime.block_on(classify(&pool, callers, options.seconds)));
            ours.push(runtime.block_on(load(&server.url, callers, options.seconds)));
            if let Some(peer) = &options.peer {
                theirs.push(runtime.block_on(load(peer, callers, options.seconds)));
            }
        }
        print(callers, "firstline", &ours);
        print(callers, "pool", &alone);
        print_ratio(callers, &ours, &alone);
        if !theirs.is_empty() {
            print(callers, "peer", &theirs);
            print_ratio(callers, &ours, &theirs);
        }
    }
    println!("resident after the load: {} MiB", server.resident_kib() / 1024);
}

fn options() -> Options {
    Options {
        seconds: support::number("--seconds", 5),
        rounds: usize::try_from(support::number("--rounds", 3)).unwrap(),
        callers: match support::number("--callers", 0) {
            0 => CALLERS.to_vec(),
            callers => vec![usize::try_from(callers).unwrap()],
        },
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

/// The same for the classifier's pool: the same readings, but no HTTP, no search, no decision, nothing kept. What asks for
/// several things is read in parts as well, as the engine does.
async fn classify(pool: &Arc<OnnxClassifier>, callers: usize, seconds: u64) -> Figures {
    let started = Instant::now();
    let until = started + Duration::from_secs(seconds);
    let mut calls = JoinSet::new();
    for caller in 0..callers {
        let pool = Arc::clone(pool);
        calls.spawn(async move {
            let mut latencies = Vec::new();
            for text in LINES.iter().cycle().skip(caller) {
                let sent = Instant::now();
                if sent >= until {
                    break;
                }
                let parts: Vec<&str> = std::iter::once(*text).chain(requests(text)).collect();
                pool.classify_all(&parts).await.unwrap();
                latencies.push(sent.elapsed().as_secs_f64() * 1_000.0);
            }
            latencies
        });
    }
    let mut latencies = calls.join_all().await.concat();
    latencies.sort_by(f64::total_cmp);
    Figures {
        per_second: latencies.len() as f64 / started.elapsed().as_secs_f64(),
        p50: at(0.5, &latencies),
        p99: at(0.99, &latencies),
    }
}

/// Of medians over rounds, each round against the one beside it.
fn print_ratio(callers: usize, ours: &[Figures], others: &[Figures]) {
    let ratio =
        |of: fn(&Figures) -> f64| median(ours.iter().zip(others).map(|(a, b)| of(a) / of(b)).collect());
    println!(
        "{callers:>7}  ratio  {:>12.2} {:>11.2} {:>10.2}",
        ratio(|f| f.per_second),
        ratio(|f| f.p50),
        ratio(|f| f.p99)
    );
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
