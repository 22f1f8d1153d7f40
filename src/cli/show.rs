//! A turn in lines of plain text, the same in transcripts and in the chat.

use serde_json::{Value, json};

use crate::domain::conversation::Owner;
use crate::domain::message::{Message, Sender};
use crate::domain::turn::{Action, Input, TraceStep, TurnRecord};

/// `answer, read as track_order`, `handoff urgent (also low_confidence) -> care, urgent`, `relay: agent ana, open, epoch 2`.
pub(crate) fn headline(record: &TurnRecord) -> String {
    let conversation = &record.conversation;
    let intent = record
        .reading
        .as_ref()
        .and_then(|reading| reading.top())
        .map_or("-", |top| top.name.as_str());
    match (record.action, &conversation.handoff) {
        (Action::Handoff(reason), Some(handoff)) => {
            let others: Vec<_> = handoff
                .reasons
                .iter()
                .skip(1)
                .map(|reason| reason.as_str())
                .collect();
            let others = if others.is_empty() {
                String::new()
            } else {
                format!(" (also {})", others.join(", "))
            };
            let (queue, priority) = (&handoff.queue, handoff.priority.as_str());
            format!("handoff {}{others} -> {queue}, {priority}", reason.as_str())
        }
        (Action::Relay | Action::Transition | Action::Record | Action::Handoff(_), _) => {
            let owner = owner(&conversation.owner);
            let (status, epoch) = (conversation.status.as_str(), conversation.epoch);
            format!("{}: {owner}, {status}, epoch {epoch}", record.action.as_str())
        }
        (Action::Answer | Action::Ask | Action::Clarify | Action::Close, _) => {
            format!("{}, read as {intent}", record.action.as_str())
        }
    }
}

fn owner(owner: &Owner) -> String {
    match owner {
        Owner::Bot => "bot".to_owned(),
        Owner::Queue { queue, .. } => format!("queue {queue}"),
        Owner::Agent { agent, .. } => format!("agent {}", agent.id),
    }
}

/// What was said in answer: all messages of the turn but the one that was its input.
pub(crate) fn answers(record: &TurnRecord) -> impl Iterator<Item = &Message> {
    let own = matches!(
        record.input,
        Input::CustomerMessage { .. } | Input::AgentMessage { .. }
    );
    record.messages.iter().skip(usize::from(own))
}

/// Who speaks, and which of the business's texts it is: `bot [track-your-order#intro]`.
pub(crate) fn speaker(message: &Message) -> String {
    let from = match &message.from {
        Sender::Agent(agent) => agent.id.as_str(),
        Sender::Customer | Sender::Bot | Sender::System => message.from.as_str(),
    };
    match &message.source {
        Some(source) => format!("{from} [{}]", source.key()),
        None => from.to_owned(),
    }
}

/// `● no_answer {"hits":0}` for a rule that fired, `·` for one that did not.
pub(crate) fn rule(step: &TraceStep) -> String {
    let sign = if step.fired { '●' } else { '·' };
    format!("{sign} {} {}", step.rule, rounded(&step.inputs))
}

/// Three digits of a probability say enough.
fn rounded(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => number
            .as_f64()
            .map_or(Value::Null, |number| json!((number * 1000.0).round() / 1000.0)),
        Value::Array(values) => values.iter().map(rounded).collect(),
        Value::Object(values) => values
            .iter()
            .map(|(key, value)| (key.clone(), rounded(value)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
