//! Ranking and feedback: cases as data, and what holds of every ranking.

use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::{option, prop_oneof};

use super::*;
use crate::domain::agent::Agent;
use crate::domain::article::{ArticleHit, Audience, Citation};
use crate::domain::canned_response::{CannedResponse, ReplyHit, Speaker};
use crate::domain::conversation::{Conversation, Customer, Heard};
use crate::domain::id::{AgentId, ConversationId, WorkspaceId};
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::message::{Message, Sender, Source};
use crate::domain::reading::Reading;
use crate::domain::suggestion::{Answer, Outcome, Shown, ShownReply, Suggested, Used, Uses};
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::Refusal;
use crate::triage::policy::{Policy, Written};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A case a line: what the customer wrote | candidates, `key likeness-to-text likeness-to-answered intent chance
/// sent/edited/ignored days-old: text`, several apart by `;` | the keys in the order they are to come out.
const CASES: &str = "
where is my parcel | canned 0.6 - 0.9 0 -: Your parcel is here; art#1 - - 0.1 0.2 -: Opening hours | canned art#1
no light on the bike | canned 0.3 - 0.2 0 -: Return label; msg_a - 0.9 0.2 0 -: Charge the light | msg_a canned
no light on the bike | canned 0.6 - 0.9 0 -: Return label; msg_a - 0.3 0 0 -: Charge the light | canned msg_a
refund late | one 0.5 - 0.8 0 9/0/1: First; two 0.5 - 0.8 0 0/0/10: Second; three 0.5 - 0.8 0 -: Third | one three two
refund late | one 0.5 - 0.8 0 0/4/0: First; two 0.5 - 0.8 0 4/0/0: Second | two one
refund late | one 0.5 - 0.8 0 0/0/1: First; two 0.4 - 0.7 0 0/0/0: Second | one two
where to | msg_a - 0.8 0.5 0 - 400: Old way; msg_b - 0.8 0.5 0 - 1: New way | msg_b msg_a
any | one 0.5 - 0.5 0 -: Same words; two 0.4 - 0.5 0 -: Same words | one
volt battery cold | one 0.5 - 0.5 0 -: Nothing of the kind; two 0.5 - 0.5 0 -: The Volt battery in the cold | two one
";

fn source(key: &str) -> Source {
    if let Some((article, passage)) = key.split_once('#') {
        return Source::Article(Citation {
            article: article.to_owned(),
            passage: passage.to_owned(),
        });
    }
    match key.strip_prefix("msg_") {
        Some(number) => {
            let conversation = ConversationId::from_random([number.as_bytes()[0]; 16]);
            let message = conversation.message(2);
            Source::EarlierAnswer {
                conversation,
                message,
            }
        }
        None => Source::CannedResponse { id: key.to_owned() },
    }
}

fn candidate(spec: &str) -> (Candidate, Option<Used>) {
    let (figures, text) = spec.split_once(':').unwrap();
    let figures: Vec<&str> = figures.split_whitespace().collect();
    let number = |at: usize| figures[at].parse::<f32>().ok();
    let source = source(figures[0]);
    let uses = figures[5].split('/').map(|count| count.parse().ok());
    let used = match uses.collect::<Option<Vec<u32>>>().as_deref() {
        Some([sent, edited, ignored]) => Some(Used {
            key: source.key(),
            intent: None,
            uses: Uses {
                sent: *sent,
                edited: *edited,
                ignored: *ignored,
            },
        }),
        _ => None,
    };
    let days = figures.get(6).map(|days| days.parse::<i64>().unwrap());
    let candidate = Candidate {
        source,
        text: text.trim().to_owned(),
        meaning: number(1),
        asked: number(2),
        answered: Vec::new(),
        intent: number(3).unwrap(),
        chance: number(4).unwrap(),
        at: days.map(|days| NOW - Duration::from_hours(24 * days)),
    };
    (candidate, used)
}

#[test]
fn what_speaks_more_for_a_reply_puts_it_first() {
    for case in CASES.trim().lines() {
        let [text, candidates, expected] = case.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("{case}");
        };
        let (pool, used): (Vec<Candidate>, Vec<Option<Used>>) = candidates.split("; ").map(candidate).unzip();
        let used: Vec<Used> = used.into_iter().flatten().collect();
        let found: Vec<String> = rank(text, None, &pool, &used, NOW, SUGGESTIONS_MAX)
            .iter()
            .map(|reply| reply.id.clone())
            .collect();
        let expected: Vec<String> = expected.split(' ').map(|key| source(key).key()).collect();
        assert_eq!(found, expected, "{case}");
    }
}

