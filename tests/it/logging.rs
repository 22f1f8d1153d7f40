//! Turns that do nothing but log one event each: what followers of the log need, without a decision.

use firstline::domain::bot::BotSwitch;
use firstline::domain::conversation::{Conversation, Customer};
use firstline::domain::event::{Event, EventData};
use firstline::domain::id::{ConversationId, EventId, WorkspaceId};
use firstline::domain::suggestion::Feedback;
use firstline::domain::turn::{Action, Input, Trace, Turn};
use firstline::ports::Store;
use firstline::{entropy, telemetry};

pub(crate) fn workspace() -> WorkspaceId {
    WorkspaceId::parse("default").expect("an id")
}

/// One conversation, as its only writer sees it.
pub(crate) struct Logger {
    conversation: Conversation,
}

impl Logger {
    pub(crate) fn new(workspace: WorkspaceId) -> Self {
        let (id, now) = (ConversationId::from_random(entropy::bytes()), telemetry::now());
        Self {
            conversation: Conversation::new(workspace, id, Customer::default(), now),
        }
    }

    pub(crate) fn id(&self) -> ConversationId {
        self.conversation.id.clone()
    }

    /// Commits one more `conversation.reopened`, at the time of the real clock.
    pub(crate) async fn log(&mut self, store: &dyn Store) -> EventId {
        let (before, epoch_before) = (self.conversation.version, self.conversation.epoch);
        self.conversation.version += 1;
        self.conversation.last_event += 1;
        let id = self.conversation.id.event(self.conversation.last_event);
        let data = EventData::ConversationReopened {
            conversation_id: self.conversation.id.clone(),
            workspace: self.conversation.workspace.clone(),
            epoch: epoch_before,
        };
        let turn = Turn {
            action: Action::Record,
            before,
            epoch_before,
            conversation: self.conversation.clone(),
            messages: Vec::new(),
            events: vec![Event {
                id: id.clone(),
                at: telemetry::now(),
                data,
            }],
            tasks: Vec::new(),
            feedback: Feedback::default(),
            input: Input::Opened,
            reading: None,
            standing: None,
            switch: BotSwitch::default(),
            waited: None,
            trace: Trace::default(),
        };
        store.commit(&turn, None).await.expect("the turn is committed");
        id
    }
}
