//! The store in memory, for tests, replay and chat: the same behaviour as on disk, gone when it is dropped.

mod accounts;
mod agents;
mod deliveries;
mod desk;
mod figures;
mod labels;
mod settings;
mod suggestions;
mod tasks;
mod waits;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::watch;

use crate::domain::api_key::ApiKey;
use crate::domain::bot::BotSetting;
use crate::domain::conversation::{Conversation, Owner, RECENT_MESSAGES};
use crate::domain::event::{Event, LoggedEvent};
use crate::domain::id::{AgentId, ConversationId, KeyId, QueueName, WorkspaceId};
use crate::domain::label::Label;
use crate::domain::message::Message;
use crate::domain::presence::AgentState;
use crate::domain::standing::{Place, Waited};
use crate::domain::time::Timestamp;
use crate::domain::turn::{Turn, TurnRecord};
use crate::domain::webhook::Endpoint;
use crate::ports::{
    ApiKeys, Committed, Conversations, EventLog, Idempotency, Page, Store, StoreError, WaitingLine,
};
use crate::store::idempotency::repeats;
use crate::store::memory::deliveries::HeldDelivery;
use crate::store::memory::tasks::HeldTask;
use crate::store::paging::{QueuePlace, page};

#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    position: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    conversations: BTreeMap<(WorkspaceId, ConversationId), History>,
    /// Position 1 first.
    events: Vec<(WorkspaceId, LoggedEvent)>,
    endpoints: Vec<Endpoint>,
    /// In the order in which their events happened.
    deliveries: Vec<HeldDelivery>,
    /// In the order in which they were written.
    tasks: Vec<HeldTask>,
    /// By workspace, scope and key.
    answered: HashMap<(WorkspaceId, String, String), Answered>,
    keys: Vec<ApiKey>,
    access: accounts::Held,
    bots: BTreeMap<WorkspaceId, BotSetting>,
    figures: figures::Held,
    /// In the order in which they were written.
    labels: Vec<(WorkspaceId, Label)>,
    /// In the order in which they ended.
    waits: Vec<(WorkspaceId, Waited)>,
    suggestions: suggestions::Held,
    /// Their load is counted when it is asked for.
    agents: BTreeMap<(WorkspaceId, AgentId), AgentState>,
}

#[derive(Debug)]
struct History {
    /// Without its messages.
    conversation: Conversation,
    messages: Vec<Message>,
    turns: Vec<TurnRecord>,
}

/// The first answer to a request with an idempotency key.
#[derive(Debug)]
struct Answered {
    fingerprint: String,
    at: Timestamp,
    record: TurnRecord,
}

impl MemoryStore {
    /// No method panics while it holds the lock halfway through a change, so a poisoned state is still whole.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those who follow the log's position look again, though it stays where it was.
    fn wake_followers(&self) {
        self.position.send_modify(|_| {});
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn work(&self) -> watch::Receiver<u64> {
        self.position()
    }
}

#[async_trait]
impl Conversations for MemoryStore {
    async fn load(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
    ) -> Result<Option<Conversation>, StoreError> {
        Ok(self.state().history(workspace, id).map(|history| {
            let mut conversation = history.conversation.clone();
            let older = history.messages.len().saturating_sub(RECENT_MESSAGES);
            conversation.messages = history.messages[older..].to_vec();
            conversation
        }))
    }

    async fn commit(&self, turn: &Turn, key: Option<&Idempotency>) -> Result<Committed, StoreError> {
        let mut state = self.state();
        if let Some(key) = key
            && let Some(record) = state.recall(key)?
        {
            return Ok(Committed::Repeated(Box::new(record)));
        }
        state.check_version(turn)?;
        state.check_switch(turn)?;
        let events = state.log_entries(turn)?;
        state.write(turn, key);
        state.log(&turn.conversation.workspace, events);
        state.move_tasks(turn);
        state.add_wait(turn);
        state.learn(turn);
        state.count(turn);
        state.note_work(turn);
        self.position.send_replace(state.events.len() as u64);
        Ok(Committed::Fresh)
    }

