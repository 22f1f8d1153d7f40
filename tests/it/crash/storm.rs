//! Customers, a receiver of webhooks, and a server that is interrupted at seeded moments, again and again; then the count of
//! all that was acknowledged. What an interruption is, is the caller's matter.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::crash::customers::{Acknowledged, Place, customer};
use crate::crash::receiver::Receiver;
use crate::support::proof::{self, Random, percentile};
use crate::support::server::{Server, client, get, post};

pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) customers: usize,
    pub(crate) interruptions: usize,
    pub(crate) seed: u64,
}

/// What was found afterwards.
#[derive(Debug, Default)]
pub(crate) struct Found {
    conversations: usize,
    messages: usize,
    messages_lost: usize,
    /// Acknowledged messages that are there more than once, or under another id.
    messages_doubled: usize,
    /// Bot messages that follow a bot message of another turn, or repeat it: more than one answer to what a customer wrote.
    answers_doubled: usize,
    answers_missing: usize,
    /// Conversations whose messages or turns are not numbered 1, 2, 3 …
    gaps: usize,
    handoffs: usize,
    handoffs_accepted: usize,
    webhook_calls: usize,
    webhooks_changed: usize,
    webhooks_renamed: usize,
    integrity_ok: usize,
    ready_ms: Vec<u64>,
}

/// The server is started by `start`, and ended without mercy by `interrupt`.
pub(crate) async fn storm(
    plan: &Plan,
    data: &Path,
    start: impl Fn() -> Server,
    interrupt: impl Fn(&mut Server),
) -> Found {
    let receiver = Receiver::start().await;
    let client = client(Duration::from_secs(10));
    let mut server = start();
    let endpoint = json!({ "url": receiver.url, "events": ["handoff.requested"] });
    let added = post(
        &client,
        &server.url,
        "/v1/webhooks",
        &server.key,
        "hook",
        &endpoint,
    )
    .await;
    added.expect("a server that was just started answers");
    let (place, seen) = watch::channel(at(&server, false));
    let mut customers = JoinSet::new();
    for number in 0..plan.customers {
        customers.spawn(customer(number, seen.clone()));
    }

    let mut found = Found::default();
    let mut random = Random(plan.seed);
    for _ in 0..plan.interruptions {
        tokio::time::sleep(Duration::from_millis(20 + random.below(400))).await;
        interrupt(&mut server);
        found.integrity_ok += usize::from(is_whole(data).await);
        let started = Instant::now();
        server = start();
        until_ready(&client, &server).await;
        found
            .ready_ms
            .push(u64::try_from(started.elapsed().as_millis()).expect("a short time"));
        place.send_replace(at(&server, false));
    }
    place.send_replace(at(&server, true));
    let mut acknowledged = Acknowledged::new();
    for mut done in customers.join_all().await {
        acknowledged.append(&mut done);
    }
    count(&client, &server, &acknowledged, &mut found).await;
    until_accepted(&receiver, found.handoffs).await;
    found.handoffs_accepted = receiver.accepted();
    found.webhook_calls = receiver.calls();
    found.webhooks_changed = receiver.changed();
    found.webhooks_renamed = receiver.renamed();
    found
}

fn at(server: &Server, stop: bool) -> Place {
    Place {
        url: server.url.clone(),
        key: server.key.clone(),
        stop,
    }
}

