//! A turn in lines of plain text, the same in transcripts and in the chat.

use crate::domain::conversation::Owner;
use crate::domain::message::{Message, Sender};
use crate::domain::turn::{Action, Input, TurnRecord};

/// `answer track_order`, `handoff urgent (also low_confidence) -> care, urgent`, `relay to agent ana, open, epoch 2`.
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
            format!("{} to {owner}, {status}, epoch {epoch}", record.action.as_str())
        }
        (Action::Answer | Action::Ask | Action::Clarify | Action::Close, _) => {
            format!("{} {intent}", record.action.as_str())
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
