//! The dispatcher between a store and the engine, in time that a test moves.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use firstline::dispatch::Dispatcher;
use firstline::domain::article::ArticleHit;
use firstline::domain::conversation::{Conversation, Owner};
use firstline::domain::id::TaskId;
use firstline::domain::lookup::{LookupRequest, LookupResult};
use firstline::domain::presence::Presence;
use firstline::domain::queue::Priority;
use firstline::domain::reading::{Classification, Fault};
use firstline::domain::time::{Duration, Timestamp};
use firstline::domain::turn::{AgentAction, Input};
use firstline::engine::{Engine, InService, Parts, Target};
use firstline::outbox::lookups::{LookupWorker, Options};
use firstline::ports::{
    Agents, Classifier, Conversations, Inbox, KnowledgeBase, Lookup, SearchQuery, Store, StoreError,
};
use firstline::store::memory::MemoryStore;
use firstline::tasks::Tasks;
use firstline::triage::policy::Policy;

use crate::routing::{now, offering, policy_with};
use crate::store_contract::fixtures::{acme, conversation_id, handing_off, unstored};
use crate::support::agents::{agent, profile};

/// Nothing here is read, searched for or looked up.
#[derive(Debug)]
pub(super) struct Unasked;

#[async_trait]
impl Classifier for Unasked {
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        panic!("{text:?} was classified")
    }
}

impl KnowledgeBase for Unasked {
    fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, Fault> {
        panic!("{query:?} was searched for")
    }
}

#[async_trait]
impl Lookup for Unasked {
    async fn look_up(&self, request: &LookupRequest, _: &TaskId) -> LookupResult {
        panic!("{request:?} was asked")
    }
}

type Now = Arc<Mutex<Timestamp>>;

/// The engine on a store, under a clock that a test moves.
pub(super) fn engine(store: Arc<dyn Store>, policy: Arc<Policy>) -> (Engine, Now) {
    let time = Arc::new(Mutex::new(now()));
    let clock = Arc::clone(&time);
    let engine = Engine {
        workspace: acme(),
        in_service: InService::new(Parts {
            classifier: Arc::new(Unasked),
            knowledge: Arc::new(Unasked),
            policy,
        }),
        store,
        clock: Arc::new(move || *clock.lock().expect("no panic before")),
        sealer: Arc::new(|_| None),
    };
    (engine, time)
}

/// A store, the engine, and the workers that routing needs, in one hand.
pub(super) struct House {
    pub(super) store: Arc<MemoryStore>,
    pub(super) engine: Engine,
    pub(super) dispatcher: Dispatcher,
    timers: LookupWorker,
    pub(super) time: Now,
}

impl House {
    pub(super) fn new(policy: &Arc<Policy>) -> Self {
        let store = Arc::new(MemoryStore::default());
        let (engine, time) = engine(store.clone(), Arc::clone(policy));
        let policy = Arc::clone(policy);
        let dispatcher = Dispatcher {
            workspace: acme(),
            store: store.clone(),
            inbox: Arc::new(engine.clone()),
            policy: Arc::new(move || Arc::clone(&policy)),
            clock: Arc::clone(&engine.clock),
            tasks: Tasks::default(),
        };
        let timers = LookupWorker::new(
            store.clone(),
            Arc::new(Unasked),
            Arc::new(engine.clone()),
            Arc::clone(&engine.clock),
            Tasks::default(),
            [1; 32],
            &Options::default(),
        );
        Self {
            store,
            engine,
            dispatcher,
            timers,
            time,
        }
    }

    pub(super) async fn comes(&self, id: &str, spec: &str) {
        let now = *self.time.lock().unwrap();
        self.store
            .put_agent(&acme(), &profile(id, spec), now)
            .await
            .unwrap();
        self.says(id, Presence::Online).await;
    }

    pub(super) async fn says(&self, id: &str, presence: Presence) {
        let now = *self.time.lock().unwrap();
        let id = agent(id).id;
        self.store
            .set_presence(&acme(), &id, Some(presence), now)
            .await
            .unwrap();
    }

    pub(super) async fn waits(&self, number: u8) {
        let since = *self.time.lock().unwrap();
        let turn = handing_off(&unstored(&acme(), number), "care", Priority::Normal, since);
        self.store.commit(&turn, None).await.unwrap();
    }

    pub(super) async fn conversation(&self, number: u8) -> Conversation {
        self.store
            .load(&acme(), &conversation_id(number))
            .await
            .unwrap()
            .unwrap()
    }

    /// Whom the first `count` conversations are offered to, or who holds them.
    pub(super) async fn whose(&self, count: u8) -> String {
        let mut all = Vec::new();
        for number in 1..=count {
            all.push(match self.conversation(number).await.owner {
                Owner::Queue {
                    offer: Some(offer), ..
                } => format!("{}?", offer.agent.id),
                Owner::Agent { agent, .. } => agent.id.to_string(),
                Owner::Queue { offer: None, .. } | Owner::Bot => "-".to_owned(),
            });
        }
        all.join(" ")
    }

