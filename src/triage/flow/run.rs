//! Running a flow: from one step to the next until something has to come from outside, and what comes of a lookup.

use std::collections::BTreeMap;

use minijinja::Value;
use serde_json::json;

use crate::domain::conversation::Owner;
use crate::domain::flow::{Call, Deed, Ending, Fill, Flow, FlowState, Slot, Step, Wait};
use crate::domain::handoff::Reason;
use crate::domain::id::TaskId;
use crate::domain::intent::ScoredIntent;
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::domain::message::Sender;
use crate::domain::reading::Reading;
use crate::domain::task::Work;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::flow::hear::{self, Said};
use crate::triage::flow::{identity, slots};
use crate::triage::handoff::{hand_off, hand_off_to};
use crate::triage::phrases::find;
use crate::triage::policy::line;

/// The outcome that goes on with the next step.
pub(super) const OK: &str = "ok";

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

/// "And the other one?" after a flow has ended: the same flow, about what is named now or asked for anew.
pub(crate) fn follow_up<'d>(draft: &mut Draft<'d>, said: &Said<'_>) -> Option<(&'d Flow, ScoredIntent)> {
    let last = draft.conversation.progress.last_flow.clone();
    let flow = last.as_deref().and_then(|id| draft.policy.flows.get(id));
    let fired = flow.filter(|flow| {
        let known = &draft.conversation.progress.remembered;
        let new_value = flow
            .slots
            .iter()
            .filter(|slot| matches!(slot.fill, Fill::Entity(_)))
            .any(|slot| {
                let value = slots::find(slot, said, false, &[], &mut Vec::new());
                value.is_some_and(|value| known.get(&slot.name) != Some(&value))
            });
        let phrase = find(&draft.policy.phrases().follow_up, said.normal).is_some();
        let about_it = said
            .sure
            .is_none_or(|sure| flow.intents.contains(sure) || hear::says_little(draft, sure));
        about_it && (new_value || phrase)
    });
    draft.rule("follow_up", json!({ "last_flow": last }), fired.is_some());
    let flow = fired?;
    // "The other one" is another order: what was remembered of this one would answer the wrong question.
    for slot in &flow.slots {
        draft.conversation.progress.remembered.remove(&slot.name);
    }
    let name = flow.intents.first()?.clone();
    Some((
        flow,
        ScoredIntent {
            name,
            confidence: 1.0,
        },
    ))
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

fn skip(draft: &mut Draft<'_>) {
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.step += 1;
    }
}

fn passes(draft: &Draft<'_>, flow: &Flow, state: &FlowState, step: &Step) -> Result<bool, minijinja::Error> {
    let Some(condition) = &step.condition else {
        return Ok(true);
    };
    let flows = &draft.policy.flows;
    let value = flows
        .lines
        .evaluate(condition, &flows.context(flow, state, draft))?;
    Ok(value.is_true())
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

/// The arguments of a lookup: an expression each, and whatever it gives as text.
pub(super) fn arguments(
    draft: &Draft<'_>,
    flow: &Flow,
    state: &FlowState,
    call: &Call,
) -> Result<LookupRequest, minijinja::Error> {
    let flows = &draft.policy.flows;
    let context = flows.context(flow, state, draft);
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
    Ok(LookupRequest {
        lookup: call.lookup.clone(),
        arguments: call.with.iter().map(value).collect::<Result<_, _>>()?,
    })
}

fn look_up(draft: &mut Draft<'_>, flow: &Flow, state: &FlowState, call: &Call, reading: &Reading) -> Action {
    let private = draft
        .policy
        .flows
        .spec(&call.lookup)
        .is_none_or(|spec| spec.private);
    let customer = &draft.conversation.customer;
    // `check` has seen to it that a proof comes first; if ever it did not, nothing is asked.
    let refused = private && !(customer.verified && !customer.id.is_empty());
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

/// A lookup's result: the flow goes on, or ends as the business wrote for this outcome.
pub(crate) fn take_in(draft: &mut Draft<'_>, task: &TaskId, result: &LookupResult) -> Action {
    if !awaits(draft, task) {
        return Action::Record;
    }
    let reading = &Reading::default();
    let Some((flow, state)) = hear::current(draft) else {
        return hand_off(draft, vec![Reason::Unavailable], reading);
    };
    let Some(Deed::Lookup { call, name, on }) = flow.steps.get(state.step).map(|step| &step.deed) else {
        // The flow's file has changed: it has begun again.
        return go_on(draft, reading);
    };
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.waits_for = None;
        state.results.insert(name.clone(), result.clone());
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

/// Something that the business wrote has no value: better a person than half a sentence.
pub(super) fn broken(draft: &mut Draft<'_>, problem: &minijinja::Error, reading: &Reading) -> Action {
    draft.rule("lookup_failed", json!({ "problem": problem.to_string() }), true);
    hand_off(draft, vec![Reason::LookupFailed], reading)
}

/// The flow is done: what was interrupted goes on.
fn end(draft: &mut Draft<'_>, reading: &Reading) -> Action {
    let progress = &mut draft.conversation.progress;
    let Some(state) = progress.flow.take() else {
        return Action::Record;
    };
    progress.failures = 0;
    if let Some(flow) = draft.policy.flows.get(&state.flow) {
        let kept = flow.slots.iter().filter(|slot| slot.remember);
        progress
            .remembered
            .extend(kept.filter_map(|slot| Some((slot.name.clone(), state.slots.get(&slot.name)?.clone()))));
    }
    progress.last_flow = Some(state.flow);
    if let Some(paused) = progress.paused.pop() {
        let interrupted = paused.waits_for.is_some();
        let flow = draft.policy.flows.get(&paused.flow);
        progress.flow = Some(paused);
        if let Some(flow) = flow {
            remember_from_before(draft, flow);
        }
        if interrupted {
            draft.bot_says(line::FLOW_RESUMED);
        }
        return hear::remind(draft, reading).unwrap_or(Action::Answer);
    }
    if draft.bot_spoke() {
        Action::Answer
    } else {
        hand_off(draft, vec![Reason::NoAnswer], reading)
    }
}
