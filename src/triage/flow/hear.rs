//! What a customer writes while a flow is under way: a value, a correction, a yes, a code, or something else altogether.

use jiff::civil::DateTime;
use serde_json::json;

use crate::domain::flow::{Fill, Flow, FlowState, Slot, Wait};
use crate::domain::handoff::Reason;
use crate::domain::intent::Intent;
use crate::domain::moment::DateOrder;
use crate::domain::reading::Reading;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::flow::{identity, lookup, run, slots};
use crate::triage::handoff::hand_off;
use crate::triage::phrases::{begins, find};
use crate::triage::policy::line;

/// How often the bot asks for a yes or a no.
const CONFIRMATIONS_MAX: u32 = 3;

/// A customer's message and what was read of it.
pub(crate) struct Said<'a> {
    pub(crate) text: &'a str,
    pub(crate) normal: &'a str,
    pub(crate) reading: &'a Reading,
    /// What the bot may take it for; `None` when it is not sure.
    pub(crate) sure: Option<&'a Intent>,
    /// When it was written, on the wall of the business.
    pub(crate) now: DateTime,
    pub(crate) date_order: Option<DateOrder>,
}

pub(crate) enum Heard {
    Done(Action),
    /// It is about something else. The flow waits.
    SomethingElse,
}

/// The flow under way and where it stands. Where its file has changed it begins again; where it is gone there is none.
pub(super) fn current<'d>(draft: &mut Draft<'d>) -> Option<(&'d Flow, FlowState)> {
    let state = draft.conversation.progress.flow.as_ref()?;
    let flow = draft.policy.flows.get(&state.flow);
    let changed = flow.is_some_and(|flow| flow.version != state.version);
    if changed {
        draft.rule("flow_changed", json!({ "flow": state.flow.clone() }), true);
        restart(draft);
    } else if flow.is_none() {
        draft.conversation.progress.flow = None;
    }
    Some((flow?, draft.conversation.progress.flow.clone()?))
}

/// From the first step, with the slots that still fit and nothing that was looked up.
pub(super) fn restart(draft: &mut Draft<'_>) {
    let Some(state) = &mut draft.conversation.progress.flow else {
        return;
    };
    let Some(flow) = draft.policy.flows.get(&state.flow) else {
        return;
    };
    state.version.clone_from(&flow.version);
    state.step = 0;
    state.waits_for = None;
    state.results.clear();
    let sealed = &mut state.sealed;
    state.slots.retain(|name, value| {
        let slot = flow
            .slot(name)
            .filter(|slot| !matches!(slot.fill, Fill::Options(_)));
        slot.is_some_and(|slot| sealed.contains_key(name) || slots::fits(slot, value))
    });
    sealed.retain(|name, _| state.slots.contains_key(name));
}

/// Whether the message answers what the flow asks: then it is not to be read as anything else.
pub(crate) fn answers(draft: &mut Draft<'_>, said: &Said<'_>) -> bool {
    let Some((flow, state)) = current(draft) else {
        return false;
    };
    let fits = match &state.waits_for {
        Some(Wait::Slot(name)) => flow.slot(name).is_some_and(|slot| {
            let choices = run::choices(draft, flow, slot).unwrap_or_default();
            let something_else = slot.fill == Fill::Text && is_something_else(draft, flow, said);
            let elsewhere = something_else || is_for_another(draft, flow, slot, said);
            !elsewhere && slots::find(slot, said, true, &choices, &mut Vec::new()).is_some()
        }),
        Some(Wait::Confirmation) => yes_or_no(draft, said).is_some(),
        Some(Wait::Code) => identity::code_in(said.text).is_some() || identity::wants_another(draft, said),
        Some(Wait::Task(_)) | None => false,
    };
    draft.rule(
        "answers_flow",
        json!({ "flow": flow.id, "waits_for": state.waits_for }),
        fits,
    )
}

