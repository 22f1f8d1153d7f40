//! Agents as routing sees them: what they may take, how much at once, whether they are there and what they hold.

use serde::{Deserialize, Serialize};

use crate::domain::agent::Agent;
use crate::domain::id::QueueName;
use crate::domain::time::{Duration, Timestamp};

/// Whether somebody can be offered anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Presence {
    /// Takes offers.
    Online,
    /// There, and takes no more.
    Busy,
    /// Back soon.
    Away,
    /// Writes up what is done; online again at `until`.
    WrapUp {
        until: Timestamp,
    },
    Offline,
}

impl Presence {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Busy => "busy",
            Self::Away => "away",
            Self::WrapUp { .. } => "wrap_up",
            Self::Offline => "offline",
        }
    }
}

/// What a supervisor says of an agent. A list that is empty asks for nothing: all queues, any language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentProfile {
    pub agent: Agent,
    pub skills: Vec<String>,
    /// ISO 639-1.
    pub languages: Vec<String>,
    pub queues: Vec<QueueName>,
    /// Whole units; the policy's weights say how many a conversation takes.
    pub capacity: u32,
}

impl AgentProfile {
    pub fn serves(&self, queue: &QueueName) -> bool {
        self.queues.is_empty() || self.queues.contains(queue)
    }

    pub fn has_skills(&self, skills: &[String]) -> bool {
        skills.iter().all(|skill| self.skills.contains(skill))
    }

    pub fn speaks(&self, language: &str) -> bool {
        self.languages.is_empty() || self.languages.iter().any(|spoken| spoken == language)
    }
}

/// A registered agent, as the store knows them now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentState {
    pub profile: AgentProfile,
    /// As it was said last; [`AgentState::presence_at`] is what holds.
    pub presence: Presence,
    /// The newest heartbeat; of one who said that they go, when they said so: a page that is left open is no sign of life.
    pub seen_at: Timestamp,
    /// When they last did something in a conversation; since then they are idle.
    pub worked_at: Timestamp,
    /// When they last let a conversation go, unless they have said since that they are ready.
    pub ended_at: Option<Timestamp>,
    /// Units of the open conversations that they hold, the snoozed ones aside, and of what is offered to them.
    pub load: u32,
}

/// How long presence holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresenceLimits {
    /// Without a sign of life for longer than this, an agent is offline.
    pub lapse: Duration,
    /// How long whoever let a conversation go is writing up what was done.
    pub wrap_up: Duration,
}

impl AgentState {
    /// Somebody who was registered a moment ago and has not come yet.
    pub fn new(profile: AgentProfile, now: Timestamp) -> Self {
        Self {
            profile,
            presence: Presence::Offline,
            seen_at: now,
            worked_at: now,
            ended_at: None,
            load: 0,
        }
    }

    /// What holds at `now`: a presence lapses without a heartbeat, and a wrap-up ends by itself.
    pub fn presence_at(&self, now: Timestamp, limits: PresenceLimits) -> Presence {
        let silent = now.duration_since(self.seen_at.max(self.worked_at));
        let wraps_up = self
            .ended_at
            .and_then(|ended| ended.checked_add(limits.wrap_up).ok())
            .filter(|until| now < *until);
        match (self.presence, wraps_up) {
            (Presence::Offline, _) => Presence::Offline,
            _ if silent > limits.lapse => Presence::Offline,
            (Presence::WrapUp { until }, _) if now < until => Presence::WrapUp { until },
            (Presence::Online | Presence::WrapUp { .. }, Some(until)) => Presence::WrapUp { until },
            (Presence::Online | Presence::WrapUp { .. }, None) => Presence::Online,
            (Presence::Busy, _) => Presence::Busy,
            (Presence::Away, _) => Presence::Away,
        }
    }

    /// They say `said`, or give a sign of life. Whoever said that they go is seen again only when they say something else.
    pub fn hear(&mut self, said: Option<Presence>, now: Timestamp) {
        let stays_away =
            self.presence == Presence::Offline && said.is_none_or(|said| said == Presence::Offline);
        if !stays_away {
            self.seen_at = self.seen_at.max(now);
        }
        if let Some(presence) = said {
            self.presence = presence;
            self.ended_at = None;
        }
    }

    /// Since when they are not there: since they said so, or since their presence lapsed. What they did in a conversation
    /// after that counts like a heartbeat. `None` for one who is there.
    pub fn offline_since(&self, now: Timestamp, limits: PresenceLimits) -> Option<Timestamp> {
        if self.presence_at(now, limits) != Presence::Offline {
            return None;
        }
        let last = self.seen_at.max(self.worked_at);
        if self.presence == Presence::Offline {
            Some(last)
        } else {
            last.checked_add(limits.lapse).ok()
        }
    }

    /// Units that are free.
    pub fn room(&self) -> u32 {
        self.profile.capacity.saturating_sub(self.load)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::AgentId;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn agent(presence: Presence) -> AgentState {
        let profile = AgentProfile {
            agent: Agent {
                id: AgentId::parse("ana").unwrap(),
                name: String::new(),
            },
            skills: Vec::new(),
            languages: Vec::new(),
            queues: Vec::new(),
            capacity: 3,
        };
        AgentState {
            presence,
            ..AgentState::new(profile, at(0))
        }
    }

    #[test]
    fn presence_lapses_and_wrap_up_ends() {
        let limits = PresenceLimits {
            lapse: Duration::from_secs(90),
            wrap_up: Duration::from_secs(30),
        };
        let is = |agent: &AgentState, second| agent.presence_at(at(second), limits);
        for presence in [Presence::Online, Presence::Busy, Presence::Away] {
            assert_eq!(is(&agent(presence), 90), presence);
            assert_eq!(is(&agent(presence), 91), Presence::Offline);
        }
        let wrapping = agent(Presence::WrapUp { until: at(20) });
        assert_eq!(is(&wrapping, 19), Presence::WrapUp { until: at(20) });
        assert_eq!(is(&wrapping, 20), Presence::Online);

        let worked = AgentState {
            worked_at: at(60),
            ended_at: Some(at(60)),
            ..agent(Presence::Online)
        };
        assert_eq!(is(&worked, 89), Presence::WrapUp { until: at(90) });
        assert_eq!(is(&worked, 90), Presence::Online);
        assert_eq!(is(&worked, 150), Presence::Online, "work is a sign of life");
        assert_eq!(is(&worked, 151), Presence::Offline);
        let away = AgentState {
            presence: Presence::Away,
            ..worked
        };
        assert_eq!(is(&away, 61), Presence::Away);
    }

    #[test]
    fn who_is_not_there_is_so_since_a_moment() {
        let limits = PresenceLimits {
            lapse: Duration::from_secs(90),
            wrap_up: Duration::ZERO,
        };
        let since = |agent: &AgentState, second| agent.offline_since(at(second), limits);
        let online = agent(Presence::Online);
        assert_eq!(since(&online, 90), None);
        assert_eq!(since(&online, 91), Some(at(90)));
        assert_eq!(since(&online, 9_000), Some(at(90)));

        let mut left = online;
        left.hear(Some(Presence::Offline), at(30));
        assert_eq!(since(&left, 30), Some(at(30)));
        left.hear(None, at(45));
        left.hear(Some(Presence::Offline), at(60));
        assert_eq!(
            since(&left, 60),
            Some(at(30)),
            "the page is open, and nobody there"
        );
        left.worked_at = at(70);
        assert_eq!(since(&left, 80), Some(at(70)), "they were at it after all");
        left.hear(Some(Presence::Away), at(85));
        assert_eq!((since(&left, 85), left.seen_at), (None, at(85)));
    }
}
