//! The decision, with every branch of it on one page; the leaves only look or write.
//!
//! ```text
//!  customer writes ─▶ held by people? ─▶ relay
//!        │
//!        ├─ a rule for people fires ───────────▶ hand off (all reasons, the weightiest first)
//!        ├─ the bot is switched off, or off for what is asked ─▶ hand off
//!        ├─ it answers a flow under way ────────▶ the flow goes on: ask, look up, confirm, answer, hand off
//!        ├─ it asks for several things ──────────▶ answer each, begin their flows, or hand off
//!        ├─ no words, or words without a topic ─▶ ask
//!        ├─ not sure what is meant ─────────────▶ clarify once, then hand off
//!        ├─ goodbye ────────────────────────────▶ close
//!        ├─ small talk ─────────────────────────▶ answer with a line
//!        ├─ "that did not help", or same again ─▶ ask, then hand off
//!        └─ a request ──────────────────────────▶ start its flow, answer with a passage, or hand off
//!  a lookup is done, a code is sent ─▶ the flow that waits for it goes on, or is handed off if the bot is switched off
//!  nobody accepted in time ─▶ a priority higher; its holder is gone ─▶ back in its queue; the customer is told
//! ```

use serde_json::json;

use crate::domain::bot::BotSwitch;
use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::csat::Rating;
use crate::domain::event::EventData;
use crate::domain::handoff::Reason;
use crate::domain::id::TaskId;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::message::{Sender, Text};
use crate::domain::personal_data::without_masks;
use crate::domain::progress::Gathering;
use crate::domain::reading::Reading;
use crate::domain::task::Work;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::{Action, Input, Refusal, Turn};
use crate::triage::circumstances::Circumstances;
use crate::triage::draft::Draft;
use crate::triage::flow::{Heard, Said};
use crate::triage::policy::{Policy, line};
use crate::triage::{
    acceptance, agent, answer, clarify, flow, gone, handoff, offer, phrases, several, sla, switch, waiting,
};

/// [`decide_under`] where nobody has looked how the line stands, and nobody has touched the bot's switch.
pub fn decide(
    conversation: &Conversation,
    input: &Input,
    reading: &Reading,
    policy: &Policy,
    now: Timestamp,
) -> Result<Turn, Refusal> {
    let circumstances = Circumstances {
        standing: None,
        switch: &BotSwitch::default(),
        now,
    };
    decide_under(conversation, input, reading, policy, &circumstances)
}

/// What one input does to a conversation. The reading is looked at for customer messages only, the standing where the
/// conversation waits for a person afterwards or would. A refusal means that the input is not possible now (an agent
/// claims what another holds) and changes nothing.
pub fn decide_under(
    conversation: &Conversation,
    input: &Input,
    reading: &Reading,
    policy: &Policy,
    circumstances: &Circumstances<'_>,
) -> Result<Turn, Refusal> {
    let mut draft = Draft::new(conversation, policy, circumstances);
    if conversation.version == 0 {
        draft.event(EventData::ConversationCreated {
            conversation_id: conversation.id.clone(),
            workspace: conversation.workspace.clone(),
            customer: conversation.customer.clone(),
        });
    }
    match input {
        Input::Opened => Ok(draft.finish(Action::Record, input, None)),
        Input::CustomerMessage { text } => {
            let action = customer_message(&mut draft, text, reading);
            Ok(draft.finish(action, input, Some(reading)))
        }
        Input::LookupDone { task, result } => {
            let action = flow::take_in(&mut draft, task, result);
            Ok(draft.finish(action, input, None))
        }
        Input::CodeSent { task, result, digest } => {
            let action = flow::take_in_code(&mut draft, task, result, digest);
            Ok(draft.finish(action, input, None))
        }
        Input::TimerFired { task } if acceptance::is_watched_by(conversation, task) => {
            let action = acceptance::expire(&mut draft, task);
            Ok(draft.finish(action, input, None))
        }
        Input::TimerFired { task } => {
            let action = timer_fired(&mut draft, task, reading);
            Ok(draft.finish(action, input, Some(reading)))
        }
        Input::AgentMessage {
            agent,
            text,
            suggested,
        } => {
            agent::write(&mut draft, agent, text, suggested.as_ref())?;
            Ok(draft.finish(Action::Relay, input, None))
        }
        Input::AgentAction { agent, action } => {
            agent::act(&mut draft, agent, action)?;
            Ok(draft.finish(Action::Transition, input, None))
        }
        Input::Note { agent, text, whisper } => {
            agent::note(&mut draft, agent, text, *whisper)?;
            Ok(draft.finish(Action::Record, input, None))
        }
        Input::Offered { agent } => {
            offer::offer(&mut draft, agent)?;
            Ok(draft.finish(Action::Transition, input, None))
        }
        Input::AgentGone { agent, since } => {
            let action = gone::bring_back(&mut draft, agent, *since)?;
            Ok(draft.finish(action, input, None))
        }
        Input::Rated { rating } => {
            rate(&mut draft, rating);
            Ok(draft.finish(Action::Record, input, None))
        }
    }
}

