//! Figures: a narrow row for each conversation and each message of a customer's, written with their turns, and counted for
//! the wall and for alerts.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqliteExecutor};

use crate::domain::alert::Alert;
use crate::domain::event::Event;
use crate::domain::figures::{
    ConversationFigures, DAY_HOURS, Day, Lateness, MOOD_HOURS, MessageFigures, Messages, Open, Wall,
    hours_before,
};
use crate::domain::id::WorkspaceId;
use crate::domain::time::Timestamp;
use crate::domain::turn::Turn;
use crate::ports::{Figures, StoreError};
use crate::store::sqlite::events::NewEvent;
use crate::store::sqlite::rows::{count, from_json, to_json};
use crate::store::sqlite::writer::Write;
use crate::store::sqlite::{SqliteStore, agents, conversations, deliveries};

/// Messages too old to count that one more takes away. It adds only one, so the table does not grow.
const FORGOTTEN_AT_ONCE: i64 = 8;

/// The name of the raised alerts in table `settings`.
const ALERTS: &str = "alerts";

/// What a turn leaves.
pub(super) struct NewFigures {
    conversation: ConversationFigures,
    message: Option<MessageFigures>,
}

impl NewFigures {
    pub(super) fn of(turn: &Turn) -> Self {
        Self {
            conversation: ConversationFigures::of(turn),
            message: MessageFigures::of(turn),
        }
    }

    /// In the transaction of the turn. The first time of asking and of the end stay, as
    /// [`ConversationFigures::after`] has it.
    pub(super) async fn write(
        &self,
        connection: &mut SqliteConnection,
        workspace: &str,
        conversation: &str,
    ) -> Result<(), StoreError> {
        let new = &self.conversation;
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        sqlx::query(
            "INSERT INTO conversation_figures
                 (workspace, conversation, asked_at, with_people, open_with, late, resolved_at, rated_at, score)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (workspace, conversation) DO UPDATE SET
                 asked_at = COALESCE(asked_at, excluded.asked_at),
                 with_people = MAX(with_people, excluded.with_people),
                 open_with = excluded.open_with,
                 late = excluded.late,
                 resolved_at = CASE WHEN excluded.resolved_at IS NOT NULL
                               THEN COALESCE(resolved_at, excluded.resolved_at) END,
                 rated_at = COALESCE(excluded.rated_at, rated_at),
                 score = COALESCE(excluded.score, score)",
        )
        .bind(workspace)
        .bind(conversation)
        .bind(micros(new.asked_at))
        .bind(new.with_people)
        .bind(new.open_with)
        .bind(new.late.map(Lateness::as_str))
        .bind(micros(new.resolved_at))
        .bind(new.rated.map(|(at, _)| at.as_microsecond()))
        .bind(new.rated.map(|(_, score)| i64::from(score)))
        .execute(&mut *connection)
        .await?;
        match &self.message {
            Some(message) => add_message(connection, workspace, message).await,
            None => Ok(()),
        }
    }
}

async fn add_message(
    connection: &mut SqliteConnection,
    workspace: &str,
    message: &MessageFigures,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO message_figures (workspace, at, negative, out_of_scope, unavailable) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(workspace)
    .bind(message.at.as_microsecond())
    .bind(message.negative)
    .bind(message.out_of_scope)
    .bind(message.unavailable)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM message_figures WHERE number IN
             (SELECT number FROM message_figures WHERE workspace = ? AND at <= ? LIMIT ?)",
    )
    .bind(workspace)
    .bind(hours_before(message.at, DAY_HOURS).as_microsecond())
    .bind(FORGOTTEN_AT_ONCE)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl Figures for SqliteStore {
    async fn wall(&self, workspace: &WorkspaceId, now: Timestamp) -> Result<Wall, StoreError> {
        // One transaction, so that all figures are of one moment.
        let mut look = self.readers.begin().await?;
        let wall = Wall {
            lines: conversations::waiting_lines(&mut *look, workspace).await?,
            open: open(&mut *look, workspace).await?,
            messages: messages(&mut *look, workspace, hours_before(now, MOOD_HOURS)).await?,
            day: day(&mut look, workspace, hours_before(now, DAY_HOURS)).await?,
            agents: agents::all(&mut *look, workspace).await?,
        };
        look.commit().await?;
        Ok(wall)
    }

    async fn messages_since(
        &self,
        workspace: &WorkspaceId,
        since: Timestamp,
    ) -> Result<Messages, StoreError> {
        messages(&self.readers, workspace, since).await
    }

    async fn alerts(&self, workspace: &WorkspaceId) -> Result<Vec<Alert>, StoreError> {
        let alerts: Option<String> =
            sqlx::query_scalar("SELECT setting FROM settings WHERE workspace = ? AND name = ?")
                .bind(workspace.as_str())
                .bind(ALERTS)
                .fetch_optional(&self.readers)
                .await?;
        alerts.map_or(Ok(Vec::new()), |alerts| from_json("alert", &alerts))
    }

    async fn set_alerts(
        &self,
        workspace: &WorkspaceId,
        alerts: &[Alert],
        events: &[Event],
    ) -> Result<(), StoreError> {
        self.submit(SetAlerts {
            workspace: workspace.clone(),
            alerts: to_json("alert", &alerts)?,
            events: events.iter().map(NewEvent::new).collect::<Result<_, _>>()?,
        })
        .await
    }
}

