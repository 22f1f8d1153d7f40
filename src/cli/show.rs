//! A turn in lines of plain text, the same in transcripts and in the chat.

use serde_json::{Value, json};

use crate::domain::conversation::Owner;
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::domain::message::{Message, Sender};
use crate::domain::task::{Task, Work};
use crate::domain::turn::{Action, Input, TraceStep, TurnRecord};

/// `answer, read as track_order`, `wait: shop.order order_number=FH-10423`, `handoff urgent (also low_confidence) -> care,
/// urgent`, `relay: agent ana, open, epoch 2`.
pub(crate) fn headline(record: &TurnRecord) -> String {
    let conversation = &record.conversation;
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
        (Action::Wait, _) if !record.tasks.is_empty() => format!("wait: {}", tasks(&record.tasks)),
        (Action::Wait | Action::Answer | Action::Ask | Action::Clarify | Action::Close, _) => {
            let read = record.reading.as_ref();
            let intent = read.map(|reading| reading.top().map_or("-", |top| top.name.as_str()));
            let intent = intent.map(|intent| format!(", read as {intent}"));
            format!("{}{}", record.action.as_str(), intent.unwrap_or_default())
        }
    }
}

/// `shop.order order_number=FH-10423`: what a turn asks for.
pub(crate) fn tasks(tasks: &[Task]) -> String {
    let shown = tasks.iter().map(|task| match &task.work {
        Work::Lookup { request } | Work::SendCode { request } => lookup(request),
        Work::Timer => format!("a timer for {:.0}", task.due_at),
    });
    shown.collect::<Vec<_>>().join("; ")
}

/// On one line, whatever the customer wrote into an argument.
pub(crate) fn lookup(request: &LookupRequest) -> String {
    let arguments = request.arguments.iter().map(|(name, value)| {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        format!(" {name}={value}")
    });
    format!("{}{}", request.lookup, arguments.collect::<String>())
}

/// `ok {"status":"shipped"}`, `unavailable (it took too long)`.
pub(crate) fn outcome(result: &LookupResult) -> String {
    let mut text = result.outcome.clone();
    if !result.fields.is_empty() {
        text.push_str(&format!(" {}", json!(result.fields)));
    }
    if !result.problem.is_empty() {
        text.push_str(&format!(" ({})", result.problem));
    }
    text
}

/// `[1] Yes  [2] No`; `None` where there is nothing to tap.
pub(crate) fn buttons(message: &Message) -> Option<String> {
    let buttons = (1..)
        .zip(&message.buttons)
        .map(|(number, text)| format!("[{number}] {text}"));
    let buttons: Vec<String> = buttons.collect();
    (!buttons.is_empty()).then(|| buttons.join("  "))
}

fn owner(owner: &Owner) -> String {
    match owner {
        Owner::Bot => "bot".to_owned(),
        Owner::Queue {
            queue,
            offer: Some(offer),
            ..
        } => {
            format!("queue {queue}, offered to {}", offer.agent.id)
        }
        Owner::Queue { queue, .. } => format!("queue {queue}"),
        Owner::Agent {
            agent,
            snooze: Some(snooze),
            ..
        } => {
            format!("agent {}, snoozed until {}", agent.id, snooze.until)
        }
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
