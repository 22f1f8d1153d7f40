//! What routing adds to the state machine of owners: a waiting conversation is offered to one agent at a time, a held one
//! can be put off or be left by whoever holds it, and one that went back to the bot says so. Must not know who is chosen, or
//! why.
//!
//! ```text
//!   Queue ── offer ──▶ Queue, offered ── accept ──▶ Agent ── snooze ──▶ Agent, snoozed
//!     ▲                    │                          ▲                     │
//!     └─ decline, time out ┘                          └─ time, or a message ┘
//! ```

use serde::{Deserialize, Serialize};

use crate::domain::agent::Agent;
use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::handoff::Reason;
use crate::domain::id::{AgentId, TaskId};
use crate::domain::message::Sender;
use crate::domain::time::Timestamp;
use crate::domain::turn::Refusal;

/// How often agents may hand one conversation back to the bot before somebody has to see it through.
pub const HAND_BACKS_MAX: u32 = 3;

/// A waiting conversation is held out to one agent, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub agent: Agent,
    /// From then on it cannot be accepted any more.
    pub until: Timestamp,
    /// Fires at `until`. It is written with the offer, so that there is no offer without an end.
    pub timer: TaskId,
    /// What it takes of the agent's capacity, already now.
    pub units: u32,
}

/// Who was offered a conversation and did not take it, or has let it go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    pub agent: AgentId,
    pub at: Timestamp,
}

/// A held conversation that waits for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snooze {
    pub until: Timestamp,
    /// Fires at `until`.
    pub timer: TaskId,
}

/// An agent gave the conversation back to the bot: the mark that keeps it from going to and fro for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedBack {
    pub agent: Agent,
    pub at: Timestamp,
    /// Why the bot had given it away.
    pub reasons: Vec<Reason>,
    /// How often so far, since it was opened or reopened.
    pub times: u32,
    /// Whether the bot has made use of it: it asks once instead of giving up for the same reasons.
    pub spent: bool,
}

impl HandedBack {
    /// Whether these reasons are what the agent has just judged to be no case for people. What a customer wants, feels
    /// or must be protected from never is.
    pub fn covers(&self, reasons: &[Reason]) -> bool {
        !self.spent
            && reasons
                .iter()
                .all(|reason| is_the_bots_own(*reason) && self.reasons.contains(reason))
    }
}

/// Whether the reason says no more than that the bot did not know how to go on.
fn is_the_bots_own(reason: Reason) -> bool {
    match reason {
        Reason::LowConfidence
        | Reason::NoAnswer
        | Reason::OutOfScope
        | Reason::RepeatedFailure
        | Reason::TurnLimit => true,
        Reason::Urgent
        | Reason::AskedForHuman
        | Reason::SensitiveTopic
        | Reason::NegativeSentiment
        | Reason::UnsupportedLanguage
        | Reason::Unavailable
        | Reason::Policy
        | Reason::VerificationFailed
        | Reason::LookupFailed => false,
    }
}

impl Conversation {
    /// Whom it keeps busy, and with how many units: its holder unless it is snoozed, or whom it is offered to.
    pub fn burden(&self) -> Option<(&AgentId, u32)> {
        match (&self.owner, self.status) {
            (
                Owner::Agent {
                    agent,
                    units,
                    snooze: None,
                    ..
                },
                Status::Open,
            ) => Some((&agent.id, *units)),
            (
                Owner::Queue {
                    offer: Some(offer), ..
                },
                Status::Open,
            ) => Some((&offer.agent.id, offer.units)),
            (Owner::Bot | Owner::Queue { .. } | Owner::Agent { .. }, _) => None,
        }
    }

    /// Whether its holder has put it off.
    pub fn is_snoozed(&self) -> bool {
        matches!(&self.owner, Owner::Agent { snooze, .. } if snooze.is_some())
    }

    /// Whether an offer to anybody is possible now.
    pub fn must_be_unoffered(&self) -> Result<(), Refusal> {
        match (&self.owner, self.status) {
            (_, Status::Resolved) => Err(Refusal::Resolved),
            (Owner::Queue { offer: None, .. }, Status::Open) => Ok(()),
            (
                Owner::Queue {
                    offer: Some(offer), ..
                },
                Status::Open,
            ) => Err(Refusal::OfferedTo(offer.agent.id.clone())),
            (Owner::Agent { agent, .. }, Status::Open) => Err(Refusal::HeldBy(agent.id.clone())),
            (Owner::Bot, Status::Open) => Err(Refusal::NotWaiting),
        }
    }

    /// Who is asked a second time begins another round, in which everybody can be asked again.
    pub fn offer(&mut self, new: Offer) -> Result<(), Refusal> {
        self.must_be_unoffered()?;
        if let Owner::Queue { offer, asked, .. } = &mut self.owner {
            if asked.iter().any(|asked| asked.agent == new.agent.id) {
                asked.clear();
            }
            *offer = Some(new);
        }
        Ok(())
    }

    pub fn accept(&mut self, agent: &Agent, now: Timestamp) -> Result<(), Refusal> {
        let units = self.offered_to(agent, now)?.units;
        self.give_to(agent, units, now);
        Ok(())
    }

    pub fn decline(&mut self, agent: &Agent, now: Timestamp) -> Result<(), Refusal> {
        self.offered_to(agent, now)?;
        self.withdraw(now);
        Ok(())
    }

