//! A look at a database from outside, whether or not a server has it: is it whole, how large is it, does somebody hold
//! its folder. Changes nothing.

use std::fs::File;
use std::path::Path;

use sqlx::{ConnectOptions, Connection};

use crate::store::sqlite::open::{self, DATABASE, LOCK, OpenError};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examined {
    /// The SQLite in this program: `3.51.3`.
    pub sqlite: String,
    /// Of the database and its log, in bytes.
    pub bytes: u64,
    /// The first damage that SQLite's quick check finds.
    pub damage: Option<String>,
}

/// Reads the whole database, some seconds for a gigabyte.
///
/// # Errors
/// A database that is not there, cannot be opened, or was made by a newer program.
pub async fn examine(folder: &Path) -> Result<Examined, OpenError> {
    let database = folder.join(DATABASE);
    if !database.is_file() {
        return Err(OpenError::Missing(database));
    }
    let unopened = |error| open::unopened(&database, error);
    let mut connection = open::settings(&database)
        .read_only(true)
        .connect()
        .await
        .map_err(unopened)?;
    let sqlite: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut connection)
        .await
        .map_err(unopened)?;
    // One that is damaged badly ends the check itself with an error.
    let found: Result<String, sqlx::Error> = sqlx::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut connection)
        .await;
    let damage = match found.map_err(unopened) {
        Ok(found) if found == "ok" => None,
        Ok(found) => Some(found),
        Err(OpenError::Damaged { source, .. }) => Some(source.to_string()),
        Err(error) => return Err(error),
    };
    if damage.is_none() {
        open::schema(&mut connection, &database).await?;
    }
    connection.close().await.map_err(unopened)?;
    let log = folder.join(format!("{DATABASE}-wal"));
    let bytes = [&database, &log].map(|file| file.metadata().map_or(0, |file| file.len()));
    Ok(Examined {
        sqlite,
        bytes: bytes.iter().sum(),
        damage,
    })
}

/// Whether a process serves the folder now.
pub fn is_served(folder: &Path) -> bool {
    // Shared, and only for a moment.
    let lock = File::open(folder.join(LOCK));
    lock.is_ok_and(|lock| lock.try_lock_shared().is_err())
}
