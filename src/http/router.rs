//! Every route on one screen. Who may call which stands beside it in `access`.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::{Extension, Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::http::access::{Gate, gate};
use crate::http::error::ApiError;
use crate::http::limits::Limits;
use crate::http::observe::{limit_time, observe, panicked};
use crate::http::shed::{Places, Streams, shed};
use crate::http::state::AppState;
use crate::http::{
    actions, agents, conversations, deliveries, events, health, messages, openapi, origin, pages, queue,
    reload, search, webhooks,
};

/// The whole API, and the pages that use it. Serve it with connect info, so that callers without a key are told apart by their address.
pub fn router(app: AppState) -> Router {
    let app = Arc::new(app);
    let gate_state = Gate {
        limits: Arc::new(Limits::new(&app.options)),
        app: Arc::clone(&app),
    };
    let requests = Places::of_requests(app.options.in_flight_max);
    let streams = Streams(Places::of_streams(app.options.streams_max));
    let cors = origin::cors(&app.options.widget_origins);
    let (router, api) = api().split_for_parts();
    let router = router
        .route_layer(middleware::from_fn_with_state(gate_state, gate))
        .merge(pages::router())
        .layer(Extension(openapi::Document::of(&api)))
        .layer(Extension(streams))
        .fallback(async || ApiError::UnknownRoute)
        .method_not_allowed_fallback(async || ApiError::Method)
        .layer(DefaultBodyLimit::max(app.options.body_bytes_max))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), limit_time))
        .layer(middleware::from_fn_with_state(requests, shed))
        .layer(CatchPanicLayer::custom(panicked));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    router.layer(middleware::from_fn(observe)).with_state(app)
}

pub(crate) fn api() -> OpenApiRouter<Arc<AppState>> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(conversations::open))
        .routes(routes!(conversations::show))
        .routes(routes!(messages::create, messages::list))
        .routes(routes!(events::follow))
        .routes(routes!(actions::rate))
        .routes(routes!(conversations::trace))
        .routes(routes!(conversations::suggestions))
        .routes(routes!(actions::claim))
        .routes(routes!(actions::release))
        .routes(routes!(actions::transfer))
        .routes(routes!(actions::resolve))
        .routes(routes!(actions::hand_back))
        .routes(routes!(actions::accept))
        .routes(routes!(actions::decline))
        .routes(routes!(actions::snooze))
        .routes(routes!(queue::list))
        .routes(routes!(agents::list))
        .routes(routes!(agents::put))
        .routes(routes!(agents::presence))
        .routes(routes!(search::search))
        .routes(routes!(webhooks::create, webhooks::list))
        .routes(routes!(webhooks::show, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(deliveries::test))
        .routes(routes!(deliveries::replay_all))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::attempts))
        .routes(routes!(deliveries::replay))
        .routes(routes!(reload::reload))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(health::version))
        .routes(routes!(openapi::document))
}
