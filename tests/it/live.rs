//! Event streams under concurrent commits: each position once and in order, whatever the timing.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use firstline::domain::event::LoggedEvent;
use firstline::domain::id::{ConversationId, WorkspaceId};
use firstline::live::Live;
use firstline::ports::Store;
use firstline::store::memory::MemoryStore;
use firstline::tasks::Tasks;
use futures_util::future::join_all;
use futures_util::{FutureExt, Stream, StreamExt};

use crate::logging::{Logger, workspace};
use crate::store_contract::fixtures::OnDisk;

const WRITERS: usize = 4;
const EVENTS: usize = 150;
const PATIENCE: Duration = Duration::from_secs(20);

fn follow(store: &Arc<dyn Store>) -> (Tasks, Live) {
    let tasks = Tasks::default();
    let live = Live::new(Arc::clone(store), tasks.stop().clone());
    tasks.run("live", live.clone().run());
    (tasks, live)
}

fn in_memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::default())
}

/// What the stream gives until it has `count` events, or ends.
async fn positions(stream: impl Stream<Item = LoggedEvent>, count: usize) -> Vec<u64> {
    let taken = stream.map(|event| event.position).take(count).collect();
    tokio::time::timeout(PATIENCE, taken)
        .await
        .expect("the events come")
}

async fn logged(store: &dyn Store, conversation: Option<&ConversationId>, after: u64) -> Vec<u64> {
    let events = store
        .events(&workspace(), conversation, after, usize::MAX)
        .await
        .expect("the log");
    events.into_iter().map(|event| event.position).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn followers_see_each_event_once_and_in_order_in_memory() {
    each_event_once_and_in_order(in_memory()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn followers_see_each_event_once_and_in_order_on_disk() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    each_event_once_and_in_order(Arc::new(served.store.clone())).await;
}

async fn each_event_once_and_in_order(store: Arc<dyn Store>) {
    let (tasks, live) = follow(&store);
    let loggers: Vec<Logger> = (0..WRITERS).map(|_| Logger::new(workspace())).collect();
    let ids: Vec<ConversationId> = loggers.iter().map(Logger::id).collect();
    let elsewhere = Logger::new(WorkspaceId::parse("elsewhere").expect("an id"));
    for mut logger in loggers.into_iter().chain([elsewhere]) {
        let store = Arc::clone(&store);
        tasks.spawn("writer", async move {
            for event in 0..EVENTS {
                logger.log(store.as_ref()).await;
                if event % 7 == 0 {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                } else {
                    tokio::task::yield_now().await;
                }
            }
        });
    }

    // Followers join all the while, and each leaves and comes back twice on its way.
    let followers = (0..40_usize).map(|number| {
        let (live, id) = (live.clone(), ids[number % WRITERS].clone());
        let topic = (number % 5 != 0).then_some(id);
        async move {
            tokio::time::sleep(Duration::from_millis(number as u64)).await;
            let expected = if topic.is_some() { EVENTS } else { EVENTS * WRITERS };
            let mut seen = Vec::new();
            for until in [expected / 3, expected / 2, expected] {
                let after = seen.last().copied().unwrap_or_default();
                let stream = live.subscribe(workspace(), topic.clone(), after);
                seen.extend(positions(stream, until - seen.len()).await);
            }
            (topic, seen)
        }
    });
    for (topic, seen) in join_all(followers).await {
        assert_eq!(seen, logged(store.as_ref(), topic.as_ref(), 0).await, "{topic:?}");
    }
    assert!(
        format!("{live:?}").contains("topics: 0"),
        "followers that left are forgotten: {live:?}"
    );
}

#[tokio::test]
async fn only_followers_of_what_changed_are_woken() {
    let store = in_memory();
    let (tasks, live) = follow(&store);
    let (mut ours, mut theirs) = (Logger::new(workspace()), Logger::new(workspace()));
    let mut stream = pin!(live.subscribe(workspace(), Some(ours.id()), 0));
    assert!(stream.next().now_or_never().is_none());
    theirs.log(store.as_ref()).await;
    assert!(
        tokio::time::timeout(Duration::from_millis(50), stream.next())
            .await
            .is_err()
    );
    let id = ours.log(store.as_ref()).await;
    assert_eq!(stream.next().await.unwrap().id, id);
    tasks.drain(PATIENCE).await;
}

#[tokio::test]
async fn streams_end_when_the_server_drains() {
    let store = in_memory();
    let (tasks, live) = follow(&store);
    let mut logger = Logger::new(workspace());
    for _ in 0..3 {
        logger.log(store.as_ref()).await;
    }
    let stream = live.subscribe(workspace(), None, 1);
    let (seen, left) = tokio::join!(positions(stream, usize::MAX), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        tasks.drain(PATIENCE).await
    });
    assert_eq!((seen, left), (vec![2, 3], 0));
    assert_eq!(tasks.failed(), None);
}
