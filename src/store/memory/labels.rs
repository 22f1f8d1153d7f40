//! Labels of the store in memory.

use async_trait::async_trait;

use crate::domain::id::{LabelId, WorkspaceId};
use crate::domain::label::{Label, LabelChange, LabelState};
use crate::ports::{Labels, Page, StoreError};
use crate::store::memory::MemoryStore;
use crate::store::paging::{numbered_page, parse_number_cursor};

#[async_trait]
impl Labels for MemoryStore {
    async fn add_label(&self, workspace: &WorkspaceId, label: &Label) -> Result<Label, StoreError> {
        let mut state = self.state();
        let mut known = state.labels.iter();
        if let Some((_, known)) = known.find(|(of, known)| of == workspace && known.id == label.id) {
            return Ok(known.clone());
        }
        state.labels.push((workspace.clone(), label.clone()));
        Ok(label.clone())
    }

    async fn labels(
        &self,
        workspace: &WorkspaceId,
        state: Option<LabelState>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Label>, StoreError> {
        let below = parse_number_cursor(cursor)?;
        let held = self.state();
        // Numbered from 1 in the order in which they were written.
        let numbered = held.labels.iter().enumerate().rev();
        let numbered = numbered.map(|(place, entry)| (place as u64 + 1, entry));
        let found = numbered.filter(|(number, (of, label))| {
            *number < below && of == workspace && state.is_none_or(|state| label.state == state)
        });
        let found = found.map(|(number, (_, label))| (number, label.clone()));
        Ok(numbered_page(found.take(limit + 1).collect(), limit))
    }

    async fn change_label(
        &self,
        workspace: &WorkspaceId,
        id: &LabelId,
        change: &LabelChange,
    ) -> Result<Label, StoreError> {
        let mut state = self.state();
        let mut labels = state.labels.iter_mut();
        let found = labels.find(|(of, label)| of == workspace && label.id == *id);
        let (_, label) = found.ok_or(StoreError::NotFound("label"))?;
        label.change(change);
        Ok(label.clone())
    }
}
