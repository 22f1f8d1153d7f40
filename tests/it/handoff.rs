//! A handoff on its whole way: said over HTTP to the real binary, and received, signed, by somebody else's server.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::server::{Server, client, get, post};
use crate::webhooks::setup::{Receiver, status_only};

/// Every path of the event as the contract has it; `[]` stands for each element of a list.
const CONTRACT: &str = "type timestamp data data.conversation_id data.workspace data.epoch data.queue data.priority \
    data.reason data.reasons data.customer data.customer.id data.customer.name data.customer.verified data.summary \
    data.why data.why[].reason data.why[].text data.tried data.tried.articles data.tried.flows data.tried.flows[].flow \
    data.tried.flows[].title data.tried.flows[].state data.tried.flows[].known data.tried.flows[].lookups \
    data.earlier_conversations data.intents data.intents[].name data.intents[].confidence data.sentiment data.sentiment.label \
    data.sentiment.negative data.sentiment.trend data.entities data.entities[].kind data.entities[].value \
    data.transcript data.transcript[].from data.transcript[].text data.transcript[].at data.suggested_replies \
    data.suggested_replies[].id data.suggested_replies[].text data.suggested_replies[].score data.suggested_replies[].source \
    data.suggested_replies[].source.kind data.suggested_replies[].source.id data.articles data.articles[].id \
    data.articles[].title data.articles[].score data.sla data.sla.first_response_due data.links \
    data.links.conversation data.links.claim";

fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = if at.is_empty() {
                    name.clone()
                } else {
                    format!("{at}.{name}")
                };
                found.insert(path.clone());
                paths(field, &path, found);
            }
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| paths(element, &format!("{at}[]"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_arrives_once_accepted_after_three_failures_signed_and_as_the_contract_has_it() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let tasks = firstline::tasks::Tasks::default();
    let receiver = Receiver::start(&tasks, |hit| async move {
        status_only(if hit < 3 { 503 } else { 204 })
    })
    .await;
    let client = client(Duration::from_secs(10));
    let send = async |path: &str, key: &str, body: Value| {
        post(&client, &server.url, path, &server.key, key, &body)
            .await
            .unwrap()
    };
    let wanted = json!({ "url": receiver.url, "events": ["handoff.requested"] });
    let endpoint = send("/v1/webhooks", "hook", wanted).await;
    let opened = send(
        "/v1/conversations",
        "open",
        json!({ "customer": { "id": "c-7", "name": "Ada" } }),
    )
    .await;
    let conversation = opened["id"].as_str().unwrap();
    let path = format!("/v1/conversations/{conversation}/messages");
    send(&path, "first", json!({ "text": "where is my parcel?" })).await;
    let angry = "this is the third time I am asking about order FH-10423, you people are useless";
    let turn = send(&path, "second", json!({ "text": angry })).await;
    assert_eq!(
        (&turn["action"], &turn["reason"]),
        (&json!("handoff"), &json!("negative_sentiment")),
        "{turn}"
    );

    let hits = receiver.wait_for_hits(4).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(receiver.hits().len(), 4, "accepted, and sent again all the same");
    let webhook = standardwebhooks::Webhook::new(endpoint["secret"].as_str().unwrap()).unwrap();
    for hit in &hits {
        webhook.verify(&hit.body, &hit.headers).unwrap();
        assert_eq!(hit.header("webhook-id"), hits[0].header("webhook-id"));
        assert_eq!(hit.body, hits[0].body);
    }

    let event: Value = serde_json::from_slice(&hits[3].body).unwrap();
    check_event(&event, conversation);
    let claim = event["data"]["links"]["claim"]
        .as_str()
        .unwrap()
        .strip_prefix(&server.url)
        .unwrap();
    let claimed = send(claim, "claim", json!({ "agent": { "id": "ana" } })).await;
    assert_eq!(claimed["owner"], "agent", "{claimed}");

    let path = format!("/v1/webhooks/{}/deliveries", endpoint["id"].as_str().unwrap());
    let deliveries = get(&client, &server.url, &path, &server.key).await;
    assert_eq!(deliveries["data"][0]["state"], "delivered", "{deliveries}");
}

fn check_event(event: &Value, conversation: &str) {
    let mut found = BTreeSet::new();
    paths(event, "", &mut found);
    // An article's source also says which passage; nothing else is added to the contract, and nothing is missing.
    found.remove("data.suggested_replies[].source.passage");
    let contract: BTreeSet<String> = CONTRACT.split_whitespace().map(str::to_owned).collect();
    assert_eq!(found, contract, "{event:#}");
    let data = &event["data"];
    assert_eq!(event["type"], "handoff.requested");
    assert_eq!(
        (&data["conversation_id"], &data["epoch"]),
        (&json!(conversation), &json!(1))
    );
    assert_eq!(
        (&data["reason"], &data["priority"]),
        (&json!("negative_sentiment"), &json!("high"))
    );
    assert_eq!(
        data["customer"],
        json!({ "id": "c-7", "name": "Ada", "verified": false })
    );
    assert_eq!(
        data["entities"],
        json!([{ "kind": "order_number", "value": "FH-10423" }])
    );
    let from: Vec<_> = data["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["from"])
        .collect();
    // The last two: that a person takes over, and how the line stands.
    assert_eq!(from, ["customer", "bot", "customer", "bot", "bot"]);
}
