//! The search on the sample business: what customers ask, in their words, and what must never be found.

use std::sync::LazyLock;

use firstline::domain::article::{Article, ArticleHit, Audience, Passage};
use firstline::domain::intent::{Intent, ScoredIntent};
use firstline::knowledge::{Knowledge, KnowledgeIndex};
use firstline::ports::{KnowledgeBase, SearchQuery};
use proptest::prelude::{any, proptest};

use crate::knowledge::{SAMPLE, in_memory};

/// How far down the article may stand when the intent is known, and when there are only the words; the intent;
/// the article; what the customer writes.
const QUESTIONS: &str = "\
1 3 | track_order | track-your-order | hiya, where is my parcel right now??
1 1 | track_order | track-your-order | you never sent me a tracking link
1 3 | delivery_delay | late-or-stuck-parcel | my parcel was due on monday and still nothing
1 3 | delivery_delay | late-or-stuck-parcel | tracking hasnt updated since friday
1 3 | delivery_delay | marked-delivered-but-missing | courier says its been delivered but theres nothing on the doorstep
1 3 | delivery_time | delivery-times | if i order today when will it come
1 1 | shipping_options | delivery-abroad | do u deliver to france and is there customs to pay
1 3 | shipping_options | uk-delivery-options | can it come on a saturday
1 3 | shipping_options | click-and-collect | id rather collect it myself from the shop
1 1 | change_address | change-delivery-address | I typed the wrong house number, can you change the address
1 3 | change_order | change-an-order | want to add a helmet to the order i just placed
1 3 | cancel_order | cancel-an-order | please cancel FH-10423, I ordered by mistake
1 1 | wrong_or_damaged_item | wrong-or-damaged-item | the pump arrived broken
1 3 | return_exchange | return-an-item | how do i send the gloves back, is there a label
1 1 | return_exchange | exchange-size-or-colour | jersey is too tight, need to swap for a bigger size
1 3 | refund_status | refund-status | I sent it back last week, still no refund
1 3 | refund_request | ask-for-a-refund | can i get a refund
1 1 | return_refund_policy | returns-policy-and-warranty | how long is the guarantee on the frame
1 3 | product_info | volt-e-bike | how many miles can I do on the volt before charging
1 1 | product_info | bike-and-helmet-sizes | im 5ft 8 which frame size
1 3 | product_availability | stock-and-availability | when will the ridge in green be back in stock
1 3 | price_promo | discount-codes-and-price-promise | got a promo code that doesnt work
1 3 | payment_status | check-your-payment-status | has my payment gone through?
1 1 | payment_failed | payment-failed | my card keeps getting declined
1 1 | payment_methods | ways-to-pay | can i pay with klarna or apple pay
1 1 | billing_dispute | charged-twice-or-unknown-charge | I've been charged twice for one order
1 1 | invoice | get-an-invoice | need a vat invoice for my company
1 3 | pay_bill | pay-in-3-due-dates | when is the next instalment taken
1 1 | balance_info | points-balance | how many points have i got
1 1 | password_reset | reset-your-password | forgot my password and the reset email isnt coming
1 1 | account_locked | account-locked | it says my account is locked
1 1 | account_close | close-your-account | delete my account and all data
1 3 | account_update | change-your-details | changed my phone number, where do I put the new one
1 3 | account_verification | identity-check | why do I have to prove my identity
1 1 | subscription_manage | ride-club-and-newsletter | cancel my ride club membership
1 1 | security_fraud | fraud-and-suspicious-messages | someone has used my card on your website
1 1 | appointment_book | book-a-workshop-appointment | i want to book my bike in for a service
1 5 | appointment_change | change-or-cancel-an-appointment | cant make it tomorrow can we move my service
1 3 | appointment_time | when-is-my-appointment | what time do i need to bring my bike in
1 1 | business_info | opening-hours-and-about-us | what time do you close on sunday
1 1 | technical_issue | volt-error-codes-and-pairing | display shows E3
1 1 | technical_issue | website-or-app-trouble | your app crashes every time I open it
1 1 | complaint | make-a-complaint | i want to make a complaint about the way i was treated
1 3 | human_agent | talk-to-a-person | let me talk to a human";

const TODAY: &str = "2026-11-22T10:00:00Z";

static INDEX: LazyLock<KnowledgeIndex> = LazyLock::new(|| in_memory(&SAMPLE));

fn query<'a>(text: &'a str, intents: &'a [ScoredIntent]) -> SearchQuery<'a> {
    SearchQuery {
        text,
        embedding: None,
        context: &[],
        intents,
        locale: "en",
        audience: Audience::Public,
        now: TODAY.parse().expect("a moment"),
        limit: 5,
    }
}

