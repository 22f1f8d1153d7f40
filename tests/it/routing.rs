//! Routing as a table: who waits, who is there, who is offered what.

mod day;
mod dispatching;
mod gone;
mod offers;
mod properties;
mod races;
mod serving;
mod simulation;

use std::fs;
use std::sync::{Arc, LazyLock};

use firstline::domain::offer::Asked;
use firstline::domain::presence::{AgentState, Presence};
use firstline::domain::queue::Priority;
use firstline::domain::time::{Duration, Timestamp};
use firstline::knowledge::Knowledge;
use firstline::triage::policy::Policy;
use firstline::triage::routing::{Waiting, in_order, route};

use crate::store_contract::fixtures::{at, conversation_id, queue_name};
use crate::support::agents::{agent, online};
use crate::support::{repository, written};

/// The sample business with other lines in its policy.
fn policy_with(changes: &[(&str, &str)]) -> Arc<Policy> {
    let folder = repository().join("knowledge");
    let knowledge = Knowledge::load(&folder).expect("the sample is in order");
    let mut text = fs::read_to_string(folder.join("policy.yml")).expect("the policy is there");
    for (from, to) in changes {
        assert!(text.contains(from), "{from:?} is not in the policy");
        text = text.replacen(from, to, 1);
    }
    let policy = Policy::parse(&text, &written(&knowledge), "http://127.0.0.1", "test".into());
    Arc::new(policy.expect("the changed policy is in order"))
}

fn offering() -> Arc<Policy> {
    static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| policy_with(&[("mode: pull", "mode: offer")]));
    Arc::clone(&POLICY)
}

fn now() -> Timestamp {
    at(100_000)
}

fn ago(minutes: &str) -> Timestamp {
    now() - Duration::from_mins(minutes.parse().expect("minutes are a number"))
}

fn priority(name: &str) -> Priority {
    match name {
        "normal" => Priority::Normal,
        "high" => Priority::High,
        "urgent" => Priority::Urgent,
        other => panic!("{other} is no priority"),
    }
}

/// `3 high care; waited 10; due 5; units 2; skills a b; languages de; asked ana 1, ben 2`: the third conversation.
fn waiting(spec: &str) -> Waiting {
    let mut parts = spec.split(';').map(str::trim);
    let head: Vec<&str> = parts.next().expect("a first part").split(' ').collect();
    let [number, level, queue] = head.as_slice() else {
        panic!("{spec:?} does not begin with number, priority and queue")
    };
    let mut item = Waiting {
        conversation: conversation_id(number.parse().expect("a number")),
        queue: queue_name(queue),
        priority: priority(level),
        since: now(),
        due: None,
        skills: Vec::new(),
        languages: Vec::new(),
        units: 1,
        asked: Vec::new(),
    };
    for part in parts {
        let (name, value) = part.split_once(' ').expect("a name and a value");
        let words = || value.split(' ').map(str::to_owned).collect();
        match name {
            "waited" => item.since = ago(value),
            "due" => item.due = Some(now() + Duration::from_mins(value.parse().expect("minutes"))),
            "units" => item.units = value.parse().expect("a number"),
            "skills" => item.skills = words(),
            "languages" => item.languages = words(),
            "asked" => {
                for asked in value.split(", ") {
                    let (who, minutes) = asked.split_once(' ').expect("who, and how long ago");
                    item.asked.push(Asked {
                        agent: agent(who).id,
                        at: ago(minutes),
                    });
                }
            }
            other => panic!("{other} is no part of {spec:?}"),
        }
    }
    item
}

/// `ana; capacity 3; load 1; idle 10; silent 5; away; queues care`: load in units, the rest in minutes.
fn at_desk(spec: &str) -> AgentState {
    let id = spec.split(';').next().expect("a first part");
    let mut state = online(id, spec, now());
    for part in spec.split(';').map(str::trim) {
        let (name, value) = part.split_once(' ').unwrap_or((part, ""));
        match name {
            "load" => state.load = value.parse().expect("a number"),
            "idle" => state.worked_at = ago(value),
            "silent" => {
                state.seen_at = ago(value);
                state.worked_at = ago(value);
            }
            "away" => state.presence = Presence::Away,
            "busy" => state.presence = Presence::Busy,
            "offline" => state.presence = Presence::Offline,
            "wraps_up" => {
                state.presence = Presence::WrapUp {
                    until: ago(value) + Duration::from_mins(2),
                }
            }
            _ => {}
        }
    }
    state
}

