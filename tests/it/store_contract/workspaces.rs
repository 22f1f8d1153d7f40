//! Contract: workspaces do not see each other, even where all their ids are equal.

use firstline::domain::api_key::ApiKey;
use firstline::domain::id::WorkspaceId;
use firstline::domain::queue::Priority;
use firstline::domain::webhook::{Endpoint, Verdict};
use firstline::ports::{Committed, Idempotency, Store, StoreError};

use crate::store_contract::fixtures::{
    Outcome, acme, api_key, at, attempt, chat, claim_all, conversation_id, endpoint, handing_off, key,
    turn_on, unstored, workspace,
};

fn other() -> WorkspaceId {
    workspace("other")
}

pub(super) async fn conversations_stay_in_their_workspace(store: &dyn Store) -> Outcome {
    let ours = handing_off(&unstored(&acme(), 1), "orders", Priority::Normal, at(1));
    store.commit(&ours, None).await?;
    let id = conversation_id(1);
    assert_eq!(store.load(&other(), &id).await?, None);
    assert!(store.turns(&other(), &id).await?.is_empty());
    assert!(store.messages(&other(), &id, 0, 10).await?.is_empty());
    assert!(store.queue(&other(), None, None, 10).await?.items.is_empty());
    assert!(store.events(&other(), None, 0, 10).await?.is_empty());
    assert!(store.events(&other(), Some(&id), 0, 10).await?.is_empty());

    let theirs = turn_on(&unstored(&other(), 1));
    store.commit(&theirs, None).await?;
    assert_eq!(store.load(&other(), &id).await?, Some(theirs.conversation));
    assert_eq!(store.load(&acme(), &id).await?, Some(ours.conversation));
    assert_eq!(store.events(&acme(), None, 0, 10).await?.len(), 1);
    Ok(())
}

pub(super) async fn idempotency_keys_stay_in_their_workspace(store: &dyn Store) -> Outcome {
    store
        .commit(&turn_on(&unstored(&acme(), 1)), Some(&key("k", "f", 0)))
        .await?;
    let theirs = Idempotency {
        workspace: other(),
        ..key("k", "g", 0)
    };
    assert_eq!(store.recall(&theirs).await?, None);
    let answer = store
        .commit(&turn_on(&unstored(&other(), 1)), Some(&theirs))
        .await?;
    assert!(matches!(answer, Committed::Fresh));
    Ok(())
}

pub(super) async fn deliveries_stay_in_their_workspace(store: &dyn Store) -> Outcome {
    let theirs = Endpoint {
        workspace: other(),
        ..endpoint(1)
    };
    store.add_endpoint(&endpoint(1)).await?;
    assert!(store.endpoints(&other()).await?.is_empty());
    assert!(matches!(
        store.change_endpoint(&theirs).await,
        Err(StoreError::NotFound(_))
    ));
    assert!(matches!(
        store.remove_endpoint(&other(), &theirs.id).await,
        Err(StoreError::NotFound(_))
    ));

    store.add_endpoint(&theirs).await?;
    chat(store, 1, 1).await?;
    assert!(
        store
            .deliveries(&other(), &theirs.id, None, None, 10)
            .await?
            .items
            .is_empty()
    );
    let ours = claim_all(store).await?.remove(0);
    store.commit(&turn_on(&unstored(&other(), 1)), None).await?;
    let their = claim_all(store).await?.remove(0);
    assert_eq!(
        (&their.delivery.id, &their.delivery.workspace),
        (&ours.delivery.id, &other())
    );

    store
        .record(
            &ours,
            &attempt(&ours, 10, Some(410)),
            &Verdict::Disable("gone".to_owned()),
        )
        .await?;
    assert!(store.attempts(&other(), &ours.delivery.id).await?.is_empty());
    assert_eq!(store.endpoints(&other()).await?, [theirs]);
    store
        .record(&their, &attempt(&their, 10, Some(200)), &Verdict::Delivered)
        .await?;
    let nowhere = workspace("nowhere");
    assert!(matches!(
        store.replay(&nowhere, &ours.delivery.id, at(1)).await,
        Err(StoreError::NotFound(_))
    ));
    Ok(())
}

pub(super) async fn api_keys_stay_in_their_workspace(store: &dyn Store) -> Outcome {
    store.add_key(&api_key(1)).await?;
    let theirs = ApiKey {
        workspace: other(),
        sha256: api_key(2).sha256,
        ..api_key(1)
    };
    assert!(store.keys(&other()).await?.is_empty());
    assert!(matches!(
        store.revoke_key(&other(), &theirs.id).await,
        Err(StoreError::NotFound(_))
    ));
    store.add_key(&theirs).await?;
    store.revoke_key(&other(), &theirs.id).await?;
    assert_eq!(store.keys(&acme()).await?, [api_key(1)]);
    Ok(())
}