async fn until_ready(client: &Client, server: &Server) {
    let ready = async || {
        let answer = client.get(format!("{}/readyz", server.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    };
    while !ready().await {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What the interruption left behind, looked at in a copy, so that the next start finds it as it is.
async fn is_whole(data: &Path) -> bool {
    let copy = tempfile::tempdir().expect("a temporary folder");
    for file in ["firstline.db", "firstline.db-wal"] {
        if data.join(file).exists() {
            fs::copy(data.join(file), copy.path().join(file)).expect("a copy");
        }
    }
    let url = format!("sqlite://{}", copy.path().join("firstline.db").display());
    let pool = sqlx::SqlitePool::connect(&url).await.expect("a database");
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&pool)
        .await
        .expect("a verdict");
    pool.close().await;
    verdict == "ok"
}

async fn count(client: &Client, server: &Server, acknowledged: &Acknowledged, found: &mut Found) {
    found.conversations = acknowledged.len();
    for (conversation, texts) in acknowledged {
        let path = format!("/v1/conversations/{conversation}");
        let page = format!("{path}/messages?limit=200");
        let page = get(client, &server.url, &page, &server.key).await;
        let messages = page["data"].as_array().expect("messages");
        found.messages += texts.len();
        for (text, id) in texts {
            let same: Vec<&Value> = messages
                .iter()
                .filter(|message| message["text"] == text.as_str())
                .collect();
            found.messages_lost += usize::from(same.is_empty());
            found.messages_doubled +=
                usize::from(same.len() > 1 || same.iter().any(|one| one["id"] != id.as_str()));
        }
        let from = |message: &Value, who: &str| message["from"] == who;
        let same = |pair: &[Value], key: &str| pair[0][key] == pair[1][key];
        let by_bot = |pair: &[Value]| from(&pair[0], "bot") && from(&pair[1], "bot");
        let again = |pair: &&[Value]| by_bot(pair) && (!same(pair, "at") || same(pair, "text"));
        found.answers_doubled += messages.windows(2).filter(again).count();
        let answers = |pair: &&[Value]| from(&pair[0], "customer") && from(&pair[1], "bot");
        let answered = messages.windows(2).filter(answers).count();
        found.answers_missing += texts.len().saturating_sub(answered);
        let trace = get(client, &server.url, &format!("{path}/trace"), &server.key).await;
        let turns = trace["data"].as_array().expect("turns");
        found.gaps += usize::from(!is_numbered(messages, "seq") || !is_numbered(turns, "version"));
        found.handoffs += turns.iter().filter(|turn| turn["action"] == "handoff").count();
    }
}

fn is_numbered(list: &[Value], field: &str) -> bool {
    list.iter()
        .map(|one| one[field].as_u64())
        .eq((1..=list.len() as u64).map(Some))
}

/// As long as the schedule of retries may take.
async fn until_accepted(receiver: &Receiver, handoffs: usize) {
    for _ in 0..300 {
        if receiver.accepted() >= handoffs {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

impl Found {
    /// Prints the figures; then nothing may be lost, doubled or damaged, and enough must have happened.
    pub(crate) fn check(&self, plan: &Plan) {
        let ready = |percent| percentile(&self.ready_ms, percent);
        proof::print(&json!({
            "proof": plan.name, "seed": plan.seed, "interruptions": plan.interruptions, "customers": plan.customers,
            "conversations": self.conversations, "messages_acknowledged": self.messages,
            "messages_lost": self.messages_lost, "messages_doubled": self.messages_doubled,
            "answers_doubled": self.answers_doubled, "answers_missing": self.answers_missing, "gaps": self.gaps,
            "handoffs": self.handoffs, "handoffs_accepted": self.handoffs_accepted,
            "webhook_calls": self.webhook_calls, "webhooks_changed": self.webhooks_changed, "webhooks_renamed": self.webhooks_renamed,
            "integrity_ok": self.integrity_ok, "ready_p50_ms": ready(50), "ready_p99_ms": ready(99),
        }));
        let bad = [
            self.messages_lost,
            self.messages_doubled,
            self.answers_doubled,
            self.answers_missing,
            self.gaps,
            self.webhooks_changed,
            self.webhooks_renamed,
        ];
        assert_eq!(bad, [0; 7], "lost or doubled: {self:?}");
        assert_eq!(
            self.handoffs_accepted, self.handoffs,
            "handoffs lost or doubled on the way"
        );
        assert_eq!(self.integrity_ok, plan.interruptions, "a damaged database");
        assert!(
            self.conversations >= plan.customers && self.handoffs > plan.interruptions / 10,
            "the customers got too little done for this to prove anything: {self:?}"
        );
    }
}
