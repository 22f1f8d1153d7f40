//! Contract: what becomes of a delivery after its attempts.

use firstline::domain::event::EventKind;
use firstline::domain::webhook::{Claimed, DeliveryState, Endpoint, Verdict};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{
    Outcome, acme, at, attempt, chat, claim_all, conversation_id, endpoint,
};

/// One endpoint, and `messages` deliveries for it, all of them claimed.
async fn claimed(store: &dyn Store, messages: u64) -> Result<Vec<Claimed>, StoreError> {
    store.add_endpoint(&endpoint(1)).await?;
    chat(store, 1, messages).await?;
    claim_all(store).await
}

async fn states(store: &dyn Store) -> Result<Vec<DeliveryState>, StoreError> {
    let listed = store
        .deliveries(&acme(), &endpoint(1).id, None, None, 100)
        .await?;
    Ok(listed.items.iter().map(|delivery| delivery.state).collect())
}

pub(super) async fn a_delivered_one_is_done(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 1).await?.remove(0);
    store
        .record(&claimed, &attempt(&claimed, 10, Some(200)), &Verdict::Delivered)
        .await?;
    assert_eq!(states(store).await?, [DeliveryState::Delivered]);
    assert!(store.claim(at(9999), at(10_059), 10, 10).await?.is_empty());
    Ok(())
}

pub(super) async fn a_retry_waits_until_it_is_due(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 1).await?.remove(0);
    store
        .record(
            &claimed,
            &attempt(&claimed, 10, Some(503)),
            &Verdict::Retry(at(2000)),
        )
        .await?;
    assert!(store.claim(at(1999), at(2100), 10, 10).await?.is_empty());
    let again = store.claim(at(2000), at(2100), 10, 10).await?.remove(0);
    assert_eq!((again.delivery.attempts, again.delivery.due_at), (1, at(2000)));
    assert_eq!(again.delivery.event, claimed.delivery.event);
    Ok(())
}

pub(super) async fn an_exhausted_one_is_kept(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 1).await?.remove(0);
    store
        .record(&claimed, &attempt(&claimed, 10, None), &Verdict::Exhausted)
        .await?;
    assert_eq!(states(store).await?, [DeliveryState::Exhausted]);
    assert!(store.claim(at(9999), at(10_059), 10, 10).await?.is_empty());
    assert_eq!(store.attempts(&acme(), &claimed.delivery.id).await?.len(), 1);
    Ok(())
}

pub(super) async fn disabling_exhausts_what_is_pending(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 3).await?;
    store
        .record(
            &claimed[0],
            &attempt(&claimed[0], 10, Some(200)),
            &Verdict::Delivered,
        )
        .await?;
    let gone = Verdict::Disable("it answered 410 Gone".to_owned());
    store
        .record(&claimed[1], &attempt(&claimed[1], 11, Some(410)), &gone)
        .await?;
    let disabled = Endpoint {
        disabled: Some("it answered 410 Gone".to_owned()),
        ..endpoint(1)
    };
    assert_eq!(store.endpoints(&acme()).await?, [disabled]);
    let expected = [
        DeliveryState::Exhausted,
        DeliveryState::Exhausted,
        DeliveryState::Delivered,
    ];
    assert_eq!(states(store).await?, expected);
    chat(store, 2, 1).await?;
    assert_eq!(states(store).await?.len(), 3);
    Ok(())
}

/// Whoever wants it, but for the one that is gone; once, however many of its deliveries say so.
pub(super) async fn the_others_learn_of_a_disabled_endpoint(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 2).await?;
    store.add_endpoint(&endpoint(2)).await?;
    let picky = Endpoint {
        events: vec![EventKind::CsatRated],
        ..endpoint(3)
    };
    store.add_endpoint(&picky).await?;
    let gone = Verdict::Disable("it answered 410 Gone".to_owned());
    for (one, second) in claimed.iter().zip(11..) {
        store.record(one, &attempt(one, second, Some(410)), &gone).await?;
    }
    let logged = store.events(&acme(), None, 2, 10).await?;
    assert_eq!(logged.len(), 1);
    assert_eq!(
        (logged[0].kind, &logged[0].conversation, logged[0].at),
        (EventKind::EndpointDisabled, &None, at(11))
    );
    let expected = format!(
        r#"{{"workspace":"acme","endpoint_id":"{}","reason":"it answered 410 Gone"}}"#,
        endpoint(1).id
    );
    assert_eq!(logged[0].data, expected);
    let told = claim_all(store).await?;
    assert_eq!(told.len(), 1);
    assert_eq!(
        (&told[0].endpoint.id, &told[0].delivery.event),
        (&endpoint(2).id, &logged[0])
    );
    Ok(())
}

