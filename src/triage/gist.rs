//! What a customer's messages say, in their own words: the sentences that tell most, as they were written. Extractive,
//! so nothing is said that was not; the same messages always give the same sentences.

use std::collections::BTreeSet;

use crate::domain::conversation::Conversation;
use crate::domain::intent::Intent;
use crate::domain::message::{Message, Sender};
use crate::domain::progress::Heard;

/// Longest sentence that is quoted whole, in characters.
const SENTENCE_CHARS_MAX: usize = 160;

/// Intents of messages that say nothing of what the matter is.
const SAYS_LITTLE: [&str; 8] = [
    Intent::AFFIRM,
    Intent::DENY,
    Intent::GOODBYE,
    Intent::HUMAN_AGENT,
    "chitchat",
    "greeting",
    "help_general",
    "thanks",
];

/// Words that a sentence can be made of without saying anything.
const EMPTY_WORDS: &str = "hi hello hey hiya again dear good morning afternoon evening day there all team folks sir madam \
    yes yeah yep no nope ok okay please thanks thank you very much many cheers ta bye goodbye so well um hmm \
    a an i the quick question sorry to bother";

/// What each kind of evidence counts. Chosen by hand on the cases below: a number that somebody has to look up says
/// most, then how sure it is what the message wants.
const PER_ENTITY: f32 = 1.5;
const ENTITIES_MAX: usize = 2;
const INTENT: f32 = 1.5;
const NEGATIVE: f32 = 0.8;
const ASKS: f32 = 0.4;
const NEWEST: f32 = 0.6;
const PER_WORD: f32 = 0.08;
const WORDS_MAX: usize = 16;

/// One sentence with where it stands and how much it says.
struct Sentence<'a> {
    message: usize,
    text: &'a str,
    weight: f32,
}

/// Up to `sentences` of them, in the order they were written, of at most `chars` characters together.
pub fn of(messages: &[&Message], heard: &[Heard], sentences: usize, chars: usize) -> Vec<String> {
    let mut found: Vec<Sentence<'_>> = Vec::new();
    for (place, message) in messages.iter().enumerate() {
        let heard = heard.iter().find(|heard| heard.seq == message.seq);
        let newest = place + 1 == messages.len();
        found.extend(split(&message.text).map(|text| Sentence {
            message: place,
            text,
            weight: weight(text, heard, newest),
        }));
    }
    let mut order: Vec<usize> = (0..found.len()).collect();
    // Stable: of equal weight, what was said first.
    order.sort_by(|a, b| weight_at(&found, *b).total_cmp(&weight_at(&found, *a)));
    let (mut chosen, mut left, mut said) = (Vec::new(), chars, BTreeSet::new());
    for place in order {
        let Some(sentence) = found.get(place).filter(|sentence| sentence.weight > 0.0) else {
            break;
        };
        let text = quote(sentence.text);
        let length = text.chars().count();
        if chosen.len() < sentences && length <= left && said.insert(text.to_lowercase()) {
            left -= length;
            chosen.push((place, sentence.message, text));
        }
    }
    chosen.sort_by_key(|(place, _, _)| *place);
    joined(chosen)
}

/// Sentences of one message that follow each other are one quotation.
fn joined(chosen: Vec<(usize, usize, String)>) -> Vec<String> {
    let mut quotes: Vec<String> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    for (place, message, text) in chosen {
        match quotes.last_mut() {
            Some(quote) if last == place.checked_sub(1).map(|before| (before, message)) => {
                quote.push(' ');
                quote.push_str(&text);
            }
            Some(_) | None => quotes.push(text),
        }
        last = Some((place, message));
    }
    quotes
}

/// What the customer has written since an agent last answered; the newest messages, where that is a lot.
pub fn unanswered(conversation: &Conversation) -> Vec<&Message> {
    let messages = &conversation.messages;
    let answered = messages
        .iter()
        .rposition(|message| matches!(message.from, Sender::Agent(_)));
    let since = answered.map_or(0, |place| place + 1);
    messages
        .iter()
        .skip(since)
        .filter(|message| message.from == Sender::Customer)
        .collect()
}

fn weight_at(found: &[Sentence<'_>], place: usize) -> f32 {
    found.get(place).map_or(0.0, |sentence| sentence.weight)
}

/// 0 for a sentence that says nothing.
fn weight(text: &str, heard: Option<&Heard>, newest: bool) -> f32 {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let says = |word: &&String| !EMPTY_WORDS.split_whitespace().any(|empty| empty == *word);
    let telling = words.iter().filter(says).count();
    if telling == 0 {
        return 0.0;
    }
    let entities = heard.map_or(0, |heard| {
        let named = heard
            .entities
            .iter()
            .filter(|value| text.contains(value.as_str()));
        named.count().min(ENTITIES_MAX)
    });
    let intent = heard.and_then(|heard| heard.intent.as_ref());
    let sure = intent
        .filter(|scored| !SAYS_LITTLE.iter().any(|name| scored.name.is(name)))
        .map_or(0.0, |scored| scored.confidence);
    let negative = heard.map_or(0.0, |heard| heard.negative);
    let flag = |holds: bool, weight: f32| if holds { weight } else { 0.0 };
    PER_ENTITY * entities as f32
        + INTENT * sure
        + NEGATIVE * negative
        + flag(text.contains('?'), ASKS)
        + flag(newest, NEWEST)
        + PER_WORD * telling.min(WORDS_MAX) as f32
}

/// At line breaks, and behind `.`, `!` and `?` where a space follows.
fn split(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .flat_map(|line| {
            let mut ends: Vec<usize> = line
                .char_indices()
                .zip(line.chars().skip(1))
                .filter(|((_, c), next)| matches!(c, '.' | '!' | '?') && next.is_whitespace())
                .map(|((at, c), _)| at + c.len_utf8())
                .collect();
            ends.push(line.len());
            let mut start = 0;
            ends.into_iter()
                .map(|end| {
                    let sentence = line.get(start..end).unwrap_or_default();
                    start = end;
                    sentence.trim()
                })
                .collect::<Vec<_>>()
        })
        .filter(|sentence| !sentence.is_empty())
}

/// On one line, and not too long.
pub(crate) fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SENTENCE_CHARS_MAX {
        return line;
    }
    line.chars().take(SENTENCE_CHARS_MAX - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
