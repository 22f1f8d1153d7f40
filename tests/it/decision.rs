//! The decision as a table: what the conversation was, what was read, what was said, what the bot does.

pub(crate) mod properties;
mod tiers;

use firstline::domain::agent::Agent;
use firstline::domain::article::{ArticleHit, Audience, Citation};
use firstline::domain::conversation::{Conversation, Customer, Owner};
use firstline::domain::entity::{Entity, EntityKind};
use firstline::domain::id::{AgentId, ConversationId, QueueName, WorkspaceId};
use firstline::domain::intent::{Intent, ScoredIntent};
use firstline::domain::message::{Sender, Text};
use firstline::domain::reading::{Fault, Language, Reading};
use firstline::domain::sentiment::Sentiment;
use firstline::domain::time::Timestamp;
use firstline::domain::turn::{Action, AgentAction, Input, Refusal, Turn};
use firstline::triage::decide::decide;
use firstline::triage::policy::Policy;

use crate::support::sample_policy;

pub(crate) fn now() -> Timestamp {
    "2026-01-05T09:00:00Z".parse().unwrap()
}

pub(crate) fn fresh() -> Conversation {
    let id = ConversationId::from_random([1; 16]);
    Conversation::new(
        WorkspaceId::parse("default").unwrap(),
        id,
        Customer::default(),
        now(),
    )
}

pub(crate) fn agent(id: &str) -> Agent {
    Agent {
        id: AgentId::parse(id).unwrap(),
        name: String::new(),
    }
}

fn hit(article: &str, intent: &str, score: f32) -> ArticleHit {
    ArticleHit {
        citation: Citation {
            article: article.into(),
            passage: "intro".into(),
        },
        title: article.into(),
        heading: String::new(),
        text: format!("What {article} says."),
        audience: Audience::Public,
        intents: vec![Intent::new(intent)],
        score,
    }
}

/// `track_order 0.9, cancel_order 0.1; negative 0.2; language de; order A-10423; fault; hit title intent 0.4; internal title intent 0.9`
pub(crate) fn reading(text: &str) -> Reading {
    let mut reading = Reading {
        sentiment: Some(Sentiment::new(0.05, 0.9, 0.05)),
        ..Reading::default()
    };
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let words: Vec<_> = part.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            ["negative", p] => {
                let p: f32 = p.parse().unwrap();
                reading.sentiment = Some(Sentiment::new(p, 1.0 - p, 0.0));
            }
            ["language", code] => {
                reading.language = Some(Language {
                    code: (*code).into(),
                    confidence: 0.95,
                })
            }
            ["maybe", code] => {
                reading.language = Some(Language {
                    code: (*code).into(),
                    confidence: 0.5,
                })
            }
            ["order", value] => {
                reading
                    .entities
                    .push(Entity::new(EntityKind::OrderNumber, *value));
            }
            ["fault"] => reading = Reading::failed(Fault::Overloaded),
            ["hit", article, intent, score] => {
                reading.hits.push(hit(article, intent, score.parse().unwrap()))
            }
            ["internal", article, intent, score] => {
                let audience = Audience::Internal;
                reading.hits.push(ArticleHit {
                    audience,
                    ..hit(article, intent, score.parse().unwrap())
                });
            }
            intents => {
                reading.intents = intents
                    .chunks(2)
                    .map(|pair| ScoredIntent {
                        name: Intent::new(pair[0]),
                        confidence: pair[1].parse().unwrap(),
                    })
                    .collect();
            }
        }
    }
    reading
}

fn say(conversation: &Conversation, text: &str, read: &str, policy: &Policy) -> Turn {
    let input = Input::CustomerMessage {
        text: Text::parse(text).unwrap(),
    };
    decide(conversation, &input, &reading(read), policy, now()).unwrap()
}

/// `answer track#intro`, `handoff urgent -> care high`, `ask`, `relay` …
pub(crate) fn told(turn: &Turn) -> String {
    let reply = turn.messages.iter().rfind(|message| message.from == Sender::Bot);
    let source = reply
        .and_then(|reply| reply.source.as_ref())
        .map_or("-".into(), |source| source.key());
    if !matches!(turn.action, Action::Handoff(_)) {
        return format!("{} {source}", turn.action.as_str());
    }
    let handoff = turn.conversation.handoff.as_ref().unwrap();
    let reasons: Vec<_> = handoff.reasons.iter().map(|reason| reason.as_str()).collect();
    let (queue, priority) = (&handoff.queue, handoff.priority.as_str());
    format!("handoff {} -> {queue} {priority}", reasons.join("+"))
}

