//! Contract: the event log.

use firstline::domain::event::EventKind;
use firstline::domain::id::ConversationId;
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{
    Outcome, acme, at, chat, claim_all, conversation_id, endpoint, opening, turn_on,
};

async fn positions(
    store: &dyn Store,
    conversation: Option<&ConversationId>,
    after: u64,
    limit: usize,
) -> Result<Vec<u64>, StoreError> {
    let events = store.events(&acme(), conversation, after, limit).await?;
    Ok(events.iter().map(|event| event.position).collect())
}

pub(super) async fn events_of_one_conversation_and_of_all(store: &dyn Store) -> Outcome {
    let one = chat(store, 1, 2).await?;
    chat(store, 2, 2).await?;
    store.commit(&turn_on(&one), None).await?;
    assert_eq!(positions(store, None, 0, 10).await?, [1, 2, 3, 4, 5]);
    assert_eq!(positions(store, None, 2, 2).await?, [3, 4]);
    assert_eq!(
        positions(store, Some(&conversation_id(1)), 0, 10).await?,
        [1, 2, 5]
    );
    assert_eq!(positions(store, Some(&conversation_id(1)), 1, 1).await?, [2]);
    assert!(positions(store, None, u64::MAX, 10).await?.is_empty());

    let first = store.events(&acme(), None, 0, 1).await?.remove(0);
    assert_eq!(first.id, conversation_id(1).event(1));
    assert_eq!(
        (first.conversation, first.kind, first.at),
        (Some(conversation_id(1)), EventKind::MessageCreated, at(1))
    );
    Ok(())
}

pub(super) async fn the_position_moves_with_every_commit(store: &dyn Store) -> Outcome {
    let mut position = store.position();
    assert_eq!(*position.borrow_and_update(), 0);
    let turn = opening(1);
    store.commit(&turn, None).await?;
    assert!(position.has_changed().expect("the store is there"));
    assert_eq!(*position.borrow_and_update(), 1);

    assert!(store.commit(&turn, None).await.is_err());
    assert!(!position.has_changed().expect("the store is there"));
    assert_eq!(*store.position().borrow(), 1);
    Ok(())
}

pub(super) async fn log_and_delivery_hold_the_same_bytes(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    let turn = opening(1);
    store.commit(&turn, None).await?;
    let logged = store.events(&acme(), None, 0, 10).await?.remove(0);
    let claimed = claim_all(store).await?.remove(0);
    assert_eq!(
        logged.data,
        serde_json::to_string(&turn.events[0].data).expect("events are JSON")
    );
    assert_eq!(claimed.delivery.event, logged);
    let listed = store.deliveries(&acme(), &endpoint(1).id, None, None, 10).await?;
    assert_eq!(listed.items[0].event, logged);
    Ok(())
}

/// A clock that is set back by ten minutes between two turns: numbers and positions go on, not times.
pub(super) async fn a_clock_set_back_changes_no_order(store: &dyn Store) -> Outcome {
    let first = opening(1);
    let mut second = turn_on(&first.conversation);
    second.messages[0].at = at(-600);
    second.events[0].at = at(-600);
    second.conversation.updated_at = at(-600);
    store.commit(&first, None).await?;
    store.commit(&second, None).await?;
    let events = store.events(&acme(), None, 0, 10).await?;
    let seen: Vec<_> = events.iter().map(|event| (event.position, &event.id)).collect();
    assert_eq!(seen, [(1, &first.events[0].id), (2, &second.events[0].id)]);
    let messages = store.messages(&acme(), &conversation_id(1), 0, 10).await?;
    let seqs: Vec<_> = messages.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, [1, 2]);
    Ok(())
}
