//! Contract: lists of conversations, what was said last in them, and the notes beside them.

use firstline::domain::conversation::{Conversation, Status};
use firstline::domain::id::{AgentId, ConversationId};
use firstline::domain::listing::{OwnerKind, Wanted};
use firstline::domain::message::{Sender, Text};
use firstline::domain::offer::{Offer, Snooze};
use firstline::domain::queue::Priority;
use firstline::domain::turn::{Input, Turn};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{
    Outcome, acme, agent, at, chat, conversation_id, handing_off, turn_on, unstored, workspace,
};

/// Its newest turn, which changed it at a second.
fn changed(mut turn: Turn, second: i64) -> Turn {
    turn.conversation.updated_at = at(second);
    turn
}

async fn holding(store: &dyn Store, number: u8, who: &str, second: i64) -> Result<Conversation, StoreError> {
    let mut turn = changed(turn_on(&unstored(&acme(), number)), second);
    turn.conversation
        .claim(&agent(who), 1, at(second))
        .expect("nobody holds it");
    store.commit(&turn, None).await?;
    Ok(turn.conversation)
}

/// Five: 1 with the bot, 2 waits, 3 with ana, 4 with ben, 5 with ana and resolved. 4 and 2 changed in the same second.
async fn desk(store: &dyn Store) -> Outcome {
    store
        .commit(&changed(turn_on(&unstored(&acme(), 1)), 50), None)
        .await?;
    let waiting = handing_off(&unstored(&acme(), 2), "orders", Priority::Normal, at(40));
    store.commit(&changed(waiting, 40), None).await?;
    holding(store, 3, "ana", 20).await?;
    holding(store, 4, "ben", 40).await?;
    let mut resolved = changed(turn_on(&holding(store, 5, "ana", 30).await?), 60);
    resolved.conversation.resolve().expect("it is open");
    store.commit(&resolved, None).await?;
    let elsewhere = turn_on(&unstored(&workspace("other"), 9));
    store.commit(&elsewhere, None).await?;
    Ok(())
}

async fn listed(store: &dyn Store, wanted: &Wanted) -> Result<Vec<ConversationId>, StoreError> {
    let page = store.list(&acme(), wanted, None, 10).await?;
    assert!(page.next.is_none());
    assert!(page.items.iter().all(|item| item.messages.is_empty()));
    Ok(page.items.into_iter().map(|item| item.id).collect())
}

fn numbered(numbers: &[u8]) -> Vec<ConversationId> {
    numbers.iter().map(|number| conversation_id(*number)).collect()
}

