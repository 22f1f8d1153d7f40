//! Running a flow: from one step to the next until something has to come from outside, and what comes of a lookup.

use std::collections::BTreeMap;

use minijinja::Value;
use serde_json::json;

use crate::domain::flow::{Deed, Fill, Flow, FlowState, Slot, Step, Wait};
use crate::domain::handoff::Reason;
use crate::domain::intent::ScoredIntent;
use crate::domain::message::Sender;
use crate::domain::progress::EndedFlow;
use crate::domain::reading::Reading;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::flow::hear::{self, Said};
use crate::triage::flow::lookup::look_up;
use crate::triage::flow::{identity, slots};
use crate::triage::handoff::{hand_off, hand_off_to};
use crate::triage::policy::line;

/// Begins a flow and runs it.
pub(crate) fn start(draft: &mut Draft<'_>, id: &str, intent: ScoredIntent, said: &Said<'_>) -> Action {
    begin(draft, id, intent, said);
    go_on(draft, said.reading)
}

/// Begins a flow with all that the message says already, in front of the one under way.
pub(crate) fn begin(draft: &mut Draft<'_>, id: &str, intent: ScoredIntent, said: &Said<'_>) {
    let Some(flow) = draft.policy.flows.get(id) else {
        return;
    };
    draft.rule("flow_started", json!({ "flow": id, "intent": intent.name }), true);
    let fresh = FlowState {
        flow: flow.id.clone(),
        version: flow.version.clone(),
        intent,
        step: 0,
        slots: BTreeMap::new(),
        sealed: BTreeMap::new(),
        results: BTreeMap::new(),
        asked: BTreeMap::new(),
        waits_for: None,
    };
    let progress = &mut draft.conversation.progress;
    progress.paused.extend(progress.flow.replace(fresh));
    progress.paused.retain(|paused| paused.flow != id);
    hear::take(draft, flow, said, None);
    remember_from_before(draft, flow);
}

/// No flow is under way any more, and none waits.
pub(crate) fn drop_all(draft: &mut Draft<'_>) {
    draft.conversation.progress.flow = None;
    draft.conversation.progress.paused.clear();
}

/// What customers name before they have said what for: "FH-10423", and then "where is it?".
pub(crate) fn note(draft: &mut Draft<'_>, said: &Said<'_>) {
    let policy = draft.policy;
    for slot in policy.flows.flows.iter().flat_map(|flow| &flow.slots) {
        let named = slot.remember && matches!(slot.fill, Fill::Entity(_));
        let mut taken = Vec::new();
        let value = slots::find(slot, said, false, &[], &mut taken).filter(|_| named);
        let value = value.filter(|_| slots::sealed(said, &taken).is_none());
        if let Some(value) = value {
            draft
                .conversation
                .progress
                .remembered
                .insert(slot.name.clone(), value);
        }
    }
}

fn remember_from_before(draft: &mut Draft<'_>, flow: &Flow) {
    let progress = &mut draft.conversation.progress;
    let Some(state) = &mut progress.flow else { return };
    for slot in flow.slots.iter().filter(|slot| slot.remember) {
        if let Some(value) = progress
            .remembered
            .get(&slot.name)
            .filter(|value| slots::fits(slot, value))
        {
            state
                .slots
                .entry(slot.name.clone())
                .or_insert_with(|| value.clone());
        }
    }
}

/// From the present step to where the customer, or something outside, has to say something.
pub(crate) fn go_on(draft: &mut Draft<'_>, reading: &Reading) -> Action {
    loop {
        let Some((flow, state)) = hear::current(draft) else {
            return hand_off(draft, vec![Reason::Unavailable], reading);
        };
        let Some(step) = flow.steps.get(state.step) else {
            return end(draft, reading);
        };
        match passes(draft, flow, &state, step) {
            Err(problem) => return broken(draft, &problem, reading),
            Ok(false) => skip(draft),
            Ok(true) => match do_step(draft, flow, &state, step, reading) {
                Some(action) => return action,
                None => skip(draft),
            },
        }
    }
}

