//! Which texts may be offered to an agent at all: canned responses, passages for customers, what a flow has found, and
//! what agents answered to similar messages before. Nothing that is for agents' eyes only is among them.

use crate::domain::article::Audience;
use crate::domain::conversation::Conversation;
use crate::domain::handoff::SuggestedReply;
use crate::domain::id::ConversationId;
use crate::domain::intent::Intent;
use crate::domain::message::Source;
use crate::domain::reading::Reading;
use crate::domain::suggestion::Answer;
use crate::triage::gist;
use crate::triage::policy::Policy;
use crate::triage::reply::Variables;
use crate::triage::suggest::score::Candidate;

/// How much of what the customer wrote is looked for: sentences, and characters of all of them.
const ASKED_SENTENCES: usize = 3;
const ASKED_CHARS_MAX: usize = 400;

/// How many of the earlier answers that answered the most similar messages are looked at.
const ANSWERS_MAX: usize = 24;

/// An earlier answer, and how like its question is to what the customer wrote now, -1 to 1.
#[derive(Debug, Clone, Copy)]
pub struct Remembered<'a> {
    pub answer: &'a Answer,
    pub likeness: f32,
}

/// What is known of a conversation in which an agent is to answer.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    pub conversation: &'a ConversationId,
    pub customer_name: &'a str,
    pub agent_name: &'a str,
    /// Of what the customer wrote: its intents, the passages and the canned responses found for it.
    pub reading: &'a Reading,
    /// What a flow has found, ready to be said.
    pub lines: &'a [SuggestedReply],
    pub remembered: &'a [Remembered<'a>],
}

/// What the customer wants answered now, in their own words; `None` when they have written nothing since an agent
/// last answered.
pub fn asked(conversation: &Conversation) -> Option<String> {
    let unanswered = gist::unanswered(conversation);
    let newest = unanswered.last()?;
    let heard = &conversation.progress.heard;
    let sentences = gist::of(&unanswered, heard, ASKED_SENTENCES, ASKED_CHARS_MAX);
    Some(if sentences.is_empty() {
        gist::quote(&newest.text)
    } else {
        sentences.join("\n")
    })
}

/// Every text once, in a fixed order.
pub fn pool(case: &Case<'_>, policy: &Policy) -> Vec<Candidate> {
    let mut pool = lines(case);
    pool.extend(canned(case, policy));
    pool.extend(passages(case));
    remember(&mut pool, case);
    pool
}

/// By an intent that was read, or by being near in meaning.
fn canned(case: &Case<'_>, policy: &Policy) -> Vec<Candidate> {
    let variables = Variables {
        customer_name: case.customer_name,
        business_name: &policy.business().name,
        agent_name: case.agent_name,
        ..Variables::default()
    };
    let near = case.reading.replies.iter().map(|hit| hit.id.as_str());
    let intended = case
        .reading
        .intents
        .iter()
        .flat_map(|scored| policy.replies.offered_for(&scored.name));
    let mut ids: Vec<&str> = Vec::new();
    for id in intended.chain(near) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let candidate = |id: &str| {
        let text = policy.replies.offered(id, &variables)?;
        let hit = case.reading.replies.iter().find(|hit| hit.id == id);
        Some(Candidate {
            text,
            meaning: hit.map(|hit| hit.meaning),
            asked: None,
            intent: confidence(case, |intent| policy.replies.is_for(id, intent)),
            chance: 0.0,
            at: None,
            source: Source::CannedResponse { id: id.to_owned() },
        })
    };
    ids.into_iter().filter_map(candidate).collect()
}

fn passages(case: &Case<'_>) -> Vec<Candidate> {
    let public = case.reading.hits.iter();
    public
        .filter(|hit| hit.audience == Audience::Public)
        .map(|hit| Candidate {
            source: Source::Article(hit.citation.clone()),
            text: hit.text.clone(),
            meaning: None,
            asked: None,
            intent: confidence(case, |intent| hit.intents.contains(intent)),
            chance: hit.score,
            at: None,
        })
        .collect()
}

fn lines(case: &Case<'_>) -> Vec<Candidate> {
    let line = |line: &SuggestedReply| Candidate {
        source: line.source.clone(),
        text: line.text.clone(),
        meaning: None,
        asked: None,
        intent: case.reading.top().map_or(0.0, |top| top.confidence),
        chance: 0.0,
        at: None,
    };
    case.lines.iter().map(line).collect()
}

/// An answer that was a suggestion sent as it was, or says the same as one that is there, speaks for that one; the
/// others are candidates of their own, equal texts as one. What was said in this very conversation is no news to it.
fn remember(pool: &mut Vec<Candidate>, case: &Case<'_>) {
    let mut remembered: Vec<&Remembered<'_>> = case
        .remembered
        .iter()
        .filter(|remembered| remembered.answer.conversation != *case.conversation)
        .collect();
    remembered.sort_by(|one, other| other.likeness.total_cmp(&one.likeness));
    for Remembered { answer, likeness } in remembered.into_iter().take(ANSWERS_MAX) {
        let is_this = |candidate: &&mut Candidate| {
            answer.suggestion.as_ref() == Some(&candidate.source.key()) || candidate.text == answer.text
        };
        let candidate = match pool.iter_mut().find(is_this) {
            Some(candidate) => candidate,
            None => {
                pool.push(Candidate {
                    source: Source::EarlierAnswer {
                        conversation: answer.conversation.clone(),
                        message: answer.message.clone(),
                    },
                    text: answer.text.clone(),
                    meaning: None,
                    asked: None,
                    intent: 0.0,
                    chance: 0.0,
                    at: Some(answer.at),
                });
                let Some(added) = pool.last_mut() else { return };
                added
            }
        };
        candidate.asked = Some(candidate.asked.map_or(*likeness, |before| before.max(*likeness)));
        if let Some(at) = candidate.at {
            candidate.at = Some(at.max(answer.at));
        }
        let sure = confidence(case, |intent| answer.intent.as_ref() == Some(intent));
        candidate.intent = candidate.intent.max(sure);
    }
}

/// Of the surest intent for which something holds.
fn confidence(case: &Case<'_>, holds: impl Fn(&Intent) -> bool) -> f32 {
    let intents = case.reading.intents.iter();
    intents
        .filter(|scored| holds(&scored.name))
        .map(|scored| scored.confidence)
        .fold(0.0, f32::max)
}
