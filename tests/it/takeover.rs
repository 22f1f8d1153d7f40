//! A person takes a conversation over while the bot is at it: what the bot had decided before is not written, however the
//! two fall. A thousand races of the real engine, on each store, and a thousand turns held back until after the claim.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use firstline::domain::conversation::{Conversation, Customer, Owner};
use firstline::domain::id::WorkspaceId;
use firstline::domain::message::{Sender, Text};
use firstline::domain::turn::{Action, AgentAction, Input, TurnRecord};
use firstline::engine::{Engine, InService, Said, Target};
use firstline::ports::{Clock, Store, StoreError};
use firstline::store::memory::MemoryStore;
use firstline::telemetry;
use firstline::triage::decide::decide;
use serde_json::json;

use crate::simulation::{Pace, parts};
use crate::store_contract::fixtures::{OnDisk, agent};
use crate::support::proof;

const RACES: u64 = 1_000;

/// Reads within half a millisecond, never twice as fast.
#[derive(Debug)]
struct Uneven;

#[async_trait]
impl Pace for Uneven {
    async fn read(&self) -> bool {
        let pause = telemetry::now().subsec_nanosecond().unsigned_abs() % 500;
        tokio::time::sleep(Duration::from_micros(u64::from(pause))).await;
        true
    }
}

fn engine(store: Arc<dyn Store>) -> Engine {
    let clock: Clock = Arc::new(telemetry::now);
    Engine {
        workspace: WorkspaceId::parse("default").unwrap(),
        in_service: InService::new(parts(false, Uneven)),
        store,
        clock,
        sealer: Arc::new(|_| None),
    }
}

fn question() -> Input {
    Input::CustomerMessage {
        text: Text::parse("i forgot my password").unwrap(),
    }
}

fn claim() -> Input {
    Input::AgentAction {
        agent: agent("ana"),
        action: AgentAction::Claim,
    }
}

/// An open conversation that the bot has.
async fn open(engine: &Engine, number: u64) -> Target {
    let mut random = [0; 16];
    random[8..].copy_from_slice(&number.to_be_bytes());
    let id = firstline::domain::id::ConversationId::from_random(random);
    let new = Target::New {
        id: id.clone(),
        customer: Customer::default(),
    };
    engine.receive(&new, &Input::Opened, None).await.unwrap();
    Target::Existing(id)
}

/// Whether the bot spoke in a turn behind the one that an agent took over with.
fn spoke_over(turns: &[TurnRecord]) -> bool {
    let taken = turns.iter().position(|turn| turn.input == claim()).unwrap();
    let speaks = |turn: &TurnRecord| turn.messages.iter().any(|message| message.from == Sender::Bot);
    turns[taken..].iter().any(speaks)
}

/// How often the bot spoke over the person, and how often the person was first.
async fn race(store: Arc<dyn Store>) -> (usize, usize) {
    let engine = engine(store);
    let (mut slips, mut person_first) = (0, 0);
    for number in 0..RACES {
        let target = open(&engine, number).await;
        let Target::Existing(id) = &target else {
            unreachable!()
        };
        let (says, takes) = (question(), claim());
        let person = async {
            let pause = Duration::from_micros(number * 37 % 900);
            tokio::time::sleep(pause).await;
            engine.receive(&target, &takes, None).await
        };
        let (said, taken) = tokio::join!(engine.receive(&target, &says, None), person);
        taken.unwrap();
        let turns = engine.store.turns(&engine.workspace, id).await.unwrap();
        slips += usize::from(spoke_over(&turns));
        person_first += usize::from(said.unwrap().action == Action::Relay);
        let heard = turns.iter().filter(|turn| turn.input == says).count();
        assert_eq!(heard, 1, "the customer's message is there {heard} times");
    }
    (slips, person_first)
}

fn told(store: &str, (slips, person_first): (usize, usize)) {
    proof::print(&json!({
        "proof": "takeover races", "store": store, "races": RACES, "person_first": person_first,
        "bot_spoke_over_a_person": slips,
    }));
    assert_eq!(slips, 0, "the bot spoke over a person");
    let both = (10..RACES as usize - 10).contains(&person_first);
    assert!(both, "{person_first} of {RACES}: no race at all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn takeover_races_are_never_lost_in_memory() {
    told("memory", race(Arc::new(MemoryStore::default())).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn takeover_races_are_never_lost_on_disk() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    told("sqlite", race(Arc::new(served.store.clone())).await);
}

/// A turn that was decided before the claim and is written after it: refused each time.
async fn held_back(store: Arc<dyn Store>) {
    let engine = engine(Arc::clone(&store));
    let parts = engine.in_service.parts();
    for number in 0..RACES {
        let target = open(&engine, number).await;
        let Target::Existing(id) = &target else {
            unreachable!()
        };
        let before: Conversation = store.load(&engine.workspace, id).await.unwrap().unwrap();
        let said = Said::new(&question(), Some(&before));
        let (input, reading) = engine.prepare(&question(), &said, &parts).await;
        let stale = decide(&before, &input, &reading, &parts.policy, telemetry::now()).unwrap();
        assert_eq!(stale.action, Action::Answer);
        engine.receive(&target, &claim(), None).await.unwrap();
        let written = store.commit(&stale, None).await;
        assert!(matches!(written, Err(StoreError::Conflict)), "{written:?}");
        let after = store.load(&engine.workspace, id).await.unwrap().unwrap();
        assert!(matches!(after.owner, Owner::Agent { .. }));
        assert!(after.messages.iter().all(|message| message.from != Sender::Bot));
    }
}

#[tokio::test]
async fn takeover_refuses_what_was_decided_before_in_memory() {
    held_back(Arc::new(MemoryStore::default())).await;
}

#[tokio::test]
async fn takeover_refuses_what_was_decided_before_on_disk() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    held_back(Arc::new(served.store.clone())).await;
}
