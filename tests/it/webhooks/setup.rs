//! A webhook receiver that answers by script, a clock that stands still, and a worker between them and a store.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::{IntoResponse, Response};
use firstline::domain::id::{EndpointId, EventId};
use firstline::domain::time::{Duration as SignedDuration, Timestamp};
use firstline::domain::webhook::{Attempt, Delivery, Endpoint, Form};
use firstline::egress::guard;
use firstline::outbox::worker::Worker;
use firstline::outbox::{Options, signature};
use firstline::ports::Store;
use firstline::store::memory::MemoryStore;
use firstline::tasks::Tasks;
use firstline::{entropy, telemetry};

use crate::logging::{Logger, workspace};

/// Longer than anything here takes, shorter than patience.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Hit {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

pub(crate) struct Receiver {
    pub(crate) url: String,
    hits: Arc<Mutex<Vec<Hit>>>,
}

impl Receiver {
    /// `answer` is given the number of the hit, from 0.
    pub(crate) async fn start<F, A>(tasks: &Tasks, answer: F) -> Self
    where
        F: Fn(usize) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response> + Send,
    {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a free port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let hits: Arc<Mutex<Vec<Hit>>> = Arc::default();
        let known = Arc::clone(&hits);
        let app = Router::new().fallback(
            async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
                let number = {
                    let mut hits = known.lock().expect("no panic before");
                    hits.push(Hit {
                        method,
                        uri,
                        headers,
                        body,
                    });
                    hits.len() - 1
                };
                answer(number).await
            },
        );
        tasks.spawn("receiver", async move {
            axum::serve(listener, app).await.expect("it serves")
        });
        Self { url, hits }
    }

    /// Answers every hit with the same status.
    pub(crate) async fn with_status(tasks: &Tasks, status: u16) -> Self {
        Self::start(tasks, move |_| std::future::ready(status_only(status))).await
    }

    pub(crate) fn hits(&self) -> Vec<Hit> {
        self.hits.lock().expect("no panic before").clone()
    }

    pub(crate) async fn wait_for_hits(&self, count: usize) -> Vec<Hit> {
        wait_for("hits", async || {
            Some(self.hits()).filter(|hits| hits.len() >= count)
        })
        .await
    }
}

pub(crate) fn status_only(status: u16) -> Response {
    axum::http::StatusCode::from_u16(status)
        .expect("a status")
        .into_response()
}

/// Asks every few milliseconds until there is an answer.
pub(crate) async fn wait_for<T>(what: &str, ask: impl AsyncFn() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap_or_else(|_| panic!("no {what} in {PATIENCE:?}"))
}

/// Long enough for anything wrong to happen, were it going to.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_millis(150)).await;
}

/// Everything on this machine may be called; every retry follows after a minute of the clock that stands still.
pub(crate) fn options() -> Options {
    Options {
        retries: vec![SignedDuration::from_mins(1); 9],
        timeout: SignedDuration::from_secs(2),
        poll_every: SignedDuration::from_millis(5),
        guard: guard::Options {
            allow_http: true,
            ports: Vec::new(),
            networks: vec!["127.0.0.1/32".parse().expect("a network")],
        },
        ..Options::default()
    }
}

pub(crate) struct Setup {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) tasks: Tasks,
    pub(crate) logger: Logger,
    now: Arc<Mutex<Timestamp>>,
}

impl Setup {
    /// On a store in memory.
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(MemoryStore::default()))
    }

    pub(crate) fn on(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            tasks: Tasks::default(),
            logger: Logger::new(workspace()),
            now: Arc::new(Mutex::new(telemetry::now())),
        }
    }

    /// Starts a worker on the runtime that is entered; `tasks` stops it.
    pub(crate) fn start_worker(&self, tasks: &Tasks, options: Options) {
        let (now, store) = (Arc::clone(&self.now), Arc::clone(&self.store));
        let clock = Arc::new(move || *now.lock().expect("no panic before"));
        let worker = Worker::new(store, clock, tasks.clone(), options).expect("a client");
        tasks.run("outbox", worker.run());
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        *self.now.lock().expect("no panic before") += by;
    }

    pub(crate) async fn add_endpoint(&self, url: &str) -> Endpoint {
        let endpoint = Endpoint {
            workspace: workspace(),
            id: EndpointId::from_random(entropy::bytes()),
            url: url.to_owned(),
            events: Vec::new(),
            form: Form::default(),
            secret: signature::generate(entropy::bytes()),
            previous_secret: None,
            previous_secret_expires_at: None,
            disabled: None,
            created_at: telemetry::now(),
        };
        self.store.add_endpoint(&endpoint).await.expect("it is added")
    }

    /// Logs an event and sets the clock to it, so that its deliveries are due.
    pub(crate) async fn log(&mut self) -> EventId {
        let id = self.logger.log(self.store.as_ref()).await;
        let mut now = self.now.lock().expect("no panic before");
        *now = telemetry::now().max(*now);
        id
    }

    /// The newest delivery to the endpoint.
    pub(crate) async fn delivery(&self, endpoint: &Endpoint) -> Delivery {
        let page = self
            .store
            .deliveries(&workspace(), &endpoint.id, None, None, 1)
            .await
            .expect("a page");
        page.items.into_iter().next().expect("a delivery")
    }

    /// Waits until `count` attempts of the newest delivery are recorded.
    pub(crate) async fn wait_for_attempts(&self, endpoint: &Endpoint, count: usize) -> Vec<Attempt> {
        let id = self.delivery(endpoint).await.id;
        wait_for("attempts", async || {
            let attempts = self.store.attempts(&workspace(), &id).await.expect("a list");
            Some(attempts).filter(|attempts| attempts.len() >= count)
        })
        .await
    }

    pub(crate) async fn endpoint(&self, id: &EndpointId) -> Endpoint {
        let endpoints = self.store.endpoints(&workspace()).await.expect("a list");
        endpoints
            .into_iter()
            .find(|endpoint| endpoint.id == *id)
            .expect("the endpoint")
    }
}
