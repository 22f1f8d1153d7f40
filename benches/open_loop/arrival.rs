//! Arrivals at a constant rate: each is sent when it is due, and measured from then on.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::support::{LINES, MESSAGES_EACH, send};

/// A conversation whose customer may write again.
struct Chat {
    id: String,
    token: String,
    said: usize,
}

/// What one message came to; milliseconds from the moment at which it was due.
pub(crate) struct Outcome {
    /// Since the start of the load.
    pub(crate) due: Duration,
    pub(crate) acknowledged_ms: Option<f64>,
    /// When the bot's answer or the handoff was there: with the acknowledgement, or after a lookup.
    pub(crate) answered_ms: Option<f64>,
    /// Conversation, token and message, once acknowledged.
    pub(crate) message: Option<(String, String, String)>,
    /// The status, or why there is none, where it was not acknowledged.
    pub(crate) problem: Option<String>,
}

/// Messages of customers who each have a conversation of some messages.
pub(crate) struct Arrivals {
    client: Client,
    base: String,
    /// Different for each load, so that no key comes twice.
    name: &'static str,
    idle: Mutex<VecDeque<Chat>>,
}

impl Arrivals {
    pub(crate) fn new(base: &str, name: &'static str) -> Arc<Self> {
        let client = Client::builder().timeout(Duration::from_secs(30)).build();
        Arc::new(Self {
            client: client.unwrap(),
            base: base.to_owned(),
            name,
            idle: Mutex::default(),
        })
    }

    /// So many a second, for so long; returns when the last has been answered.
    pub(crate) async fn run(self: &Arc<Self>, rate: u64, seconds: u64) -> Vec<Outcome> {
        let started = Instant::now();
        let mut under_way = JoinSet::new();
        for number in 0..rate * seconds {
            let due = Duration::from_nanos(number * 1_000_000_000 / rate);
            tokio::time::sleep_until(started + due).await;
            let arrivals = Arc::clone(self);
            under_way.spawn(async move { arrivals.one(number, started, due).await });
        }
        under_way.join_all().await
    }

    async fn one(&self, number: u64, started: Instant, due: Duration) -> Outcome {
        let since_due = || (started.elapsed().saturating_sub(due)).as_secs_f64() * 1_000.0;
        let mut outcome = Outcome {
            due,
            acknowledged_ms: None,
            answered_ms: None,
            message: None,
            problem: None,
        };
        let chat = self.idle.lock().unwrap().pop_front();
        let first = self.ask(number, chat.as_ref(), 0).await;
        let turn = match first {
            Ok(turn) => turn,
            Err(problem) => {
                outcome.problem = Some(problem);
                return outcome;
            }
        };
        outcome.acknowledged_ms = Some(since_due());
        let action = turn["action"].as_str().unwrap_or_default();
        // A repeated request waits for what its lookup comes to.
        let answered = action != "wait" || self.ask(number, chat.as_ref(), 10).await.is_ok();
        outcome.answered_ms = answered.then(since_due);
        let mut chat = chat.unwrap_or_else(|| Chat {
            id: turn["id"].as_str().unwrap_or_default().to_owned(),
            token: turn["token"].as_str().unwrap_or_default().to_owned(),
            said: 0,
        });
        chat.said += 1;
        let message = turn["message"]["id"].as_str().unwrap_or_default().to_owned();
        outcome.message = Some((chat.id.clone(), chat.token.clone(), message));
        if chat.said < MESSAGES_EACH && !["handoff", "close"].contains(&action) {
            self.idle.lock().unwrap().push_back(chat);
        }
        outcome
    }

    /// The turn, or what came in its place.
    async fn ask(&self, number: u64, chat: Option<&Chat>, wait: u64) -> Result<Value, String> {
        let text = LINES[usize::try_from(number).unwrap() % LINES.len()];
        let base = &self.base;
        let (url, token, body) = match chat {
            Some(Chat { id, token, .. }) => (
                format!("{base}/v1/conversations/{id}/messages?wait={wait}"),
                token.as_str(),
                json!({ "text": text }),
            ),
            None => (
                format!("{base}/v1/conversations?wait={wait}"),
                "",
                json!({ "message": { "text": text } }),
            ),
        };
        let key = format!("{}-{number}", self.name);
        let response = send(&self.client, &url, token, &key, &body).await;
        let response = response.map_err(|_| "no answer".to_owned())?;
        let status = response.status();
        let text = response.text().await.map_err(|_| "no body".to_owned())?;
        if !status.is_success() {
            return Err(status.as_u16().to_string());
        }
        serde_json::from_str(&text).map_err(|_| "no JSON".to_owned())
    }
}

/// Ascending, of those that have one.
pub(crate) fn sorted(outcomes: &[Outcome], of: fn(&Outcome) -> Option<f64>) -> Vec<f64> {
    let mut values: Vec<f64> = outcomes.iter().filter_map(of).collect();
    values.sort_by(f64::total_cmp);
    values
}

/// How often each problem came.
pub(crate) fn problems(outcomes: &[Outcome]) -> BTreeMap<&str, usize> {
    let mut problems = BTreeMap::new();
    for problem in outcomes.iter().filter_map(|outcome| outcome.problem.as_deref()) {
        *problems.entry(problem).or_default() += 1;
    }
    problems
}
