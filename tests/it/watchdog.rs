//! Who watches that nobody is left: a handoff that no one accepts in time, and a classifier that does not answer.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use firstline::classify::deadline::InTime;
use firstline::domain::event::{EventKind, LoggedEvent};
use firstline::domain::id::{ConversationId, WorkspaceId};
use firstline::domain::reading::{Classification, Fault};
use firstline::domain::time::Duration as SignedDuration;
use firstline::engine::Parts;
use firstline::knowledge::Knowledge;
use firstline::outbox::lookups::{LookupWorker, Options};
use firstline::ports::{Classifier, EventLog};
use firstline::tasks::Tasks;
use firstline::triage::policy::{Policy, PolicyProblem, Written};
use serde_json::{Value, json};

use crate::http::app::{Setup, TestApp, WORKSPACE};
use crate::lookups::setup::Company;
use crate::support::{repository, written};

/// The sample business, with a time to accept in for some of its queues.
fn watched(queues: &str) -> Result<Policy, Vec<PolicyProblem>> {
    let knowledge = Knowledge::load(&repository().join("knowledge")).unwrap();
    watched_with(queues, &written(&knowledge))
}

fn watched_with(queues: &str, written: &Written<'_>) -> Result<Policy, Vec<PolicyProblem>> {
    let text = fs::read_to_string(repository().join("knowledge/policy.yml")).unwrap();
    let unwatched = "accept_within_minutes: {}";
    assert!(text.contains(unwatched));
    let text = text.replace(unwatched, &format!("accept_within_minutes: {queues}"));
    // The clocks of the SLA raise priorities too; here they only count.
    let text = text.replace("escalate: true", "escalate: false");
    Policy::parse(&text, written, "http://desk.example", "test".into())
}

/// A server, and the worker that does its timers.
struct Watched {
    app: TestApp,
    worker: LookupWorker,
}

impl Watched {
    async fn new(queues: &str) -> Self {
        let app = TestApp::of(Setup {
            policy: Arc::new(watched(queues).unwrap()),
            ..Setup::default()
        })
        .await;
        let worker = LookupWorker::new(
            app.store.clone(),
            Arc::new(Company::default()),
            Arc::new(app.engine.clone()),
            Arc::clone(&app.engine.clock),
            Tasks::default(),
            [1; 32],
            &Options::default(),
        );
        Self { app, worker }
    }

    /// Time passes, and what falls due is done: how many tasks.
    async fn pass(&self, minutes: i64) -> usize {
        self.app.pass(SignedDuration::from_mins(minutes));
        self.worker.run_due().await.unwrap()
    }

    async fn act(&self, id: &str, action: &str, body: Value) {
        let path = format!("/v1/conversations/{id}/{action}");
        self.app.post(&path, &self.app.agent, &body).ok(200).await;
    }

    /// The ids of the canned responses that the bot has said.
    async fn said(&self, id: &str) -> Vec<String> {
        let path = format!("/v1/conversations/{id}/messages");
        let messages = self.app.get(&path, &self.app.agent).ok(200).await;
        let messages = messages["data"].as_array().unwrap().iter();
        messages
            .filter_map(|message| message["source"]["id"].as_str().map(str::to_owned))
            .collect()
    }

    /// How often the customer has been told that nobody has come in time.
    async fn times_told(&self, id: &str) -> usize {
        let said = self.said(id).await;
        said.iter().filter(|reply| *reply == "unaccepted").count()
    }

    async fn unaccepted(&self, id: &str) -> Vec<LoggedEvent> {
        let (workspace, id) = (
            WorkspaceId::parse(WORKSPACE).unwrap(),
            ConversationId::parse(id).unwrap(),
        );
        let mut events = self
            .app
            .store
            .events(&workspace, Some(&id), 0, 1000)
            .await
            .unwrap();
        events.retain(|event| event.kind == EventKind::HandoffUnaccepted);
        events
    }

