//! Suggested replies of the store in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::domain::conversation::Conversation;
use crate::domain::handoff::EarlierConversation;
use crate::domain::id::{ConversationId, MessageId, WorkspaceId};
use crate::domain::intent::Intent;
use crate::domain::suggestion::{Answer, Meaning, Shown, Used, Uses};
use crate::domain::turn::{Input, Turn};
use crate::ports::{StoreError, Suggestions};
use crate::store::memory::{MemoryStore, State};

/// What the store in memory knows of suggestions.
#[derive(Debug, Default)]
pub(super) struct Held {
    shown: BTreeMap<(WorkspaceId, ConversationId), Shown>,
    uses: BTreeMap<(WorkspaceId, String, Option<Intent>), Uses>,
    /// In the order in which they were written.
    answers: Vec<(WorkspaceId, Answer)>,
}

#[async_trait]
impl Suggestions for MemoryStore {
    async fn show(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
        shown: &Shown,
    ) -> Result<(), StoreError> {
        let of = (workspace.clone(), conversation.clone());
        self.state().suggestions.shown.insert(of, shown.clone());
        Ok(())
    }

    async fn shown(
        &self,
        workspace: &WorkspaceId,
        conversation: &ConversationId,
    ) -> Result<Option<Shown>, StoreError> {
        let of = (workspace.clone(), conversation.clone());
        Ok(self.state().suggestions.shown.get(&of).cloned())
    }

    async fn uses(&self, workspace: &WorkspaceId, keys: &[String]) -> Result<Vec<Used>, StoreError> {
        let state = self.state();
        let uses = state.suggestions.uses.iter();
        let asked_for = uses.filter(|((of, key, _), _)| of == workspace && keys.contains(key));
        let used = asked_for.map(|((_, key, intent), uses)| Used {
            key: key.clone(),
            intent: intent.clone(),
            uses: *uses,
        });
        Ok(used.collect())
    }

    async fn answers(&self, workspace: &WorkspaceId, limit: usize) -> Result<Vec<Answer>, StoreError> {
        let state = self.state();
        let answers = state.suggestions.answers.iter().rev();
        let mut answers: Vec<Answer> = answers
            .filter(|(of, _)| of == workspace)
            .map(|(_, answer)| answer.clone())
            .collect();
        // Stable: of the same moment, what was written last.
        answers.sort_by_key(|answer| std::cmp::Reverse(answer.at));
        answers.truncate(limit);
        Ok(answers)
    }

    async fn understand(
        &self,
        workspace: &WorkspaceId,
        meanings: &[(MessageId, Meaning)],
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        for (of, answer) in &mut state.suggestions.answers {
            let found = meanings.iter().find(|(message, _)| answer.message == *message);
            if let Some((_, meaning)) = found.filter(|_| of == workspace) {
                answer.meaning = Some(meaning.clone());
            }
        }
        Ok(())
    }

    async fn earlier(
        &self,
        conversation: &Conversation,
        limit: usize,
    ) -> Result<Vec<EarlierConversation>, StoreError> {
        let customer = &conversation.customer.id;
        if customer.is_empty() {
            return Ok(Vec::new());
        }
        let state = self.state();
        let mut others: Vec<&Conversation> = state
            .conversations
            .values()
            .map(|history| &history.conversation)
            .filter(|other| other.workspace == conversation.workspace && other.id != conversation.id)
            .filter(|other| other.customer.id == *customer)
            .collect();
        others.sort_by(|one, other| (other.updated_at, &other.id).cmp(&(one.updated_at, &one.id)));
        Ok(others
            .into_iter()
            .take(limit)
            .map(EarlierConversation::from)
            .collect())
    }
}

impl State {
    /// What an agent's message leaves.
    pub(super) fn learn(&mut self, turn: &Turn) {
        if !matches!(turn.input, Input::AgentMessage { .. }) {
            return;
        }
        let (workspace, id) = (&turn.conversation.workspace, &turn.conversation.id);
        let held = &mut self.suggestions;
        held.shown.remove(&(workspace.clone(), id.clone()));
        for outcome in &turn.feedback.outcomes {
            let of = (workspace.clone(), outcome.key.clone(), outcome.intent.clone());
            held.uses.entry(of).or_default().add(outcome.outcome);
        }
        let answer = turn.feedback.answer.iter();
        held.answers
            .extend(answer.map(|answer| (workspace.clone(), answer.clone())));
    }
}