pub(super) fn skip(draft: &mut Draft<'_>) {
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.step += 1;
    }
}

pub(super) fn passes(
    draft: &Draft<'_>,
    flow: &Flow,
    state: &FlowState,
    step: &Step,
) -> Result<bool, minijinja::Error> {
    let Some(condition) = &step.condition else {
        return Ok(true);
    };
    let flows = &draft.policy.flows;
    let value = flows
        .lines
        .evaluate(condition, &flows.context(flow, state, draft))?;
    Ok(value.is_true())
}

/// Whether what the flow waits for is not needed any more: another flow may have had the customer proven meanwhile.
pub(super) fn is_settled(draft: &Draft<'_>, flow: &Flow, state: &FlowState) -> bool {
    let step = flow.steps.get(state.step);
    let passed_over = step.is_none_or(|step| matches!(passes(draft, flow, state, step), Ok(false)));
    passed_over || (state.waits_for == Some(Wait::Code) && draft.conversation.customer.verified)
}

/// `None` when the flow can go on at once.
fn do_step(
    draft: &mut Draft<'_>,
    flow: &Flow,
    state: &FlowState,
    step: &Step,
    reading: &Reading,
) -> Option<Action> {
    match &step.deed {
        Deed::Ask { slot } if state.slots.contains_key(slot) => None,
        Deed::Ask { slot } => Some(match flow.slot(slot) {
            Some(slot) => ask(draft, flow, slot, &slot.ask, reading),
            None => hand_off(draft, vec![Reason::Unavailable], reading),
        }),
        Deed::Verify { .. } if draft.conversation.customer.verified => None,
        Deed::Verify { call } => Some(identity::send_code(draft, flow, state, call, reading)),
        Deed::Lookup { call, .. } => Some(look_up(draft, flow, state, call, reading)),
        Deed::Confirm { reply } => Some(confirm(draft, flow, reply, reading)),
        Deed::Say { reply, buttons } => match say(draft, flow, reply, buttons.clone()) {
            Ok(()) => None,
            Err(problem) => Some(broken(draft, &problem, reading)),
        },
        Deed::HandOff { reason, queue } => {
            draft.rule(
                reason.as_str(),
                json!({ "flow": flow.id, "line": step.line }),
                true,
            );
            Some(hand_off_to(draft, vec![*reason], reading, queue.as_ref()))
        }
        Deed::End => Some(end(draft, reading)),
    }
}

/// Asks for a slot with one of its replies, unless it has been asked for too often.
pub(super) fn ask(draft: &mut Draft<'_>, flow: &Flow, slot: &Slot, reply: &str, reading: &Reading) -> Action {
    if too_often(draft, &slot.name, slot.tries) {
        return hand_off(draft, vec![Reason::RepeatedFailure], reading);
    }
    question(draft, flow, slot, reply, reading)
}

/// The same, not counted: a question that the customer has not failed to answer.
pub(super) fn question(
    draft: &mut Draft<'_>,
    flow: &Flow,
    slot: &Slot,
    reply: &str,
    reading: &Reading,
) -> Action {
    match choices(draft, flow, slot) {
        Ok(choices) => wait_for(
            draft,
            flow,
            Wait::Slot(slot.name.clone()),
            reply,
            slots::buttons(&choices),
            reading,
        ),
        Err(problem) => broken(draft, &problem, reading),
    }
}

/// What the slot can be chosen from now.
pub(super) fn choices(
    draft: &Draft<'_>,
    flow: &Flow,
    slot: &Slot,
) -> Result<Vec<slots::Choice>, minijinja::Error> {
    let options = match (&slot.fill, &draft.conversation.progress.flow) {
        (Fill::Options(expression), Some(state)) => {
            let flows = &draft.policy.flows;
            flows
                .lines
                .evaluate(expression, &flows.context(flow, state, draft))?
        }
        (Fill::Entity(_) | Fill::Choices(_) | Fill::Options(_) | Fill::Text, _) => Value::UNDEFINED,
    };
    Ok(slots::shown(slot, &options))
}

