//! A conversation and its state machine: one owner at a time, every takeover raises the epoch. `offer` has the rest of
//! it: what is offered, put off and handed back.
//!
//! ```text
//!            hand_off            claim             release / transfer
//!   Bot ───────────────▶ Queue ─────────▶ Agent ────────────────────▶ Queue
//!    ▲  └────────────── claim ─────────────▲ │
//!    └──────────── hand_back ────────────────┘      any owner ─ resolve ─▶ resolved ─ reopen ─▶ Bot
//! ```

use serde::{Deserialize, Serialize};

use crate::domain::agent::Agent;
use crate::domain::csat::Rating;
use crate::domain::flow::Wait;
use crate::domain::handoff::{EarlierConversation, Handoff, Mood};
use crate::domain::id::{ConversationId, QueueName, Resolution, TaskId, Tier, WorkspaceId};
use crate::domain::identity::Identity;
use crate::domain::message::{Message, Sender, Text};
use crate::domain::offer::{Asked, HandedBack, Offer, Snooze};
use crate::domain::personal_data::Masking;
use crate::domain::progress::Progress;
use crate::domain::queue::Priority;
use crate::domain::sentiment::trend;
use crate::domain::sla::Clocks;
use crate::domain::time::Timestamp;
use crate::domain::turn::Refusal;

/// How many messages a loaded conversation carries, newest last: what a decision or a handoff looks at.
pub const RECENT_MESSAGES: usize = 30;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Open,
    Resolved,
}

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Owner {
    Bot,
    Queue {
        queue: QueueName,
        priority: Priority,
        since: Timestamp,
        /// Held out to one agent.
        #[serde(default)]
        offer: Option<Offer>,
        /// Who did not take it in this round.
        #[serde(default)]
        asked: Vec<Asked>,
    },
    Agent {
        agent: Agent,
        since: Timestamp,
        /// What it takes of the agent's capacity.
        #[serde(default = "one_unit")]
        units: u32,
        /// Put off until a time.
        #[serde(default)]
        snooze: Option<Snooze>,
    },
}

/// What a conversation weighs that was taken before there were weights.
fn one_unit() -> u32 {
    1
}

