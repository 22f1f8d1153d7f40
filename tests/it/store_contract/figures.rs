//! Contract: the wall's figures, and the alerts that are raised.

use firstline::domain::alert::{Alert, AlertTold, Measure};
use firstline::domain::conversation::Status;
use firstline::domain::csat::Rating;
use firstline::domain::event::{Event, EventData, EventKind};
use firstline::domain::figures::{Day, Messages, Open};
use firstline::domain::hours::Pace;
use firstline::domain::id::EventId;
use firstline::domain::intent::{Intent, ScoredIntent};
use firstline::domain::queue::Priority;
use firstline::domain::reading::{Fault, Reading};
use firstline::domain::sentiment::Sentiment;
use firstline::domain::sla::{Clock, Target};
use firstline::domain::time::Duration;
use firstline::domain::turn::{Input, Turn};
use firstline::ports::Store;

use crate::store_contract::fixtures::{
    Outcome, acme, agent, at, endpoint, handing_off, opening, turn_on, workspace,
};

/// The same turn at another second.
fn then(mut turn: Turn, second: i64) -> Turn {
    turn.conversation.updated_at = at(second);
    turn
}

fn read(mut turn: Turn, reading: Reading) -> Turn {
    turn.reading = Some(reading);
    turn
}

fn rated(turn: &Turn, score: u8, second: i64) -> Turn {
    let rating = Rating {
        score,
        comment: String::new(),
    };
    let mut next = then(turn_on(&turn.conversation), second);
    next.conversation.rating = Some(rating.clone());
    next.input = Input::Rated { rating };
    next
}

const DAY: i64 = 24 * 3600;

pub(crate) async fn the_wall_counts_who_has_what(store: &dyn Store) -> Outcome {
    // With the bot, in a queue and late, and claimed from it.
    store.commit(&opening(1), None).await?;
    let first = opening(2);
    store.commit(&first, None).await?;
    let mut waiting = handing_off(&first.conversation, "orders", Priority::High, at(5));
    let target = Target {
        within: Duration::from_secs(60),
        warn_before: Duration::from_secs(30),
    };
    let mut clock = Clock::start(target, Pace::Calendar, at(0));
    clock.ring(at(40));
    waiting.conversation.clocks.first_response = Some(clock.clone());
    store.commit(&waiting, None).await?;
    let first = opening(3);
    store.commit(&first, None).await?;
    let queued = handing_off(&first.conversation, "care", Priority::Normal, at(3));
    store.commit(&queued, None).await?;
    let mut claimed = turn_on(&queued.conversation);
    claimed
        .conversation
        .claim(&agent("ana"), 1, at(4))
        .expect("it waits");
    clock.ring(at(70));
    claimed.conversation.clocks.next_response = Some(clock);
    store.commit(&claimed, None).await?;

    let wall = store.wall(&acme(), at(10)).await?;
    let open = Open {
        bot: 1,
        queue: 1,
        agent: 1,
        at_risk: 1,
        breached: 1,
    };
    assert_eq!(wall.open, open);
    assert_eq!((wall.day.conversations, wall.day.handed_off), (3, 2));
    assert_eq!(
        (
            wall.lines[0].queue.as_str(),
            wall.lines[0].waiting,
            wall.lines.len()
        ),
        ("orders", 1, 1)
    );
    let other = store.wall(&workspace("other"), at(10)).await?;
    assert_eq!(
        (other.open, other.day, other.messages),
        (Open::default(), Day::default(), Messages::default())
    );
    Ok(())
}

