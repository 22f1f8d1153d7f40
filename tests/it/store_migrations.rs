//! Migrations that copy tables: what was there before is there afterwards.

use firstline::domain::webhook::Verdict;
use firstline::ports::{Conversations, Deliveries, EventLog};
use firstline::store::sqlite::SqliteStore;
use sqlx::Connection;

use crate::store_contract::fixtures::{OnDisk, acme, attempt, chat, claim_all, endpoint, turn_on};
use crate::store_sqlite::raw;

/// The log is copied by a migration: nothing of it is lost, and positions go on where they were.
#[tokio::test]
async fn what_was_logged_and_delivered_outlives_the_copying_of_the_log() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    served.store.add_endpoint(&endpoint(1)).await.unwrap();
    let conversation = chat(&served.store, 1, 3).await.unwrap();
    let claimed = claim_all(&served.store).await.unwrap();
    let tried = attempt(&claimed[0], 10, Some(503));
    served
        .store
        .record(&claimed[0], &tried, &Verdict::Exhausted)
        .await
        .unwrap();
    let events = served.store.events(&acme(), None, 0, 10).await.unwrap();
    let of_endpoint = async |store: &SqliteStore| {
        let page = store.deliveries(&acme(), &endpoint(1).id, None, None, 10).await;
        page.unwrap().items
    };
    let deliveries = of_endpoint(&served.store).await;
    served.stop().await;
    let mut connection = raw(&disk).await;
    for statement in [
        "ALTER TABLE endpoints DROP COLUMN form",
        "DELETE FROM _sqlx_migrations WHERE version = 5",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();

    let served = disk.serve().await;
    let store = &served.store;
    assert_eq!(store.events(&acme(), None, 0, 10).await.unwrap(), events);
    assert_eq!(of_endpoint(store).await, deliveries);
    let kept = store.attempts(&acme(), &claimed[0].delivery.id).await.unwrap();
    assert_eq!(kept, [tried]);
    store.commit(&turn_on(&conversation), None).await.unwrap();
    assert_eq!(*store.position().borrow(), 4);
    store.remove_endpoint(&acme(), &endpoint(1).id).await.unwrap();
    let gone = store.attempts(&acme(), &claimed[0].delivery.id).await.unwrap();
    assert!(gone.is_empty(), "attempts still go with their deliveries");
}
