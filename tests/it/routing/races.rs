//! Two agents reach for the same conversation at the same moment, a thousand times, on disk: one gets it, each time.

use std::sync::Arc;

use firstline::domain::conversation::{Conversation, Customer, Owner};
use firstline::domain::id::ConversationId;
use firstline::domain::queue::Priority;
use firstline::domain::turn::{AgentAction, Input, Refusal};
use firstline::engine::{Engine, EngineError, Target};
use firstline::ports::Conversations;
use firstline::store::sqlite::SqliteStore;
use tokio::task::JoinSet;

use crate::routing::dispatching::engine;
use crate::routing::{now, offering};
use crate::store_contract::fixtures::{OnDisk, acme, handing_off};
use crate::support::agents::agent;

const RACES: u16 = 1_000;

/// Races under way at once, so that one write to the disk serves many.
const AT_ONCE: u16 = 100;

async fn waiting(store: &SqliteStore, number: u16) -> ConversationId {
    let mut random = [0; 16];
    random[..2].copy_from_slice(&number.to_be_bytes());
    let id = ConversationId::from_random(random);
    let fresh = Conversation::new(acme(), id.clone(), Customer::default(), now());
    let turn = handing_off(&fresh, "care", Priority::Normal, now());
    store.commit(&turn, None).await.expect("nobody else writes in it");
    id
}

async fn act(
    engine: &Engine,
    id: &ConversationId,
    who: &str,
    action: AgentAction,
) -> Result<(), EngineError> {
    let input = Input::AgentAction {
        agent: agent(who),
        action,
    };
    let target = Target::Existing(id.clone());
    engine.receive(&target, &input, None).await.map(drop)
}

/// What each of the two came to; one of them must have it.
async fn race(engine: &Engine, store: &SqliteStore, number: u16) -> &'static str {
    let id = waiting(store, number).await;
    // Every other time one of the two was offered it, and accepts while the other claims.
    let offered = number.is_multiple_of(2);
    let mut first = AgentAction::Claim;
    if offered {
        let input = Input::Offered { agent: agent("ana") };
        let target = Target::Existing(id.clone());
        engine.receive(&target, &input, None).await.expect("it waits");
        first = AgentAction::Accept;
    }
    let ana = act(engine, &id, "ana", first);
    let ben = act(engine, &id, "ben", AgentAction::Claim);
    let (ana, ben) = if number.is_multiple_of(3) {
        tokio::join!(ana, ben)
    } else {
        let (ben, ana) = tokio::join!(ben, ana);
        (ana, ben)
    };
    let (winner, refused) = match (ana, ben) {
        (Ok(()), Err(refused)) => ("ana", refused),
        (Err(refused), Ok(())) => ("ben", refused),
        both => panic!("race {number}: {both:?}"),
    };
    let EngineError::Refused(Refusal::HeldBy(holder)) = refused else {
        panic!("race {number}: {refused:?}")
    };
    assert_eq!(holder, agent(winner).id, "race {number}");
    let stored = store.load(&acme(), &id).await.expect("it can be read");
    let stored = stored.expect("it is there");
    let Owner::Agent { agent: holder, .. } = &stored.owner else {
        panic!("race {number}: {:?}", stored.owner)
    };
    assert_eq!((holder.id.as_str(), stored.epoch), (winner, 2), "race {number}");
    let turns = store.turns(&acme(), &id).await.expect("they can be read");
    assert_eq!(turns.len(), if offered { 3 } else { 2 }, "race {number}");
    winner
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_reach_for_it_one_gets_it() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    let store = Arc::new(served.store.clone());
    let (engine, _) = engine(store.clone(), offering());
    let mut won = Vec::new();
    for batch in 0..RACES / AT_ONCE {
        let mut races = JoinSet::new();
        for number in batch * AT_ONCE..(batch + 1) * AT_ONCE {
            let (engine, store) = (engine.clone(), store.clone());
            races.spawn(async move { race(&engine, &store, number).await });
        }
        won.extend(races.join_all().await);
    }
    assert_eq!(won.len(), usize::from(RACES));
    drop((engine, store));
    served.stop().await;
}
