//! Agents as tests register them.

use firstline::domain::agent::Agent;
use firstline::domain::id::{AgentId, QueueName};
use firstline::domain::presence::{AgentProfile, AgentState, Presence};
use firstline::domain::time::Timestamp;

pub(crate) fn agent(id: &str) -> Agent {
    Agent {
        id: AgentId::parse(id).expect("tests name agents well"),
        name: String::new(),
    }
}

/// `skills german billing; languages de; queues orders care; capacity 3`, each part left out at will.
pub(crate) fn profile(id: &str, spec: &str) -> AgentProfile {
    let part = |name: &str| {
        let parts = spec.split(';').map(str::trim);
        let words = parts
            .filter_map(|part| part.strip_prefix(name))
            .flat_map(str::split_whitespace);
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    AgentProfile {
        agent: agent(id),
        skills: part("skills"),
        languages: part("languages"),
        queues: part("queues")
            .iter()
            .map(|name| QueueName::parse(name).expect("tests name queues well"))
            .collect(),
        capacity: part("capacity")
            .first()
            .map_or(1, |units| units.parse().expect("a capacity is a number")),
    }
}

/// Online and idle since `now`.
pub(crate) fn online(id: &str, spec: &str, now: Timestamp) -> AgentState {
    AgentState {
        presence: Presence::Online,
        ..AgentState::new(profile(id, spec), now)
    }
}