fn confirm(draft: &mut Draft<'_>, flow: &Flow, reply: &str, reading: &Reading) -> Action {
    let buttons = hear::yes_and_no(draft);
    wait_for(draft, flow, Wait::Confirmation, reply, buttons, reading)
}

/// Counts that something is asked for; true when it has been asked for `limit` times already.
pub(super) fn too_often(draft: &mut Draft<'_>, what: &str, limit: u32) -> bool {
    let asked = draft
        .conversation
        .progress
        .flow
        .as_ref()
        .and_then(|state| state.asked.get(what));
    let before = asked.copied().unwrap_or_default();
    let fired = draft.rule(
        "asked_too_often",
        json!({ "for": what, "asked": before, "limit": limit }),
        before >= limit,
    );
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.asked.insert(what.to_owned(), before + 1);
    }
    fired
}

fn wait_for(
    draft: &mut Draft<'_>,
    flow: &Flow,
    wait: Wait,
    reply: &str,
    buttons: Vec<String>,
    reading: &Reading,
) -> Action {
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.waits_for = Some(wait);
    }
    match say(draft, flow, reply, buttons) {
        Ok(()) => Action::Ask,
        Err(problem) => broken(draft, &problem, reading),
    }
}

/// One of the flow's replies, with what is known now.
pub(super) fn say(
    draft: &mut Draft<'_>,
    flow: &Flow,
    reply: &str,
    buttons: Vec<String>,
) -> Result<(), minijinja::Error> {
    let Some(state) = &draft.conversation.progress.flow else {
        return Ok(());
    };
    let flows = &draft.policy.flows;
    let id = format!("{}.{reply}", flow.id);
    let text = flows.lines.render(&id, &flows.context(flow, state, draft))?;
    draft.conversation.progress.last_answer = Some(id.clone());
    draft.line(Sender::Bot, &id, text, buttons);
    Ok(())
}

/// Something that the business wrote has no value: better a person than half a sentence.
pub(super) fn broken(draft: &mut Draft<'_>, problem: &minijinja::Error, reading: &Reading) -> Action {
    draft.rule("lookup_failed", json!({ "problem": problem.to_string() }), true);
    hand_off(draft, vec![Reason::LookupFailed], reading)
}

/// The flow is done: what was interrupted goes on.
pub(super) fn end(draft: &mut Draft<'_>, reading: &Reading) -> Action {
    let progress = &mut draft.conversation.progress;
    let Some(state) = progress.flow.take() else {
        return Action::Record;
    };
    // What has come to an end is no going in circles.
    (progress.failures, progress.turns) = (0, 0);
    if let Some(flow) = draft.policy.flows.get(&state.flow) {
        let kept = flow
            .slots
            .iter()
            .filter(|slot| slot.remember && !state.sealed.contains_key(&slot.name));
        progress
            .remembered
            .extend(kept.filter_map(|slot| Some((slot.name.clone(), state.slots.get(&slot.name)?.clone()))));
    }
    progress.last_flow = Some(EndedFlow {
        flow: state.flow,
        intent: state.intent,
    });
    if let Some(paused) = progress.paused.pop() {
        let interrupted = paused.waits_for.is_some();
        let flow = draft.policy.flows.get(&paused.flow);
        progress.flow = Some(paused);
        // What the customer was asked before they came to the other request, they have not answered by it.
        if interrupted {
            draft.bot_says(line::FLOW_RESUMED);
        } else if let Some(flow) = flow {
            remember_from_before(draft, flow);
        }
        return hear::remind(draft, reading).unwrap_or(Action::Answer);
    }
    if draft.bot_spoke() {
        Action::Answer
    } else {
        hand_off(draft, vec![Reason::NoAnswer], reading)
    }
}
