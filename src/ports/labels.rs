//! The store's part in labels: what people say of how the bot read a message.

use async_trait::async_trait;

use crate::domain::id::{LabelId, WorkspaceId};
use crate::domain::label::{Label, LabelChange, LabelState};
use crate::ports::{Page, StoreError};

#[async_trait]
pub trait Labels: Send + Sync {
    /// Adding the same id twice changes nothing and returns what is there.
    async fn add_label(&self, workspace: &WorkspaceId, label: &Label) -> Result<Label, StoreError>;

    /// Newest first.
    async fn labels(
        &self,
        workspace: &WorkspaceId,
        state: Option<LabelState>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Label>, StoreError>;

    /// As it is afterwards.
    async fn change_label(
        &self,
        workspace: &WorkspaceId,
        id: &LabelId,
        change: &LabelChange,
    ) -> Result<Label, StoreError>;
}
