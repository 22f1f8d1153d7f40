//! Opening a folder: its lock, its database, the settings of every connection, and the migrations.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use thiserror::Error;
use tokio::sync::watch;

use crate::ports::StoreError;
use crate::store::sqlite::writer::SqliteWriter;
use crate::store::sqlite::{Options, SqliteStore};

pub(super) const DATABASE: &str = "firstline.db";
pub(super) const LOCK: &str = "lock";

/// Before this, two connections that write and checkpoint at the same instant can lose committed writes.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// How long a connection waits for a lock: the writer has no rival, but a backup tool may come by.
const BUSY: Duration = Duration::from_secs(5);

/// How long a reader waits for a free connection.
const READER_WAIT: Duration = Duration::from_secs(5);

static MIGRATIONS: Migrator = sqlx::migrate!("src/store/sqlite/migrations");

#[derive(Debug, Error)]
pub enum OpenError {
    #[error("{0} is not a folder; give the store a folder of its own")]
    NotAFolder(PathBuf),
    #[error("the folder {folder} cannot be used: {source}; give one that this user may create and write in")]
    Folder { folder: PathBuf, source: io::Error },
    #[error("another process serves the folder {0}; stop it first, or give this one a folder of its own")]
    InUse(PathBuf),
    #[error("there is no database at {0}; check the folder, or start the server once to create it")]
    Missing(PathBuf),
    #[error("{0} is not a database; move it away, or restore a backup in its place")]
    NotADatabase(PathBuf),
    #[error("{database} is damaged ({source}); stop the server and `firstline restore` the newest backup")]
    Damaged { database: PathBuf, source: sqlx::Error },
    #[error(
        "{database} was made by a newer Firstline (schema {version}); use that one or restore a backup; nothing was changed"
    )]
    Newer { database: PathBuf, version: i64 },
    #[error("{0} was made by an older Firstline; start the server once to bring it up to date")]
    Older(PathBuf),
    #[error(
        "{database} cannot be brought up to date: {source}; restore a backup or use the Firstline that made it"
    )]
    Migration { database: PathBuf, source: MigrateError },
    #[error(
        "this program was built with SQLite {0}, which can lose committed writes; build it with 3.51.3 or later"
    )]
    OldSqlite(String),
    #[error("{database} cannot be opened: {source}; check its permissions and the disk, or restore a backup")]
    Database { database: PathBuf, source: sqlx::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes the folder for this process alone, creating what is missing.
pub(super) async fn open(folder: &Path, options: &Options) -> Result<(SqliteStore, SqliteWriter), OpenError> {
    let lock = lock(folder)?;
    let database = folder.join(DATABASE);
    let mut connection = writing(&database, true).await?;
    check_sqlite(&mut connection, &database).await?;
    MIGRATIONS
        .run(&mut connection)
        .await
        .map_err(|error| unmigrated(&database, error))?;
    release_leases(&mut connection).await?;

    joined(connection, &database, Some(lock), options).await
}

/// For a few writes beside a running server, such as a new key: SQLite lets one writer wait for the other. Takes
/// no lock and changes no schema.
pub(super) async fn open_beside(
    folder: &Path,
    options: &Options,
) -> Result<(SqliteStore, SqliteWriter), OpenError> {
    let database = folder.join(DATABASE);
    if !database.is_file() {
        return Err(OpenError::Missing(database));
    }
    let mut connection = writing(&database, false).await?;
    check_sqlite(&mut connection, &database).await?;
    check_schema(&mut connection, &database).await?;
    joined(connection, &database, None, options).await
}

pub(super) async fn writing(database: &Path, create: bool) -> Result<SqliteConnection, OpenError> {
    let settings = settings(database)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .pragma("wal_autocheckpoint", "1000")
        .pragma("journal_size_limit", "67108864");
    settings
        .connect()
        .await
        .map_err(|error| unopened(database, error))
}

/// The writer with its connection, and the store with its readers.
async fn joined(
    mut connection: SqliteConnection,
    database: &Path,
    lock: Option<File>,
    options: &Options,
) -> Result<(SqliteStore, SqliteWriter), OpenError> {
    let newest = newest_position(&mut connection).await?;
    let readers = readers(database, options.readers).await?;
    let (submissions, writer) =
        SqliteWriter::new(connection, readers.clone(), lock, newest, options.waiting_writes);
    let store = SqliteStore {
        readers,
        submissions: Some(submissions),
        position: writer.position(),
        work: writer.work(),
        switches: Arc::default(),
    };
    Ok((store, writer))
}

/// Only looks, and takes no lock: works beside a running server.
pub(super) async fn open_read_only(folder: &Path) -> Result<SqliteStore, OpenError> {
    let database = folder.join(DATABASE);
    if !database.is_file() {
        return Err(OpenError::Missing(database));
    }
    let readers = readers(&database, 1).await?;
    let mut connection = readers
        .acquire()
        .await
        .map_err(|error| unopened(&database, error))?;
    check_schema(&mut connection, &database).await?;
    let (_, position) = watch::channel(newest_position(&mut connection).await?);
    drop(connection);
    Ok(SqliteStore {
        readers,
        submissions: None,
        position,
        work: watch::channel(0).1,
        switches: Arc::default(),
    })
}

pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    if folder.exists() && !folder.is_dir() {
        return Err(OpenError::NotAFolder(folder.to_owned()));
    }
    let unusable = |source| OpenError::Folder {
        folder: folder.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(unusable)?;
    let lock = File::create(folder.join(LOCK)).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(folder.to_owned())),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

pub(super) fn settings(database: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(database)
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
}

async fn readers(database: &Path, readers: u32) -> Result<SqlitePool, OpenError> {
    SqlitePoolOptions::new()
        .max_connections(readers.max(1))
        .acquire_timeout(READER_WAIT)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_with(settings(database).read_only(true).pragma("query_only", "ON"))
        .await
        .map_err(|error| unopened(database, error))
}

async fn check_sqlite(connection: &mut SqliteConnection, database: &Path) -> Result<(), OpenError> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(|error| unopened(database, error))?;
    if parts(&version) >= OLDEST_SQLITE {
        Ok(())
    } else {
        Err(OpenError::OldSqlite(version))
    }
}

