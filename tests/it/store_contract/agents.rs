//! Contract: registered agents, whether they are there, what they hold, and when they last worked.

use firstline::domain::agent::Agent;
use firstline::domain::conversation::{Conversation, Owner};
use firstline::domain::id::AgentId;
use firstline::domain::offer::{Offer, Snooze};
use firstline::domain::presence::{AgentState, Presence};
use firstline::domain::queue::Priority;
use firstline::domain::turn::{AgentAction, Input, Turn};
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{Outcome, acme, agent, at, handing_off, turn_on, unstored, workspace};
use crate::support::agents::profile;

fn id(name: &str) -> AgentId {
    agent(name).id
}

/// The only one who is registered.
async fn only(store: &dyn Store) -> Result<AgentState, StoreError> {
    let mut agents = store.agents(&acme()).await?;
    assert_eq!(agents.len(), 1);
    Ok(agents.remove(0))
}

async fn loads(store: &dyn Store) -> Result<Vec<u32>, StoreError> {
    let agents = store.agents(&acme()).await?;
    Ok(agents.iter().map(|agent| agent.load).collect())
}

/// The turn in which an agent does this, which leaves the conversation as `after` makes it.
fn acting(
    conversation: &Conversation,
    by: &Agent,
    action: AgentAction,
    after: impl FnOnce(&mut Conversation),
) -> Turn {
    let mut turn = turn_on(conversation);
    turn.input = Input::AgentAction {
        agent: by.clone(),
        action,
    };
    after(&mut turn.conversation);
    turn
}

/// Stored, and waiting in a queue.
async fn waiting(store: &dyn Store, number: u8) -> Result<Conversation, StoreError> {
    let turn = handing_off(&unstored(&acme(), number), "care", Priority::Normal, at(0));
    store.commit(&turn, None).await?;
    Ok(turn.conversation)
}

fn claimed(conversation: &Conversation, by: &str, units: u32) -> Turn {
    acting(conversation, &agent(by), AgentAction::Claim, |after| {
        after.claim(&agent(by), units, at(1)).expect("nobody holds it");
    })
}

pub(super) async fn an_agent_is_registered_offline_and_changed_in_place(store: &dyn Store) -> Outcome {
    let first = profile(
        "ana",
        "skills billing; languages de en; queues care orders; capacity 3",
    );
    store.put_agent(&acme(), &first, at(5)).await?;
    assert_eq!(only(store).await?, AgentState::new(first, at(5)));

    store
        .set_presence(&acme(), &id("ana"), Some(Presence::Busy), at(6))
        .await?;
    let second = profile("ana", "capacity 1");
    store.put_agent(&acme(), &second, at(9)).await?;
    let expected = AgentState {
        presence: Presence::Busy,
        seen_at: at(6),
        ..AgentState::new(second, at(5))
    };
    assert_eq!(only(store).await?, expected);
    Ok(())
}

pub(super) async fn agents_are_listed_by_id_and_stay_in_their_workspace(store: &dyn Store) -> Outcome {
    for name in ["eve", "ana", "ben"] {
        store.put_agent(&acme(), &profile(name, ""), at(0)).await?;
    }
    let other = workspace("other");
    store.put_agent(&other, &profile("ana", ""), at(0)).await?;
    store
        .set_presence(&other, &id("ana"), Some(Presence::Online), at(1))
        .await?;
    let listed = store.agents(&acme()).await?;
    let ids: Vec<_> = listed.iter().map(|one| one.profile.agent.id.as_str()).collect();
    assert_eq!(ids, ["ana", "ben", "eve"]);
    assert!(listed.iter().all(|one| one.presence == Presence::Offline));
    Ok(())
}

pub(super) async fn a_heartbeat_keeps_the_presence(store: &dyn Store) -> Outcome {
    store.put_agent(&acme(), &profile("ana", ""), at(0)).await?;
    let until = Presence::WrapUp { until: at(60) };
    store
        .set_presence(&acme(), &id("ana"), Some(until), at(5))
        .await?;
    store.set_presence(&acme(), &id("ana"), None, at(9)).await?;
    let ana = only(store).await?;
    assert_eq!((ana.presence, ana.seen_at), (until, at(9)));
    store.set_presence(&acme(), &id("ana"), None, at(7)).await?;
    assert_eq!(only(store).await?.seen_at, at(9), "a late one changes nothing");
    assert!(matches!(
        store.set_presence(&acme(), &id("ben"), None, at(9)).await,
        Err(StoreError::NotFound("agent"))
    ));
    Ok(())
}

/// The page that they left open goes on sending them.
pub(super) async fn who_said_that_they_go_is_not_seen_again_by_heartbeats(store: &dyn Store) -> Outcome {
    store.put_agent(&acme(), &profile("ana", ""), at(0)).await?;
    for (said, second, seen) in [
        (Some(Presence::Online), 5, 5),
        (Some(Presence::Offline), 9, 9),
        (None, 20, 9),
        (Some(Presence::Offline), 30, 9),
        (Some(Presence::Away), 40, 40),
        (None, 50, 50),
    ] {
        store.set_presence(&acme(), &id("ana"), said, at(second)).await?;
        assert_eq!(only(store).await?.seen_at, at(seen), "{said:?} at {second}");
    }
    Ok(())
}