    pub(super) async fn act(&self, id: &str, number: u8, action: AgentAction) {
        let input = Input::AgentAction {
            agent: agent(id),
            action,
        };
        let target = Target::Existing(conversation_id(number));
        self.engine.receive(&target, &input, None).await.unwrap();
    }

    /// Time passes, and what falls due by then is done.
    pub(super) async fn pass(&self, seconds: i64) {
        *self.time.lock().unwrap() += Duration::from_secs(seconds);
        self.timers.run_due().await.unwrap();
    }
}

#[tokio::test]
async fn what_waits_is_offered_and_goes_to_the_next() {
    let house = House::new(&offering());
    house.waits(1).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 0, "nobody is there");
    house.comes("ana", "capacity 1").await;
    house.comes("ben", "capacity 1").await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 1);
    assert_eq!(house.whose(1).await, "ana?");
    assert_eq!(house.dispatcher.look().await.unwrap(), 0, "one at a time");

    house.pass(30).await;
    assert_eq!(house.whose(1).await, "-", "timed out");
    house.dispatcher.look().await.unwrap();
    assert_eq!(house.whose(1).await, "ben?");
    house.act("ben", 1, AgentAction::Decline).await;
    assert_eq!(
        house.dispatcher.look().await.unwrap(),
        0,
        "both were asked a moment ago"
    );
    house.pass(60).await;
    house.dispatcher.look().await.unwrap();
    assert_eq!(house.whose(1).await, "ana?", "another round");
    house.act("ana", 1, AgentAction::Accept).await;
    assert_eq!(house.whose(1).await, "ana");

    // Full, until she is done, and then she writes up what was done.
    house.waits(2).await;
    house.says("ben", Presence::Away).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 0);
    house.act("ana", 1, AgentAction::Resolve).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 1);
    assert_eq!(house.whose(2).await, "ana ana?");
}

#[tokio::test]
async fn a_wrap_up_and_a_silence_keep_offers_away() {
    let policy = policy_with(&[
        ("mode: pull", "mode: offer"),
        ("wrap_up_seconds: 0", "wrap_up_seconds: 20"),
    ]);
    let house = House::new(&policy);
    house.comes("ana", "capacity 2").await;
    house.waits(1).await;
    house.dispatcher.look().await.unwrap();
    house.act("ana", 1, AgentAction::Accept).await;
    house.act("ana", 1, AgentAction::Resolve).await;
    house.waits(2).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 0);
    house.pass(20).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 1);
    house.act("ana", 2, AgentAction::Decline).await;
    house.waits(3).await;
    house.pass(91).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 0, "no sign of life");
    house.says("ana", Presence::Online).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 2);
}

#[tokio::test]
async fn snoozed_conversations_make_room() {
    let house = House::new(&offering());
    house.comes("ana", "capacity 1").await;
    house.waits(1).await;
    house.act("ana", 1, AgentAction::Claim).await;
    house.waits(2).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 0);
    let until = now() + Duration::from_secs(45);
    house.act("ana", 1, AgentAction::Snooze { until }).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 1);
    assert_eq!(house.whose(2).await, "ana ana?");
    house.pass(45).await;
    let back = house.conversation(1).await;
    assert_eq!(back.burden(), Some((&agent("ana").id, 1)), "she has it again");
}

#[tokio::test]
async fn nothing_is_offered_where_agents_claim_by_themselves() {
    let house = House::new(&policy_with(&[]));
    house.comes("ana", "").await;
    house.waits(1).await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 0);
    assert_eq!(house.whose(1).await, "-");
}

/// Whoever was quicker has it; the next look sees how things stand.
#[tokio::test]
async fn an_offer_of_what_has_moved_on_is_left() {
    let house = House::new(&offering());
    house.waits(1).await;
    house.act("ana", 1, AgentAction::Claim).await;
    let input = Input::Offered { agent: agent("ben") };
    let left = house.engine.deliver(&acme(), &conversation_id(1), &input).await;
    assert!(matches!(left, Err(StoreError::Conflict)), "{left:?}");
    assert_eq!(house.whose(1).await, "ana");
}

/// More than a page of them, in the order of the line.
#[tokio::test]
async fn the_whole_line_is_looked_at() {
    let house = House::new(&offering());
    for number in 1..=250 {
        house.waits(number).await;
        house.pass(1).await;
    }
    house.comes("ana", "capacity 230").await;
    assert_eq!(house.dispatcher.look().await.unwrap(), 230);
    let whose = house.whose(250).await;
    assert_eq!(whose.matches("ana?").count(), 230);
    assert!(whose.starts_with("ana?") && whose.ends_with("- -"), "{whose}");
}
