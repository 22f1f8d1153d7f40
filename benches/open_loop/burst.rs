//! Five times what the server can do, for some seconds: what it sheds, whether anything that it acknowledged is lost, and
//! how soon it is as quick again as before.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::arrival::{Arrivals, Outcome, problems, sorted};
use crate::support::{Server, at, closed_loop};

/// With so many callers at once the server is as busy as it can be.
const CALLERS: usize = 64;

/// How long the quiet load lasts before the burst, and after it, in seconds.
const BEFORE: u64 = 5;
const AFTER: u64 = 15;

/// A server is itself again when for a whole second its messages took no longer than this many times the usual p99.
const AS_BEFORE: f64 = 2.0;

pub(crate) async fn run(server: &Server, seconds: u64) -> Value {
    let (latencies, elapsed) = closed_loop(&server.url, CALLERS, BEFORE).await;
    let capacity = (latencies.len() as f64 / elapsed) as u64;
    let quiet_rate = (capacity / 2).max(1);
    let quiet = Arrivals::new(&server.url, "quiet").run(quiet_rate, BEFORE).await;
    let usual = at(0.99, &sorted(&quiet, |outcome| outcome.acknowledged_ms));
    let rate = capacity * 5;
    // The quiet load goes on through the burst's end: it is what recovers.
    let burst = Arrivals::new(&server.url, "burst");
    let watch = Arrivals::new(&server.url, "watch");
    let (outcomes, watched) = tokio::join!(burst.run(rate, seconds), async {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        watch.run(quiet_rate, AFTER).await
    });
    let acknowledged = sorted(&outcomes, |outcome| outcome.acknowledged_ms);
    json!({
        "bench": "burst", "capacity_per_s": capacity, "burst_per_s": rate, "seconds": seconds, "sent": outcomes.len(),
        "acknowledged": acknowledged.len(), "not_acknowledged": problems(&outcomes),
        "acknowledged_ms": { "p50": at(0.5, &acknowledged), "p99": at(0.99, &acknowledged) },
        "acknowledged_and_lost": lost(&server.url, &outcomes).await,
        "usual_p99_ms": usual, "recovered_after_s": recovered(&watched, usual),
    })
}

/// Seconds after the burst until a whole second of messages was as quick as before; `None`: not within the time watched.
fn recovered(watched: &[Outcome], usual: f64) -> Option<u64> {
    (0..AFTER).find(|second| {
        let due = |outcome: &&Outcome| outcome.due.as_secs() == *second;
        let quick = |outcome: &Outcome| outcome.acknowledged_ms.is_some_and(|ms| ms <= usual * AS_BEFORE);
        watched.iter().filter(due).all(quick)
    })
}

/// How many messages were acknowledged and are not there.
async fn lost(base: &str, outcomes: &[Outcome]) -> usize {
    let client = Client::new();
    let mut lost = 0;
    for (id, token, message) in outcomes.iter().filter_map(|outcome| outcome.message.as_ref()) {
        let url = format!("{base}/v1/conversations/{id}/messages?limit=200");
        let response = client.get(url).bearer_auth(token).send().await;
        let text = response.unwrap().text().await.unwrap();
        lost += usize::from(!text.contains(&format!("\"{message}\"")));
    }
    lost
}
