//! SIGTERM: a request that waits for a lookup is answered and nothing is lost; those who watch are told before connections
//! are refused; a webhook that is under way is sent again at once by the next start.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use firstline::tasks::Tasks;
use serde_json::{Value, json};

use crate::lookup_crash::backend::{Backend, Hold};
use crate::support::program::{firstline, program, run};
use crate::support::server::{Server, client, post};
use crate::webhooks::setup::Receiver;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_waits_for_a_lookup_is_answered_and_its_answer_follows() {
    let folder = tempfile::tempdir().unwrap();
    let backend = Backend::start().await;
    let made = firstline(&["init", folder.path().to_str().unwrap()], b"");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let flows = folder.path().join("knowledge/flows");
    fs::create_dir_all(&flows).unwrap();
    fs::write(flows.join("track.yml"), include_str!("lookup_crash/track.yml")).unwrap();
    let file = folder.path().join("firstline.toml");
    let connectors = include_str!("lookup_crash/connectors.toml").replace("BACKEND", &backend.url);
    fs::write(&file, fs::read_to_string(&file).unwrap() + &connectors).unwrap();
    let data = folder.path().join("data");
    let start = || Server::start_in(folder.path(), &data, &[], Stdio::inherit());

    let mut server = start();
    let (client, url, token) = (
        client(Duration::from_secs(30)),
        server.url.clone(),
        server.key.clone(),
    );
    let body = json!({ "message": { "text": "where is my order FH-10423?" } });
    backend.shop.hold(Hold::BeforeTheDeed);
    let mut arrivals = backend.shop.arrivals();
    let stop = async {
        arrivals.changed().await.unwrap();
        let started = Instant::now();
        let stopped = tokio::task::spawn_blocking(move || server.stop()).await.unwrap();
        (stopped, started.elapsed())
    };
    let (opened, (stopped, took)) = tokio::join!(
        post(&client, &url, "/v1/conversations", &token, "k1", &body),
        stop
    );
    let opened = opened.expect("the request is answered, not cut off");
    assert_eq!(
        (&opened["action"], &opened["replies"]),
        (&json!("wait"), &json!([]))
    );
    assert!(
        stopped.success() && took < Duration::from_secs(10),
        "{stopped} {took:?}"
    );

    backend.shop.hold(Hold::Nowhere);
    let server = start();
    let again = post(&client, &server.url, "/v1/conversations", &token, "k1", &body)
        .await
        .unwrap();
    assert_eq!(again["id"], opened["id"]);
    assert_eq!(
        again["replies"][0]["text"], "Order FH-10423 is on its way.",
        "{again}"
    );

    let mut explain = program(folder.path());
    explain.args(["explain", again["id"].as_str().unwrap()]);
    let explained = run(&mut explain, b"");
    for part in [
        "  = wait: shop.order order_number=FH-10423 (policy ",
        ", shop.order order_number=FH-10423: ok {\"status\":\"on its way\"}\n",
        "  = answer (policy ",
    ] {
        assert!(
            explained.stdout.contains(part),
            "{part}\n{}{}",
            explained.stdout,
            explained.stderr
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_balancer_is_told_before_connections_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let notice = [("FIRSTLINE_SERVER__DRAIN_NOTICE", "2s".as_ref())];
    let mut server = Server::start_with(data.path(), &notice);
    let (client, url, key) = (
        client(Duration::from_secs(10)),
        server.url.clone(),
        server.key.clone(),
    );
    let ready = async || {
        let answer = client.get(format!("{url}/readyz")).send().await.unwrap();
        let status = answer.status().as_u16();
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        (status, body)
    };
    assert_eq!(ready().await.0, 200);
    let started = Instant::now();
    let stopping = tokio::task::spawn_blocking(move || server.stop());
    let (status, told) = loop {
        let (status, told) = ready().await;
        if status == 503 {
            break (status, told);
        }
    };
    let problem = json!({ "name": "not_draining", "ok": false, "problem": "the server is shutting down" });
    assert_eq!((status, &told["checks"][1]), (503, &problem), "{told}");
    // Whoever is still sent here is served.
    let body = json!({ "message": { "text": "where is my parcel?" } });
    assert!(
        post(&client, &url, "/v1/conversations", &key, "late", &body)
            .await
            .is_some()
    );
    assert!(stopping.await.unwrap().success());
    assert!(
        started.elapsed() >= Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    let refused = client.get(format!("{url}/readyz")).send().await;
    assert!(refused.is_err(), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_under_way_is_sent_again_at_once_after_the_next_start() {
    let (data, tasks) = (tempfile::tempdir().unwrap(), Tasks::default());
    // The first call is never answered.
    let receiver = Receiver::start(&tasks, async |hit| {
        if hit == 0 {
            std::future::pending::<()>().await;
        }
        StatusCode::NO_CONTENT.into_response()
    })
    .await;
    let client = client(Duration::from_secs(10));
    let mut server = Server::start(data.path());
    let (url, key) = (server.url.clone(), server.key.clone());
    let endpoint = json!({ "url": receiver.url, "events": ["handoff.requested"] });
    post(&client, &url, "/v1/webhooks", &key, "hook", &endpoint)
        .await
        .unwrap();
    let body = json!({ "message": { "text": "I want to talk to someone" } });
    post(&client, &url, "/v1/conversations", &key, "open", &body)
        .await
        .unwrap();
    receiver.wait_for_hits(1).await;
    let started = Instant::now();
    assert!(server.stop().success());
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "{:?}",
        started.elapsed()
    );

    // Its lease would hold it back for a minute.
    let _server = Server::start(data.path());
    let hits = receiver.wait_for_hits(2).await;
    assert_eq!(hits[0].header("webhook-id"), hits[1].header("webhook-id"));
    assert_eq!(hits[0].body, hits[1].body);
}
