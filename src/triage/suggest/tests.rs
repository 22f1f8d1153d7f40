//! Ranking: cases as data, what holds of every ranking, and what is offered at all.

use proptest::collection::vec;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};
use proptest::{option, prop_oneof};

use super::*;
use crate::domain::article::{ArticleHit, Audience, Citation};
use crate::domain::canned_response::{CannedResponse, ReplyHit, Speaker};
use crate::domain::id::ConversationId;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::message::Source;
use crate::domain::reading::Reading;
use crate::domain::suggestion::{Answer, Used, Uses};
use crate::domain::time::{Duration, Timestamp};
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
    fn more_for_it_never_scores_lower(values in proptest::array::uniform7(0.0_f32..1.0), at in 0_usize..7, more in 0.0_f32..1.0) {
        let of = |values: [f32; 7]| {
            let [meaning, asked, words, intent, chance, used, recent] = values;
            score(&Evidence { meaning, asked, words, intent, chance, used, recent, ..Evidence::default() })
        };
        let mut raised = values;
        raised[at] += more;
        prop_assert!(of(raised) >= of(values));
    }
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

fn reading() -> Reading {
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
    Reading {
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
    }
}

fn answer(number: u8, suggestion: Option<&str>, text: &str) -> Answer {
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
}

/// What agents alone may read, what only the bot says, and what was said in this very conversation is never offered.
#[test]
fn what_is_not_for_this_customer_is_in_no_pool() {
    let (policy, reading) = (policy(), reading());
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
    let asked: Vec<Option<f32>> = pool.iter().map(|candidate| candidate.asked).collect();
    assert_eq!(
        asked,
        [None, Some(0.7), None, Some(0.7)],
        "what was sent as it was speaks for its source"
    );
}
