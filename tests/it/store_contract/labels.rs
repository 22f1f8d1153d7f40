//! Contract: labels, added, listed and changed.

use firstline::domain::id::LabelId;
use firstline::domain::intent::Intent;
use firstline::domain::label::{Label, LabelChange, LabelState, Verdict};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{Outcome, acme, agent, at, opening, workspace};

fn label(number: u8) -> Label {
    let turn = opening(1);
    Label {
        id: LabelId::from_random([number; 16]),
        conversation: turn.conversation.id.clone(),
        message: turn.messages[0].id.clone(),
        text: "where is it 😀".to_owned(),
        predicted: Some(Intent::new("track_order")),
        confidence: Some(0.25),
        verdict: Verdict::Wrong,
        intent: None,
        comment: String::new(),
        by: agent("ana"),
        at: at(i64::from(number)),
        state: LabelState::Open,
    }
}

pub(crate) async fn labels_are_listed_newest_first_by_state(store: &dyn Store) -> Outcome {
    store.commit(&opening(1), None).await?;
    for number in 1..=5 {
        store.add_label(&acme(), &label(number)).await?;
        store.add_label(&acme(), &label(number)).await?;
    }
    let done = LabelChange {
        intent: Some(Intent::new("invoice")),
        state: Some(LabelState::Done),
    };
    let changed = store.change_label(&acme(), &label(2).id, &done).await?;
    let expected = Label {
        intent: Some(Intent::new("invoice")),
        state: LabelState::Done,
        ..label(2)
    };
    assert_eq!(changed, expected);
    assert_eq!(
        store
            .change_label(&acme(), &label(2).id, &LabelChange::default())
            .await?,
        expected
    );

    let first = store.labels(&acme(), Some(LabelState::Open), None, 3).await?;
    assert_eq!(first.items, [label(5), label(4), label(3)]);
    let rest = store
        .labels(&acme(), Some(LabelState::Open), first.next.as_deref(), 3)
        .await?;
    assert_eq!((rest.items, rest.next), (vec![label(1)], None));
    let all = store.labels(&acme(), None, None, 10).await?;
    assert_eq!((all.items.len(), &all.items[3]), (5, &expected));
    Ok(())
}

pub(crate) async fn an_unknown_label_or_cursor_is_refused(store: &dyn Store) -> Outcome {
    store.commit(&opening(1), None).await?;
    store.add_label(&acme(), &label(1)).await?;
    let elsewhere = workspace("other");
    assert_eq!(store.labels(&elsewhere, None, None, 10).await?.items, []);
    let changed = store
        .change_label(&elsewhere, &label(1).id, &LabelChange::default())
        .await;
    assert!(
        matches!(changed, Err(StoreError::NotFound("label"))),
        "{changed:?}"
    );
    let listed = store.labels(&acme(), None, Some("??"), 10).await;
    assert!(
        matches!(listed, Err(StoreError::NotFound("cursor"))),
        "{listed:?}"
    );
    Ok(())
}