fn candidates() -> impl Strategy<Value = Vec<(Candidate, Option<Used>)>> {
    let figure = || prop_oneof![9 => -1.5_f32..1.5, 1 => proptest::num::f32::ANY];
    let key = prop_oneof!["[a-e]", "[a-e]#[0-9]", "msg_[a-e]"];
    let uses = (0_u32..50, 0_u32..50, proptest::num::u32::ANY);
    let one = (
        key,
        "[a-d ]{0,12}",
        option::of(figure()),
        option::of(figure()),
        figure(),
        option::of(uses),
    );
    let one = one.prop_map(|(key, text, meaning, asked, intent, uses)| {
        let source = source(&key);
        let used = uses.map(|(sent, edited, ignored)| Used {
            key: source.key(),
            intent: None,
            uses: Uses {
                sent,
                edited,
                ignored,
            },
        });
        let candidate = Candidate {
            source,
            answered: vec![text.clone()],
            text,
            meaning,
            asked,
            intent,
            chance: intent,
            at: None,
        };
        (candidate, used)
    });
    vec(one, 0..12)
}

proptest! {
    #[test]
    fn scores_are_chances_best_first_and_always_the_same(found in candidates(), text in "[a-d ]{0,20}", limit in 0_usize..8) {
        let (pool, used): (Vec<Candidate>, Vec<Option<Used>>) = found.into_iter().unzip();
        let used: Vec<Used> = used.into_iter().flatten().collect();
        let ranked = rank(&text, None, &pool, &used, NOW, limit);
        prop_assert!(ranked.len() <= limit);
        prop_assert!(ranked.iter().all(|reply| (0.0..=1.0).contains(&reply.score)));
        prop_assert!(ranked.is_sorted_by(|one, other| one.score >= other.score));
        for (place, reply) in ranked.iter().enumerate() {
            prop_assert!(ranked[..place].iter().all(|other| other.text != reply.text));
        }
        prop_assert_eq!(rank(&text, None, &pool, &used, NOW, limit), ranked);
    }

    #[test]
    fn more_for_it_never_scores_lower(values in proptest::array::uniform8(0.0_f32..1.0), at in 0_usize..8, more in 0.0_f32..1.0) {
        let of = |values: [f32; 8]| {
            let [meaning, asked, words, asked_words, intent, chance, used, recent] = values;
            score(&Evidence { meaning, asked, words, asked_words, intent, chance, used, recent, ..Evidence::default() })
        };
        let mut raised = values;
        raised[at] += more;
        prop_assert!(of(raised) >= of(values));
    }
}

fn conversation(number: u8, said: &[(&str, &str)]) -> Conversation {
    let customer = Customer {
        id: String::new(),
        name: "Maria Lund".to_owned(),
        verified: false,
    };
    let id = ConversationId::from_random([number; 16]);
    let mut conversation = Conversation::new(WorkspaceId::parse("w").unwrap(), id, customer, NOW);
    for (from, text) in said {
        let message = message(&conversation, from, text);
        conversation.push(message);
    }
    conversation
}

fn message(conversation: &Conversation, from: &str, text: &str) -> Message {
    let seq = conversation.last_seq + 1;
    Message {
        id: conversation.id.message(seq),
        seq,
        from: match from {
            "customer" => Sender::Customer,
            "agent" => Sender::Agent(Agent {
                id: AgentId::parse("ana").unwrap(),
                name: "Ana".to_owned(),
            }),
            _ => Sender::Bot,
        },
        text: text.to_owned(),
        at: NOW,
        source: None,
        buttons: Vec::new(),
    }
}

fn shown() -> Suggested {
    let reply = |id: &str, text: &str| ShownReply {
        id: id.to_owned(),
        text: text.to_owned(),
    };
    Suggested {
        taken: None,
        shown: Some(Shown {
            intent: Some(Intent::new("refund_status")),
            replies: vec![
                reply("one", "It takes 3 days."),
                reply("two", "It was sent today."),
            ],
        }),
    }
}

#[test]
fn what_was_sent_says_what_became_of_each() {
    let conversation = conversation(1, &[("customer", "where is my refund")]);
    let cases: [(Option<&str>, &str, &[(&str, Outcome)]); 5] = [
        (
            Some("one"),
            "It takes 3 days.",
            &[("one", Outcome::Sent), ("two", Outcome::Ignored)],
        ),
        (
            Some("one"),
            " It  takes\n3 days. ",
            &[("one", Outcome::Sent), ("two", Outcome::Ignored)],
        ),
        (
            Some("two"),
            "It was sent today!",
            &[("two", Outcome::Edited), ("one", Outcome::Ignored)],
        ),
        (
            None,
            "It takes 3 days.",
            &[("one", Outcome::Ignored), ("two", Outcome::Ignored)],
        ),
        (
            None,
            "Something else.",
            &[("one", Outcome::Ignored), ("two", Outcome::Ignored)],
        ),
    ];
    for (taken, text, expected) in cases {
        let suggested = Suggested {
            taken: taken.map(str::to_owned),
            ..shown()
        };
        let sent = message(&conversation, "agent", text);
        let feedback = feedback(&conversation, Some(&suggested), &sent).unwrap();
        let became: Vec<(&str, Outcome)> = feedback
            .outcomes
            .iter()
            .map(|one| (one.key.as_str(), one.outcome))
            .collect();
        assert_eq!(became, expected, "{taken:?} {text}");
        let as_it_was = feedback.answer.unwrap().suggestion;
        let expected = expected.iter().find(|(_, outcome)| *outcome == Outcome::Sent);
        assert_eq!(as_it_was.as_deref(), expected.map(|(key, _)| *key));
    }
    let unknown = Suggested {
        taken: Some("three".to_owned()),
        ..shown()
    };
    let sent = message(&conversation, "agent", "x");
    assert_eq!(
        feedback(&conversation, Some(&unknown), &sent),
        Err(Refusal::UnknownSuggestion("three".to_owned()))
    );
}

