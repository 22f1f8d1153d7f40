//! Webhooks end to end: a store, a worker, and receivers on real sockets. The clock stands still unless a test moves
//! it, so schedules of hours take milliseconds.

mod addresses;
mod forms;
mod kinds;
mod outage;
pub(crate) mod setup;

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::RETRY_AFTER;
use axum::response::IntoResponse;
use firstline::domain::time::Duration as SignedDuration;
use firstline::domain::webhook::DeliveryState;
use firstline::entropy;
use firstline::outbox::{Options, signature};
use firstline::tasks::Tasks;
use setup::{Hit, Receiver, Setup, options, settle, status_only, wait_for};

use crate::logging::workspace;
use crate::store_contract::fixtures::OnDisk;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

#[tokio::test]
async fn an_event_is_delivered_once_and_signed() {
    let mut setup = Setup::new();
    let receiver = Receiver::with_status(&setup.tasks, 204).await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(&setup.tasks, options());
    let event = setup.log().await;

    let hit = receiver.wait_for_hits(1).await.remove(0);
    standardwebhooks::Webhook::new(&endpoint.secret)
        .unwrap()
        .verify(&hit.body, &hit.headers)
        .unwrap();
    assert_eq!(hit.header("webhook-id"), event.as_str());
    assert_eq!(hit.header("content-type"), "application/json");
    assert!(hit.header("user-agent").starts_with("Firstline/"));
    let body: serde_json::Value = serde_json::from_slice(&hit.body).unwrap();
    assert_eq!(body["type"], "conversation.reopened");
    assert_eq!(body["data"]["conversation_id"], setup.logger.id().as_str());

    let attempts = setup.wait_for_attempts(&endpoint, 1).await;
    settle().await;
    assert_eq!(receiver.hits().len(), 1);
    assert_eq!((attempts[0].status, attempts[0].error.as_str()), (Some(204), ""));
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_failing_receiver_gets_the_same_id_and_body_until_it_accepts_from_memory() {
    the_same_id_and_body_until_it_accepts(Setup::new()).await;
}

#[tokio::test]
async fn a_failing_receiver_gets_the_same_id_and_body_until_it_accepts_from_disk() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    the_same_id_and_body_until_it_accepts(Setup::on(Arc::new(served.store.clone()))).await;
}

