//! Contract: the agents' waiting line.

use firstline::domain::conversation::Conversation;
use firstline::domain::id::ConversationId;
use firstline::domain::queue::Priority;
use firstline::domain::standing::Waited;
use firstline::domain::time::Duration;
use firstline::ports::{Store, StoreError, WaitingLine};

use crate::store_contract::fixtures::{
    Outcome, acme, agent, at, chat, conversation_id, handing_off, queue_name, turn_on, unstored, workspace,
};

async fn wait(
    store: &dyn Store,
    number: u8,
    queue: &str,
    priority: Priority,
    since: i64,
) -> Result<Conversation, StoreError> {
    let conversation = chat(store, number, 1).await?;
    let turn = handing_off(&conversation, queue, priority, at(since));
    store.commit(&turn, None).await?;
    Ok(turn.conversation)
}

/// Five in two queues; in order they are 4, 2, 5, 3, 1.
async fn line(store: &dyn Store) -> Outcome {
    wait(store, 1, "orders", Priority::Normal, 30).await?;
    wait(store, 2, "billing", Priority::High, 40).await?;
    wait(store, 3, "orders", Priority::Normal, 20).await?;
    wait(store, 4, "orders", Priority::Urgent, 50).await?;
    wait(store, 5, "orders", Priority::High, 40).await?;
    chat(store, 6, 1).await?;
    Ok(())
}

fn ids(conversations: &[Conversation]) -> Vec<ConversationId> {
    conversations
        .iter()
        .map(|conversation| conversation.id.clone())
        .collect()
}

fn numbered(numbers: &[u8]) -> Vec<ConversationId> {
    numbers.iter().map(|number| conversation_id(*number)).collect()
}

pub(super) async fn the_highest_priority_then_the_longest_wait_comes_first(store: &dyn Store) -> Outcome {
    line(store).await?;
    let whole = store.queue(&acme(), None, None, 10).await?;
    assert_eq!(ids(&whole.items), numbered(&[4, 2, 5, 3, 1]));
    assert_eq!(whole.next, None);
    assert!(
        whole
            .items
            .iter()
            .all(|waiting| waiting.messages.is_empty() && waiting.handoff.is_some())
    );
    Ok(())
}

pub(super) async fn pages_join_to_the_whole_line(store: &dyn Store) -> Outcome {
    line(store).await?;
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let page = store.queue(&acme(), None, cursor.as_deref(), 2).await?;
        assert!(page.items.len() <= 2);
        found.extend(ids(&page.items));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, numbered(&[4, 2, 5, 3, 1]));
    Ok(())
}

pub(super) async fn one_queue_can_be_asked_for(store: &dyn Store) -> Outcome {
    line(store).await?;
    let orders = store
        .queue(&acme(), Some(&queue_name("orders")), None, 10)
        .await?;
    assert_eq!(ids(&orders.items), numbered(&[4, 5, 3, 1]));
    let nobody = store
        .queue(&acme(), Some(&queue_name("returns")), None, 10)
        .await?;
    assert!(nobody.items.is_empty());
    Ok(())
}

pub(super) async fn who_is_claimed_or_resolved_waits_no_more(store: &dyn Store) -> Outcome {
    let one = wait(store, 1, "orders", Priority::Normal, 1).await?;
    let two = wait(store, 2, "orders", Priority::Normal, 2).await?;
    wait(store, 3, "orders", Priority::Normal, 3).await?;
    let mut claimed = turn_on(&one);
    claimed
        .conversation
        .claim(&agent("ana"), 1, at(9))
        .expect("nobody holds it");
    store.commit(&claimed, None).await?;
    let mut resolved = turn_on(&two);
    resolved.conversation.resolve().expect("it is open");
    store.commit(&resolved, None).await?;
    assert_eq!(
        ids(&store.queue(&acme(), None, None, 10).await?.items),
        numbered(&[3])
    );
    Ok(())
}

pub(super) async fn a_bad_cursor_is_refused(store: &dyn Store) -> Outcome {
    line(store).await?;
    for bad in ["", "x", "bm90IGEgY3Vyc29y"] {
        let answer = store.queue(&acme(), None, Some(bad), 10).await;
        assert!(matches!(answer, Err(StoreError::NotFound("cursor"))), "{bad:?}");
    }
    Ok(())
}

/// Five in two queues, as in `line`.
pub(super) async fn a_place_is_what_stands_before_it_in_its_own_queue(store: &dyn Store) -> Outcome {
    line(store).await?;
    let elsewhere = handing_off(
        &unstored(&workspace("other"), 9),
        "orders",
        Priority::Urgent,
        at(1),
    );
    store.commit(&elsewhere, None).await?;
    for (number, ahead) in [(4, 0), (2, 0), (5, 1), (3, 2), (1, 3)] {
        let waiting = store
            .load(&acme(), &conversation_id(number))
            .await?
            .expect("it waits");
        let place = store.place(&waiting).await?.expect("it has a place");
        assert_eq!((place.ahead, place.expected_wait), (ahead, None), "{number}");
    }
    // One that is about to come in, and one that does not wait.
    let coming = handing_off(&unstored(&acme(), 7), "orders", Priority::High, at(60)).conversation;
    assert_eq!(store.place(&coming).await?.map(|place| place.ahead), Some(2));
    let with_bot = store
        .load(&acme(), &conversation_id(6))
        .await?
        .expect("it is there");
    assert_eq!(store.place(&with_bot).await?, None);
    Ok(())
}

pub(super) async fn the_expected_wait_is_that_of_the_newest_in_the_queue(store: &dyn Store) -> Outcome {
    let coming = |queue| handing_off(&unstored(&acme(), 0), queue, Priority::Normal, at(60)).conversation;
    let expected = async |queue| {
        let place = store.place(&coming(queue)).await?;
        Ok::<_, StoreError>(place.and_then(|place| place.expected_wait))
    };
    let mut conversation = unstored(&acme(), 1);
    for number in 1..=60 {
        let mut turn = turn_on(&conversation);
        // Long ago an hour, then two of the newest ones a minute, and a third a second.
        let seconds = match number {
            ..=30 => 3600,
            n if n % 3 == 0 => 1,
            _ => 60,
        };
        turn.waited = Some(Waited {
            queue: queue_name("orders"),
            time: Duration::from_secs(seconds),
        });
        store.commit(&turn, None).await?;
        conversation = turn.conversation;
        if number == 4 {
            assert_eq!(expected("orders").await?, None, "four are too few");
        }
        if number == 5 {
            assert_eq!(expected("orders").await?, Some(Duration::from_hours(1)));
        }
    }
    assert_eq!(expected("orders").await?, Some(Duration::from_mins(1)));
    assert_eq!(expected("billing").await?, None);
    Ok(())
}

pub(super) async fn every_line_says_how_many_wait_and_since_when(store: &dyn Store) -> Outcome {
    assert!(store.waiting_lines(&acme()).await?.is_empty());
    line(store).await?;
    let mut claimed = turn_on(&wait(store, 7, "returns", Priority::Normal, 5).await?);
    claimed
        .conversation
        .claim(&agent("ana"), 1, at(9))
        .expect("nobody holds it");
    store.commit(&claimed, None).await?;
    let of = |queue: &str, waiting, oldest| WaitingLine {
        queue: queue_name(queue),
        waiting,
        oldest: at(oldest),
    };
    assert_eq!(
        store.waiting_lines(&acme()).await?,
        [of("billing", 1, 40), of("orders", 4, 20)]
    );
    assert!(store.waiting_lines(&workspace("other")).await?.is_empty());
    Ok(())
}