impl Owner {
    /// In a queue, and not offered to anybody yet.
    pub fn waiting(queue: QueueName, priority: Priority, since: Timestamp) -> Self {
        Self::Queue {
            queue,
            priority,
            since,
            offer: None,
            asked: Vec::new(),
        }
    }

    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queue { .. } => "queue",
            Self::Agent { .. } => "agent",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Customer {
    /// The company's own id of the customer; empty for an unknown visitor.
    pub id: String,
    pub name: String,
    /// True only after a proof of identity.
    pub verified: bool,
    /// As whoever vouches for the customer says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
}

impl Customer {
    /// As it may be kept. The id is the company's own key and stays as it is: masked, two customers would be one.
    pub fn masked(&self, masking: &Masking) -> Self {
        Self {
            id: self.id.clone(),
            name: masking.mask(&self.name),
            verified: self.verified,
            tier: self.tier.clone(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    pub workspace: WorkspaceId,
    pub id: ConversationId,
    /// Turns committed; 0 means that the conversation is not stored yet.
    pub version: u64,
    /// Takeovers so far.
    pub epoch: u64,
    pub status: Status,
    pub owner: Owner,
    pub customer: Customer,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// `seq` of the newest message.
    pub last_seq: u64,
    /// Number of the newest event.
    pub last_event: u64,
    /// Number of the newest task.
    #[serde(default)]
    pub last_task: u64,
    pub progress: Progress,
    #[serde(default)]
    pub identity: Identity,
    /// The newest handoff, kept for the agent after the claim.
    pub handoff: Option<Handoff>,
    /// Fires when nobody has accepted the handoff in time; `None` where its queue has no such time.
    #[serde(default)]
    pub acceptance: Option<TaskId>,
    pub rating: Option<Rating>,
    /// Why an agent ended it, where they said so; gone when it reopens.
    #[serde(default)]
    pub resolution: Option<Resolution>,
    #[serde(default)]
    pub clocks: Clocks,
    /// Set while the bot has what an agent gave back to it, and after.
    #[serde(default)]
    pub handed_back: Option<HandedBack>,
    /// The newest [`RECENT_MESSAGES`], oldest first. Kept apart in a store, so not part of the state.
    #[serde(skip)]
    pub messages: Vec<Message>,
    /// Other conversations with the same customer, for whoever writes up a handoff. Not part of the state.
    #[serde(skip)]
    pub earlier: Vec<EarlierConversation>,
}

impl Conversation {
    /// Not stored until a turn on it is committed.
    pub fn new(workspace: WorkspaceId, id: ConversationId, customer: Customer, now: Timestamp) -> Self {
        Self {
            workspace,
            id,
            version: 0,
            epoch: 0,
            status: Status::Open,
            owner: Owner::Bot,
            customer,
            created_at: now,
            updated_at: now,
            last_seq: 0,
            last_event: 0,
            last_task: 0,
            progress: Progress::default(),
            identity: Identity::default(),
            handoff: None,
            acceptance: None,
            rating: None,
            resolution: None,
            clocks: Clocks::default(),
            handed_back: None,
            messages: Vec::new(),
            earlier: Vec::new(),
        }
    }

    /// The messages that wait to be answered as one.
    pub fn gathered(&self) -> Option<Text> {
        let from = self.progress.gathering.as_ref()?.from;
        let waiting = self
            .messages
            .iter()
            .filter(|message| message.seq >= from && message.from == Sender::Customer);
        let lines: Vec<&str> = waiting.map(|message| message.text.as_str()).collect();
        Text::parse(&lines.join("\n")).ok()
    }

    /// `seq` of the first of the customer's messages that nobody, bot or agent, has said anything after.
    pub fn first_unanswered(&self) -> Option<u64> {
        let newest = self.messages.iter().rev();
        let others = newest.filter(|message| message.from != Sender::System);
        let waiting = others.take_while(|message| message.from == Sender::Customer);
        waiting.last().map(|message| message.seq)
    }

    /// The task whose result the bot needs before it can go on; `None` also where it is not the bot's to go on.
    pub fn awaited_task(&self) -> Option<&TaskId> {
        if self.owner != Owner::Bot || self.status == Status::Resolved {
            return None;
        }
        if let Some(gathering) = &self.progress.gathering {
            return Some(&gathering.timer);
        }
        match self.progress.flow.as_ref()?.waits_for.as_ref()? {
            Wait::Task(task) => Some(task),
            Wait::Slot(_) | Wait::Confirmation | Wait::Code => None,
        }
    }

    /// As which it waits, or was handed off.
    pub fn priority(&self) -> Priority {
        let handed_off = || self.handoff.as_ref().map(|handoff| handoff.priority);
        match &self.owner {
            Owner::Queue { priority, .. } => *priority,
            Owner::Bot | Owner::Agent { .. } => handed_off().unwrap_or(Priority::Normal),
        }
    }

    /// A waiting conversation moves up by one; whoever puts it back into a queue puts it back as that.
    pub fn raise_priority(&mut self) {
        if let Owner::Queue { priority, .. } = &mut self.owner {
            *priority = priority.raised();
            if let Some(handoff) = &mut self.handoff {
                handoff.priority = *priority;
            }
        }
    }

    /// The customer's, as far as it was read: of the newest message, and where it is going.
    pub fn mood(&self) -> Option<Mood> {
        let newest = self.progress.mood.map(|sentiment| Mood {
            label: sentiment.label,
            negative: sentiment.negative,
            trend: trend(&self.progress.moods),
        });
        newest.or_else(|| self.handoff.as_ref()?.sentiment.clone())
    }

    /// In which the customer writes (ISO 639-1), where that is beyond doubt.
    pub fn language(&self) -> Option<&str> {
        let handed_off = || self.handoff.as_ref()?.language.as_deref();
        self.progress.language.as_deref().or_else(handed_off)
    }

    /// Who holds it.
    pub fn agent(&self) -> Option<&Agent> {
        match &self.owner {
            Owner::Agent { agent, .. } => Some(agent),
            Owner::Bot | Owner::Queue { .. } => None,
        }
    }

    pub(super) fn take_over(&mut self, owner: Owner) {
        self.owner = owner;
        self.epoch += 1;
    }

    fn must_be_open(&self) -> Result<(), Refusal> {
        if self.status == Status::Resolved {
            Err(Refusal::Resolved)
        } else {
            Ok(())
        }
    }

    /// The bot gives the conversation to the agents' waiting line.
    pub fn hand_off(&mut self, handoff: Handoff) {
        let (queue, priority, since) = (handoff.queue.clone(), handoff.priority, handoff.at);
        self.handoff = Some(handoff);
        self.take_over(Owner::waiting(queue, priority, since));
    }

    /// An agent takes it from the queue or from the bot, also where it is offered to somebody else. Claiming twice is
    /// harmless; taking it from another agent is refused: that is a transfer. It takes `units` of their capacity.
    pub fn claim(&mut self, agent: &Agent, units: u32, now: Timestamp) -> Result<(), Refusal> {
        self.must_be_open()?;
        match &self.owner {
            Owner::Agent { agent: holder, .. } if holder.id == agent.id => Err(Refusal::AlreadyYours),
            Owner::Agent { agent: holder, .. } => Err(Refusal::HeldBy(holder.id.clone())),
            Owner::Bot | Owner::Queue { .. } => {
                self.give_to(agent, units, now);
                Ok(())
            }
        }
    }

    /// A supervisor takes it, whoever has it; the agent who held it until then, if one did.
    pub fn take_from(
        &mut self,
        supervisor: &Agent,
        units: u32,
        now: Timestamp,
    ) -> Result<Option<Agent>, Refusal> {
        self.must_be_open()?;
        let holder = self.agent().cloned();
        if holder.as_ref().is_some_and(|holder| holder.id == supervisor.id) {
            return Err(Refusal::AlreadyYours);
        }
        self.give_to(supervisor, units, now);
        Ok(holder)
    }

    pub(super) fn give_to(&mut self, agent: &Agent, units: u32, now: Timestamp) {
        self.take_over(Owner::Agent {
            agent: agent.clone(),
            since: now,
            units,
            snooze: None,
        });
    }

    /// Whoever writes or acts as an agent must hold the conversation.
    pub fn must_be_held_by(&self, agent: &Agent) -> Result<(), Refusal> {
        self.must_be_open()?;
        match &self.owner {
            Owner::Agent { agent: holder, .. } if holder.id == agent.id => Ok(()),
            Owner::Agent { agent: holder, .. } => Err(Refusal::HeldBy(holder.id.clone())),
            Owner::Bot | Owner::Queue { .. } => Err(Refusal::NotClaimed),
        }
    }

    /// Back to a waiting line: the same as before (`release`) or another (`transfer`), with the place of one who waits since
    /// `since`.
    pub fn requeue(
        &mut self,
        agent: &Agent,
        queue: QueueName,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.must_be_held_by(agent)?;
        self.take_over(Owner::waiting(queue, self.priority(), since));
        self.note_asked(agent, now);
        Ok(())
    }

    pub(super) fn start_over(&mut self) {
        self.progress = Progress::default();
        self.handoff = None;
        self.acceptance = None;
        self.take_over(Owner::Bot);
    }

    pub fn resolve(&mut self) -> Result<(), Refusal> {
        self.must_be_open()?;
        self.status = Status::Resolved;
        Ok(())
    }

    /// The customer writes again after the end: the bot starts over. False when it was open anyway.
    pub fn reopen(&mut self) -> bool {
        let resolved = self.status == Status::Resolved;
        if resolved {
            self.status = Status::Open;
            self.resolution = None;
            self.handed_back = None;
            self.start_over();
        }
        resolved
    }

    pub fn push(&mut self, message: Message) {
        self.last_seq = message.seq;
        self.messages.push(message);
        if self.messages.len() > RECENT_MESSAGES {
            self.messages.remove(0);
        }
    }
}
