//! Answers that come, and are none.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use firstline::tasks::Tasks;

use crate::connect::setup::{ask, problem, shop};
use crate::webhooks::setup::{Receiver, status_only};

fn body(content_type: &'static str, body: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, content_type)], body.into()).into_response()
}

/// What is said of this answer, which is asked for once: the same question would be answered alike.
async fn said_of<A>(answer: A) -> String
where
    A: Fn() -> Response + Clone + Send + Sync + 'static,
{
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, move |_| std::future::ready(answer())).await;
    let (said, took) = problem(&shop(&receiver.url, ""), "shop.order").await;
    assert_eq!(receiver.hits().len(), 1, "{said}");
    assert!(took < Duration::from_secs(3), "{said} took {took:?}");
    said
}

#[tokio::test]
async fn a_status_without_an_outcome_is_no_answer() {
    for status in [201, 204, 400, 401, 403, 410, 418, 422] {
        let said = said_of(move || status_only(status)).await;
        let expected = format!("shop answered {status}, for which this lookup has no outcome");
        assert_eq!(said, expected);
    }
}

#[tokio::test]
async fn what_is_not_json_is_no_answer() {
    let page = || body("text/html; charset=utf-8", "<h1>Maintenance</h1>");
    assert_eq!(said_of(page).await, "shop answered with text/html, not JSON");
    let page = move || (StatusCode::NOT_FOUND, page()).into_response();
    assert_eq!(
        said_of(page).await,
        "shop answered with text/html, not JSON",
        "404 of something else"
    );
    let nameless = || Response::new(Body::from("{}"));
    assert_eq!(
        said_of(nameless).await,
        "shop answered with something that has no content type, not JSON"
    );
}

#[tokio::test]
async fn json_that_cannot_be_read_is_no_answer() {
    let deep = || body("application/json", "{\"status\":".repeat(20_000));
    let deep = said_of(deep).await;
    assert!(
        deep.contains("cannot be read: recursion limit exceeded"),
        "{deep}"
    );
    let no_utf8 = || body("application/json", &b"{\"status\": \"caf\xe9\"}"[..]);
    let no_utf8 = said_of(no_utf8).await;
    assert!(
        no_utf8.starts_with("shop answered with JSON that cannot be read: "),
        "{no_utf8}"
    );
    let cut = said_of(|| body("application/json", "{\"status\": \"ship")).await;
    assert!(
        cut.starts_with("shop answered with JSON that cannot be read: EOF"),
        "{cut}"
    );
    let object = said_of(|| body("application/json", "{\"status\": {}}")).await;
    assert!(
        object.starts_with("shop answered with an object for the field `status`"),
        "{object}"
    );
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let five_gigabytes = || {
        let chunk = Bytes::from(vec![b' '; 64 * 1024]);
        let chunks = futures_util::stream::iter(std::iter::repeat_n(Ok::<_, Infallible>(chunk), 80 * 1024));
        body("application/json", Body::from_stream(chunks))
    };
    assert_eq!(
        said_of(five_gigabytes).await,
        "shop answered with more than 262144 bytes"
    );
}

#[tokio::test]
async fn a_redirect_is_no_answer_and_not_followed() {
    let tasks = Tasks::default();
    let target = Receiver::with_status(&tasks, 200).await;
    for status in [301, 302, 303, 307, 308] {
        for location in ["http://169.254.169.254/latest/meta-data/", &target.url] {
            let location = location.to_owned();
            let moved = move || {
                let status = StatusCode::from_u16(status).expect("a status");
                (status, [(LOCATION, location.clone())]).into_response()
            };
            assert_eq!(
                said_of(moved).await,
                format!("shop answered {status}, a redirect, and redirects are not followed")
            );
        }
    }
    assert_eq!(target.hits().len(), 0);
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_called() {
    let tasks = Tasks::default();
    let receiver = Receiver::with_status(&tasks, 200).await;
    let by_name = receiver.url.replace("127.0.0.1", "localhost");
    let (said, _) = problem(&shop(&by_name, "networks = []"), "shop.ping").await;
    assert!(
        said.starts_with("shop cannot be asked: localhost is at "),
        "{said}"
    );
    assert!(said.contains("which is not a public address"), "{said}");
    assert_eq!(receiver.hits().len(), 0);
    let allowed = ask(&shop(&by_name, "networks = ['127.0.0.0/8']"), "shop.ping").await;
    assert_eq!((allowed.outcome.as_str(), receiver.hits().len()), ("ok", 1));
}
