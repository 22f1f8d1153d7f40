//! The clocks of a conversation: how soon a person should answer, answer again, and be done. Each starts, pauses, goes
//! on and stops; which time counts is told by a [`Pace`]. Knows no policy and writes no event: it says what rings.

use serde::{Deserialize, Serialize};

use crate::domain::agent::Agent;
use crate::domain::conversation::Conversation;
use crate::domain::hours::Pace;
use crate::domain::id::{ConversationId, QueueName, TaskId, WorkspaceId};
use crate::domain::queue::Priority;
use crate::domain::time::{Duration, Timestamp};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From the handoff to the first words of a person.
    FirstResponse,
    /// From a message of the customer's, after that, to the next words of a person.
    NextResponse,
    /// From the handoff to the end, without the time in which the customer is waited for.
    Resolution,
}

impl ClockKind {
    pub const ALL: [Self; 3] = [Self::FirstResponse, Self::NextResponse, Self::Resolution];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::NextResponse => "next_response",
            Self::Resolution => "resolution",
        }
    }
}

/// What a clock is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// Counted time that may pass.
    pub within: Duration,
    /// How much of it is left when it warns; zero: it does not.
    pub warn_before: Duration,
}

/// What rings, and since when it is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ring {
    Warning { due: Timestamp },
    Breach { due: Timestamp },
}

/// One clock. It keeps the target that it started with: whoever is promised an answer is not promised another one later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    within: Duration,
    warn_before: Duration,
    /// Counted before `since`.
    spent: Duration,
    /// Since when it runs; `None` while it pauses.
    since: Option<Timestamp>,
    /// When the target is missed if it runs on; `None` while it pauses.
    pub due: Option<Timestamp>,
    warn_at: Option<Timestamp>,
    pub warned: bool,
    pub breached: bool,
}

impl Clock {
    pub fn start(target: Target, pace: Pace<'_>, now: Timestamp) -> Self {
        let mut clock = Self {
            within: target.within,
            warn_before: target.warn_before,
            spent: Duration::ZERO,
            since: None,
            due: None,
            warn_at: None,
            warned: false,
            breached: false,
        };
        clock.resume(pace, now);
        clock
    }

    /// Pausing twice is harmless.
    pub fn pause(&mut self, pace: Pace<'_>, now: Timestamp) {
        self.spent = self.spent(pace, now);
        (self.since, self.due, self.warn_at) = (None, None, None);
    }

    /// With all that was left. Going on twice is harmless.
    pub fn resume(&mut self, pace: Pace<'_>, now: Timestamp) {
        if self.since.is_some() {
            return;
        }
        let left = self.within.saturating_sub(self.spent).max(Duration::ZERO);
        self.since = Some(now);
        self.due = pace.after(now, left);
        let warned_after = left.saturating_sub(self.warn_before).max(Duration::ZERO);
        self.warn_at = (self.warn_before > Duration::ZERO)
            .then(|| pace.after(now, warned_after))
            .flatten();
    }

    pub fn runs(&self) -> bool {
        self.since.is_some()
    }

    /// Counted so far.
    pub fn spent(&self, pace: Pace<'_>, now: Timestamp) -> Duration {
        let running = self
            .since
            .map_or(Duration::ZERO, |since| pace.between(since, now));
        self.spent.saturating_add(running)
    }

    /// What is to be told by now, each once. Who is late is not warned any more.
    pub fn ring(&mut self, now: Timestamp) -> Option<Ring> {
        let due = self.due?;
        if due <= now && !self.breached {
            (self.warned, self.breached) = (true, true);
            return Some(Ring::Breach { due });
        }
        if self.warn_at.is_some_and(|at| at <= now) && !self.warned {
            self.warned = true;
            return Some(Ring::Warning { due });
        }
        None
    }

    /// When it rings next.
    pub fn rings_at(&self) -> Option<Timestamp> {
        let breach = self.due.filter(|_| !self.breached);
        let warning = self.warn_at.filter(|_| !self.warned);
        breach.into_iter().chain(warning).min()
    }
}

/// The timer that wakes a conversation for its clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    pub timer: TaskId,
    pub at: Timestamp,
}

/// With whom the conversation has spent its time, all of it counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TimeSpent {
    pub bot: Duration,
    /// In a queue.
    pub queue: Duration,
    pub agent: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Clocks {
    pub first_response: Option<Clock>,
    pub next_response: Option<Clock>,
    pub resolution: Option<Clock>,
    /// The queue whose opening hours count.
    pub queue: Option<QueueName>,
    pub alarm: Option<Alarm>,
    pub spent: TimeSpent,
    /// Until when `spent` has been counted.
    pub counted_until: Option<Timestamp>,
}

impl Clocks {
    pub fn get(&self, kind: ClockKind) -> Option<&Clock> {
        match kind {
            ClockKind::FirstResponse => self.first_response.as_ref(),
            ClockKind::NextResponse => self.next_response.as_ref(),
            ClockKind::Resolution => self.resolution.as_ref(),
        }
    }

    pub fn get_mut(&mut self, kind: ClockKind) -> &mut Option<Clock> {
        match kind {
            ClockKind::FirstResponse => &mut self.first_response,
            ClockKind::NextResponse => &mut self.next_response,
            ClockKind::Resolution => &mut self.resolution,
        }
    }

    /// None runs any more, and what rang is forgotten.
    pub fn stop(&mut self) {
        for kind in ClockKind::ALL {
            *self.get_mut(kind) = None;
        }
        self.queue = None;
    }

    /// The soonest of all.
    pub fn rings_at(&self) -> Option<Timestamp> {
        let clocks = ClockKind::ALL.into_iter().filter_map(|kind| self.get(kind));
        clocks.filter_map(Clock::rings_at).min()
    }
}

/// The `data` of `sla.warning` and `sla.breached`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SlaAlert {
    pub conversation_id: ConversationId,
    pub workspace: WorkspaceId,
    pub clock: ClockKind,
    pub due: Timestamp,
    /// The queue it waits in, or came from.
    pub queue: Option<QueueName>,
    /// As it is now: a breach may have raised it.
    pub priority: Priority,
    /// `queue` or `agent`.
    pub owner: &'static str,
    /// Who holds it.
    pub agent: Option<Agent>,
}

impl SlaAlert {
    pub fn new(conversation: &Conversation, clock: ClockKind, due: Timestamp) -> Self {
        Self {
            conversation_id: conversation.id.clone(),
            workspace: conversation.workspace.clone(),
            clock,
            due,
            queue: conversation.clocks.queue.clone(),
            priority: conversation.priority(),
            owner: conversation.owner.as_str(),
            agent: conversation.agent().cloned(),
        }
    }
}
