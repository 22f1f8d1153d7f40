//! A turn while it is being decided: the conversation as it will be, and what has been said, logged and traced.

use serde_json::Value;

use crate::domain::conversation::Conversation;
use crate::domain::event::{Event, EventData};
use crate::domain::message::{Message, Sender, Source};
use crate::domain::reading::Reading;
use crate::domain::time::Timestamp;
use crate::domain::turn::{Action, Input, Trace, TraceStep, Turn};
use crate::triage::policy::Policy;
use crate::triage::reply::Variables;

pub(crate) struct Draft<'a> {
    pub(crate) conversation: Conversation,
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    before: u64,
    epoch_before: u64,
    messages: Vec<Message>,
    events: Vec<Event>,
    steps: Vec<TraceStep>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(conversation: &Conversation, policy: &'a Policy, now: Timestamp) -> Self {
        Self {
            before: conversation.version,
            epoch_before: conversation.epoch,
            conversation: conversation.clone(),
            policy,
            now,
            messages: Vec::new(),
            events: Vec::new(),
            steps: Vec::new(),
        }
    }

    /// Notes that a rule was considered; returns `fired`, so that a branch can stand on it.
    pub(crate) fn rule(&mut self, rule: &str, inputs: Value, fired: bool) -> bool {
        self.steps.push(TraceStep {
            rule: rule.to_owned(),
            inputs,
            fired,
        });
        fired
    }

    pub(crate) fn message(&mut self, from: Sender, text: String, source: Option<Source>) {
        let seq = self.conversation.last_seq + 1;
        let message = Message {
            id: self.conversation.id.message(seq),
            seq,
            from,
            text,
            at: self.now,
            source,
        };
        self.conversation.push(message.clone());
        self.messages.push(message.clone());
        let (conversation_id, workspace) =
            (self.conversation.id.clone(), self.conversation.workspace.clone());
        self.event(EventData::MessageCreated {
            conversation_id,
            workspace,
            message,
        });
    }

    pub(crate) fn event(&mut self, data: EventData) {
        self.conversation.last_event += 1;
        let id = self.conversation.id.event(self.conversation.last_event);
        self.events.push(Event {
            id,
            at: self.now,
            data,
        });
    }

    /// Says one of the business's lines; a line that is missing or does not render is left out.
    pub(crate) fn say(&mut self, from: Sender, id: &str, variables: Variables<'_>) {
        let customer = self.conversation.customer.name.clone();
        let variables = Variables {
            customer_name: &customer,
            business_name: &self.policy.business().name,
            ..variables
        };
        if let Some(text) = self.policy.replies.say(id, &variables) {
            self.message(from, text, Some(Source::CannedResponse { id: id.to_owned() }));
        }
    }

    pub(crate) fn bot_says(&mut self, id: &str) {
        self.say(Sender::Bot, id, Variables::default());
    }

    pub(crate) fn finish(mut self, action: Action, input: &Input, reading: Option<&Reading>) -> Turn {
        self.conversation.version = self.before + 1;
        self.conversation.updated_at = self.now;
        Turn {
            action,
            before: self.before,
            epoch_before: self.epoch_before,
            conversation: self.conversation,
            messages: self.messages,
            events: self.events,
            input: input.clone(),
            reading: reading.cloned(),
            trace: Trace {
                policy: self.policy.version.clone(),
                steps: self.steps,
            },
        }
    }
}
