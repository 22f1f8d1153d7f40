//! Contract: what is sent because somebody asks for it: many deliveries again, tests of an endpoint, and in what form.

use firstline::domain::event::{Event, EventData, EventKind};
use firstline::domain::id::{EndpointId, EventId};
use firstline::domain::webhook::{
    Claimed, DeliveryState, Endpoint, Form, Format, Payload, Selection, Verdict,
};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{
    Outcome, acme, at, attempt, chat, claim_all, endpoint, turn_on, unstored, workspace,
};

/// Two endpoints with five deliveries each. Of the first endpoint's, whose events happened at the seconds 1 to 5, the
/// first two are exhausted and the third delivered; the last two are under a lease.
async fn mixed(store: &dyn Store) -> Result<Vec<Claimed>, StoreError> {
    store.add_endpoint(&endpoint(1)).await?;
    store.add_endpoint(&endpoint(2)).await?;
    chat(store, 1, 5).await?;
    let mut held = claim_all(store).await?;
    held.retain(|claimed| claimed.endpoint.id == endpoint(1).id);
    for (claimed, verdict) in held
        .iter()
        .zip([Verdict::Exhausted, Verdict::Exhausted, Verdict::Delivered])
    {
        store
            .record(claimed, &attempt(claimed, 10, None), &verdict)
            .await?;
    }
    Ok(held)
}

/// The seconds of the events of the first endpoint that can be claimed, in the order in which they are.
async fn due(store: &dyn Store) -> Result<Vec<i64>, StoreError> {
    let claimed = store.claim(at(1010), at(1070), 100, 100).await?;
    assert!(
        claimed.iter().all(|one| one.delivery.attempts == 0),
        "a fresh schedule"
    );
    let ours = claimed.iter().filter(|one| one.endpoint.id == endpoint(1).id);
    Ok(ours
        .map(|one| one.delivery.event.at.duration_since(at(0)).as_secs())
        .collect())
}

async fn replay(store: &dyn Store, selection: &Selection) -> Result<u64, StoreError> {
    store
        .replay_all(&acme(), &endpoint(1).id, selection, at(1010))
        .await
}

pub(super) async fn all_that_failed_are_replayed_in_the_order_of_their_events(store: &dyn Store) -> Outcome {
    let held = mixed(store).await?;
    let failed = Selection {
        state: Some(DeliveryState::Exhausted),
        ..Selection::default()
    };
    assert_eq!(replay(store, &failed).await?, 2);
    let again = store.claim(at(1010), at(1070), 1, 100).await?.remove(0);
    assert_eq!(again.delivery.id, held[0].delivery.id);
    assert_eq!(
        again.delivery.event, held[0].delivery.event,
        "the same id and bytes"
    );
    assert_eq!(due(store).await?, [2]);
    assert_eq!(replay(store, &failed).await?, 0);
    Ok(())
}

pub(super) async fn a_time_range_is_replayed_whatever_the_state(store: &dyn Store) -> Outcome {
    let held = mixed(store).await?;
    let range = Selection {
        from: Some(at(2)),
        to: Some(at(5)),
        ..Selection::default()
    };
    assert_eq!(replay(store, &range).await?, 3);
    let late = store
        .record(&held[3], &attempt(&held[3], 1011, Some(200)), &Verdict::Delivered)
        .await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "its lease has ended");
    assert_eq!(due(store).await?, [2, 3, 4]);

    let open = |from, to| Selection {
        state: Some(DeliveryState::Exhausted),
        from,
        to,
    };
    assert_eq!(replay(store, &open(Some(at(2)), None)).await?, 0);
    assert_eq!(replay(store, &open(None, Some(at(2)))).await?, 1);
    assert_eq!(due(store).await?, [1]);
    Ok(())
}

pub(super) async fn a_replay_of_many_needs_its_endpoint(store: &dyn Store) -> Outcome {
    mixed(store).await?;
    for (of, id) in [
        (acme(), EndpointId::from_random([9; 16])),
        (workspace("other"), endpoint(1).id),
    ] {
        let replayed = store.replay_all(&of, &id, &Selection::default(), at(1010)).await;
        assert!(matches!(replayed, Err(StoreError::NotFound("webhook endpoint"))));
    }
    Ok(())
}

