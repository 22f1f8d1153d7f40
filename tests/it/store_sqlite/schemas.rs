//! Databases of earlier releases are brought up to date, with all that is in them.

use firstline::ports::{Agents, Conversations, Tasks};
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
        "DROP TABLE account_links",
        "DROP TABLE sessions",
        "DROP TABLE accounts",
        "DROP TABLE audit",
        "DROP TABLE settings",
        "DROP TABLE labels",
        "DROP TABLE conversation_figures",
        "DROP TABLE message_figures",
        "DROP INDEX conversations_in_queue",
        "DROP INDEX conversations_of_customer",
        "DROP INDEX conversations_by_change",
        "DROP INDEX conversations_by_holder",
        "DROP INDEX turns_that_are_notes",
        "ALTER TABLE turns DROP COLUMN note",
        "ALTER TABLE endpoints DROP COLUMN form",
        "DROP INDEX conversations_of_agent",
        "ALTER TABLE conversations DROP COLUMN agent",
        "ALTER TABLE conversations DROP COLUMN units",
        "DELETE FROM _sqlx_migrations WHERE version > 1",
        "UPDATE conversations SET state = json_remove(state, '$.last_task', '$.identity', '$.progress.flow',
             '$.progress.paused', '$.progress.last_flow', '$.progress.remembered', '$.handed_back', '$.owner.units',
             '$.owner.snooze', '$.progress.contact', '$.progress.deferred', '$.progress.heard',
             '$.progress.told_unaccepted', '$.acceptance', '$.clocks', '$.resolution', '$.progress.mood',
             '$.progress.language')",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
    let looked = SqliteStore::open_read_only(disk.folder.path()).await;
    assert!(matches!(looked, Err(OpenError::Older(_))));

    let served = disk.serve().await;
    let stored = served.store.load(&acme(), &conversation_id(1)).await.unwrap();
    assert_eq!(stored.as_ref(), Some(&conversation));
    served
        .store
        .put_agent(&acme(), &profile("ana", ""), at(9))
        .await
        .unwrap();
    assert_eq!(served.store.agents(&acme()).await.unwrap()[0].load, 1);
    let turn = wanting(&conversation, &[1]);
    served.store.commit(&turn, None).await.unwrap();
    assert_eq!(
        served.store.claim_tasks(at(10), at(99), 10).await.unwrap().len(),
        1
    );
    served.stop().await;
    assert!(SqliteStore::open_read_only(disk.folder.path()).await.is_ok());
}
