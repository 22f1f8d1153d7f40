//! The API as the tests call it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use firstline::domain::api_key::ApiKey;
use firstline::domain::id::{KeyId, WorkspaceId};
use firstline::domain::role::Role;
use firstline::domain::time::{Duration, Timestamp};
use firstline::engine::{Engine, InService, Parts};
use firstline::entropy;
use firstline::http::identity::IdentitySecret;
use firstline::http::keys::new_key;
use firstline::http::router::router;
use firstline::http::sign_in::SignIn;
use firstline::http::state::{AppState, HealthCheck, Options, ReloadError, Reloaded};
use firstline::live::Live;
use firstline::ports::{ApiKeys, IdentityProvider};
use firstline::store::memory::MemoryStore;
use firstline::tasks::Tasks;
use firstline::triage::policy::Policy;
use serde_json::{Value, json};
use tower::Service;

use super::scripted::{ScriptedClassifier, TinyKnowledge, page};
use crate::support::sample_policy;

pub(crate) const WORKSPACE: &str = "default";

/// What the company's page signs with.
pub(crate) const IDENTITY_SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Every model is a good one, but for the one in /bad.
fn reloaded(model: Option<PathBuf>) -> Result<Reloaded, ReloadError> {
    let model = model.unwrap_or_else(|| PathBuf::from("/same"));
    if model == Path::new("/bad") {
        return Err(ReloadError::Refused(
            "/bad/model.onnx cannot be read; restore the file".to_owned(),
        ));
    }
    Ok(Reloaded {
        model: format!("scripted {}", model.display()),
        policy: "test".to_owned(),
    })
}

/// What a test may want otherwise; by default nothing runs into limits.
pub(crate) struct Setup {
    pub(crate) options: Options,
    pub(crate) identity: Option<IdentitySecret>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) provider: Option<Arc<dyn IdentityProvider>>,
    /// The built front end.
    pub(crate) pages: BTreeMap<&'static str, &'static str>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            options: Options {
                visitor_per_second: 0,
                opens_per_second: 0,
                key_per_second: 0,
                ..Options::default()
            },
            identity: IdentitySecret::new(IDENTITY_SECRET).ok(),
            policy: sample_policy(),
            provider: None,
            pages: BTreeMap::new(),
        }
    }
}

/// A server without a socket.
pub(crate) struct TestApp {
    router: Router,
    pub(crate) engine: Engine,
    pub(crate) store: Arc<MemoryStore>,
    now: Arc<Mutex<Timestamp>>,
    pub(crate) tasks: Tasks,
    /// What the running parts say of themselves.
    pub(crate) health: Arc<Mutex<Vec<HealthCheck>>>,
    pub(crate) agent: String,
    pub(crate) integrator: String,
    pub(crate) admin: String,
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::of(Setup::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self::of(Setup {
            options,
            ..Setup::default()
        })
        .await
    }

    pub(crate) async fn of(setup: Setup) -> Self {
        let store = Arc::new(MemoryStore::default());
        let now = Arc::new(Mutex::new("2026-01-05T09:00:00Z".parse().unwrap()));
        let tasks = Tasks::default();
        let health = Arc::new(Mutex::new(vec![("classifier", Ok(()))]));
        let live = Live::new(store.clone(), tasks.stop().clone());
        tasks.run("live", live.clone().run());
        let clock = Arc::clone(&now);
        let parts = Arc::clone(&health);
        let engine = Engine {
            workspace: WorkspaceId::parse(WORKSPACE).unwrap(),
            in_service: InService::new(Parts {
                classifier: Arc::new(ScriptedClassifier),
                knowledge: Arc::new(TinyKnowledge),
                policy: setup.policy,
            }),
            store: store.clone(),
            clock: Arc::new(move || *clock.lock().unwrap()),
            sealer: Arc::new(|_| None),
        };
        let state = AppState {
            engine: engine.clone(),
            live,
            sign_in: SignIn::new("https://help.example.com/", &setup.options).with(setup.provider),
            options: setup.options,
            visitor_secret: [7; 32],
            identity: setup.identity,
            wall_clock: engine.clock.clone(),
            check_url: Arc::new(|url| {
                assert!(!url.contains("panic"), "as the test asked");
                let fits = url.starts_with("https://").then_some(());
                fits.ok_or_else(|| "give an https URL".to_owned())
            }),
            health: Arc::new(move || parts.lock().unwrap().clone()),
            notes: Arc::new(Vec::new),
            reload: Arc::new(|model| Box::pin(std::future::ready(reloaded(model)))),
            pages: Arc::new(move |path| setup.pages.get(path).map(|text| page(text))),
            metrics: Arc::new(|| "firstline_up 1\n".to_owned()),
            draining: tasks.stop().clone(),
            shutdown: tasks.stop().clone(),
        };
        let mut app = Self {
            router: router(state),
            engine,
            store,
            now,
            tasks,
            health,
            agent: String::new(),
            integrator: String::new(),
            admin: String::new(),
        };
        app.agent = app.add_key("ana", Role::Agent, WORKSPACE).await;
        app.integrator = app.add_key("desk", Role::Integrator, WORKSPACE).await;
        app.admin = app.add_key("root", Role::Admin, WORKSPACE).await;
        app
    }

