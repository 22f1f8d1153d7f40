//! Systems in trouble: slow, silent, overloaded, down and up again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{DATE, RETRY_AFTER};
use axum::response::IntoResponse;
use firstline::tasks::Tasks;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::connect::setup::{ask, problem, raw, shop};
use crate::webhooks::setup::{Receiver, status_only};

fn right() -> axum::response::Response {
    Json(json!({ "status": "shipped" })).into_response()
}

#[tokio::test]
async fn what_passes_is_waited_for() {
    let tasks = Tasks::default();
    let receiver = Receiver::start(
        &tasks,
        async |hit| if hit < 2 { status_only(503) } else { right() },
    )
    .await;
    let result = ask(&shop(&receiver.url, ""), "shop.order").await;
    assert_eq!(
        (result.outcome.as_str(), result.text("status")),
        ("ok", Some("shipped"))
    );
    assert_eq!(receiver.hits().len(), 3);
}

#[tokio::test]
async fn what_does_not_pass_is_said_in_a_sentence() {
    let tasks = Tasks::default();
    for (status, attempts) in [(500, 3), (502, 3), (503, 3), (504, 3), (429, 3)] {
        let receiver = Receiver::with_status(&tasks, status).await;
        let (said, _) = problem(&shop(&receiver.url, ""), "shop.order").await;
        assert_eq!(said, format!("shop answered {status} three times"));
        assert_eq!(receiver.hits().len(), attempts);
    }
    let receiver = Receiver::with_status(&tasks, 503).await;
    let (said, _) = problem(&shop(&receiver.url, "attempts = 1"), "shop.order").await;
    assert_eq!(said, "shop answered 503");
}

#[tokio::test]
async fn a_connection_that_ends_without_an_answer_is_tried_again() {
    let tasks = Tasks::default();
    let closing = raw(&tasks, async |stream| drop(stream)).await;
    let (said, _) = problem(&shop(&closing, ""), "shop.order").await;
    assert!(
        said.starts_with("shop did not answer: ") && said.ends_with(" three times"),
        "{said}"
    );

    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let (said, _) = problem(&shop(&format!("http://{address}"), ""), "shop.order").await;
    assert!(
        said.starts_with("shop did not answer: Connection refused"),
        "{said}"
    );

    let half = raw(&tasks, async |mut stream: tokio::net::TcpStream| {
        let begun =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"status\":";
        let _ = stream.write_all(begun).await;
    })
    .await;
    let (said, _) = problem(&shop(&half, ""), "shop.order").await;
    assert!(
        said.starts_with("shop did not answer: ") && said.ends_with(" three times"),
        "{said}"
    );
}

