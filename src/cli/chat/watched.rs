//! The company's systems as the chat asks them: as ever, and with a line of it for whoever follows the trace.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;

use crate::cli::show;
use crate::domain::id::TaskId;
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::ports::Lookup;

/// The argument that holds a one-time code: for the customer's eyes only.
const CODE: &str = "code";

#[derive(Debug)]
pub(super) struct Watched {
    systems: Arc<dyn Lookup>,
    seen: Mutex<Vec<String>>,
}

impl Watched {
    pub(super) fn new(systems: Arc<dyn Lookup>) -> Self {
        Self {
            systems,
            seen: Mutex::default(),
        }
    }

    /// What was asked since the last call, each with its outcome and how long it took.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Lookup for Watched {
    async fn look_up(&self, request: &LookupRequest, key: &TaskId) -> LookupResult {
        let started = Instant::now();
        let result = self.systems.look_up(request, key).await;
        let took = started.elapsed().as_millis();
        let mut request = request.clone();
        request.arguments.remove(CODE);
        let line = format!(
            "{}: {}, {took} ms",
            show::lookup(&request),
            show::outcome(&result)
        );
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
        result
    }
}
