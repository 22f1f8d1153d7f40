//! Registered agents of the store in memory.

use async_trait::async_trait;

use crate::domain::id::{AgentId, WorkspaceId};
use crate::domain::presence::{AgentProfile, AgentState, Presence};
use crate::domain::time::Timestamp;
use crate::domain::turn::Turn;
use crate::ports::{Agents, StoreError};
use crate::store::memory::{MemoryStore, State};

#[async_trait]
impl Agents for MemoryStore {
    async fn put_agent(
        &self,
        workspace: &WorkspaceId,
        profile: &AgentProfile,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.state()
            .agents
            .entry((workspace.clone(), profile.agent.id.clone()))
            .or_insert_with(|| AgentState::new(profile.clone(), now))
            .profile
            .clone_from(profile);
        self.wake_followers();
        Ok(())
    }

    async fn set_presence(
        &self,
        workspace: &WorkspaceId,
        id: &AgentId,
        presence: Option<Presence>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        {
            let mut state = self.state();
            let known = state.agents.get_mut(&(workspace.clone(), id.clone()));
            known.ok_or(StoreError::NotFound("agent"))?.hear(presence, now);
        }
        self.wake_followers();
        Ok(())
    }

    async fn agents(&self, workspace: &WorkspaceId) -> Result<Vec<AgentState>, StoreError> {
        let state = self.state();
        let own = state.agents.iter().filter(|((of, _), _)| of == workspace);
        Ok(own
            .map(|((_, id), agent)| AgentState {
                load: state.load(workspace, id),
                ..agent.clone()
            })
            .collect())
    }
}

impl State {
    fn load(&self, workspace: &WorkspaceId, id: &AgentId) -> u32 {
        let conversations = self.conversations.values().map(|history| &history.conversation);
        conversations
            .filter(|conversation| conversation.workspace == *workspace)
            .filter_map(|conversation| conversation.burden())
            .filter(|(agent, _)| *agent == id)
            .map(|(_, units)| units)
            .sum()
    }

    /// Notes the work of an agent; whoever is not registered is not looked at. Of two turns the later decided may be written
    /// first.
    pub(super) fn note_work(&mut self, turn: &Turn) {
        let Some((id, ends)) = turn.input.work() else {
            return;
        };
        let (workspace, at) = (&turn.conversation.workspace, turn.conversation.updated_at);
        if let Some(agent) = self.agents.get_mut(&(workspace.clone(), id.clone())) {
            agent.worked_at = agent.worked_at.max(at);
            if ends {
                agent.ended_at = agent.ended_at.max(Some(at));
            }
        }
    }
}
