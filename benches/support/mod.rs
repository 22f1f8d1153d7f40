//! What the benches of the running server share: the server itself, what customers write, one request, and figures.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// Messages in one conversation before the caller opens the next.
pub(crate) const MESSAGES_EACH: usize = 6;

/// Lines of 2 to 20 words, as customers write.
pub(crate) const LINES: [&str; 16] = [
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

/// What follows `name` on the command line.
pub(crate) fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.next();
    arguments.next()
}

/// The number that follows `name`, or else `usual`.
pub(crate) fn number(name: &str, usual: u64) -> u64 {
    argument(name).map_or(usual, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} {text}: give a number"))
    })
}

/// The program on the sample business, ready; ended when it is dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) ready_ms: u128,
}

impl Server {
    pub(crate) fn start(data: &Path) -> Self {
        // The program brings no TLS of its own choice, so a client needs one before it is made.
        rustls::crypto::ring::default_provider().install_default().ok();
        let started = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_firstline"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["serve", "--bind", "127.0.0.1:0"])
            .env("FIRSTLINE_PATHS__DATA", data)
            .env("FIRSTLINE_HTTP__OPENS_PER_SECOND", "0")
            .env("FIRSTLINE_HTTP__VISITOR_PER_SECOND", "0")
            .env("FIRSTLINE_LOG__LEVEL", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let prefix = "http://127.0.0.1:";
        let url = lines.map_while(Result::ok).find_map(|line| {
            let rest = &line[line.find(prefix)? + prefix.len()..];
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            Some(format!("{prefix}{port}"))
        });
        Self {
            child,
            url: url.expect("the server ended before it was ready"),
            ready_ms: started.elapsed().as_millis(),
        }
    }

    /// Memory in RAM, in KiB.
    pub(crate) fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok())
            .unwrap_or(0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// So many callers, each sending its next message when the last is answered; the latencies in milliseconds, ascending,
/// and how many seconds it took.
pub(crate) async fn closed_loop(url: &str, callers: usize, seconds: u64) -> (Vec<f64>, f64) {
    let client = Client::builder().pool_max_idle_per_host(callers).build().unwrap();
    let until = Instant::now() + Duration::from_secs(seconds);
    let started = Instant::now();
    let mut calls = JoinSet::new();
    for caller in 0..callers {
        calls.spawn(call(client.clone(), url.to_owned(), caller, until));
    }
    let mut latencies = calls.join_all().await.concat();
    latencies.sort_by(f64::total_cmp);
    (latencies, started.elapsed().as_secs_f64())
}

async fn call(client: Client, url: String, caller: usize, until: Instant) -> Vec<f64> {
    let mut latencies = Vec::new();
    let mut next = caller;
    while Instant::now() < until {
        let opened =
            answered(send(&client, &format!("{url}/v1/conversations"), "", "", &json!({})).await).await;
        let token = opened["token"].as_str().unwrap_or_default().to_owned();
        let path = format!(
            "{url}/v1/conversations/{}/messages",
            opened["id"].as_str().unwrap()
        );
        for _ in 0..MESSAGES_EACH {
            let body = json!({ "text": LINES[next % LINES.len()] });
            next += 1;
            let sent = Instant::now();
            answered(send(&client, &path, &token, "", &body).await).await;
            latencies.push(sent.elapsed().as_secs_f64() * 1_000.0);
        }
    }
    latencies
}

/// One POST; without a token or a key where they are empty.
pub(crate) async fn send(
    client: &Client,
    url: &str,
    token: &str,
    key: &str,
    body: &Value,
) -> reqwest::Result<Response> {
    let mut request = client.post(url).header("content-type", "application/json");
    if !token.is_empty() {
        request = request.bearer_auth(token);
    }
    if !key.is_empty() {
        request = request.header("idempotency-key", key);
    }
    request.body(body.to_string()).send().await
}

/// The body of an answer that must be a good one.
pub(crate) async fn answered(response: reqwest::Result<Response>) -> Value {
    let response = response.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// The value below which such a share of them lies; 0 without any.
pub(crate) fn at(share: f64, ascending: &[f64]) -> f64 {
    let index = (ascending.len().saturating_sub(1) as f64 * share) as usize;
    ascending.get(index).copied().unwrap_or(0.0)
}
