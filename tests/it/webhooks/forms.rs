//! Thin bodies and cloud events on the wire: signed like all others, and the same in every attempt.

use std::sync::Arc;

use firstline::domain::time::Duration as SignedDuration;
use firstline::domain::webhook::{Endpoint, Form, Format, Payload};
use serde_json::{Value, json};

use crate::store_contract::fixtures::OnDisk;
use crate::webhooks::setup::{Hit, Receiver, Setup, options, status_only};

fn thin_cloud_events() -> Form {
    Form {
        payload: Payload::Thin,
        format: Format::CloudEvents {
            source: "https://help.example/workspaces/default".to_owned(),
        },
    }
}

fn json(hit: &Hit) -> Value {
    serde_json::from_slice(&hit.body).expect("JSON")
}

#[tokio::test]
async fn a_form_is_kept_over_all_attempts_from_memory() {
    a_form_is_kept_over_all_attempts(Setup::new()).await;
}

#[tokio::test]
async fn a_form_is_kept_over_all_attempts_from_disk() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    a_form_is_kept_over_all_attempts(Setup::on(Arc::new(served.store.clone()))).await;
}

async fn a_form_is_kept_over_all_attempts(mut setup: Setup) {
    let receiver = Receiver::start(&setup.tasks, |hit| {
        std::future::ready(status_only(if hit == 0 { 503 } else { 200 }))
    })
    .await;
    let plain = setup.add_endpoint(&receiver.url).await;
    let endpoint = Endpoint {
        form: thin_cloud_events(),
        ..plain.clone()
    };
    setup.store.change_endpoint(&endpoint).await.expect("it is there");
    setup.start_worker(&setup.tasks, options());
    let event = setup.log().await;
    setup.wait_for_attempts(&endpoint, 1).await;
    setup.store.change_endpoint(&plain).await.expect("it is there");
    setup.advance(SignedDuration::from_mins(2));
    setup.wait_for_attempts(&endpoint, 2).await;
    setup.log().await;
    let hits = receiver.wait_for_hits(3).await;

    let webhook = standardwebhooks::Webhook::new(&endpoint.secret).expect("it is well formed");
    for hit in &hits {
        webhook.verify(&hit.body, &hit.headers).expect("it is signed");
    }
    for hit in &hits[..2] {
        assert_eq!(
            hit.body, hits[0].body,
            "changing the endpoint changes nothing under way"
        );
        assert_eq!(hit.header("content-type"), "application/cloudevents+json");
        let cloud = json(hit);
        assert_eq!(
            (&cloud["specversion"], &cloud["id"], &cloud["type"]),
            (
                &json!("1.0"),
                &json!(event.as_str()),
                &json!("conversation.reopened")
            )
        );
        assert_eq!(cloud["id"], hit.header("webhook-id"));
        assert_eq!(cloud["source"], "https://help.example/workspaces/default");
        let conversation = setup.logger.id();
        assert_eq!(cloud["subject"], conversation.as_str());
        assert_eq!(
            cloud["data"],
            json!({ "conversation_id": conversation.as_str(), "workspace": "default", "epoch": 0 })
        );
    }
    assert_eq!(hits[2].header("content-type"), "application/json");
    assert_eq!(json(&hits[2])["type"], "conversation.reopened");
}
