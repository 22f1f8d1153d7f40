//! kill -9 while many customers write: what was acknowledged is there, once, and every handoff arrives, once.

mod customers;
mod receiver;
pub(crate) mod storm;

use crate::crash::storm::{Plan, storm};
use crate::support::proof;
use crate::support::server::Server;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_at_any_point_loses_and_doubles_nothing() {
    let plan = Plan {
        name: "kill -9",
        customers: if proof::is_long() { 50 } else { 20 },
        interruptions: proof::points(50, 200),
        seed: proof::seed().unwrap_or(20_260_105),
    };
    let data = tempfile::tempdir().unwrap();
    let start = || Server::start(data.path());
    storm(&plan, data.path(), start, Server::kill).await.check(&plan);
}
