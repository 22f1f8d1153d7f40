//! Contract: a repeated request is answered with its first turn.

use firstline::domain::turn::TurnRecord;
use firstline::ports::{Committed, Idempotency, Store, StoreError};
use futures_util::future::join_all;

use crate::store_contract::fixtures::{Outcome, acme, chat, conversation_id, key, opening, turn_on};

const DAY: i64 = 24 * 60 * 60;

pub(super) async fn a_repeated_request_gets_the_first_record(store: &dyn Store) -> Outcome {
    let first = opening(1);
    assert_eq!(store.recall(&key("k", "f", 0)).await?, None);
    store.commit(&first, Some(&key("k", "f", 0))).await?;
    store.commit(&turn_on(&first.conversation), None).await?;

    let again = store.commit(&opening(2), Some(&key("k", "f", DAY - 1))).await?;
    let Committed::Repeated(record) = again else {
        panic!("the key was known, but the turn was written")
    };
    assert_eq!(*record, TurnRecord::from(&first));
    assert_eq!(
        store.recall(&key("k", "f", 1)).await?,
        Some(TurnRecord::from(&first))
    );
    assert_eq!(store.load(&acme(), &conversation_id(2)).await?, None);
    Ok(())
}

pub(super) async fn a_key_belongs_to_one_request(store: &dyn Store) -> Outcome {
    store.commit(&opening(1), Some(&key("k", "f", 0))).await?;
    let other = store.commit(&opening(2), Some(&key("k", "g", 1))).await;
    assert!(matches!(other, Err(StoreError::KeyReused)));
    assert!(matches!(
        store.recall(&key("k", "g", 1)).await,
        Err(StoreError::KeyReused)
    ));
    assert_eq!(store.load(&acme(), &conversation_id(2)).await?, None);
    Ok(())
}

pub(super) async fn two_callers_may_choose_the_same_key(store: &dyn Store) -> Outcome {
    let other = Idempotency {
        scope: "key_2".to_owned(),
        ..key("k", "g", 0)
    };
    store.commit(&opening(1), Some(&key("k", "f", 0))).await?;
    assert!(matches!(
        store.commit(&opening(2), Some(&other)).await?,
        Committed::Fresh
    ));
    assert_eq!(store.recall(&other).await?, Some(TurnRecord::from(&opening(2))));
    Ok(())
}

pub(super) async fn an_expired_key_is_free_again(store: &dyn Store) -> Outcome {
    store.commit(&opening(1), Some(&key("k", "f", 0))).await?;
    assert_eq!(store.recall(&key("k", "g", DAY)).await?, None);
    assert!(matches!(
        store.commit(&opening(2), Some(&key("k", "g", DAY))).await?,
        Committed::Fresh
    ));
    assert_eq!(
        store.recall(&key("k", "g", DAY + 1)).await?,
        Some(TurnRecord::from(&opening(2)))
    );
    Ok(())
}

pub(super) async fn a_refused_turn_does_not_use_up_its_key(store: &dyn Store) -> Outcome {
    let conversation = chat(store, 1, 2).await?;
    let mut late = turn_on(&conversation);
    late.before = 1;
    assert!(store.commit(&late, Some(&key("k", "f", 0))).await.is_err());
    assert_eq!(store.recall(&key("k", "f", 0)).await?, None);
    let turn = turn_on(&conversation);
    assert!(matches!(
        store.commit(&turn, Some(&key("k", "f", 0))).await?,
        Committed::Fresh
    ));
    Ok(())
}

pub(super) async fn equal_requests_at_once_write_one_turn(store: &dyn Store) -> Outcome {
    let turn = opening(1);
    let key = key("k", "f", 0);
    let answers = join_all((0..100).map(|_| store.commit(&turn, Some(&key)))).await;
    let mut fresh = 0;
    for answer in answers {
        match answer? {
            Committed::Fresh => fresh += 1,
            Committed::Repeated(record) => assert_eq!(*record, TurnRecord::from(&turn)),
        }
    }
    assert_eq!(fresh, 1);
    assert_eq!(store.turns(&acme(), &conversation_id(1)).await?.len(), 1);
    assert_eq!(store.events(&acme(), None, 0, 1000).await?.len(), 1);
    Ok(())
}