/// Each row is one conversation: pairs of `(what is read, what the customer writes)`, and what the last one led to.
fn check(rows: &[(&[(&str, &str)], &str)]) {
    let policy = sample_policy();
    for (messages, expected) in rows {
        let mut conversation = fresh();
        let mut last = String::new();
        for (read, text) in *messages {
            let turn = say(&conversation, text, read, &policy);
            last = told(&turn);
            conversation = turn.conversation;
        }
        assert_eq!(last, *expected, "{messages:?}");
    }
}

const TRACK: &str = "track_order 0.9; hit track track_order 0.3; hit pay payment_status 0.2";
const UNSURE: &str =
    "track_order 0.4, cancel_order 0.3; hit track track_order 0.3; hit cancel cancel_order 0.2";

#[test]
#[rustfmt::skip] // One row, one line.
fn requests_are_answered_with_a_passage() {
    check(&[
        (&[(TRACK, "where is it")], "answer track#intro"),
        (&[("track_order 0.51; hit track track_order 0.2", "where is it")], "answer track#intro"),
        (&[("track_order 0.49; hit track track_order 0.9", "where is it")], "handoff low_confidence -> orders normal"),
        (&[("track_order 0.9; hit pay payment_status 0.8", "words carry it")], "answer pay#intro"),
        (&[("track_order 0.9; hit pay payment_status 0.5", "words do not")], "handoff no_answer -> orders normal"),
        (&[("track_order 0.9", "nothing found")], "handoff no_answer -> orders normal"),
        (&[("track_order 0.9; internal secret track_order 0.9", "internal")], "handoff no_answer -> orders normal"),
        (&[("product_info 0.9; hit volt product_info 0.2", "too thin")], "handoff no_answer -> care normal"),
        (&[("product_info 0.9; hit volt product_info 0.7", "enough")], "answer volt#intro"),
        (&[("own_intent 0.9; hit own own_intent 0.2", "a label of the business")], "answer own#intro"),
        (&[(TRACK, "where is it"), ("payment_status 0.9; hit pay payment_status 0.3", "and my payment")], "answer pay#intro"),
        (&[("wrong_or_damaged_item 0.9; negative 0.5; hit broken wrong_or_damaged_item 0.3", "it arrived broken")], "answer broken#intro"),
    ]);
}

#[test]
#[rustfmt::skip] // One row, one line.
fn small_talk_is_answered_and_never_a_failure() {
    check(&[
        (&[("greeting 0.9", "hello")], "answer greeting"),
        (&[("thanks 0.9", "ok thanks")], "answer thanks"),
        (&[("chitchat 0.9", "are you a bot")], "answer chitchat"),
        (&[("feedback_positive 0.9", "solved")], "answer feedback"),
        (&[("deny 0.9", "no")], "answer deny"),
        (&[("goodbye 0.9", "bye")], "close goodbye"),
        (&[("greeting 0.9", "hi"), ("greeting 0.9", "hello"), ("thanks 0.9", "ta"), (TRACK, "where is it")], "answer track#intro"),
        (&[(TRACK, "where is it"), ("thanks 0.9", "thanks"), (TRACK, "where is it")], "ask not_helped"),
        (&[("goodbye 0.9", "bye"), (TRACK, "where is it")], "answer track#intro"),
    ]);
}

#[test]
#[rustfmt::skip] // One row, one line.
fn too_little_is_asked_about_once() {
    check(&[
        (&[("help_general 0.9", "help")], "ask ask_help"),
        (&[("provide_info 0.9; order FH-10423", "FH-10423")], "ask ask_topic"),
        (&[("", "😀😀")], "ask ask_text"),
        (&[("", "??!")], "ask ask_text"),
        (&[("", "😀"), ("", "😀")], "handoff repeated_failure -> care high"),
        (&[("help_general 0.9", "help"), ("help_general 0.9", "help me")], "handoff repeated_failure -> care high"),
        (&[("help_general 0.9", "help"), (TRACK, "where is it"), ("help_general 0.9", "help")], "ask ask_help"),
    ]);
}