pub(crate) async fn a_day_counts_what_ended_and_was_rated_in_it(store: &dyn Store) -> Outcome {
    let first = opening(1);
    store.commit(&first, None).await?;
    let mut resolved = then(turn_on(&first.conversation), 100);
    resolved.conversation.status = Status::Resolved;
    store.commit(&resolved, None).await?;
    let good = rated(&resolved, 5, 200);
    store.commit(&good, None).await?;
    let better = rated(&good, 4, 300);
    store.commit(&better, None).await?;

    let day = store.wall(&acme(), at(400)).await?.day;
    assert_eq!(
        (day.resolved, day.rated, day.score_sum),
        (1, 1, 4),
        "the newest rating counts"
    );
    // It ended at second 100, whatever was said of it later.
    let day = store.wall(&acme(), at(150 + DAY)).await?.day;
    assert_eq!((day.conversations, day.resolved, day.rated), (0, 0, 1));
    let mut reopened = then(turn_on(&better.conversation), 500);
    assert!(reopened.conversation.reopen());
    store.commit(&reopened, None).await?;
    let wall = store.wall(&acme(), at(600)).await?;
    assert_eq!((wall.day.resolved, wall.day.rated, wall.open.bot), (0, 1, 1));
    assert_eq!((wall.day.conversations, wall.day.handed_off), (1, 0));
    Ok(())
}

pub(crate) async fn messages_count_by_how_they_were_read(store: &dyn Store) -> Outcome {
    let unhappy = Reading {
        sentiment: Some(Sentiment::new(0.9, 0.1, 0.0)),
        ..Reading::default()
    };
    let elsewhere = Reading {
        intents: vec![ScoredIntent {
            name: Intent::new(Intent::OUT_OF_SCOPE),
            confidence: 0.8,
        }],
        ..Reading::default()
    };
    let mut last = read(opening(1), unhappy);
    store.commit(&last, None).await?;
    for (reading, second) in [
        (elsewhere, 10),
        (Reading::failed(Fault::Overloaded), 20),
        (Reading::default(), 30),
    ] {
        last = then(read(turn_on(&last.conversation), reading), second);
        store.commit(&last, None).await?;
    }
    // An agent's words have no mood.
    let mut answer = then(turn_on(&last.conversation), 40);
    answer.input = Input::AgentAction {
        agent: agent("ana"),
        action: firstline::domain::turn::AgentAction::Claim,
    };
    store.commit(&answer, None).await?;
    let all = Messages {
        count: 4,
        negative: 1,
        out_of_scope: 1,
        unavailable: 1,
    };
    assert_eq!(store.wall(&acme(), at(50)).await?.messages, all);
    let later = store.messages_since(&acme(), at(10)).await?;
    assert_eq!((later.count, later.unavailable, later.out_of_scope), (2, 1, 0));
    assert_eq!(
        store.messages_since(&workspace("other"), at(0)).await?,
        Messages::default()
    );
    Ok(())
}

pub(crate) async fn alerts_are_kept_with_their_events(store: &dyn Store) -> Outcome {
    store.add_endpoint(&endpoint(1)).await?;
    assert_eq!(store.alerts(&acme()).await?, []);
    let alert = Alert {
        name: "Long line".to_owned(),
        measure: Measure::Waiting,
        value: 30.0,
        above: 25.0,
        since: at(1),
    };
    let event = Event {
        id: EventId::from_random([1; 16]),
        at: at(1),
        data: EventData::AlertRaised(Box::new(AlertTold {
            workspace: acme(),
            name: alert.name.clone(),
            measure: alert.measure,
            value: Some(alert.value),
            above: alert.above,
            since: alert.since,
        })),
    };
    let position = store.position();
    store
        .set_alerts(&acme(), std::slice::from_ref(&alert), &[event])
        .await?;
    assert_eq!(store.alerts(&acme()).await?, [alert]);
    assert_eq!(store.alerts(&workspace("other")).await?, []);
    assert!(position.has_changed().unwrap_or_default());
    let logged = store.events(&acme(), None, 0, 10).await?;
    assert_eq!(
        (logged.len(), logged[0].kind, &logged[0].conversation),
        (1, EventKind::AlertRaised, &None)
    );
    let due = store.claim(at(10), at(60), 10, 10).await?;
    assert_eq!(due[0].delivery.event.data, logged[0].data);
    store.set_alerts(&acme(), &[], &[]).await?;
    assert_eq!(store.alerts(&acme()).await?, []);
    Ok(())
}