/// Takes the message as part of the flow under way.
pub(crate) fn hear(draft: &mut Draft<'_>, said: &Said<'_>) -> Heard {
    let Some((flow, state)) = current(draft) else {
        return Heard::SomethingElse;
    };
    let cancel = find(&draft.policy.phrases().cancel, said.normal);
    if draft.rule("flow_cancelled", json!({ "phrase": cancel }), cancel.is_some()) {
        return Heard::Done(cancelled(draft));
    }
    let asked = match &state.waits_for {
        Some(Wait::Slot(name)) => Some(name.as_str()),
        Some(Wait::Confirmation | Wait::Code | Wait::Task(_)) | None => None,
    };
    let something_else = is_something_else(draft, flow, said);
    let text_asked = asked
        .and_then(|name| flow.slot(name))
        .is_some_and(|slot| slot.fill == Fill::Text);
    if !(text_asked && something_else) && take(draft, flow, said, asked) {
        return Heard::Done(run::go_on(draft, said.reading));
    }
    let heard = match &state.waits_for {
        Some(Wait::Slot(name)) if !something_else => Some(ask_again(draft, flow, name, said)),
        Some(Wait::Confirmation) => hear_confirmation(draft, flow, said, something_else),
        Some(Wait::Code) => identity::hear_code(draft, said)
            .or_else(|| (!something_else).then(|| identity::ask_again(draft, said.reading))),
        Some(Wait::Task(_)) => {
            draft.bot_says(line::STILL_LOOKING);
            Some(Action::Wait)
        }
        Some(Wait::Slot(_)) => None,
        None => Some(run::go_on(draft, said.reading)),
    };
    heard.map_or(Heard::SomethingElse, Heard::Done)
}

/// Fills every slot that the message has something for. True when what was asked for is there now, or a value that was
/// there has changed: then the flow goes back to where that value was asked for.
pub(super) fn take(draft: &mut Draft<'_>, flow: &Flow, said: &Said<'_>, asked: Option<&str>) -> bool {
    let Some(state) = draft.conversation.progress.flow.clone() else {
        return false;
    };
    let (mut taken, mut moved) = (Vec::new(), false);
    for slot in slots::in_order(flow, asked, |name| state.slots.contains_key(name)) {
        if is_for_another(draft, flow, slot, said) {
            continue;
        }
        let choices = run::choices(draft, flow, slot).unwrap_or_default();
        let is_asked = asked == Some(slot.name.as_str());
        let mut of_slot = taken.clone();
        let Some(value) = slots::find(slot, said, is_asked, &choices, &mut of_slot) else {
            continue;
        };
        let sealed = slots::sealed(said, &of_slot[taken.len()..]);
        taken = of_slot;
        let before = state.slots.get(&slot.name);
        // Two masks look alike and stand for different things.
        if before == Some(&value) && sealed.is_none() {
            continue;
        }
        let corrected = before.is_some();
        draft.rule(
            "slot_filled",
            json!({ "slot": slot.name, "value": value, "corrected": corrected }),
            true,
        );
        if corrected {
            lookup::forget(draft, flow, slot);
        }
        moved |= corrected || is_asked;
        if let Some(state) = &mut draft.conversation.progress.flow {
            state.slots.insert(slot.name.clone(), value);
            state.sealed.remove(&slot.name);
            state
                .sealed
                .extend(sealed.map(|sealed| (slot.name.clone(), sealed)));
        }
    }
    if moved && let Some(state) = &mut draft.conversation.progress.flow {
        state.waits_for = None;
    }
    moved
}

fn ask_again(draft: &mut Draft<'_>, flow: &Flow, name: &str, said: &Said<'_>) -> Action {
    let Some(slot) = flow.slot(name) else {
        return hand_off(draft, vec![Reason::Unavailable], said.reading);
    };
    let unfit = slots::tries(slot, said) || said.text.chars().any(|c| c.is_ascii_digit());
    let reply = slot.invalid.as_ref().filter(|_| unfit).unwrap_or(&slot.ask);
    run::ask(draft, flow, slot, reply, said.reading)
}