/// A part that is missing or no number counts as 0.
fn parts(version: &str) -> [u32; 3] {
    let mut numbers = version.split('.').map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// The schema must be the one that this program reads and writes.
async fn check_schema(connection: &mut SqliteConnection, database: &Path) -> Result<(), OpenError> {
    if schema(connection, database).await? < newest_schema() {
        Err(OpenError::Older(database.to_owned()))
    } else {
        Ok(())
    }
}

/// What this program writes.
fn newest_schema() -> i64 {
    MIGRATIONS.iter().map(|one| one.version).max().unwrap_or(0)
}

/// The version of the schema that a database has; one that this program does not know is refused.
pub(super) async fn schema(connection: &mut SqliteConnection, database: &Path) -> Result<i64, OpenError> {
    let applied: Option<i64> = sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations")
        .fetch_one(connection)
        .await
        .map_err(|error| unopened(database, error))?;
    let version = applied.unwrap_or(0);
    if version > newest_schema() {
        return Err(OpenError::Newer {
            database: database.to_owned(),
            version,
        });
    }
    Ok(version)
}

/// 0 while nothing has happened.
async fn newest_position(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let newest: Option<i64> = sqlx::query_scalar("SELECT MAX(position) FROM events")
        .fetch_one(connection)
        .await?;
    Ok(newest.map_or(0, i64::unsigned_abs))
}

/// The lock on the folder says that no other worker is alive, so nobody need wait for its leases to run out.
async fn release_leases(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    for release in [
        "UPDATE deliveries SET lease_until = NULL WHERE state = 'pending' AND lease_until IS NOT NULL",
        "UPDATE tasks SET lease_until = NULL WHERE lease_until IS NOT NULL",
    ] {
        sqlx::query(release).execute(&mut *connection).await?;
    }
    Ok(())
}

/// 26 is SQLITE_NOTADB: the file has another header. 11 is SQLITE_CORRUPT, in the lowest eight bits of several codes.
pub(super) fn unopened(database: &Path, source: sqlx::Error) -> OpenError {
    let database = database.to_owned();
    let code = source.as_database_error().and_then(|fault| fault.code());
    let code = code.and_then(|code| code.parse::<u32>().ok()).unwrap_or(0);
    match code & 0xFF {
        26 => OpenError::NotADatabase(database),
        11 => OpenError::Damaged { database, source },
        _ => OpenError::Database { database, source },
    }
}

/// A migration that the database has and we have not comes from a later program.
fn unmigrated(database: &Path, source: MigrateError) -> OpenError {
    let database = database.to_owned();
    if let MigrateError::VersionMissing(version) = source {
        OpenError::Newer { database, version }
    } else {
        OpenError::Migration { database, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(parts("3.51.3") >= OLDEST_SQLITE);
        assert!(parts("3.100.0") >= OLDEST_SQLITE);
        assert!(parts("4.0") >= OLDEST_SQLITE);
        assert!(parts("3.51.2") < OLDEST_SQLITE);
        assert!(parts("3.6.99") < OLDEST_SQLITE);
    }
}
