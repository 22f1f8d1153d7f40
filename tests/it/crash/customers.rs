//! Customers of a server that keeps dying: they write, repeat what is not acknowledged under the same key, and keep what is.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::server::{client, post};

/// What customers write; the fourth ends in a handoff, and the customer starts a new conversation.
const LINES: [&str; 4] = [
    "hello",
    "where's my parcel",
    "ok thanks",
    "I want to talk to someone",
];

/// Where the server is now, and the key; changes with every restart.
#[derive(Clone, Default)]
pub(super) struct Place {
    pub(super) url: String,
    pub(super) key: String,
    pub(super) stop: bool,
}

/// What one customer was told is done: conversation -> (text -> id of its message).
pub(super) type Acknowledged = BTreeMap<String, BTreeMap<String, String>>;

/// Writes until told to stop; a request that was not acknowledged is sent again, with the same key, until it is.
pub(super) async fn customer(number: usize, mut place: watch::Receiver<Place>) -> Acknowledged {
    let client = client(Duration::from_secs(10));
    let mut acknowledged = Acknowledged::new();
    let mut conversation = String::new();
    for step in 0.. {
        let line = LINES[step % LINES.len()];
        if line == LINES[0] {
            if place.borrow().stop {
                break;
            }
            let body = json!({ "customer": { "id": format!("customer-{number}") } });
            let opened =
                until_acknowledged(&client, &mut place, "/v1/conversations", number, step, &body).await;
            conversation = opened["id"].as_str().expect("an id").to_owned();
        }
        let text = format!("{line} ({number}-{step})");
        let path = format!("/v1/conversations/{conversation}/messages");
        let answer =
            until_acknowledged(&client, &mut place, &path, number, step, &json!({ "text": text })).await;
        let id = answer["message"]["id"].as_str().expect("an id").to_owned();
        acknowledged
            .entry(conversation.clone())
            .or_default()
            .insert(text, id);
    }
    acknowledged
}

async fn until_acknowledged(
    client: &Client,
    place: &mut watch::Receiver<Place>,
    path: &str,
    number: usize,
    step: usize,
    body: &Value,
) -> Value {
    let key = format!("{number}-{step}-{}", path.len());
    loop {
        let now = place.borrow().clone();
        if let Some(answer) = post(client, &now.url, path, &now.key, &key, body).await {
            return answer;
        }
        tokio::time::timeout(Duration::from_millis(100), place.changed())
            .await
            .ok();
    }
}
