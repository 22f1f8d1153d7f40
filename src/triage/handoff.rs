//! Handing off: the rules that call for a person, and the case that is put before them.

use std::borrow::Cow;

use serde_json::json;

use crate::domain::article::Audience;
use crate::domain::event::{EventData, HandoffRequested};
use crate::domain::handoff::{ArticleReference, Handoff, Mood, Reason, SuggestedReply};
use crate::domain::id::QueueName;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::message::{Sender, Source};
use crate::domain::reading::Reading;
use crate::domain::sentiment::{mean, trend};
use crate::domain::time::Duration;
use crate::domain::turn::Action;
use crate::triage::clarify::Focus;
use crate::triage::draft::Draft;
use crate::triage::flow;
use crate::triage::phrases::find;
use crate::triage::reply::Variables;

/// How sure the language must be before a customer is told that the bot does not speak it.
const LANGUAGE_CONFIDENCE_MIN: f32 = 0.8;

/// How many replies and articles an agent is offered: what fits on a card without scrolling.
const SUGGESTIONS_MAX: usize = 5;

/// How much of a message the summary quotes, in characters.
const QUOTE_CHARS_MAX: usize = 160;

/// Every reason that holds, weightiest first; empty when the bot may go on. Each rule is considered, fired or not. What
/// answers a flow's question (a number, an address) is not taken for an intent or a language of its own.
pub(crate) fn reasons(
    draft: &mut Draft<'_>,
    normal_text: &str,
    reading: &Reading,
    focus: &Focus,
    answers_flow: bool,
) -> Vec<Reason> {
    let mut found = Vec::new();
    let mut consider = |fired: bool, reason: Reason| {
        if fired {
            found.push(reason);
        }
    };
    consider(urgent(draft, normal_text), Reason::Urgent);
    consider(
        asked_for_human(draft, normal_text, reading, answers_flow),
        Reason::AskedForHuman,
    );
    consider(sensitive_topic(draft, normal_text), Reason::SensitiveTopic);
    consider(negative_sentiment(draft, reading), Reason::NegativeSentiment);
    consider(
        unsupported_language(draft, reading, answers_flow),
        Reason::UnsupportedLanguage,
    );
    let fault = reading.fault.as_ref().map(ToString::to_string);
    consider(
        draft.rule("unavailable", json!({ "fault": fault }), fault.is_some()),
        Reason::Unavailable,
    );
    let sure = focus.sure.as_ref().filter(|_| !answers_flow);
    let out_of_scope = sure.is_some_and(|intent| intent.is(Intent::OUT_OF_SCOPE));
    consider(
        draft.rule("out_of_scope", json!({ "intent": focus.sure }), out_of_scope),
        Reason::OutOfScope,
    );
    let always_human = sure.is_some_and(|intent| draft.policy.always_human(intent));
    consider(
        draft.rule("policy", json!({ "always_human": focus.sure }), always_human),
        Reason::Policy,
    );
    let (turns, limit) = (draft.conversation.progress.turns, draft.policy.limits().turns);
    consider(
        draft.rule(
            "turn_limit",
            json!({ "turns": turns, "limit": limit }),
            turns > limit,
        ),
        Reason::TurnLimit,
    );
    let unsure = focus.sure.is_none() && reading.fault.is_none();
    if unsure && !found.is_empty() {
        found.push(Reason::LowConfidence);
    }
    found
}

fn urgent(draft: &mut Draft<'_>, normal_text: &str) -> bool {
    let phrase = find(&draft.policy.phrases().urgent, normal_text);
    draft.rule("urgent", json!({ "phrase": phrase }), phrase.is_some())
}

fn asked_for_human(draft: &mut Draft<'_>, normal_text: &str, reading: &Reading, answers_flow: bool) -> bool {
    let phrase = find(&draft.policy.phrases().asked_for_human, normal_text);
    let human = Intent::new(Intent::HUMAN_AGENT);
    let bar = draft.policy.answer_at(&human);
    let confidence = reading
        .intents
        .iter()
        .find(|scored| scored.name == human && !answers_flow)
        .map(|scored| scored.confidence);
    let fired = phrase.is_some() || confidence.is_some_and(|confidence| confidence >= bar);
    draft.rule(
        "asked_for_human",
        json!({ "phrase": phrase, "confidence": confidence, "bar": bar }),
        fired,
    )
}

