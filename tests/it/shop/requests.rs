//! What the sample shop refuses, and how it fails when it is told to.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::server::client;
use crate::support::shop::{Shop, answer};

const ORDER: &str = "/v1/customers/cus_0001/orders/FH-10423";

#[tokio::test]
async fn nothing_is_told_without_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let client = client(Duration::from_secs(10));
    for path in [ORDER, "/v1/mail", "/v1/products/volt"] {
        for header in [
            "",
            "Bearer",
            "Bearer another",
            "Basic token-of-a-test",
            "token-of-a-test",
        ] {
            let request = client
                .get(format!("{}{path}", shop.url))
                .header("authorization", header);
            let (status, body) = answer(request).await;
            assert_eq!(
                (status, &body["code"]),
                (401, &"invalid_token".into()),
                "{path} {header:?}"
            );
        }
    }
    let faults = client.post(format!("{}/demo/faults", shop.url)).body("{}");
    assert_eq!(answer(faults).await.0, 401);
    let alive = client.get(format!("{}/healthz", shop.url)).send().await.unwrap();
    assert_eq!(alive.text().await.unwrap(), "ok\n");
}

#[tokio::test]
async fn a_bad_request_is_told_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let client = client(Duration::from_secs(10));
    let post = |body: String, kind: &str, key: &str| {
        let request = client.post(format!("{}/v1/codes", shop.url));
        let request = request
            .header("content-type", kind)
            .header("idempotency-key", key);
        answer(shop.request(request).body(body))
    };
    let good = json!({ "email": "priya@example.com", "code": "123456" }).to_string();
    let long = format!("{{\"email\":\"{}\"}}", "a".repeat(20_000));
    let json = "application/json";
    for (body, kind, key, status, code) in [
        (long, json, "a", 413, "body_too_large"),
        ("{".to_owned(), json, "a", 400, "invalid_json"),
        (
            "{\"code\":\"123456\",\"sms\":1}".to_owned(),
            json,
            "a",
            422,
            "invalid_body",
        ),
        ("{\"code\":\"123456\"}".to_owned(), json, "a", 422, "invalid_body"),
        (
            "{\"code\":\"12a456\",\"email\":\"a@b\"}".to_owned(),
            json,
            "a",
            422,
            "invalid_body",
        ),
        (good.clone(), "text/plain", "a", 415, "unsupported_media_type"),
        (good.clone(), json, "", 400, "invalid_idempotency_key"),
        (good, json, "two words", 400, "invalid_idempotency_key"),
    ] {
        let (found, answer) = post(body, kind, key).await;
        assert_eq!((found, &answer["code"]), (status, &code.into()), "{answer}");
    }
    let (status, answer) = shop.get("/v1/prices").await;
    assert_eq!((status, &answer["code"]), (404, &"no_such_path".into()));
    let (status, answer) = shop.post(ORDER, "", &json!({})).await;
    assert_eq!((status, &answer["code"]), (405, &"method_not_allowed".into()));
    assert_eq!(shop.mails("").await, Vec::<Value>::new());
}

#[tokio::test]
async fn the_shop_can_be_down_or_answer_nonsense_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let fault = async |kind: &str| {
        let (status, answer) = shop
            .post("/demo/faults", "", &json!({ "kind": kind, "seconds": 60 }))
            .await;
        assert_eq!(status, 200, "{answer}");
    };
    fault("down").await;
    let (status, answer) = shop.get(ORDER).await;
    assert_eq!((status, &answer["code"]), (503, &"down".into()));
    assert_eq!(shop.mails("").await, Vec::<Value>::new());

    fault("html").await;
    let request = client(Duration::from_secs(10)).get(format!("{}{ORDER}", shop.url));
    let page = shop.request(request).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");

    fault("none").await;
    assert_eq!(shop.get(ORDER).await.0, 200);
    shop.post("/demo/faults", "", &json!({ "kind": "down", "seconds": 1 }))
        .await;
    assert_eq!(shop.get(ORDER).await.0, 503);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(shop.get(ORDER).await.0, 200);
    for wrong in [json!({ "kind": "fire" }), json!({ "kind": "down", "seconds": 0 })] {
        assert_eq!(shop.post("/demo/faults", "", &wrong).await.0, 422, "{wrong}");
    }
}

/// The caller hears nothing, asks again with the same key, and the order is cancelled once.
#[tokio::test]
async fn a_slow_shop_has_done_what_it_was_asked() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    shop.post("/demo/faults", "", &json!({ "kind": "slow", "seconds": 60 }))
        .await;
    let path = "/v1/customers/cus_0001/orders/FH-10425/cancel";
    let impatient = client(Duration::from_millis(700));
    let request = shop.posting(&impatient, path, "task-1", &json!({}));
    assert!(request.send().await.unwrap_err().is_timeout());

    shop.post("/demo/faults", "", &json!({ "kind": "none" })).await;
    assert_eq!(
        shop.get("/v1/customers/cus_0001/orders/FH-10425").await.1["status"],
        "cancelled"
    );
    assert_eq!(shop.post(path, "task-1", &json!({})).await.0, 200);
    assert_eq!(shop.mails("priya@example.com").await.len(), 1);
}
