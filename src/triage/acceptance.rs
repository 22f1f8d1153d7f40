//! The watch over handoffs: where a queue has a time to accept in, and nobody does, the conversation moves up, the log
//! says so, and the customer is told once. The watch is a task, so it outlives a crash.

use serde_json::json;

use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::event::{EventData, Links};
use crate::domain::id::TaskId;
use crate::domain::task::Work;
use crate::domain::time::Duration;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::policy::line;

/// Begins it for the queue that the conversation has come into; one that was under way before means nothing any more.
pub(crate) fn watch(draft: &mut Draft<'_>) {
    let minutes = match &draft.conversation.owner {
        Owner::Queue { queue, .. } => draft.policy.accept_within_minutes(queue),
        Owner::Bot | Owner::Agent { .. } => None,
    };
    let timer = minutes.map(|minutes| {
        let due_at = draft.now + Duration::from_mins(i64::from(minutes));
        draft.task(Work::Timer, due_at)
    });
    draft.conversation.acceptance = timer;
}

/// Whether this timer is the watch over the present handoff.
pub(crate) fn is_watched_by(conversation: &Conversation, timer: &TaskId) -> bool {
    conversation.acceptance.as_ref() == Some(timer)
}

/// The time to accept in is over.
pub(crate) fn expire(draft: &mut Draft<'_>, timer: &TaskId) -> Action {
    draft.conversation.acceptance = None;
    let open = draft.conversation.status == Status::Open;
    let waits = open && matches!(draft.conversation.owner, Owner::Queue { .. });
    let inputs = json!({ "timer": timer, "owner": draft.conversation.owner.as_str() });
    if !draft.rule("not_accepted_in_time", inputs, waits) {
        return Action::Record;
    }
    draft.conversation.raise_priority();
    let conversation = &draft.conversation;
    if let Owner::Queue {
        queue,
        priority,
        since,
        ..
    } = &conversation.owner
    {
        let event = EventData::HandoffUnaccepted {
            conversation_id: conversation.id.clone(),
            workspace: conversation.workspace.clone(),
            epoch: conversation.epoch,
            queue: queue.clone(),
            priority: *priority,
            waiting_since: *since,
            links: Links::new(&conversation.id, &draft.policy.base_url),
        };
        draft.event(event);
    }
    if !draft.conversation.progress.told_unaccepted {
        draft.conversation.progress.told_unaccepted = true;
        draft.bot_says(line::UNACCEPTED);
    }
    Action::Relay
}
