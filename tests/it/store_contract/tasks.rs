//! Contract: tasks come with the turn that wants them, are claimed under a lease, and go with the turn that they end in.

use std::collections::BTreeMap;

use firstline::domain::conversation::Conversation;
use firstline::domain::id::TaskId;
use firstline::domain::lookup::{LookupRequest, LookupResult};
use firstline::domain::task::{ClaimedTask, Task, Work};
use firstline::domain::time::Timestamp;
use firstline::domain::turn::{Input, Turn};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{
    Outcome, acme, at, chat, conversation_id, key, opening, turn_on, unstored, workspace,
};

/// A lookup of the conversation, due at a second.
pub(crate) fn lookup(conversation: &Conversation, number: u64, due: i64) -> Task {
    let arguments = BTreeMap::from([("order_number".to_owned(), "FH-10423 – Å".to_owned())]);
    Task {
        id: conversation.id.task(number),
        due_at: at(due),
        work: Work::Lookup {
            request: LookupRequest {
                lookup: "shop.order".to_owned(),
                arguments,
                sealed: BTreeMap::new(),
            },
        },
    }
}

/// One more turn, which wants a lookup for each of the seconds.
pub(crate) fn wanting(conversation: &Conversation, due: &[i64]) -> Turn {
    let mut turn = turn_on(conversation);
    for due in due {
        turn.conversation.last_task += 1;
        let task = lookup(conversation, turn.conversation.last_task, *due);
        turn.tasks.push(task);
    }
    turn
}

/// One more turn, which the task ends in.
pub(crate) fn ending(conversation: &Conversation, task: &TaskId) -> Turn {
    let mut turn = turn_on(conversation);
    turn.input = Input::LookupDone {
        task: task.clone(),
        result: LookupResult {
            outcome: "ok".to_owned(),
            ..LookupResult::unavailable("")
        },
    };
    turn
}

/// Under leases of a minute.
async fn claim(store: &dyn Store, second: i64) -> Result<Vec<ClaimedTask>, StoreError> {
    store.claim_tasks(at(second), at(second + 60), 100).await
}

async fn due_at(store: &dyn Store, second: i64, limit: usize) -> Result<Vec<Timestamp>, StoreError> {
    let claimed = store.claim_tasks(at(second), at(second + 60), limit).await?;
    Ok(claimed.iter().map(|one| one.task.due_at).collect())
}

pub(super) async fn the_longest_due_task_is_claimed_first(store: &dyn Store) -> Outcome {
    store
        .commit(&wanting(&unstored(&acme(), 1), &[30, 10, 90]), None)
        .await?;
    store
        .commit(&wanting(&unstored(&acme(), 2), &[20, 10]), None)
        .await?;
    let claimed = store.claim_tasks(at(30), at(90), 2).await?;
    assert_eq!(
        claimed.iter().map(|one| &one.conversation).collect::<Vec<_>>(),
        [&conversation_id(1), &conversation_id(2)],
        "of those due at the same time the first that was written"
    );
    assert_eq!(due_at(store, 30, 10).await?, [at(20), at(30)]);
    assert!(claim(store, 30).await?.is_empty(), "the last is not due");
    Ok(())
}

pub(super) async fn a_claimed_task_is_as_it_was_written(store: &dyn Store) -> Outcome {
    let conversation = unstored(&acme(), 1);
    let mut turn = wanting(&conversation, &[1]);
    let request = LookupRequest {
        lookup: "shop.send_code".to_owned(),
        arguments: BTreeMap::new(),
        sealed: BTreeMap::new(),
    };
    for (number, work) in [(2, Work::SendCode { request }), (3, Work::Timer)] {
        turn.tasks.push(Task {
            id: conversation.id.task(number),
            due_at: at(2),
            work,
        });
    }
    store.commit(&turn, None).await?;
    let claimed = claim(store, 5).await?;
    let expected = turn.tasks.iter().map(|task| ClaimedTask {
        workspace: acme(),
        conversation: conversation_id(1),
        task: task.clone(),
    });
    assert_eq!(claimed, expected.collect::<Vec<_>>());
    Ok(())
}

pub(super) async fn a_lease_hides_a_task_until_it_ends(store: &dyn Store) -> Outcome {
    store.commit(&wanting(&unstored(&acme(), 1), &[5]), None).await?;
    assert!(claim(store, 4).await?.is_empty());
    assert!(store.claim_tasks(at(5), at(65), 0).await?.is_empty());
    let first = store.claim_tasks(at(5), at(65), 10).await?;
    assert!(claim(store, 64).await?.is_empty());
    assert_eq!(claim(store, 65).await?, first);
    assert!(claim(store, 65).await?.is_empty());
    Ok(())
}

