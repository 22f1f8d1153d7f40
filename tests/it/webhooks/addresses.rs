//! Endpoints that lead elsewhere, nowhere, or to no end.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::header::LOCATION;
use axum::response::IntoResponse;
use firstline::domain::time::Duration as SignedDuration;
use firstline::domain::webhook::DeliveryState;
use firstline::egress::guard;
use firstline::outbox::Options;

use crate::webhooks::setup::{Receiver, Setup, options, settle};

#[tokio::test]
async fn a_redirect_is_a_failure_and_not_followed() {
    let mut setup = Setup::new();
    let target = Receiver::with_status(&setup.tasks, 200).await;
    let location = target.url.clone();
    let receiver = Receiver::start(&setup.tasks, move |_| {
        let location = location.clone();
        async move { (axum::http::StatusCode::FOUND, [(LOCATION, location)]).into_response() }
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(&setup.tasks, options());
    setup.log().await;

    let attempts = setup.wait_for_attempts(&endpoint, 1).await;
    assert_eq!(
        attempts[0].error,
        "it answered 302 Found; redirects are not followed, give the final URL"
    );
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Pending);
    settle().await;
    assert_eq!(target.hits().len(), 0);
}

#[tokio::test]
async fn a_private_address_is_refused_and_the_attempt_says_so() {
    let mut setup = Setup::new();
    let receiver = Receiver::with_status(&setup.tasks, 200).await;
    let by_address = setup.add_endpoint(&receiver.url).await;
    let by_name = setup
        .add_endpoint(&receiver.url.replace("127.0.0.1", "localhost"))
        .await;
    let guard = guard::Options {
        networks: Vec::new(),
        ..options().guard
    };
    setup.start_worker(&setup.tasks, Options { guard, ..options() });
    setup.log().await;

    for (endpoint, host) in [(by_address, "127.0.0.1"), (by_name, "localhost")] {
        let attempt = setup.wait_for_attempts(&endpoint, 1).await.remove(0);
        assert_eq!(attempt.status, None);
        assert!(
            attempt.error.starts_with(&format!("{host} is at ")),
            "{}",
            attempt.error
        );
        assert!(
            attempt.error.contains("which is not a public address"),
            "{}",
            attempt.error
        );
        assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Pending);
    }
    assert_eq!(receiver.hits().len(), 0);
}

#[tokio::test]
async fn no_answer_is_recorded_with_its_cause() {
    let mut setup = Setup::new();
    let stalled = Receiver::start(&setup.tasks, |_| std::future::pending()).await;
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let slow = setup.add_endpoint(&stalled.url).await;
    let refusing = setup.add_endpoint(&format!("http://{closed}/")).await;
    let unknown = setup.add_endpoint("http://no-such-host.invalid/").await;
    let timeout = SignedDuration::from_millis(300);
    setup.start_worker(&setup.tasks, Options { timeout, ..options() });
    setup.log().await;

    assert_eq!(
        setup.wait_for_attempts(&slow, 1).await[0].error,
        "no answer in time"
    );
    let refused = setup.wait_for_attempts(&refusing, 1).await.remove(0);
    assert_eq!(
        (refused.status, refused.error.as_str()),
        (None, "no answer: Connection refused (os error 111)")
    );
    let unknown = setup.wait_for_attempts(&unknown, 1).await.remove(0);
    assert!(unknown.error.starts_with("no answer"), "{}", unknown.error);
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let mut setup = Setup::new();
    let chunk = Bytes::from(vec![b'x'; 16 * 1024]);
    let receiver = Receiver::start(&setup.tasks, move |_| {
        let chunk = chunk.clone();
        let endless = futures_util::stream::repeat_with(move || Ok::<_, Infallible>(chunk.clone()));
        async move { Body::from_stream(endless).into_response() }
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    setup.start_worker(&setup.tasks, options());
    setup.log().await;

    let attempt = setup.wait_for_attempts(&endpoint, 1).await.remove(0);
    assert!(attempt.duration_ms < 1500, "{attempt:?}");
    assert_eq!(setup.delivery(&endpoint).await.state, DeliveryState::Delivered);
}
