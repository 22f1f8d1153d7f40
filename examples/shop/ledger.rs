//! Changes, each made once. What a key was answered is written in the transaction of the effect, so whoever repeats
//! a request, after a lost answer or a crash, gets the first answer and causes nothing more.

use async_trait::async_trait;
use jiff::Zoned;
use sqlx::sqlite::SqliteConnection;

use crate::answer::{Answer, ShopError};
use crate::request::Repeatable;
use crate::state::Shop;

/// One change, as it is made inside a transaction of its own.
#[async_trait]
pub(crate) trait Change: Send + Sync {
    /// Refuses, with an error that is the caller's to mend, before it writes anything: a refusal is kept like any
    /// other answer. Any other error undoes what was written.
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError>;
}

impl Shop {
    pub(crate) async fn once(
        &self,
        repeatable: &Repeatable,
        change: &dyn Change,
    ) -> Result<Answer, ShopError> {
        // At once, so that two writers wait for each other instead of failing halfway.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(answer) = kept(&mut transaction, repeatable).await? {
            return Ok(answer);
        }
        let now = (self.clock)();
        let answer = match change.make(&mut transaction, &now).await {
            Ok(answer) => answer,
            Err(error) => error.refusal()?,
        };
        keep(&mut transaction, repeatable, &answer, &now).await?;
        transaction.commit().await?;
        Ok(answer)
    }
}

async fn kept(
    connection: &mut SqliteConnection,
    repeatable: &Repeatable,
) -> Result<Option<Answer>, ShopError> {
    let Some(key) = &repeatable.key else {
        return Ok(None);
    };
    let row: Option<(String, u16, String)> =
        sqlx::query_as("SELECT fingerprint, status, body FROM answers WHERE key = ?")
            .bind(key)
            .fetch_optional(connection)
            .await?;
    match row {
        None => Ok(None),
        Some((fingerprint, status, body)) if fingerprint == repeatable.fingerprint => {
            Answer::kept(status, body).map(Some)
        }
        Some(_) => Err(ShopError::KeyReused),
    }
}

async fn keep(
    connection: &mut SqliteConnection,
    repeatable: &Repeatable,
    answer: &Answer,
    now: &Zoned,
) -> Result<(), ShopError> {
    if let Some(key) = &repeatable.key {
        sqlx::query("INSERT INTO answers (key, fingerprint, status, body, at) VALUES (?, ?, ?, ?, ?)")
            .bind(key)
            .bind(&repeatable.fingerprint)
            .bind(answer.status.as_u16())
            .bind(&answer.body)
            .bind(now.timestamp().as_second())
            .execute(connection)
            .await?;
    }
    Ok(())
}