fn rate(draft: &mut Draft<'_>, rating: &Rating) {
    draft.conversation.rating = Some(rating.clone());
    draft.event(EventData::CsatRated {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        score: rating.score,
        comment: rating.comment.clone(),
    });
}

fn customer_message(draft: &mut Draft<'_>, text: &Text, reading: &Reading) -> Action {
    if draft.conversation.reopen() {
        draft.event(EventData::ConversationReopened {
            conversation_id: draft.conversation.id.clone(),
            workspace: draft.conversation.workspace.clone(),
            epoch: draft.conversation.epoch,
        });
    }
    draft.message(Sender::Customer, text.as_str().to_owned(), None);
    if draft.conversation.progress.gathering.is_none() {
        draft.conversation.progress.turns += 1;
    }
    if let Some(sentiment) = reading.sentiment {
        draft.conversation.progress.feel(sentiment.negative);
    }
    draft.hear(reading);
    let held_by_people = draft.conversation.owner != Owner::Bot;
    let inputs = json!({ "owner": draft.conversation.owner.as_str() });
    if draft.rule("held_by_people", inputs, held_by_people) {
        return relay(draft, text);
    }
    let pause = draft.policy.limits().pause_ms;
    // What an agent left unanswered may be waiting to be read: then this is answered with it.
    if pause > 0 || draft.conversation.progress.gathering.is_some() {
        return gather(draft, pause);
    }
    bot_turn(draft, text, reading)
}

/// More may follow: the bot answers when the customer pauses.
fn gather(draft: &mut Draft<'_>, pause_ms: u32) -> Action {
    let newest = draft.conversation.last_seq;
    let due_at = draft.now + Duration::from_millis(i64::from(pause_ms));
    let timer = draft.task(Work::Timer, due_at);
    let gathering = &mut draft.conversation.progress.gathering;
    let from = gathering.take().map_or(newest, |gathering| gathering.from);
    *gathering = Some(Gathering { timer, from });
    Action::Wait
}

/// Whoever set it takes it up; one that nobody waits for any more is the bot's, which does nothing.
fn timer_fired(draft: &mut Draft<'_>, timer: &TaskId, reading: &Reading) -> Action {
    if offer::timer_fired(draft, timer) {
        return Action::Transition;
    }
    let wakes = sla::wakes(draft, timer);
    if draft.rule("sla_alarm", json!({ "timer": timer }), wakes) {
        return Action::Record;
    }
    waiting::opened(draft, timer).unwrap_or_else(|| customer_paused(draft, timer, reading))
}

