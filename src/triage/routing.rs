//! Routing: which waiting conversation is held out to whom, and whom nobody waits for any longer. Pure functions of who waits,
//! who is there, the business's rules and the time; the same values give the same offers.
//!
//! ```text
//! the line:  level of priority + share of the first response's time that is gone + waiting time in levels
//! the agent: queue, skills, language, room ─▶ not asked in this round ─▶ least loaded, then longest idle
//! ```

use std::cmp::Ordering;

use crate::domain::agent::Agent;
use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::id::{AgentId, ConversationId, QueueName};
use crate::domain::offer::Asked;
use crate::domain::presence::{AgentState, Presence};
use crate::domain::queue::Priority;
use crate::domain::time::Timestamp;
use crate::triage::policy::{Policy, Routing};

/// A conversation that waits, with all that routing looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub conversation: ConversationId,
    pub queue: QueueName,
    pub priority: Priority,
    pub since: Timestamp,
    /// When a person should have answered; `None` where nobody said.
    pub due: Option<Timestamp>,
    /// All of them are needed.
    pub skills: Vec<String>,
    /// One of them is needed; none: any will do.
    pub languages: Vec<String>,
    /// Of an agent's capacity.
    pub units: u32,
    pub asked: Vec<Asked>,
}

impl Waiting {
    /// `None` for what is not to be offered now: it waits for nobody, or somebody is being asked.
    pub fn of(conversation: &Conversation, policy: &Policy) -> Option<Self> {
        let (
            Owner::Queue {
                queue,
                priority,
                since,
                offer: None,
                asked,
            },
            Status::Open,
        ) = (&conversation.owner, conversation.status)
        else {
            return None;
        };
        let (skills, languages) = policy.needs_of(queue);
        let handoff = conversation.handoff.as_ref();
        let own = handoff.and_then(|handoff| handoff.language.clone());
        Some(Self {
            conversation: conversation.id.clone(),
            queue: queue.clone(),
            priority: *priority,
            since: *since,
            due: handoff.map(|handoff| handoff.first_response_due),
            skills: skills.to_vec(),
            languages: own.map_or_else(|| languages.to_vec(), |own| vec![own]),
            units: policy.routing().weight(*priority),
            asked: asked.clone(),
        })
    }

    /// How urgent it is, in levels of priority: 0 is `normal` a moment ago, and each level that it has waited for, or by
    /// which its first response is due, adds one. It grows without end, so that nobody starves.
    pub fn urgency(&self, rules: &Routing, now: Timestamp) -> f64 {
        let waited = seconds(self.since, now);
        let level = self.priority.rank() as f64;
        let aged = waited / rules.ageing().as_secs_f64();
        let allowed = self.due.map_or(0.0, |due| seconds(self.since, due));
        let risk = match self.due {
            None => 0.0,
            Some(_) if allowed <= waited => 1.0,
            Some(_) => waited / allowed,
        };
        level + aged + rules.sla_weight * risk
    }

    fn was_asked(&self, agent: &AgentId) -> bool {
        self.asked.iter().any(|asked| asked.agent == *agent)
    }

    /// Whether all who were asked have been left alone long enough.
    fn may_ask_again(&self, rules: &Routing, now: Timestamp) -> bool {
        let newest = self.asked.iter().map(|asked| asked.at).max();
        newest.is_none_or(|newest| now.duration_since(newest) >= rules.again())
    }
}

/// Whole times only; 0 where `to` is not after `from`.
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

/// Since when an agent is offline for whom customers have waited long enough; `None` for everybody else.
pub fn gone_since(agent: &AgentState, rules: &Routing, now: Timestamp) -> Option<Timestamp> {
    let (since, allowed) = (agent.offline_since(now, rules.presence())?, rules.gone()?);
    (now.duration_since(since) > allowed).then_some(since)
}

/// To whom a waiting conversation is to be offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub conversation: ConversationId,
    pub agent: Agent,
}

/// An agent, and what this round leaves of their room.
#[derive(Debug)]
struct Desk<'a> {
    state: &'a AgentState,
    /// Takes offers now.
    is_there: bool,
    load: u32,
    /// Kept free for a heavier conversation that stands further ahead.
    kept: bool,
}

