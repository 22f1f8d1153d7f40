//! Between columns and domain values: times as microseconds, numbers as SQLite's signed integers, JSON as text.
//! Knows no SQL.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::error::ErrorKind;
use sqlx::sqlite::{SqliteQueryResult, SqliteRow};

use crate::domain::account::{Account, Link, Session};
use crate::domain::api_key::ApiKey;
use crate::domain::audit::{AuditEntry, LoggedAudit};
use crate::domain::event::{EventKind, LoggedEvent};
use crate::domain::id::{
    AgentId, ConversationId, DeliveryId, EndpointId, EventId, InvalidId, KeyId, QueueName, WorkspaceId,
};
use crate::domain::role::Role;
use crate::domain::task::ClaimedTask;
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Attempt, Delivery, DeliveryState, Endpoint, Form};
use crate::ports::{StoreError, WaitingLine};

impl From<sqlx::Error> for StoreError {
    /// A row that breaks the schema or cannot be decoded is a fault of ours; everything else is the disk or a
    /// lock, and may pass.
    fn from(error: sqlx::Error) -> Self {
        let refused = error
            .as_database_error()
            .is_some_and(|fault| !matches!(fault.kind(), ErrorKind::Other));
        let unreadable = matches!(
            error,
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_) | sqlx::Error::Decode(_)
        );
        if refused || unreadable {
            corrupt("row", error)
        } else {
            Self::Unavailable(error.to_string())
        }
    }
}

/// `otherwise` when the row to change was not there.
pub(super) fn changed_one(done: &SqliteQueryResult, otherwise: StoreError) -> Result<(), StoreError> {
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(otherwise)
    }
}

/// Columns: `workspace`, `endpoint` (its id), `wanted_form` (its form) and those of table `endpoints`.
pub(super) fn endpoint(row: &SqliteRow) -> Result<Endpoint, StoreError> {
    let kinds: Vec<String> = from_json("webhook endpoint", text(row, "events")?)?;
    let expiry: Option<i64> = row.try_get("previous_secret_expires_at")?;
    Ok(Endpoint {
        workspace: id(row, "workspace", WorkspaceId::parse)?,
        id: id(row, "endpoint", EndpointId::parse)?,
        url: row.try_get("url")?,
        events: kinds
            .iter()
            .map(|kind| event_kind(kind))
            .collect::<Result<_, _>>()?,
        form: form(row, "wanted_form")?,
        secret: row.try_get("secret")?,
        previous_secret: row.try_get("previous_secret")?,
        previous_secret_expires_at: expiry.map(from_micros).transpose()?,
        disabled: row.try_get("disabled")?,
        created_at: time(row, "created_at")?,
    })
}

/// The kinds an endpoint wants, as its column holds them.
pub(super) fn kinds(endpoint: &Endpoint) -> Result<String, StoreError> {
    let kinds: Vec<&str> = endpoint.events.iter().map(|kind| kind.as_str()).collect();
    to_json("webhook endpoint", &kinds)
}

/// A form as its column holds it.
pub(super) fn form_column(form: &Form) -> Result<Option<String>, StoreError> {
    if *form == Form::default() {
        return Ok(None);
    }
    to_json(FORM, form).map(Some)
}

fn form(row: &SqliteRow, column: &str) -> Result<Form, StoreError> {
    let json: Option<&str> = row.try_get(column)?;
    json.map_or(Ok(Form::default()), |json| from_json(FORM, json))
}

const FORM: &str = "form of a webhook";

/// Columns: those of table `deliveries`, and those of [`logged_event`].
pub(super) fn delivery(row: &SqliteRow) -> Result<Delivery, StoreError> {
    let state = text(row, "state")?;
    Ok(Delivery {
        workspace: id(row, "workspace", WorkspaceId::parse)?,
        id: id(row, "id", DeliveryId::parse)?,
        endpoint: id(row, "endpoint", EndpointId::parse)?,
        event: logged_event(row)?,
        form: form(row, "form")?,
        state: DeliveryState::parse(state).ok_or_else(|| unknown("delivery state", state))?,
        attempts: row.try_get("attempts")?,
        due_at: time(row, "due_at")?,
    })
}

pub(super) fn attempt(row: &SqliteRow) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        delivery: id(row, "delivery", DeliveryId::parse)?,
        at: time(row, "at")?,
        status: row.try_get("status")?,
        error: row.try_get("error")?,
        duration_ms: count(row, "duration_ms")?,
    })
}

/// Columns: those of table `events`, its `id` as `event_id`.
pub(super) fn logged_event(row: &SqliteRow) -> Result<LoggedEvent, StoreError> {
    Ok(LoggedEvent {
        position: count(row, "position")?,
        id: id(row, "event_id", EventId::parse)?,
        conversation: conversation(row)?,
        kind: event_kind(text(row, "kind")?)?,
        at: time(row, "at")?,
        data: row.try_get("data")?,
    })
}

fn conversation(row: &SqliteRow) -> Result<Option<ConversationId>, StoreError> {
    let text: Option<&str> = row.try_get("conversation")?;
    text.map(ConversationId::parse)
        .transpose()
        .map_err(|error| corrupt("id", error))
}

