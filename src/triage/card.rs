//! The triage card: why a conversation is handed off, what the bot tried, and what the customer said, put so that an
//! agent need not read the transcript first.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::agent::Agent;
use crate::domain::flow::FlowState;
use crate::domain::handoff::{FlowStage, Reason, Tried, TriedFlow, TriedLookup, Why};
use crate::domain::intent::ScoredIntent;
use crate::domain::message::{Message, Sender, Source};
use crate::domain::reading::Reading;
use crate::triage::draft::Draft;
use crate::triage::{gist, switch};

/// How much of what the customer wrote the summary quotes: sentences, and characters of all of them.
const QUOTES_MAX: usize = 3;
const QUOTED_CHARS_MAX: usize = 320;

/// Each reason in words, in their order.
pub(crate) fn why(draft: &Draft<'_>, reasons: &[Reason], reading: &Reading) -> Vec<Why> {
    let say = |reason: &Reason| {
        let inputs = draft.fired(reason.as_str());
        let switched_off = draft.fired(switch::RULE).filter(|_| inputs.is_none());
        Why {
            reason: *reason,
            text: match switched_off.filter(|_| *reason == Reason::Policy) {
                Some(inputs) => silenced(inputs),
                None => in_words(*reason, inputs, reading),
            },
        }
    };
    reasons.iter().map(say).collect()
}

/// `inputs` are those of [`switch::RULE`].
fn silenced(inputs: &Value) -> String {
    let intents = inputs["intents"].as_array().into_iter().flatten();
    let names: Vec<&str> = intents.filter_map(Value::as_str).collect();
    if inputs["enabled"] == Value::Bool(false) {
        "The bot is switched off.".to_owned()
    } else {
        format!("The bot is switched off for this: {}.", names.join(", "))
    }
}

/// `inputs` are those of the rule that fired; a reason that is another part's to give has none.
fn in_words(reason: Reason, inputs: Option<&Value>, reading: &Reading) -> String {
    // A phrase is kept with a space on either side.
    let text = |name: &str| inputs.and_then(|inputs| inputs[name].as_str()).map(str::trim);
    let number = |name: &str| inputs.and_then(|inputs| inputs[name].as_f64());
    let count = |name: &str| number(name).unwrap_or_default();
    let best = reading.top().map_or("nothing".to_owned(), scored);
    match reason {
        Reason::Urgent => format!("Words of danger: \"{}\".", text("phrase").unwrap_or_default()),
        Reason::AskedForHuman => match (text("phrase"), number("confidence")) {
            (Some(phrase), _) => format!("Asked for a person: \"{phrase}\"."),
            (None, confidence) => format!(
                "Reads like asking for a person ({:.2}, the bar is {:.2}).",
                confidence.unwrap_or_default(),
                count("bar")
            ),
        },
        Reason::SensitiveTopic => format!(
            "A topic for people, {}: \"{}\".",
            text("topic").unwrap_or_default(),
            text("phrase").unwrap_or_default()
        ),
        Reason::NegativeSentiment => unhappy(&number),
        Reason::UnsupportedLanguage => {
            let language = inputs.and_then(|inputs| inputs["language"]["code"].as_str());
            format!(
                "Written in a language that the bot does not speak ({}).",
                language.unwrap_or_default()
            )
        }
        Reason::Unavailable => match text("fault") {
            Some(fault) => format!("A part of the bot failed: {fault}."),
            None => "A part of the bot failed.".to_owned(),
        },
        Reason::OutOfScope => format!("Not what the bot is there for: {best}."),
        Reason::Policy => format!("Always for a person, by the business's own rule: {best}."),
        Reason::RepeatedFailure => format!(
            "The bot did not help {} times in a row (the limit is {}).",
            count("failures"),
            count("limit")
        ),
        Reason::TurnLimit => format!(
            "{} messages without an end (the limit is {}).",
            count("turns"),
            count("limit")
        ),
        Reason::VerificationFailed => "The customer could not prove who they are.".to_owned(),
        Reason::LookupFailed => match text("problem").filter(|problem| !problem.is_empty()) {
            Some(problem) => format!("A lookup failed: {problem}."),
            None => "A lookup failed.".to_owned(),
        },
        Reason::LowConfidence => format!("Not sure what is meant; the best guess is {best}."),
        Reason::NoAnswer => format!("Nothing that the business has written answers it: {best}."),
    }
}

fn unhappy(number: &dyn Fn(&str) -> Option<f64>) -> String {
    let pair = |value: &str, bar: &str| Some((number(value)?, number(bar)?));
    let now = pair("now", "bar_now").filter(|(value, bar)| value >= bar);
    match (now, pair("conversation", "bar_conversation")) {
        (Some((value, bar)), _) => format!("Unhappy: {value:.2} negative, the bar is {bar:.2}."),
        (None, Some((value, bar))) => {
            format!("Unhappy over the last messages: {value:.2} negative on average, the bar is {bar:.2}.")
        }
        (None, None) => "Unhappy.".to_owned(),
    }
}

