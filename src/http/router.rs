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
    accounts, actions, agents, api_keys, audit, bot, conversations, deliveries, events, health, labels,
    listing, messages, notes, oidc, openapi, origin, pages, queue, reload, replies, search, session, signals,
    wall, webhooks, what_if,
};

/// The whole API, and the pages that use it. Serve it with connect info, so that callers without a key are told apart by their address.
pub fn router(app: AppState) -> Router {
    let app = Arc::new(app);
    let requests = Places::of_requests(app.options.in_flight_max);
    let streams = Streams(Places::of_streams(app.options.streams_max));
    let cors = origin::cors(&app.options.widget_origins);
    let (router, api) = api().split_for_parts();
    let gate_state = Gate {
        limits: Arc::new(Limits::new(&app.options)),
        operations: audit::Operations::of(&api),
        app: Arc::clone(&app),
    };
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
        .routes(routes!(listing::list))
        .routes(routes!(conversations::show))
        .routes(routes!(messages::create, messages::list))
        .routes(routes!(events::follow))
        .routes(routes!(events::follow_all))
        .routes(routes!(signals::signal))
        .routes(routes!(notes::create, notes::list))
        .routes(routes!(actions::rate))
        .routes(routes!(conversations::trace))
        .routes(routes!(conversations::suggestions))
        .routes(routes!(actions::claim))
        .routes(routes!(actions::take_over))
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
        .routes(routes!(replies::list))
        .routes(routes!(bot::show, bot::set))
        .routes(routes!(wall::show))
        .routes(routes!(wall::alerts))
        .routes(routes!(wall::queues))
        .routes(routes!(what_if::check))
        .routes(routes!(what_if::show))
        .routes(routes!(labels::add))
        .routes(routes!(labels::list))
        .routes(routes!(labels::export))
        .routes(routes!(labels::change))
        .routes(routes!(webhooks::create, webhooks::list))
        .routes(routes!(webhooks::show, webhooks::change, webhooks::remove))
        .routes(routes!(webhooks::rotate))
        .routes(routes!(deliveries::test))
        .routes(routes!(deliveries::replay_all))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::attempts))
        .routes(routes!(deliveries::replay))
        .routes(routes!(session::ways))
        .routes(routes!(session::create, session::show, session::remove))
        .routes(routes!(session::change_password))
        .routes(routes!(session::set_up))
        .routes(routes!(oidc::begin))
        .routes(routes!(oidc::finish))
        .routes(routes!(accounts::list, accounts::create))
        .routes(routes!(accounts::change))
        .routes(routes!(accounts::invite))
        .routes(routes!(api_keys::list, api_keys::create))
        .routes(routes!(api_keys::remove))
        .routes(routes!(audit::list))
        .routes(routes!(reload::reload))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(health::version))
        .routes(routes!(openapi::document))
}
