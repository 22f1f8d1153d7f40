//! What rings in conversations, whoever does what when: each clock warns once and is missed once, nothing rings that has
//! stopped, and whatever runs has a timer that wakes it.

use std::collections::BTreeMap;

use firstline::domain::conversation::{Conversation, Owner};
use firstline::domain::event::EventData;
use firstline::domain::id::QueueName;
use firstline::domain::message::Text;
use firstline::domain::queue::Priority;
use firstline::domain::reading::Reading;
use firstline::domain::sla::{ClockKind, SlaAlert};
use firstline::domain::task::{Task, Work};
use firstline::domain::time::{Duration, Timestamp};
use firstline::domain::turn::{Action, AgentAction, Input, Turn};
use firstline::triage::decide::decide;
use firstline::triage::policy::Policy;
use proptest::prelude::*;

use crate::decision::{agent, fresh, now, reading};
use crate::support::sample_policy;

/// What rang in a turn: the clock, and whether its target is missed.
fn rung(turn: &Turn) -> Vec<(bool, &SlaAlert)> {
    let alerts = turn.events.iter().filter_map(|event| {
        if let EventData::SlaWarning(alert) = &event.data {
            Some((false, alert.as_ref()))
        } else if let EventData::SlaBreached(alert) = &event.data {
            Some((true, alert.as_ref()))
        } else {
            None
        }
    });
    alerts.collect()
}

#[derive(Debug, Clone, Copy)]
enum Deed {
    Write,
    Claim,
    Answer,
    Release,
    Transfer,
    Resolve,
    HandBack,
    AskForPerson,
}

fn input(deed: Deed) -> (Input, Reading) {
    let agent = agent("ana");
    let text = |words: &str| Text::parse(words).unwrap();
    let act = |action| Input::AgentAction {
        agent: agent.clone(),
        action,
    };
    let input = match deed {
        Deed::Write | Deed::AskForPerson => Input::CustomerMessage { text: text("hello") },
        Deed::Claim => act(AgentAction::Claim),
        Deed::Answer => Input::AgentMessage {
            agent: agent.clone(),
            text: text("Here I am."),
            suggested: None,
        },
        Deed::Release => act(AgentAction::Release),
        Deed::Transfer => act(AgentAction::Transfer {
            queue: QueueName::parse("workshop").unwrap(),
        }),
        Deed::Resolve => act(AgentAction::Resolve),
        Deed::HandBack => act(AgentAction::HandBack),
    };
    let read = if matches!(deed, Deed::AskForPerson) {
        "human_agent 0.9"
    } else {
        "greeting 0.9"
    };
    (input, reading(read))
}

/// A conversation with its timers, and how often each clock has rung since it started.
struct Desk<'a> {
    policy: &'a Policy,
    conversation: Conversation,
    timers: Vec<Task>,
    rung: BTreeMap<(&'static str, bool), u32>,
}

impl Desk<'_> {
    fn take(&mut self, input: &Input, read: &Reading, now: Timestamp) -> Result<(), TestCaseError> {
        let before = self.conversation.clone();
        let Ok(turn) = decide(&before, input, read, self.policy, now) else {
            return Ok(());
        };
        prop_assert_eq!(&turn, &decide(&before, input, read, self.policy, now).unwrap());
        for (missed, alert) in rung(&turn) {
            let clock = before.clocks.get(alert.clock);
            prop_assert!(
                clock.is_some_and(|clock| clock.runs() && !clock.breached),
                "{alert:?} of {clock:?}"
            );
            prop_assert!(missed == (alert.due <= now), "{alert:?} at {now}");
            let times = self.rung.entry((alert.clock.as_str(), missed)).or_default();
            *times += 1;
            prop_assert_eq!(*times, 1, "{:?} once more", alert);
        }
        if let Input::TimerFired { task } = input {
            self.timers.retain(|timer| timer.id != *task);
            // One has the bot read what an agent left unanswered; the others ring, or do nothing.
            let gathering = before.progress.gathering.as_ref();
            if gathering.is_none_or(|gathering| gathering.timer != *task) {
                prop_assert!(turn.messages.is_empty() && turn.action == Action::Record);
                prop_assert_eq!(turn.events.len(), rung(&turn).len());
            }
        }
        self.timers
            .extend(turn.tasks.iter().filter(|task| task.work == Work::Timer).cloned());
        self.conversation = turn.conversation;
        self.check(&before, now)
    }

    fn check(&mut self, before: &Conversation, now: Timestamp) -> Result<(), TestCaseError> {
        let after = &self.conversation;
        for kind in ClockKind::ALL {
            let clock = after.clocks.get(kind);
            if clock.is_none() || before.clocks.get(kind).is_none() {
                self.rung.retain(|(name, _), _| *name != kind.as_str());
            }
            let Some(rings_at) = clock.and_then(|clock| clock.rings_at()) else {
                continue;
            };
            prop_assert!(rings_at > now, "{kind:?} should have rung at {rings_at}");
            prop_assert!(
                self.timers.iter().any(|timer| timer.due_at <= rings_at),
                "nothing wakes {kind:?} at {rings_at}"
            );
        }
        let people = after.owner != Owner::Bot && after.status.as_str() == "open";
        prop_assert!(
            people
                || ClockKind::ALL
                    .iter()
                    .all(|kind| after.clocks.get(*kind).is_none())
        );
        let spent = after.clocks.spent;
        prop_assert!(spent.bot + spent.queue + spent.agent <= now.duration_since(after.created_at));
        Ok(())
    }
}