/// Columns: `workspace`, `conversation`, `task`.
pub(super) fn claimed_task(row: &SqliteRow) -> Result<ClaimedTask, StoreError> {
    Ok(ClaimedTask {
        workspace: id(row, "workspace", WorkspaceId::parse)?,
        conversation: id(row, "conversation", ConversationId::parse)?,
        task: from_json("task", text(row, "task")?)?,
    })
}

pub(super) fn api_key(row: &SqliteRow) -> Result<ApiKey, StoreError> {
    let role = text(row, "role")?;
    Ok(ApiKey {
        id: id(row, "id", KeyId::parse)?,
        workspace: id(row, "workspace", WorkspaceId::parse)?,
        name: row.try_get("name")?,
        role: Role::parse(role).ok_or_else(|| unknown("role", role))?,
        sha256: row.try_get("sha256")?,
        created_at: time(row, "created_at")?,
    })
}

/// Columns: those of table `accounts`, with `made_at` for its `created_at`.
pub(super) fn account(row: &SqliteRow) -> Result<Account, StoreError> {
    let role = text(row, "role")?;
    let signed_in_at: Option<i64> = row.try_get("signed_in_at")?;
    Ok(Account {
        workspace: id(row, "workspace", WorkspaceId::parse)?,
        login: id(row, "login", AgentId::parse)?,
        name: row.try_get("name")?,
        role: Role::parse(role).ok_or_else(|| unknown("role", role))?,
        password: row.try_get("password")?,
        subject: row.try_get("subject")?,
        disabled: row.try_get("disabled")?,
        created_at: time(row, "made_at")?,
        signed_in_at: signed_in_at.map(from_micros).transpose()?,
    })
}

/// Columns: those of table `sessions`.
pub(super) fn session(row: &SqliteRow) -> Result<Session, StoreError> {
    Ok(Session {
        workspace: id(row, "workspace", WorkspaceId::parse)?,
        login: id(row, "login", AgentId::parse)?,
        sha256: row.try_get("sha256")?,
        external: row.try_get("external")?,
        created_at: time(row, "created_at")?,
        seen_at: time(row, "seen_at")?,
    })
}

/// Columns: those of table `account_links`.
pub(super) fn link(row: &SqliteRow) -> Result<Link, StoreError> {
    let login: Option<&str> = row.try_get("login")?;
    Ok(Link {
        workspace: id(row, "workspace", WorkspaceId::parse)?,
        sha256: row.try_get("sha256")?,
        login: login
            .map(AgentId::parse)
            .transpose()
            .map_err(|error| corrupt("id", error))?,
        expires_at: time(row, "expires_at")?,
    })
}

/// Columns: those of table `audit`.
pub(super) fn logged_audit(row: &SqliteRow) -> Result<LoggedAudit, StoreError> {
    Ok(LoggedAudit {
        position: count(row, "position")?,
        entry: AuditEntry {
            at: time(row, "at")?,
            actor: row.try_get("actor")?,
            action: row.try_get("action")?,
            target: row.try_get("target")?,
            detail: from_json("audit entry", text(row, "detail")?)?,
            address: row.try_get("address")?,
        },
    })
}

/// Columns `queue`, `waiting` and `oldest`.
pub(super) fn waiting_line(row: &SqliteRow) -> Result<WaitingLine, StoreError> {
    Ok(WaitingLine {
        queue: id(row, "queue", QueueName::parse)?,
        waiting: count(row, "waiting")?,
        oldest: time(row, "oldest")?,
    })
}

/// Columns `id` and `agent`.
pub(super) fn held(row: &SqliteRow) -> Result<(ConversationId, AgentId), StoreError> {
    Ok((
        id(row, "id", ConversationId::parse)?,
        id(row, "agent", AgentId::parse)?,
    ))
}

pub(super) fn text<'r>(row: &'r SqliteRow, column: &str) -> Result<&'r str, StoreError> {
    Ok(row.try_get(column)?)
}

pub(super) fn time(row: &SqliteRow, column: &str) -> Result<Timestamp, StoreError> {
    from_micros(row.try_get(column)?)
}

pub(super) fn count(row: &SqliteRow, column: &str) -> Result<u64, StoreError> {
    let value: i64 = row.try_get(column)?;
    u64::try_from(value).map_err(|_| unknown("count", &value.to_string()))
}

/// What lies beyond SQLite's integers is beyond everything stored, so the largest stands for it.
pub(super) fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// As many rows as a page of `limit` needs to know whether it is the last.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

pub(super) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| corrupt(what, error))
}

pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| corrupt(what, error))
}

fn id<T>(row: &SqliteRow, column: &str, parse: fn(&str) -> Result<T, InvalidId>) -> Result<T, StoreError> {
    parse(text(row, column)?).map_err(|error| corrupt("id", error))
}

fn event_kind(text: &str) -> Result<EventKind, StoreError> {
    EventKind::parse(text).ok_or_else(|| unknown("event kind", text))
}

fn from_micros(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|error| corrupt("time", error))
}

fn unknown(what: &'static str, value: &str) -> StoreError {
    corrupt(what, format!("{value:?} is none"))
}

fn corrupt(what: &'static str, problem: impl ToString) -> StoreError {
    StoreError::Corrupt {
        what,
        problem: problem.to_string(),
    }
}
