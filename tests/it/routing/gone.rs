//! Agents who are gone: who counts as one, and that no customer goes on waiting for them.

use firstline::domain::conversation::Owner;
use firstline::domain::event::EventKind;
use firstline::domain::message::{Sender, Text};
use firstline::domain::presence::Presence;
use firstline::domain::queue::Priority;
use firstline::domain::time::{Duration, Timestamp};
use firstline::domain::turn::{Action, AgentAction, Input};
use firstline::engine::Target;
use firstline::ports::{Agents, Conversations, EventLog, Inbox, StoreError};
use firstline::triage::routing::gone_since;

use crate::routing::dispatching::House;
use crate::routing::{ago, at_desk, now, offering, policy_with};
use crate::store_contract::fixtures::{acme, conversation_id, turn_on};
use crate::support::agents::agent;

/// The sample's: a presence lapses after this, and who has been offline for longer than `GONE` is gone.
const LAPSE: i64 = 90;
const GONE: i64 = 600;

#[test]
fn whoever_has_been_offline_for_long_is_gone() {
    let policy = offering();
    let lapsed = |minutes: &str| Some(ago(minutes) + Duration::from_secs(LAPSE));
    for (spec, expected) in [
        ("ana", None),
        ("ana; silent 11", None),
        ("ana; silent 12", lapsed("12")),
        ("ana; silent 12; away", lapsed("12")),
        ("ana; silent 12; wraps_up 12", lapsed("12")),
        ("ana; silent 10; offline", None),
        ("ana; silent 11; offline", Some(ago("11"))),
        ("ana; silent 60; idle 11; offline", Some(ago("11"))),
        ("ana; silent 60; idle 10; offline", None),
    ] {
        let found = gone_since(&at_desk(spec), policy.routing(), now());
        assert_eq!(found, expected, "{spec}");
    }
    let never = policy_with(&[("gone_minutes: 10", "gone_minutes: 0")]);
    assert_eq!(
        gone_since(&at_desk("ana; silent 9999"), never.routing(), now()),
        None
    );
}

impl House {
    /// Conversation 1 is ana's, who has just taken it, and its customer waits.
    async fn held_by_ana(changes: &[(&str, &str)]) -> Self {
        let house = Self::new(&policy_with(changes));
        house.waits(1).await;
        house.comes("ana", "capacity 3").await;
        house.act("ana", 1, AgentAction::Claim).await;
        house
    }

    fn now(&self) -> Timestamp {
        *self.time.lock().expect("no panic before")
    }

    /// The customer writes once more, and nobody reads it.
    async fn customer_writes(&self, number: u8) {
        let mut turn = turn_on(&self.conversation(number).await);
        turn.conversation.updated_at = self.now();
        turn.messages[0].from = Sender::Customer;
        turn.messages[0].at = self.now();
        self.store.commit(&turn, None).await.expect("nobody else writes");
    }

    async fn answers(&self, who: &str, number: u8) {
        let input = Input::AgentMessage {
            agent: agent(who),
            text: Text::parse("it is on its way").expect("the text is clean"),
            suggested: None,
        };
        let target = Target::Existing(conversation_id(number));
        let answered = self.engine.receive(&target, &input, None).await;
        answered.expect("they hold it");
    }

    async fn look(&self) -> usize {
        self.dispatcher.look().await.expect("the store works")
    }

    async fn waiting_since(&self, number: u8) -> Timestamp {
        let conversation = self.conversation(number).await;
        let Owner::Queue { since, .. } = conversation.owner else {
            panic!("{conversation:?} does not wait")
        };
        since
    }

    /// What comes of it when the dispatcher finds that they have been gone since then.
    async fn leaves(&self, who: &str, number: u8, since: Timestamp) -> Result<(), StoreError> {
        let agent = agent(who);
        let input = Input::AgentGone { agent, since };
        self.engine
            .deliver(&acme(), &conversation_id(number), &input)
            .await
    }
}

const OFFERING: (&str, &str) = ("mode: pull", "mode: offer");