/// Several messages in a row are one turn, unless another has come or a person has taken over.
fn customer_paused(draft: &mut Draft<'_>, timer: &TaskId, reading: &Reading) -> Action {
    let gathering = draft.conversation.progress.gathering.as_ref();
    let due = draft.conversation.owner == Owner::Bot
        && gathering.is_some_and(|gathering| gathering.timer == *timer);
    let text = draft.conversation.gathered().filter(|_| due);
    draft.rule("customer_paused", json!({ "timer": timer }), text.is_some());
    let Some(text) = text else {
        return Action::Record;
    };
    draft.conversation.progress.gathering = None;
    bot_turn(draft, &text, reading)
}

/// A waiting customer is told once that a person is on the way, and again when they ask; whoever holds the conversation
/// sees the rest.
fn relay(draft: &mut Draft<'_>, text: &Text) -> Action {
    offer::wake(draft, "customer");
    waiting::hear(draft, text);
    Action::Relay
}

fn bot_turn(draft: &mut Draft<'_>, text: &Text, reading: &Reading) -> Action {
    // "[phone]" is no word of the customer's, and no phrase of the policy is to be found in it.
    let normal_text = phrases::normalise(&without_masks(text.as_str()));
    let focus = clarify::focus(draft, &normal_text, reading);
    let said = Said {
        text: text.as_str(),
        normal: &normal_text,
        reading,
        sure: focus.sure.as_ref(),
        now: draft.on_the_wall(),
        date_order: draft.policy.business().date_order,
    };
    flow::expire(draft);
    let answers_flow = flow::answers(draft, &said);
    let reasons = handoff::reasons(draft, &normal_text, reading, &focus, answers_flow);
    if switch::silent(draft) {
        return switch::hand_off(draft, reasons, reading);
    }
    if !reasons.is_empty() {
        return give_up(draft, reasons, reading);
    }
    if let Heard::Done(action) = flow::hear(draft, &said) {
        return action;
    }
    if let Some((flow, intent)) = flow::follow_up(draft, &said) {
        if switch::silent_about(draft, std::iter::once(&intent.name)) {
            return switch::hand_off(draft, Vec::new(), reading);
        }
        return flow::start(draft, &flow.id, intent, &said);
    }
    if draft.conversation.progress.flow.is_none()
        && !focus.picked
        && let Some(requests) = several::requests(draft, reading)
    {
        if switch::silent_about(draft, requests.iter().map(several::Request::intent)) {
            return switch::hand_off(draft, Vec::new(), reading);
        }
        return several::answer_all(draft, &requests, reading);
    }
    let wordless = !text.has_words() && reading.entities.is_empty() && !focus.picked;
    if draft.rule("no_words", json!({}), wordless) {
        return ask(draft, line::ASK_TEXT, reading);
    }
    one_message(draft, &said, &focus)
}

/// What stands for itself: small talk, something too short to act on, or a request.
fn one_message(draft: &mut Draft<'_>, said: &Said<'_>, focus: &clarify::Focus) -> Action {
    let reading = said.reading;
    let Some(intent) = focus.sure.clone() else {
        return match clarify::options(draft, reading) {
            Some(options) => {
                flow::note(draft, said);
                clarify::ask(draft, options, reading)
            }
            None => give_up(draft, vec![Reason::LowConfidence], reading),
        };
    };
    if switch::silent_about(draft, std::iter::once(&intent)) {
        return switch::hand_off(draft, Vec::new(), reading);
    }
    let goodbye = intent.is(Intent::GOODBYE);
    if draft.rule("goodbye", json!({ "intent": intent }), goodbye) {
        return close(draft);
    }
    let small_talk = draft.policy.small_talk(&intent);
    if draft.rule(
        "small_talk",
        json!({ "intent": intent, "reply": small_talk }),
        small_talk.is_some(),
    ) {
        return small_talk.map_or(Action::Answer, |reply| {
            draft.bot_says(reply);
            Action::Answer
        });
    }
    let question = draft.policy.question(&intent);
    if draft.rule(
        "says_too_little",
        json!({ "intent": intent, "reply": question }),
        question.is_some(),
    ) {
        flow::note(draft, said);
        return ask(draft, question.unwrap_or(line::ASK_TEXT), reading);
    }
    let action = request(draft, said, &intent, focus);
    // Something else was asked in the middle of a flow: with the answer the flow goes on.
    if action == Action::Answer && draft.conversation.progress.flow.is_some() {
        draft.bot_says(line::FLOW_RESUMED);
        return flow::remind(draft, reading).unwrap_or(action);
    }
    action
}

