//! What a customer is told who waits for a person, and what happens where nobody is there: nobody is left without an
//! answer, and nobody is promised one that does not come.

use std::ops::Range;

use serde_json::json;

use crate::domain::conversation::{Owner, Status};
use crate::domain::handoff::{Contact, ContactAsked, Deferred, Fallback, Handoff, Reason};
use crate::domain::id::{QueueName, TaskId};
use crate::domain::message::Text;
use crate::domain::personal_data::{PersonalData, candidates, without_masks};
use crate::domain::task::Work;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::policy::line;
use crate::triage::{card, flow, handoff, phrases, sla};

/// How often the bot asks how to get back to a customer.
const CONTACT_ASKED_MAX: u32 = 2;

/// A conversation has just gone to this queue, or back to it: its place and the wait, or when people are there again.
pub(crate) fn tell(draft: &mut Draft<'_>, queue: &QueueName, reasons: &[Reason]) {
    if !nobody_there(draft, queue) {
        if draft.standing.is_some() {
            draft.bot_says(line::STANDING);
        }
        return;
    }
    // In an emergency nobody is asked for an address, and nobody is who has left one.
    let urgent = reasons.contains(&Reason::Urgent);
    let handoff = draft.conversation.handoff.as_ref();
    let left = handoff.is_some_and(|handoff| handoff.contact.is_some());
    let fallback = draft.policy.fallback_of(queue);
    let asked = match fallback {
        Fallback::Message | Fallback::Callback if !urgent && !left => fallback,
        Fallback::Message | Fallback::Callback | Fallback::Wait | Fallback::Bot => {
            draft.bot_says(line::CLOSED);
            return;
        }
    };
    let callback = asked == Fallback::Callback;
    draft.bot_says(if callback {
        line::CLOSED_CALLBACK
    } else {
        line::CLOSED_MESSAGE
    });
    draft.conversation.progress.contact = Some(ContactAsked { callback, times: 1 });
}

/// Whether no person takes it for now, as far as is known.
fn nobody_there(draft: &mut Draft<'_>, queue: &QueueName) -> bool {
    let Some(standing) = draft.standing else {
        return false;
    };
    let fallback = draft.policy.fallback_of(queue).as_str();
    let inputs =
        json!({ "open": standing.open, "agents_online": standing.agents_online, "fallback": fallback });
    draft.rule("nobody_there", inputs, standing.nobody_there())
}

/// A customer who waits has written again.
pub(crate) fn hear(draft: &mut Draft<'_>, text: &Text) {
    let Owner::Queue { queue, .. } = &draft.conversation.owner else {
        return;
    };
    let queue = queue.clone();
    if let Some(asked) = draft.conversation.progress.contact.take()
        && nobody_there(draft, &queue)
    {
        take_contact(draft, asked, text);
        return;
    }
    let normal_text = phrases::normalise(&without_masks(text.as_str()));
    let phrases = draft.policy.phrases();
    let asks = phrases::find(&phrases.how_long, &normal_text)
        .or_else(|| phrases::find(&phrases.asked_for_human, &normal_text));
    let told = draft.conversation.progress.told_waiting;
    if draft.rule(
        "tell_standing",
        json!({ "phrase": asks, "told": told }),
        asks.is_some() || !told,
    ) {
        draft.conversation.progress.told_waiting = true;
        draft.bot_says(line::QUEUED);
    }
}

fn take_contact(draft: &mut Draft<'_>, asked: ContactAsked, text: &Text) {
    let found = contact_in(text.as_str(), asked.callback).map(str::to_owned);
    let inputs = json!({ "found": found.is_some(), "times": asked.times });
    draft.rule("contact_left", inputs, found.is_some());
    let message = draft.conversation.id.message(draft.conversation.last_seq);
    draft.conversation.progress.told_waiting = true;
    match (found, &mut draft.conversation.handoff) {
        (Some(value), Some(handoff)) => {
            handoff.contact = Some(Contact {
                value,
                callback: asked.callback,
                message,
            });
            draft.bot_says(line::CONTACT_TAKEN);
        }
        _ if asked.times < CONTACT_ASKED_MAX => {
            let times = asked.times + 1;
            draft.conversation.progress.contact = Some(ContactAsked { times, ..asked });
            draft.bot_says(line::CONTACT_ASK);
        }
        _ => draft.bot_says(line::QUEUED),
    }
}

