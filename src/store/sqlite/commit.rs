//! Writing a turn: the conversation where it has not moved, messages, events, deliveries, tasks and the idempotency
//! key, all or nothing.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::conversation::{Conversation, Owner};
use crate::domain::id::TaskId;
use crate::domain::standing::Waited;
use crate::domain::turn::{Input, Turn, TurnRecord};
use crate::ports::{Committed, Idempotency, StoreError};
use crate::store::idempotency::{REMEMBERED, repeats};
use crate::store::paging::QueuePlace;
use crate::store::sqlite::agents::Work;
use crate::store::sqlite::deliveries;
use crate::store::sqlite::events::NewEvent;
use crate::store::sqlite::figures::NewFigures;
use crate::store::sqlite::rows::{from_json, integer, text, time, to_json};
use crate::store::sqlite::settings;
use crate::store::sqlite::suggestions::NewFeedback;
use crate::store::sqlite::tasks::{self, NewTask};
use crate::store::sqlite::waits;
use crate::store::sqlite::writer::Write;

/// Expired keys that one commit removes. It adds only one, so the table does not grow.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// A turn with its JSON made beforehand, so that the writer has only to write.
pub(super) struct CommitTurn {
    before: u64,
    epoch_before: u64,
    /// Of the bot's switch, as it was when this was decided.
    switch: u64,
    conversation: Conversation,
    /// JSON of `conversation`.
    state: String,
    /// JSON of the [`TurnRecord`].
    record: String,
    /// Whether it is a note between staff.
    is_note: bool,
    /// Number and JSON.
    messages: Vec<(u64, String)>,
    events: Vec<NewEvent>,
    tasks: Vec<NewTask>,
    figures: NewFigures,
    /// Of an agent's message.
    feedback: Option<NewFeedback>,
    /// The task that ended in this turn.
    ended: Option<TaskId>,
    waited: Option<Waited>,
    /// The agent's whose turn it is.
    work: Option<Work>,
    key: Option<Idempotency>,
}

impl CommitTurn {
    pub(super) fn new(turn: &Turn, key: Option<&Idempotency>) -> Result<Self, StoreError> {
        let record = TurnRecord::from(turn);
        let messages = turn
            .messages
            .iter()
            .map(|message| Ok((message.seq, to_json("message", message)?)));
        Ok(Self {
            before: turn.before,
            epoch_before: turn.epoch_before,
            switch: turn.switch.number,
            state: to_json("conversation", &record.conversation)?,
            messages: messages.collect::<Result<_, StoreError>>()?,
            events: turn.events.iter().map(NewEvent::new).collect::<Result<_, _>>()?,
            tasks: turn.tasks.iter().map(NewTask::new).collect::<Result<_, _>>()?,
            figures: NewFigures::of(turn),
            feedback: if matches!(turn.input, Input::AgentMessage { .. }) {
                Some(NewFeedback::new(&turn.feedback)?)
            } else {
                None
            },
            ended: turn.input.task().cloned(),
            waited: turn.waited.clone(),
            work: Work::of(turn),
            key: key.cloned(),
            is_note: matches!(turn.input, Input::Note { .. }),
            record: to_json("turn", &record)?,
            conversation: record.conversation,
        })
    }

    fn workspace(&self) -> &str {
        self.conversation.workspace.as_str()
    }

    fn id(&self) -> &str {
        self.conversation.id.as_str()
    }
}

#[async_trait]
impl Write for CommitTurn {
    type Reply = Committed;

    const IS_NEWS: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Committed, StoreError> {
        if let Some(key) = &self.key
            && let Some(record) = recall(connection, key).await?
        {
            return Ok(Committed::Repeated(Box::new(record)));
        }
        if !settings::is_current(connection, self.workspace(), self.switch).await? {
            return Err(StoreError::Conflict);
        }
        let written = if self.before == 0 {
            self.create(connection).await?
        } else {
            self.update(connection).await?
        };
        if !written {
            return Err(StoreError::Conflict);
        }
        self.add_messages(connection).await?;
        self.add_turn(connection).await?;
        let Conversation { workspace, id, .. } = &self.conversation;
        deliveries::log(connection, workspace, Some(id), &self.events).await?;
        self.move_tasks(connection).await?;
        self.figures
            .write(connection, self.workspace(), self.id())
            .await?;
        if let Some(waited) = &self.waited {
            waits::add(connection, &self.conversation.workspace, waited).await?;
        }
        if let Some(feedback) = &self.feedback {
            feedback.write(connection, &self.conversation).await?;
        }
        if let Some(work) = &self.work {
            let (workspace, at) = (&self.conversation.workspace, self.conversation.updated_at);
            work.note(connection, workspace, at).await?;
        }
        if let Some(key) = &self.key {
            self.remember(connection, key).await?;
            forget_expired(connection, key).await?;
        }
        Ok(Committed::Fresh)
    }
}

