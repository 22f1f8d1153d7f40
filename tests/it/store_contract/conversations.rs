//! Contract: loading and committing conversations.

use firstline::domain::conversation::RECENT_MESSAGES;
use firstline::domain::id::Tier;
use firstline::domain::turn::TurnRecord;
use firstline::ports::{Committed, Store, StoreError};
use futures_util::future::join_all;
use serde_json::json;

use crate::store_contract::fixtures::{Outcome, acme, agent, at, chat, conversation_id, opening, turn_on};

pub(super) async fn a_new_conversation_is_loaded_as_written(store: &dyn Store) -> Outcome {
    for (number, tier) in [(1, None), (2, Some("gold"))] {
        let mut turn = opening(number);
        turn.conversation.customer.tier = tier.map(|tier| Tier::parse(tier).expect("a tier"));
        assert!(matches!(store.commit(&turn, None).await?, Committed::Fresh));
        assert_eq!(
            store.load(&acme(), &conversation_id(number)).await?,
            Some(turn.conversation)
        );
    }
    Ok(())
}

pub(super) async fn an_unknown_conversation_is_none(store: &dyn Store) -> Outcome {
    chat(store, 1, 1).await?;
    assert_eq!(store.load(&acme(), &conversation_id(2)).await?, None);
    assert!(store.turns(&acme(), &conversation_id(2)).await?.is_empty());
    assert!(
        store
            .messages(&acme(), &conversation_id(2), 0, 10)
            .await?
            .is_empty()
    );
    Ok(())
}

pub(super) async fn load_gives_the_newest_messages_oldest_first(store: &dyn Store) -> Outcome {
    let kept = RECENT_MESSAGES as u64;
    chat(store, 1, kept + 5).await?;
    let loaded = store
        .load(&acme(), &conversation_id(1))
        .await?
        .expect("it was committed");
    let seqs: Vec<u64> = loaded.messages.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (6..=kept + 5).collect::<Vec<_>>());
    Ok(())
}

pub(super) async fn a_moved_version_is_refused(store: &dyn Store) -> Outcome {
    let conversation = chat(store, 1, 1).await?;
    let (first, second) = (turn_on(&conversation), turn_on(&conversation));
    store.commit(&first, None).await?;
    assert!(matches!(
        store.commit(&second, None).await,
        Err(StoreError::Conflict)
    ));
    Ok(())
}

pub(super) async fn a_moved_epoch_is_refused(store: &dyn Store) -> Outcome {
    let conversation = chat(store, 1, 1).await?;
    let mut claimed = turn_on(&conversation);
    claimed
        .conversation
        .claim(&agent("ana"), 1, at(5))
        .expect("nobody holds it");
    store.commit(&claimed, None).await?;
    let mut late = turn_on(&claimed.conversation);
    late.epoch_before = 0;
    assert!(matches!(
        store.commit(&late, None).await,
        Err(StoreError::Conflict)
    ));
    assert_eq!(
        store
            .load(&acme(), &conversation_id(1))
            .await?
            .map(|stored| stored.version),
        Some(2)
    );
    Ok(())
}

pub(super) async fn a_conversation_is_created_once(store: &dyn Store) -> Outcome {
    store.commit(&opening(1), None).await?;
    assert!(matches!(
        store.commit(&opening(1), None).await,
        Err(StoreError::Conflict)
    ));
    let mut unknown = opening(2);
    unknown.before = 7;
    assert!(matches!(
        store.commit(&unknown, None).await,
        Err(StoreError::Conflict)
    ));
    Ok(())
}

pub(super) async fn a_refused_turn_leaves_nothing_behind(store: &dyn Store) -> Outcome {
    let conversation = chat(store, 1, 2).await?;
    let mut late = turn_on(&conversation);
    late.before = 1;
    assert!(store.commit(&late, None).await.is_err());
    assert_eq!(
        store.messages(&acme(), &conversation_id(1), 0, 10).await?.len(),
        2
    );
    assert_eq!(store.turns(&acme(), &conversation_id(1)).await?.len(), 2);
    assert_eq!(store.events(&acme(), None, 0, 10).await?.len(), 2);
    Ok(())
}

pub(super) async fn messages_go_on_behind_a_number(store: &dyn Store) -> Outcome {
    chat(store, 1, 7).await?;
    let read = async |after, limit| -> Result<Vec<u64>, StoreError> {
        let messages = store.messages(&acme(), &conversation_id(1), after, limit).await?;
        Ok(messages.iter().map(|message| message.seq).collect())
    };
    assert_eq!(read(0, 3).await?, [1, 2, 3]);
    assert_eq!(read(3, 3).await?, [4, 5, 6]);
    assert_eq!(read(6, 3).await?, [7]);
    assert!(read(u64::MAX, 3).await?.is_empty());
    assert!(read(0, 0).await?.is_empty());
    Ok(())
}

/// To the last bit: a third and a tenth are no round numbers in binary.
pub(super) async fn turns_come_back_oldest_first(store: &dyn Store) -> Outcome {
    let mut first = opening(1);
    let fractions: Vec<f64> = (1..100).map(|part| 1.0 / f64::from(part)).collect();
    first.trace.steps[0].inputs = json!(fractions);
    let second = turn_on(&first.conversation);
    store.commit(&first, None).await?;
    store.commit(&second, None).await?;
    let expected = [TurnRecord::from(&first), TurnRecord::from(&second)];
    assert_eq!(store.turns(&acme(), &conversation_id(1)).await?, expected);
    Ok(())
}

/// Whoever loses decides again on what is there now, as the engine does.
pub(super) async fn turns_at_once_take_consecutive_versions(store: &dyn Store) -> Outcome {
    const WRITERS: u64 = 50;
    chat(store, 1, 1).await?;
    let writer = async |_| -> Outcome {
        loop {
            let conversation = store
                .load(&acme(), &conversation_id(1))
                .await?
                .expect("it was committed");
            match store.commit(&turn_on(&conversation), None).await {
                Ok(_) => return Ok(()),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error),
            }
        }
    };
    join_all((0..WRITERS).map(writer))
        .await
        .into_iter()
        .collect::<Outcome>()?;
    let turns = store.turns(&acme(), &conversation_id(1)).await?;
    let versions: Vec<u64> = turns.iter().map(|turn| turn.conversation.version).collect();
    assert_eq!(versions, (1..=WRITERS + 1).collect::<Vec<_>>());
    let messages = store.messages(&acme(), &conversation_id(1), 0, 1000).await?;
    assert!(messages.iter().map(|message| message.seq).eq(1..=WRITERS + 1));
    Ok(())
}
