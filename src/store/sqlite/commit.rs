//! Writing a turn: the conversation where it has not moved, messages, events, deliveries, tasks and the idempotency
//! key, all or nothing.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::domain::conversation::{Conversation, Owner};
use crate::domain::standing::Waited;
use crate::domain::turn::{Input, Turn, TurnRecord};
use crate::ports::{Committed, Idempotency, StoreError};
use crate::store::idempotency::{forgotten_at, repeats};
use crate::store::paging::QueuePlace;
use crate::store::sqlite::agents::Work;
use crate::store::sqlite::deliveries;
use crate::store::sqlite::endpoints::endpoint_columns;
use crate::store::sqlite::events::{NewEvents, insert_events};
use crate::store::sqlite::figures::{NewFigures, write_figures};
use crate::store::sqlite::rows::{self, from_json, integer, text, time, to_json};
use crate::store::sqlite::settings::switch_number;
use crate::store::sqlite::suggestions::NewFeedback;
use crate::store::sqlite::tasks::{NewTasks, move_tasks};
use crate::store::sqlite::waits;
use crate::store::sqlite::writer::{News, Write, begin_write};

/// What must hold for a turn to be written, beside that the conversation has not moved: the bot's switch is still the one
/// that it was decided under, and nobody has used its key before.
macro_rules! still_good {
    () => {
        concat!(
            switch_number!(),
            " = $16
             AND NOT EXISTS (SELECT 1 FROM idempotency WHERE workspace = $1 AND scope = $17 AND key = $18 AND at > $21)"
        )
    };
}

/// What follows the conversation. A turn must have a version, so that one whose conversation was not written fails, and
/// nothing behind it is done. The endpoints come back: what they want of the events is for [`deliveries`] to say.
macro_rules! the_rest {
    () => {
        concat!(
            "; INSERT INTO turns (workspace, conversation, version, note, record)
               VALUES ($1, $2, CASE changes() WHEN 1 THEN $3 END, $22, $23);
             INSERT INTO messages (workspace, conversation, seq, message)
               SELECT $1, $2, value ->> '$.seq', value FROM json_each($24);",
            insert_events!("$25"),
            ";",
            move_tasks!("$26", "$27"),
            ";",
            write_figures!(),
            "; INSERT OR REPLACE INTO idempotency (workspace, scope, key, fingerprint, conversation, version, at)
               SELECT $1, $17, $18, $19, $2, $3, $20 WHERE $18 IS NOT NULL;
             DELETE FROM idempotency WHERE rowid IN
               (SELECT rowid FROM idempotency WHERE workspace = $1 AND at <= $21 LIMIT 8);
             SELECT ",
            endpoint_columns!(),
            " FROM endpoints WHERE workspace = $1 ORDER BY created_at, id"
        )
    };
}

/// Each is one trip to the connection's thread, whatever the turn holds: a trip costs more than a statement. Of the expired
/// keys a few go with each commit, so that none stands still for a day's worth of them; it adds only one, so the table
/// does not grow.
const CREATE: &str = concat!(
    begin_write!(),
    "; INSERT INTO conversations
         (workspace, id, version, epoch, status, owner, queue, priority, waiting_since, agent, units, updated_at, state)
       SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 WHERE ",
    still_good!(),
    " ON CONFLICT (workspace, id) DO NOTHING",
    the_rest!()
);

const UPDATE: &str = concat!(
    begin_write!(),
    "; UPDATE conversations
       SET version = $3, epoch = $4, status = $5, owner = $6, queue = $7, priority = $8, waiting_since = $9,
           agent = $10, units = $11, updated_at = $12, state = $13
       WHERE workspace = $1 AND id = $2 AND version = $14 AND epoch = $15 AND ",
    still_good!(),
    the_rest!()
);

/// What SQLite says of a turn whose conversation was not written.
const UNWRITTEN: &str = "NOT NULL constraint failed: turns.version";

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
    /// JSON of the messages.
    messages: String,
    events: NewEvents,
    tasks: NewTasks,
    figures: NewFigures,
    /// Of an agent's message.
    feedback: Option<NewFeedback>,
    waited: Option<Waited>,
    /// The agent's whose turn it is.
    work: Option<Work>,
    key: Option<Idempotency>,
}