pub(super) async fn the_newest_change_comes_first_and_pages_join(store: &dyn Store) -> Outcome {
    desk(store).await?;
    let all = Wanted::default();
    assert_eq!(listed(store, &all).await?, numbered(&[5, 1, 4, 2, 3]));
    for size in [1, 2, 3] {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = store.list(&acme(), &all, cursor.as_deref(), size).await?;
            assert!(page.items.len() <= size);
            found.extend(page.items.into_iter().map(|item| item.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(found, numbered(&[5, 1, 4, 2, 3]), "pages of {size}");
    }
    Ok(())
}

pub(super) async fn a_list_has_what_is_asked_for(store: &dyn Store) -> Outcome {
    desk(store).await?;
    let (open, resolved) = (Some(Status::Open), Some(Status::Resolved));
    let ana = Some(agent("ana").id);
    for (status, owner, agent, expected) in [
        (open, None, None, vec![1, 4, 2, 3]),
        (resolved, None, None, vec![5]),
        (None, Some(OwnerKind::Agent), None, vec![5, 4, 3]),
        (open, Some(OwnerKind::Queue), None, vec![2]),
        (open, Some(OwnerKind::Bot), None, vec![1]),
        (None, None, ana.clone(), vec![5, 3]),
        (open, Some(OwnerKind::Agent), ana.clone(), vec![3]),
        (None, Some(OwnerKind::Bot), ana, vec![]),
    ] {
        let wanted = Wanted { status, owner, agent };
        assert_eq!(listed(store, &wanted).await?, numbered(&expected), "{wanted:?}");
    }
    Ok(())
}

pub(super) async fn a_cursor_of_no_list_is_refused(store: &dyn Store) -> Outcome {
    desk(store).await?;
    for bad in ["", "x", "bm90IGEgY3Vyc29y", "MS4"] {
        let answer = store.list(&acme(), &Wanted::default(), Some(bad), 10).await;
        assert!(matches!(answer, Err(StoreError::NotFound("cursor"))), "{bad:?}");
    }
    Ok(())
}

pub(super) async fn what_was_said_last_is_what_a_person_said(store: &dyn Store) -> Outcome {
    let mut marked = turn_on(&chat(store, 1, 2).await?);
    for message in &mut marked.messages {
        message.from = Sender::System;
    }
    let mut answered = marked.messages[0].clone();
    answered.from = Sender::Bot;
    answered.seq += 1;
    marked.conversation.last_seq = answered.seq;
    marked.messages.push(answered);
    store.commit(&marked, None).await?;
    chat(store, 2, 3).await?;
    let mut silent = turn_on(&unstored(&acme(), 3));
    silent.messages.clear();
    store.commit(&silent, None).await?;
    let asked = numbered(&[2, 3, 1, 7]);
    let newest = store.newest_messages(&acme(), &asked).await?;
    let found: Vec<_> = newest
        .iter()
        .map(|(id, message)| (id.clone(), message.seq, message.text.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (conversation_id(2), 3, "message 3"),
            (conversation_id(1), 2, "message 2")
        ]
    );
    let elsewhere = store.newest_messages(&workspace("other"), &asked).await?;
    assert!(elsewhere.is_empty());
    assert!(store.newest_messages(&acme(), &[]).await?.is_empty());
    Ok(())
}

/// One that an agent holds, with what each of these has written in it, in their order.
async fn written_in(store: &dyn Store, number: u8, who: &str, by: &[Sender]) -> Result<Turn, StoreError> {
    let mut turn = turn_on(&holding(store, number, who, 10).await?);
    turn.messages.clear();
    for from in by {
        let after = &mut turn.conversation;
        let mut message = after.messages[0].clone();
        message.seq = 2 + turn.messages.len() as u64;
        message.id = after.id.message(message.seq);
        message.from = from.clone();
        after.last_seq = message.seq;
        turn.messages.push(message);
    }
    Ok(turn)
}

pub(super) async fn who_waits_for_an_answer_is_found_by_its_holder(store: &dyn Store) -> Outcome {
    let answer = Sender::Agent(agent("ana"));
    let customer = Sender::Customer;
    for (number, who, by) in [
        (1, "ana", vec![customer.clone(), Sender::Bot, Sender::System]),
        (2, "ana", vec![customer.clone(), answer.clone(), Sender::System]),
        (3, "ben", vec![answer, customer]),
    ] {
        store
            .commit(&written_in(store, number, who, &by).await?, None)
            .await?;
    }
    let put_off = holding(store, 4, "ana", 10).await?;
    let mut snoozed = turn_on(&put_off);
    snoozed.messages[0].from = Sender::Customer;
    let (until, timer) = (at(600), put_off.id.task(1));
    snoozed
        .conversation
        .snooze(&agent("ana"), Snooze { until, timer })
        .expect("she holds it");
    store.commit(&snoozed, None).await?;
    let mut resolved = turn_on(&holding(store, 5, "ana", 10).await?);
    resolved.messages[0].from = Sender::Customer;
    resolved.conversation.resolve().expect("it is open");
    store.commit(&resolved, None).await?;
    let mut offered = handing_off(&unstored(&acme(), 6), "orders", Priority::Normal, at(10));
    let offer = Offer {
        agent: agent("ana"),
        until: at(600),
        timer: conversation_id(6).task(1),
        units: 1,
    };
    offered.conversation.offer(offer).expect("it waits");
    store.commit(&offered, None).await?;
    store.commit(&turn_on(&unstored(&acme(), 7)), None).await?;

    for (holders, expected) in [
        (vec!["ana"], vec![(1, "ana")]),
        (vec!["eve", "ben", "ana"], vec![(1, "ana"), (3, "ben")]),
        (vec!["eve"], vec![]),
        (vec![], vec![]),
    ] {
        let holders: Vec<AgentId> = holders.into_iter().map(|who| agent(who).id).collect();
        let mut found = store.unanswered(&acme(), &holders).await?;
        found.sort();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(number, who)| (conversation_id(number), agent(who).id))
            .collect();
        assert_eq!(found, expected, "{holders:?}");
        let elsewhere = store.unanswered(&workspace("other"), &holders).await?;
        assert!(elsewhere.is_empty(), "{holders:?}");
    }
    Ok(())
}

pub(super) async fn notes_are_read_back_oldest_first(store: &dyn Store) -> Outcome {
    let mut conversation = chat(store, 1, 1).await?;
    for (text, whisper) in [("she called", false), ("offer a refund", true)] {
        let mut turn = turn_on(&conversation);
        turn.input = Input::Note {
            agent: agent("ana"),
            text: Text::parse(text).expect("the text is clean"),
            whisper,
        };
        store.commit(&turn, None).await?;
        let after = turn_on(&turn.conversation);
        store.commit(&after, None).await?;
        conversation = after.conversation;
    }
    let notes = store.notes(&acme(), &conversation.id).await?;
    let found: Vec<_> = notes
        .iter()
        .map(|note| (note.text.as_str(), note.whisper, note.id.clone()))
        .collect();
    let id = |version| conversation.id.note(version);
    assert_eq!(
        found,
        [("she called", false, id(2)), ("offer a refund", true, id(4))]
    );
    assert_eq!(notes[0].agent, agent("ana"));
    assert!(store.notes(&acme(), &conversation_id(2)).await?.is_empty());
    assert!(
        store
            .notes(&workspace("other"), &conversation.id)
            .await?
            .is_empty()
    );
    Ok(())
}
