//! Contract: webhook endpoints, and which events become deliveries.

use firstline::domain::event::EventKind;
use firstline::domain::webhook::{Endpoint, Verdict};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{Outcome, acme, at, attempt, chat, claim_all, endpoint};

pub(super) async fn an_endpoint_is_added_once(store: &dyn Store) -> Outcome {
    assert_eq!(store.add_endpoint(&endpoint(2)).await?, endpoint(2));
    let other = Endpoint {
        url: "https://elsewhere.example".to_owned(),
        ..endpoint(2)
    };
    assert_eq!(store.add_endpoint(&other).await?, endpoint(2));
    store.add_endpoint(&endpoint(1)).await?;
    assert_eq!(store.endpoints(&acme()).await?, [endpoint(1), endpoint(2)]);
    Ok(())
}

pub(super) async fn an_endpoint_changes_all_but_its_origin(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    let changed = Endpoint {
        url: "https://elsewhere.example".to_owned(),
        events: vec![EventKind::HandoffRequested, EventKind::CsatRated],
        secret: "whsec_newer".to_owned(),
        previous_secret: None,
        previous_secret_expires_at: None,
        disabled: Some("paused".to_owned()),
        created_at: at(99),
        ..endpoint(1)
    };
    store.change_endpoint(&changed).await?;
    let expected = Endpoint {
        created_at: endpoint(1).created_at,
        ..changed
    };
    assert_eq!(store.endpoints(&acme()).await?, [expected]);
    Ok(())
}

pub(super) async fn a_removed_endpoint_takes_its_deliveries_along(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    store.add_endpoint(&endpoint(2)).await?;
    chat(store, 1, 2).await?;
    let claimed = claim_all(store).await?;
    let of_one: Vec<_> = claimed
        .iter()
        .filter(|claimed| claimed.endpoint.id == endpoint(1).id)
        .collect();
    store
        .record(
            of_one[0],
            &attempt(of_one[0], 10, Some(500)),
            &Verdict::Retry(at(20)),
        )
        .await?;

    store.remove_endpoint(&acme(), &endpoint(1).id).await?;
    assert_eq!(store.endpoints(&acme()).await?, [endpoint(2)]);
    assert!(
        store
            .deliveries(&acme(), &endpoint(1).id, None, None, 10)
            .await?
            .items
            .is_empty()
    );
    assert_eq!(
        store
            .deliveries(&acme(), &endpoint(2).id, None, None, 10)
            .await?
            .items
            .len(),
        2
    );
    assert!(store.attempts(&acme(), &of_one[0].delivery.id).await?.is_empty());
    let late = store
        .record(of_one[1], &attempt(of_one[1], 10, Some(200)), &Verdict::Delivered)
        .await;
    assert!(matches!(late, Err(StoreError::LeaseLost)));
    Ok(())
}

pub(super) async fn an_unknown_endpoint_is_not_found(store: &dyn Store) -> Outcome {
    let changed = store.change_endpoint(&endpoint(1)).await;
    assert!(matches!(changed, Err(StoreError::NotFound(_))));
    let removed = store.remove_endpoint(&acme(), &endpoint(1).id).await;
    assert!(matches!(removed, Err(StoreError::NotFound(_))));
    Ok(())
}

pub(super) async fn only_wanted_events_are_delivered(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    store
        .add_endpoint(&Endpoint {
            events: vec![EventKind::MessageCreated],
            ..endpoint(2)
        })
        .await?;
    store
        .add_endpoint(&Endpoint {
            events: vec![EventKind::CsatRated],
            ..endpoint(3)
        })
        .await?;
    store
        .add_endpoint(&Endpoint {
            disabled: Some("paused".to_owned()),
            ..endpoint(4)
        })
        .await?;
    chat(store, 1, 1).await?;
    for (number, expected) in [(1, 1), (2, 1), (3, 0), (4, 0)] {
        let found = store
            .deliveries(&acme(), &endpoint(number).id, None, None, 10)
            .await?;
        assert_eq!(found.items.len(), expected, "endpoint {number}");
    }
    Ok(())
}
