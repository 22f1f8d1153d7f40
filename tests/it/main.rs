//! The one integration-test binary: a module for each area, so that everything is linked once.

mod live;
mod logging;
mod store_contract;
mod store_sqlite;
mod tidy;
mod webhooks;
