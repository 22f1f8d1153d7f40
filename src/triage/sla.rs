//! What a turn does to the clocks of a conversation. They follow from who had it before, who has it now and who wrote,
//! so that whatever changes an owner changes them; a timer only sees to it that somebody looks in time.

use serde_json::json;

use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::event::EventData;
use crate::domain::hours::Pace;
use crate::domain::id::{QueueName, TaskId};
use crate::domain::queue::Priority;
use crate::domain::sla::{Alarm, Clock, ClockKind, Ring, SlaAlert};
use crate::domain::standing::Waited;
use crate::domain::task::Work;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::Input;
use crate::triage::draft::Draft;
use crate::triage::policy::Policy;

/// The last step of every turn: the conversation is as it will be.
pub(crate) fn advance(draft: &mut Draft<'_>, input: &Input) {
    count(draft);
    ring(draft);
    if with_people(&draft.conversation) {
        follow_queue(draft);
        follow_words(draft, input);
    } else {
        draft.conversation.clocks.stop();
    }
    set_alarm(draft);
}

/// Whether this timer is there for the clocks. It is over then, whatever it finds.
pub(crate) fn wakes(draft: &mut Draft<'_>, timer: &TaskId) -> bool {
    let alarm = &mut draft.conversation.clocks.alarm;
    let ours = alarm.as_ref().is_some_and(|alarm| alarm.timer == *timer);
    if ours {
        *alarm = None;
    }
    ours
}

/// When the first words of a person are due in a conversation that goes to this queue now. Where no opening hour comes
/// any more, all time counts.
pub(crate) fn first_response_due(
    policy: &Policy,
    queue: &QueueName,
    priority: Priority,
    now: Timestamp,
) -> Timestamp {
    let Some(target) = policy.target(ClockKind::FirstResponse, priority) else {
        return now;
    };
    let paces = [policy.pace_of(queue), Pace::Calendar];
    let due = paces.iter().find_map(|pace| pace.after(now, target.within));
    due.unwrap_or(Timestamp::MAX)
}

fn with_people(conversation: &Conversation) -> bool {
    conversation.status == Status::Open && conversation.owner != Owner::Bot
}

/// The time since the turn before goes to whoever had the conversation in it.
fn count(draft: &mut Draft<'_>) {
    let (now, before) = (draft.now, draft.before());
    let clocks = &mut draft.conversation.clocks;
    let since = clocks.counted_until.replace(now).unwrap_or(now);
    let passed = now.duration_since(since).max(Duration::ZERO);
    if before.status == Status::Open {
        let spent = &mut clocks.spent;
        let whose = match before.owner {
            Owner::Bot => &mut spent.bot,
            Owner::Queue { .. } => &mut spent.queue,
            Owner::Agent { .. } => &mut spent.agent,
        };
        *whose = whose.saturating_add(passed);
    }
    if let (Owner::Queue { queue, since, .. }, Owner::Agent { .. }) =
        (&before.owner, &draft.conversation.owner)
    {
        let time = draft.policy.open_pace(queue).between(*since, now);
        draft.waited = Some(Waited {
            queue: queue.clone(),
            time,
        });
    }
}

/// What came due before this turn is told, also where it is this turn that stops the clock: late is late.
fn ring(draft: &mut Draft<'_>) {
    for kind in ClockKind::ALL {
        let clock = draft.conversation.clocks.get_mut(kind).as_mut();
        let Some(ring) = clock.and_then(|clock| clock.ring(draft.now)) else {
            continue;
        };
        let (rule, due) = match ring {
            Ring::Warning { due } => ("sla_warning", due),
            Ring::Breach { due } => ("sla_breached", due),
        };
        draft.rule(rule, json!({ "clock": kind.as_str(), "due": due }), true);
        if rule == "sla_breached" && draft.policy.escalates() {
            draft.conversation.raise_priority();
        }
        let alert = Box::new(SlaAlert::new(&draft.conversation, kind, due));
        draft.event(match ring {
            Ring::Warning { .. } => EventData::SlaWarning(alert),
            Ring::Breach { .. } => EventData::SlaBreached(alert),
        });
    }
}

/// In another queue other hours count, for what is left.
fn follow_queue(draft: &mut Draft<'_>) {
    let Owner::Queue { queue, .. } = &draft.conversation.owner else {
        return;
    };
    let (queue, now) = (queue.clone(), draft.now);
    let (from, to) = (pace(draft), draft.policy.pace_of(&queue));
    let clocks = &mut draft.conversation.clocks;
    if clocks.queue.as_ref() == Some(&queue) {
        return;
    }
    for kind in ClockKind::ALL {
        if let Some(clock) = clocks.get_mut(kind).as_mut().filter(|clock| clock.runs()) {
            clock.pause(from, now);
            clock.resume(to, now);
        }
    }
    clocks.queue = Some(queue);
}

fn follow_words(draft: &mut Draft<'_>, input: &Input) {
    let (pace, now) = (pace(draft), draft.now);
    if !with_people(draft.before()) {
        start(draft, ClockKind::FirstResponse);
        start(draft, ClockKind::Resolution);
    }
    let clocks = &mut draft.conversation.clocks;
    match input {
        Input::AgentMessage { .. } => {
            (clocks.first_response, clocks.next_response) = (None, None);
            if let Some(resolution) = &mut clocks.resolution {
                resolution.pause(pace, now);
            }
        }
        Input::CustomerMessage { .. } => {
            if let Some(resolution) = &mut clocks.resolution {
                resolution.resume(pace, now);
            }
            if clocks.first_response.is_none() && clocks.next_response.is_none() {
                start(draft, ClockKind::NextResponse);
            }
        }
        Input::Opened
        | Input::AgentAction { .. }
        | Input::Note { .. }
        | Input::Offered { .. }
        | Input::AgentGone { .. }
        | Input::Rated { .. }
        | Input::LookupDone { .. }
        | Input::CodeSent { .. }
        | Input::TimerFired { .. } => {}
    }
    follow_snooze(draft);
}

/// What is put off is nobody's to end until it comes back; a customer who waits for an answer waits all the same.
fn follow_snooze(draft: &mut Draft<'_>) {
    let (pace, now) = (pace(draft), draft.now);
    let (was, is) = (draft.before().is_snoozed(), draft.conversation.is_snoozed());
    if let Some(resolution) = &mut draft.conversation.clocks.resolution {
        match (was, is) {
            (false, true) => resolution.pause(pace, now),
            (true, false) => resolution.resume(pace, now),
            (false, false) | (true, true) => {}
        }
    }
}

fn start(draft: &mut Draft<'_>, kind: ClockKind) {
    let target = draft.policy.target(kind, draft.conversation.priority());
    let clock = target.map(|target| Clock::start(target, pace(draft), draft.now));
    *draft.conversation.clocks.get_mut(kind) = clock;
}

/// Of the queue whose hours count; one that is gone from the policy has none.
fn pace<'a>(draft: &Draft<'a>) -> Pace<'a> {
    let queue = draft.conversation.clocks.queue.as_ref();
    queue.map_or(Pace::Calendar, |queue| draft.policy.pace_of(queue))
}

/// One timer at a time, unless something rings sooner than it: one that finds nothing sets the next.
fn set_alarm(draft: &mut Draft<'_>) {
    let clocks = &draft.conversation.clocks;
    let Some(at) = clocks.rings_at() else {
        return;
    };
    if clocks.alarm.as_ref().is_some_and(|alarm| alarm.at <= at) {
        return;
    }
    let timer = draft.task(Work::Timer, at);
    draft.conversation.clocks.alarm = Some(Alarm { timer, at });
}