fn sure(intent: &str) -> [ScoredIntent; 1] {
    [ScoredIntent {
        name: Intent::new(intent),
        confidence: 0.8,
    }]
}

fn search(query: &SearchQuery<'_>) -> Vec<ArticleHit> {
    INDEX.search(query).expect("the index can be read")
}

fn articles(hits: &[ArticleHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.citation.article.as_str()).collect()
}

fn questions() -> impl Iterator<Item = ([usize; 2], &'static str, &'static str, &'static str)> {
    QUESTIONS.lines().map(|line| {
        let columns: Vec<&str> = line.split(" | ").collect();
        let places: Vec<usize> = columns[0]
            .split(' ')
            .map(|place| place.parse().expect("a number"))
            .collect();
        ([places[0], places[1]], columns[1], columns[2], columns[3])
    })
}

#[test]
fn customers_find_what_they_ask_for() {
    let mut misses = Vec::new();
    for (places, intent, article, text) in questions() {
        for (intents, place) in [(&sure(intent)[..], places[0]), (&[], places[1])] {
            let hits = search(&query(text, intents));
            if !articles(&hits).iter().take(place).any(|found| *found == article) {
                misses.push(format!(
                    "{text:?} ({} intents): {:?}",
                    intents.len(),
                    articles(&hits)
                ));
            }
        }
    }
    assert!(misses.is_empty(), "{misses:#?}");
}

#[test]
fn words_choose_the_passage_within_the_article() {
    let cases = "\
account_locked | how-long-does-the-lock-last | how long does the lock last
return_refund_policy | how-long-is-the-warranty | how long is the warranty on the frame
track_order | tracking-an-order-placed-as-a-guest | I have no account, ordered as a guest
delivery_delay | how-long-does-a-trace-take | how long will the trace take
payment_status | when-is-a-pre-order-charged | when will you charge me for my preorder
password_reset | the-link-doesnt-work-any-more | reset link doesnt work
cancel_order | can-i-cancel-just-one-item | can i cancel only one of the items
price_promo | how-do-i-get-the-student-discount | do you have student discount
balance_info | how-do-i-earn-points | how do i earn points
track_order | intro | wheres my stuff
cancel_order | intro | cancel my order
business_info | intro | what are your opening hours";
    for line in cases.lines() {
        let [intent, passage, text] = line
            .split(" | ")
            .collect::<Vec<_>>()
            .try_into()
            .expect("three columns");
        assert_eq!(
            search(&query(text, &sure(intent)))[0].citation.passage,
            passage,
            "{text}"
        );
    }
}

#[test]
fn an_intent_finds_its_article_without_a_common_word() {
    let hits = search(&query("xyzzy", &sure("password_reset")));
    assert_eq!(hits[0].citation.article, "reset-your-password");
    assert_eq!(hits[0].citation.passage, "intro");
    assert!(search(&query("xyzzy", &[])).is_empty());
}

#[test]
fn the_score_is_a_chance_that_falls_with_what_is_not_covered() {
    let score = |text: &str| search(&query(text, &sure("password_reset")))[0].score;
    let (whole, half, nothing) = (
        score("reset my password"),
        score("reset my password xyzzy"),
        score("what is it?"),
    );
    assert!((0.0..=1.0).contains(&whole) && (0.0..=1.0).contains(&nothing));
    assert!(whole > half && whole > nothing, "{whole} {half} {nothing}");
}

#[test]
fn articles_are_found_only_on_their_days() {
    let cases = [
        (
            "spring-collect-trial",
            "spring click and collect trial",
            "2026-03-31T23:59:59Z",
            true,
        ),
        (
            "spring-collect-trial",
            "spring click and collect trial",
            "2026-04-01T00:00:00Z",
            false,
        ),
        (
            "spring-collect-trial",
            "spring click and collect trial",
            TODAY,
            false,
        ),
        (
            "winter-delivery-dates",
            "are you open over christmas",
            "2026-10-31T23:59:59Z",
            false,
        ),
        (
            "winter-delivery-dates",
            "are you open over christmas",
            "2026-11-01T00:00:00Z",
            true,
        ),
        (
            "winter-delivery-dates",
            "are you open over christmas",
            "2027-01-31T23:59:59Z",
            true,
        ),
        (
            "winter-delivery-dates",
            "are you open over christmas",
            "2027-02-01T00:00:00Z",
            false,
        ),
    ];
    for (article, text, now, expected) in cases {
        let now = now.parse().unwrap();
        let limit = 400;
        for audience in [Audience::Public, Audience::Internal] {
            let hits = search(&SearchQuery {
                now,
                limit,
                audience,
                ..query(text, &[])
            });
            assert_eq!(articles(&hits).contains(&article), expected, "{article} at {now}");
        }
    }
}

