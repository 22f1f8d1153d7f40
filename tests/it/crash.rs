//! kill -9 while twenty customers write: what was acknowledged is there, once, and every handoff arrives, once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post as route_post;
use reqwest::Client;
use serde_json::{Value, json};
use sqlx::Row;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::support::server::{Server, client, get, post};

const CUSTOMERS: usize = 20;
const KILLS: usize = 50;
const SEED: u64 = 20_260_105;

/// What customers write; the fourth ends in a handoff, and the customer starts a new conversation.
const LINES: [&str; 4] = [
    "hello",
    "where's my parcel",
    "ok thanks",
    "I want to talk to someone",
];

/// A small seeded generator (SplitMix64, Steele et al. 2014): the same kills on every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

/// Everything that one webhook-id brought, and whether it was accepted.
#[derive(Default)]
struct Received {
    bodies: HashMap<String, Vec<Bytes>>,
    accepted: HashMap<String, usize>,
    calls: usize,
}

type Receiver = Arc<Mutex<Received>>;

/// Answers 503 to every seventh call, so that retries happen too.
async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let mut received = receiver.lock().unwrap();
    received.calls += 1;
    received.bodies.entry(id.clone()).or_default().push(body);
    if received.calls % 7 == 0 {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    *received.accepted.entry(id).or_default() += 1;
    StatusCode::NO_CONTENT
}

/// Ends when the last value is dropped.
async fn start_receiver() -> (String, Receiver, JoinSet<std::io::Result<()>>) {
    let receiver = Receiver::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let app = Router::new()
        .route("/hook", route_post(receive))
        .with_state(Arc::clone(&receiver));
    let mut running = JoinSet::new();
    running.spawn(async move { axum::serve(listener, app).await });
    (url, receiver, running)
}

/// Where the server is now, and the key; changes with every restart.
#[derive(Clone, Default)]
struct Place {
    url: String,
    key: String,
    stop: bool,
}

/// What one customer was told is done: conversation -> (text -> id of its message).
type Acknowledged = BTreeMap<String, BTreeMap<String, String>>;

/// Writes until told to stop; a request that was not acknowledged is sent again, with the same key, until it is.
async fn customer(number: usize, mut place: watch::Receiver<Place>) -> Acknowledged {
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
            conversation = opened["id"].as_str().unwrap().to_owned();
        }
        let text = format!("{line} ({number}-{step})");
        let path = format!("/v1/conversations/{conversation}/messages");
        let answer =
            until_acknowledged(&client, &mut place, &path, number, step, &json!({ "text": text })).await;
        let id = answer["message"]["id"].as_str().unwrap().to_owned();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_at_any_point_loses_and_doubles_nothing() {
    let data = tempfile::tempdir().unwrap();
    let (hook, receiver, _running) = start_receiver().await;
    let client = client(Duration::from_secs(10));
    let mut server = Server::start(data.path());
    let endpoint = json!({ "url": hook, "events": ["handoff.requested"] });
    post(
        &client,
        &server.url,
        "/v1/webhooks",
        &server.key,
        "hook",
        &endpoint,
    )
    .await
    .unwrap();
    let at = |server: &Server, stop| Place {
        url: server.url.clone(),
        key: server.key.clone(),
        stop,
    };
    let (place, seen) = watch::channel(at(&server, false));
    let mut customers = JoinSet::new();
    for number in 0..CUSTOMERS {
        customers.spawn(customer(number, seen.clone()));
    }

    let mut random = Random(SEED);
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(20 + random.below(400))).await;
        server.kill();
        server = Server::start(data.path());
        place.send_replace(at(&server, false));
    }
    place.send_replace(at(&server, true));
    let mut acknowledged = Acknowledged::new();
    for mut done in customers.join_all().await {
        acknowledged.append(&mut done);
    }
    let handoffs = check_conversations(&client, &server, &acknowledged).await;
    check_deliveries(&receiver, handoffs).await;
    server.kill();
    check_database(data.path()).await;
    eprintln!(
        "{KILLS} kills, {} conversations, {handoffs} handoffs",
        acknowledged.len()
    );
    assert!(
        acknowledged.len() >= CUSTOMERS,
        "the customers got too little done for this to prove anything"
    );
}

/// Every acknowledged message once, under the id it was acknowledged with; numbers without gaps; at most one
/// answer to each. Returns how many conversations were handed off.
async fn check_conversations(client: &Client, server: &Server, acknowledged: &Acknowledged) -> usize {
    let mut handoffs = 0;
    for (conversation, texts) in acknowledged {
        let path = format!("/v1/conversations/{conversation}");
        let page = get(
            client,
            &server.url,
            &format!("{path}/messages?limit=200"),
            &server.key,
        )
        .await;
        let messages = page["data"].as_array().unwrap();
        let seqs: Vec<_> = messages
            .iter()
            .map(|message| message["seq"].as_u64().unwrap())
            .collect();
        assert_eq!(
            seqs,
            (1..=messages.len() as u64).collect::<Vec<_>>(),
            "{conversation}: numbers with gaps"
        );
        for (text, id) in texts {
            let found: Vec<_> = messages
                .iter()
                .filter(|message| message["text"] == text.as_str())
                .collect();
            assert_eq!(
                found.len(),
                1,
                "{conversation}: {text:?} is there {} times",
                found.len()
            );
            assert_eq!(
                found[0]["id"],
                id.as_str(),
                "{conversation}: {text:?} has another id"
            );
        }
        let bots = messages.iter().filter(|message| message["from"] == "bot").count();
        assert_eq!(
            bots,
            messages.len() - texts.len(),
            "{conversation}: answers missing or doubled"
        );
        let trace = get(client, &server.url, &format!("{path}/trace"), &server.key).await;
        let versions: Vec<_> = trace["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t["version"].as_u64().unwrap())
            .collect();
        assert_eq!(
            versions,
            (1..=versions.len() as u64).collect::<Vec<_>>(),
            "{conversation}: versions with gaps"
        );
        handoffs += trace["data"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|turn| turn["action"] == "handoff")
            .count();
    }
    handoffs
}

/// Every handoff accepted, none under two ids, and each time with the same bytes.
async fn check_deliveries(receiver: &Receiver, handoffs: usize) {
    for _ in 0..300 {
        if receiver.lock().unwrap().accepted.len() >= handoffs {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let received = receiver.lock().unwrap();
    assert_eq!(
        received.accepted.len(),
        handoffs,
        "handoffs lost or doubled on the way"
    );
    for (id, bodies) in &received.bodies {
        assert!(
            bodies.windows(2).all(|pair| pair[0] == pair[1]),
            "{id} came with different bodies"
        );
    }
}

async fn check_database(data: &std::path::Path) {
    let file = data.join("firstline.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    let verdict: String = sqlx::query("PRAGMA integrity_check")
        .fetch_one(&pool)
        .await
        .unwrap()
        .get(0);
    assert_eq!(verdict, "ok");
}