impl CommitTurn {
    pub(super) fn new(turn: &Turn, key: Option<&Idempotency>) -> Result<Self, StoreError> {
        let record = TurnRecord::from(turn);
        Ok(Self {
            before: turn.before,
            epoch_before: turn.epoch_before,
            switch: turn.switch.number,
            state: to_json("conversation", &record.conversation)?,
            messages: to_json("message", &turn.messages)?,
            events: NewEvents::new(&turn.events)?,
            tasks: NewTasks::of(turn)?,
            figures: NewFigures::of(turn),
            feedback: if matches!(turn.input, Input::AgentMessage { .. }) {
                Some(NewFeedback::new(&turn.feedback)?)
            } else {
                None
            },
            waited: turn.waited.clone(),
            work: Work::of(turn),
            key: key.cloned(),
            is_note: matches!(turn.input, Input::Note { .. }),
            record: to_json("turn", &record)?,
            conversation: record.conversation,
        })
    }
}

/// What came of it, and whether it left a delivery.
pub(super) struct Outcome {
    pub(super) committed: Committed,
    delivers: bool,
}

#[async_trait]
impl Write for CommitTurn {
    type Reply = Outcome;

    const BEGINS_ITSELF: bool = true;

    fn news(&self, reply: &Outcome) -> News {
        if reply.delivers || !self.tasks.is_empty() {
            News::Work
        } else {
            News::Look
        }
    }

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Outcome, StoreError> {
        let Some(endpoints) = self.write(connection).await? else {
            return self.refused(connection).await;
        };
        let Conversation {
            workspace,
            updated_at,
            ..
        } = &self.conversation;
        let endpoints: Vec<_> = endpoints.iter().map(rows::endpoint).collect::<Result<_, _>>()?;
        let delivers = deliveries::add(connection, workspace, &endpoints, &self.events).await?;
        if let Some(waited) = &self.waited {
            waits::add(connection, workspace, waited).await?;
        }
        if let Some(feedback) = &self.feedback {
            feedback.write(connection, &self.conversation).await?;
        }
        if let Some(work) = &self.work {
            work.note(connection, workspace, *updated_at).await?;
        }
        Ok(Outcome {
            committed: Committed::Fresh,
            delivers,
        })
    }
}

impl CommitTurn {
    /// The endpoints of the workspace; `None` when something has moved that the turn was decided on.
    async fn write(&self, connection: &mut SqliteConnection) -> Result<Option<Vec<SqliteRow>>, StoreError> {
        let conversation = &self.conversation;
        let waiting = QueuePlace::of(conversation);
        let burden = conversation.burden();
        let key = self.key.as_ref();
        let statements = sqlx::query(if self.before == 0 { CREATE } else { UPDATE })
            .bind(conversation.workspace.as_str())
            .bind(conversation.id.as_str())
            .bind(integer(conversation.version))
            .bind(integer(conversation.epoch))
            .bind(conversation.status.as_str())
            .bind(conversation.owner.as_str())
            .bind(queue(conversation))
            .bind(waiting.as_ref().map(|place| -place.order))
            .bind(waiting.as_ref().map(|place| place.since))
            .bind(burden.map(|(agent, _)| agent.as_str()))
            .bind(burden.map(|(_, units)| units))
            .bind(conversation.updated_at.as_microsecond())
            .bind(self.state.as_str())
            .bind(integer(self.before))
            .bind(integer(self.epoch_before))
            .bind(integer(self.switch))
            .bind(key.map(|key| key.scope.as_str()))
            .bind(key.map(|key| key.key.as_str()))
            .bind(key.map(|key| key.fingerprint.as_str()))
            .bind(key.map(|key| key.at.as_microsecond()))
            .bind(key.map(|key| forgotten_at(key).as_microsecond()))
            .bind(self.is_note.then_some(1))
            .bind(self.record.as_str())
            .bind(self.messages.as_str())
            .bind(self.events.json())
            .bind(self.tasks.ended())
            .bind(self.tasks.json());
        match self.figures.bind(statements).fetch_all(connection).await {
            Ok(endpoints) => Ok(Some(endpoints)),
            Err(sqlx::Error::Database(fault)) if fault.message() == UNWRITTEN => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A request that is repeated gets the turn that it led to.
    async fn refused(&self, connection: &mut SqliteConnection) -> Result<Outcome, StoreError> {
        let known = match &self.key {
            Some(key) => recall(connection, key).await?,
            None => None,
        };
        match known {
            Some(record) => Ok(Outcome {
                committed: Committed::Repeated(Box::new(record)),
                delivers: false,
            }),
            None => Err(StoreError::Conflict),
        }
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
