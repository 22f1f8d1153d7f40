//! A company's system on a real socket: it honours `Idempotency-Key`, counts what it does, and can be told to keep a
//! request waiting before it does anything, or after.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Where a request stays until this changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    Nowhere,
    BeforeTheDeed,
    AfterTheDeed,
}

/// What came under one key: path and body, each time.
type Requests = Vec<(String, Bytes)>;

#[derive(Debug)]
pub(crate) struct Shop {
    hold: watch::Sender<Hold>,
    /// How many requests have come to where they are held.
    arrived: watch::Sender<usize>,
    written: Mutex<BTreeMap<String, Requests>>,
}

/// Ends when it is dropped.
pub(crate) struct Backend {
    pub(crate) url: String,
    pub(crate) shop: Arc<Shop>,
    _running: JoinSet<std::io::Result<()>>,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shop = Arc::new(Shop {
            hold: watch::Sender::new(Hold::Nowhere),
            arrived: watch::Sender::new(0),
            written: Mutex::default(),
        });
        let app = Router::new().fallback(serve).with_state(Arc::clone(&shop));
        let mut running = JoinSet::new();
        running.spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            shop,
            _running: running,
        }
    }
}

async fn serve(
    State(shop): State<Arc<Shop>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    shop.pass(Hold::BeforeTheDeed).await;
    if method == Method::POST {
        let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        shop.write(key.unwrap_or_default(), uri.path(), body);
    }
    shop.pass(Hold::AfterTheDeed).await;
    let (status, answer) = answer(uri.path());
    (status, Json(answer))
}

fn answer(path: &str) -> (StatusCode, Value) {
    match path.rsplit('/').next() {
        Some("cancel") => (StatusCode::OK, json!({ "refund": "45.00" })),
        Some("codes") => (StatusCode::ACCEPTED, json!({ "customer": "cus_0001" })),
        Some("payment") => (StatusCode::OK, json!({ "state": "paid" })),
        _ => (StatusCode::OK, json!({ "status": "on its way" })),
    }
}

impl Shop {
    pub(crate) fn hold(&self, hold: Hold) {
        self.hold.send_replace(hold);
    }

    /// To wait for the next request to come to where it is held.
    pub(crate) fn arrivals(&self) -> watch::Receiver<usize> {
        let mut arrivals = self.arrived.subscribe();
        arrivals.mark_unchanged();
        arrivals
    }

    async fn pass(&self, place: Hold) {
        let mut hold = self.hold.subscribe();
        if *hold.borrow_and_update() != place {
            return;
        }
        self.arrived.send_modify(|arrived| *arrived += 1);
        // The sender is ours, so it cannot be gone.
        hold.changed().await.ok();
    }

    /// Done where the key is a new one, known again where it is not.
    fn write(&self, key: &str, path: &str, body: Bytes) {
        let mut written = self.written.lock().expect("no panic before");
        written
            .entry(key.to_owned())
            .or_default()
            .push((path.to_owned(), body));
    }

    /// What was done to an order, under how many keys; each time the same under each of them, or this panics.
    pub(crate) fn deeds(&self, order: &str) -> Vec<(String, Bytes)> {
        let written = self.written.lock().expect("no panic before");
        let mut deeds = Vec::new();
        for (key, requests) in written.iter() {
            assert!(key.starts_with("task_"), "{key:?}: {requests:?}");
            assert!(
                requests.windows(2).all(|pair| pair[0] == pair[1]),
                "{key}: different requests under one key: {requests:?}"
            );
            deeds.extend(requests.first().cloned());
        }
        deeds.retain(|(path, _)| path.contains(order));
        deeds
    }

    /// How often a request came that had come before.
    pub(crate) fn repetitions(&self) -> usize {
        let written = self.written.lock().expect("no panic before");
        written.values().map(|requests| requests.len() - 1).sum()
    }
}