#[test]
fn an_answer_is_kept_without_whose_it_was() {
    let mut conversation = conversation(
        1,
        &[
            (
                "customer",
                "hi, I'm Maria. where is order FH-10423? reach me at m.lund@mail.example",
            ),
            ("bot", "A person takes over."),
        ],
    );
    conversation.progress.heard.push(Heard {
        seq: 1,
        intent: None,
        negative: 0.0,
        entities: vec!["FH-10423".to_owned()],
    });
    let sent = message(
        &conversation,
        "agent",
        "Dear MARIA LUND, FH-10423 leaves today, Maria. Marian's too.",
    );
    let kept = feedback(&conversation, None, &sent).unwrap().answer.unwrap();
    assert_eq!(
        kept.text,
        "Dear [name], [value] leaves today, [name]. Marian's too."
    );
    for secret in ["Maria", "FH-10423", "m.lund"] {
        assert!(!kept.question.contains(secret), "{}", kept.question);
    }
    assert!(
        kept.question.contains("where is order [value]?"),
        "{}",
        kept.question
    );

    conversation.push(sent);
    let again = message(&conversation, "agent", "One thing more.");
    assert_eq!(
        feedback(&conversation, None, &again).unwrap().answer,
        None,
        "nobody has asked since"
    );
}

fn policy() -> Policy {
    let reply = |id: &str, speaker| CannedResponse {
        id: id.to_owned(),
        title: String::new(),
        locale: "en".to_owned(),
        speaker,
        intents: vec![Intent::new("refund_status")],
        text: format!("{id} for {{{{ customer.name }}}}"),
    };
    let starter = include_str!("../../cli/starter/replies/bot.yml");
    let lines = starter
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- id: "));
    let mut replies: Vec<CannedResponse> = lines.map(|id| reply(id, Speaker::Bot)).collect();
    replies.extend([reply("offered", Speaker::Agent), reply("both", Speaker::Both)]);
    let written = Written {
        replies: &replies,
        ..Written::default()
    };
    let text = include_str!("../../cli/starter/policy.yml");
    Policy::parse(text, &written, "", String::new()).unwrap()
}

/// What agents alone may read, what only the bot says, and what was said in this very conversation is never offered.
#[test]
fn what_is_not_for_this_customer_is_in_no_pool() {
    let policy = policy();
    let hit = |article: &str, audience| ArticleHit {
        citation: Citation {
            article: article.to_owned(),
            passage: "intro".to_owned(),
        },
        title: String::new(),
        heading: String::new(),
        text: format!("{article}'s text"),
        audience,
        intents: Vec::new(),
        score: 0.9,
    };
    let near = |id: &str| ReplyHit {
        id: id.to_owned(),
        meaning: 0.9,
    };
    let reading = Reading {
        intents: vec![ScoredIntent {
            name: Intent::new("refund_status"),
            confidence: 0.8,
        }],
        hits: vec![
            hit("public", Audience::Public),
            hit("internal", Audience::Internal),
        ],
        replies: vec![near("greeting"), near("both"), near("gone")],
        ..Reading::default()
    };
    let answer = |number: u8, suggestion: Option<&str>, text: &str| {
        let conversation = ConversationId::from_random([number; 16]);
        Answer {
            message: conversation.message(4),
            conversation,
            question: "where is my refund".to_owned(),
            text: text.to_owned(),
            intent: None,
            suggestion: suggestion.map(str::to_owned),
            at: NOW,
            meaning: None,
        }
    };
    let answers = [
        answer(1, None, "said here"),
        answer(2, None, "said there"),
        answer(3, None, "said there"),
        answer(4, Some("both"), "both for [name]"),
    ];
    let remembered = answers.iter().map(|answer| Remembered {
        answer,
        likeness: 0.7,
    });
    let pool = pool(
        &Case {
            conversation: &ConversationId::from_random([1; 16]),
            customer_name: "Ada",
            agent_name: "",
            reading: &reading,
            lines: &[],
            remembered: &remembered.collect::<Vec<_>>(),
        },
        &policy,
    );
    let texts: Vec<&str> = pool.iter().map(|candidate| candidate.text.as_str()).collect();
    assert_eq!(
        texts,
        ["offered for Ada", "both for Ada", "public's text", "said there"]
    );
    let answered: Vec<usize> = pool.iter().map(|candidate| candidate.answered.len()).collect();
    assert_eq!(
        answered,
        [0, 1, 0, 2],
        "equal answers are one, and what was sent as it was speaks for its source"
    );
}