/// What it is about | agents | who waits | who is offered which.
const CASES: &str = "
the longest idle of equals           | ana; idle 5 / ben; idle 9                       | 1 normal care                                  | 1 ben
the least loaded for their capacity  | ana; capacity 4; load 2; idle 9 / ben; capacity 3; load 1 | 1 normal care                         | 1 ben
nobody beyond their capacity         | ana; capacity 2; load 2                         | 1 normal care                                  |
an offer counts at once              | ana; capacity 2                                 | 1 normal care / 2 normal care / 3 normal care  | 1 ana, 2 ana
the higher priority first            | ana                                             | 1 normal care; waited 10 / 2 high care         | 2 ana
a long wait makes up for priority    | ana                                             | 1 normal care; waited 50 / 2 high care         | 1 ana
a due first response weighs          | ana                                             | 1 normal care; waited 15; due 1 / 2 high care; waited 1 | 1 ana
the longer wait of equals            | ana                                             | 1 normal care; waited 1 / 2 normal care; waited 2 | 2 ana
only the queues an agent serves      | ana; queues orders billing / ben; queues care   | 1 normal care / 2 normal billing               | 1 ben, 2 ana
every skill that is asked for        | ana; skills tax / ben; skills tax law           | 1 normal care; skills law tax                  | 1 ben
one of the languages                 | ana; languages fr / ben; languages de it        | 1 normal care; languages de fr; asked ana 5    | 1 ben
no list of languages speaks any      | ana; languages fr / ben                         | 1 normal care; languages de                    | 1 ben
a language that nobody speaks        | ana; languages fr                               | 1 normal care; languages de                    | 1 ana
a speaker who is away is waited for  | ana; languages fr / ben; languages de; away     | 1 normal care; languages de                    |
only who is online                   | ana; away / ben; busy / eve; offline / kim; wraps_up 1 | 1 normal care                           |
a wrap-up that is over               | kim; wraps_up 3                                 | 1 normal care                                  | 1 kim
no sign of life for too long         | ana; silent 2                                   | 1 normal care                                  |
the next, once declined              | ana; idle 9 / ben                               | 1 normal care; asked ana 0                     | 1 ben
nobody again at once                 | ana / ben                                       | 1 normal care; asked ana 5, ben 0              |
again, when all were asked           | ana; idle 9 / ben                               | 1 normal care; asked ana 5, ben 2              | 1 ana
who is full need not be asked first  | ana / ben; load 1                               | 1 normal care; asked ana 2                     | 1 ana
heavier than anybody takes it all    | ana; capacity 2 / ben; load 1                   | 1 urgent care; units 5                         | 1 ana
room is kept for the heavy one       | ana; capacity 2; load 1                         | 1 urgent care; units 2 / 2 normal care         |
one desk is kept, not all            | ana; capacity 3; load 2 / ben; capacity 3; load 1 | 1 urgent care; units 3 / 2 normal care       | 2 ana
";

#[test]
fn conversations_find_their_agents() {
    let policy = offering();
    let mut wrong = Vec::new();
    for case in CASES.trim().lines() {
        let parts: Vec<&str> = case.split('|').map(str::trim).collect();
        let [_, agents, items, expected] = parts.as_slice() else {
            panic!("{case:?} does not have four parts")
        };
        let agents: Vec<AgentState> = agents.split(" / ").map(at_desk).collect();
        let items: Vec<Waiting> = items.split(" / ").map(waiting).collect();
        let mut offers: Vec<String> = route(&items, &agents, policy.routing(), now())
            .iter()
            .map(|offer| {
                let number = (1..)
                    .find(|number| conversation_id(*number) == offer.conversation)
                    .expect("one of the case's");
                format!("{number} {}", offer.agent.id)
            })
            .collect();
        offers.sort();
        let offers = offers.join(", ");
        if offers != *expected {
            wrong.push(format!("{case}\n    but: {offers}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_line_is_served_in_its_order() {
    let policy = offering();
    let specs = [
        "1 normal care; waited 10",
        "2 urgent care",
        "3 high care; waited 30",
        "4 normal care; waited 61",
        "5 high care; waited 10; due 10",
        "6 normal care; waited 10",
    ];
    let items: Vec<Waiting> = specs.into_iter().map(waiting).collect();
    let order: Vec<String> = in_order(&items, policy.routing(), now())
        .iter()
        .map(|item| {
            let spec = specs
                .iter()
                .find(|spec| waiting(spec).conversation == item.conversation);
            let number = &spec.expect("one of these")[..1];
            format!("{number}: {:.2}", item.urgency(policy.routing(), now()))
        })
        .collect();
    assert_eq!(
        order,
        ["4: 3.05", "3: 2.50", "5: 2.00", "2: 2.00", "1: 0.50", "6: 0.50"]
    );
}

#[test]
fn rules_that_make_no_sense_are_refused_by_name() {
    let folder = repository().join("knowledge");
    let knowledge = Knowledge::load(&folder).unwrap();
    let text = fs::read_to_string(folder.join("policy.yml")).unwrap();
    for (from, to, key) in [
        ("offer_seconds: 30", "offer_seconds: 0", "routing.offer_seconds"),
        (
            "ageing_minutes: 20",
            "ageing_minutes: 0",
            "routing.ageing_minutes",
        ),
        (
            "presence_seconds: 90",
            "presence_seconds: 0",
            "routing.presence_seconds",
        ),
        ("gone_minutes: 10", "gone_minutes: 1441", "routing.gone_minutes"),
        ("urgent: 1\n", "urgent: 0\n", "routing.weights.urgent"),
        ("sla_weight: 1.0", "sla_weight: -1", "routing.sla_weight"),
    ] {
        let text = text.replacen(from, to, 1);
        let problems = Policy::parse(&text, &written(&knowledge), "", "test".into()).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].key, key, "{problems:?}");
        assert!(problems[0].line.is_some(), "{problems:?}");
    }
    for unknown in ["mode: push", "mode: pull\n  speed: 1"] {
        let text = text.replacen("mode: pull", unknown, 1);
        assert!(Policy::parse(&text, &written(&knowledge), "", "test".into()).is_err());
    }
}