fn any_deeds() -> impl Strategy<Value = Vec<(Deed, i64, bool)>> {
    let deed = prop::sample::select(vec![
        Deed::Write,
        Deed::Write,
        Deed::Claim,
        Deed::Claim,
        Deed::Answer,
        Deed::Answer,
        Deed::Release,
        Deed::Transfer,
        Deed::Resolve,
        Deed::HandBack,
        Deed::AskForPerson,
        Deed::AskForPerson,
    ]);
    prop::collection::vec((deed, 1_i64..5_000, prop::bool::weighted(0.8)), 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whoever_does_what_when_each_rings_once_and_nothing_after_its_stop(deeds in any_deeds()) {
        let policy = sample_policy();
        let mut desk = Desk { policy: &policy, conversation: fresh(), timers: Vec::new(), rung: BTreeMap::new() };
        let mut time = now();
        for (deed, seconds, served) in deeds {
            let until = time + Duration::from_secs(seconds);
            // A server that is down fires none, and all of them later.
            while served && let Some(timer) = desk.timers.iter().min_by_key(|timer| timer.due_at).cloned() {
                if timer.due_at > until {
                    break;
                }
                time = time.max(timer.due_at);
                desk.take(&Input::TimerFired { task: timer.id }, &Reading::default(), time)?;
            }
            time = until;
            let (input, read) = input(deed);
            desk.take(&input, &read, time)?;
        }
    }
}

#[test]
fn an_alert_says_all_that_is_needed_and_a_breach_moves_up() {
    let policy = sample_policy();
    let mut desk = Desk {
        policy: &policy,
        conversation: fresh(),
        timers: Vec::new(),
        rung: BTreeMap::new(),
    };
    let (ask, read) = input(Deed::AskForPerson);
    desk.take(&ask, &read, now()).unwrap();
    let handed_off = desk.conversation.clone();
    let due = now() + Duration::from_mins(60);
    assert_eq!(handed_off.handoff.as_ref().unwrap().first_response_due, due);
    let timer = desk.timers[0].clone();
    assert_eq!(timer.due_at, now() + Duration::from_mins(48));
    let fired = Input::TimerFired {
        task: timer.id.clone(),
    };
    let warned = decide(&handed_off, &fired, &Reading::default(), &policy, timer.due_at).unwrap();
    let late = due + Duration::from_secs(5);
    let missed = decide(&handed_off, &fired, &Reading::default(), &policy, late).unwrap();
    for (turn, is_missed, priority) in [
        (&warned, false, Priority::Normal),
        (&missed, true, Priority::High),
    ] {
        let alert = SlaAlert {
            conversation_id: handed_off.id.clone(),
            workspace: handed_off.workspace.clone(),
            clock: ClockKind::FirstResponse,
            due,
            queue: Some(QueueName::parse("care").unwrap()),
            priority,
            owner: "queue",
            agent: None,
        };
        assert_eq!(rung(turn), [(is_missed, &alert)]);
        assert_eq!(turn.conversation.priority(), priority);
        assert_eq!(turn.conversation.epoch, handed_off.epoch);
    }
    // The same timer again: it is nobody's now.
    let again = decide(&missed.conversation, &fired, &Reading::default(), &policy, late).unwrap();
    assert_eq!((again.events.len(), again.messages.len()), (0, 0));
}

#[test]
fn time_goes_to_whoever_had_the_conversation_and_a_wait_is_told_when_it_ends() {
    let policy = sample_policy();
    let mut conversation = fresh();
    let mut last = None;
    for (deed, minutes) in [
        (Deed::Write, 0),
        (Deed::AskForPerson, 3),
        (Deed::Claim, 13),
        (Deed::Answer, 14),
        (Deed::Resolve, 20),
    ] {
        let (input, read) = input(deed);
        let at = now() + Duration::from_mins(minutes);
        let turn = decide(&conversation, &input, &read, &policy, at).unwrap();
        if let Some(waited) = turn.waited {
            last = Some((waited.queue.to_string(), waited.time));
        }
        conversation = turn.conversation;
    }
    let spent = conversation.clocks.spent;
    assert_eq!(
        (spent.bot, spent.queue, spent.agent),
        (
            Duration::from_mins(3),
            Duration::from_mins(10),
            Duration::from_mins(7)
        )
    );
    assert_eq!(last, Some(("care".to_owned(), Duration::from_mins(10))));
}