pub(super) async fn a_task_goes_with_the_turn_it_ends_in(store: &dyn Store) -> Outcome {
    let turn = wanting(&unstored(&acme(), 1), &[1, 2]);
    store.commit(&turn, None).await?;
    let held = claim(store, 5).await?;
    let done = ending(&turn.conversation, &held[0].task.id);
    store.commit(&done, None).await?;
    assert_eq!(claim(store, 1000).await?, [held[1].clone()]);
    Ok(())
}

/// A worker that died after its commit, or two that held it one after the other.
pub(super) async fn a_task_may_end_twice(store: &dyn Store) -> Outcome {
    let turn = wanting(&unstored(&acme(), 1), &[1]);
    store.commit(&turn, None).await?;
    let task = claim(store, 5).await?.remove(0).task.id;
    let first = ending(&turn.conversation, &task);
    store.commit(&first, None).await?;
    let second = ending(&first.conversation, &task);
    store.commit(&second, None).await?;
    assert!(claim(store, 1000).await?.is_empty());
    assert_eq!(store.turns(&acme(), &conversation_id(1)).await?.len(), 3);
    Ok(())
}

/// The turn that a task ends in may want the next, or the same once more.
pub(super) async fn the_end_of_a_task_may_want_more(store: &dyn Store) -> Outcome {
    let turn = wanting(&unstored(&acme(), 1), &[1]);
    store.commit(&turn, None).await?;
    let held = claim(store, 5).await?.remove(0);
    let mut done = ending(&turn.conversation, &held.task.id);
    done.tasks = vec![lookup(&turn.conversation, 1, 7), lookup(&turn.conversation, 2, 6)];
    store.commit(&done, None).await?;
    assert_eq!(due_at(store, 10, 10).await?, [at(6), at(7)], "under no lease");
    Ok(())
}

pub(super) async fn a_refused_turn_leaves_no_task_and_ends_none(store: &dyn Store) -> Outcome {
    let conversation = chat(store, 1, 1).await?;
    let wanted = wanting(&conversation, &[1]);
    store.commit(&wanted, None).await?;
    let task = &wanted.tasks[0].id;

    let mut stale = wanting(&conversation, &[1]);
    stale.input = ending(&conversation, task).input;
    stale.tasks[0].id = conversation.id.task(9);
    assert!(matches!(
        store.commit(&stale, None).await,
        Err(StoreError::Conflict)
    ));
    stale.before = wanted.conversation.version;
    stale.epoch_before += 1;
    assert!(matches!(
        store.commit(&stale, None).await,
        Err(StoreError::Conflict)
    ));
    let claimed = claim(store, 1000).await?;
    assert_eq!(
        claimed.iter().map(|one| &one.task).collect::<Vec<_>>(),
        [&wanted.tasks[0]]
    );
    Ok(())
}

pub(super) async fn a_repeated_request_has_its_task_once(store: &dyn Store) -> Outcome {
    let turn = wanting(&unstored(&acme(), 1), &[1]);
    store.commit(&turn, Some(&key("k", "f", 0))).await?;
    store.commit(&turn, Some(&key("k", "f", 1))).await?;
    assert_eq!(claim(store, 1000).await?.len(), 1);
    Ok(())
}

/// Whoever does tasks learns of them at once; what changes nothing for anybody wakes nobody.
pub(super) async fn a_turn_without_events_wakes_those_who_follow(store: &dyn Store) -> Outcome {
    let turn = opening(1);
    store.commit(&turn, None).await?;
    let mut position = store.position();
    position.mark_unchanged();
    let mut silent = wanting(&turn.conversation, &[1]);
    silent.events.clear();
    store.commit(&silent, None).await?;
    assert!(position.has_changed().expect("the store is there"));
    assert_eq!(*position.borrow_and_update(), 1, "nothing was logged");

    claim(store, 1000).await?;
    assert!(store.commit(&silent, None).await.is_err());
    assert!(!position.has_changed().expect("the store is there"));
    Ok(())
}

/// Even where all their ids are equal.
pub(super) async fn tasks_stay_in_their_workspace(store: &dyn Store) -> Outcome {
    let ours = wanting(&unstored(&acme(), 1), &[1]);
    let theirs = wanting(&unstored(&workspace("other"), 1), &[2]);
    store.commit(&ours, None).await?;
    store.commit(&theirs, None).await?;
    store
        .commit(&ending(&ours.conversation, &ours.tasks[0].id), None)
        .await?;
    let left = claim(store, 1000).await?;
    assert_eq!(left.len(), 1);
    assert_eq!(
        (&left[0].workspace, &left[0].task),
        (&workspace("other"), &theirs.tasks[0])
    );
    Ok(())
}
