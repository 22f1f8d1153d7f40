//! A constant load that the server is to bear for as long as it lasts: latencies, errors, and its memory.

use std::time::Duration;

use serde_json::{Value, json};

use crate::arrival::{Arrivals, problems, sorted};
use crate::support::{Server, at};

/// When the server's memory is noted, in seconds: by then every path has been taken once, and the caches are full.
const WARM: u64 = 5;
const FULL: u64 = 120;

pub(crate) async fn run(server: &Server, rate: u64, seconds: u64) -> Value {
    let arrivals = Arrivals::new(&server.url, "steady");
    let memory = async {
        tokio::time::sleep(Duration::from_secs(WARM.min(seconds))).await;
        let warm = server.resident_kib();
        if seconds < FULL {
            return (warm, None);
        }
        tokio::time::sleep(Duration::from_secs(FULL - WARM)).await;
        (warm, Some(server.resident_kib()))
    };
    let (outcomes, (warm, full)) = tokio::join!(arrivals.run(rate, seconds), memory);
    let acknowledged = sorted(&outcomes, |outcome| outcome.acknowledged_ms);
    let answered = sorted(&outcomes, |outcome| outcome.answered_ms);
    json!({
        "bench": "open loop", "rate": rate, "seconds": seconds, "ready_ms": server.ready_ms, "sent": outcomes.len(), "errors": problems(&outcomes),
        "acknowledged_ms": { "p50": at(0.5, &acknowledged), "p99": at(0.99, &acknowledged),
            "p999": at(0.999, &acknowledged), "max": at(1.0, &acknowledged) },
        "answered_ms": { "p50": at(0.5, &answered), "p95": at(0.95, &answered), "p99": at(0.99, &answered) },
        "unanswered": acknowledged.len() - answered.len(),
        "resident_kib": { "after_5_s": warm, "after_2_min": full, "at_the_end": server.resident_kib() },
    })
}
