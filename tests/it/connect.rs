//! Lookups against real servers on this machine that answer as they should, and in every way that they should not.

mod bad_answers;
mod private;
mod setup;
mod trouble;

use axum::Json;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use firstline::tasks::Tasks;
use firstline::telemetry::Metrics;
use serde_json::{Value, json};
use setup::{ORDER, SECRET, ask, ask_about, problem, shop, task};

use crate::webhooks::setup::{Receiver, status_only};

#[tokio::test]
async fn an_answer_becomes_outcome_and_fields() {
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, async |_| {
        Json(json!({ "status": "shipped", "other": { "deep": 1 } })).into_response()
    })
    .await;
    let shop = shop(&receiver.url, "");
    let result = ask(&shop, "shop.order").await;
    assert_eq!((result.outcome.as_str(), result.problem.as_str()), ("ok", ""));
    // What is missing in the answer is null.
    let expected = json!({ "status": "shipped", "carrier": null });
    assert_eq!(serde_json::to_value(&result.fields).unwrap(), expected);

    let hit = receiver.hits().remove(0);
    assert_eq!(hit.method, Method::GET);
    assert_eq!(hit.uri.to_string(), "/hook/orders/FH-10423%2F..%2Fx");
    assert_eq!(hit.header("authorization"), format!("Bearer {SECRET}"));
    assert_eq!(hit.header("accept"), "application/json");
    assert!(hit.header("user-agent").starts_with("Firstline/"));
    assert!(!hit.headers.contains_key("idempotency-key") && hit.body.is_empty());
}

#[tokio::test]
async fn a_status_can_say_it_all() {
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, async |hit| status_only(if hit < 2 { 404 } else { 200 })).await;
    let shop = shop(&receiver.url, "");
    let result = ask(&shop, "shop.order").await;
    assert_eq!(result.outcome, "not_found");
    assert!(result.fields.len() == 2 && result.fields.values().all(Value::is_null));
    let (said, _) = problem(&shop, "shop.ping").await;
    assert_eq!(said, "shop answered 404, for which this lookup has no outcome");
    assert_eq!(ask(&shop, "shop.ping").await.outcome, "ok");
    // It has fields, and there is nothing to find them in.
    let (said, _) = problem(&shop, "shop.order").await;
    assert_eq!(said, "shop answered 200 without a body");
}

#[tokio::test]
async fn a_repeated_post_carries_the_same_key_and_body() {
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, async |hit| match hit {
        0 => status_only(503),
        1 => status_only(502),
        _ => StatusCode::CONFLICT.into_response(),
    })
    .await;
    let result = ask(&shop(&receiver.url, ""), "shop.cancel").await;
    assert_eq!(result.outcome, "too_late");
    let hits = receiver.hits();
    assert_eq!(hits.len(), 3);
    for hit in &hits {
        assert_eq!(hit.method, Method::POST);
        assert_eq!(hit.header("idempotency-key"), task(1).as_str());
        assert_eq!(hit.header("content-type"), "application/json");
        let body: Value = serde_json::from_slice(&hit.body).unwrap();
        assert_eq!(body, json!({ "order": ORDER }));
    }
}

#[tokio::test]
async fn an_answer_is_good_for_a_while_and_only_for_the_same_question() {
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, async |hit| match hit {
        0 => status_only(403),
        _ => Json(json!({ "status": hit })).into_response(),
    })
    .await;
    let shop = shop(&receiver.url, "");
    let status = async |order: &str| ask_about(&shop, "shop.known", order).await.fields["status"].clone();
    problem(&shop, "shop.known").await;
    assert_eq!(status(ORDER).await, 1, "what went wrong is not kept");
    assert_eq!(status(ORDER).await, 1);
    assert_eq!(status("FH-2").await, 2);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(status(ORDER).await, 3);
    assert_eq!(receiver.hits().len(), 4);
}

#[tokio::test]
async fn what_does_not_fit_the_lookup_is_not_sent() {
    let tasks = Tasks::default();
    let receiver = Receiver::with_status(&tasks, 200).await;
    let shop = shop(&receiver.url, "");
    for (lookup, order, expected) in [
        (
            "shop.order",
            "",
            "shop cannot be asked: the argument `order_number` is empty",
        ),
        (
            "shop.order",
            "..",
            "shop cannot be asked: its arguments would lead to another path",
        ),
        ("shop.orders", "1", "there is no lookup shop.orders any more"),
        ("bank.order", "1", "there is no lookup bank.order any more"),
        ("order", "1", "there is no lookup order any more"),
    ] {
        let result = ask_about(&shop, lookup, order).await;
        assert!(result.is_unavailable());
        assert_eq!(result.problem, expected);
    }
    let long = ask_about(&shop, "shop.order", &"/".repeat(1000)).await;
    assert!(
        long.problem.starts_with("shop cannot be asked: the URL has 3"),
        "{long:?}"
    );
    assert_eq!(receiver.hits().len(), 0);
}

#[tokio::test]
async fn lookups_are_counted_by_name_and_outcome() {
    let _ = Metrics::of_process();
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, async |hit| match hit {
        0 => status_only(409),
        1 => status_only(418),
        _ => status_only(200),
    })
    .await;
    let shop = shop(&receiver.url, "");
    for _ in 0..3 {
        ask(&shop, "shop.cancel").await;
    }
    let text = Metrics::of_process().render();
    // Other tests of this process may count as well: each at least once.
    for outcome in ["ok", "too_late", "unavailable"] {
        let line = format!("firstline_lookups_total{{lookup=\"shop.cancel\",outcome=\"{outcome}\"}} ");
        assert!(text.contains(&line), "{line} is missing in {text}");
    }
    assert!(
        text.contains("firstline_lookup_seconds_count{lookup=\"shop.cancel\"} "),
        "{text}"
    );
}
