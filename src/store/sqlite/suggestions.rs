//! Suggested replies: what was shown, taken and answered, and the other conversations of a customer.

use async_trait::async_trait;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::domain::conversation::Conversation;
use crate::domain::handoff::EarlierConversation;
use crate::domain::id::{ConversationId, MessageId, WorkspaceId};
use crate::domain::intent::Intent;
use crate::domain::suggestion::{Answer, Feedback, Meaning, Outcome, Shown, SuggestionOutcome, Used, Uses};
use crate::ports::{StoreError, Suggestions};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows::{count, from_json, integer, text, to_json};
use crate::store::sqlite::writer::Write;

/// What an agent's message leaves, with its JSON made beforehand.
pub(super) struct NewFeedback {
    outcomes: Vec<SuggestionOutcome>,
    /// With its JSON.
    answer: Option<(Answer, String)>,
}

impl NewFeedback {
    pub(super) fn new(feedback: &Feedback) -> Result<Self, StoreError> {
        let answer = feedback.answer.clone();
        let answer = answer.map(|answer| {
            let json = to_json("answer", &answer)?;
            Ok::<_, StoreError>((answer, json))
        });
        Ok(Self {
            outcomes: feedback.outcomes.clone(),
            answer: answer.transpose()?,
        })
    }

    /// In the transaction of the agent's message.
    pub(super) async fn write(
        &self,
        connection: &mut SqliteConnection,
        conversation: &Conversation,
    ) -> Result<(), StoreError> {
        let workspace = conversation.workspace.as_str();
        sqlx::query("DELETE FROM suggestions_shown WHERE workspace = ? AND conversation = ?")
            .bind(workspace)
            .bind(conversation.id.as_str())
            .execute(&mut *connection)
            .await?;
        for outcome in &self.outcomes {
            add_use(connection, workspace, outcome).await?;
        }
        let Some((answer, json)) = &self.answer else {
            return Ok(());
        };
        sqlx::query(
            "INSERT INTO answers (workspace, message, conversation, at, answer) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(workspace)
        .bind(answer.message.as_str())
        .bind(answer.conversation.as_str())
        .bind(answer.at.as_microsecond())
        .bind(json.as_str())
        .execute(connection)
        .await?;
        Ok(())
    }
}

async fn add_use(
    connection: &mut SqliteConnection,
    workspace: &str,
    outcome: &SuggestionOutcome,
) -> Result<(), StoreError> {
    let one = |of: Outcome| i64::from(outcome.outcome == of);
    sqlx::query(
        "INSERT INTO suggestion_uses (workspace, key, intent, sent, edited, ignored) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (workspace, key, intent) DO UPDATE SET
             sent = sent + excluded.sent, edited = edited + excluded.edited, ignored = ignored + excluded.ignored",
    )
    .bind(workspace)
    .bind(outcome.key.as_str())
    .bind(outcome.intent.as_ref().map_or("", Intent::as_str))
    .bind(one(Outcome::Sent))
    .bind(one(Outcome::Edited))
    .bind(one(Outcome::Ignored))
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl Suggestions for SqliteStore {
    async fn show(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
        shown: &Shown,
    ) -> Result<(), StoreError> {
        self.submit(Show {
            workspace: workspace.clone(),
            conversation: conversation.clone(),
            shown: to_json("suggestion", shown)?,
        })
        .await
    }

    async fn shown(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
    ) -> Result<Option<Shown>, StoreError> {
        let shown: Option<String> = sqlx::query_scalar(
            "SELECT shown FROM suggestions_shown WHERE workspace = ? AND conversation = ?",
        )
        .bind(workspace.as_str())
        .bind(conversation.as_str())
        .fetch_optional(&self.readers)
        .await?;
        shown.map(|shown| from_json("suggestion", &shown)).transpose()
    }

    async fn uses(&self, workspace: &WorkspaceId, keys: &[String]) -> Result<Vec<Used>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, intent, sent, edited, ignored FROM suggestion_uses
             WHERE workspace = ? AND key IN (SELECT value FROM json_each(?)) ORDER BY key, intent",
        )
        .bind(workspace.as_str())
        .bind(to_json("suggestion", &keys)?)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(used).collect()
    }