#[test]
#[rustfmt::skip] // One row, one line.
fn two_meanings_are_clarified_once() {
    check(&[
        (&[(UNSURE, "the order")], "clarify clarify"),
        (&[(UNSURE, "the order"), ("", "the first one")], "answer track#intro"),
        (&[(UNSURE, "the order"), ("", "2")], "answer cancel#intro"),
        (&[("track_order 0.4, cancel_order 0.3; hit track track_order 0.9", "the order"), ("provide_info 0.9", "2")], "handoff no_answer -> orders normal"),
        (&[(UNSURE, "the order"), ("payment_status 0.9; hit pay payment_status 0.3", "i want a receipt")], "answer pay#intro"),
        (&[(UNSURE, "the order"), ("deny 0.5", "Cancelling an order, please")], "answer cancel#intro"),
        (&[(UNSURE, "the order"), ("cancel_order 0.3, track_order 0.2", "stop it")], "answer cancel#intro"),
        (&[(UNSURE, "the order"), ("payment_status 0.9; hit pay payment_status 0.3", "no, my payment")], "answer pay#intro"),
        (&[(UNSURE, "the order"), ("chitchat 0.3, greeting 0.3", "hm what do you think")], "handoff low_confidence -> care normal"),
        (&[(UNSURE, "the order"), ("", "the first one"), (UNSURE, "the order")], "handoff low_confidence -> orders normal"),
        (&[("track_order 0.4, cancel_order 0.19", "hm")], "handoff low_confidence -> orders normal"),
        (&[("track_order 0.4, out_of_scope 0.3", "hm")], "handoff low_confidence -> orders normal"),
        (&[(UNSURE, "the order"), ("track_order 0.4; negative 0.95", "the first one, you idiots")], "handoff negative_sentiment -> orders high"),
    ]);
}

#[test]
#[rustfmt::skip] // One row, one line.
fn people_take_over() {
    let calm = "track_order 0.9; negative 0.7; hit track track_order 0.3; hit a track_order 0.1";
    let other = "refund_status 0.9; negative 0.7; hit refund refund_status 0.3";
    check(&[
        (&[("human_agent 0.45", "get me somebody")], "handoff asked_for_human -> care normal"),
        (&[("track_order 0.9; hit track track_order 0.3", "I want to TALK to a person!")], "handoff asked_for_human -> orders normal"),
        (&[("track_order 0.9, human_agent 0.41", "somebody")], "handoff asked_for_human -> orders normal"),
        (&[("chitchat 0.9", "my brakes failed")], "handoff urgent -> care urgent"),
        (&[("chitchat 0.9", "I'll end my life, talk to someone")], "handoff urgent+asked_for_human -> care urgent"),
        (&[("refund_request 0.9", "my solicitor will write")], "handoff sensitive_topic -> orders high"),
        (&[("out_of_scope 0.9", "choose a mortgage")], "handoff out_of_scope -> care normal"),
        (&[("complaint 0.9", "I want to complain")], "handoff policy -> care normal"),
        (&[("billing_dispute 0.9", "charged twice")], "handoff policy -> billing normal"),
        (&[("track_order 0.9; language de", "wo ist mein Paket")], "handoff unsupported_language -> orders normal"),
        (&[("track_order 0.9; maybe de; hit track track_order 0.2", "paket")], "answer track#intro"),
        (&[("fault", "hello")], "handoff unavailable -> care normal"),
        (&[("track_order 0.9; negative 0.8", "useless")], "handoff negative_sentiment -> orders high"),
        (&[("track_order 0.3; negative 0.8", "useless")], "handoff negative_sentiment+low_confidence -> orders high"),
        (&[(calm, "where"), (other, "refund")], "answer refund#intro"),
        (&[(calm, "where"), (other, "refund"), ("invoice 0.9; negative 0.7", "invoice")], "handoff negative_sentiment -> billing high"),
        (&[(TRACK, "where is it"), (TRACK, "where is it"), (TRACK, "where is it")], "handoff repeated_failure -> orders high"),
        (&[(TRACK, "where is it"), ("track_order 0.6", "that did not help")], "ask not_helped"),
        (&[(TRACK, "where is it"), ("track_order 0.6", "that did not help"), ("track_order 0.6", "not helpful")], "handoff repeated_failure -> orders high"),
        (&[("track_order 0.9; hit track track_order 0.2", "that did not help")], "answer track#intro"),
        (&[("human_agent 0.9", "person"), (TRACK, "where is it")], "relay queued"),
        (&[("human_agent 0.9", "person"), (TRACK, "hello?"), (TRACK, "anyone")], "relay -"),
    ]);
}