    pub(crate) async fn add_key(&self, name: &str, role: Role, workspace: &str) -> String {
        let key = new_key();
        let entry = ApiKey {
            id: KeyId::from_random(entropy::bytes()),
            workspace: WorkspaceId::parse(workspace).unwrap(),
            name: name.to_owned(),
            role,
            sha256: key.sha256,
            created_at: *self.now.lock().unwrap(),
        };
        self.store.add_key(&entry).await.unwrap();
        key.plain
    }

    pub(crate) fn pass(&self, time: Duration) {
        *self.now.lock().unwrap() += time;
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> Call<'_> {
        let request = Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path);
        let peer: SocketAddr = "192.0.2.7:50000".parse().unwrap();
        Call {
            app: self,
            request: request.extension(ConnectInfo(peer)).body(Body::empty()).unwrap(),
        }
    }

    pub(crate) fn get(&self, path: &str, token: &str) -> Call<'_> {
        self.request("GET", path).token(token)
    }

    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> Call<'_> {
        self.request("POST", path).token(token).json(body)
    }

    /// A conversation without a word yet: its id and its visitor token.
    pub(crate) async fn open(&self) -> (String, String) {
        let opened = self.post("/v1/conversations", "", &json!({})).ok(201).await;
        let text = |name: &str| opened[name].as_str().unwrap().to_owned();
        (text("id"), text("token"))
    }

    /// A conversation that waits in the queue: its id and its visitor token.
    pub(crate) async fn hand_off(&self) -> (String, String) {
        let (id, token) = self.open().await;
        let path = format!("/v1/conversations/{id}/messages");
        let turn = self
            .post(&path, &token, &json!({ "text": "I want to talk to someone" }))
            .ok(201)
            .await;
        assert_eq!(turn["action"], "handoff");
        (id, token)
    }
}

/// One request on its way.
pub(crate) struct Call<'a> {
    app: &'a TestApp,
    request: Request<Body>,
}

impl Call<'_> {
    /// An empty token is none.
    pub(crate) fn token(self, token: &str) -> Self {
        if token.is_empty() {
            self
        } else {
            self.header("authorization", &format!("Bearer {token}"))
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().insert(name, value.parse().unwrap());
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        *self.request.body_mut() = Body::from(body.into());
        self
    }

    /// Where the call comes from.
    pub(crate) fn peer(mut self, address: &str) -> Self {
        let peer: SocketAddr = address.parse().unwrap();
        self.request.extensions_mut().insert(ConnectInfo(peer));
        self
    }

    pub(crate) async fn stream(self) -> Response<Body> {
        self.app.router.clone().call(self.request).await.unwrap()
    }

    pub(crate) async fn send(self) -> Answer {
        let (parts, body) = self.stream().await.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        }
    }

    /// The body of an answer that must have this status.
    pub(crate) async fn ok(self, status: u16) -> Value {
        let answer = self.send().await;
        assert_eq!(answer.status, status, "{}", answer.body);
        answer.body
    }

    /// The problem of an answer that must have this status and code.
    pub(crate) async fn problem(self, status: u16, code: &str) -> Answer {
        let answer = self.send().await;
        assert_eq!(
            (answer.status.as_u16(), &answer.body["code"]),
            (status, &json!(code)),
            "{}",
            answer.body
        );
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.body["status"], status);
        assert_eq!(answer.body["type"], format!("urn:firstline:problem:{code}"));
        assert_eq!(
            answer.body["request_id"],
            answer.headers["x-request-id"].to_str().unwrap()
        );
        assert!(answer.body["title"] != "" && answer.body["detail"] != "");
        answer
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}
