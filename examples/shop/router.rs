//! Every path on one screen.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};

use crate::answer::ShopError;
use crate::request::BODY_BYTES_MAX;
use crate::state::Shop;
use crate::{appointments, changes, codes, faults, gate, mail, orders, payments, products};

pub(crate) fn router(shop: Arc<Shop>) -> Router {
    business()
        .route_layer(middleware::from_fn_with_state(Arc::clone(&shop), faults::suffer))
        .route("/v1/mail", get(mail::list))
        .route("/demo/faults", post(faults::set))
        .route_layer(middleware::from_fn_with_state(
            Arc::clone(&shop),
            gate::check_token,
        ))
        .route("/mail", get(mail::page))
        .route("/healthz", get(async || "ok\n"))
        .fallback(async || ShopError::NoSuchPath)
        .method_not_allowed_fallback(async || ShopError::Method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shop)
}

fn business() -> Router<Arc<Shop>> {
    Router::new()
        .route("/v1/codes", post(codes::send))
        .route("/v1/password-resets", post(codes::reset_password))
        .route(
            "/v1/customers/{customer}/orders/{order_number}",
            get(orders::show),
        )
        .route(
            "/v1/customers/{customer}/orders/{order_number}/payment",
            get(payments::show),
        )
        .route(
            "/v1/customers/{customer}/orders/{order_number}/cancel",
            post(changes::cancel),
        )
        .route(
            "/v1/customers/{customer}/orders/{order_number}/invoice",
            post(changes::invoice),
        )
        .route(
            "/v1/customers/{customer}/orders/{order_number}/address",
            post(changes::change_address),
        )
        .route("/v1/customers/{customer}/appointment", get(appointments::show))
        .route("/v1/customers/{customer}/appointments", post(appointments::book))
        .route(
            "/v1/customers/{customer}/appointments/move",
            post(appointments::shift),
        )
        .route(
            "/v1/customers/{customer}/appointments/cancel",
            post(appointments::cancel),
        )
        .route("/v1/appointments/free", get(appointments::free))
        .route("/v1/products/{product}", get(products::show))
}