fn tried(number: u8, endpoint: &Endpoint) -> Event {
    Event {
        id: EventId::from_random([number; 16]),
        at: at(7),
        data: EventData::WebhookTest {
            workspace: endpoint.workspace.clone(),
            endpoint_id: endpoint.id.clone(),
        },
    }
}

/// Also one that wants no such event, and nobody else, whatever they want.
pub(super) async fn a_test_goes_to_its_endpoint_alone(store: &dyn Store) -> Outcome {
    let picky = Endpoint {
        events: vec![EventKind::CsatRated],
        ..endpoint(1)
    };
    store.add_endpoint(&picky).await?;
    store.add_endpoint(&endpoint(2)).await?;
    chat(store, 1, 1).await?;
    let mut position = store.position();
    position.mark_unchanged();
    let delivery = store.send_to(&acme(), &picky.id, &tried(1, &picky)).await?;
    assert!(
        position.has_changed().expect("the store is there"),
        "the worker is woken"
    );
    assert_eq!(
        (delivery.event.kind, &delivery.event.conversation, delivery.due_at),
        (EventKind::WebhookTest, &None, at(7))
    );
    let logged = store.events(&acme(), None, 1, 10).await?;
    assert_eq!(logged, std::slice::from_ref(&delivery.event));

    let mut claimed = claim_all(store).await?;
    claimed.retain(|one| one.delivery.event.kind == EventKind::WebhookTest);
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].delivery, delivery);
    store
        .record(
            &claimed[0],
            &attempt(&claimed[0], 10, Some(200)),
            &Verdict::Delivered,
        )
        .await?;
    assert_eq!(store.attempts(&acme(), &delivery.id).await?.len(), 1);
    let listed = store.deliveries(&acme(), &picky.id, None, None, 10).await?;
    assert_eq!(listed.items.len(), 1);
    assert_eq!(listed.items[0].state, DeliveryState::Delivered);
    Ok(())
}

pub(super) async fn a_test_is_sent_once(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    store.add_endpoint(&endpoint(2)).await?;
    let event = tried(1, &endpoint(1));
    let first = store.send_to(&acme(), &endpoint(1).id, &event).await?;
    assert_eq!(store.send_to(&acme(), &endpoint(1).id, &event).await?, first);
    assert_eq!(store.events(&acme(), None, 0, 10).await?.len(), 1);
    let elsewhere = store.send_to(&acme(), &endpoint(2).id, &event).await;
    assert!(matches!(elsewhere, Err(StoreError::KeyReused)));
    let nowhere = store.send_to(&workspace("other"), &endpoint(1).id, &event).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound("webhook endpoint"))));
    assert_eq!(claim_all(store).await?.len(), 1);
    Ok(())
}

pub(super) async fn a_delivery_keeps_the_form_of_its_event(store: &dyn Store) -> Outcome {
    let form = Form {
        payload: Payload::Thin,
        format: Format::CloudEvents {
            source: "https://help.example/\"Å\"".to_owned(),
        },
    };
    let thin = Endpoint {
        form: form.clone(),
        ..endpoint(1)
    };
    assert_eq!(store.add_endpoint(&thin).await?.form, form);
    let turn = turn_on(&unstored(&acme(), 1));
    store.commit(&turn, None).await?;
    store.change_endpoint(&endpoint(1)).await?;
    store.commit(&turn_on(&turn.conversation), None).await?;
    let claimed = claim_all(store).await?;
    let forms: Vec<_> = claimed.iter().map(|one| &one.delivery.form).collect();
    assert_eq!(forms, [&form, &Form::default()]);
    assert_eq!(
        claimed[0].endpoint.form,
        Form::default(),
        "what holds for events to come"
    );

    let id = &claimed[0].delivery.id;
    assert_eq!(store.replay(&acme(), id, at(2000)).await?.form, form);
    store.change_endpoint(&thin).await?;
    assert_eq!(store.endpoints(&acme()).await?, [thin]);
    Ok(())
}
