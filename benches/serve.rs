//! Messages a second through HTTP, each on disk before it is acknowledged: Firstline at 1, 16 and 64 callers,
//! and in alternation any other server that speaks the same two calls.
//!
//! `cargo bench --bench serve -- [--seconds 5] [--rounds 3] [--peer http://127.0.0.1:8099]`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench ends where it fails, and prints a table"
)]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const CALLERS: [usize; 3] = [1, 16, 64];

/// Messages in one conversation before the caller opens the next.
const MESSAGES_EACH: usize = 6;

/// Lines of 2 to 20 words, as customers write.
const LINES: [&str; 16] = [
    "hello",
    "where's my stuff, it was meant to come yesterday",
    "has my payment gone through",
    "i forgot my password and the mail never comes",
    "when is my service appointment",
    "how far does the e-bike go on one charge",
    "can i still change the address on my order",
    "do you ship to ireland and what does it cost",
    "ok thanks",
    "the helmet is too small, can i swap it for a larger one",
    "my card was declined but the money is gone",
    "are you open on sunday",
    "i need an invoice with our company name on it",
    "how do i cancel my membership",
    "what size frame do i need if i am 172 cm tall",
    "which bank holidays are you closed on this winter, i would like to drop my bike off on the 27th",
];

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
    // The program brings no TLS of its own choice, so a client needs one before it is made.
    rustls::crypto::ring::default_provider().install_default().ok();
    let options = options();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let data = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let (mut child, url) = start(data.path());
    println!("start to ready: {} ms", started.elapsed().as_millis());
    println!("resident at rest: {} MiB", resident_mib(&child));
    println!("callers  server      msg/s      p50 ms     p99 ms");
    for callers in CALLERS {
        let mut ours = Vec::new();
        let mut theirs = Vec::new();
        for _ in 0..options.rounds {
            ours.push(runtime.block_on(load(&url, callers, options.seconds)));
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
    println!("resident after the load: {} MiB", resident_mib(&child));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn options() -> Options {
    let mut options = Options {
        seconds: 5,
        rounds: 3,
        peer: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => options.seconds = arguments.next().unwrap().parse().unwrap(),
            "--rounds" => options.rounds = arguments.next().unwrap().parse().unwrap(),
            "--peer" => options.peer = arguments.next(),
            _ => {}
        }
    }
    options
}

fn start(data: &std::path::Path) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_firstline"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["serve", "--bind", "127.0.0.1:0"])
        .env("FIRSTLINE_PATHS__DATA", data)
        .env("FIRSTLINE_HTTP__OPENS_PER_SECOND", "0")
        .env("FIRSTLINE_HTTP__VISITOR_PER_SECOND", "0")
        .env("FIRSTLINE_LOG__LEVEL", "warn")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let prefix = "http://127.0.0.1:";
    let url = lines
        .map_while(Result::ok)
        .find_map(|line| {
            let rest = &line[line.find(prefix)? + prefix.len()..];
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            Some(format!("{prefix}{port}"))
        })
        .expect("the server ended before it was ready");
    (child, url)
}

fn resident_mib(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

/// So many callers, each sending its next message when the last is answered.
async fn load(url: &str, callers: usize, seconds: u64) -> Figures {
    let client = Client::builder().pool_max_idle_per_host(callers).build().unwrap();
    let until = Instant::now() + Duration::from_secs(seconds);
    let started = Instant::now();
    let mut calls = JoinSet::new();
    for caller in 0..callers {
        calls.spawn(call(client.clone(), url.to_owned(), caller, until));
    }
    let mut latencies = calls.join_all().await.concat();
    let elapsed = started.elapsed().as_secs_f64();
    latencies.sort_by(f64::total_cmp);
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize];
    Figures {
        per_second: latencies.len() as f64 / elapsed,
        p50: at(0.5),
        p99: at(0.99),
    }
}

async fn call(client: Client, url: String, caller: usize, until: Instant) -> Vec<f64> {
    let mut latencies = Vec::new();
    let mut next = caller;
    while Instant::now() < until {
        let opened = post(&client, &format!("{url}/v1/conversations"), "", &json!({})).await;
        let token = opened["token"].as_str().unwrap_or_default().to_owned();
        let path = format!(
            "{url}/v1/conversations/{}/messages",
            opened["id"].as_str().unwrap()
        );
        for _ in 0..MESSAGES_EACH {
            let body = json!({ "text": LINES[next % LINES.len()] });
            next += 1;
            let sent = Instant::now();
            post(&client, &path, &token, &body).await;
            latencies.push(sent.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    latencies
}

async fn post(client: &Client, url: &str, token: &str, body: &Value) -> Value {
    let mut request = client.post(url).header("content-type", "application/json");
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    let response = request.body(body.to_string()).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
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
