//! What every request works with.

use std::fmt;
use std::sync::Arc;

use jiff::Zoned;
use sha2::{Digest, Sha256};
use sqlx::sqlite::SqlitePool;

use crate::faults::Faults;

/// The time in Bristol, handed in from outside.
pub(crate) type Clock = Arc<dyn Fn() -> Zoned + Send + Sync>;

/// The running shop.
pub(crate) struct Shop {
    pub(crate) pool: SqlitePool,
    pub(crate) clock: Clock,
    /// Of the token, so that comparing takes as long whatever was sent.
    pub(crate) token_sha256: [u8; 32],
    pub(crate) faults: Faults,
}

impl Shop {
    pub(crate) fn new(pool: SqlitePool, clock: Clock, token: &str) -> Self {
        Self {
            pool,
            clock,
            token_sha256: Sha256::digest(token).into(),
            faults: Faults::default(),
        }
    }
}

impl fmt::Debug for Shop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shop")
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