    async fn recall(&self, key: &Idempotency) -> Result<Option<TurnRecord>, StoreError> {
        self.state().recall(key)
    }

    async fn turns(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
    ) -> Result<Vec<TurnRecord>, StoreError> {
        Ok(self
            .state()
            .history(workspace, id)
            .map(|history| history.turns.clone())
            .unwrap_or_default())
    }

    async fn messages(
        &self,
        workspace: &WorkspaceId,
        id: &ConversationId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let state = self.state();
        let messages = state
            .history(workspace, id)
            .into_iter()
            .flat_map(|history| &history.messages);
        Ok(messages
            .filter(|message| message.seq > after)
            .take(limit)
            .cloned()
            .collect())
    }

    async fn queue(
        &self,
        workspace: &WorkspaceId,
        queue: Option<&QueueName>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Conversation>, StoreError> {
        let behind = QueuePlace::parse(cursor)?;
        let state = self.state();
        let mut waiting: Vec<(QueuePlace, Conversation)> = state
            .conversations
            .values()
            .map(|history| &history.conversation)
            .filter(|conversation| conversation.workspace == *workspace)
            .filter(|conversation| queue.is_none_or(|queue| stands_in(conversation, queue)))
            .filter_map(|conversation| Some((QueuePlace::of(conversation)?, conversation.clone())))
            .filter(|(place, _)| *place > behind)
            .collect();
        waiting.sort_by(|(one, _), (other, _)| one.cmp(other));
        let waiting = waiting
            .into_iter()
            .map(|(_, conversation)| conversation)
            .collect();
        Ok(page(waiting, limit, QueuePlace::cursor))
    }

    async fn place(&self, waiting: &Conversation) -> Result<Option<Place>, StoreError> {
        Ok(self.state().place(waiting))
    }

    async fn waiting_lines(&self, workspace: &WorkspaceId) -> Result<Vec<WaitingLine>, StoreError> {
        let state = self.state();
        let mut lines: BTreeMap<&QueueName, WaitingLine> = BTreeMap::new();
        for history in state.conversations.values() {
            let conversation = &history.conversation;
            let waits = conversation.workspace == *workspace && QueuePlace::of(conversation).is_some();
            if let Owner::Queue { queue, since, .. } = &conversation.owner
                && waits
            {
                let line = lines.entry(queue).or_insert_with(|| WaitingLine {
                    queue: queue.clone(),
                    waiting: 0,
                    oldest: *since,
                });
                line.waiting += 1;
                line.oldest = line.oldest.min(*since);
            }
        }
        Ok(lines.into_values().collect())
    }
}

fn stands_in(conversation: &Conversation, name: &QueueName) -> bool {
    matches!(&conversation.owner, Owner::Queue { queue, .. } if queue == name)
}

#[async_trait]
impl EventLog for MemoryStore {
    async fn events(
        &self,
        workspace: &WorkspaceId,
        conversation: Option<&ConversationId>,
        position: u64,
        limit: usize,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let state = self.state();
        let found = state
            .events
            .iter()
            .filter(|(of, event)| of == workspace && event.position > position)
            .map(|(_, event)| event)
            .filter(|event| conversation.is_none_or(|id| event.conversation.as_ref() == Some(id)));
        Ok(found.take(limit).cloned().collect())
    }

    fn position(&self) -> watch::Receiver<u64> {
        self.position.subscribe()
    }
}

#[async_trait]
impl ApiKeys for MemoryStore {
    async fn add_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        let mut state = self.state();
        let same = |known: &ApiKey| known.sha256 == key.sha256 || is_key(known, &key.workspace, &key.id);
        if !state.keys.iter().any(same) {
            state.keys.push(key.clone());
        }
        Ok(())
    }

    async fn key(&self, sha256: &str) -> Result<Option<ApiKey>, StoreError> {
        Ok(self.state().keys.iter().find(|key| key.sha256 == sha256).cloned())
    }

