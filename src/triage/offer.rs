//! What comes of routing: a conversation is offered, accepted or not, passed on to one agent, put off, and comes back.
//! Who is asked is decided in `routing`.

use serde_json::json;

use crate::domain::agent::Agent;
use crate::domain::conversation::Owner;
use crate::domain::event::EventData;
use crate::domain::id::{QueueName, TaskId};
use crate::domain::offer::{Offer, Snooze};
use crate::domain::task::Work;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::Refusal;
use crate::triage::draft::Draft;

/// How far away a snoozed conversation may come back, in days: what waits longer is a new conversation.
const SNOOZE_DAYS_MAX: i64 = 30;

/// Held out to an agent, with the timer that ends it.
pub(crate) fn offer(draft: &mut Draft<'_>, agent: &Agent) -> Result<(), Refusal> {
    draft.conversation.must_be_unoffered()?;
    let Owner::Queue { queue, priority, .. } = draft.conversation.owner.clone() else {
        return Err(Refusal::NotWaiting);
    };
    let rules = draft.policy.routing();
    let until = draft.now + rules.offer();
    let units = rules.weight(priority);
    let timer = draft.task(Work::Timer, until);
    draft.conversation.offer(Offer {
        agent: agent.clone(),
        until,
        timer,
        units,
    })?;
    draft.event(EventData::HandoffOffered {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        epoch: draft.conversation.epoch,
        agent: agent.clone(),
        queue,
        priority,
        until,
    });
    Ok(())
}

pub(crate) fn decline(draft: &mut Draft<'_>, agent: &Agent) -> Result<(), Refusal> {
    draft.conversation.decline(agent, draft.now)?;
    not_taken(draft, agent, "declined");
    Ok(())
}

fn not_taken(draft: &mut Draft<'_>, agent: &Agent, reason: &'static str) {
    draft.event(EventData::HandoffDeclined {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        epoch: draft.conversation.epoch,
        agent: agent.clone(),
        reason,
    });
}

/// The holder puts it off.
pub(crate) fn snooze(draft: &mut Draft<'_>, agent: &Agent, until: Timestamp) -> Result<(), Refusal> {
    draft.conversation.must_be_held_by(agent)?;
    let latest = draft.now + Duration::from_hours(24 * SNOOZE_DAYS_MAX);
    if until <= draft.now || until > latest {
        return Err(Refusal::SnoozeTime(SNOOZE_DAYS_MAX));
    }
    let timer = draft.task(Work::Timer, until);
    draft.conversation.snooze(agent, Snooze { until, timer })?;
    draft.event(EventData::HandoffSnoozed {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        epoch: draft.conversation.epoch,
        agent: agent.clone(),
        until,
    });
    Ok(())
}

/// What the customer writes is not put off.
pub(crate) fn wake(draft: &mut Draft<'_>, by: &'static str) -> bool {
    let woken = draft.conversation.wake();
    resumed(draft, woken, by)
}

fn resumed(draft: &mut Draft<'_>, holder: Option<Agent>, by: &'static str) -> bool {
    let Some(agent) = holder else {
        return false;
    };
    draft.event(EventData::HandoffResumed {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        epoch: draft.conversation.epoch,
        agent,
        by,
    });
    true
}

/// The time of an offer is up, or that of a snooze. False for a timer of anything else, or of what is past.
pub(crate) fn timer_fired(draft: &mut Draft<'_>, timer: &TaskId) -> bool {
    let asked = draft.conversation.time_out(timer, draft.now);
    if let Some(agent) = asked {
        draft.rule("offer_timed_out", json!({ "agent": agent.id }), true);
        not_taken(draft, &agent, "timed_out");
        return true;
    }
    let woken = draft.conversation.wake_at(timer);
    resumed(draft, woken, "time")
}

/// The queue that the conversation came from, or the one that has the rest.
pub(crate) fn home_queue(draft: &Draft<'_>) -> QueueName {
    let handoff = draft.conversation.handoff.as_ref();
    handoff.map_or_else(
        || draft.policy.queue_for(None).clone(),
        |handoff| handoff.queue.clone(),
    )
}
