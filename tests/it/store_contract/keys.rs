//! Contract: API keys, and being ready.

use firstline::domain::api_key::ApiKey;
use firstline::domain::role::Role;
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{Outcome, acme, api_key};

pub(super) async fn a_key_is_found_by_its_hash(store: &dyn Store) -> Outcome {
    let (one, two) = (
        api_key(1),
        ApiKey {
            role: Role::Admin,
            ..api_key(2)
        },
    );
    store.add_key(&two).await?;
    store.add_key(&one).await?;
    assert_eq!(store.key(&one.sha256).await?, Some(one.clone()));
    assert_eq!(store.key("no such hash").await?, None);
    assert_eq!(store.keys(&acme()).await?, [one, two]);
    Ok(())
}

pub(super) async fn a_revoked_key_is_gone(store: &dyn Store) -> Outcome {
    store.add_key(&api_key(1)).await?;
    store.revoke_key(&acme(), &api_key(1).id).await?;
    assert_eq!(store.key(&api_key(1).sha256).await?, None);
    assert!(store.keys(&acme()).await?.is_empty());
    let again = store.revoke_key(&acme(), &api_key(1).id).await;
    assert!(matches!(again, Err(StoreError::NotFound(_))));
    Ok(())
}

pub(super) async fn a_key_is_added_once(store: &dyn Store) -> Outcome {
    store.add_key(&api_key(1)).await?;
    store
        .add_key(&ApiKey {
            role: Role::Admin,
            ..api_key(1)
        })
        .await?;
    store
        .add_key(&ApiKey {
            sha256: api_key(1).sha256,
            ..api_key(2)
        })
        .await?;
    store
        .add_key(&ApiKey {
            id: api_key(1).id,
            ..api_key(3)
        })
        .await?;
    assert_eq!(store.keys(&acme()).await?, [api_key(1)]);
    Ok(())
}

pub(super) async fn a_store_that_can_write_is_ready(store: &dyn Store) -> Outcome {
    store.ready().await?;
    store.ready().await
}