    async fn keys(&self, workspace: &WorkspaceId) -> Result<Vec<ApiKey>, StoreError> {
        let state = self.state();
        let mut keys: Vec<ApiKey> = state
            .keys
            .iter()
            .filter(|key| key.workspace == *workspace)
            .cloned()
            .collect();
        keys.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(keys)
    }

    async fn revoke_key(&self, workspace: &WorkspaceId, id: &KeyId) -> Result<(), StoreError> {
        let mut state = self.state();
        let at = state.keys.iter().position(|key| is_key(key, workspace, id));
        state.keys.remove(at.ok_or(StoreError::NotFound("API key"))?);
        Ok(())
    }
}

fn is_key(key: &ApiKey, workspace: &WorkspaceId, id: &KeyId) -> bool {
    key.workspace == *workspace && key.id == *id
}

impl State {
    fn history(&self, workspace: &WorkspaceId, id: &ConversationId) -> Option<&History> {
        self.conversations.get(&(workspace.clone(), id.clone()))
    }

    fn recall(&self, key: &Idempotency) -> Result<Option<TurnRecord>, StoreError> {
        let Some(answered) = self.answered.get(&name(key)) else {
            return Ok(None);
        };
        let repeated = repeats(key, &answered.fingerprint, answered.at)?;
        Ok(repeated.then(|| answered.record.clone()))
    }

    /// A conversation that is not there has version and epoch 0.
    fn check_version(&self, turn: &Turn) -> Result<(), StoreError> {
        let history = self.history(&turn.conversation.workspace, &turn.conversation.id);
        let stored = history.map_or((0, 0), |history| {
            (history.conversation.version, history.conversation.epoch)
        });
        if stored == (turn.before, turn.epoch_before) {
            Ok(())
        } else {
            Err(StoreError::Conflict)
        }
    }

    fn log_entries(&self, turn: &Turn) -> Result<Vec<LoggedEvent>, StoreError> {
        let entry =
            |(position, event): (usize, &Event)| log_entry(position, Some(&turn.conversation.id), event);
        (self.events.len() + 1..).zip(&turn.events).map(entry).collect()
    }

    fn write(&mut self, turn: &Turn, key: Option<&Idempotency>) {
        let record = TurnRecord::from(turn);
        let conversation = record.conversation.clone();
        if let Some(key) = key {
            let answered = Answered {
                fingerprint: key.fingerprint.clone(),
                at: key.at,
                record: record.clone(),
            };
            self.answered.insert(name(key), answered);
        }
        let of = (conversation.workspace.clone(), conversation.id.clone());
        let history = self.conversations.entry(of).or_insert_with(|| History {
            conversation: conversation.clone(),
            messages: Vec::new(),
            turns: Vec::new(),
        });
        history.conversation = conversation;
        history.messages.extend_from_slice(&turn.messages);
        history.turns.push(record);
    }

    /// Appends the events, and a delivery of each for every endpoint that wants it.
    fn log(&mut self, workspace: &WorkspaceId, events: Vec<LoggedEvent>) {
        for event in events {
            let wanting = self
                .endpoints
                .iter()
                .filter(|e| e.workspace == *workspace && e.wants(event.kind));
            self.deliveries
                .extend(wanting.map(|endpoint| HeldDelivery::new(endpoint, &event)));
            self.events.push((workspace.clone(), event));
        }
    }
}

fn log_entry(
    position: usize,
    conversation: Option<&ConversationId>,
    event: &Event,
) -> Result<LoggedEvent, StoreError> {
    Ok(LoggedEvent {
        position: position as u64,
        id: event.id.clone(),
        conversation: conversation.cloned(),
        kind: event.data.kind(),
        at: event.at,
        data: serde_json::to_string(&event.data).map_err(|error| StoreError::Corrupt {
            what: "event",
            problem: error.to_string(),
        })?,
    })
}

fn name(key: &Idempotency) -> (WorkspaceId, String, String) {
    (key.workspace.clone(), key.scope.clone(), key.key.clone())
}
