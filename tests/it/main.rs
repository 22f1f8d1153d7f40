//! Tests of the parts together, in one binary.

mod live;
mod logging;
mod tidy;
mod webhooks;
