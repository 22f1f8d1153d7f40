//! A company's system that does as a test says, a way in that commits what it is brought, and a worker between them and
//! a store. The clock stands still unless a test moves it.

use std::collections::HashMap;
use std::future::pending;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use firstline::domain::id::{ConversationId, TaskId, WorkspaceId};
use firstline::domain::lookup::{LookupRequest, LookupResult};
use firstline::domain::task::Task;
use firstline::domain::time::{Duration as SignedDuration, Timestamp};
use firstline::domain::turn::{Input, Turn};
use firstline::outbox::lookups::{LookupWorker, Options};
use firstline::ports::{Inbox, Lookup, Store, StoreError};
use firstline::store::memory::MemoryStore;
use firstline::tasks::Tasks;

use crate::store_contract::fixtures::{acme, at, conversation_id, turn_on, unstored};
use crate::store_contract::tasks::wanting;
use crate::webhooks::setup::wait_for;

pub(crate) const SECRET: [u8; 32] = [5; 32];

/// What becomes of a lookup.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    Answer,
    AnswerAfter(Duration),
    Hang,
    Panic,
}

/// Does with a conversation's lookups what was said of it, and answers the others.
#[derive(Debug, Default)]
pub(crate) struct Company {
    deeds: Mutex<HashMap<TaskId, Deed>>,
    asked: Mutex<Vec<(LookupRequest, TaskId)>>,
    busy: AtomicUsize,
    /// The most that it had to do at once.
    pub(crate) busiest: AtomicUsize,
}

impl Company {
    /// What it does with the first lookup of a conversation.
    pub(crate) fn will(&self, conversation: u8, deed: Deed) {
        let task = conversation_id(conversation).task(1);
        self.deeds.lock().expect("no panic before").insert(task, deed);
    }

    /// Every question and its key, in the order in which they came.
    pub(crate) fn asked(&self) -> Vec<(LookupRequest, TaskId)> {
        self.asked.lock().expect("no panic before").clone()
    }
}

#[async_trait]
impl Lookup for Company {
    async fn look_up(&self, request: &LookupRequest, key: &TaskId) -> LookupResult {
        self.asked
            .lock()
            .expect("no panic before")
            .push((request.clone(), key.clone()));
        self.busiest
            .fetch_max(self.busy.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let deed = self.deeds.lock().expect("no panic before").get(key).copied();
        match deed.unwrap_or(Deed::Answer) {
            Deed::Answer => {}
            Deed::AnswerAfter(pause) => tokio::time::sleep(pause).await,
            Deed::Hang => pending().await,
            Deed::Panic => panic!("a byte of 4111 1111 1111 1111 is no character boundary"),
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
        LookupResult {
            outcome: "ok".to_owned(),
            ..LookupResult::unavailable("")
        }
    }
}

/// Makes a turn without events of what it is brought.
pub(crate) struct Door {
    store: Arc<dyn Store>,
    /// How often it says first that the store is not available.
    pub(crate) closed: AtomicUsize,
    /// What the next turns want in their turn.
    follow_up: Mutex<Vec<Task>>,
    brought: Mutex<Vec<Input>>,
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").finish_non_exhaustive()
    }
}

impl Door {
    pub(crate) fn brought(&self) -> Vec<Input> {
        self.brought.lock().expect("no panic before").clone()
    }

    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Input> {
        wait_for("results", async || {
            Some(self.brought()).filter(|brought| brought.len() >= count)
        })
        .await
    }

    pub(crate) fn follow_up(&self, task: Task) {
        self.follow_up.lock().expect("no panic before").push(task);
    }
}

#[async_trait]
impl Inbox for Door {
    async fn deliver(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
        input: &Input,
    ) -> Result<(), StoreError> {
        let closed = self
            .closed
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |times| times.checked_sub(1));
        if closed.is_ok() {
            return Err(StoreError::Unavailable("disk full".to_owned()));
        }
        let known = self.store.load(workspace, conversation).await?;
        let mut turn = turn_on(&known.ok_or(StoreError::NotFound("conversation"))?);
        turn.events.clear();
        turn.input = input.clone();
        turn.tasks = self
            .follow_up
            .lock()
            .expect("no panic before")
            .drain(..)
            .collect();
        self.store.commit(&turn, None).await?;
        self.brought.lock().expect("no panic before").push(input.clone());
        Ok(())
    }
}

pub(crate) struct Setup {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) company: Arc<Company>,
    pub(crate) door: Arc<Door>,
    pub(crate) tasks: Tasks,
    pub(crate) now: Arc<Mutex<Timestamp>>,
}

impl Setup {
    /// On a store in memory.
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(MemoryStore::default()))
    }

    pub(crate) fn on(store: Arc<dyn Store>) -> Self {
        let door = Door {
            store: Arc::clone(&store),
            closed: AtomicUsize::default(),
            follow_up: Mutex::default(),
            brought: Mutex::default(),
        };
        Self {
            store,
            company: Arc::default(),
            door: Arc::new(door),
            tasks: Tasks::default(),
            now: Arc::new(Mutex::new(at(10))),
        }
    }

    pub(crate) fn worker(&self, tasks: &Tasks, options: &Options) -> LookupWorker {
        let now = Arc::clone(&self.now);
        LookupWorker::new(
            Arc::clone(&self.store),
            Arc::clone(&self.company) as Arc<dyn Lookup>,
            Arc::clone(&self.door) as Arc<dyn Inbox>,
            Arc::new(move || *now.lock().expect("no panic before")),
            tasks.clone(),
            SECRET,
            options,
        )
    }

    /// Starts a worker on the runtime that is entered; `tasks` stops it.
    pub(crate) fn start_worker(&self, tasks: &Tasks, options: &Options) {
        tasks.run("lookups", self.worker(tasks, options).run());
    }

    /// Opens a conversation whose first turn wants one lookup, due at a second.
    pub(crate) async fn want(&self, conversation: u8, due: i64) -> Turn {
        let turn = wanting(&unstored(&acme(), conversation), &[due]);
        self.store.commit(&turn, None).await.expect("it is committed");
        turn
    }

    /// What is left to do, whatever the leases say.
    pub(crate) async fn left(&self) -> usize {
        let claimed = self.store.claim_tasks(at(100_000), at(100_001), 100).await;
        claimed.expect("tasks can be claimed").len()
    }
}

/// Nothing is found by asking again and again.
pub(crate) fn options() -> Options {
    Options {
        poll_every: SignedDuration::from_hours(1),
        ..Options::default()
    }
}