async fn open(executor: impl SqliteExecutor<'_>, workspace: &WorkspaceId) -> Result<Open, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) FILTER (WHERE open_with = 'bot') AS bot,
                COUNT(*) FILTER (WHERE open_with = 'queue') AS queue,
                COUNT(*) FILTER (WHERE open_with = 'agent') AS agent,
                COUNT(*) FILTER (WHERE late = 'at_risk') AS at_risk,
                COUNT(*) FILTER (WHERE late = 'breached') AS breached
         FROM conversation_figures WHERE workspace = ? AND open_with IS NOT NULL",
    )
    .bind(workspace.as_str())
    .fetch_one(executor)
    .await?;
    Ok(Open {
        bot: count(&row, "bot")?,
        queue: count(&row, "queue")?,
        agent: count(&row, "agent")?,
        at_risk: count(&row, "at_risk")?,
        breached: count(&row, "breached")?,
    })
}

async fn messages(
    executor: impl SqliteExecutor<'_>,
    workspace: &WorkspaceId,
    since: Timestamp,
) -> Result<Messages, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS count, COALESCE(SUM(negative), 0) AS negative, COALESCE(SUM(out_of_scope), 0) AS out_of_scope,
                COALESCE(SUM(unavailable), 0) AS unavailable
         FROM message_figures WHERE workspace = ? AND at > ?",
    )
    .bind(workspace.as_str())
    .bind(since.as_microsecond())
    .fetch_one(executor)
    .await?;
    Ok(Messages {
        count: count(&row, "count")?,
        negative: count(&row, "negative")?,
        out_of_scope: count(&row, "out_of_scope")?,
        unavailable: count(&row, "unavailable")?,
    })
}

/// Three statements, each answered from its own index.
async fn day(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    since: Timestamp,
) -> Result<Day, StoreError> {
    let since = since.as_microsecond();
    let asked = sqlx::query(
        "SELECT COUNT(*) AS conversations, COALESCE(SUM(with_people), 0) AS handed_off FROM conversation_figures
         WHERE workspace = ? AND asked_at > ?",
    )
    .bind(workspace.as_str())
    .bind(since)
    .fetch_one(&mut *connection)
    .await?;
    let resolved = sqlx::query(
        "SELECT COUNT(*) AS resolved FROM conversation_figures WHERE workspace = ? AND resolved_at > ?",
    )
    .bind(workspace.as_str())
    .bind(since)
    .fetch_one(&mut *connection)
    .await?;
    let rated = sqlx::query(
        "SELECT COUNT(*) AS rated, COALESCE(SUM(score), 0) AS score_sum FROM conversation_figures
         WHERE workspace = ? AND rated_at > ?",
    )
    .bind(workspace.as_str())
    .bind(since)
    .fetch_one(connection)
    .await?;
    Ok(Day {
        conversations: count(&asked, "conversations")?,
        handed_off: count(&asked, "handed_off")?,
        resolved: count(&resolved, "resolved")?,
        rated: count(&rated, "rated")?,
        score_sum: count(&rated, "score_sum")?,
    })
}

struct SetAlerts {
    workspace: WorkspaceId,
    /// JSON.
    alerts: String,
    events: Vec<NewEvent>,
}

#[async_trait]
impl Write for SetAlerts {
    type Reply = ();

    const IS_NEWS: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO settings (workspace, name, number, setting) VALUES (?, ?, 1, ?)
             ON CONFLICT (workspace, name) DO UPDATE SET number = number + 1, setting = excluded.setting",
        )
        .bind(self.workspace.as_str())
        .bind(ALERTS)
        .bind(self.alerts.as_str())
        .execute(&mut *connection)
        .await?;
        deliveries::log(connection, &self.workspace, None, &self.events).await
    }
}
