//! The shop's database file: made and filled in one transaction when there is none.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Zoned;
use jiff::civil::Date;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use thiserror::Error;

use crate::answer::ShopError;
use crate::calendar::date;
use crate::seed::{self, SeedError};

const SCHEMA: &str = include_str!("schema.sql");

/// As schema.sql sets them: "FHCS", and the version of the tables.
const APPLICATION: i64 = 0x4648_4353;
const VERSION: i64 = 1;

const CONNECTIONS: u32 = 4;

/// How long a writer waits for another.
const BUSY: Duration = Duration::from_secs(5);

/// How long an answer is kept for a request that is repeated.
const ANSWERS_KEPT_SECONDS: i64 = 7 * 24 * 3_600;

#[derive(Debug, Error)]
pub(crate) enum OpenError {
    #[error("the folder of {file} cannot be made: {source}; give another file with --data")]
    Folder { file: PathBuf, source: io::Error },
    #[error("{file} cannot be used: {source}; delete it, or give another file with --data")]
    Database { file: PathBuf, source: sqlx::Error },
    #[error("{0} is a database of something else; give another file with --data")]
    NotOurs(PathBuf),
    #[error("{0} was made by another version of the shop; delete it, or give another file with --data")]
    OtherVersion(PathBuf),
    #[error(transparent)]
    Shop(#[from] ShopError),
    #[error(transparent)]
    Seed(#[from] SeedError),
}

/// The database, and the day that its dates are relative to. `is_fresh` empties it first.
pub(crate) async fn open(file: &Path, is_fresh: bool, now: &Zoned) -> Result<(SqlitePool, Date), OpenError> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder {
            file: file.to_owned(),
            source,
        })?;
    }
    let unusable = |source| OpenError::Database {
        file: file.to_owned(),
        source,
    };
    let settings = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect_with(settings)
        .await
        .map_err(unusable)?;
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await.map_err(unusable)?;
    let tables: i64 = number(&mut transaction, "SELECT COUNT(*) FROM sqlite_schema").await?;
    if tables == 0 {
        sqlx::raw_sql(SCHEMA)
            .execute(&mut *transaction)
            .await
            .map_err(unusable)?;
    } else if number(&mut transaction, "PRAGMA application_id").await? != APPLICATION {
        return Err(OpenError::NotOurs(file.to_owned()));
    } else if number(&mut transaction, "PRAGMA user_version").await? != VERSION {
        return Err(OpenError::OtherVersion(file.to_owned()));
    }
    if is_fresh {
        empty(&mut transaction).await?;
    }
    let seeded_on = seeded_on(&mut transaction, now).await?;
    forget_old_answers(&mut transaction, now).await?;
    transaction.commit().await.map_err(unusable)?;
    Ok((pool, seeded_on))
}

async fn number(connection: &mut SqliteConnection, query: &'static str) -> Result<i64, ShopError> {
    Ok(sqlx::query_scalar(query).fetch_one(connection).await?)
}

/// Fills the database where nothing is in it.
async fn seeded_on(connection: &mut SqliteConnection, now: &Zoned) -> Result<Date, OpenError> {
    let stored: Option<String> = sqlx::query_scalar("SELECT seeded_on FROM meta")
        .fetch_optional(&mut *connection)
        .await
        .map_err(ShopError::from)?;
    match stored {
        Some(day) => Ok(date(&day)?),
        None => {
            seed::fill(connection, now).await?;
            Ok(now.date())
        }
    }
}

/// What refers to something goes before it.
async fn empty(connection: &mut SqliteConnection) -> Result<(), ShopError> {
    let delete = "DELETE FROM answers; DELETE FROM mails; DELETE FROM appointments; DELETE FROM payments;
                  DELETE FROM order_items; DELETE FROM orders; DELETE FROM products; DELETE FROM customers;
                  DELETE FROM meta;";
    sqlx::raw_sql(delete).execute(connection).await?;
    Ok(())
}

async fn forget_old_answers(connection: &mut SqliteConnection, now: &Zoned) -> Result<(), ShopError> {
    sqlx::query("DELETE FROM answers WHERE at < ?")
        .bind(now.timestamp().as_second().saturating_sub(ANSWERS_KEPT_SECONDS))
        .execute(connection)
        .await?;
    Ok(())
}
