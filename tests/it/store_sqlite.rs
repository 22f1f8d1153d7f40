//! What only a store on disk can show: it survives, it is locked, it refuses what it cannot use, it groups.

mod schemas;

use std::path::Path;

use firstline::domain::conversation::Conversation;
use firstline::ports::{ApiKeys, Committed, Conversations, Deliveries, EventLog, Store, StoreError, Tasks};
use firstline::store::sqlite::{OpenError, Options, SqliteStore};
use futures_util::future::join_all;
use metrics_exporter_prometheus::PrometheusBuilder;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::store_contract::fixtures::{
    OnDisk, acme, api_key, at, chat, conversation_id, endpoint, key, opening, turn_on,
};
use crate::store_contract::tasks::{ending, wanting};

pub(crate) async fn raw(disk: &OnDisk) -> SqliteConnection {
    let database = disk.folder.path().join("firstline.db");
    SqliteConnectOptions::new()
        .filename(database)
        .connect()
        .await
        .expect("the database opens")
}

async fn refusal(folder: &Path) -> OpenError {
    match SqliteStore::open(folder, &Options::default()).await {
        Ok(_) => panic!("{} was opened", folder.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn reopening_keeps_everything() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    served.store.add_endpoint(&endpoint(1)).await.unwrap();
    served.store.add_key(&api_key(1)).await.unwrap();
    let first = opening(1);
    served
        .store
        .commit(&first, Some(&key("k", "f", 0)))
        .await
        .unwrap();
    served.stop().await;
    let log = std::fs::metadata(disk.folder.path().join("firstline.db-wal"));
    assert_eq!(log.map_or(0, |log| log.len()), 0, "the log was folded in");

    let served = disk.serve().await;
    let store = &served.store;
    assert_eq!(
        store.load(&acme(), &conversation_id(1)).await.unwrap(),
        Some(first.conversation.clone())
    );
    assert!(matches!(
        store.commit(&first, Some(&key("k", "f", 1))).await.unwrap(),
        Committed::Repeated(_)
    ));
    assert_eq!(*store.position().borrow(), 1);
    assert_eq!(store.endpoints(&acme()).await.unwrap(), [endpoint(1)]);
    assert_eq!(store.keys(&acme()).await.unwrap(), [api_key(1)]);
    store.commit(&turn_on(&first.conversation), None).await.unwrap();
    assert_eq!(*store.position().borrow(), 2);
    served.stop().await;

    let checked: String = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_one(&mut raw(&disk).await)
        .await
        .unwrap();
    assert_eq!(checked, "ok");
}

#[tokio::test]
async fn the_leases_of_a_process_that_is_gone_are_free() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    served.store.add_endpoint(&endpoint(1)).await.unwrap();
    chat(&served.store, 1, 1).await.unwrap();
    let before = served
        .store
        .claim(at(10), at(999), 10, 10)
        .await
        .unwrap()
        .remove(0);
    served.stop().await;
    let served = disk.serve().await;
    let after = served
        .store
        .claim(at(11), at(999), 10, 10)
        .await
        .unwrap()
        .remove(0);
    assert!(after.lease > before.lease);
}

#[tokio::test]
async fn tasks_outlive_the_process_that_held_them() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    let conversation = chat(&served.store, 1, 1).await.unwrap();
    let turn = wanting(&conversation, &[1, 2]);
    served.store.commit(&turn, None).await.unwrap();
    let held = served.store.claim_tasks(at(10), at(999), 10).await.unwrap();
    let ended = ending(&turn.conversation, &held[0].task.id);
    served.store.commit(&ended, None).await.unwrap();
    served.stop().await;

    let served = disk.serve().await;
    let again = served.store.claim_tasks(at(11), at(999), 10).await.unwrap();
    assert_eq!(again, held[1..]);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    chat(&served.store, 1, 1).await.unwrap();
    served.stop().await;
    let mut connection = raw(&disk).await;
    sqlx::query("INSERT INTO _sqlx_migrations VALUES (9999, 'later', CURRENT_TIMESTAMP, TRUE, x'00', 0)")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();

    let database = disk.folder.path().join("firstline.db");
    let before = std::fs::read(&database).unwrap();
    assert!(matches!(
        refusal(disk.folder.path()).await,
        OpenError::Newer { version: 9999, .. }
    ));
    let looked = SqliteStore::open_read_only(disk.folder.path()).await;
    assert!(matches!(looked, Err(OpenError::Newer { .. })));
    assert!(
        before == std::fs::read(&database).unwrap(),
        "the database was changed"
    );
}

#[tokio::test]
async fn a_folder_is_served_by_one_process() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    assert!(matches!(refusal(disk.folder.path()).await, OpenError::InUse(_)));
    served.stop().await;
    disk.serve().await.stop().await;
}

#[tokio::test]
async fn what_is_no_folder_or_no_database_is_refused_by_name() {
    let disk = OnDisk::new();
    let file = disk.folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let refused = refusal(&file).await;
    assert!(matches!(refused, OpenError::NotAFolder(_)));
    assert!(refused.to_string().contains(file.to_str().unwrap()));
    assert!(matches!(
        refusal(&file.join("below")).await,
        OpenError::Folder { .. }
    ));
    // Not even root can make a folder there.
    assert!(matches!(
        refusal(Path::new("/proc/firstline")).await,
        OpenError::Folder { .. }
    ));

    let database = disk.folder.path().join("firstline.db");
    std::fs::write(
        &database,
        "this is a text and no database, however long it may be ".repeat(20),
    )
    .unwrap();
    let refused = refusal(disk.folder.path()).await;
    assert!(matches!(refused, OpenError::NotADatabase(_)), "{refused}");
    assert!(refused.to_string().contains(database.to_str().unwrap()));
}

