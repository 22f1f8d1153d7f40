//! SIGTERM while a request waits for a lookup: it is answered, nothing is lost, and the answer is there after the next
//! start, for the request that is sent again too.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::lookup_crash::backend::{Backend, Hold};
use crate::support::program::{firstline, program, run};
use crate::support::server::{Server, client, post};

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
