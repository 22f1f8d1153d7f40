//! The engine as the way in: what comes of a task is decided and on disk, in the task's own workspace.

use std::sync::Arc;

use async_trait::async_trait;
use firstline::domain::article::ArticleHit;
use firstline::domain::id::ConversationId;
use firstline::domain::lookup::LookupResult;
use firstline::domain::reading::{Classification, Fault};
use firstline::domain::turn::{Action, Input};
use firstline::engine::{Engine, InService, Parts};
use firstline::ports::{Classifier, Conversations, Inbox, KnowledgeBase, SearchQuery, StoreError, Tasks};
use firstline::store::memory::MemoryStore;

use crate::store_contract::fixtures::{acme, at, conversation_id, unstored, workspace};
use crate::store_contract::tasks::wanting;
use crate::support::sample_policy;

/// What comes of a task is never read.
#[derive(Debug)]
struct NotAsked;

#[async_trait]
impl Classifier for NotAsked {
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        panic!("{text:?} was classified")
    }
}

impl KnowledgeBase for NotAsked {
    fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, Fault> {
        panic!("{query:?} was searched for")
    }
}

fn engine(store: &Arc<MemoryStore>) -> Engine {
    Engine {
        workspace: workspace("renamed"),
        in_service: InService::new(Parts {
            classifier: Arc::new(NotAsked),
            knowledge: Arc::new(NotAsked),
            policy: sample_policy(),
        }),
        store: store.clone(),
        clock: Arc::new(|| at(100)),
        sealer: Arc::new(|_| None),
    }
}

fn done(conversation: &ConversationId) -> Input {
    Input::LookupDone {
        task: conversation.task(1),
        result: LookupResult::unavailable("no answer"),
    }
}

/// The flow that wanted it was cancelled meanwhile: the conversation has none.
#[tokio::test]
async fn a_result_that_nobody_waits_for_is_written_down_and_ends_its_task() {
    let store = Arc::new(MemoryStore::default());
    let wanted = wanting(&unstored(&acme(), 1), &[1]);
    store.commit(&wanted, None).await.unwrap();
    let id = conversation_id(1);
    engine(&store).deliver(&acme(), &id, &done(&id)).await.unwrap();

    let turns = store.turns(&acme(), &id).await.unwrap();
    assert_eq!((turns.len(), turns[1].action), (2, Action::Record));
    assert_eq!((&turns[1].input, turns[1].messages.len()), (&done(&id), 0));
    assert!(
        store
            .claim_tasks(at(1000), at(1060), 10)
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_conversation_that_is_not_there_is_not_found() {
    let id = conversation_id(1);
    let engine = engine(&Arc::default());
    let refused = engine.deliver(&acme(), &id, &done(&id)).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound("conversation"))),
        "{refused:?}"
    );
}