#[tokio::test]
async fn an_attempt_ends_in_time_whatever_is_slow() {
    let tasks = Tasks::default();
    let slow_headers = raw(&tasks, async |mut stream: tokio::net::TcpStream| {
        for _ in 0..200 {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx: y\r\n").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let slow_body = raw(&tasks, async |mut stream: tokio::net::TcpStream| {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n";
        let _ = stream.write_all(head).await;
        for _ in 0..200 {
            let _ = stream.write_all(b" ").await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    for url in [slow_headers, slow_body] {
        let connectors = shop(&url, "attempts = 1\ntimeout = '300ms'");
        let (said, took) = problem(&connectors, "shop.order").await;
        assert_eq!(said, "shop did not answer within 0.3 s");
        assert!(
            took >= Duration::from_millis(300) && took < Duration::from_secs(3),
            "{took:?}"
        );
    }
}

#[tokio::test]
async fn the_right_answer_after_a_minute_comes_too_late() {
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, async |_| {
        tokio::time::sleep(Duration::from_secs(60)).await;
        right()
    })
    .await;
    // The second attempt is cut off where the deadline ends.
    let connectors = shop(
        &receiver.url,
        "timeout = '2s'\ndeadline = '2500ms'\nattempts = 10",
    );
    let (said, took) = problem(&connectors, "shop.order").await;
    assert_eq!(said, "shop failed twice, and at last did not answer within 2.5 s");
    assert!(
        took >= Duration::from_millis(2500) && took < Duration::from_millis(3800),
        "{took:?}"
    );
    assert_eq!(receiver.hits().len(), 2);

    let connectors = shop(
        &receiver.url,
        "timeout = '600ms'\ndeadline = '600ms'\nattempts = 10",
    );
    let (said, took) = problem(&connectors, "shop.order").await;
    assert_eq!(said, "shop did not answer within 0.6 s");
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn a_system_that_asks_for_time_gets_it_within_the_deadline() {
    let tasks = Tasks::default();
    let busy = |headers: [(axum::http::HeaderName, &'static str); 2]| {
        (StatusCode::TOO_MANY_REQUESTS, headers).into_response()
    };
    let date = (DATE, "Sun, 22 Nov 2026 10:00:00 GMT");
    let receiver = Receiver::start(&tasks, move |hit| {
        std::future::ready(match hit {
            0 => busy([(RETRY_AFTER, "1"), date.clone()]),
            // As a date it counts from the answer's own.
            1 => busy([(RETRY_AFTER, "Sun, 22 Nov 2026 10:00:01 GMT"), date.clone()]),
            _ => right(),
        })
    })
    .await;
    let started = Instant::now();
    assert_eq!(ask(&shop(&receiver.url, ""), "shop.order").await.outcome, "ok");
    assert!(
        started.elapsed() >= Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );

    let receiver = Receiver::start(&tasks, async |_| {
        (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "60")]).into_response()
    })
    .await;
    let (said, took) = problem(&shop(&receiver.url, ""), "shop.order").await;
    assert_eq!(said, "shop answered 503; 8 s were not enough for another attempt");
    assert!(
        took < Duration::from_secs(3) && receiver.hits().len() == 1,
        "{took:?}"
    );
}

#[tokio::test]
async fn a_system_that_fails_again_and_again_is_left_alone_for_a_while() {
    let tasks = Tasks::default();
    let works = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&works);
    let receiver = Receiver::start(&tasks, move |_| {
        std::future::ready(if now.load(Ordering::SeqCst) {
            right()
        } else {
            status_only(500)
        })
    })
    .await;
    let connectors = shop(
        &receiver.url,
        "attempts = 2\nbreaker = { failures = 3, pause = '1500ms' }",
    );
    let (said, _) = problem(&connectors, "shop.order").await;
    assert_eq!(said, "shop answered 500 twice");
    let (said, _) = problem(&connectors, "shop.order").await;
    let left_alone = "after many failures in a row it is left alone for another 1 s";
    assert_eq!(said, format!("shop answered 500; {left_alone}"));
    // Another lookup of the same system is not sent either.
    let (said, took) = problem(&connectors, "shop.ping").await;
    assert_eq!(said, format!("shop was not asked: {left_alone}"));
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(receiver.hits().len(), 3);

    tokio::time::sleep(Duration::from_millis(1600)).await;
    // One attempt is let through, and fails.
    problem(&connectors, "shop.order").await;
    assert_eq!(receiver.hits().len(), 4);
    works.store(true, Ordering::SeqCst);
    problem(&connectors, "shop.order").await;
    assert_eq!(receiver.hits().len(), 4);

    tokio::time::sleep(Duration::from_millis(1600)).await;
    for _ in 0..3 {
        assert_eq!(ask(&connectors, "shop.order").await.outcome, "ok");
    }
    assert_eq!(receiver.hits().len(), 7);
}

#[tokio::test]
async fn a_refusal_does_not_count_as_trouble() {
    let tasks = Tasks::default();
    let receiver = Receiver::with_status(&tasks, 401).await;
    let connectors = shop(&receiver.url, "breaker = { failures = 1, pause = '1m' }");
    for _ in 0..3 {
        problem(&connectors, "shop.order").await;
    }
    assert_eq!(receiver.hits().len(), 3);
}
