//! The whole store in one file: copied while a server writes, and put back while none runs. The files that go with the
//! database (secrets) lie in a table of the copy; what they mean is not known here.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use sqlx::ConnectOptions;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use thiserror::Error;

use crate::store::sqlite::open::{self, DATABASE, OpenError};

/// What is copied back, until it takes the database's place.
const RESTORING: &str = "firstline.db.restoring";

#[derive(Debug, Error)]
pub enum BackupError {
    #[error("{0} is there already, and nothing is overwritten; name another file")]
    Exists(PathBuf),
    #[error("{} cannot be {doing}: {source}; check its folder, its permissions and the space on the disk", .path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("{0} is a database, but no backup; `firstline backup` makes one")]
    NotABackup(PathBuf),
    #[error("{} is damaged ({problem}); use another backup", .path.display())]
    Damaged { path: PathBuf, problem: String },
    #[error("{} cannot be copied: {source}; check both disks, then try again", .database.display())]
    Copy { database: PathBuf, source: sqlx::Error },
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// A file that goes with the database, by its name in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    pub name: String,
    pub content: Vec<u8>,
}

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// Of the file, in bytes.
    pub bytes: u64,
    pub conversations: u64,
    pub messages: u64,
}

/// What became of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    pub holds: BackedUp,
    /// Where that which was there before lies now, if there was anything.
    pub aside: Option<PathBuf>,
}

/// Copies the folder's database as it stands at one moment, whether or not a server writes in it meanwhile, and the
/// companions beside it. The file is for its owner alone, checked, and on disk when this returns; it appears as a whole.
///
/// # Errors
/// A file that is there already, a folder without a database, a disk that is full: nothing is left behind then.
pub async fn back_up(folder: &Path, to: &Path, companions: &[Companion]) -> Result<BackedUp, BackupError> {
    let database = folder.join(DATABASE);
    if !database.is_file() {
        return Err(OpenError::Missing(database).into());
    }
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    let partial = to.with_added_extension(format!("{}.partial", std::process::id()));
    let made = match fill(&database, &partial, companions).await {
        Ok(made) => appear(&partial, to).map(|()| made),
        Err(error) => Err(error),
    };
    if made.is_err() {
        // What cannot be removed is named like what it is.
        let _ = fs::remove_file(&partial);
    }
    made
}

/// Puts a backup in the place of whatever the folder holds, which is kept beside it in a folder of the name `aside`.
/// Until the new database is whole and checked nothing is changed; after that one rename decides. Of the companions only
/// those named in `known` are taken.
///
/// # Errors
/// A server that holds the folder; a file that is no backup, is damaged, or was made by a newer program.
pub async fn restore(
    backup: &Path,
    folder: &Path,
    aside: &str,
    known: &[&str],
) -> Result<Restored, BackupError> {
    check(backup).await?;
    let _lock = open::lock(folder)?;
    let fresh = folder.join(RESTORING);
    match unpack(backup, &fresh).await {
        Ok((bytes, mut companions)) => {
            companions.retain(|companion| known.contains(&companion.name.as_str()));
            let kept = keep_aside(folder, aside, &companions).await?;
            let database = folder.join(DATABASE);
            fs::rename(&fresh, &database).map_err(failed("put in its place", &database))?;
            for Companion { name, content } in &companions {
                write_new(&folder.join(name), content)?;
            }
            sync(folder)?;
            Ok(Restored {
                holds: bytes,
                aside: kept,
            })
        }
        Err(error) => {
            let _ = fs::remove_file(&fresh);
            Err(error)
        }
    }
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> BackupError + 'a {
    move |source| BackupError::File {
        doing,
        path: path.to_owned(),
        source,
    }
}

