//! Many event streams on one conversation: the server's memory for each, and how long a message takes to reach all.

use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::support::{Server, answered, at, send};

/// Streams opened at once; more would only wait for each other.
const OPENED_AT_ONCE: u64 = 100;

/// How long a message may take to reach everybody.
const PATIENCE: Duration = Duration::from_secs(30);

/// Messages whose way to everybody is measured.
const BROADCASTS: usize = 5;

pub(crate) async fn run(server: &Server, clients: u64) -> Value {
    let client = Client::new();
    let opened = send(
        &client,
        &format!("{}/v1/conversations", server.url),
        "",
        "",
        &json!({}),
    )
    .await;
    let opened = answered(opened).await;
    let (id, token) = (opened["id"].as_str().unwrap(), opened["token"].as_str().unwrap());
    let messages = format!("{}/v1/conversations/{id}/messages", server.url);
    // What comes with the first use of everything is not the streams'.
    let first = json!({ "text": "hello" });
    answered(send(&client, &messages, token, "", &first).await).await;
    let before = server.resident_kib();
    let (heard, mut arrivals) = mpsc::unbounded_channel();
    let mut streams = JoinSet::new();
    let started = Instant::now();
    for number in 0..clients {
        let host = server.url.trim_start_matches("http://").to_owned();
        let stream = open(&host, id, token).await;
        streams.spawn(listen(stream, heard.clone()));
        if number % OPENED_AT_ONCE == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let opened_ms = started.elapsed().as_millis();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let kib = server.resident_kib().saturating_sub(before) as f64 / clients as f64;
    let mut reached_all = Vec::new();
    for number in 0..BROADCASTS {
        while arrivals.try_recv().is_ok() {}
        let sent = Instant::now();
        let body = json!({ "text": format!("ok thanks {number}") });
        answered(send(&client, &messages, token, "", &body).await).await;
        reached_all.push(all_heard(&mut arrivals, clients, sent).await);
    }
    reached_all.sort_by(f64::total_cmp);
    json!({
        "bench": "streams", "clients": clients, "still_open": streams.len(), "opened_ms": opened_ms,
        "resident_kib_per_client": kib, "message_reached_all_ms": { "p50": at(0.5, &reached_all), "max": at(1.0, &reached_all) },
    })
}

/// A stream of what comes from now on, its head already sent. By hand, so that ten thousand cost the caller little.
async fn open(host: &str, id: &str, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!(
        "GET /v1/conversations/{id}/events HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(
        &answer, b"HTTP/1.1 200",
        "the stream is refused; is `ulimit -n` high enough?"
    );
    stream
}

/// Tells of each customer's message that it hears of.
async fn listen(mut stream: TcpStream, heard: mpsc::UnboundedSender<()>) {
    let mut block = vec![0; 2_048];
    while let Ok(read) = stream.read(&mut block).await {
        if read == 0 {
            return;
        }
        if String::from_utf8_lossy(&block[..read]).contains("ok thanks") && heard.send(()).is_err() {
            return;
        }
    }
}

/// Milliseconds until every client has heard of it.
async fn all_heard(arrivals: &mut mpsc::UnboundedReceiver<()>, clients: u64, sent: Instant) -> f64 {
    for number in 0..clients {
        let heard = tokio::time::timeout(PATIENCE, arrivals.recv()).await;
        assert!(
            matches!(heard, Ok(Some(()))),
            "only {number} of {clients} streams heard of a message"
        );
    }
    sent.elapsed().as_secs_f64() * 1_000.0
}
