//! The agents' desk of the store on disk: lists of conversations, what was said last, notes.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::domain::conversation::{Conversation, Status};
use crate::domain::id::{AgentId, ConversationId, WorkspaceId};
use crate::domain::listing::{OwnerKind, Wanted};
use crate::domain::message::Message;
use crate::domain::note::Note;
use crate::domain::turn::TurnRecord;
use crate::ports::{Desk, Page, StoreError};
use crate::store::paging::{ListPlace, page};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{from_json, held, one_more, text, to_json};

/// Of one owner; `?4` is not looked at.
const OF_OWNER: &str = "
    SELECT id, updated_at, state FROM conversations
    WHERE workspace = ?1 AND status = ?2 AND owner = ?3 AND (updated_at, id) < (?5, ?6)
    ORDER BY updated_at DESC, id DESC LIMIT ?7";

/// Of one holder; `?3` is `agent`.
const OF_HOLDER: &str = "
    SELECT id, updated_at, state FROM conversations
    WHERE workspace = ?1 AND status = ?2 AND owner = 'agent' AND owner = ?3
      AND json_extract(state, '$.owner.agent.id') = ?4 AND (updated_at, id) < (?5, ?6)
    ORDER BY updated_at DESC, id DESC LIMIT ?7";

/// `agent` is whom a conversation keeps busy: its holder, unless it is put off or resolved, or whom it is offered to.
const UNANSWERED: &str = "
    SELECT held.id, held.agent
    FROM json_each(?2) AS holder CROSS JOIN conversations AS held ON held.workspace = ?1 AND held.agent = holder.value
    WHERE held.owner = 'agent'
      AND (SELECT json_extract(message, '$.from.kind') FROM messages WHERE workspace = ?1 AND conversation = held.id
             AND json_extract(message, '$.from.kind') IN ('customer', 'agent') ORDER BY seq DESC LIMIT 1) = 'customer'";

const NEWEST_MESSAGES: &str = "
    SELECT listed.value AS id,
           (SELECT message FROM messages WHERE workspace = ?1 AND conversation = listed.value
              AND json_extract(message, '$.from.kind') IN ('customer', 'agent') ORDER BY seq DESC LIMIT 1) AS message
    FROM json_each(?2) AS listed ORDER BY listed.key";

const NOTES: &str = "
    SELECT record FROM turns WHERE workspace = ? AND conversation = ? AND note IS NOT NULL ORDER BY version";

#[async_trait]
impl Desk for SqliteStore {
    async fn list(
        &self,
        workspace: &WorkspaceId,
        wanted: &Wanted,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Conversation>, StoreError> {
        let below = ListPlace::parse(cursor)?;
        let mut snapshot = self.readers.begin().await?;
        let mut found: Vec<(ListPlace, String)> = Vec::new();
        // Each kind is read from its own part of the index, and no kind can have more on the page than the page has.
        for (status, owner) in kinds(wanted) {
            let agent = wanted.agent.as_ref();
            let rows = sqlx::query(if agent.is_some() { OF_HOLDER } else { OF_OWNER })
                .bind(workspace.as_str())
                .bind(status.as_str())
                .bind(owner.as_str())
                .bind(agent.map(AgentId::as_str))
                .bind(below.at)
                .bind(below.id.as_str())
                .bind(one_more(limit))
                .fetch_all(&mut *snapshot)
                .await?;
            for row in &rows {
                found.push((place(row)?, text(row, "state")?.to_owned()));
            }
        }
        found.sort_by(|(one, _), (other, _)| other.cmp(one));
        found.truncate(limit.saturating_add(1));
        let states = found.iter().map(|(_, state)| state);
        let conversations = states
            .map(|state| from_json("conversation", state))
            .collect::<Result<_, _>>()?;
        Ok(page(conversations, limit, ListPlace::cursor))
    }

    async fn newest_messages(
        &self,
        workspace: &WorkspaceId,
        conversations: &[ConversationId],
    ) -> Result<Vec<(ConversationId, Message)>, StoreError> {
        let rows = sqlx::query(NEWEST_MESSAGES)
            .bind(workspace.as_str())
            .bind(to_json("conversation", &conversations)?)
            .fetch_all(&self.readers)
            .await?;
        // As many as were asked for, in their order.
        let mut newest = Vec::new();
        for (id, row) in conversations.iter().zip(&rows) {
            let message: Option<&str> = row.try_get("message")?;
            if let Some(message) = message {
                newest.push((id.clone(), from_json("message", message)?));
            }
        }
        Ok(newest)
    }

    async fn unanswered(
        &self,
        workspace: &WorkspaceId,
        holders: &[AgentId],
    ) -> Result<Vec<(ConversationId, AgentId)>, StoreError> {
        let rows = sqlx::query(UNANSWERED)
            .bind(workspace.as_str())
            .bind(to_json("agent", &holders)?)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(held).collect()
    }

    async fn notes(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
    ) -> Result<Vec<Note>, StoreError> {
        let records: Vec<String> = sqlx::query_scalar(NOTES)
            .bind(workspace.as_str())
            .bind(conversation.as_str())
            .fetch_all(&self.readers)
            .await?;
        let mut notes = Vec::new();
        for record in &records {
            notes.extend(Note::of(&from_json::<TurnRecord>("turn", record)?));
        }
        Ok(notes)
    }
}

fn kinds(wanted: &Wanted) -> Vec<(Status, OwnerKind)> {
    let owners = wanted.owners();
    let statuses = wanted.statuses();
    let kinds = statuses
        .into_iter()
        .flat_map(|status| owners.iter().map(move |owner| (status, *owner)));
    kinds.collect()
}

fn place(row: &SqliteRow) -> Result<ListPlace, StoreError> {
    Ok(ListPlace {
        at: row.try_get("updated_at")?,
        id: text(row, "id")?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::Options;

    /// Nothing is sorted and no table is looked through, however many conversations are resolved.
    #[tokio::test]
    async fn lists_and_notes_are_read_from_their_indexes() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _writer) = SqliteStore::open(folder.path(), &Options::default())
            .await
            .unwrap();
        for (query, index) in [
            (OF_OWNER, "conversations_by_change"),
            (OF_HOLDER, "conversations_by_holder"),
            (NOTES, "turns_that_are_notes"),
            (UNANSWERED, "conversations_of_agent"),
        ] {
            let explained = format!("EXPLAIN QUERY PLAN {query}");
            let rows = sqlx::query(sqlx::AssertSqlSafe(explained))
                .fetch_all(&store.readers)
                .await
                .unwrap();
            let steps = rows.iter().map(|row| text(row, "detail").unwrap());
            // A list that comes with the question is gone through.
            let plan: Vec<&str> = steps.filter(|step| !step.contains("VIRTUAL TABLE")).collect();
            let plan = plan.join("; ");
            assert!(plan.contains(index), "{plan}");
            assert!(!plan.contains("TEMP B-TREE") && !plan.contains("SCAN"), "{plan}");
        }
    }
}