/// Makes the copy under its passing name.
async fn fill(database: &Path, partial: &Path, companions: &[Companion]) -> Result<BackedUp, BackupError> {
    create(partial)?;
    let copying = |source| BackupError::Copy {
        database: database.to_owned(),
        source,
    };
    // Absolute, or SQLite might take a name like `file:x` for a URI.
    let target = std::path::absolute(partial).map_err(failed("made", partial))?;
    let target = target.to_str().ok_or_else(|| {
        let source = io::Error::new(io::ErrorKind::InvalidInput, "its name is not UTF-8");
        failed("made", partial)(source)
    })?;
    let mut source = open::settings(database)
        .read_only(true)
        .connect()
        .await
        .map_err(|error| open::unopened(database, error))?;
    // One read transaction: the state of one moment, while the writer goes on.
    sqlx::query("VACUUM INTO ?")
        .bind(target)
        .execute(&mut source)
        .await
        .map_err(copying)?;
    source.close().await.map_err(copying)?;

    let mut copy = copy_of(partial).await?;
    add(&mut copy, companions).await.map_err(copying)?;
    let (conversations, messages) = contents(&mut copy).await.map_err(copying)?;
    intact(&mut copy, partial).await?;
    copy.close().await.map_err(copying)?;
    let written = File::open(partial).and_then(|file| {
        file.sync_all()?;
        file.metadata()
    });
    Ok(BackedUp {
        bytes: written.map_err(failed("written", partial))?.len(),
        conversations,
        messages,
    })
}

/// Empty, new, and for its owner alone.
fn create(path: &Path) -> Result<File, BackupError> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed("made", path))
}

/// A copy has no other user, so it needs no log beside it.
async fn copy_of(path: &Path) -> Result<SqliteConnection, BackupError> {
    let settings = open::settings(path).journal_mode(SqliteJournalMode::Delete);
    let settings = settings.pragma("secure_delete", "ON");
    let connected = settings.connect().await;
    Ok(connected.map_err(|error| open::unopened(path, error))?)
}

