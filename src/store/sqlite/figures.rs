//! Figures: a narrow row for each conversation and each message of a customer's, written with their turns, and counted for
//! the wall and for alerts.

use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteExecutor};

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
use crate::store::sqlite::events::NewEvents;
use crate::store::sqlite::rows::{count, from_json, to_json};
use crate::store::sqlite::writer::{News, Write};
use crate::store::sqlite::{SqliteStore, agents, conversations, deliveries};

/// What a turn leaves, with its parameters from [`NewFigures::bind`]; `$1` is the workspace and `$2` the conversation. The
/// first time of asking and of the end stay, as [`ConversationFigures::after`] has it. A message takes a few away that are
/// too old to count; it adds only one, so the table does not grow.
macro_rules! write_figures {
    () => {
        "INSERT INTO conversation_figures
             (workspace, conversation, asked_at, with_people, open_with, late, resolved_at, rated_at, score)
         VALUES ($1, $2, $28, $29, $30, $31, $32, $33, $34)
         ON CONFLICT (workspace, conversation) DO UPDATE SET
             asked_at = COALESCE(asked_at, excluded.asked_at),
             with_people = MAX(with_people, excluded.with_people),
             open_with = excluded.open_with,
             late = excluded.late,
             resolved_at = CASE WHEN excluded.resolved_at IS NOT NULL
                           THEN COALESCE(resolved_at, excluded.resolved_at) END,
             rated_at = COALESCE(excluded.rated_at, rated_at),
             score = COALESCE(excluded.score, score);
         INSERT INTO message_figures (workspace, at, negative, out_of_scope, unavailable)
         SELECT $1, $35, $36, $37, $38 WHERE $35 IS NOT NULL;
         DELETE FROM message_figures WHERE number IN
             (SELECT number FROM message_figures WHERE workspace = $1 AND at <= $39 LIMIT 8)"
    };
}

pub(super) use write_figures;

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

    /// The parameters `$28` to `$39` of [`write_figures`], in their order.
    pub(super) fn bind<'q>(
        &self,
        query: Query<'q, Sqlite, SqliteArguments>,
    ) -> Query<'q, Sqlite, SqliteArguments> {
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_microsecond);
        let (new, message) = (&self.conversation, self.message.as_ref());
        query
            .bind(micros(new.asked_at))
            .bind(new.with_people)
            .bind(new.open_with)
            .bind(new.late.map(Lateness::as_str))
            .bind(micros(new.resolved_at))
            .bind(new.rated.map(|(at, _)| at.as_microsecond()))
            .bind(new.rated.map(|(_, score)| i64::from(score)))
            .bind(message.map(|message| message.at.as_microsecond()))
            .bind(message.map(|message| message.negative))
            .bind(message.map(|message| message.out_of_scope))
            .bind(message.map(|message| message.unavailable))
            .bind(message.map(|message| hours_before(message.at, DAY_HOURS).as_microsecond()))
    }
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
            events: NewEvents::new(events)?,
        })
        .await?;
        Ok(())
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
    events: NewEvents,
}

#[async_trait]
impl Write for SetAlerts {
    /// Whether it left a delivery.
    type Reply = bool;

    fn news(&self, delivers: &bool) -> News {
        if *delivers { News::Work } else { News::Look }
    }

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<bool, StoreError> {
        sqlx::query(
            "INSERT INTO settings (workspace, name, number, setting) VALUES (?, ?, 1, ?)
             ON CONFLICT (workspace, name) DO UPDATE SET number = number + 1, setting = excluded.setting",
        )
        .bind(self.workspace.as_str())
        .bind(ALERTS)
        .bind(self.alerts.as_str())
        .execute(&mut *connection)
        .await?;
        deliveries::log(connection, &self.workspace, &self.events).await
    }
}
