//! A hundred equal requests at once, over HTTP to the real server, under one `Idempotency-Key`: one conversation, one
//! message, a hundred equal answers; also when the server has died since.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::proof;
use crate::support::server::{Server, client, get};

const CALLERS: usize = 100;

/// Status and body; asked again where the server says that it was too busy to do it.
async fn send(client: Client, url: String, token: String, key: &'static str, body: Value) -> (u16, Value) {
    loop {
        let request = client
            .post(&url)
            .bearer_auth(&token)
            .header("idempotency-key", key)
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        if status != 503 {
            return (status, serde_json::from_str(&text).unwrap());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The one answer that all of them got.
async fn all_at_once(client: &Client, url: &str, token: &str, key: &'static str, body: &Value) -> Value {
    let mut calls = JoinSet::new();
    for _ in 0..CALLERS {
        calls.spawn(send(
            client.clone(),
            url.to_owned(),
            token.to_owned(),
            key,
            body.clone(),
        ));
    }
    let answers = calls.join_all().await;
    let equal = answers.iter().filter(|answer| **answer == answers[0]).count();
    proof::print(&json!({ "proof": "one key", "key": key, "requests": CALLERS, "equal_answers": equal }));
    assert_eq!((equal, answers[0].0), (CALLERS, 201), "{:?}", answers[0]);
    answers[0].1.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn same_key_a_hundred_times_at_once_is_done_once() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    let client = client(Duration::from_secs(30));
    let opening = json!({ "customer": { "id": "customer-1" } });
    let conversations = format!("{}/v1/conversations", server.url);
    let opened = all_at_once(&client, &conversations, &server.key, "open", &opening).await;
    let id = opened["id"].as_str().unwrap().to_owned();

    let path = format!("/v1/conversations/{id}/messages");
    let (url, said) = (
        format!("{}{path}", server.url),
        json!({ "text": "where's my parcel" }),
    );
    let turn = all_at_once(&client, &url, &server.key, "say", &said).await;
    let listed = get(&client, &server.url, &path, &server.key).await;
    let messages = listed["data"].as_array().unwrap();
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(messages[0]["id"], turn["message"]["id"]);

    let other = json!({ "text": "where's my refund" });
    let reused = send(client.clone(), url, server.key.clone(), "say", other).await;
    assert_eq!(
        (reused.0, &reused.1["code"]),
        (422, &json!("idempotency_key_reused"))
    );

    server.kill();
    let server = Server::start(data.path());
    let url = format!("{}{path}", server.url);
    let after_a_crash = all_at_once(&client, &url, &server.key, "say", &said).await;
    assert_eq!(after_a_crash, turn);
    let listed = get(&client, &server.url, &path, &server.key).await;
    assert_eq!(listed["data"].as_array().unwrap().len(), 2);
}