fn scored(intent: &ScoredIntent) -> String {
    format!("{} ({:.2})", intent.name, intent.confidence)
}

/// What the bot gave and began. Taken before its flows are dropped.
pub(crate) fn tried(draft: &Draft<'_>) -> Tried {
    let progress = &draft.conversation.progress;
    let given = draft.conversation.messages.iter();
    let articles = given.filter_map(|message| match &message.source {
        Some(Source::Article(citation)) => Some(citation.clone()),
        Some(Source::CannedResponse { .. } | Source::Flow { .. } | Source::EarlierAnswer { .. }) | None => {
            None
        }
    });
    let title = |flow: &str| {
        let known = draft.policy.flows.get(flow);
        known.map_or(flow.to_owned(), |flow| flow.title.clone())
    };
    let of = |state: &FlowState, stage: FlowStage| TriedFlow {
        flow: state.flow.clone(),
        title: title(&state.flow),
        state: stage,
        known: state.slots.clone(),
        lookups: state
            .results
            .iter()
            .map(|(name, result)| TriedLookup {
                name: name.clone(),
                outcome: result.outcome.clone(),
                problem: result.problem.clone(),
            })
            .collect(),
    };
    let under_way = progress.flow.iter().map(|state| of(state, FlowStage::UnderWay));
    let paused = progress
        .paused
        .iter()
        .rev()
        .map(|state| of(state, FlowStage::Paused));
    let ended = progress.last_flow.iter().map(|last| TriedFlow {
        flow: last.flow.clone(),
        title: title(&last.flow),
        state: FlowStage::Ended,
        known: BTreeMap::new(),
        lookups: Vec::new(),
    });
    Tried {
        articles: articles.collect(),
        flows: under_way.chain(paused).chain(ended).collect(),
    }
}

/// What the customer said that tells most, what the bot answered with, what is known already, and how often it was given
/// back.
pub(crate) fn summary(draft: &Draft<'_>, tried: &Tried) -> String {
    let messages = draft.conversation.messages.iter();
    let said: Vec<&Message> = messages
        .filter(|message| message.from == Sender::Customer)
        .collect();
    let quotes = gist::of(
        &said,
        &draft.conversation.progress.heard,
        QUOTES_MAX,
        QUOTED_CHARS_MAX,
    );
    let quotes = match said.last() {
        // Who only says hello is quoted all the same.
        Some(newest) if quotes.is_empty() => vec![gist::quote(&newest.text)],
        Some(_) | None => quotes,
    };
    let quotes: Vec<String> = quotes.iter().map(|quote| format!("\"{quote}\"")).collect();
    let mut parts = vec![format!("The customer wrote: {}.", quotes.join(" … "))];
    if !tried.articles.is_empty() {
        let given: Vec<&str> = tried
            .articles
            .iter()
            .map(|citation| citation.article.as_str())
            .collect();
        parts.push(format!("The bot answered with: {}.", given.join(", ")));
    }
    let open = tried
        .flows
        .iter()
        .filter(|flow| flow.state == FlowStage::UnderWay);
    parts.extend(open.map(known));
    let before = draft.conversation.handed_back.as_ref();
    parts.extend(before.map(|mark| match mark.times {
        1 => "Handed back to the bot before, once in all.".to_owned(),
        times => format!("Handed back to the bot before, {times} times in all."),
    }));
    parts.join(" ")
}

/// Whoever takes it on reads that it was left, and by whom; of each agent once.
pub(crate) fn left_by(summary: &mut String, agent: &Agent) {
    let name = match agent.name.as_str() {
        "" => agent.id.as_str(),
        name => name,
    };
    let told = format!("{name} had taken it and is gone, with the customer waiting.");
    if !summary.contains(&told) {
        summary.push(' ');
        summary.push_str(&told);
    }
}

/// What a flow has learnt so far, so that nobody asks for it again, and what did not answer.
fn known(flow: &TriedFlow) -> String {
    let slots = flow.known.iter().map(|(name, value)| format!("{name} {value}"));
    let results = flow.lookups.iter().map(|lookup| match lookup.problem.as_str() {
        "" => format!("{} came out as {}", lookup.name, lookup.outcome),
        problem => format!("{} failed: {problem}", lookup.name),
    });
    let known: Vec<_> = slots.chain(results).collect();
    let known = if known.is_empty() {
        "nothing yet".to_owned()
    } else {
        known.join("; ")
    };
    format!("In \"{}\", known so far: {known}.", flow.title)
}