impl CommitTurn {
    /// False when it is there already.
    async fn create(&self, connection: &mut SqliteConnection) -> Result<bool, StoreError> {
        let waiting = QueuePlace::of(&self.conversation);
        let burden = self.conversation.burden();
        let done = sqlx::query(
            "INSERT INTO conversations
                 (workspace, id, version, epoch, status, owner, queue, priority, waiting_since, agent, units,
                  updated_at, state)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (workspace, id) DO NOTHING",
        )
        .bind(self.workspace())
        .bind(self.id())
        .bind(integer(self.conversation.version))
        .bind(integer(self.conversation.epoch))
        .bind(self.conversation.status.as_str())
        .bind(self.conversation.owner.as_str())
        .bind(queue(&self.conversation))
        .bind(waiting.as_ref().map(|place| -place.order))
        .bind(waiting.as_ref().map(|place| place.since))
        .bind(burden.map(|(agent, _)| agent.as_str()))
        .bind(burden.map(|(_, units)| units))
        .bind(self.conversation.updated_at.as_microsecond())
        .bind(self.state.as_str())
        .execute(connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// False when version or epoch moved.
    async fn update(&self, connection: &mut SqliteConnection) -> Result<bool, StoreError> {
        let waiting = QueuePlace::of(&self.conversation);
        let burden = self.conversation.burden();
        let done = sqlx::query(
            "UPDATE conversations
             SET version = ?, epoch = ?, status = ?, owner = ?, queue = ?, priority = ?, waiting_since = ?,
                 agent = ?, units = ?, updated_at = ?, state = ?
             WHERE workspace = ? AND id = ? AND version = ? AND epoch = ?",
        )
        .bind(integer(self.conversation.version))
        .bind(integer(self.conversation.epoch))
        .bind(self.conversation.status.as_str())
        .bind(self.conversation.owner.as_str())
        .bind(queue(&self.conversation))
        .bind(waiting.as_ref().map(|place| -place.order))
        .bind(waiting.as_ref().map(|place| place.since))
        .bind(burden.map(|(agent, _)| agent.as_str()))
        .bind(burden.map(|(_, units)| units))
        .bind(self.conversation.updated_at.as_microsecond())
        .bind(self.state.as_str())
        .bind(self.workspace())
        .bind(self.id())
        .bind(integer(self.before))
        .bind(integer(self.epoch_before))
        .execute(connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    async fn add_messages(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for (seq, message) in &self.messages {
            sqlx::query("INSERT INTO messages (workspace, conversation, seq, message) VALUES (?, ?, ?, ?)")
                .bind(self.workspace())
                .bind(self.id())
                .bind(integer(*seq))
                .bind(message.as_str())
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }

    async fn add_turn(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO turns (workspace, conversation, version, note, record) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(self.workspace())
        .bind(self.id())
        .bind(integer(self.conversation.version))
        .bind(self.is_note.then_some(1))
        .bind(self.record.as_str())
        .execute(connection)
        .await?;
        Ok(())
    }

    /// The one that ended goes before those that are new come: one that is to be done again may keep its id.
    async fn move_tasks(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        if let Some(ended) = &self.ended {
            tasks::end(connection, &self.conversation.workspace, ended).await?;
        }
        for task in &self.tasks {
            tasks::add(connection, &self.conversation, task).await?;
        }
        Ok(())
    }

    /// In place of an expired use of the same key.
    async fn remember(&self, connection: &mut SqliteConnection, key: &Idempotency) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT OR REPLACE INTO idempotency
                 (workspace, scope, key, fingerprint, conversation, version, at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(key.workspace.as_str())
        .bind(key.scope.as_str())
        .bind(key.key.as_str())
        .bind(key.fingerprint.as_str())
        .bind(self.id())
        .bind(integer(self.conversation.version))
        .bind(key.at.as_microsecond())
        .execute(connection)
        .await?;
        Ok(())
    }
}

/// The queue in which it waits.
fn queue(conversation: &Conversation) -> Option<&str> {
    match &conversation.owner {
        Owner::Queue { queue, .. } => Some(queue.as_str()),
        Owner::Bot | Owner::Agent { .. } => None,
    }
}

/// The turn that a known key led to.
pub(super) async fn recall(
    connection: &mut SqliteConnection,
    key: &Idempotency,
) -> Result<Option<TurnRecord>, StoreError> {
    let row = sqlx::query(
        "SELECT i.fingerprint, i.at, t.record FROM idempotency i
         JOIN turns t ON t.workspace = i.workspace AND t.conversation = i.conversation AND t.version = i.version
         WHERE i.workspace = ? AND i.scope = ? AND i.key = ?",
    )
    .bind(key.workspace.as_str())
    .bind(key.scope.as_str())
    .bind(key.key.as_str())
    .fetch_optional(connection)
    .await?;
    match row {
        Some(row) if repeats(key, text(&row, "fingerprint")?, time(&row, "at")?)? => {
            from_json("turn", text(&row, "record")?).map(Some)
        }
        Some(_) | None => Ok(None),
    }
}

/// A few at a time, so that no commit stands still for a day's worth of them.
async fn forget_expired(connection: &mut SqliteConnection, key: &Idempotency) -> Result<(), StoreError> {
    let oldest = key
        .at
        .as_microsecond()
        .saturating_sub(i64::try_from(REMEMBERED.as_micros()).unwrap_or(i64::MAX));
    sqlx::query(
        "DELETE FROM idempotency WHERE rowid IN
             (SELECT rowid FROM idempotency WHERE workspace = ? AND at <= ? LIMIT ?)",
    )
    .bind(key.workspace.as_str())
    .bind(oldest)
    .bind(FORGOTTEN_AT_ONCE)
    .execute(connection)
    .await?;
    Ok(())
}
