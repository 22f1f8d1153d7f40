//! How much is taken on at once: requests under way, and event streams that are open. Whoever comes beyond that is
//! turned away before anything is done, and told when to come back. How often one caller may come is for `limits`.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::http::error::ApiError;

/// Asked by whoever watches the server, and most of all while it is full.
const EXEMPT: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/version"];

/// So many of one kind at once. Clones share the places.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    free: Arc<Semaphore>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy)]
struct Kind {
    /// As the refusal names them.
    name: &'static str,
    gauge: &'static str,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    gauge: &'static str,
}

/// The places of event streams.
#[derive(Debug, Clone)]
pub(crate) struct Streams(pub(crate) Places);

impl Places {
    /// For requests, from their arrival to the start of the answer; 0: no limit.
    pub(crate) fn of_requests(max: usize) -> Self {
        Self::new(
            max,
            Kind {
                name: "requests",
                gauge: "firstline_http_in_flight",
            },
        )
    }

    /// For event streams, as long as each is open; 0: no limit.
    pub(crate) fn of_streams(max: usize) -> Self {
        Self::new(
            max,
            Kind {
                name: "event streams",
                gauge: "firstline_http_streams",
            },
        )
    }

    fn new(max: usize, kind: Kind) -> Self {
        let places = if max == 0 {
            Semaphore::MAX_PERMITS
        } else {
            max.min(Semaphore::MAX_PERMITS)
        };
        metrics::gauge!(kind.gauge).set(0.0);
        Self {
            free: Arc::new(Semaphore::new(places)),
            kind,
        }
    }

    /// Never waits: when all are taken, whoever comes is better told so than kept.
    pub(crate) fn take(&self) -> Result<Place, ApiError> {
        let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() else {
            metrics::counter!("firstline_http_shed_total", "kind" => self.kind.name).increment(1);
            return Err(ApiError::Overloaded(self.kind.name));
        };
        metrics::gauge!(self.kind.gauge).increment(1.0);
        Ok(Place {
            _permit: permit,
            gauge: self.kind.gauge,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::gauge!(self.gauge).decrement(1.0);
    }
}

/// Lets a request in where a place is free. An event stream has answered when it begins, and counts no more here.
pub(crate) async fn shed(State(places): State<Places>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| EXEMPT.contains(&route.as_str())) {
        return next.run(request).await;
    }
    match places.take() {
        Ok(_place) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_given_back() {
        let places = Places::of_requests(1);
        let held = places.take().unwrap();
        assert!(matches!(
            places.clone().take(),
            Err(ApiError::Overloaded("requests"))
        ));
        drop(held);
        assert!(places.take().is_ok());
    }

    #[test]
    fn zero_means_no_limit() {
        let places = Places::of_streams(0);
        let held: Vec<Place> = (0..10_000).map(|_| places.take().unwrap()).collect();
        assert_eq!(held.len(), 10_000);
    }
}
