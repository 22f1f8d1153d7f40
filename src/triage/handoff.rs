//! Handing off: the rules that call for a person, and the case that is put before them.

use std::borrow::Cow;

use serde_json::json;

use crate::domain::entity::Entity;
use crate::domain::event::{EventData, HandoffRequested};
use crate::domain::handoff::{ArticleReference, Handoff, Mood, Reason, SuggestedReply};
use crate::domain::id::QueueName;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::message::Sender;
use crate::domain::queue::Priority;
use crate::domain::reading::Reading;
use crate::domain::sentiment::{mean, trend};
use crate::domain::turn::Action;
use crate::triage::card;
use crate::triage::clarify::Focus;
use crate::triage::draft::Draft;
use crate::triage::phrases::find;
use crate::triage::reply::Variables;
use crate::triage::suggest::{self, Case, SUGGESTIONS_MAX};
use crate::triage::{acceptance, flow, sla, waiting};

/// How sure the language must be before a customer is told that the bot does not speak it.
const LANGUAGE_CONFIDENCE_MIN: f32 = 0.8;

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
    let reading = &about_the_flow(draft, reason, reading);
    let intent = reading.top().map(|top| &top.name);
    let queue = queue.unwrap_or_else(|| draft.policy.queue_for(intent)).clone();
    let priority = priority(draft, &reasons);
    let first_response_due = sla::first_response_due(draft.policy, &queue, priority, draft.now);
    let why = card::why(draft, &reasons, reading);
    let tried = card::tried(draft);
    let progress = &draft.conversation.progress;
    let handoff = Handoff {
        reason,
        reasons,
        queue,
        priority,
        at: draft.now,
        first_response_due,
        summary: card::summary(draft, &tried),
        why,
        tried,
        earlier_conversations: draft.conversation.earlier.clone(),
        language: sure_language(reading).map(str::to_owned),
        intents: reading.intents.clone(),
        sentiment: reading.sentiment.map(|sentiment| Mood {
            label: sentiment.label,
            negative: sentiment.negative,
            trend: trend(&progress.moods),
        }),
        entities: reading.entities.iter().map(Entity::unsealed).collect(),
        suggested_replies: suggestions(draft, reading),
        articles: articles(reading),
        contact: None,
    };
    match waiting::hold_back(draft, handoff) {
        Ok(action) => action,
        Err(handoff) => enter_queue(draft, *handoff, &format!("handoff.{}", reason.as_str())),
    }
}

/// By the reasons, and no less than the customer's tier asks for.
fn priority(draft: &mut Draft<'_>, reasons: &[Reason]) -> Priority {
    let of_reasons = draft.policy.priority_of(reasons);
    let Some(tier) = &draft.conversation.customer.tier else {
        return of_reasons;
    };
    let of_tier = draft.policy.priority_of_tier(tier);
    let inputs = json!({ "tier": tier, "of_tier": of_tier, "of_reasons": of_reasons });
    let raised = of_tier.filter(|of_tier| *of_tier > of_reasons);
    draft.rule("customer_tier", inputs, raised.is_some());
    raised.unwrap_or(of_reasons)
}

/// From now on it waits for a person, and the customer is told so with this reply.
pub(crate) fn enter_queue(draft: &mut Draft<'_>, handoff: Handoff, reply: &str) -> Action {
    draft.conversation.hand_off(handoff.clone());
    draft.conversation.progress.deferred = None;
    acceptance::watch(draft);
    flow::drop_all(draft);
    let queue_name = handoff.queue.as_str();
    draft.say(
        Sender::Bot,
        reply,
        Variables {
            queue_name,
            ..Variables::default()
        },
    );
    waiting::tell(draft, &handoff.queue, &handoff.reasons);
    let event = HandoffRequested::new(&draft.conversation, &handoff, &draft.policy.base_url);
    draft.event(EventData::HandoffRequested(Box::new(event)));
    Action::Handoff(handoff.reason)
}

/// The reading, about what the flow is about, or was a moment ago, where the message alone does not say: "10423", "a
/// person please", or a lookup's result. What the flow itself gives up is the flow's, whatever was written last.
fn about_the_flow<'r>(draft: &Draft<'_>, reason: Reason, reading: &'r Reading) -> Cow<'r, Reading> {
    let given_up = matches!(reason, Reason::VerificationFailed | Reason::LookupFailed);
    let says_what = |top: &ScoredIntent| {
        !given_up
            && top.confidence >= draft.policy.answer_at(&top.name)
            && draft.policy.queue_of(&top.name).is_some()
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

/// The best of what the business wrote; what agents answered before is not looked up while a customer waits.
fn suggestions(draft: &Draft<'_>, reading: &Reading) -> Vec<SuggestedReply> {
    let conversation = &draft.conversation;
    let case = Case {
        conversation: &conversation.id,
        customer_name: &conversation.customer.name,
        agent_name: "",
        reading,
        lines: &flow::found(draft),
        remembered: &[],
    };
    let text = suggest::asked(conversation).unwrap_or_default();
    let intent = reading.top().map(|top| &top.name);
    let pool = suggest::pool(&case, draft.policy);
    suggest::rank(&text, intent, &pool, &[], draft.now, SUGGESTIONS_MAX)
}

/// The language that a message is in, where that is beyond doubt.
pub(super) fn sure_language(reading: &Reading) -> Option<&str> {
    let found = reading.language.as_ref()?;
    (found.confidence >= LANGUAGE_CONFIDENCE_MIN).then_some(found.code.as_str())
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
