//! The lines of a transcript that say what people on the desk do: what they write to each other, and what they do with a
//! conversation. Parsing only.

use crate::cli::replay::transcript::parse_text;
use crate::domain::agent::Agent;
use crate::domain::id::{AgentId, QueueName, Resolution};
use crate::domain::turn::{AgentAction, Input};

/// `ana notes: TEXT` or `ana whispers: TEXT`; `None` for any other line.
pub(super) fn note(words: &str) -> Option<Result<Input, String>> {
    let (who, text) = words.split_once(": ")?;
    let (name, verb) = who.split_once(' ')?;
    let whisper = match verb {
        "notes" => false,
        "whispers" => true,
        _ => return None,
    };
    let input = |agent| {
        Ok(Input::Note {
            agent,
            text: parse_text(text)?,
            whisper,
        })
    };
    Some(agent(name).and_then(input))
}

/// The name is shown to the customer as it is, with a capital letter.
pub(super) fn agent(name: &str) -> Result<Agent, String> {
    let id = AgentId::parse(name).map_err(|error| error.to_string())?;
    let mut letters = name.chars();
    let name = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    Ok(Agent { id, name })
}

/// `ana claims` and the like; `None` where nothing of what agents do is meant.
pub(super) fn agent_action(words: &str) -> Option<Result<Input, String>> {
    let (name, action) = words.split_once(' ')?;
    let action = match action {
        "claims" => Ok(AgentAction::Claim),
        "takes over" => Ok(AgentAction::TakeOver),
        "releases" => Ok(AgentAction::Release),
        "resolves" => Ok(AgentAction::Resolve),
        "hands back" => Ok(AgentAction::HandBack),
        "accepts" => Ok(AgentAction::Accept),
        "declines" => Ok(AgentAction::Decline),
        _ => further_action(action)?,
    };
    Some(action.and_then(|action| {
        Ok(Input::AgentAction {
            agent: agent(name)?,
            action,
        })
    }))
}

/// One that says where to or until when.
fn further_action(action: &str) -> Option<Result<AgentAction, String>> {
    if let Some(to) = action.strip_prefix("transfers to agent ") {
        return Some(agent(to).map(|to| AgentAction::TransferToAgent { to }));
    }
    if let Some(queue) = action.strip_prefix("transfers to ") {
        let queue = QueueName::parse(queue).map_err(|error| error.to_string());
        return Some(queue.map(|queue| AgentAction::Transfer { queue }));
    }
    if let Some(resolution) = action.strip_prefix("resolves as ") {
        let resolution = Resolution::parse(resolution).map_err(|error| error.to_string());
        return Some(resolution.map(|resolution| AgentAction::ResolveAs { resolution }));
    }
    let until = action.strip_prefix("snoozes until ")?;
    let until = until
        .parse()
        .map_err(|_| format!("{until:?} is no time; write `snoozes until 2026-01-05T12:00:00Z`"));
    Some(until.map(|until| AgentAction::Snooze { until }))
}
