//! Figures of the store in memory: those of each conversation and message, added up when they are asked for.

use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::domain::alert::Alert;
use crate::domain::event::Event;
use crate::domain::figures::{
    ConversationFigures, DAY_HOURS, Day, Lateness, MOOD_HOURS, MessageFigures, Messages, Open, Wall,
    hours_before,
};
use crate::domain::id::{ConversationId, WorkspaceId};
use crate::domain::time::Timestamp;
use crate::domain::turn::Turn;
use crate::ports::{Agents, Conversations, Figures, StoreError};
use crate::store::memory::{MemoryStore, State, log_entry};

/// What the store in memory has counted.
#[derive(Debug, Default)]
pub(super) struct Held {
    conversations: BTreeMap<(WorkspaceId, ConversationId), ConversationFigures>,
    messages: Vec<(WorkspaceId, MessageFigures)>,
    alerts: BTreeMap<WorkspaceId, Vec<Alert>>,
}

#[async_trait]
impl Figures for MemoryStore {
    async fn wall(&self, workspace: &WorkspaceId, now: Timestamp) -> Result<Wall, StoreError> {
        let (lines, agents) = (
            self.waiting_lines(workspace).await?,
            self.agents(workspace).await?,
        );
        let state = self.state();
        Ok(Wall {
            lines,
            open: state.figures.open(workspace),
            messages: state.figures.messages(workspace, hours_before(now, MOOD_HOURS)),
            day: state.figures.day(workspace, hours_before(now, DAY_HOURS)),
            agents,
        })
    }

    async fn messages_since(
        &self,
        workspace: &WorkspaceId,
        since: Timestamp,
    ) -> Result<Messages, StoreError> {
        Ok(self.state().figures.messages(workspace, since))
    }

    async fn alerts(&self, workspace: &WorkspaceId) -> Result<Vec<Alert>, StoreError> {
        let state = self.state();
        Ok(state.figures.alerts.get(workspace).cloned().unwrap_or_default())
    }

    async fn set_alerts(
        &self,
        workspace: &WorkspaceId,
        alerts: &[Alert],
        events: &[Event],
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let places = state.events.len() + 1..;
        let entries = places
            .zip(events)
            .map(|(place, event)| log_entry(place, None, event));
        let entries = entries.collect::<Result<Vec<_>, _>>()?;
        state.log(workspace, entries);
        state.figures.alerts.insert(workspace.clone(), alerts.to_vec());
        self.position.send_replace(state.events.len() as u64);
        Ok(())
    }
}

impl State {
    /// What a turn leaves.
    pub(super) fn count(&mut self, turn: &Turn) {
        let conversation = &turn.conversation;
        let of = (conversation.workspace.clone(), conversation.id.clone());
        let held = self.figures.conversations.entry(of).or_default();
        *held = ConversationFigures::of(turn).after(held);
        let message = MessageFigures::of(turn);
        let messages = &mut self.figures.messages;
        messages.extend(message.map(|message| (conversation.workspace.clone(), message)));
    }
}

impl Held {
    fn of<'s>(&'s self, workspace: &'s WorkspaceId) -> impl Iterator<Item = &'s ConversationFigures> {
        let conversations = self.conversations.iter();
        conversations
            .filter(move |((of, _), _)| of == workspace)
            .map(|(_, figures)| figures)
    }

    fn open(&self, workspace: &WorkspaceId) -> Open {
        let mut open = Open::default();
        for figures in self.of(workspace) {
            match figures.open_with {
                Some("bot") => open.bot += 1,
                Some("queue") => open.queue += 1,
                Some(_) => open.agent += 1,
                None => continue,
            }
            open.at_risk += u64::from(figures.late == Some(Lateness::AtRisk));
            open.breached += u64::from(figures.late == Some(Lateness::Breached));
        }
        open
    }

    fn messages(&self, workspace: &WorkspaceId, since: Timestamp) -> Messages {
        let mut counted = Messages::default();
        let messages = self.messages.iter();
        for (_, message) in messages.filter(|(of, message)| of == workspace && message.at > since) {
            counted.add(message);
        }
        counted
    }

    fn day(&self, workspace: &WorkspaceId, since: Timestamp) -> Day {
        let mut day = Day::default();
        let later = |at: Option<Timestamp>| at.is_some_and(|at| at > since);
        for figures in self.of(workspace) {
            if later(figures.asked_at) {
                day.conversations += 1;
                day.handed_off += u64::from(figures.with_people);
            }
            day.resolved += u64::from(later(figures.resolved_at));
            if let Some((at, score)) = figures.rated
                && at > since
            {
                day.rated += 1;
                day.score_sum += u64::from(score);
            }
        }
        day
    }
}