impl Desk<'_> {
    fn room(&self) -> u32 {
        self.state.profile.capacity.saturating_sub(self.load)
    }

    /// Whether anything at all may be offered here.
    fn is_open(&self) -> bool {
        self.is_there && !self.kept && self.room() > 0
    }

    /// What is heavier than the whole capacity takes all of it.
    fn need(&self, item: &Waiting) -> u32 {
        item.units.min(self.state.profile.capacity).max(1)
    }

    fn id(&self) -> &AgentId {
        &self.state.profile.agent.id
    }

    fn may_take(&self, item: &Waiting) -> bool {
        self.state.profile.serves(&item.queue) && self.state.profile.has_skills(&item.skills)
    }

    fn speaks(&self, item: &Waiting) -> bool {
        item.languages
            .iter()
            .any(|language| self.state.profile.speaks(language))
    }

    /// The smallest is asked first: least loaded for their capacity, then longest idle.
    fn compare(&self, other: &Self) -> Ordering {
        let share = |one: &Self, other: &Self| u64::from(one.load) * u64::from(other.state.profile.capacity);
        share(self, other)
            .cmp(&share(other, self))
            .then_with(|| self.state.worked_at.cmp(&other.state.worked_at))
            .then_with(|| self.id().cmp(other.id()))
    }
}

/// The line in the order in which it is served: the most urgent first, then the longest wait.
pub fn in_order<'a>(waiting: &'a [Waiting], rules: &Routing, now: Timestamp) -> Vec<&'a Waiting> {
    let mut line: Vec<(f64, &Waiting)> = waiting
        .iter()
        .map(|item| (item.urgency(rules, now), item))
        .collect();
    line.sort_by(|(one_urgency, one), (other_urgency, other)| {
        other_urgency
            .total_cmp(one_urgency)
            .then_with(|| one.since.cmp(&other.since))
            .then_with(|| one.conversation.cmp(&other.conversation))
    });
    line.into_iter().map(|(_, item)| item).collect()
}

/// Each waiting conversation to at most one agent, no agent beyond their capacity, whatever is offered to them counted.
/// `agents` are all that are registered, whether or not they are there.
pub fn route(waiting: &[Waiting], agents: &[AgentState], rules: &Routing, now: Timestamp) -> Vec<Proposal> {
    let mut desks: Vec<Desk<'_>> = agents
        .iter()
        .map(|state| Desk {
            state,
            is_there: state.presence_at(now, rules.presence()) == Presence::Online,
            load: state.load,
            kept: false,
        })
        .collect();
    let mut proposals = Vec::new();
    for item in in_order(waiting, rules, now) {
        if !desks.iter().any(Desk::is_open) {
            break;
        }
        let able = able(item, &desks);
        if let Some(at) = choose(item, &able, &desks, rules, now) {
            let desk = &mut desks[at];
            desk.load = desk.load.saturating_add(desk.need(item));
            proposals.push(Proposal {
                conversation: item.conversation.clone(),
                agent: desk.state.profile.agent.clone(),
            });
        } else {
            keep_room(item, &able, &mut desks);
        }
    }
    proposals
}

/// Who may take it and has any room, by place. A language that nobody registered for the queue speaks is asked of nobody:
/// better an agent with a dictionary than none.
fn able(item: &Waiting, desks: &[Desk<'_>]) -> Vec<usize> {
    let speaks_matters =
        !item.languages.is_empty() && desks.iter().any(|desk| desk.may_take(item) && desk.speaks(item));
    let places = desks.iter().enumerate().filter(|(_, desk)| desk.is_open());
    places
        .filter(|(_, desk)| desk.may_take(item) && (!speaks_matters || desk.speaks(item)))
        .map(|(at, _)| at)
        .collect()
}

/// The best of those with room. Whoever did not take it is asked again when all others with room were asked too, and
/// some time has passed.
fn choose(
    item: &Waiting,
    able: &[usize],
    desks: &[Desk<'_>],
    rules: &Routing,
    now: Timestamp,
) -> Option<usize> {
    let free = || {
        able.iter().copied().filter(|at| {
            let desk = &desks[*at];
            desk.room() >= desk.need(item)
        })
    };
    let best = |one: &usize, other: &usize| desks[*one].compare(&desks[*other]);
    let unasked = free().filter(|at| !item.was_asked(desks[*at].id()));
    match unasked.min_by(best) {
        Some(at) => Some(at),
        None if item.may_ask_again(rules, now) => free().min_by(best),
        None => None,
    }
}

/// A heavy conversation that finds some room, but nowhere enough, keeps the roomiest agent free of lighter ones that
/// stand behind it: otherwise these would take each unit that comes free, and it would wait for ever.
fn keep_room(item: &Waiting, able: &[usize], desks: &mut [Desk<'_>]) {
    let short = |desk: &Desk<'_>| desk.room() < desk.need(item);
    let roomiest = able
        .iter()
        .copied()
        .filter(|at| short(&desks[*at]))
        .max_by(|one, other| {
            let (one, other) = (&desks[*one], &desks[*other]);
            one.room().cmp(&other.room()).then_with(|| other.compare(one))
        });
    if let Some(at) = roomiest {
        desks[at].kept = true;
    }
}
