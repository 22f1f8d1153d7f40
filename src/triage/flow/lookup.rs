//! The lookups of a flow: asking the company's systems by a task, taking in what came of it, and going back where it leads
//! back.

use std::collections::BTreeMap;

use serde_json::json;

use crate::domain::conversation::Owner;
use crate::domain::flow::{Call, Deed, Ending, Fill, Flow, FlowState, Slot, Step, Wait};
use crate::domain::handoff::Reason;
use crate::domain::id::TaskId;
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::domain::reading::Reading;
use crate::domain::task::Work;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::flow::hear;
use crate::triage::flow::run::{ask, broken, end, go_on, say, skip};
use crate::triage::handoff::hand_off;
use crate::triage::switch;

/// The outcome that goes on with the next step.
pub(super) const OK: &str = "ok";

/// The arguments of a lookup: an expression each, and whatever it gives as text. A sealed value is passed as it is or not at
/// all: nobody in here can tell a part of it.
pub(super) fn arguments(
    draft: &Draft<'_>,
    flow: &Flow,
    state: &FlowState,
    call: &Call,
) -> Result<LookupRequest, minijinja::Error> {
    let flows = &draft.policy.flows;
    let mut unmasked = state.clone();
    unmasked.slots.extend(state.sealed.clone());
    let context = flows.context(flow, &unmasked, draft);
    let value = |(name, expression): (&String, &String)| {
        let value = flows.lines.evaluate(expression, &context)?;
        if value.is_none() || value.is_undefined() {
            let message = format!("{expression} has no value yet");
            return Err(minijinja::Error::new(
                minijinja::ErrorKind::UndefinedError,
                message,
            ));
        }
        Ok((name.clone(), value.to_string()))
    };
    let mut request = LookupRequest {
        lookup: call.lookup.clone(),
        arguments: call.with.iter().map(value).collect::<Result<_, _>>()?,
        sealed: BTreeMap::new(),
    };
    for (argument, value) in &mut request.arguments {
        if let Some((slot, sealed)) = state.sealed.iter().find(|(_, sealed)| *sealed == value) {
            request.sealed.insert(argument.clone(), sealed.clone());
            value.clone_from(&state.slots[slot]);
        } else if state.sealed.values().any(|sealed| value.contains(sealed)) {
            let message = format!("{argument} is made of a value that is masked; pass the slot as it is");
            return Err(minijinja::Error::new(
                minijinja::ErrorKind::InvalidOperation,
                message,
            ));
        }
    }
    Ok(request)
}

pub(super) fn look_up(
    draft: &mut Draft<'_>,
    flow: &Flow,
    state: &FlowState,
    call: &Call,
    reading: &Reading,
) -> Action {
    let private = draft
        .policy
        .flows
        .spec(&call.lookup)
        .is_none_or(|spec| spec.private);
    let customer = &draft.conversation.customer;
    // `check` has seen to it that a proof comes first; if ever it did not, nothing is asked.
    let proven = customer.verified && !customer.id.is_empty();
    let refused = private && !proven;
    if draft.rule(
        "verification_failed",
        json!({ "lookup": call.lookup, "private": private }),
        refused,
    ) {
        return hand_off(draft, vec![Reason::VerificationFailed], reading);
    }
    let mut request = match arguments(draft, flow, state, call) {
        Ok(request) => request,
        Err(problem) => return broken(draft, &problem, reading),
    };
    if private {
        request
            .arguments
            .insert("customer".to_owned(), draft.conversation.customer.id.clone());
    }
    wait_for_task(draft, Work::Lookup { request })
}

pub(super) fn wait_for_task(draft: &mut Draft<'_>, work: Work) -> Action {
    let task = draft.task(work, draft.now);
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.waits_for = Some(Wait::Task(task));
    }
    Action::Wait
}

/// Whether the bot has the conversation and its flow waits for this task: otherwise what came of it is history.
pub(super) fn awaits(draft: &mut Draft<'_>, task: &TaskId) -> bool {
    let ours = draft.conversation.owner == Owner::Bot;
    let state = draft.conversation.progress.flow.as_ref();
    let awaited = ours && state.is_some_and(|state| state.waits_for == Some(Wait::Task(task.clone())));
    draft.rule("awaited", json!({ "task": task }), awaited)
}