#[tokio::test]
async fn looking_needs_no_lock_and_writes_nothing() {
    let disk = OnDisk::new();
    let nothing = SqliteStore::open_read_only(disk.folder.path()).await;
    assert!(matches!(nothing, Err(OpenError::Missing(_))));

    let served = disk.serve().await;
    let turn = opening(1);
    served.store.commit(&turn, None).await.unwrap();
    let looking = SqliteStore::open_read_only(disk.folder.path()).await.unwrap();
    assert_eq!(
        looking.turns(&acme(), &conversation_id(1)).await.unwrap().len(),
        1
    );
    assert_eq!(*looking.position().borrow(), 1);
    assert!(matches!(
        looking.commit(&opening(2), None).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(matches!(looking.ready().await, Err(StoreError::Unavailable(_))));
    drop(looking);
    served.stop().await;

    let looking = SqliteStore::open_read_only(disk.folder.path()).await.unwrap();
    assert_eq!(
        looking.load(&acme(), &conversation_id(1)).await.unwrap(),
        Some(turn.conversation)
    );
}

#[tokio::test]
async fn a_store_whose_writer_is_gone_says_so() {
    let disk = OnDisk::new();
    let (store, writer) = SqliteStore::open(disk.folder.path(), &Options::default())
        .await
        .unwrap();
    drop(writer);
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    assert!(store.keys(&acme()).await.unwrap().is_empty());
}

/// Another connection holds the write lock for longer than the writer waits.
#[tokio::test]
async fn a_locked_database_is_unavailable_and_then_serves_again() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    let mut rival = raw(&disk).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut rival).await.unwrap();
    let refused = served.store.commit(&opening(1), None).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    sqlx::query("ROLLBACK").execute(&mut rival).await.unwrap();
    served.store.commit(&opening(1), None).await.unwrap();
}

/// A batch whose transaction fails halfway is refused whole; the next one finds a clean connection.
#[tokio::test]
async fn a_full_database_is_unavailable_and_then_serves_again() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    chat(&served.store, 1, 1).await.unwrap();
    served.stop().await;
    let mut connection = raw(&disk).await;
    sqlx::query(
        "CREATE TRIGGER full BEFORE INSERT ON turns WHEN NEW.conversation LIKE '%0202%'
         BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();

    let served = disk.serve().await;
    let turns = [opening(3), opening(2), opening(4)];
    let answers = join_all(turns.iter().map(|turn| served.store.commit(turn, None))).await;
    assert!(
        answers
            .iter()
            .all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))),
        "{answers:?}"
    );
    assert_eq!(
        served.store.load(&acme(), &conversation_id(3)).await.unwrap(),
        None
    );
    served.store.commit(&opening(3), None).await.unwrap();
}

/// Its conversation was written before its message was refused, and is put back.
#[tokio::test]
async fn a_turn_that_breaks_the_schema_harms_only_itself() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    let conversation = chat(&served.store, 1, 1).await.unwrap();
    let mut broken = turn_on(&conversation);
    broken.messages[0].seq = 1;
    let turns = [opening(2), broken, opening(3)];
    let answers = join_all(turns.iter().map(|turn| served.store.commit(turn, None))).await;
    assert!(matches!(
        answers[..],
        [Ok(_), Err(StoreError::Corrupt { .. }), Ok(_)]
    ));
    let stored = served.store.load(&acme(), &conversation_id(1)).await.unwrap();
    assert_eq!(stored, Some(conversation));
}

/// A refusal in a batch harms no other write of it, and the batch costs one commit.
#[tokio::test]
async fn writes_at_once_share_commits() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let disk = OnDisk::new();
    let served = disk.serve().await;

    let turns: Vec<_> = (0..=99)
        .flat_map(|number| [opening(number), opening(number)])
        .collect();
    let answers = join_all(turns.iter().map(|turn| served.store.commit(turn, None))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 100);
    let conflicts = answers
        .iter()
        .filter(|answer| matches!(answer, Err(StoreError::Conflict)));
    assert_eq!(conflicts.count(), 100);

    let rendered = metrics.render();
    let count = |name: &str| -> u64 {
        let line = rendered
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .expect("the metric is there");
        line.trim().parse().expect("a count")
    };
    assert_eq!(count("firstline_store_writes_total"), 200);
    assert!(count("firstline_store_commit_seconds_count") <= 10, "{rendered}");
}

#[tokio::test]
async fn expired_idempotency_keys_are_forgotten() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    for number in 0..5 {
        served
            .store
            .commit(&opening(number), Some(&key(&number.to_string(), "f", 0)))
            .await
            .unwrap();
    }
    served
        .store
        .commit(&opening(9), Some(&key("9", "f", 86_400)))
        .await
        .unwrap();
    let kept: Vec<String> = sqlx::query_scalar("SELECT key FROM idempotency")
        .fetch_all(&mut raw(&disk).await)
        .await
        .unwrap();
    assert_eq!(kept, ["9"]);
}

#[tokio::test]
async fn the_newest_commit_is_read_at_once() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    let mut conversation: Conversation = chat(&served.store, 1, 1).await.unwrap();
    for _ in 0..20 {
        let turn = turn_on(&conversation);
        served.store.commit(&turn, None).await.unwrap();
        conversation = served
            .store
            .load(&acme(), &conversation_id(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(conversation, turn.conversation);
    }
}
