//! A real server with targets of seconds: what is due is warned of and missed, once each, also across a kill; an answer
//! in time is nothing to tell.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::server::{Server, client, get, post};
use crate::support::{copy_folder, repository};
use crate::webhooks::setup::{Receiver, status_only};

const PERSON: &str = "I want to talk to a human";

/// The type of an event and its data.
fn event(body: &[u8]) -> (String, Value) {
    let event: Value = serde_json::from_slice(body).unwrap();
    (event["type"].as_str().unwrap().to_owned(), event["data"].clone())
}

/// The sample business with targets of seconds.
fn hasty(knowledge: &Path) {
    copy_folder(&repository().join("knowledge"), knowledge);
    let mut policy = fs::read_to_string(knowledge.join("policy.yml")).unwrap();
    for (from, to) in [
        ("clock: business", "clock: calendar"),
        ("warn_before: 20%", "warn_before: 50%"),
        ("    normal: 60\n", "    normal: 0.08\n"),
    ] {
        assert!(policy.contains(from));
        policy = policy.replacen(from, to, 1);
    }
    fs::write(knowledge.join("policy.yml"), policy).unwrap();
}

/// The warning and the breach of one conversation in the queue.
fn check(mut told: Vec<(String, Value)>, conversation: &str) {
    // They may be sent in either order; what they say is in no doubt.
    told.sort_by(|one, other| other.0.cmp(&one.0));
    let expected = [("sla.warning", "normal"), ("sla.breached", "high")];
    assert_eq!(told.len(), expected.len());
    for ((kind, data), (expected, priority)) in told.iter().zip(expected) {
        assert_eq!((kind.as_str(), &data["priority"]), (expected, &json!(priority)));
        assert_eq!(data["conversation_id"], conversation);
        assert_eq!(
            (&data["clock"], &data["owner"], &data["queue"]),
            (&json!("first_response"), &json!("queue"), &json!("care")),
            "{data}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn targets_of_seconds_are_warned_of_and_missed_once_also_across_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let knowledge = folder.path().join("knowledge");
    hasty(&knowledge);
    let data = folder.path().join("data");
    let environment = [("FIRSTLINE_PATHS__KNOWLEDGE", knowledge.as_os_str())];
    let mut server = Server::start_with(&data, &environment);
    let tasks = firstline::tasks::Tasks::default();
    let receiver = Receiver::start(&tasks, |_| async { status_only(204) }).await;
    let client = client(Duration::from_secs(10));
    let hook = json!({ "url": receiver.url, "events": ["sla.warning", "sla.breached"] });
    let (url, key) = (server.url.clone(), server.key.clone());
    let send =
        async |path: &str, id: &str, body: Value| post(&client, &url, path, &key, id, &body).await.unwrap();
    send("/v1/webhooks", "hook", hook).await;
    let hand_off = async |id: &str| {
        let opened = send("/v1/conversations", id, json!({})).await;
        let path = format!("/v1/conversations/{}", opened["id"].as_str().unwrap());
        let text = json!({ "text": PERSON });
        let turn = send(&format!("{path}/messages"), &format!("{id}-writes"), text).await;
        assert_eq!(turn["action"], "handoff", "{turn}");
        path
    };

    // Answered at once: of this one nothing is heard.
    let answered = hand_off("answered").await;
    let ana = json!({ "agent": { "id": "ana" } });
    send(&format!("{answered}/claim"), "claim", ana).await;
    let words = json!({ "from": "agent", "agent": { "id": "ana" }, "text": "Here I am." });
    send(&format!("{answered}/messages"), "answer", words).await;
    // Nobody comes.
    let missed = hand_off("missed").await;
    let hits = receiver.wait_for_hits(2).await;
    let id = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    check(hits.iter().map(|hit| event(&hit.body)).collect(), &id(&missed));
    let shown = get(&client, &url, &missed, &key).await;
    assert_eq!(shown["clocks"][0]["state"], "breached", "{shown}");
    assert_eq!(
        (&shown["priority"], &shown["clocks"][1]["clock"]),
        (&json!("high"), &json!("resolution"))
    );

    // The timer is on disk with the handoff: killed at once, the next process rings.
    let killed = hand_off("killed").await;
    server.kill();
    let server = Server::start_with(&data, &environment);
    let hits = receiver.wait_for_hits(3).await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    let told: Vec<_> = receiver
        .hits()
        .iter()
        .skip(2)
        .map(|hit| event(&hit.body))
        .collect();
    let breaches = told.iter().filter(|(kind, _)| kind == "sla.breached").count();
    assert!(breaches == 1 && hits.len() >= 3 && told.len() <= 2, "{told:?}");
    for (_, data) in &told {
        assert_eq!(data["conversation_id"], id(&killed));
    }
    let calm = get(&client, &server.url, &answered, &server.key).await;
    assert_eq!(
        calm["clocks"],
        json!([{ "clock": "resolution", "state": "paused" }]),
        "{calm}"
    );
}
