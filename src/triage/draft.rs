//! A turn while it is being decided: the conversation as it will be, and what has been said, logged and traced.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::domain::bot::BotSwitch;
use crate::domain::conversation::{Conversation, Owner};
use crate::domain::event::{Event, EventData};
use crate::domain::hours::Hours;
use crate::domain::id::TaskId;
use crate::domain::message::{Message, Sender, Source};
use crate::domain::progress::Heard;
use crate::domain::reading::Reading;
use crate::domain::standing::{Standing, Waited};
use crate::domain::suggestion::Feedback;
use crate::domain::task::{Task, Work};
use crate::domain::time::Timestamp;
use crate::domain::turn::{Action, Input, Trace, TraceStep, Turn};
use crate::triage::circumstances::Circumstances;
use crate::triage::handoff::sure_language;
use crate::triage::policy::Policy;
use crate::triage::reply::Variables;
use crate::triage::{sla, words};

pub(crate) struct Draft<'a> {
    pub(crate) conversation: Conversation,
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    /// How the line stands for this conversation; `None` where nobody has looked.
    pub(crate) standing: Option<&'a Standing>,
    pub(crate) switch: &'a BotSwitch,
    /// Whose wait ends with this turn.
    pub(crate) waited: Option<Waited>,
    before: &'a Conversation,
    messages: Vec<Message>,
    events: Vec<Event>,
    tasks: Vec<Task>,
    steps: Vec<TraceStep>,
    /// Of an agent's message.
    pub(crate) feedback: Feedback,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(
        conversation: &'a Conversation,
        policy: &'a Policy,
        circumstances: &Circumstances<'a>,
    ) -> Self {
        let Circumstances {
            standing,
            switch,
            now,
        } = *circumstances;
        Self {
            before: conversation,
            conversation: conversation.clone(),
            policy,
            now,
            standing,
            switch,
            waited: None,
            messages: Vec::new(),
            events: Vec::new(),
            tasks: Vec::new(),
            steps: Vec::new(),
            feedback: Feedback::default(),
        }
    }

    /// The conversation as it was.
    pub(crate) fn before(&self) -> &'a Conversation {
        self.before
    }

    /// The time on the wall of the business.
    pub(crate) fn on_the_wall(&self) -> DateTime {
        self.policy.business().time_zone.to_datetime(self.now)
    }

    /// What was read of the newest message.
    pub(crate) fn hear(&mut self, reading: &Reading) {
        let entities = reading.entities.iter();
        let heard = Heard {
            seq: self.conversation.last_seq,
            intent: reading.top().cloned(),
            negative: reading.sentiment.map_or(0.0, |sentiment| sentiment.negative),
            entities: entities.map(|entity| entity.value.clone()).collect(),
        };
        let progress = &mut self.conversation.progress;
        progress.hear(heard);
        progress.mood = reading.sentiment.or(progress.mood);
        if let Some(language) = sure_language(reading) {
            progress.language = Some(language.to_owned());
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

    /// What a rule that fired had looked at.
    pub(crate) fn fired(&self, rule: &str) -> Option<&Value> {
        let step = self.steps.iter().rfind(|step| step.fired && step.rule == rule);
        step.map(|step| &step.inputs)
    }

    pub(crate) fn message(&mut self, from: Sender, text: String, source: Option<Source>) {
        self.message_with(from, text, source, Vec::new());
    }

    pub(crate) fn newest_message(&self) -> Option<&Message> {
        self.messages.last()
    }

    /// A line of the business's that is rendered already, with answers to tap.
    pub(crate) fn line(&mut self, from: Sender, id: &str, text: String, buttons: Vec<String>) {
        self.message_with(
            from,
            text,
            Some(Source::CannedResponse { id: id.to_owned() }),
            buttons,
        );
    }

    fn message_with(&mut self, from: Sender, text: String, source: Option<Source>, buttons: Vec<String>) {
        let seq = self.conversation.last_seq + 1;
        let message = Message {
            id: self.conversation.id.message(seq),
            seq,
            from,
            text,
            at: self.now,
            source,
            buttons,
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

    /// To be done outside when the time has come and this turn is on disk.
    pub(crate) fn task(&mut self, work: Work, due_at: Timestamp) -> TaskId {
        self.conversation.last_task += 1;
        let id = self.conversation.id.task(self.conversation.last_task);
        self.tasks.push(Task {
            id: id.clone(),
            due_at,
            work,
        });
        id
    }

    /// Whether the bot has said anything in this turn.
    pub(crate) fn bot_spoke(&self) -> bool {
        self.messages.iter().any(|message| message.from == Sender::Bot)
    }

    /// Says one of the business's lines; a line that is missing or does not render is left out.
    pub(crate) fn say(&mut self, from: Sender, id: &str, variables: Variables<'_>) {
        if let Some(text) = self.rendered(id, variables) {
            self.line(from, id, text, Vec::new());
        }
    }

    fn rendered(&self, id: &str, variables: Variables<'_>) -> Option<String> {
        let standing = self.standing;
        let position = standing.map_or(String::new(), |line| line.ahead.saturating_add(1).to_string());
        let expected = standing.and_then(|line| line.expected_wait);
        let opens_at = standing.and_then(|line| line.opens_at);
        let variables = Variables {
            position: &position,
            wait: &expected.map_or(String::new(), words::wait),
            opens_at: &opens_at.map_or(String::new(), |at| words::moment(at, self.now, self.zone())),
            customer_name: &self.conversation.customer.name,
            business_name: &self.policy.business().name,
            ..variables
        };
        self.policy.replies.say(id, &variables)
    }

    /// On whose clock a waiting customer is told when it opens: that of the queue's hours.
    fn zone(&self) -> &TimeZone {
        let held_back = self.conversation.progress.deferred.as_ref();
        let queue = match &self.conversation.owner {
            Owner::Queue { queue, .. } => Some(queue),
            Owner::Bot | Owner::Agent { .. } => held_back.map(|deferred| &deferred.handoff.queue),
        };
        let hours = queue.and_then(|queue| self.policy.hours_of(queue));
        hours.map_or(&self.policy.business().time_zone, Hours::zone)
    }

    /// The text of one of the bot's lines, for a button.
    pub(crate) fn text_of(&self, id: &str) -> Option<String> {
        self.rendered(id, Variables::default())
    }

    /// One of the bot's lines, with answers to tap.
    pub(crate) fn bot_asks(&mut self, id: &str, buttons: Vec<String>) {
        if let Some(text) = self.text_of(id) {
            self.line(Sender::Bot, id, text, buttons);
        }
    }

    pub(crate) fn bot_says(&mut self, id: &str) {
        self.say(Sender::Bot, id, Variables::default());
    }

    pub(crate) fn finish(mut self, action: Action, input: &Input, reading: Option<&Reading>) -> Turn {
        sla::advance(&mut self, input);
        self.conversation.version = self.before.version + 1;
        self.conversation.updated_at = self.now;
        Turn {
            action,
            before: self.before.version,
            epoch_before: self.before.epoch,
            conversation: self.conversation,
            messages: self.messages,
            events: self.events,
            tasks: self.tasks,
            feedback: self.feedback,
            input: input.clone(),
            reading: reading.cloned(),
            standing: self.standing.cloned(),
            switch: self.switch.clone(),
            waited: self.waited,
            trace: Trace {
                policy: self.policy.version.clone(),
                steps: self.steps,
            },
        }
    }
}