/// Whoever offers conversations learns of it at once.
pub(super) async fn a_change_of_agents_wakes_those_who_follow(store: &dyn Store) -> Outcome {
    let mut position = store.position();
    position.mark_unchanged();
    store.put_agent(&acme(), &profile("ana", ""), at(0)).await?;
    assert!(position.has_changed().expect("the store is there"));
    position.mark_unchanged();
    store
        .set_presence(&acme(), &id("ana"), Some(Presence::Online), at(1))
        .await?;
    assert!(position.has_changed().expect("the store is there"));
    Ok(())
}

pub(super) async fn what_is_held_and_offered_is_the_load(store: &dyn Store) -> Outcome {
    for name in ["ana", "ben"] {
        store.put_agent(&acme(), &profile(name, ""), at(0)).await?;
    }
    let (one, two, three) = (
        waiting(store, 1).await?,
        waiting(store, 2).await?,
        waiting(store, 3).await?,
    );
    assert_eq!(loads(store).await?, [0, 0]);
    let held = claimed(&one, "ana", 2);
    store.commit(&held, None).await?;
    store.commit(&claimed(&two, "eve", 9), None).await?;
    let mut offered = turn_on(&three);
    offered
        .conversation
        .offer(Offer {
            agent: agent("ana"),
            until: at(90),
            timer: three.id.task(1),
            units: 3,
        })
        .expect("it waits");
    store.commit(&offered, None).await?;
    assert_eq!(loads(store).await?, [5, 0]);

    let declined = acting(
        &offered.conversation,
        &agent("ana"),
        AgentAction::Decline,
        |after| {
            after.decline(&agent("ana"), at(2)).expect("it is offered to her");
        },
    );
    store.commit(&declined, None).await?;
    assert_eq!(loads(store).await?, [2, 0]);
    let resolved = acting(&held.conversation, &agent("ana"), AgentAction::Resolve, |after| {
        after.resolve().expect("it is open");
    });
    store.commit(&resolved, None).await?;
    assert_eq!(loads(store).await?, [0, 0]);
    Ok(())
}

pub(super) async fn what_is_snoozed_is_no_load(store: &dyn Store) -> Outcome {
    store.put_agent(&acme(), &profile("ana", ""), at(0)).await?;
    let conversation = waiting(store, 1).await?;
    let held = claimed(&conversation, "ana", 2);
    store.commit(&held, None).await?;
    let until = at(600);
    let snoozed = acting(
        &held.conversation,
        &agent("ana"),
        AgentAction::Snooze { until },
        |after| {
            let timer = after.id.task(1);
            after
                .snooze(&agent("ana"), Snooze { until, timer })
                .expect("she holds it");
        },
    );
    store.commit(&snoozed, None).await?;
    assert_eq!(loads(store).await?, [0]);
    let mut back = turn_on(&snoozed.conversation);
    assert_eq!(back.conversation.wake(), Some(agent("ana")));
    store.commit(&back, None).await?;
    assert_eq!(loads(store).await?, [2]);
    let loaded = store
        .load(&acme(), &conversation.id)
        .await?
        .expect("it is stored");
    assert!(matches!(
        &loaded.owner,
        Owner::Agent {
            snooze: None,
            units: 2,
            ..
        }
    ));
    Ok(())
}

pub(super) async fn work_is_noted_with_its_turn(store: &dyn Store) -> Outcome {
    store.put_agent(&acme(), &profile("ana", ""), at(0)).await?;
    let mut held = claimed(&waiting(store, 1).await?, "ana", 1);
    held.conversation.updated_at = at(10);
    store.commit(&held, None).await?;
    let ana = only(store).await?;
    assert_eq!((ana.worked_at, ana.ended_at), (at(10), None));

    let mut done = acting(&held.conversation, &agent("ana"), AgentAction::Release, |_| {});
    done.conversation.updated_at = at(20);
    let mut stale = done.clone();
    stale.before += 1;
    stale.conversation.updated_at = at(30);
    assert!(store.commit(&stale, None).await.is_err());
    store.commit(&done, None).await?;
    let ana = only(store).await?;
    assert_eq!((ana.worked_at, ana.ended_at), (at(20), Some(at(20))));

    store.set_presence(&acme(), &id("ana"), None, at(21)).await?;
    assert_eq!(only(store).await?.ended_at, Some(at(20)));
    store
        .set_presence(&acme(), &id("ana"), Some(Presence::Online), at(22))
        .await?;
    assert_eq!(only(store).await?.ended_at, None, "she is ready again");

    let mut slow = claimed(&waiting(store, 2).await?, "ana", 1);
    slow.conversation.updated_at = at(15);
    store.commit(&slow, None).await?;
    let worked_at = only(store).await?.worked_at;
    assert_eq!(worked_at, at(20), "decided before the last, and written after it");
    Ok(())
}
