//! Contract: claiming deliveries.

use firstline::domain::webhook::Verdict;
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{Outcome, acme, at, attempt, chat, claim_all, endpoint};

pub(super) async fn the_longest_due_is_claimed_first(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    chat(store, 1, 3).await?;
    let first = claim_all(store).await?;
    for (claimed, due) in first.iter().zip([30, 10, 20]) {
        store
            .record(claimed, &attempt(claimed, 5, None), &Verdict::Retry(at(due)))
            .await?;
    }
    let two = store.claim(at(30), at(90), 2, 10).await?;
    let due: Vec<_> = two.iter().map(|claimed| claimed.delivery.due_at).collect();
    assert_eq!(due, [at(10), at(20)]);
    assert_eq!(two[0].endpoint, endpoint(1));
    assert_eq!(two[0].delivery.attempts, 1);
    let rest = store.claim(at(30), at(90), 2, 10).await?;
    assert_eq!(
        rest.iter()
            .map(|claimed| claimed.delivery.due_at)
            .collect::<Vec<_>>(),
        [at(30)]
    );
    Ok(())
}

pub(super) async fn a_lease_hides_a_delivery_until_it_ends(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    chat(store, 1, 1).await?;
    let first = store.claim(at(10), at(70), 10, 10).await?.remove(0);
    assert!(store.claim(at(69), at(99), 10, 10).await?.is_empty());
    let second = store.claim(at(70), at(99), 10, 10).await?.remove(0);
    assert_eq!(second.delivery, first.delivery);
    assert!(second.lease > first.lease);
    Ok(())
}

pub(super) async fn a_late_record_is_refused(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    chat(store, 1, 1).await?;
    let slow = store.claim(at(10), at(70), 10, 10).await?.remove(0);
    let quick = store.claim(at(70), at(99), 10, 10).await?.remove(0);
    let late = store
        .record(&slow, &attempt(&slow, 71, Some(500)), &Verdict::Exhausted)
        .await;
    assert!(matches!(late, Err(StoreError::LeaseLost)));
    store
        .record(&quick, &attempt(&quick, 72, Some(200)), &Verdict::Delivered)
        .await?;
    assert_eq!(
        store.attempts(&acme(), &quick.delivery.id).await?,
        [attempt(&quick, 72, Some(200))]
    );
    Ok(())
}

/// Nobody took it over, so a result that comes after the end of the lease still counts, but only once.
pub(super) async fn a_lease_is_recorded_once(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    chat(store, 1, 1).await?;
    let claimed = store.claim(at(10), at(11), 10, 10).await?.remove(0);
    store
        .record(
            &claimed,
            &attempt(&claimed, 50, Some(500)),
            &Verdict::Retry(at(60)),
        )
        .await?;
    let again = store
        .record(&claimed, &attempt(&claimed, 51, Some(200)), &Verdict::Delivered)
        .await;
    assert!(matches!(again, Err(StoreError::LeaseLost)));
    Ok(())
}

pub(super) async fn an_endpoint_has_a_bounded_share(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    chat(store, 1, 5).await?;
    store.add_endpoint(&endpoint(2)).await?;
    chat(store, 2, 1).await?;
    let first = store.claim(at(1000), at(1060), 10, 2).await?;
    let of = |claimed: &[_], number| {
        claimed
            .iter()
            .filter(|one: &&firstline::domain::webhook::Claimed| one.endpoint.id == endpoint(number).id)
            .count()
    };
    assert_eq!((of(&first, 1), of(&first, 2)), (2, 1));
    assert!(store.claim(at(1001), at(1061), 10, 2).await?.is_empty());

    store
        .record(
            &first[0],
            &attempt(&first[0], 1002, Some(200)),
            &Verdict::Delivered,
        )
        .await?;
    assert_eq!(store.claim(at(1003), at(1063), 10, 2).await?.len(), 1);
    Ok(())
}

pub(super) async fn nothing_is_claimed_before_it_is_due(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    chat(store, 1, 2).await?;
    assert!(store.claim(at(0), at(60), 10, 10).await?.is_empty());
    assert_eq!(store.claim(at(1), at(60), 10, 10).await?.len(), 1);
    assert_eq!(store.claim(at(2), at(60), 0, 10).await?.len(), 0);
    assert_eq!(store.claim(at(2), at(60), 10, 10).await?.len(), 1);
    Ok(())
}