async fn add(copy: &mut SqliteConnection, companions: &[Companion]) -> Result<(), sqlx::Error> {
    let mut transaction = copy.begin().await?;
    // There, where a backup was put in place by hand.
    sqlx::query("DROP TABLE IF EXISTS backup")
        .execute(&mut *transaction)
        .await?;
    sqlx::query("CREATE TABLE backup (name TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT")
        .execute(&mut *transaction)
        .await?;
    for Companion { name, content } in companions {
        sqlx::query("INSERT INTO backup (name, content) VALUES (?, ?)")
            .bind(name)
            .bind(content)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

/// Conversations and messages.
async fn contents(copy: &mut SqliteConnection) -> Result<(u64, u64), sqlx::Error> {
    let (conversations, messages): (i64, i64) =
        sqlx::query_as("SELECT (SELECT COUNT(*) FROM conversations), (SELECT COUNT(*) FROM messages)")
            .fetch_one(copy)
            .await?;
    Ok((conversations.unsigned_abs(), messages.unsigned_abs()))
}

/// `named` is how the file is called where it is damaged.
async fn intact(copy: &mut SqliteConnection, named: &Path) -> Result<(), BackupError> {
    let damaged = |problem: String| BackupError::Damaged {
        path: named.to_owned(),
        problem,
    };
    let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
        .fetch_one(copy)
        .await
        .map_err(|error| damaged(error.to_string()))?;
    if found == "ok" {
        Ok(())
    } else {
        Err(damaged(found))
    }
}

fn appear(partial: &Path, to: &Path) -> Result<(), BackupError> {
    fs::rename(partial, to).map_err(failed("made", to))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    sync(folder.unwrap_or(Path::new(".")))
}

fn sync(folder: &Path) -> Result<(), BackupError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(failed("written", folder))
}

/// Whether it is a backup that this program can use, as far as a look tells.
async fn check(backup: &Path) -> Result<(), BackupError> {
    File::open(backup).map_err(failed("read", backup))?;
    let unopened = |error| damaged(open::unopened(backup, error));
    let looking = SqliteConnectOptions::new().filename(backup).read_only(true);
    let mut connection = looking.immutable(true).connect().await.map_err(unopened)?;
    let tables: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('backup', 'meta')")
            .fetch_one(&mut connection)
            .await
            .map_err(unopened)?;
    if tables < 2 {
        return Err(BackupError::NotABackup(backup.to_owned()));
    }
    open::schema(&mut connection, backup).await.map_err(damaged)?;
    Ok(())
}

/// What is to be done about a damaged backup is not what is to be done about a damaged database.
fn damaged(error: OpenError) -> BackupError {
    if let OpenError::Damaged { database, source } = error {
        BackupError::Damaged {
            path: database,
            problem: source.to_string(),
        }
    } else {
        BackupError::Open(error)
    }
}

/// A copy of the backup as the database it was, checked and on disk, and its companions.
async fn unpack(backup: &Path, fresh: &Path) -> Result<(BackedUp, Vec<Companion>), BackupError> {
    // What a restore that was cut off has left behind.
    let _ = fs::remove_file(fresh);
    let mut from = File::open(backup).map_err(failed("read", backup))?;
    let mut to = create(fresh)?;
    let bytes = io::copy(&mut from, &mut to).map_err(failed("written", fresh))?;
    let mut copy = copy_of(fresh).await?;
    intact(&mut copy, backup).await?;
    let copying = |source| BackupError::Copy {
        database: backup.to_owned(),
        source,
    };
    let companions: Vec<(String, Vec<u8>)> = sqlx::query_as("SELECT name, content FROM backup")
        .fetch_all(&mut copy)
        .await
        .map_err(copying)?;
    sqlx::query("DROP TABLE backup")
        .execute(&mut copy)
        .await
        .map_err(copying)?;
    let (conversations, messages) = contents(&mut copy).await.map_err(copying)?;
    copy.close().await.map_err(copying)?;
    to.sync_all().map_err(failed("written", fresh))?;
    let holds = BackedUp {
        bytes,
        conversations,
        messages,
    };
    let companions = companions.into_iter();
    let companions = companions.map(|(name, content)| Companion { name, content });
    Ok((holds, companions.collect()))
}

/// What stands where the new files will, in a folder of its own. The database stays in its place too, until the new one
/// takes it: cut off anywhere, the folder holds one or the other.
async fn keep_aside(
    folder: &Path,
    name: &str,
    companions: &[Companion],
) -> Result<Option<PathBuf>, BackupError> {
    let database = folder.join(DATABASE);
    let companions = companions.iter().map(|companion| folder.join(&companion.name));
    let mut there: Vec<PathBuf> = companions.filter(|path| path.exists()).collect();
    if !database.exists() && there.is_empty() {
        return Ok(None);
    }
    let aside = folder.join(name);
    DirBuilder::new()
        .mode(0o700)
        .create(&aside)
        .map_err(failed("made", &aside))?;
    if database.exists() {
        fold(&database).await;
        // The log of one database must never lie beside another.
        let logs = ["-wal", "-shm"].map(|end| folder.join(format!("{DATABASE}{end}")));
        there.extend(logs.into_iter().filter(|log| log.exists()));
        let kept = aside.join(DATABASE);
        fs::hard_link(&database, &kept)
            .or_else(|_| fs::copy(&database, &kept).map(drop))
            .map_err(failed("kept", &kept))?;
    }
    for path in there {
        if let Some(name) = path.file_name() {
            fs::rename(&path, aside.join(name)).map_err(failed("kept", &path))?;
        }
    }
    sync(&aside)?;
    Ok(Some(aside))
}

/// Takes the log into the database. Where that cannot be done, the database is damaged, and the log is kept as it is.
async fn fold(database: &Path) {
    if let Ok(mut connection) = open::writing(database, false).await {
        let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut connection)
            .await;
        let _ = connection.close().await;
    }
}

fn write_new(path: &Path, content: &[u8]) -> Result<(), BackupError> {
    let mut file = create(path)?;
    let written = io::Write::write_all(&mut file, content).and_then(|()| file.sync_all());
    written.map_err(failed("written", path))
}
