//! A store that is behind: its waiting writes are bounded, and what it took it writes.

use std::time::{Duration, Instant};

use firstline::ports::{Conversations, Store, StoreError};
use firstline::store::sqlite::{Options, SqliteStore};
use futures_util::future::join_all;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::task::JoinSet;

use crate::store_contract::fixtures::{OnDisk, acme, conversation_id, opening};

/// Another connection holds the disk up. The writer has one write in hand, two wait, and the fourth is refused at once.
#[tokio::test]
async fn a_full_line_of_writes_refuses_at_once_and_keeps_what_it_took() {
    let disk = OnDisk::new();
    let options = Options {
        waiting_writes: 2,
        ..Options::default()
    };
    let (store, work) = SqliteStore::open(disk.folder.path(), &options).await.unwrap();
    let mut writer = JoinSet::new();
    writer.spawn(work.run());
    let mut rival = SqliteConnectOptions::new()
        .filename(disk.folder.path().join("firstline.db"))
        .connect()
        .await
        .unwrap();
    sqlx::query("BEGIN EXCLUSIVE").execute(&mut rival).await.unwrap();

    let turns: Vec<_> = (1..=3).map(opening).collect();
    let mut taken = JoinSet::new();
    for turn in turns.clone() {
        let store = store.clone();
        taken.spawn(async move { store.commit(&turn, None).await.map(drop) });
        // So that the writer has the first in hand before the others come.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let started = Instant::now();
    let refused = store.commit(&opening(4), None).await;
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(problem)) if problem.contains("2 writes wait")),
        "{refused:?}"
    );
    assert!(
        store.ready().await.is_err(),
        "a store that takes no write is not ready"
    );
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "it waited: {:?}",
        started.elapsed()
    );
    // Reading goes on.
    assert!(store.load(&acme(), &conversation_id(1)).await.unwrap().is_none());

    sqlx::query("ROLLBACK").execute(&mut rival).await.unwrap();
    let outcomes = taken.join_all().await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let loads = turns
        .iter()
        .map(async |turn| store.load(&acme(), &turn.conversation.id).await);
    assert!(
        join_all(loads)
            .await
            .into_iter()
            .all(|stored| stored.unwrap().is_some())
    );
    assert!(store.load(&acme(), &conversation_id(4)).await.unwrap().is_none());
    store.commit(&opening(4), None).await.unwrap();
}