fn sensitive_topic(draft: &mut Draft<'_>, normal_text: &str) -> bool {
    let topics = &draft.policy.phrases().sensitive_topics;
    let found = topics
        .iter()
        .find_map(|(topic, phrases)| Some((topic, find(phrases, normal_text)?)));
    let inputs = json!({ "topic": found.map(|(topic, _)| topic), "phrase": found.map(|(_, phrase)| phrase) });
    draft.rule("sensitive_topic", inputs, found.is_some())
}

/// Unhappy now, or unhappy on average over the newest messages. A calm report of something bad is neither.
fn negative_sentiment(draft: &mut Draft<'_>, reading: &Reading) -> bool {
    let bars = draft.policy.mood();
    let moods = &draft.conversation.progress.moods;
    let newest = moods
        .len()
        .checked_sub(bars.over)
        .and_then(|from| moods.get(from..));
    let average = newest.map(mean);
    let now = reading.sentiment.map(|sentiment| sentiment.negative);
    let fired =
        now.is_some_and(|now| now >= bars.now) || average.is_some_and(|mean| mean >= bars.conversation);
    let inputs = json!({ "now": now, "bar_now": bars.now, "conversation": average, "bar_conversation": bars.conversation });
    draft.rule("negative_sentiment", inputs, fired)
}

fn unsupported_language(draft: &mut Draft<'_>, reading: &Reading, answers_flow: bool) -> bool {
    let foreign = reading.language.as_ref().is_some_and(|language| {
        !answers_flow
            && language.confidence >= LANGUAGE_CONFIDENCE_MIN
            && !draft.policy.speaks(&language.code)
    });
    draft.rule(
        "unsupported_language",
        json!({ "language": reading.language }),
        foreign,
    )
}

/// The conversation goes to the queue of what it is about, with the case already written up.
pub(crate) fn hand_off(draft: &mut Draft<'_>, reasons: Vec<Reason>, reading: &Reading) -> Action {
    hand_off_to(draft, reasons, reading, None)
}

/// The same, to a queue that a flow names.
pub(crate) fn hand_off_to(
    draft: &mut Draft<'_>,
    reasons: Vec<Reason>,
    reading: &Reading,
    queue: Option<&QueueName>,
) -> Action {
    let Some(&reason) = reasons.first() else {
        return Action::Relay;
    };
    let reading = &about_the_flow(draft, reading);
    let intent = reading.top().map(|top| &top.name);
    let queue = queue.unwrap_or_else(|| draft.policy.queue_for(intent)).clone();
    let priority = draft.policy.priority_of(&reasons);
    let minutes = draft.policy.first_response_minutes(priority);
    let progress = &draft.conversation.progress;
    let handoff = Handoff {
        reason,
        reasons,
        queue,
        priority,
        at: draft.now,
        first_response_due: draft.now + Duration::from_mins(i64::from(minutes)),
        summary: summary(draft),
        language: reading
            .language
            .as_ref()
            .filter(|found| found.confidence >= LANGUAGE_CONFIDENCE_MIN)
            .map(|found| found.code.clone()),
        intents: reading.intents.clone(),
        sentiment: reading.sentiment.map(|sentiment| Mood {
            label: sentiment.label,
            negative: sentiment.negative,
            trend: trend(&progress.moods),
        }),
        entities: reading.entities.clone(),
        suggested_replies: suggestions(draft, reading),
        articles: articles(reading),
    };
    draft.conversation.hand_off(handoff.clone());
    flow::drop_all(draft);
    let queue_name = handoff.queue.as_str();
    let reply = format!("handoff.{}", reason.as_str());
    draft.say(
        Sender::Bot,
        &reply,
        Variables {
            queue_name,
            ..Variables::default()
        },
    );
    let event = HandoffRequested::new(&draft.conversation, &handoff, &draft.policy.base_url);
    draft.event(EventData::HandoffRequested(Box::new(event)));
    Action::Handoff(reason)
}

/// The reading, about what the flow is about, or was a moment ago, where the message alone does not say: "10423", "a
/// person please", or a lookup's result.
fn about_the_flow<'r>(draft: &Draft<'_>, reading: &'r Reading) -> Cow<'r, Reading> {
    let says_what = |top: &ScoredIntent| {
        top.confidence >= draft.policy.answer_at(&top.name) && draft.policy.queue_of(&top.name).is_some()
    };
    let progress = &draft.conversation.progress;
    let under_way = progress.flow.as_ref().map(|state| &state.intent);
    let intent = under_way.or(progress.last_flow.as_ref().map(|last| &last.intent));
    match intent {
        Some(intent) if !reading.top().is_some_and(says_what) => {
            let mut reading = reading.clone();
            reading.intents.retain(|scored| scored.name != intent.name);
            reading.intents.insert(0, intent.clone());
            Cow::Owned(reading)
        }
        Some(_) | None => Cow::Borrowed(reading),
    }
}

