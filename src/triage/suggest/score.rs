//! From what speaks for a reply to the chance that it is the one to send, so that replies of different sources can be
//! compared. Pure arithmetic.
//!
//! Candidates are ranked by a conditional logit (McFadden 1974) over those of one message, and the chance is a logistic
//! regression on that rank alone (Platt 1999), over the first five, which an agent sees; both are one weighted sum.
//!
//! The weights were fitted by `models/support-en/recipe/suggest.py` on the choosing half of the conversations in
//! `tests/suggestions/chats.jsonl`; docs/SUGGESTIONS.md has what the other half says of them. One logistic regression
//! over all candidates ranked worse, and the words that a message shares with those answered before added nothing to
//! their likeness. Three weights cannot be fitted there and were chosen: that of a flow's line, which nothing but its
//! flow speaks for; that of earlier use, which is log-odds and counts in full as independent evidence does; and that of
//! age, which only settles what is all but equal.

use serde::Serialize;

use crate::domain::handoff::SuggestedReply;
use crate::domain::intent::Intent;
use crate::domain::message::Source;
use crate::domain::suggestion::{Used, Uses};
use crate::domain::time::Timestamp;
use crate::triage::suggest::words::{Rarity, Terms, terms};

/// A text that may be offered.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    pub source: Source,
    pub text: String,
    /// Likeness of the customer's words to the text itself, -1 to 1; `None` where that is not known.
    pub meaning: Option<f32>,
    /// The same to the nearest message that it was sent in answer to.
    pub asked: Option<f32>,
    /// Confidence of the surest intent that it is for, 0 to 1.
    pub intent: f32,
    /// Of a passage: the search's chance that it answers. 0 for the others.
    pub chance: f32,
    /// When it was written, of an earlier answer.
    pub at: Option<Timestamp>,
}

/// What speaks for a candidate. Serialized for whoever fits the weights.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Evidence {
    /// Which of the sources it is from, 1 or 0.
    pub passage: f32,
    pub flow: f32,
    pub earlier: f32,
    pub meaning: f32,
    /// Likeness to a message that it answered, as far as it is above `LIKE_ASKED`.
    pub asked: f32,
    /// Share of the customer's words in the text, 0 to 1.
    pub words: f32,
    pub intent: f32,
    pub chance: f32,
    /// Log-odds of being taken when shown, less those of any suggestion.
    pub used: f32,
    /// 0 for what was written now or has no age, towards -1 for what is old: half of the way each `HALF_LIFE_DAYS`.
    pub recent: f32,
}

/// A message less like another says nothing of its answer.
const LIKE_ASKED: f32 = 0.4;

const HALF_LIFE_DAYS: f32 = 90.0;

/// How often any suggestion is taken, and how many uses that counts for: what has been shown twice is known by its
/// kind, what has been shown fifty times by itself.
const TAKEN_SHARE: f32 = 0.2;
const TAKEN_WEIGHT: f32 = 5.0;

/// What an edited one counts of one that was sent as it was.
const EDITED: f32 = 0.5;

/// See the head of this file.
const BIAS: f32 = -5.89;
const WEIGHTS: Evidence = Evidence {
    passage: 1.54,
    flow: 5.00,
    earlier: 2.48,
    meaning: 6.13,
    asked: 10.31,
    words: 2.23,
    intent: 0.95,
    chance: 2.74,
    used: 1.0,
    recent: 0.2,
};

impl Evidence {
    fn values(&self) -> [f32; 10] {
        [
            self.passage,
            self.flow,
            self.earlier,
            self.meaning,
            self.asked,
            self.words,
            self.intent,
            self.chance,
            self.used,
            self.recent,
        ]
    }
}

/// The chance, 0 to 1, that it is the reply to send.
pub fn score(evidence: &Evidence) -> f32 {
    let products = evidence.values().into_iter().zip(WEIGHTS.values());
    let sum: f32 = products.map(|(value, weight)| value * weight).sum();
    1.0 / (1.0 + (-(BIAS + sum)).exp())
}

/// For each candidate, in their order. `text` is what the customer wrote, `intent` what it is about.
pub fn evidence(
    text: &str,
    intent: Option<&Intent>,
    candidates: &[Candidate],
    used: &[Used],
    now: Timestamp,
) -> Vec<Evidence> {
    let asked = terms(text);
    let own: Vec<Terms> = candidates
        .iter()
        .map(|candidate| terms(&candidate.text))
        .collect();
    let rarity = Rarity::of(own.iter());
    let all = candidates.iter().zip(&own);
    all.map(|(candidate, own)| Evidence {
        passage: flag(matches!(candidate.source, Source::Article(_))),
        flow: flag(matches!(candidate.source, Source::Flow { .. })),
        earlier: flag(matches!(candidate.source, Source::EarlierAnswer { .. })),
        meaning: finite(candidate.meaning.unwrap_or_default()),
        asked: (finite(candidate.asked.unwrap_or_default()) - LIKE_ASKED).max(0.0),
        words: rarity.coverage(&asked, own),
        intent: finite(candidate.intent),
        chance: finite(candidate.chance),
        used: taken(&candidate.source.key(), intent, used),
        recent: candidate.at.map_or(0.0, |at| recent(at, now)),
    })
    .collect()
}

/// The best of them, at most `limit`; of equal scores the first. No text twice.
pub fn rank(
    text: &str,
    intent: Option<&Intent>,
    candidates: &[Candidate],
    used: &[Used],
    now: Timestamp,
    limit: usize,
) -> Vec<SuggestedReply> {
    let scores: Vec<f32> = evidence(text, intent, candidates, used, now)
        .iter()
        .map(score)
        .collect();
    let mut order: Vec<(&Candidate, f32)> = candidates.iter().zip(scores).collect();
    order.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let mut best: Vec<SuggestedReply> = Vec::new();
    for (candidate, score) in order {
        if best.len() == limit {
            break;
        }
        if best.iter().all(|reply| reply.text != candidate.text) {
            best.push(SuggestedReply {
                id: candidate.source.key(),
                text: candidate.text.clone(),
                score,
                source: candidate.source.clone(),
            });
        }
    }
    best
}

fn flag(holds: bool) -> f32 {
    if holds { 1.0 } else { 0.0 }
}

/// What is no number says nothing.
fn finite(value: f32) -> f32 {
    if value.is_finite() {
        value.clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

fn recent(at: Timestamp, now: Timestamp) -> f32 {
    let days = now.duration_since(at).as_secs_f32() / 86_400.0;
    0.5_f32.powf(days.max(0.0) / HALF_LIFE_DAYS) - 1.0
}

/// The share of times it was taken is drawn to that of all its uses, and that to the share of any suggestion.
fn taken(key: &str, intent: Option<&Intent>, used: &[Used]) -> f32 {
    let mine = used.iter().filter(|used| used.key == key);
    let (mut all, mut here) = (Uses::default(), Uses::default());
    for used in mine {
        all.add_all(used.uses);
        if used.intent.as_ref() == intent {
            here.add_all(used.uses);
        }
    }
    let share = share(here, share(all, TAKEN_SHARE));
    log_odds(share) - log_odds(TAKEN_SHARE)
}

fn share(uses: Uses, prior: f32) -> f32 {
    let [sent, edited, ignored] = [uses.sent, uses.edited, uses.ignored].map(|count| count as f32);
    (sent + EDITED * edited + TAKEN_WEIGHT * prior) / (sent + edited + ignored + TAKEN_WEIGHT)
}

fn log_odds(share: f32) -> f32 {
    let share = share.clamp(0.001, 0.999);
    (share / (1.0 - share)).ln()
}
