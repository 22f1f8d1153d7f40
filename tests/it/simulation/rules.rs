//! What must hold of every turn at the moment when it is written, whatever the store itself has checked.

use firstline::domain::conversation::{Conversation, Owner, Status};
use firstline::domain::message::{Message, Sender, Source};
use firstline::domain::turn::{Action, Input, Turn};
use firstline::ports::Conversations;

use crate::simulation::World;

/// `before` is the conversation as it stood in the store the moment before.
pub(super) async fn committed(world: &World, before: Option<&Conversation>, turn: &Turn) {
    let after = &turn.conversation;
    let name = short(after);
    world.count("turns");
    world.note(format!(
        "turn {name} v{} e{} {} {}",
        after.version,
        after.epoch,
        turn.action.as_str(),
        after.owner.as_str()
    ));
    let stood = before.map_or((0, 0, 0), |before| {
        (before.version, before.epoch, before.last_seq)
    });
    world.holds((stood.0, stood.1) == (turn.before, turn.epoch_before), || {
        format!(
            "{name}: decided on version {} epoch {}, written on {stood:?}",
            turn.before, turn.epoch_before
        )
    });
    world.holds(after.epoch >= stood.1, || format!("{name}: the epoch fell"));
    if let Some(before) = before {
        let changed = holder(&before.owner) != holder(&after.owner);
        world.holds(!changed || after.epoch > before.epoch, || {
            format!(
                "{name}: another owner in the same epoch: {:?}, {:?}",
                before.owner, after.owner
            )
        });
        who_speaks(world, before, turn);
    }
    if matches!(turn.input, Input::AgentGone { .. }) {
        world.count("conversations brought back");
        world.holds(matches!(after.owner, Owner::Queue { .. }), || {
            format!("{name}: its agent is gone, and it does not wait for another")
        });
    }
    numbered(world, turn, stood.2).await;
    answered(world, before, turn);
}

/// Over a person's head the bot says nothing, unless that person is gone, and out of the queue no answer.
fn who_speaks(world: &World, before: &Conversation, turn: &Turn) {
    let by_bot = || turn.messages.iter().filter(|message| message.from == Sender::Bot);
    let answers = by_bot().any(|message| matches!(message.source, Some(Source::Article(_))));
    let open = before.status == Status::Open;
    let name = short(before);
    let leaves = matches!(turn.input, Input::AgentGone { .. });
    world.holds(
        !(open && !leaves && matches!(before.owner, Owner::Agent { .. }) && by_bot().count() > 0),
        || format!("{name}: the bot speaks while an agent holds it"),
    );
    world.holds(
        !(open && matches!(before.owner, Owner::Queue { .. }) && answers),
        || format!("{name}: the bot answers while it waits for a person"),
    );
}

/// 1, 2, 3 … without a gap, in the turn and in the store.
async fn numbered(world: &World, turn: &Turn, last: u64) {
    let conversation = &turn.conversation;
    let new: Vec<u64> = turn.messages.iter().map(|message| message.seq).collect();
    let due: Vec<u64> = (last + 1..=last + new.len() as u64).collect();
    world.holds(new == due, || {
        format!("{}: {new:?} behind {last}", short(conversation))
    });
    let stored = world
        .store
        .messages(&conversation.workspace, &conversation.id, 0, usize::MAX)
        .await
        .unwrap();
    let gapless = stored
        .iter()
        .map(|message| message.seq)
        .eq(1..=conversation.last_seq);
    world.holds(gapless, || {
        format!("{}: numbers with gaps: {:?}", short(conversation), seqs(&stored))
    });
}

/// What the bot is written to ends in an answer, a question, a person, or a task that is under way.
fn answered(world: &World, before: Option<&Conversation>, turn: &Turn) {
    let by_bot = before.is_none_or(|before| before.status == Status::Resolved || before.owner == Owner::Bot);
    if !by_bot || !matches!(turn.input, Input::CustomerMessage { .. }) {
        return;
    }
    let spoke = turn.messages.iter().any(|message| message.from == Sender::Bot);
    let well = match turn.action {
        Action::Answer | Action::Ask | Action::Clarify | Action::Close | Action::Handoff(_) => spoke,
        Action::Wait => spoke || turn.conversation.awaited_task().is_some(),
        Action::Relay | Action::Transition | Action::Record => false,
    };
    world.holds(well, || {
        format!(
            "{}: {} leaves the customer unanswered",
            short(&turn.conversation),
            turn.action.as_str()
        )
    });
}

fn holder(owner: &Owner) -> (&'static str, &str) {
    match owner {
        Owner::Bot => ("bot", ""),
        Owner::Queue { queue, .. } => ("queue", queue.as_str()),
        Owner::Agent { agent, .. } => ("agent", agent.id.as_str()),
    }
}

fn seqs(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}

/// Its last digits.
pub(super) fn short(conversation: &Conversation) -> &str {
    let id = conversation.id.as_str();
    &id[id.len() - 4..]
}