#[test]
fn the_turn_limit_counts_customer_messages() {
    let policy = sample_policy();
    let mut conversation = fresh();
    for number in 1..=policy.limits().turns {
        let turn = say(&conversation, "hello", "greeting 0.9", &policy);
        assert_eq!(told(&turn), "answer greeting", "message {number}");
        conversation = turn.conversation;
    }
    assert_eq!(
        told(&say(&conversation, "hello", "greeting 0.9", &policy)),
        "handoff turn_limit -> care normal"
    );
}

#[test]
fn every_rule_considered_stands_in_the_trace() {
    let turn = say(&fresh(), "where is it", TRACK, &sample_policy());
    let rules: Vec<_> = turn
        .trace
        .steps
        .iter()
        .map(|step| (step.rule.as_str(), step.fired))
        .collect();
    let fired: Vec<_> = rules.iter().filter(|(_, fired)| *fired).collect();
    assert!(fired.is_empty(), "{fired:?}");
    let names: Vec<_> = rules.iter().map(|(rule, _)| *rule).collect();
    insta::assert_snapshot!(names.join(" "), @"held_by_people low_confidence urgent asked_for_human sensitive_topic negative_sentiment unsupported_language unavailable out_of_scope policy turn_limit bot_switched_off follow_up several_requests no_words goodbye small_talk says_too_little not_helped no_answer same_answer_again");
}

fn act(conversation: &Conversation, who: &str, action: AgentAction) -> Result<Turn, Refusal> {
    let input = Input::AgentAction {
        agent: agent(who),
        action,
    };
    decide(conversation, &input, &Reading::default(), &sample_policy(), now())
}

#[test]
fn agents_take_turns_and_never_collide() {
    let policy = sample_policy();
    let waiting = say(&fresh(), "person", "human_agent 0.9", &policy).conversation;
    let ana = act(&waiting, "ana", AgentAction::Claim).unwrap().conversation;
    assert_eq!(
        act(&ana, "ben", AgentAction::Claim).unwrap_err(),
        Refusal::HeldBy(AgentId::parse("ana").unwrap())
    );
    assert_eq!(
        act(&ana, "ana", AgentAction::Claim).unwrap_err(),
        Refusal::AlreadyYours
    );
    assert_eq!(
        act(&waiting, "ana", AgentAction::Release).unwrap_err(),
        Refusal::NotClaimed
    );
    let nowhere = QueueName::parse("nowhere").unwrap();
    let refused = act(
        &ana,
        "ana",
        AgentAction::Transfer {
            queue: nowhere.clone(),
        },
    )
    .unwrap_err();
    assert_eq!(refused, Refusal::UnknownQueue(nowhere));
    let billing = QueueName::parse("billing").unwrap();
    let moved = act(
        &ana,
        "ana",
        AgentAction::Transfer {
            queue: billing.clone(),
        },
    )
    .unwrap()
    .conversation;
    assert!(matches!(&moved.owner, Owner::Queue { queue, .. } if *queue == billing));
    let released = act(&ana, "ana", AgentAction::Release).unwrap().conversation;
    assert!(matches!(&released.owner, Owner::Queue { queue, .. } if queue.as_str() == "care"));
    let back = act(&ana, "ana", AgentAction::HandBack).unwrap().conversation;
    assert_eq!((back.epoch, &back.owner), (3, &Owner::Bot));
    assert_eq!(
        told(&say(&back, "where is it", TRACK, &policy)),
        "answer track#intro"
    );
    let done = act(&ana, "ana", AgentAction::Resolve).unwrap().conversation;
    assert_eq!(
        act(&done, "ana", AgentAction::Resolve).unwrap_err(),
        Refusal::Resolved
    );
    let reopened = say(&done, "where is it", TRACK, &policy);
    assert_eq!(told(&reopened), "answer track#intro");
    assert!(reopened.conversation.epoch > done.epoch);
}