/// A request the bot understood: a flow does it, or a passage answers it, unless that very passage has just failed to.
fn request(draft: &mut Draft<'_>, said: &Said<'_>, intent: &Intent, focus: &clarify::Focus) -> Action {
    let reading = said.reading;
    let complained = phrases::find(&draft.policy.phrases().not_helped, said.normal);
    let last_answer = draft.conversation.progress.last_answer.clone();
    let not_helped = complained.is_some() && last_answer.is_some();
    if draft.rule(
        "not_helped",
        json!({ "phrase": complained, "last_answer": last_answer }),
        not_helped,
    ) {
        return ask(draft, line::NOT_HELPED, reading);
    }
    // One that the customer picked is sure, whatever "2" reads like.
    let read = reading.intents.iter().find(|scored| scored.name == *intent);
    let scored = ScoredIntent {
        name: intent.clone(),
        confidence: read.map_or(1.0, |scored| scored.confidence),
    };
    if let Some(flow) = draft.policy.flows.starting(intent, said) {
        return flow::start(draft, &flow.id, scored, said);
    }
    let Some(hit) = answer::choose(draft, intent, &focus.hits) else {
        let mut reading = reading.clone();
        if focus.picked {
            reading.intents = vec![scored];
        }
        return give_up(draft, vec![Reason::NoAnswer], &reading);
    };
    let answer = answer::from(hit);
    let again = last_answer.as_deref() == Some(answer.key.as_str());
    if draft.rule("same_answer_again", json!({ "answer": answer.key }), again) {
        return ask(draft, line::NOT_HELPED, reading);
    }
    draft.conversation.progress.failures = 0;
    draft.conversation.progress.last_answer = Some(answer.key);
    draft.message(Sender::Bot, answer.text, Some(answer.source));
    Action::Answer
}

/// A person takes over, unless an agent has just handed the conversation back that was given away for these very
/// reasons: then the bot asks for other words first, once.
fn give_up(draft: &mut Draft<'_>, reasons: Vec<Reason>, reading: &Reading) -> Action {
    let Some(mark) = &draft.conversation.handed_back else {
        return handoff::hand_off(draft, reasons, reading);
    };
    let inputs = json!({ "reasons": reasons, "before": mark.reasons, "times": mark.times });
    let covered = mark.covers(&reasons);
    if !draft.rule("handed_back", inputs, covered) {
        return handoff::hand_off(draft, reasons, reading);
    }
    if let Some(mark) = &mut draft.conversation.handed_back {
        mark.spent = true;
    }
    ask(draft, line::NOT_HELPED, reading)
}

/// The bot did not help this time. Once too often in a row, and a person takes over.
fn ask(draft: &mut Draft<'_>, reply: &str, reading: &Reading) -> Action {
    draft.conversation.progress.failures += 1;
    let (failures, limit) = (
        draft.conversation.progress.failures,
        draft.policy.limits().failures,
    );
    if draft.rule(
        "repeated_failure",
        json!({ "failures": failures, "limit": limit }),
        failures >= limit,
    ) {
        return handoff::hand_off(draft, vec![Reason::RepeatedFailure], reading);
    }
    draft.bot_says(reply);
    Action::Ask
}

fn close(draft: &mut Draft<'_>) -> Action {
    flow::drop_all(draft);
    draft.bot_says(line::GOODBYE);
    // A person has been promised, and comes.
    if draft.conversation.progress.deferred.is_some() {
        return Action::Answer;
    }
    draft.conversation.status = Status::Resolved;
    draft.event(EventData::ConversationResolved {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        by: "bot",
        agent: None,
        resolution: None,
    });
    Action::Close
}
