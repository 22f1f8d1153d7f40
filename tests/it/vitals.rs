//! What a real server measures of itself, under the names that docs/OPERATIONS.md gives.

use std::fs;
use std::time::Duration;

use serde_json::json;

use crate::support::repository;
use crate::support::server::{Server, client, post};
use crate::webhooks::setup::wait_for;

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_and_what_is_under_way_can_be_read() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path());
    let client = client(Duration::from_secs(10));
    let body = json!({ "message": { "text": "I want to talk to someone" } });
    post(&client, &server.url, "/v1/conversations", &server.key, "k", &body)
        .await
        .unwrap();
    let metrics = wait_for("somebody in a queue", async || {
        let asked = client
            .get(format!("{}/metrics", server.url))
            .send()
            .await
            .unwrap();
        let text = asked.text().await.unwrap();
        let waits =
            |line: &str| line.starts_with("firstline_handoff_queue_depth{queue=") && line.ends_with(" 1");
        text.lines().any(waits).then_some(text)
    })
    .await;
    let value = |name: &str| -> f64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        let line = line.unwrap_or_else(|| panic!("{name} is missing:\n{metrics}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    let age = value("firstline_handoff_oldest_age_seconds{");
    assert!((0.0..60.0).contains(&age), "{age}");
    assert_eq!(value("firstline_build_info{"), 1.0);
    assert_eq!(
        (
            value("firstline_http_in_flight "),
            value("firstline_http_streams ")
        ),
        (0.0, 0.0)
    );
    assert_eq!(value("firstline_store_queue_depth "), 0.0);
    assert!(value("firstline_classifier_threads ") >= 1.0);
    assert!(value("firstline_store_wait_seconds_count ") >= 1.0);
    assert!(value("firstline_classifier_wait_seconds_count ") >= 1.0);
    assert!(value("firstline_clock_gap_seconds ").abs() < 2.0);
}

/// A name in the document that nothing counts would be an alarm that never comes.
#[test]
fn every_metric_of_the_document_is_one_of_ours() {
    let document = fs::read_to_string(repository().join("docs/OPERATIONS.md")).unwrap();
    let names = document.split('`').filter(|part| part.starts_with("firstline_"));
    let names: Vec<&str> = names.map(|name| name.split('{').next().unwrap()).collect();
    assert!(names.len() > 15, "{names:?}");
    let mut sources = String::new();
    read_all(&repository().join("src"), &mut sources);
    for name in names {
        assert!(
            sources.contains(&format!("\"{name}\"")),
            "{name} is counted nowhere"
        );
    }
}

fn read_all(folder: &std::path::Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, text);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            *text += &fs::read_to_string(path).unwrap();
        }
    }
}
