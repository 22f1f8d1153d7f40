//! The wall, its alerts and the queues on the wire. Never shown to customers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::alert::Alert;
use crate::domain::figures::Wall;
use crate::domain::presence::{AgentState, Presence, PresenceLimits};
use crate::domain::queue::{QueueProfile, WaitingLine};
use crate::domain::time::Timestamp;

/// Who waits in one queue.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueLineView {
    queue: String,
    waiting: u64,
    /// Absent where nobody waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_since: Option<Timestamp>,
    /// Whether it is open now, by its hours.
    open: bool,
}

impl QueueLineView {
    /// A queue that is gone from the policy has no hours, and is open.
    pub(crate) fn new(name: &str, line: Option<&WaitingLine>, open: bool) -> Self {
        Self {
            queue: name.to_owned(),
            waiting: line.map_or(0, |line| line.waiting),
            oldest_since: line.map(|line| line.oldest),
            open,
        }
    }
}

/// Who waits in all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaitingView {
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_since: Option<Timestamp>,
    by_queue: Vec<QueueLineView>,
}

/// Open conversations whose clocks have rung.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LateView {
    /// An answer is due soon.
    at_risk: u64,
    /// A target is missed.
    breached: u64,
}

/// Customers' messages of the last hour.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeelingView {
    messages: u64,
    /// Of them, 0 to 1: those that are unhappy with the company; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    negative_share: Option<f64>,
}

/// Conversations whose customer first wrote in the last 24 hours.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BotShareView {
    conversations: u64,
    /// No queue and no agent has had them so far.
    contained: u64,
    handed_off: u64,
    /// `contained` of `conversations`, 0 to 1; absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<f64>,
}

/// Registered agents, by what they are now.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct PresencesView {
    online: u64,
    busy: u64,
    away: u64,
    wrap_up: u64,
    offline: u64,
}

impl PresencesView {
    pub(crate) fn new(agents: &[AgentState], now: Timestamp, limits: PresenceLimits) -> Self {
        let mut counted = Self::default();
        for agent in agents {
            let place = match agent.presence_at(now, limits) {
                Presence::Online => &mut counted.online,
                Presence::Busy => &mut counted.busy,
                Presence::Away => &mut counted.away,
                Presence::WrapUp { .. } => &mut counted.wrap_up,
                Presence::Offline => &mut counted.offline,
            };
            *place += 1;
        }
        counted
    }
}

/// Open conversations, by who has them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpenView {
    bot: u64,
    queue: u64,
    agent: u64,
}

/// Ratings of the last 24 hours.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RatingsView {
    count: u64,
    /// 1 (bad) to 5 (good); absent without any.
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<f64>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WallView {
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    waiting: WaitingView,
    sla: LateView,
    mood: FeelingView,
    bot: BotShareView,
    agents: PresencesView,
    open: OpenView,
    /// Resolved in the last 24 hours, and still.
    resolved_24h: u64,
    csat_24h: RatingsView,
    alerts: Vec<AlertView>,
}

impl WallView {
    pub(crate) fn new(
        wall: &Wall,
        by_queue: Vec<QueueLineView>,
        agents: PresencesView,
        alerts: &[Alert],
        at: Timestamp,
    ) -> Self {
        let (open, messages, day) = (&wall.open, &wall.messages, &wall.day);
        let contained = day.conversations.saturating_sub(day.handed_off);
        Self {
            at,
            waiting: WaitingView {
                count: wall.lines.iter().map(|line| line.waiting).sum(),
                oldest_since: wall.lines.iter().map(|line| line.oldest).min(),
                by_queue,
            },
            sla: LateView {
                at_risk: open.at_risk,
                breached: open.breached,
            },
            mood: FeelingView {
                messages: messages.count,
                negative_share: share(messages.negative, messages.count),
            },
            bot: BotShareView {
                conversations: day.conversations,
                contained,
                handed_off: day.handed_off,
                share: share(contained, day.conversations),
            },
            agents,
            open: OpenView {
                bot: open.bot,
                queue: open.queue,
                agent: open.agent,
            },
            resolved_24h: day.resolved,
            csat_24h: RatingsView {
                count: day.rated,
                mean: share(day.score_sum, day.rated),
            },
            alerts: alerts.iter().map(AlertView::from).collect(),
        }
    }
}

/// `None` of none.
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// One that is raised.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlertView {
    /// As the policy calls it.
    name: String,
    /// `negative_share`, `out_of_scope_share`, `unavailable_share`, `waiting` or `oldest_wait` (in minutes).
    measure: &'static str,
    /// What was measured when it was raised.
    value: f64,
    above: f64,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl From<&Alert> for AlertView {
    fn from(alert: &Alert) -> Self {
        Self {
            name: alert.name.clone(),
            measure: alert.measure.as_str(),
            value: alert.value,
            above: alert.above,
            since: alert.since,
        }
    }
}

/// A queue as the policy has it, and who waits in it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueView {
    name: String,
    intents: Vec<String>,
    /// An agent needs all of them.
    skills: Vec<String>,
    /// ISO 639-1; an agent needs one of them.
    languages: Vec<String>,
    /// The name of its calendar; absent: always open.
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<String>,
    open: bool,
    waiting: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest_since: Option<Timestamp>,
    /// What becomes of its handoffs while nobody is there: `wait`, `message`, `callback` or `bot`.
    fallback: &'static str,
}

impl QueueView {
    pub(crate) fn new(profile: QueueProfile, line: Option<&WaitingLine>) -> Self {
        Self {
            name: profile.name.to_string(),
            intents: profile.intents.iter().map(ToString::to_string).collect(),
            skills: profile.skills,
            languages: profile.languages,
            hours: profile.hours,
            open: profile.open,
            waiting: line.map_or(0, |line| line.waiting),
            oldest_since: line.map(|line| line.oldest),
            fallback: profile.fallback.as_str(),
        }
    }
}