/// Extractive: the customer's first and newest words, and which articles the bot has given.
fn summary(draft: &Draft<'_>) -> String {
    let messages = &draft.conversation.messages;
    let mut said = messages
        .iter()
        .filter(|message| message.from == Sender::Customer)
        .map(|m| quote(&m.text));
    let first = said.next().unwrap_or_default();
    let mut summary = match said.next_back() {
        Some(newest) => format!("Customer first wrote: \"{first}\" and now: \"{newest}\"."),
        None => format!("Customer wrote: \"{first}\"."),
    };
    let given: Vec<_> = messages
        .iter()
        .filter_map(|message| match &message.source {
            Some(Source::Article(citation)) => Some(citation.article.as_str()),
            Some(Source::CannedResponse { .. }) | None => None,
        })
        .collect();
    if !given.is_empty() {
        summary.push_str(&format!(" The bot answered with: {}.", given.join(", ")));
    }
    summary.push_str(&known_from_the_flow(draft));
    if let Some(mark) = &draft.conversation.handed_back {
        summary.push_str(&format!(
            " Handed back to the bot before, {} in all.",
            times(mark.times)
        ));
    }
    summary
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

/// What a flow has learnt so far, so that nobody asks for it again, and what did not answer.
fn known_from_the_flow(draft: &Draft<'_>) -> String {
    let Some(state) = &draft.conversation.progress.flow else {
        return String::new();
    };
    let title = draft
        .policy
        .flows
        .get(&state.flow)
        .map_or(state.flow.as_str(), |flow| &flow.title);
    let slots = state.slots.iter().map(|(name, value)| format!("{name} {value}"));
    let results = state
        .results
        .iter()
        .map(|(name, result)| match result.problem.as_str() {
            "" => format!("{name} came out as {}", result.outcome),
            problem => format!("{name} failed: {problem}"),
        });
    let known: Vec<_> = slots.chain(results).collect();
    let known = if known.is_empty() {
        "nothing yet".to_owned()
    } else {
        known.join("; ")
    };
    format!(" In \"{title}\", known so far: {known}.")
}

fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= QUOTE_CHARS_MAX {
        return line;
    }
    line.chars().take(QUOTE_CHARS_MAX - 1).chain(['…']).collect()
}

/// Canned responses for the likely intents, scored by the intent's confidence, and passages, scored by their match.
fn suggestions(draft: &Draft<'_>, reading: &Reading) -> Vec<SuggestedReply> {
    let variables = Variables {
        customer_name: &draft.conversation.customer.name,
        business_name: &draft.policy.business().name,
        ..Variables::default()
    };
    let replies = &draft.policy.replies;
    let canned = reading.intents.iter().flat_map(|scored| {
        replies.offered_for(&scored.name).filter_map(|id| {
            let text = replies.say(id, &variables)?;
            Some(SuggestedReply {
                text,
                score: scored.confidence,
                source: Source::CannedResponse { id: id.to_owned() },
            })
        })
    });
    let public = reading.hits.iter().filter(|hit| hit.audience == Audience::Public);
    let passages = public.map(|hit| SuggestedReply {
        text: hit.text.clone(),
        score: hit.score,
        source: Source::Article(hit.citation.clone()),
    });
    let mut suggestions: Vec<_> = canned.chain(passages).collect();
    // The sort is stable: at equal scores canned responses stand before passages, in the order they were written.
    suggestions.sort_by(|a, b| b.score.total_cmp(&a.score));
    suggestions.truncate(SUGGESTIONS_MAX);
    suggestions
}

/// Each article once, with its best score.
fn articles(reading: &Reading) -> Vec<ArticleReference> {
    let mut articles: Vec<ArticleReference> = Vec::new();
    for hit in &reading.hits {
        if articles.iter().all(|article| article.id != hit.citation.article) {
            articles.push(ArticleReference {
                id: hit.citation.article.clone(),
                title: hit.title.clone(),
                score: hit.score,
            });
        }
    }
    articles.truncate(SUGGESTIONS_MAX);
    articles
}
