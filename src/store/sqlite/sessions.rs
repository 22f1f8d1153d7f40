//! Sessions of those who signed in; only the hash of what their cookie holds is ever here.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::domain::account::{Account, SESSION_IDLE, SESSION_MAX, Session};
use crate::domain::time::Timestamp;
use crate::ports::StoreError;
use crate::store::sqlite::rows::{self, changed_one};
use crate::store::sqlite::writer::Write;

/// A session that has not ended, with its account.
pub(super) async fn find(
    readers: &SqlitePool,
    sha256: &str,
    now: Timestamp,
) -> Result<Option<(Session, Account)>, StoreError> {
    let row = sqlx::query(
        "SELECT s.sha256, s.workspace, s.login, s.external, s.created_at, s.seen_at, a.name, a.role, a.password,
             a.subject, a.disabled, a.created_at AS made_at, a.signed_in_at
         FROM sessions s JOIN accounts a ON a.workspace = s.workspace AND a.login = s.login
         WHERE s.sha256 = ? AND NOT a.disabled",
    )
    .bind(sha256)
    .fetch_optional(readers)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let session = rows::session(&row)?;
    let account = rows::account(&row)?;
    Ok((now < session.ends_at()).then_some((session, account)))
}

/// All of an account but the one that is kept, by its hash.
pub(super) async fn end_sessions(
    connection: &mut SqliteConnection,
    of: &Account,
    kept: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE workspace = ? AND login = ? AND sha256 <> ?")
        .bind(of.workspace.as_str())
        .bind(of.login.as_str())
        .bind(kept)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) struct AddSession {
    pub(super) session: Session,
    /// The one that the browser had, by its hash.
    pub(super) before: Option<String>,
}

#[async_trait]
impl Write for AddSession {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let session = &self.session;
        let now = session.created_at;
        let noted = sqlx::query(
            "UPDATE accounts SET signed_in_at = ? WHERE workspace = ? AND login = ? AND NOT disabled",
        )
        .bind(now.as_microsecond())
        .bind(session.workspace.as_str())
        .bind(session.login.as_str())
        .execute(&mut *connection)
        .await?;
        changed_one(&noted, StoreError::NotFound("account"))?;
        sqlx::query("DELETE FROM sessions WHERE sha256 = ? OR seen_at <= ? OR created_at <= ?")
            .bind(self.before.as_deref())
            .bind((now - SESSION_IDLE).as_microsecond())
            .bind((now - SESSION_MAX).as_microsecond())
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (sha256, workspace, login, external, created_at, seen_at) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(session.sha256.as_str())
        .bind(session.workspace.as_str())
        .bind(session.login.as_str())
        .bind(session.external)
        .bind(now.as_microsecond())
        .bind(session.seen_at.as_microsecond())
        .execute(connection)
        .await?;
        Ok(())
    }
}

pub(super) struct TouchSession {
    pub(super) sha256: String,
    pub(super) now: Timestamp,
}

#[async_trait]
impl Write for TouchSession {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("UPDATE sessions SET seen_at = MAX(seen_at, ?) WHERE sha256 = ?")
            .bind(self.now.as_microsecond())
            .bind(self.sha256.as_str())
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// By its hash.
pub(super) struct EndSession(pub(super) String);

#[async_trait]
impl Write for EndSession {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE sha256 = ?")
            .bind(self.0.as_str())
            .execute(connection)
            .await?;
        Ok(())
    }
}