#[test]
fn customers_never_find_what_is_for_agents() {
    let internal: Vec<&Article> = SAMPLE
        .articles
        .iter()
        .filter(|article| article.audience == Audience::Internal)
        .collect();
    assert!(!internal.is_empty());
    for article in internal {
        for question in article.questions.iter().chain([&article.title]) {
            let intents = sure(article.intents[0].as_str());
            let public = SearchQuery {
                limit: 400,
                ..query(question, &intents)
            };
            let hits = search(&public);
            assert!(
                hits.iter().all(|hit| hit.audience == Audience::Public),
                "{question}"
            );
            let hits = search(&SearchQuery {
                audience: Audience::Internal,
                ..public
            });
            assert!(articles(&hits).contains(&article.id.as_str()), "{question}");
        }
    }
}

#[test]
fn the_locale_itself_or_else_its_language() {
    let knowledge = Knowledge {
        articles: ["en-GB", "en-US", "fr", "de-AT"].map(article_in).to_vec(),
        ..Knowledge::default()
    };
    let index = in_memory(&knowledge);
    let cases: [(&str, &[&str]); 6] = [
        ("en-gb", &["in-en-GB"]),
        ("en", &["in-en-GB", "in-en-US"]),
        ("en-AU", &["in-en-GB", "in-en-US"]),
        ("fr-CA", &["in-fr"]),
        ("de", &["in-de-AT"]),
        ("es", &[]),
    ];
    for (locale, expected) in cases {
        let hits = index
            .search(&SearchQuery {
                locale,
                ..query("parcel", &[])
            })
            .unwrap();
        assert_eq!(articles(&hits), expected, "{locale}");
    }
}

fn article_in(locale: &str) -> Article {
    Article {
        id: format!("in-{locale}"),
        title: "Parcel".to_owned(),
        locale: locale.to_owned(),
        audience: Audience::Public,
        intents: Vec::new(),
        questions: Vec::new(),
        valid_from: None,
        valid_to: None,
        passages: vec![Passage {
            id: "intro".to_owned(),
            heading: String::new(),
            text: "Parcel".to_owned(),
        }],
    }
}

#[test]
fn odd_texts_do_no_harm() {
    let long = "where is my parcel? ".repeat(16 * 1024 / 20);
    let many: String = (0..3_000).map(|number| format!("w{number} parcel ")).collect();
    let syntax = "title:parcel AND (NOT \"x\" OR +a -b ^2 ~3 [a TO b] *:* \\ /re/ parcel~";
    for text in [
        long.as_str(),
        &many,
        syntax,
        "📦❓ parcel",
        "Wo ist ПАКЕТ parcel ?",
        "parcel\0\u{feff}",
    ] {
        assert!(!search(&query(text, &[])).is_empty());
    }
    for text in ["", "   ", "😡😡", "-", "*", "\"", "()"] {
        assert!(search(&query(text, &[])).is_empty(), "{text:?}");
    }
    let odd = [f32::NAN, -1.0, f32::INFINITY].map(|confidence| ScoredIntent {
        name: Intent::new("track_order"),
        confidence,
    });
    assert!(!search(&query("parcel", &odd)).is_empty());
    assert!(
        search(&SearchQuery {
            limit: 0,
            ..query("parcel", &[])
        })
        .is_empty()
    );
    assert!(
        !search(&SearchQuery {
            limit: usize::MAX,
            ..query("parcel", &[])
        })
        .is_empty()
    );
    let empty = in_memory(&Knowledge::default());
    assert!(
        empty
            .search(&query("parcel", &sure("track_order")))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn the_same_question_gives_the_same_answer() {
    let again = in_memory(&SAMPLE);
    for (_, intent, _, text) in questions() {
        let intents = sure(intent);
        let query = query(text, &intents);
        assert_eq!(search(&query), search(&query));
        assert_eq!(search(&query), again.search(&query).unwrap());
    }
}

proptest! {
    #[test]
    fn any_text_is_searched(text in any::<String>(), locale in "[a-zA-Z-]{0,8}") {
        let hits = search(&SearchQuery { locale: &locale, ..query(&text, &sure("track_order")) });
        assert!(hits.len() <= 5);
        assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    }
}