#[tokio::test]
async fn who_waits_for_one_who_is_gone_is_offered_to_another() {
    let house = House::held_by_ana(&[OFFERING]).await;
    let before = house.conversation(1).await;
    house.pass(LAPSE + GONE).await;
    house.comes("ben", "capacity 1").await;
    assert_eq!(house.look().await, 0);
    assert_eq!(house.whose(1).await, "ana", "she may be back any moment");
    house.pass(1).await;
    assert_eq!(house.look().await, 1);
    assert_eq!(house.whose(1).await, "ben?");

    let after = house.conversation(1).await;
    let Owner::Queue {
        queue,
        priority,
        since,
        asked,
        ..
    } = &after.owner
    else {
        panic!("{after:?}")
    };
    assert_eq!((queue.as_str(), *priority), ("care", Priority::Normal));
    assert_eq!(*since, now(), "the customer has waited from the handoff on");
    assert_eq!(asked.len(), 1, "ana is not asked next");
    assert_eq!(after.epoch, before.epoch + 1);
    let summary = &after.handoff.as_ref().unwrap().summary;
    assert!(
        summary.ends_with(" ana had taken it and is gone, with the customer waiting."),
        "{summary}"
    );
    let said: Vec<String> = after
        .messages
        .iter()
        .filter_map(|message| Some(message.source.as_ref()?.key()))
        .collect();
    assert_eq!(&said[..2], ["claimed", "agent_gone"], "{said:?}");
    assert_eq!(said.len(), 3, "and how the line stands: {said:?}");

    let log = house.store.events(&acme(), None, 0, 100).await.unwrap();
    let released: Vec<_> = log
        .iter()
        .filter(|event| event.kind == EventKind::HandoffReleased)
        .collect();
    assert_eq!(released.len(), 1);
    assert!(
        released[0].data.contains(r#""reason":"gone""#),
        "{}",
        released[0].data
    );
    let turns = house.store.turns(&acme(), &after.id).await.unwrap();
    let left = turns.iter().find(|turn| turn.action == Action::Relay);
    let left = left.expect("the turn is kept");
    let gone = now() + Duration::from_secs(LAPSE);
    let (agent, since) = (agent("ana"), gone);
    assert_eq!(left.input, Input::AgentGone { agent, since });

    house.act("ben", 1, AgentAction::Accept).await;
    assert_eq!(house.whose(1).await, "ben");
}

#[tokio::test]
async fn it_waits_unoffered_where_agents_claim_by_themselves() {
    let house = House::held_by_ana(&[]).await;
    house.pass(LAPSE + GONE + 1).await;
    house.comes("ben", "").await;
    assert_eq!(house.look().await, 0);
    assert_eq!(house.whose(1).await, "-");
    house.act("ana", 1, AgentAction::Claim).await;
    house.look().await;
    assert_eq!(house.whose(1).await, "ana", "she is back, and took it again");
}

#[tokio::test]
async fn who_comes_back_in_time_keeps_what_they_hold() {
    let house = House::held_by_ana(&[OFFERING]).await;
    house.pass(LAPSE + GONE).await;
    house.says("ana", Presence::Away).await;
    house.pass(1).await;
    house.look().await;
    assert_eq!(house.whose(1).await, "ana");
}

/// A page that is left open goes on sending heartbeats.
#[tokio::test]
async fn who_said_that_they_go_is_gone_whatever_their_page_sends() {
    let house = House::held_by_ana(&[OFFERING]).await;
    house.says("ana", Presence::Offline).await;
    for _ in 0..10 {
        house.pass(60).await;
        let ana = agent("ana").id;
        house
            .store
            .set_presence(&acme(), &ana, None, house.now())
            .await
            .unwrap();
        house.look().await;
        assert_eq!(house.whose(1).await, "ana");
    }
    house.pass(1).await;
    house.look().await;
    assert_eq!(house.whose(1).await, "-");
}

#[tokio::test]
async fn what_nobody_waits_in_stays_until_the_customer_writes() {
    let house = House::held_by_ana(&[OFFERING]).await;
    house.answers("ana", 1).await;
    house.pass(86_400).await;
    house.look().await;
    assert_eq!(
        house.whose(1).await,
        "ana",
        "the customer has the last word of hers"
    );
    house.customer_writes(1).await;
    let wrote = house.now();
    house.pass(5).await;
    house.look().await;
    assert_eq!(house.whose(1).await, "-");
    assert_eq!(house.waiting_since(1).await, wrote);
}

#[tokio::test]
async fn what_is_put_off_stays_and_so_does_all_where_nobody_is_ever_gone() {
    let house = House::held_by_ana(&[OFFERING]).await;
    let until = house.now() + Duration::from_secs(7_200);
    house.act("ana", 1, AgentAction::Snooze { until }).await;
    house.pass(3_600).await;
    house.look().await;
    assert!(house.conversation(1).await.is_snoozed());
    house.pass(3_600).await;
    house.look().await;
    assert_eq!(house.whose(1).await, "-", "it is no longer put off");

    let house = House::held_by_ana(&[OFFERING, ("gone_minutes: 10", "gone_minutes: 0")]).await;
    house.pass(86_400).await;
    house.look().await;
    assert_eq!(house.whose(1).await, "ana");
}

/// Whatever the dispatcher saw, the decision holds it against the conversation as it is by then.
#[tokio::test]
async fn one_that_has_moved_on_is_left() {
    let house = House::held_by_ana(&[OFFERING]).await;
    let earlier = house.now() - Duration::from_secs(1);
    let conflict = |left: Result<(), StoreError>| matches!(left, Err(StoreError::Conflict));
    let left = house.leaves("ana", 1, earlier).await;
    assert!(conflict(left), "she has taken it since");
    let now = house.now();
    let left = house.leaves("ben", 1, now).await;
    assert!(conflict(left), "it is not his");
    house.answers("ana", 1).await;
    let left = house.leaves("ana", 1, now).await;
    assert!(conflict(left), "nobody waits");
    house.customer_writes(1).await;
    house.leaves("ana", 1, now).await.unwrap();
    let left = house.leaves("ana", 1, now).await;
    assert!(conflict(left), "it is back already");
    house.act("ben", 1, AgentAction::Resolve).await;
    let left = house.leaves("ana", 1, now).await;
    assert!(conflict(left), "it is over");
}
