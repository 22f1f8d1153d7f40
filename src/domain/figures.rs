//! What a workspace looks like in figures: what each turn leaves for them, and what they add up to. Knows neither how they
//! are kept nor how they are shown.

use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::intent::Intent;
use crate::domain::presence::AgentState;
use crate::domain::queue::WaitingLine;
use crate::domain::reading::Reading;
use crate::domain::sentiment::SentimentLabel;
use crate::domain::sla::ClockKind;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::{Input, Turn};

/// How far back messages count for the mood on the wall, in hours.
pub const MOOD_HOURS: i64 = 1;

/// How far back everything else counts, in hours; messages are kept in the figures no longer than this.
pub const DAY_HOURS: i64 = 24;

/// The moment so many hours before `now`: what happened later counts.
pub fn hours_before(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_sub(Duration::from_hours(hours))
        .unwrap_or(Timestamp::MIN)
}

/// How the clocks of an open conversation stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lateness {
    /// An answer is due soon: one has warned, none is missed.
    AtRisk,
    /// At least one target is missed.
    Breached,
}

impl Lateness {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtRisk => "at_risk",
            Self::Breached => "breached",
        }
    }

    /// `None` where nothing runs late.
    pub fn of(conversation: &Conversation) -> Option<Self> {
        let clocks = ClockKind::ALL
            .into_iter()
            .filter_map(|kind| conversation.clocks.get(kind));
        let (mut warned, mut breached) = (false, false);
        for clock in clocks {
            warned |= clock.warned;
            breached |= clock.breached;
        }
        if conversation.status == Status::Resolved {
            None
        } else if breached {
            Some(Self::Breached)
        } else {
            warned.then_some(Self::AtRisk)
        }
    }
}

/// One conversation, as far as figures go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConversationFigures {
    /// When the customer first wrote.
    pub asked_at: Option<Timestamp>,
    /// Whether a queue or an agent has ever had it.
    pub with_people: bool,
    /// `bot`, `queue` or `agent`, while it is open.
    pub open_with: Option<&'static str>,
    pub late: Option<Lateness>,
    /// While it is resolved.
    pub resolved_at: Option<Timestamp>,
    /// The newest rating.
    pub rated: Option<(Timestamp, u8)>,
}

impl ConversationFigures {
    /// Of this turn alone. A store joins them to those of the turns before: the first time of asking and of the end stay.
    pub fn of(turn: &Turn) -> Self {
        let (conversation, at) = (&turn.conversation, turn.conversation.updated_at);
        let open = conversation.status == Status::Open;
        let rating = conversation.rating.as_ref();
        Self {
            asked_at: matches!(turn.input, Input::CustomerMessage { .. }).then_some(at),
            with_people: conversation.owner != Owner::Bot,
            open_with: open.then(|| conversation.owner.as_str()),
            late: Lateness::of(conversation),
            resolved_at: (!open).then_some(at),
            rated: match &turn.input {
                Input::Rated { .. } => rating.map(|rating| (at, rating.score)),
                Input::Opened
                | Input::CustomerMessage { .. }
                | Input::AgentMessage { .. }
                | Input::AgentAction { .. }
                | Input::Note { .. }
                | Input::Offered { .. }
                | Input::AgentGone { .. }
                | Input::LookupDone { .. }
                | Input::CodeSent { .. }
                | Input::TimerFired { .. } => None,
            },
        }
    }

    /// Joined to what was before.
    pub fn after(self, before: &Self) -> Self {
        Self {
            asked_at: before.asked_at.or(self.asked_at),
            with_people: before.with_people || self.with_people,
            open_with: self.open_with,
            late: self.late,
            resolved_at: self.resolved_at.map(|at| before.resolved_at.unwrap_or(at)),
            rated: self.rated.or(before.rated),
        }
    }
}

/// One message of a customer's, as far as figures go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageFigures {
    pub at: Timestamp,
    pub negative: bool,
    pub out_of_scope: bool,
    /// It could not be read.
    pub unavailable: bool,
}

impl MessageFigures {
    /// `None` for a turn that is not a customer's message.
    pub fn of(turn: &Turn) -> Option<Self> {
        let reading = turn.reading.as_ref()?;
        let wrote = matches!(turn.input, Input::CustomerMessage { .. });
        wrote.then(|| Self::read(turn.conversation.updated_at, reading))
    }

    fn read(at: Timestamp, reading: &Reading) -> Self {
        let mood = reading.sentiment.map(|sentiment| sentiment.label);
        Self {
            at,
            negative: mood == Some(SentimentLabel::Negative),
            out_of_scope: reading.top().is_some_and(|top| top.name.is(Intent::OUT_OF_SCOPE)),
            unavailable: reading.fault.is_some(),
        }
    }
}

/// Customers' messages of a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Messages {
    pub count: u64,
    pub negative: u64,
    pub out_of_scope: u64,
    pub unavailable: u64,
}

impl Messages {
    pub fn add(&mut self, message: &MessageFigures) {
        self.count += 1;
        self.negative += u64::from(message.negative);
        self.out_of_scope += u64::from(message.out_of_scope);
        self.unavailable += u64::from(message.unavailable);
    }
}

/// Open conversations, by who has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Open {
    pub bot: u64,
    pub queue: u64,
    pub agent: u64,
    /// Of all of them.
    pub at_risk: u64,
    pub breached: u64,
}

/// Of the last [`DAY_HOURS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Day {
    /// Whose customer first wrote in it.
    pub conversations: u64,
    /// Those of them that a queue or an agent has ever had.
    pub handed_off: u64,
    /// Resolved in it, and still.
    pub resolved: u64,
    /// Conversations whose newest rating was given in it, and the sum of those scores.
    pub rated: u64,
    pub score_sum: u64,
}

/// All that the wall shows, of one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wall {
    /// Every queue in which somebody waits, by name.
    pub lines: Vec<WaitingLine>,
    pub open: Open,
    /// Of the last [`MOOD_HOURS`].
    pub messages: Messages,
    pub day: Day,
    /// By id.
    pub agents: Vec<AgentState>,
}
