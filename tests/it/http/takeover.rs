//! Taking a conversation over from whoever has it, and ending one with a reason.

use std::fs;

use firstline::domain::id::Resolution;
use firstline::knowledge::Knowledge;
use firstline::triage::policy::{Policy, PolicyProblem};
use serde_json::json;

use super::app::TestApp;
use super::stream::Follower;
use crate::support::{repository, written};

/// The shipped policy with another line in place of its resolutions.
fn policy_with(resolutions: &str) -> Result<Policy, Vec<PolicyProblem>> {
    let folder = repository().join("knowledge");
    let knowledge = Knowledge::load(&folder).unwrap();
    let text = fs::read_to_string(folder.join("policy.yml")).unwrap();
    let (before, rest) = text.split_once("\nresolutions: ").unwrap();
    let (_, after) = rest.split_once('\n').unwrap();
    let text = format!("{before}\n{resolutions}\n{after}");
    Policy::parse(&text, &written(&knowledge), "", "test".into())
}

#[test]
fn the_policy_lists_the_resolutions() {
    let has = |policy: &Policy, name| policy.has_resolution(&Resolution::parse(name).unwrap());
    let own = policy_with("resolutions: [sold]").unwrap();
    assert!(has(&own, "sold") && !has(&own, "solved"));
    let without = policy_with("").unwrap();
    assert!(has(&without, "solved") && has(&without, "no_reply") && !has(&without, "sold"));
    let problems = policy_with("resolutions: [solved, no reply]").unwrap_err();
    assert_eq!((problems.len(), problems[0].key.as_str()), (1, "resolutions"));
    assert!(
        problems[0].line.is_some() && problems[0].message.contains("\"no reply\""),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_supervisor_takes_over_from_the_holder() {
    let app = TestApp::new().await;
    let (id, token) = app.hand_off().await;
    let at = |action: &str| format!("/v1/conversations/{id}/{action}");
    app.post(&at("claim"), &app.agent, &json!({})).ok(200).await;
    let by_eva = json!({ "agent": { "id": "eva", "name": "Eva" } });
    app.post(&at("takeover"), &app.agent, &json!({}))
        .problem(403, "forbidden")
        .await;
    let taken = app.post(&at("takeover"), &app.integrator, &by_eva).ok(200).await;
    assert_eq!(
        (
            &taken["agent"]["id"],
            &taken["epoch"],
            &taken["replies"][0]["from"]
        ),
        (&json!("eva"), &json!(3), &json!("system"))
    );
    app.post(&at("takeover"), &app.integrator, &by_eva)
        .problem(409, "already_yours")
        .await;
    let late = json!({ "text": "I was typing", "from": "agent" });
    app.post(&at("messages"), &app.agent, &late)
        .problem(409, "held_by_other")
        .await;

    let accepted = async |token: &str| {
        let mut follower = Follower::open(app.get(&at("events"), token)).await;
        let mut found = Vec::new();
        while found.len() < 2 {
            let event = follower.next().await.unwrap();
            if event.kind == "handoff.accepted" {
                found.push(event.data);
            }
        }
        found
    };
    let told = accepted(&app.agent).await;
    assert_eq!(told[0]["taken_from"], json!(null));
    assert_eq!(
        (&told[1]["agent"]["id"], &told[1]["taken_from"]["id"]),
        (&json!("eva"), &json!("ana"))
    );
    let heard = accepted(&token).await;
    assert_eq!(
        heard[1],
        json!({ "conversation_id": id, "agent": { "name": "Eva" } })
    );
}

#[tokio::test]
async fn what_nobody_holds_is_taken_over_as_well_and_what_is_resolved_is_not() {
    let app = TestApp::new().await;
    let by_eva = json!({ "agent": { "id": "eva" } });
    let (waiting, _) = app.hand_off().await;
    let (with_bot, _) = app.open().await;
    for id in [waiting, with_bot] {
        let at = |action: &str| format!("/v1/conversations/{id}/{action}");
        let taken = app.post(&at("takeover"), &app.integrator, &by_eva).ok(200).await;
        assert_eq!(taken["agent"]["id"], "eva");
        app.post(&at("resolve"), &app.integrator, &by_eva).ok(200).await;
        app.post(&at("takeover"), &app.admin, &by_eva)
            .problem(409, "conversation_resolved")
            .await;
    }
}

#[tokio::test]
async fn a_conversation_is_resolved_with_a_reason_that_the_policy_lists() {
    let app = TestApp::new().await;
    let (id, token) = app.hand_off().await;
    let path = format!("/v1/conversations/{id}");
    let resolve = format!("{path}/resolve");
    for (reason, code) in [("bored", "unknown_resolution"), ("no reply", "invalid_field")] {
        let refused = app.post(&resolve, &app.agent, &json!({ "reason": reason }));
        let refused = refused.problem(422, code).await;
        assert_eq!(refused.body["errors"][0]["pointer"], "/reason", "{reason}");
    }
    let spam = json!({ "reason": "spam" });
    app.post(&resolve, &app.agent, &spam).ok(200).await;
    let seen = app.get(&path, &app.agent).ok(200).await;
    assert_eq!(
        (&seen["status"], &seen["resolution"]),
        (&json!("resolved"), &json!("spam"))
    );
    let own = app.get(&path, &token).ok(200).await;
    assert!(own.get("resolution").is_none(), "{own}");
    let listed = app
        .get("/v1/conversations?status=resolved", &app.agent)
        .ok(200)
        .await;
    assert_eq!(listed["data"][0]["resolution"], "spam");
    let mut follower = Follower::open(app.get(&format!("{path}/events"), &app.agent)).await;
    let resolved = loop {
        let event = follower.next().await.unwrap();
        if event.kind == "conversation.resolved" {
            break event.data;
        }
    };
    assert_eq!(
        (&resolved["resolution"], &resolved["by"], &resolved["agent"]["id"]),
        (&json!("spam"), &json!("agent"), &json!("ana"))
    );

    // It is gone when the customer writes again.
    let messages = format!("{path}/messages");
    app.post(&messages, &token, &json!({ "text": "hello?" }))
        .ok(201)
        .await;
    let again = app.get(&path, &app.agent).ok(200).await;
    assert!(again.get("resolution").is_none(), "{again}");
}
