//! Databases of earlier releases are brought up to date, with all that is in them.

use firstline::ports::{Agents, Conversations, Figures, Tasks};
use firstline::store::sqlite::{OpenError, SqliteStore};
use sqlx::Connection;

use crate::store_contract::fixtures::{OnDisk, acme, agent, at, chat, conversation_id, turn_on, unstored};
use crate::store_contract::tasks::wanting;
use crate::store_sqlite::raw;
use crate::support::agents::profile;

/// As the first release left it: without tasks, and with conversations whose JSON knows of none.
#[tokio::test]
async fn a_database_of_the_first_schema_is_brought_up_to_date() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    let conversation = chat(&served.store, 1, 2).await.unwrap();
    let mut held = turn_on(&unstored(&acme(), 2));
    held.conversation.claim(&agent("ana"), 1, at(1)).unwrap();
    served.store.commit(&held, None).await.unwrap();
    served.stop().await;
    let mut connection = raw(&disk).await;
    for statement in [
        "DROP TABLE tasks",
        "DROP TABLE agents",
        "DROP TABLE waits",
        "DROP TABLE answers",
        "DROP TABLE suggestion_uses",
        "DROP TABLE suggestions_shown",
        "DROP TABLE settings",
        "DROP TABLE labels",
        "DROP TABLE conversation_figures",
        "DROP TABLE message_figures",
