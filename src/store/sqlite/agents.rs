//! Registered agents: who they are, whether they are there, and what they hold.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteExecutor, SqliteRow};

use crate::domain::id::{AgentId, WorkspaceId};
use crate::domain::presence::{AgentProfile, AgentState, Presence};
use crate::domain::time::Timestamp;
use crate::domain::turn::Turn;
use crate::ports::{Agents, StoreError};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{changed_one, count, from_json, text, time, to_json};
use crate::store::sqlite::writer::{News, Write};

#[async_trait]
impl Agents for SqliteStore {
    async fn put_agent(
        &self,
        workspace: &WorkspaceId,
        profile: &AgentProfile,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let fresh = AgentState::new(profile.clone(), now);
        self.submit(PutAgent {
            workspace: workspace.clone(),
            id: profile.agent.id.clone(),
            profile: to_json("agent", profile)?,
            presence: to_json("presence", &fresh.presence)?,
            now,
        })
        .await
    }

    async fn set_presence(
        &self,
        workspace: &WorkspaceId,
        id: &AgentId,
        presence: Option<Presence>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let presence = presence.map(|presence| to_json("presence", &presence));
        self.submit(SetPresence {
            workspace: workspace.clone(),
            id: id.clone(),
            presence: presence.transpose()?,
            now,
        })
        .await
    }

    async fn agents(&self, workspace: &WorkspaceId) -> Result<Vec<AgentState>, StoreError> {
        all(&self.readers, workspace).await
    }
}

/// By id.
pub(super) async fn all(
    executor: impl SqliteExecutor<'_>,
    workspace: &WorkspaceId,
) -> Result<Vec<AgentState>, StoreError> {
    let rows = sqlx::query(
        "SELECT a.profile, a.presence, a.seen_at, a.worked_at, a.ended_at,
                 (SELECT COALESCE(SUM(c.units), 0) FROM conversations c
                  WHERE c.workspace = a.workspace AND c.agent = a.id) AS load
             FROM agents a WHERE a.workspace = ? ORDER BY a.id",
    )
    .bind(workspace.as_str())
    .fetch_all(executor)
    .await?;
    rows.iter().map(agent).collect()
}

/// Columns: those of table `agents` but its key, and `load`.
fn agent(row: &SqliteRow) -> Result<AgentState, StoreError> {
    let ended_at: Option<i64> = row.try_get("ended_at")?;
    Ok(AgentState {
        profile: from_json("agent", text(row, "profile")?)?,
        presence: from_json("presence", text(row, "presence")?)?,
        seen_at: time(row, "seen_at")?,
        worked_at: time(row, "worked_at")?,
        ended_at: match ended_at {
            Some(_) => Some(time(row, "ended_at")?),
            None => None,
        },
        load: u32::try_from(count(row, "load")?).unwrap_or(u32::MAX),
    })
}

struct PutAgent {
    workspace: WorkspaceId,
    id: AgentId,
    /// JSON.
    profile: String,
    /// JSON; of one who is new.
    presence: String,
    now: Timestamp,
}

#[async_trait]
impl Write for PutAgent {
    type Reply = ();

    fn news(&self, (): &()) -> News {
        News::Look
    }

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO agents (workspace, id, profile, presence, seen_at, worked_at) VALUES (?, ?, ?, ?, ?5, ?5)
             ON CONFLICT (workspace, id) DO UPDATE SET profile = excluded.profile",
        )
        .bind(self.workspace.as_str())
        .bind(self.id.as_str())
        .bind(self.profile.as_str())
        .bind(self.presence.as_str())
        .bind(self.now.as_microsecond())
        .execute(connection)
        .await?;
        Ok(())
    }
}

struct SetPresence {
    workspace: WorkspaceId,
    id: AgentId,
    /// JSON; `None` for a heartbeat.
    presence: Option<String>,
    now: Timestamp,
}

#[async_trait]
impl Write for SetPresence {
    type Reply = ();

    fn news(&self, (): &()) -> News {
        News::Look
    }

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        // As `AgentState::hear` has it.
        let done = sqlx::query(
            "UPDATE agents SET presence = COALESCE(?2, presence), ended_at = CASE WHEN ?2 IS NULL THEN ended_at END,
                 seen_at = CASE WHEN presence ->> '$.kind' = 'offline' AND COALESCE(?2, presence) ->> '$.kind' = 'offline'
                                THEN seen_at ELSE MAX(seen_at, ?1) END
             WHERE workspace = ?3 AND id = ?4",
        )
        .bind(self.now.as_microsecond())
        .bind(self.presence.as_deref())
        .bind(self.workspace.as_str())
        .bind(self.id.as_str())
        .execute(connection)
        .await?;
        changed_one(&done, StoreError::NotFound("agent"))
    }
}

/// An agent's work, to be noted with the turn that it makes.
pub(super) struct Work {
    agent: AgentId,
    ends: bool,
}

impl Work {
    pub(super) fn of(turn: &Turn) -> Option<Self> {
        turn.input.work().map(|(agent, ends)| Self {
            agent: agent.clone(),
            ends,
        })
    }

    /// In the transaction of the turn. Whoever is not registered is not looked at. Of two turns the later decided may be
    /// written first.
    pub(super) async fn note(
        &self,
        connection: &mut SqliteConnection,
        workspace: &WorkspaceId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE agents SET worked_at = MAX(worked_at, ?1),
                 ended_at = CASE WHEN ?2 THEN MAX(COALESCE(ended_at, ?1), ?1) ELSE ended_at END
             WHERE workspace = ?3 AND id = ?4",
        )
        .bind(at.as_microsecond())
        .bind(self.ends)
        .bind(workspace.as_str())
        .bind(self.agent.as_str())
        .execute(connection)
        .await?;
        Ok(())
    }
}