fn hear_confirmation(
    draft: &mut Draft<'_>,
    flow: &Flow,
    said: &Said<'_>,
    something_else: bool,
) -> Option<Action> {
    let answer = yes_or_no(draft, said);
    draft.rule(
        "confirmed",
        json!({ "flow": flow.id, "answer": answer }),
        answer == Some(true),
    );
    match answer {
        Some(true) => {
            if let Some(state) = &mut draft.conversation.progress.flow {
                state.waits_for = None;
                state.step += 1;
            }
            Some(run::go_on(draft, said.reading))
        }
        Some(false) => Some(cancelled(draft)),
        None if something_else => None,
        None if run::too_often(draft, "confirmation", CONFIRMATIONS_MAX) => {
            Some(hand_off(draft, vec![Reason::RepeatedFailure], said.reading))
        }
        None => {
            let buttons = yes_and_no(draft);
            draft.bot_asks(line::CONFIRM_AGAIN, buttons);
            Some(Action::Ask)
        }
    }
}

fn yes_or_no(draft: &Draft<'_>, said: &Said<'_>) -> Option<bool> {
    let phrases = draft.policy.phrases();
    let sure_of = |name: &str| said.sure.is_some_and(|sure| sure.is(name));
    if begins(&phrases.no, said.normal) || sure_of(Intent::DENY) {
        Some(false)
    } else if begins(&phrases.yes, said.normal) || sure_of(Intent::AFFIRM) {
        Some(true)
    } else {
        None
    }
}

pub(super) fn yes_and_no(draft: &Draft<'_>) -> Vec<String> {
    [line::BUTTON_YES, line::BUTTON_NO]
        .iter()
        .filter_map(|id| draft.text_of(id))
        .collect()
}

fn cancelled(draft: &mut Draft<'_>) -> Action {
    run::drop_all(draft);
    draft.conversation.progress.failures = 0;
    draft.bot_says(line::FLOW_CANCELLED);
    Action::Answer
}

/// An intent that says nothing of what is wanted: small talk, a bare detail, "I need help".
pub(crate) fn says_little(draft: &Draft<'_>, intent: &Intent) -> bool {
    let known = draft.policy.small_talk(intent).is_some() || draft.policy.question(intent).is_some();
    known && !intent.is(Intent::GOODBYE)
}

fn is_something_else(draft: &Draft<'_>, flow: &Flow, said: &Said<'_>) -> bool {
    said.sure
        .is_some_and(|sure| !flow.intents.contains(sure) && !says_little(draft, sure))
}

/// "First, can I get an invoice for FH-10423?" where another flow asks which order to cancel: a request for a flow of its
/// own, and what it names is named for that one. Only of what requests have in common; a day or a choice means something
/// to the flow alone that asked for it.
fn is_for_another(draft: &Draft<'_>, flow: &Flow, slot: &Slot, said: &Said<'_>) -> bool {
    let asked_for = said.sure.and_then(|sure| draft.policy.flows.starting(sure, said));
    let other = asked_for.filter(|other| other.id != flow.id);
    slot.remember && other.is_some_and(|other| other.slot(&slot.name).is_some())
}

/// After an answer to something else: back to what the flow waits for. `None` when no flow is under way.
pub(crate) fn remind(draft: &mut Draft<'_>, reading: &Reading) -> Option<Action> {
    let (flow, state) = current(draft)?;
    if run::is_settled(draft, flow, &state) {
        return Some(run::go_on(draft, reading));
    }
    Some(match &state.waits_for {
        Some(Wait::Slot(name)) => match flow.slot(name) {
            Some(slot) => run::question(draft, flow, slot, &slot.ask, reading),
            None => hand_off(draft, vec![Reason::Unavailable], reading),
        },
        Some(Wait::Code) => {
            draft.bot_says(line::CODE_ASK);
            Action::Ask
        }
        // Neither has been done: the step is taken again.
        Some(Wait::Confirmation) | None => run::go_on(draft, reading),
        Some(Wait::Task(_)) => {
            draft.bot_says(line::STILL_LOOKING);
            Action::Wait
        }
    })
}