async fn the_same_id_and_body_until_it_accepts(mut setup: Setup) {
    let receiver = Receiver::start(&setup.tasks, async |hit| {
        status_only(if hit < 3 { 503 } else { 200 })
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(&setup.tasks, options());
    let event = setup.log().await;

    for attempts in 1..=3 {
        setup.wait_for_attempts(&endpoint, attempts).await;
        setup.advance(MINUTE * 11 / 10);
    }
    let hits = receiver.wait_for_hits(4).await;
    setup.wait_for_attempts(&endpoint, 4).await;
    setup.advance(MINUTE * 11 / 10);
    settle().await;
    assert_eq!(receiver.hits().len(), 4, "accepted once and not sent again");

    let webhook = standardwebhooks::Webhook::new(&endpoint.secret).expect("it is well formed");
    let timestamp = |hit: &Hit| {
        hit.header("webhook-timestamp")
            .parse::<i64>()
            .expect("it is well formed")
    };
    for hit in &hits {
        assert_eq!(hit.header("webhook-id"), event.as_str());
        assert_eq!(hit.body, hits[0].body);
        let signed = webhook
            .sign(event.as_str(), timestamp(hit), &hit.body)
            .expect("it is well formed");
        assert_eq!(hit.header("webhook-signature"), signed);
    }
    assert!(hits.is_sorted_by(|one, next| timestamp(one) < timestamp(next)));
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn gone_disables_the_endpoint() {
    let mut setup = Setup::new();
    let receiver = Receiver::with_status(&setup.tasks, 410).await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(&setup.tasks, options());
    setup.log().await;

    setup.wait_for_attempts(&endpoint, 1).await;
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Exhausted);
    assert_eq!(
        setup.endpoint(&endpoint.id).await.disabled.as_deref(),
        Some("it answered 410 Gone")
    );
    setup.log().await;
    settle().await;
    assert_eq!(receiver.hits().len(), 1);
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let mut setup = Setup::new();
    let receiver = Receiver::start(&setup.tasks, async |hit| match hit {
        0 => (axum::http::StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "600")]).into_response(),
        _ => status_only(200),
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(&setup.tasks, options());
    setup.log().await;

    let first = setup.wait_for_attempts(&endpoint, 1).await.remove(0);
    assert_eq!(
        setup.delivery(&endpoint).await.due_at.duration_since(first.at),
        MINUTE * 10
    );
    setup.advance(MINUTE * 9);
    settle().await;
    assert_eq!(receiver.hits().len(), 1);
    setup.advance(MINUTE);
    receiver.wait_for_hits(2).await;
}

#[tokio::test]
async fn a_stalled_endpoint_does_not_delay_a_healthy_one() {
    let mut setup = Setup::new();
    let stalled = Receiver::start(&setup.tasks, |_| std::future::pending()).await;
    let healthy = Receiver::with_status(&setup.tasks, 200).await;
    setup.add_endpoint(&stalled.url).await;
    setup.add_endpoint(&healthy.url).await;
    let minute = SignedDuration::from_mins(1);
    setup.start_worker(
        &setup.tasks,
        Options {
            timeout: minute,
            concurrency: 8,
            ..options()
        },
    );

    let started = std::time::Instant::now();
    for _ in 0..40 {
        setup.log().await;
    }
    healthy.wait_for_hits(40).await;
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    settle().await;
    assert_eq!((stalled.hits().len(), healthy.hits().len()), (4, 40));
}

#[tokio::test]
async fn an_exhausted_delivery_is_kept_and_replayed_with_its_id() {
    let mut setup = Setup::new();
    let receiver = Receiver::start(&setup.tasks, async |hit| match hit {
        0 | 1 => (
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "no\r\ndisk \u{1b}[31m",
        )
            .into_response(),
        _ => status_only(200),
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(
        &setup.tasks,
        Options {
            retries: vec![MINUTE],
            ..options()
        },
    );
    let event = setup.log().await;

    setup.wait_for_attempts(&endpoint, 1).await;
    setup.advance(MINUTE * 11 / 10);
    let attempts = setup.wait_for_attempts(&endpoint, 2).await;
    assert_eq!(
        attempts[1].error,
        "it answered 500 Internal Server Error: no  disk  [31m"
    );
    setup.advance(MINUTE * 600);
    settle().await;
    let delivery = setup.delivery(&endpoint).await;
    assert_eq!(
        (receiver.hits().len(), delivery.state),
        (2, DeliveryState::Exhausted)
    );

    setup
        .store
        .replay(&workspace(), &delivery.id, delivery.due_at)
        .await
        .unwrap();
    let hits = receiver.wait_for_hits(3).await;
    assert_eq!(
        (hits[2].header("webhook-id"), &hits[2].body),
        (event.as_str(), &hits[0].body)
    );
    setup.wait_for_attempts(&endpoint, 3).await;
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn what_a_killed_worker_held_is_delivered_by_the_next() {
    let mut setup = Setup::new();
    let receiver = Receiver::start(&setup.tasks, async |hit| {
        if hit == 0 {
            std::future::pending::<()>().await;
        }
        status_only(200)
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    let doomed = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    {
        let _entered = doomed.enter();
        setup.start_worker(&Tasks::default(), options());
    }
    let event = setup.log().await;
    receiver.wait_for_hits(1).await;
    doomed.shutdown_background();

    setup.start_worker(&setup.tasks, options());
    settle().await;
    assert_eq!(receiver.hits().len(), 1, "the lease still holds");
    setup.advance(SignedDuration::from_secs(9));
    let hits = receiver.wait_for_hits(2).await;
    assert_eq!(
        (hits[1].header("webhook-id"), &hits[1].body),
        (event.as_str(), &hits[0].body)
    );
    setup.wait_for_attempts(&endpoint, 1).await;
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn attempts_under_way_are_finished_when_the_server_drains() {
    let mut setup = Setup::new();
    let servers = Tasks::default();
    let receiver = Receiver::start(&servers, async |_| {
        tokio::time::sleep(Duration::from_millis(200)).await;
        status_only(200)
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(&setup.tasks, options());
    setup.log().await;
    receiver.wait_for_hits(1).await;

    assert_eq!(setup.tasks.drain(Duration::from_secs(2)).await, 0);
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Delivered);
    setup.log().await;
    settle().await;
    assert_eq!((receiver.hits().len(), setup.tasks.failed()), (1, None));
}

#[tokio::test]
async fn a_rotated_secret_signs_beside_the_new_one() {
    let mut setup = Setup::new();
    let receiver = Receiver::with_status(&setup.tasks, 200).await;
    let mut endpoint = setup.add_endpoint(&receiver.url).await;
    let old = std::mem::replace(&mut endpoint.secret, signature::generate(entropy::bytes()));
    endpoint.previous_secret = Some(old.clone());
    endpoint.previous_secret_expires_at = Some(endpoint.created_at + MINUTE);
    setup.store.change_endpoint(&endpoint).await.unwrap();
    setup.start_worker(&setup.tasks, options());
    setup.log().await;

    let hit = receiver.wait_for_hits(1).await.remove(0);
    for secret in [&old, &endpoint.secret] {
        standardwebhooks::Webhook::new(secret)
            .unwrap()
            .verify(&hit.body, &hit.headers)
            .unwrap();
    }
    wait_for("delivery", async || {
        let state = setup.delivery(&endpoint).await.state;
        (state == DeliveryState::Delivered).then_some(())
    })
    .await;
}
