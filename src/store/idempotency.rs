//! When a remembered idempotency key still counts. Knows nothing of where keys are kept.

use crate::domain::time::{Duration, Timestamp};
use crate::ports::{Idempotency, StoreError};

/// How long a key is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// The time of the newest use that no longer counts beside this one.
pub(super) fn forgotten_at(key: &Idempotency) -> Timestamp {
    key.at.checked_sub(REMEMBERED).unwrap_or(Timestamp::MIN)
}

/// True when the request is a repeat of the one remembered, false when that one is too old to count.
pub(super) fn repeats(key: &Idempotency, fingerprint: &str, at: Timestamp) -> Result<bool, StoreError> {
    if at <= forgotten_at(key) {
        Ok(false)
    } else if key.fingerprint == fingerprint {
        Ok(true)
    } else {
        Err(StoreError::KeyReused)
    }
}
