//! Contract: what agents are shown, take and answer, and the other conversations of a customer.

use firstline::domain::conversation::Status;
use firstline::domain::csat::Rating;
use firstline::domain::handoff::EarlierConversation;
use firstline::domain::intent::Intent;
use firstline::domain::message::Text;
use firstline::domain::suggestion::{
    Answer, Feedback, Meaning, Outcome, Shown, ShownReply, SuggestionOutcome, Used, Uses,
};
use firstline::domain::turn::{Input, Turn};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{
    Outcome as Done, acme, agent, at, chat, conversation_id, key, turn_on, unstored, workspace,
};

fn shown(id: &str) -> Shown {
    Shown {
        intent: Some(Intent::new("refund_status")),
        replies: vec![ShownReply {
            id: id.to_owned(),
            text: "It takes 3 days.".to_owned(),
        }],
    }
}

fn became(key: &str, intent: Option<&str>, outcome: Outcome) -> SuggestionOutcome {
    SuggestionOutcome {
        key: key.to_owned(),
        intent: intent.map(Intent::new),
        outcome,
    }
}

/// The next turn of a conversation, as an agent's message that leaves something.
async fn answered(
    store: &dyn Store,
    number: u8,
    outcomes: Vec<SuggestionOutcome>,
) -> Result<Turn, StoreError> {
    let conversation = store
        .load(&acme(), &conversation_id(number))
        .await?
        .expect("it was committed");
    let mut turn = turn_on(&conversation);
    turn.input = Input::AgentMessage {
        agent: agent("ana"),
        text: Text::parse("done").expect("the text is clean"),
        suggested: None,
    };
    turn.feedback = Feedback {
        outcomes,
        answer: Some(Answer {
            conversation: conversation.id.clone(),
            message: turn.messages[0].id.clone(),
            question: "where is my money 😀".to_owned(),
            text: format!("answer {number}"),
            intent: Some(Intent::new("refund_status")),
            suggestion: Some("one".to_owned()),
            at: turn.messages[0].at,
            meaning: None,
        }),
    };
    store.commit(&turn, None).await?;
    Ok(turn)
}

pub(super) async fn what_was_shown_last_is_gone_with_the_next_answer(store: &dyn Store) -> Done {
    chat(store, 1, 1).await?;
    chat(store, 2, 1).await?;
    assert_eq!(store.shown(&acme(), &conversation_id(1)).await?, None);
    for id in ["one", "two"] {
        store.show(&acme(), &conversation_id(1), &shown(id)).await?;
    }
    store.show(&acme(), &conversation_id(2), &shown("other")).await?;
    assert_eq!(
        store.shown(&acme(), &conversation_id(1)).await?,
        Some(shown("two"))
    );

    let conversation = store
        .load(&acme(), &conversation_id(1))
        .await?
        .expect("it is there");
    store.commit(&turn_on(&conversation), None).await?;
    assert_eq!(
        store.shown(&acme(), &conversation_id(1)).await?,
        Some(shown("two")),
        "a customer's message takes nothing away"
    );
    answered(store, 1, Vec::new()).await?;
    assert_eq!(store.shown(&acme(), &conversation_id(1)).await?, None);
    assert_eq!(
        store.shown(&acme(), &conversation_id(2)).await?,
        Some(shown("other"))
    );
    Ok(())
}

pub(super) async fn uses_add_up_by_suggestion_and_intent(store: &dyn Store) -> Done {
    chat(store, 1, 1).await?;
    let refund = Some("refund_status");
    answered(
        store,
        1,
        vec![
            became("one", refund, Outcome::Sent),
            became("two", refund, Outcome::Ignored),
        ],
    )
    .await?;
    answered(
        store,
        1,
        vec![
            became("one", refund, Outcome::Sent),
            became("one", None, Outcome::Edited),
        ],
    )
    .await?;
    let uses = |sent, edited, ignored| Uses {
        sent,
        edited,
        ignored,
    };
    let used = |key: &str, intent: Option<&str>, uses| Used {
        key: key.to_owned(),
        intent: intent.map(Intent::new),
        uses,
    };
    let all = store
        .uses(&acme(), &["two".to_owned(), "one".to_owned(), "three".to_owned()])
        .await?;
    let expected = [
        used("one", None, uses(0, 1, 0)),
        used("one", refund, uses(2, 0, 0)),
        used("two", refund, uses(0, 0, 1)),
    ];
    assert_eq!(all, expected);
    assert_eq!(store.uses(&acme(), &["two".to_owned()]).await?, expected[2..]);
    assert!(store.uses(&acme(), &[]).await?.is_empty());
    assert!(
        store
            .uses(&workspace("other"), &["one".to_owned()])
            .await?
            .is_empty()
    );
    Ok(())
}

