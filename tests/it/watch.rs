//! Alerts: raised and cleared once each, also across a restart, and the mistakes in their rules.

use std::sync::{Arc, Mutex};

use firstline::domain::event::EventKind;
use firstline::domain::queue::Priority;
use firstline::ports::{Conversations, EventLog, Figures};
use firstline::store::memory::MemoryStore;
use firstline::tasks::Tasks;
use firstline::triage::policy::Policy;
use firstline::watch::Watch;

use crate::sla::policy_with;
use crate::store_contract::fixtures::{acme, agent, at, handing_off, opening, turn_on};

fn watch(store: &Arc<MemoryStore>, policy: &Arc<Policy>, now: &Arc<Mutex<i64>>) -> Watch {
    let (policy, now) = (Arc::clone(policy), Arc::clone(now));
    Watch {
        workspace: acme(),
        store: store.clone(),
        policy: Arc::new(move || Arc::clone(&policy)),
        clock: Arc::new(move || at(*now.lock().unwrap())),
        tasks: Tasks::default(),
    }
}

#[tokio::test]
async fn an_alert_is_raised_and_cleared_once_also_across_a_restart() {
    let policy = policy_with(&[(
        "    when: oldest_wait\n    above: 20\n",
        "    when: oldest_wait\n    above: 5\n",
    )]);
    let policy = Arc::new(policy.unwrap());
    let (store, now) = (Arc::new(MemoryStore::default()), Arc::new(Mutex::new(0)));
    let first = opening(1);
    store.commit(&first, None).await.unwrap();
    let waiting = handing_off(&first.conversation, "care", Priority::Normal, at(0));
    store.commit(&waiting, None).await.unwrap();
    let look = async |second: i64| {
        *now.lock().unwrap() = second;
        // Each look is one of a server that has just started.
        watch(&store, &policy, &now).look().await.unwrap()
    };
    assert_eq!((look(10).await, look(300).await), (0, 0));
    assert_eq!((look(301).await, look(302).await), (1, 0));
    let raised = store.alerts(&acme()).await.unwrap();
    assert_eq!(
        (raised[0].name.as_str(), raised[0].since),
        ("Somebody has waited long", at(301))
    );
    let mut claimed = turn_on(&waiting.conversation);
    claimed.conversation.claim(&agent("ana"), 1, at(305)).unwrap();
    store.commit(&claimed, None).await.unwrap();
    assert_eq!((look(360).await, look(361).await, look(400).await), (0, 1, 0));
    assert!(store.alerts(&acme()).await.unwrap().is_empty());

    let events = store.events(&acme(), None, 0, 100).await.unwrap();
    let told = events.iter().filter(|event| event.conversation.is_none());
    let told: Vec<_> = told
        .map(|event| (event.kind, event.data.contains(r#""measure":"oldest_wait""#)))
        .collect();
    assert_eq!(
        told,
        [(EventKind::AlertRaised, true), (EventKind::AlertCleared, true)]
    );
}

#[test]
fn rules_that_make_no_sense_are_refused() {
    let problem = |from: &str, to: &str| {
        let found = policy_with(&[(from, to)]).unwrap_err();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].line.is_some(), "{found:?}");
        format!("{}: {}", found[0].key, found[0].message)
    };
    for (from, to, expected) in [
        (
            "above: 0.4",
            "above: 40",
            "alerts.above: Customers are unhappy: 40 is not a share of 0 to 1",
        ),
        (
            "above: 25",
            "above: -1",
            "alerts.above: The line is long: -1 is not 0 or more",
        ),
        (
            "over_minutes: 10",
            "over_minutes: 2000",
            "alerts.over_minutes: The bot cannot read: give 1 to 1440 minutes",
        ),
        (
            "name: The line is long",
            "name: The bot cannot read",
            "alerts.name: \"The bot cannot read\" is the name of two alerts; give each its own",
        ),
        (
            "[our fault, we are liable, we accept liability]",
            "[\"?\"]",
            "composer.forbidden: each entry needs phrases, and each phrase a word",
        ),
        (
            "message: This can read as impatient. Say it again in other words.",
            "message: \"\"",
            "composer.tone: say in `message` what the agent should write instead",
        ),
    ] {
        assert_eq!(problem(from, to), expected);
    }
}
