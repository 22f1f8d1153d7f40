//! Order under reconnects: eight writers in each conversation, and readers who lose their event streams again and again and
//! go on behind their `Last-Event-ID`. Each sees every event once, in order.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::proof::{self, Random};
use crate::support::server::{Server, client, get, post};

const WRITERS: usize = 8;
const READERS: usize = 3;

/// As a whole, before anything is taken for lost.
const PATIENCE: Duration = Duration::from_secs(600);

/// One event of a stream: position, and `seq` where it is a message.
type Seen = Vec<(u64, Option<u64>)>;

/// The events in a text, each ended by an empty line; what is left over is the beginning of the next.
fn events(text: &mut String) -> Seen {
    let mut seen = Seen::new();
    while let Some((event, rest)) = text.split_once("\n\n") {
        let field = |name: &str| {
            event
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(str::trim)
        };
        if let (Some(id), Some(data)) = (field("id:"), field("data:")) {
            let data: Value = serde_json::from_str(data).expect("JSON");
            seen.push((id.parse().expect("a position"), data["message"]["seq"].as_u64()));
        }
        *text = rest.to_owned();
    }
    seen
}

/// Everything up to the message numbered `last`; and how often the stream was lost on purpose.
async fn reader(client: Client, url: String, token: String, last: u64, seed: u64) -> (Seen, usize) {
    let mut random = Random(seed);
    let (mut seen, mut connections) = (Seen::new(), 0);
    while !seen.iter().any(|(_, seq)| *seq == Some(last)) {
        let mut request = client.get(&url).bearer_auth(&token);
        if let Some((position, _)) = seen.last() {
            request = request.header("last-event-id", position.to_string());
        }
        let response = request.send().await.expect("the server answers");
        assert!(response.status().is_success(), "{}", response.status());
        connections += 1;
        let mut stream = response.bytes_stream();
        let mut text = String::new();
        let until = tokio::time::Instant::now() + Duration::from_millis(20 + random.below(300));
        while let Ok(Some(Ok(chunk))) = tokio::time::timeout_at(until, stream.next()).await {
            text.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
            seen.extend(events(&mut text));
        }
    }
    (seen, connections - 1)
}

async fn writer(client: Client, base: String, token: String, path: String, name: String, messages: usize) {
    for step in 0..messages {
        let body = json!({ "text": format!("hello {name} {step}") });
        let key = format!("{name}-{step}");
        // Eight at once in one conversation: some are told to come again.
        while post(&client, &base, &path, &token, &key, &body).await.is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// How many events one reader saw; all of them must have seen the same.
async fn conversation(
    client: Client,
    server: (String, String),
    number: usize,
    messages: usize,
) -> (usize, usize) {
    let (base, token) = server;
    let opened = post(
        &client,
        &base,
        "/v1/conversations",
        &token,
        &format!("open-{number}"),
        &json!({}),
    )
    .await;
    let path = format!(
        "/v1/conversations/{}",
        opened.expect("it opens")["id"].as_str().expect("an id")
    );
    // An agent holds it, so that each message is one event, and the last of them has a known number.
    let agent = json!({ "agent": { "id": "ana" } });
    let key = format!("claim-{number}");
    let claimed = post(&client, &base, &format!("{path}/claim"), &token, &key, &agent).await;
    assert!(claimed.is_some(), "it is claimed");
    let listed = get(&client, &base, &format!("{path}/messages"), &token).await;
    let before = listed["data"].as_array().map_or(0, Vec::len);
    let last = (before + WRITERS * messages) as u64;
    let mut writers = JoinSet::new();
    for writer_number in 0..WRITERS {
        let name = format!("{number}-{writer_number}");
        let path = format!("{path}/messages");
        writers.spawn(writer(
            client.clone(),
            base.clone(),
            token.clone(),
            path,
            name,
            messages,
        ));
    }
    let mut readers = JoinSet::new();
    for reader_number in 0..READERS {
        let url = format!("{base}{path}/events");
        let seed = (number * READERS + reader_number) as u64;
        readers.spawn(reader(client.clone(), url, token.clone(), last, seed));
    }
    writers.join_all().await;
    let seen = readers.join_all().await;
    for (events, _) in &seen {
        assert!(
            events.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "out of order, or twice"
        );
        let seqs: Vec<u64> = events.iter().filter_map(|(_, seq)| *seq).collect();
        assert_eq!(
            seqs,
            (1..=last).collect::<Vec<_>>(),
            "a reader missed messages, or saw one twice"
        );
        assert_eq!(events, &seen[0].0, "readers saw different events");
    }
    (seen[0].0.len(), seen.iter().map(|(_, lost)| lost).sum())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ordering_holds_for_readers_who_reconnect() {
    let (conversations, messages) = if proof::is_long() { (10, 650) } else { (1, 25) };
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let client = client(Duration::from_secs(60));
    let mut all = JoinSet::new();
    for number in 0..conversations {
        let place = (server.url.clone(), server.key.clone());
        all.spawn(conversation(client.clone(), place, number, messages));
    }
    let figures = tokio::time::timeout(PATIENCE, all.join_all()).await.unwrap();
    let events: usize = figures.iter().map(|(events, _)| events).sum();
    let reconnects: usize = figures.iter().map(|(_, lost)| lost).sum();
    proof::print(&json!({
        "proof": "order", "conversations": conversations, "writers_each": WRITERS, "readers_each": READERS,
        "events": events, "reconnects": reconnects,
    }));
    assert!(
        reconnects >= conversations * READERS,
        "{reconnects} reconnects prove nothing"
    );
}
