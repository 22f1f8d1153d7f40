//! What must be in no log and in nothing that is shown: the operator's secret, the customer's words, the answers.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Json;
use axum::response::IntoResponse;
use firstline::tasks::Tasks;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::connect::setup::{SECRET, ask_about, shop};
use crate::webhooks::setup::{Receiver, status_only};

const ORDER: &str = "order-of-priya-10423";
const ANSWER: &str = "left with the neighbour at 14 Mill Lane";

/// All that is logged, at every level and by every crate.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn logs_and_debug_output_tell_nothing_of_anybody() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // For this thread, which is where all of this test runs.
    let _logged = tracing::subscriber::set_default(subscriber);
    let tasks = Tasks::default();
    let receiver = Receiver::start(&tasks, async |hit| match hit {
        0 => status_only(503),
        1 => Json(json!({ "status": ANSWER })).into_response(),
        _ => ANSWER.into_response(),
    })
    .await;
    let shop = shop(&receiver.url, "");
    let result = ask_about(&shop, "shop.order", ORDER).await;
    assert_eq!(result.text("status"), Some(ANSWER));
    assert!(ask_about(&shop, "shop.order", ORDER).await.is_unavailable());
    assert!(ask_about(&shop, "shop.known", ORDER).await.is_unavailable());
    assert_eq!(receiver.hits().len(), 4);

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for expected in [
        "an attempt of a lookup failed",
        "shop.order",
        "503",
        "a lookup got no answer",
    ] {
        assert!(log.contains(expected), "{expected:?} is missing in {log}");
    }
    for secret in [SECRET, ORDER, "Mill Lane"] {
        assert!(!log.contains(secret), "{secret:?} is in {log}");
        let shown = format!("{shop:?} {shop:#?}");
        assert!(!shown.contains(secret), "{secret:?} is in {shown}");
    }
}