    fn offered_to(&self, agent: &Agent, now: Timestamp) -> Result<&Offer, Refusal> {
        if self.status == Status::Resolved {
            return Err(Refusal::Resolved);
        }
        match &self.owner {
            Owner::Queue {
                offer: Some(offer), ..
            } if offer.agent.id == agent.id && now < offer.until => Ok(offer),
            Owner::Agent { agent: holder, .. } if holder.id == agent.id => Err(Refusal::AlreadyYours),
            Owner::Agent { agent: holder, .. } => Err(Refusal::HeldBy(holder.id.clone())),
            Owner::Bot | Owner::Queue { .. } => Err(Refusal::NotOffered),
        }
    }

    /// The offer ends that this timer belongs to; whom it was made to. `None` when it has ended otherwise.
    pub fn time_out(&mut self, timer: &TaskId, now: Timestamp) -> Option<Agent> {
        let open = self.status == Status::Open;
        match &self.owner {
            Owner::Queue {
                offer: Some(offer), ..
            } if open && offer.timer == *timer => self.withdraw(now),
            Owner::Bot | Owner::Queue { .. } | Owner::Agent { .. } => None,
        }
    }

    fn withdraw(&mut self, now: Timestamp) -> Option<Agent> {
        let Owner::Queue { offer, .. } = &mut self.owner else {
            return None;
        };
        let agent = offer.take()?.agent;
        self.note_asked(&agent, now);
        Some(agent)
    }

    /// They are not asked again before everybody else was.
    pub(super) fn note_asked(&mut self, agent: &Agent, now: Timestamp) {
        if let Owner::Queue { asked, .. } = &mut self.owner {
            asked.retain(|asked| asked.agent != agent.id);
            asked.push(Asked {
                agent: agent.id.clone(),
                at: now,
            });
        }
    }

    /// Put off by its holder: it is no load until it comes back.
    pub fn snooze(&mut self, agent: &Agent, put_off: Snooze) -> Result<(), Refusal> {
        self.must_be_held_by(agent)?;
        if let Owner::Agent { snooze, .. } = &mut self.owner {
            *snooze = Some(put_off);
        }
        Ok(())
    }

    /// It comes back to its holder, who is returned; `None` when it was not put off.
    pub fn wake(&mut self) -> Option<Agent> {
        match &mut self.owner {
            Owner::Agent { agent, snooze, .. } if self.status == Status::Open => {
                snooze.take().map(|_| agent.clone())
            }
            Owner::Bot | Owner::Queue { .. } | Owner::Agent { .. } => None,
        }
    }

    /// The same, where this is the timer that it waits for.
    pub fn wake_at(&mut self, timer: &TaskId) -> Option<Agent> {
        match &self.owner {
            Owner::Agent {
                snooze: Some(snooze), ..
            } if snooze.timer == *timer => self.wake(),
            Owner::Bot | Owner::Queue { .. } | Owner::Agent { .. } => None,
        }
    }

    /// Since when the customer waits for the agent who holds it: since the first of their messages that no agent has written
    /// after, or since the handoff, where that came later. `None` where an agent wrote last, or no agent holds it.
    pub fn owed_since(&self) -> Option<Timestamp> {
        let Owner::Agent { since: taken, .. } = &self.owner else {
            return None;
        };
        // What the bot and the system said meanwhile is not what is waited for.
        let newest_first = self.messages.iter().rev();
        let by_people = newest_first.filter(|message| message.from.is_person());
        let unanswered = by_people.take_while(|message| message.from == Sender::Customer);
        let first = unanswered.last()?.at;
        let with_people = self.handoff.as_ref().map_or(*taken, |handoff| handoff.at);
        Some(first.max(with_people))
    }

    /// The same for an agent who is not there since `gone_since`. Refused where they hold it no more, took it after that, have
    /// put it off, or are not waited for.
    pub fn left_waiting(&self, agent: &Agent, gone_since: Timestamp) -> Result<Timestamp, Refusal> {
        self.must_be_held_by(agent)?;
        let is_left = match &self.owner {
            Owner::Agent {
                since, snooze: None, ..
            } => *since <= gone_since,
            Owner::Bot | Owner::Queue { .. } | Owner::Agent { .. } => false,
        };
        let owed_since = self.owed_since().filter(|_| is_left);
        owed_since.ok_or_else(|| Refusal::HeldBy(agent.id.clone()))
    }

    /// The bot goes on, with its failures, moods and handoff forgotten, and a mark that says why it had given up, so that
    /// it does not do so again at once. What has come back too often is refused: to and fro helps nobody.
    pub fn hand_back(&mut self, agent: &Agent, now: Timestamp) -> Result<(), Refusal> {
        self.must_be_held_by(agent)?;
        let times = self.handed_back.as_ref().map_or(0, |before| before.times);
        if times >= HAND_BACKS_MAX {
            return Err(Refusal::ComesBack(times));
        }
        let handoff = self.handoff.as_ref();
        let reasons = handoff.map_or(Vec::new(), |handoff| handoff.reasons.clone());
        self.start_over();
        self.handed_back = Some(HandedBack {
            agent: agent.clone(),
            at: now,
            reasons,
            times: times + 1,
            spent: false,
        });
        Ok(())
    }
}
