//! More at once than the server takes: whoever comes beyond that is told so before anything is done, health is answered
//! all the same, and who was let in is answered.

use std::time::Duration;

use firstline::http::state::Options;
use firstline::ports::{EventLog, Store};
use futures_util::StreamExt;
use futures_util::future::join_all;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;

use super::app::{Setup, TestApp};

async fn app(change: impl FnOnce(&mut Options)) -> TestApp {
    let mut setup = Setup::default();
    change(&mut setup.options);
    TestApp::of(setup).await
}

#[tokio::test]
async fn what_is_beyond_the_limit_is_turned_away_before_anything_is_done() {
    let app = app(|options| (options.in_flight_max, options.timeout_seconds) = (2, 2)).await;
    let slow = json!({ "message": { "text": "slow parcel" } });
    let open = |text: &str| json!({ "message": { "text": text } });
    let held = async {
        tokio::join!(
            app.post("/v1/conversations", "", &slow).send(),
            app.post("/v1/conversations", "", &slow).send()
        )
    };
    let others = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let before = *app.store.position().borrow();
        let refused = app
            .post("/v1/conversations", "", &open("parcel"))
            .problem(503, "overloaded")
            .await;
        assert_eq!(refused.headers["retry-after"], "2");
        // Not even who asks is looked at.
        app.get("/v1/queue", "no such key")
            .problem(503, "overloaded")
            .await;
        app.get("/no/such/path", "").problem(503, "overloaded").await;
        for path in ["/healthz", "/readyz", "/metrics", "/version"] {
            app.get(path, "").ok(200).await;
        }
        assert_eq!(*app.store.position().borrow(), before, "something was written");
    };
    let ((first, second), ()) = tokio::join!(held, others);
    // The classifier of the tests takes a minute for these: given up, and their places are free again.
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (503, 503));
    app.post("/v1/conversations", "", &open("parcel")).ok(201).await;
}

/// Two places, many customers who come again when they are told to: each gets in, none is answered twice.
#[tokio::test]
async fn who_comes_again_gets_in() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let app = app(|options| options.in_flight_max = 2).await;
    let customers = (0..40).map(async |number: u32| {
        let key = format!("opening-{number}");
        for refusals in 0.. {
            let call = app.post(
                "/v1/conversations",
                "",
                &json!({ "message": { "text": "brief parcel" } }),
            );
            let answer = call.header("idempotency-key", &key).send().await;
            if answer.status == 201 {
                return refusals;
            }
            assert_eq!(
                (answer.status.as_u16(), &answer.body["code"]),
                (503, &json!("overloaded"))
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        unreachable!("it goes on until it is let in")
    });
    let refusals: u32 = join_all(customers).await.into_iter().sum();
    assert!(
        refusals > 0,
        "nobody was turned away: the limit was never reached"
    );
    let counted = metrics.render();
    for line in [
        format!("firstline_http_shed_total{{kind=\"requests\"}} {refusals}"),
        "firstline_http_in_flight 0".to_owned(),
    ] {
        assert!(counted.lines().any(|found| found == line), "{line}: {counted}");
    }
    let events = app
        .store
        .events(&app.engine.workspace, None, 0, 1_000)
        .await
        .unwrap();
    let opened = events
        .iter()
        .filter(|event| event.kind.as_str() == "conversation.created");
    assert_eq!(opened.count(), 40);
}

#[tokio::test]
async fn event_streams_have_places_of_their_own() {
    let app = app(|options| (options.in_flight_max, options.streams_max) = (1, 2)).await;
    let (id, token) = app.open().await;
    let path = format!("/v1/conversations/{id}/events");
    let mut streams = Vec::new();
    for _ in 0..2 {
        let response = app.get(&path, &token).stream().await;
        assert_eq!(response.status(), 200);
        streams.push(response.into_body().into_data_stream());
    }
    let refused = app.get(&path, &token).problem(503, "overloaded").await;
    assert_eq!(refused.headers["retry-after"], "2");
    assert!(
        refused.body["detail"].as_str().unwrap().contains("event streams"),
        "{}",
        refused.body
    );
    // Open streams take no place among the requests, and go on.
    app.get("/v1/queue", &app.agent).ok(200).await;
    assert!(streams[1].next().await.unwrap().is_ok());
    streams.pop();
    assert_eq!(app.get(&path, &token).stream().await.status(), 200);
    assert!(app.store.ready().await.is_ok());
}

/// A part that cannot take more is no reason to turn a customer away: a person takes over.
#[tokio::test]
async fn a_full_classifier_and_an_unreadable_index_hand_off() {
    let app = TestApp::new().await;
    for text in ["overload", "broken index"] {
        let body = json!({ "message": { "text": text } });
        let opened = app.post("/v1/conversations", "", &body).ok(201).await;
        assert_eq!(opened["action"], "handoff", "{text}: {opened}");
        let path = format!("/v1/conversations/{}", opened["id"].as_str().unwrap());
        let shown = app.get(&path, &app.agent).ok(200).await;
        assert_eq!(shown["handoff"]["reason"], "unavailable", "{text}: {shown}");
    }
}