/// A lookup's result: the flow goes on, or ends as the business wrote for this outcome. Where the bot has been switched off
/// meanwhile, a person gets the flow as it stands, and with it the result.
pub(crate) fn take_in(draft: &mut Draft<'_>, task: &TaskId, result: &LookupResult) -> Action {
    if !awaits(draft, task) {
        return Action::Record;
    }
    let reading = &Reading::default();
    let silent = switch::silent(draft);
    let Some((flow, state)) = hear::current(draft) else {
        return hand_off(draft, vec![Reason::Unavailable], reading);
    };
    let Some(Deed::Lookup { call, name, on }) = flow.steps.get(state.step).map(|step| &step.deed) else {
        // The flow's file has changed: it has begun again.
        return if silent {
            switch::hand_off(draft, Vec::new(), reading)
        } else {
            go_on(draft, reading)
        };
    };
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.waits_for = None;
        state.results.insert(name.clone(), result.clone());
    }
    if silent {
        return switch::hand_off(draft, Vec::new(), reading);
    }
    let inputs = json!({ "lookup": call.lookup, "outcome": result.outcome, "problem": result.problem });
    if result.outcome == OK {
        draft.rule("lookup_failed", inputs, false);
        skip(draft);
        return go_on(draft, reading);
    }
    let ending = on.get(&result.outcome).filter(|_| !result.is_unavailable());
    if draft.rule("lookup_failed", inputs, ending.is_none()) {
        return hand_off(draft, vec![Reason::LookupFailed], reading);
    }
    ending.map_or(Action::Record, |ending| end_as(draft, flow, ending, reading))
}

fn end_as(draft: &mut Draft<'_>, flow: &Flow, ending: &Ending, reading: &Reading) -> Action {
    if let Some(slot) = ending.again.as_deref().and_then(|name| flow.slot(name)) {
        forget(draft, flow, slot);
        return match &ending.say {
            Some(reply) if !matches!(slot.fill, Fill::Options(_)) => ask(draft, flow, slot, reply, reading),
            Some(reply) => match say(draft, flow, reply, Vec::new()) {
                Ok(()) => go_on(draft, reading),
                Err(problem) => broken(draft, &problem, reading),
            },
            None => go_on(draft, reading),
        };
    }
    if let Some(reply) = &ending.say
        && let Err(problem) = say(draft, flow, reply, Vec::new())
    {
        return broken(draft, &problem, reading);
    }
    match ending.hand_off {
        Some(reason) => {
            draft.rule(reason.as_str(), json!({ "flow": flow.id }), true);
            hand_off(draft, vec![reason], reading)
        }
        None => end(draft, reading),
    }
}

/// Empties a slot and goes back to where it is asked for; where its options were looked up, to that lookup.
pub(super) fn forget(draft: &mut Draft<'_>, flow: &Flow, slot: &Slot) {
    let progress = &mut draft.conversation.progress;
    progress.remembered.remove(&slot.name);
    let Some(state) = &mut progress.flow else { return };
    let back = back_to(flow, slot).unwrap_or(0).min(state.step);
    state.slots.remove(&slot.name);
    state.sealed.remove(&slot.name);
    state.step = back;
    state.waits_for = None;
    for step in flow.steps.iter().skip(back) {
        match &step.deed {
            Deed::Lookup { name, .. } => {
                state.results.remove(name);
            }
            // What could be chosen may be another thing now.
            Deed::Ask { slot }
                if flow
                    .slot(slot)
                    .is_some_and(|slot| matches!(slot.fill, Fill::Options(_))) =>
            {
                state.slots.remove(slot);
            }
            Deed::Ask { .. }
            | Deed::Verify { .. }
            | Deed::Confirm { .. }
            | Deed::Say { .. }
            | Deed::HandOff { .. }
            | Deed::End => {}
        }
    }
}

pub(super) fn back_to(flow: &Flow, slot: &Slot) -> Option<usize> {
    let asks = |step: &Step| matches!(&step.deed, Deed::Ask { slot: asked } if *asked == slot.name);
    let offers = |step: &Step| match (&step.deed, &slot.fill) {
        (Deed::Lookup { name, .. }, Fill::Options(expression)) => expression.split('.').next() == Some(name),
        _ => false,
    };
    flow.steps.iter().position(|step| offers(step) || asks(step))
}
