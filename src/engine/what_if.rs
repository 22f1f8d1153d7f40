//! A turn decided again: on the conversation as it was then, of the same reading, with other thresholds. Nothing of it is
//! written.

use crate::domain::conversation::{Conversation, RECENT_MESSAGES};
use crate::domain::finding::Finding;
use crate::domain::id::ConversationId;
use crate::domain::message::Message;
use crate::domain::reading::Reading;
use crate::domain::task::{Task, Work};
use crate::domain::turn::{Turn, TurnRecord};
use crate::engine::{Engine, EngineError};
use crate::triage::circumstances::Circumstances;
use crate::triage::composer;
use crate::triage::decide::decide_under;

/// Bars in place of the policy's; what is `None` stays. An intent that has a bar of its own keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Thresholds {
    /// `confidence.answer`.
    pub answer: Option<f32>,
    /// `confidence.clarify`.
    pub clarify: Option<f32>,
    /// `match.linked`.
    pub linked: Option<f32>,
    /// `match.unlinked`.
    pub unlinked: Option<f32>,
}

/// What was decided, and what would be.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIf {
    pub was: TurnRecord,
    pub would: Turn,
}

impl WhatIf {
    /// Whether the customer would have seen the same, and the same would have been asked of the company's systems.
    pub fn is_same(&self) -> bool {
        let work = |tasks: &[Task]| -> Vec<Work> { tasks.iter().map(|task| task.work.clone()).collect() };
        self.was.action == self.would.action
            && replies(&self.was.messages).eq(replies(&self.would.messages))
            && self.was.conversation.owner == self.would.conversation.owner
            && work(&self.was.tasks) == work(&self.would.tasks)
    }
}

/// What the bot, or the system, says among these.
pub fn replies(messages: &[Message]) -> impl Iterator<Item = &str> {
    let said = messages.iter().filter(|message| !message.from.is_person());
    said.map(|message| message.text.as_str())
}

impl Engine {
    /// What the policy in service finds in a text that an agent is about to send, in the order of the places.
    pub fn findings(&self, text: &str) -> Vec<Finding> {
        composer::check(text, self.in_service.parts().policy.composer())
    }

    /// Under the policy that is in service. `NotFound` where the conversation has no such turn.
    pub async fn what_if(
        &self,
        id: &ConversationId,
        version: u64,
        thresholds: &Thresholds,
    ) -> Result<WhatIf, EngineError> {
        let turns = self.store.turns(&self.workspace, id).await?;
        let place = turns.iter().position(|turn| turn.conversation.version == version);
        let (earlier, was) = place
            .and_then(|place| Some((turns.get(..place)?, turns.get(place)?)))
            .ok_or(EngineError::NotFound)?;
        let Thresholds {
            answer,
            clarify,
            linked,
            unlinked,
        } = *thresholds;
        let policy = &self.in_service.parts().policy;
        let policy = policy.with_bars(answer, clarify, linked, unlinked);
        let circumstances = Circumstances {
            standing: was.standing.as_ref(),
            switch: &was.switch,
            now: was.conversation.updated_at,
        };
        let reading = was.reading.clone().unwrap_or_else(Reading::default);
        let before = before(earlier, was);
        let would = decide_under(&before, &was.input, &reading, &policy, &circumstances)?;
        Ok(WhatIf {
            was: was.clone(),
            would,
        })
    }
}

/// The conversation as it was before a turn, from the turns that led there.
fn before(earlier: &[TurnRecord], turn: &TurnRecord) -> Conversation {
    let Some(newest) = earlier.last() else {
        let opened = &turn.conversation;
        return Conversation::new(
            opened.workspace.clone(),
            opened.id.clone(),
            opened.customer.clone(),
            opened.created_at,
        );
    };
    let mut messages: Vec<Message> = earlier.iter().flat_map(|turn| turn.messages.clone()).collect();
    let older = messages.len().saturating_sub(RECENT_MESSAGES);
    Conversation {
        messages: messages.split_off(older),
        ..newest.conversation.clone()
    }
}
