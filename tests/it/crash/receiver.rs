//! A receiver of webhooks that accepts each `webhook-id` once and keeps what came, on a real socket.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::task::JoinSet;

/// Every so manieth call is answered 503, so that retries happen too.
const REFUSED: usize = 7;

#[derive(Debug, Default)]
struct Received {
    /// What each id brought, every time that it came.
    bodies: HashMap<String, Vec<Bytes>>,
    /// How often each id was answered with yes.
    accepted: HashMap<String, usize>,
    calls: usize,
}

/// Ends when it is dropped.
pub(super) struct Receiver {
    pub(super) url: String,
    received: Arc<Mutex<Received>>,
    _running: JoinSet<std::io::Result<()>>,
}

async fn receive(
    State(received): State<Arc<Mutex<Received>>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let id = headers["webhook-id"].to_str().unwrap_or_default().to_owned();
    let mut received = received.lock().expect("no panic before");
    received.calls += 1;
    received.bodies.entry(id.clone()).or_default().push(body);
    if received.calls.is_multiple_of(REFUSED) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    *received.accepted.entry(id).or_default() += 1;
    StatusCode::NO_CONTENT
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let received = Arc::<Mutex<Received>>::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let app = Router::new()
            .route("/hook", post(receive))
            .with_state(Arc::clone(&received));
        let mut running = JoinSet::new();
        running.spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            received,
            _running: running,
        }
    }

    /// Different ids that were accepted.
    pub(super) fn accepted(&self) -> usize {
        self.received.lock().expect("no panic before").accepted.len()
    }

    /// Every request that came, refused ones too.
    pub(super) fn calls(&self) -> usize {
        self.received.lock().expect("no panic before").calls
    }

    /// Ids that came with different bytes at different times.
    pub(super) fn changed(&self) -> usize {
        let received = self.received.lock().expect("no panic before");
        let differs = |bodies: &&Vec<Bytes>| bodies.windows(2).any(|pair| pair[0] != pair[1]);
        received.bodies.values().filter(differs).count()
    }

    /// Bodies that came under more ids than one.
    pub(super) fn renamed(&self) -> usize {
        let received = self.received.lock().expect("no panic before");
        let ids_and_bodies = received.bodies.iter();
        let different: HashSet<(&String, &Bytes)> = ids_and_bodies
            .flat_map(|(id, bodies)| bodies.iter().map(move |body| (id, body)))
            .collect();
        let bodies: HashSet<&Bytes> = different.iter().map(|(_, body)| *body).collect();
        different.len() - bodies.len()
    }
}
