//! What an agent's message says of the suggestions that the agent was shown, and what it leaves for later ones.

use std::collections::BTreeSet;

use crate::domain::conversation::Conversation;
use crate::domain::handoff::SuggestedReply;
use crate::domain::intent::Intent;
use crate::domain::message::Message;
use crate::domain::personal_data::Masking;
use crate::domain::suggestion::{Answer, Feedback, Outcome, ShownReply, Suggested, SuggestionOutcome};
use crate::domain::turn::Refusal;
use crate::triage::suggest::pool::asked;

/// Shorter parts of a name are words as well.
const NAME_CHARS_MIN: usize = 3;

/// The longest question or answer that is kept, in characters: longer ones are no reply to be sent again.
const ANSWER_CHARS_MAX: usize = 2_000;

/// What stands for a name in an answer that is kept.
const NAME: &str = "[name]";

/// Whether a suggestion was sent as it was; white space does not count.
pub fn is_as_shown(shown: &str, sent: &str) -> bool {
    shown.split_whitespace().eq(sent.split_whitespace())
}

/// `conversation` is as it was before the message. Refused where the suggestion that the message names was neither
/// shown nor part of the handoff.
pub fn feedback(
    conversation: &Conversation,
    suggested: Option<&Suggested>,
    message: &Message,
) -> Result<Feedback, Refusal> {
    let shown = suggested.and_then(|suggested| suggested.shown.as_ref());
    let replies = shown.map_or(&[][..], |shown| &shown.replies);
    let intent = shown.map_or_else(|| about(conversation), |shown| shown.intent.clone());
    let taken = match suggested.and_then(|suggested| suggested.taken.as_deref()) {
        Some(id) => Some((id, outcome(conversation, replies, id, message)?)),
        None => None,
    };
    let became = |key: &str, outcome| SuggestionOutcome {
        key: key.to_owned(),
        intent: intent.clone(),
        outcome,
    };
    let ignored = replies
        .iter()
        .filter(|reply| taken.is_none_or(|(id, _)| id != reply.id))
        .map(|reply| became(&reply.id, Outcome::Ignored));
    let outcomes = taken
        .map(|(id, outcome)| became(id, outcome))
        .into_iter()
        .chain(ignored)
        .collect();
    let sent_as_it_was = taken.filter(|(_, outcome)| *outcome == Outcome::Sent);
    Ok(Feedback {
        outcomes,
        answer: answer(conversation, intent, sent_as_it_was.map(|(id, _)| id), message),
    })
}

fn outcome(
    conversation: &Conversation,
    shown: &[ShownReply],
    id: &str,
    message: &Message,
) -> Result<Outcome, Refusal> {
    let of_the_card = |handoff: &'_ [SuggestedReply]| {
        let reply = handoff.iter().find(|reply| reply.id == id);
        reply.map(|reply| reply.text.clone())
    };
    let text = shown
        .iter()
        .find(|reply| reply.id == id)
        .map(|reply| reply.text.clone())
        .or_else(|| of_the_card(&conversation.handoff.as_ref()?.suggested_replies))
        .ok_or_else(|| Refusal::UnknownSuggestion(id.to_owned()))?;
    Ok(if is_as_shown(&text, &message.text) {
        Outcome::Sent
    } else {
        Outcome::Edited
    })
}

/// What the conversation is about, where nothing was shown.
fn about(conversation: &Conversation) -> Option<Intent> {
    let handoff = conversation.handoff.as_ref()?;
    handoff.intents.first().map(|scored| scored.name.clone())
}

fn answer(
    conversation: &Conversation,
    intent: Option<Intent>,
    suggestion: Option<&str>,
    message: &Message,
) -> Option<Answer> {
    let question = nameless(conversation, &asked(conversation)?);
    let text = nameless(conversation, &message.text);
    let fits = |text: &str| text.chars().count() <= ANSWER_CHARS_MAX;
    (fits(&question) && fits(&text)).then(|| Answer {
        conversation: conversation.id.clone(),
        message: message.id.clone(),
        question,
        text,
        intent,
        suggestion: suggestion.map(str::to_owned),
        at: message.at,
        meaning: None,
    })
}

/// Without what tells who the customer is: every kind of personal data, whatever the policy keeps, the customer's name,
/// and the values that they gave.
fn nameless(conversation: &Conversation, text: &str) -> String {
    let name = &conversation.customer.name;
    let parts = name
        .split_whitespace()
        .filter(|part| part.chars().count() >= NAME_CHARS_MIN);
    let names: BTreeSet<&str> = [name.as_str()].into_iter().chain(parts).collect();
    let mut text = Masking::ALL.mask(text);
    // The whole name before its parts.
    let mut names: Vec<&str> = names.into_iter().filter(|name| !name.trim().is_empty()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for name in names {
        text = replaced(&text, name, NAME);
    }
    let progress = &conversation.progress;
    let heard = progress.heard.iter().flat_map(|heard| &heard.entities);
    let of_handoff = conversation.handoff.iter().flat_map(|handoff| &handoff.entities);
    let found = of_handoff.map(|entity| &entity.value);
    let mut values: Vec<&String> = heard.chain(found).chain(progress.remembered.values()).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    for value in values
        .into_iter()
        .filter(|value| value.chars().any(|c| c.is_ascii_digit()))
    {
        text = replaced(&text, value, "[value]");
    }
    text
}

/// Whole words alone, in whatever case.
fn replaced(text: &str, what: &str, by: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(first) = rest.chars().next() {
        let starts = rest
            .get(..what.len())
            .is_some_and(|part| part.to_lowercase() == what.to_lowercase());
        let after = rest.get(what.len()..).and_then(|after| after.chars().next());
        let apart = |neighbour: Option<char>| neighbour.is_none_or(|c| !c.is_alphanumeric());
        if starts && apart(before) && apart(after) {
            result.push_str(by);
            before = what.chars().next_back();
            rest = rest.get(what.len()..).unwrap_or_default();
        } else {
            result.push(first);
            before = Some(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    result
}

#[cfg(test)]
mod tests;
