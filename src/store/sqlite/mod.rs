//! The store on disk: one SQLite database in a folder of its own. Reads go to a small pool of connections that
//! can only read, writes to the one [`SqliteWriter`], which whoever opens the store must run.

mod accounts;
mod agents;
mod audit;
pub mod backup;
mod commit;
mod conversations;
mod deliveries;
mod desk;
mod endpoints;
mod events;
pub mod examine;
mod figures;
mod keys;
mod labels;
mod open;
mod replays;
mod rows;
mod sessions;
mod settings;
mod suggestions;
mod tasks;
mod waits;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::sync::watch;

pub use crate::store::sqlite::open::OpenError;
pub use crate::store::sqlite::writer::SqliteWriter;

use crate::ports::{Store, StoreError};
use crate::store::sqlite::settings::Switches;
use crate::store::sqlite::writer::{Submissions, Write};

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Connections that read, at least 1.
    pub readers: u32,
    /// Writes that may wait for their turn, at least 1; one more is refused at once.
    pub waiting_writes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            waiting_writes: 1024,
        }
    }
}

#[derive(Debug, Clone)]
pub struct SqliteStore {
    readers: SqlitePool,
    /// `None` when opened for reading only.
    submissions: Option<Submissions>,
    position: watch::Receiver<u64>,
    work: watch::Receiver<u64>,
    switches: Arc<Switches>,
}

impl SqliteStore {
    /// Takes the folder for this process alone, and creates it and its database where missing. Nothing is written
    /// until [`SqliteWriter::run`] runs.
    pub async fn open(folder: &Path, options: &Options) -> Result<(Self, SqliteWriter), OpenError> {
        open::open(folder, options).await
    }

    /// For commands that only look; works while a server has the folder. Every write is `Unavailable`, and
    /// `position` stays where it was.
    pub async fn open_read_only(folder: &Path) -> Result<Self, OpenError> {
        open::open_read_only(folder).await
    }

    /// For a few writes while a server has the folder; its database must be there and up to date.
    pub async fn open_beside(folder: &Path, options: &Options) -> Result<(Self, SqliteWriter), OpenError> {
        open::open_beside(folder, options).await
    }

    async fn submit<W: Write>(&self, write: W) -> Result<W::Reply, StoreError> {
        match &self.submissions {
            Some(submissions) => submissions.submit(write).await,
            None => Err(StoreError::Unavailable(
                "it was opened for reading only".to_owned(),
            )),
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ready(&self) -> Result<(), StoreError> {
        self.submit(Probe).await
    }

    fn work(&self) -> watch::Receiver<u64> {
        self.work.clone()
    }
}

/// Changes the database to show that it can be changed.
struct Probe;

#[async_trait]
impl Write for Probe {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query("UPDATE meta SET probes = probes + 1")
            .execute(connection)
            .await?;
        Ok(())
    }
}