/// The first telephone number, or, where nobody is to be called, the first e-mail address or number.
fn contact_in(text: &str, callback: bool) -> Option<&str> {
    let fits = |kind: PersonalData| match kind {
        PersonalData::Phone => true,
        PersonalData::Email => !callback,
        PersonalData::Card | PersonalData::Iban | PersonalData::NationalId => false,
    };
    let places = candidates(text).into_iter().filter(|found| fits(found.kind));
    let first: Option<Range<usize>> = places.map(|found| found.range).min_by_key(|range| range.start);
    text.get(first?)
}

/// The bot holds the handoff back and goes on, where the business wants that and the bot can: then a person takes over
/// when they are there, by a timer. What is urgent, what the bot cannot read and who is unhappy wait in the queue, as does who
/// could not prove who they are: nobody tries codes all night.
pub(crate) fn hold_back(draft: &mut Draft<'_>, handoff: Handoff) -> Result<Action, Box<Handoff>> {
    if !draft.switch.enabled {
        return Err(Box::new(handoff));
    }
    let opens_at = draft.standing.and_then(|standing| standing.opens_at);
    let wanted =
        draft.policy.fallback_of(&handoff.queue) == Fallback::Bot && nobody_there(draft, &handoff.queue);
    let (Some(opens_at), true) = (
        opens_at,
        wanted && handoff.reasons.iter().all(|reason| can_go_on(*reason)),
    ) else {
        return Err(Box::new(handoff));
    };
    let deferred = match draft.conversation.progress.deferred.take() {
        Some(mut deferred) => {
            deferred.handoff.priority = deferred.handoff.priority.max(handoff.priority);
            let held = std::mem::take(&mut deferred.handoff.reasons);
            let all = Reason::ALL.iter().copied();
            deferred.handoff.reasons = all
                .filter(|reason| held.contains(reason) || handoff.reasons.contains(reason))
                .collect();
            if let Some(weightiest) = deferred.handoff.reasons.first() {
                deferred.handoff.reason = *weightiest;
            }
            deferred
        }
        None => Deferred {
            timer: draft.task(Work::Timer, opens_at),
            handoff,
        },
    };
    flow::drop_all(draft);
    let progress = &mut draft.conversation.progress;
    progress.deferred = Some(deferred);
    // Counted anew, so that the bot's next answer is not its last.
    (progress.turns, progress.failures, progress.last_answer) = (0, 0, None);
    draft.bot_says(line::HANDOFF_LATER);
    Ok(Action::Answer)
}

fn can_go_on(reason: Reason) -> bool {
    match reason {
        Reason::AskedForHuman
        | Reason::OutOfScope
        | Reason::Policy
        | Reason::RepeatedFailure
        | Reason::TurnLimit
        | Reason::LookupFailed
        | Reason::LowConfidence
        | Reason::NoAnswer => true,
        Reason::Urgent
        | Reason::SensitiveTopic
        | Reason::NegativeSentiment
        | Reason::UnsupportedLanguage
        | Reason::Unavailable
        | Reason::VerificationFailed => false,
    }
}

/// The queue opens: what was held back goes to it, unless a person has the conversation by now or it has ended.
pub(crate) fn opened(draft: &mut Draft<'_>, timer: &TaskId) -> Option<Action> {
    let conversation = &mut draft.conversation;
    let due = conversation.owner == Owner::Bot && conversation.status == Status::Open;
    let deferred = conversation
        .progress
        .deferred
        .take_if(|deferred| deferred.timer == *timer)?;
    if !draft.rule("deferred_handoff", json!({ "timer": timer }), due) {
        return Some(Action::Record);
    }
    let Deferred { mut handoff, .. } = deferred;
    handoff.at = draft.now;
    handoff.first_response_due =
        sla::first_response_due(draft.policy, &handoff.queue, handoff.priority, draft.now);
    handoff.tried = card::tried(draft);
    handoff.summary = card::summary(draft, &handoff.tried);
    Some(handoff::enter_queue(draft, handoff, line::OPENED))
}