    async fn answers(&self, workspace: &WorkspaceId, limit: usize) -> Result<Vec<Answer>, StoreError> {
        let rows = sqlx::query(
            "SELECT answer, meaning, model FROM answers WHERE workspace = ? ORDER BY at DESC, rowid DESC LIMIT ?",
        )
        .bind(workspace.as_str())
        .bind(integer(limit as u64))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(answer).collect()
    }

    async fn understand(
        &self,
        workspace: &WorkspaceId,
        meanings: &[(MessageId, Meaning)],
    ) -> Result<(), StoreError> {
        self.submit(Understand {
            workspace: workspace.clone(),
            meanings: meanings.to_vec(),
        })
        .await
    }

    async fn earlier(
        &self,
        conversation: &Conversation,
        limit: usize,
    ) -> Result<Vec<EarlierConversation>, StoreError> {
        if conversation.customer.id.is_empty() {
            return Ok(Vec::new());
        }
        let states: Vec<String> = sqlx::query_scalar(
            "SELECT state FROM conversations
             WHERE workspace = ? AND json_extract(state, '$.customer.id') = ?
                 AND json_extract(state, '$.customer.id') <> '' AND id <> ?
             ORDER BY updated_at DESC, id DESC LIMIT ?",
        )
        .bind(conversation.workspace.as_str())
        .bind(conversation.customer.id.as_str())
        .bind(conversation.id.as_str())
        .bind(integer(limit as u64))
        .fetch_all(&self.readers)
        .await?;
        states
            .iter()
            .map(|state| {
                Ok(EarlierConversation::from(&from_json::<Conversation>(
                    "conversation",
                    state,
                )?))
            })
            .collect()
    }
}

fn used(row: &SqliteRow) -> Result<Used, StoreError> {
    let intent = text(row, "intent")?;
    let times = |column| Ok::<_, StoreError>(u32::try_from(count(row, column)?).unwrap_or(u32::MAX));
    Ok(Used {
        key: text(row, "key")?.to_owned(),
        intent: (!intent.is_empty()).then(|| Intent::new(intent)),
        uses: Uses {
            sent: times("sent")?,
            edited: times("edited")?,
            ignored: times("ignored")?,
        },
    })
}

fn answer(row: &SqliteRow) -> Result<Answer, StoreError> {
    let mut answer: Answer = from_json("answer", text(row, "answer")?)?;
    let bytes: Option<Vec<u8>> = row.try_get("meaning")?;
    let model: Option<String> = row.try_get("model")?;
    answer.meaning = bytes.zip(model).map(|(bytes, model)| Meaning {
        model,
        numbers: bytes.into_iter().map(|byte| i8::from_le_bytes([byte])).collect(),
    });
    Ok(answer)
}

struct Show {
    workspace: WorkspaceId,
    conversation: ConversationId,
    /// JSON.
    shown: String,
}

#[async_trait]
impl Write for Show {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO suggestions_shown (workspace, conversation, shown) VALUES (?, ?, ?)
             ON CONFLICT (workspace, conversation) DO UPDATE SET shown = excluded.shown",
        )
        .bind(self.workspace.as_str())
        .bind(self.conversation.as_str())
        .bind(self.shown.as_str())
        .execute(connection)
        .await?;
        Ok(())
    }
}

struct Understand {
    workspace: WorkspaceId,
    meanings: Vec<(MessageId, Meaning)>,
}

#[async_trait]
impl Write for Understand {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for (message, meaning) in &self.meanings {
            let bytes: Vec<u8> = meaning
                .numbers
                .iter()
                .flat_map(|number| number.to_le_bytes())
                .collect();
            sqlx::query("UPDATE answers SET meaning = ?, model = ? WHERE workspace = ? AND message = ?")
                .bind(bytes)
                .bind(meaning.model.as_str())
                .bind(self.workspace.as_str())
                .bind(message.as_str())
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}
