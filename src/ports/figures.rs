//! The store's part in figures: what the wall shows, and what alerts are measured by. They are written with each turn, by
//! [`crate::ports::Conversations::commit`].

use async_trait::async_trait;

use crate::domain::alert::Alert;
use crate::domain::event::Event;
use crate::domain::figures::{Messages, Wall};
use crate::domain::id::WorkspaceId;
use crate::domain::time::Timestamp;
use crate::ports::StoreError;

#[async_trait]
pub trait Figures: Send + Sync {
    /// As one look at everything.
    async fn wall(&self, workspace: &WorkspaceId, now: Timestamp) -> Result<Wall, StoreError>;

    /// Customers' messages after `since`, which is at most a day ago: older ones are forgotten.
    async fn messages_since(&self, workspace: &WorkspaceId, since: Timestamp)
    -> Result<Messages, StoreError>;

    /// Those that are raised, in the order in which they were.
    async fn alerts(&self, workspace: &WorkspaceId) -> Result<Vec<Alert>, StoreError>;

    /// In the place of those that were raised, with the events that tell of it.
    async fn set_alerts(
        &self,
        workspace: &WorkspaceId,
        alerts: &[Alert],
        events: &[Event],
    ) -> Result<(), StoreError>;
}