pub(super) async fn a_refused_or_repeated_answer_leaves_nothing(store: &dyn Store) -> Done {
    let conversation = chat(store, 1, 1).await?;
    let turn = answered(store, 1, vec![became("one", None, Outcome::Sent)]).await?;
    assert!(matches!(
        store.commit(&turn, None).await,
        Err(StoreError::Conflict)
    ));

    let mut next = turn_on(&turn.conversation);
    next.input = turn.input.clone();
    next.feedback.outcomes = vec![became("one", None, Outcome::Sent)];
    for _ in 0..2 {
        store.commit(&next, Some(&key("k", "f", 1))).await?;
    }
    let uses = store.uses(&acme(), &["one".to_owned()]).await?;
    assert_eq!(uses[0].uses.sent, 2);
    assert_eq!(store.answers(&conversation.workspace, 10).await?.len(), 1);
    Ok(())
}

pub(super) async fn answers_come_newest_first_with_what_their_questions_mean(store: &dyn Store) -> Done {
    let mut written = Vec::new();
    for number in [1, 2, 3] {
        chat(store, number, u64::from(number)).await?;
        written.push(
            answered(store, number, Vec::new())
                .await?
                .feedback
                .answer
                .expect("an answer"),
        );
    }
    written.reverse();
    assert_eq!(store.answers(&acme(), 10).await?, written);
    assert_eq!(store.answers(&acme(), 1).await?, written[..1]);
    assert!(store.answers(&workspace("other"), 10).await?.is_empty());

    let meaning = |model: &str| Meaning {
        model: model.to_owned(),
        numbers: vec![-128, 0, 127],
    };
    let unknown = conversation_id(9).message(1);
    for model in ["old", "new"] {
        let meanings = [
            (written[1].message.clone(), meaning(model)),
            (unknown.clone(), meaning(model)),
        ];
        store.understand(&acme(), &meanings).await?;
    }
    written[1].meaning = Some(meaning("new"));
    assert_eq!(store.answers(&acme(), 10).await?, written);
    Ok(())
}

pub(super) async fn a_customer_s_other_conversations_come_newest_first(store: &dyn Store) -> Done {
    for number in 1..=4 {
        let mut conversation = unstored(&acme(), number);
        conversation.customer.id = if number == 4 { "someone else" } else { "c-7" }.to_owned();
        conversation.last_seq = u64::from(number);
        let mut turn = turn_on(&conversation);
        if number == 2 {
            turn.conversation.status = Status::Resolved;
            turn.conversation.rating = Some(Rating {
                score: 4,
                comment: String::new(),
            });
        }
        store.commit(&turn, None).await?;
    }
    let mut asking = unstored(&acme(), 3);
    asking.customer.id = "c-7".to_owned();
    let earlier = |number: u8, status, rating| EarlierConversation {
        id: conversation_id(number),
        at: at(0),
        intent: None,
        status,
        owner: "bot".to_owned(),
        rating,
    };
    let expected = [
        earlier(2, Status::Resolved, Some(4)),
        earlier(1, Status::Open, None),
    ];
    assert_eq!(store.earlier(&asking, 5).await?, expected);
    assert_eq!(store.earlier(&asking, 1).await?, expected[..1]);
    asking.workspace = workspace("other");
    assert!(store.earlier(&asking, 5).await?.is_empty());
    Ok(())
}

pub(super) async fn an_unknown_visitor_has_no_other_conversations(store: &dyn Store) -> Done {
    for number in [1, 2] {
        let mut conversation = unstored(&acme(), number);
        conversation.customer.id = String::new();
        store.commit(&turn_on(&conversation), None).await?;
    }
    let mut asking = unstored(&acme(), 2);
    asking.customer.id = String::new();
    assert!(store.earlier(&asking, 5).await?.is_empty());
    Ok(())
}