/// Others may be on their way while the endpoint says that it is gone.
pub(super) async fn an_attempt_that_ran_while_its_endpoint_was_disabled_counts(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 3).await?;
    let gone = Verdict::Disable("gone".to_owned());
    store
        .record(&claimed[0], &attempt(&claimed[0], 10, Some(410)), &gone)
        .await?;
    store
        .record(
            &claimed[1],
            &attempt(&claimed[1], 11, Some(200)),
            &Verdict::Delivered,
        )
        .await?;
    store
        .record(
            &claimed[2],
            &attempt(&claimed[2], 12, Some(500)),
            &Verdict::Retry(at(20)),
        )
        .await?;
    let expected = [
        DeliveryState::Exhausted,
        DeliveryState::Delivered,
        DeliveryState::Exhausted,
    ];
    assert_eq!(states(store).await?, expected);
    Ok(())
}

pub(super) async fn a_replay_starts_a_fresh_schedule(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 1).await?.remove(0);
    store
        .record(&claimed, &attempt(&claimed, 10, None), &Verdict::Exhausted)
        .await?;
    let replayed = store.replay(&acme(), &claimed.delivery.id, at(3000)).await?;
    assert_eq!(
        (replayed.state, replayed.attempts, replayed.due_at),
        (DeliveryState::Pending, 0, at(3000))
    );
    assert_eq!(replayed.event, claimed.delivery.event);
    let again = store.claim(at(3000), at(3060), 10, 10).await?.remove(0);
    assert_eq!(again.delivery, replayed);
    store
        .record(&again, &attempt(&again, 3001, Some(200)), &Verdict::Delivered)
        .await?;
    assert_eq!(store.attempts(&acme(), &claimed.delivery.id).await?.len(), 2);

    store.replay(&acme(), &claimed.delivery.id, at(4000)).await?;
    assert_eq!(store.claim(at(4000), at(4060), 10, 10).await?.len(), 1);
    Ok(())
}

pub(super) async fn a_replay_ends_the_lease(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 1).await?.remove(0);
    store.replay(&acme(), &claimed.delivery.id, at(1001)).await?;
    let late = store
        .record(&claimed, &attempt(&claimed, 1002, Some(200)), &Verdict::Delivered)
        .await;
    assert!(matches!(late, Err(StoreError::LeaseLost)));
    assert_eq!(store.claim(at(1003), at(1063), 10, 10).await?.len(), 1);
    Ok(())
}

pub(super) async fn an_unknown_delivery_is_not_found(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 1).await?.remove(0);
    let other = firstline::domain::id::DeliveryId::of(&conversation_id(9).event(1), &endpoint(1).id);
    assert!(matches!(
        store.replay(&acme(), &other, at(1)).await,
        Err(StoreError::NotFound(_))
    ));
    assert!(store.attempts(&acme(), &other).await?.is_empty());
    assert!(store.attempts(&acme(), &claimed.delivery.id).await?.is_empty());
    Ok(())
}

pub(super) async fn attempts_are_listed_oldest_first(store: &dyn Store) -> Outcome {
    let first = claimed(store, 1).await?.remove(0);
    store
        .record(&first, &attempt(&first, 10, None), &Verdict::Retry(at(2000)))
        .await?;
    let second = store.claim(at(2000), at(2060), 10, 10).await?.remove(0);
    store
        .record(
            &second,
            &attempt(&second, 2001, Some(503)),
            &Verdict::Retry(at(3000)),
        )
        .await?;
    let expected = [attempt(&first, 10, None), attempt(&second, 2001, Some(503))];
    assert_eq!(store.attempts(&acme(), &first.delivery.id).await?, expected);
    Ok(())
}

pub(super) async fn deliveries_are_listed_newest_first(store: &dyn Store) -> Outcome {
    let claimed = claimed(store, 5).await?;
    store
        .record(
            &claimed[1],
            &attempt(&claimed[1], 10, Some(200)),
            &Verdict::Delivered,
        )
        .await?;
    let (mut positions, mut cursor) = (Vec::new(), None);
    loop {
        let page = store
            .deliveries(&acme(), &endpoint(1).id, None, cursor.as_deref(), 2)
            .await?;
        positions.extend(page.items.iter().map(|delivery| delivery.event.position));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(positions, [5, 4, 3, 2, 1]);
    let pending = store
        .deliveries(&acme(), &endpoint(1).id, Some(DeliveryState::Pending), None, 10)
        .await?;
    assert_eq!(pending.items.len(), 4);
    let bad = store
        .deliveries(&acme(), &endpoint(1).id, None, Some("x"), 10)
        .await;
    assert!(matches!(bad, Err(StoreError::NotFound("cursor"))));
    Ok(())
}