    /// Priority of the only conversation that waits.
    async fn priority(&self) -> String {
        let queue = self.app.get("/v1/queue", &self.app.agent).ok(200).await;
        assert_eq!(queue["data"].as_array().unwrap().len(), 1, "{queue}");
        assert_eq!(
            queue["data"][0]["priority"],
            queue["data"][0]["handoff"]["priority"]
        );
        queue["data"][0]["priority"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_handoff_that_nobody_accepts_moves_up_and_the_customer_is_told_once() {
    let server = Watched::new("{ care: 5 }").await;
    let (id, _) = server.app.hand_off().await;
    assert_eq!(
        (server.pass(4).await, server.priority().await.as_str()),
        (0, "normal")
    );
    assert_eq!(
        (server.pass(1).await, server.priority().await.as_str()),
        (1, "high")
    );
    let said = server.said(&id).await;
    assert_eq!(said, ["handoff.asked_for_human", "standing", "unaccepted"]);
    let events = server.unaccepted(&id).await;
    let data: Value = serde_json::from_str(&events[0].data).unwrap();
    assert_eq!(
        data,
        json!({
            "conversation_id": id, "workspace": WORKSPACE, "epoch": 1, "queue": "care", "priority": "high",
            "waiting_since": "2026-01-05T09:00:00Z",
            "links": {
                "conversation": format!("http://desk.example/v1/conversations/{id}"),
                "claim": format!("http://desk.example/v1/conversations/{id}/claim"),
            }
        })
    );
    server.pass(600).await;
    let times = server.unaccepted(&id).await.len();
    assert_eq!(times, 1, "once for each time that it comes into a queue");

    server.act(&id, "claim", json!({})).await;
    server.act(&id, "release", json!({})).await;
    assert_eq!(
        (server.pass(5).await, server.priority().await.as_str()),
        (1, "urgent")
    );
    server.act(&id, "claim", json!({})).await;
    server.act(&id, "release", json!({})).await;
    assert_eq!(
        (server.pass(5).await, server.priority().await.as_str()),
        (1, "urgent")
    );
    assert_eq!(server.unaccepted(&id).await.len(), 3);
    assert_eq!(server.times_told(&id).await, 1);
}

#[tokio::test]
async fn a_handoff_that_is_accepted_resolved_or_passed_on_in_time_is_left_alone() {
    let server = Watched::new("{ care: 5 }").await;
    let (accepted, _) = server.app.hand_off().await;
    let (resolved, _) = server.app.hand_off().await;
    let (passed_on, _) = server.app.hand_off().await;
    server.act(&accepted, "claim", json!({})).await;
    server.act(&resolved, "resolve", json!({})).await;
    server.act(&passed_on, "claim", json!({})).await;
    server
        .act(&passed_on, "transfer", json!({ "queue": "billing" }))
        .await;
    assert_eq!(server.pass(5).await, 3, "the timers fire all the same");
    assert_eq!(
        server.priority().await,
        "normal",
        "a queue that is not named is not watched"
    );
    for id in [&accepted, &resolved, &passed_on] {
        assert!(server.unaccepted(id).await.is_empty());
        assert!(!server.said(id).await.contains(&"unaccepted".to_owned()));
    }
    server.pass(600).await;
    for id in [&accepted, &resolved, &passed_on] {
        assert!(server.unaccepted(id).await.is_empty());
    }
}

#[tokio::test]
async fn without_a_time_to_accept_in_nothing_is_watched() {
    let server = Watched::new("{}").await;
    let (id, _) = server.app.hand_off().await;
    server.pass(10_000).await;
    assert_eq!(server.priority().await, "normal");
    assert!(server.unaccepted(&id).await.is_empty());
}

/// After the bot has had it back, the customer is told again.
#[tokio::test]
async fn a_conversation_that_comes_back_is_a_new_handoff() {
    let server = Watched::new("{ care: 5 }").await;
    let (id, token) = server.app.hand_off().await;
    server.pass(5).await;
    server.act(&id, "claim", json!({})).await;
    server.act(&id, "handback", json!({})).await;
    let path = format!("/v1/conversations/{id}/messages");
    let again = json!({ "text": "no, I want to talk to someone" });
    server.app.post(&path, &token, &again).ok(201).await;
    assert_eq!(
        (server.pass(5).await, server.priority().await.as_str()),
        (1, "high")
    );
    assert_eq!(server.times_told(&id).await, 2);
}

#[test]
fn mistakes_in_the_times_are_named() {
    let problems = watched("{ nobody: 5, care: 0 }").unwrap_err();
    let said: Vec<_> = problems
        .iter()
        .map(|problem| (problem.key.as_str(), problem.message.as_str()))
        .collect();
    let minutes = "nobody can accept in no time; give 1 or more, or leave the queue out";
    assert_eq!(
        said,
        [
            ("handoff.accept_within_minutes.care", minutes),
            (
                "handoff.accept_within_minutes.nobody",
                "\"nobody\" is not one of the queues"
            ),
        ]
    );
    let mut knowledge = Knowledge::load(&repository().join("knowledge")).unwrap();
    knowledge.replies.retain(|reply| reply.id != "unaccepted");
    assert!(
        watched_with("{}", &written(&knowledge)).is_ok(),
        "nobody needs the line then"
    );
    let problems = watched_with("{ care: 5 }", &written(&knowledge)).unwrap_err();
    assert!(
        problems[0]
            .message
            .starts_with("no reply \"unaccepted\" that the bot may say"),
        "{problems:?}"
    );
}

const SEVERAL: &str = "where is my parcel? and how do I reset my password? and when are you open?";

/// Never answers.
#[derive(Debug)]
struct Stuck;

#[async_trait]
impl Classifier for Stuck {
    async fn classify(&self, _: &str) -> Result<Classification, Fault> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_classifier_that_hangs_costs_its_deadline_and_then_a_person_takes_over() {
    let app = TestApp::new().await;
    let parts = app.engine.in_service.parts();
    app.engine.in_service.exchange(Parts {
        classifier: Arc::new(InTime::new(Arc::new(Stuck), Duration::from_millis(50))),
        ..Parts::clone(&parts)
    });
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let turn = app.post(&path, &token, &json!({ "text": SEVERAL })).ok(201).await;
    assert_eq!(
        (&turn["action"], &turn["owner"]),
        (&json!("handoff"), &json!("queue"))
    );
    let queue = app.get("/v1/queue", &app.agent).ok(200).await;
    assert_eq!(queue["data"][0]["handoff"]["reason"], "unavailable");
    let trace = app
        .get(&format!("/v1/conversations/{id}/trace"), &app.agent)
        .ok(200)
        .await;
    assert!(
        trace
            .to_string()
            .contains("the classifier did not answer in time"),
        "{trace}"
    );
}

/// Reads one text and hangs at the next.
#[derive(Debug)]
struct Tiring {
    classifier: Arc<dyn Classifier>,
    asked: AtomicUsize,
}

#[async_trait]
impl Classifier for Tiring {
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        if self.asked.fetch_add(1, Ordering::SeqCst) > 0 {
            std::future::pending::<()>().await;
        }
        self.classifier.classify(text).await
    }
}

#[tokio::test]
async fn of_a_message_that_asks_for_much_no_more_is_waited_for_after_a_fault() {
    let app = TestApp::new().await;
    let parts = app.engine.in_service.parts();
    let tiring = Arc::new(Tiring {
        classifier: parts.classifier.clone(),
        asked: AtomicUsize::new(0),
    });
    app.engine.in_service.exchange(Parts {
        classifier: Arc::new(InTime::new(tiring.clone(), Duration::from_millis(50))),
        ..Parts::clone(&parts)
    });
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/messages");
    let turn = app.post(&path, &token, &json!({ "text": SEVERAL })).ok(201).await;
    assert_eq!(turn["action"], "handoff");
    assert_eq!(tiring.asked.load(Ordering::SeqCst), 2);
}

/// A deadline changes nothing of what comes in time.
#[tokio::test]
async fn what_is_read_in_time_is_read_as_ever() {
    let app = TestApp::new().await;
    let plain = app.engine.in_service.parts().classifier.clone();
    let in_time = InTime::new(Arc::clone(&plain), Duration::from_secs(60));
    assert_eq!(
        in_time.classify("my parcel").await,
        plain.classify("my parcel").await
    );
    assert_eq!(in_time.classify("overload").await, Err(Fault::Overloaded));
    assert!(in_time.alive());
}
