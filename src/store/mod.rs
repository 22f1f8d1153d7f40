//! The store, twice: [`memory`] for tests, replay and chat, [`sqlite`] for serving. Both pass the same contract
//! suite (`tests/it/store_contract`). They know the domain and the ports, and nothing of who calls them.

mod idempotency;
pub mod memory;
mod paging;
pub mod sqlite;
