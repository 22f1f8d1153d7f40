//! Nobody there: what the bot does with a handoff then, and that nobody is left without an answer.

use firstline::domain::conversation::{Conversation, Owner, Status};
use firstline::domain::event::EventData;
use firstline::domain::handoff::{Contact, Reason};
use firstline::domain::message::Sender;
use firstline::domain::reading::Reading;
use firstline::domain::standing::Standing;
use firstline::domain::task::Work;
use firstline::domain::time::{Duration, Timestamp};
use firstline::domain::turn::{Action, AgentAction, Input, Turn};
use firstline::triage::decide::decide_under;
use firstline::triage::policy::Policy;
use proptest::prelude::*;

use crate::decision::properties::any_reading;
use crate::decision::{agent, fresh, now, told};
use crate::sla::{closed_until, falling_back, in_line, lines, open, say};

const OPENS: &str = "2026-01-06T08:00:00Z";
const TRACK: (&str, &str) = ("track_order 0.9; hit track track_order 0.3", "where is my parcel");
const PERSON: (&str, &str) = ("human_agent 0.9", "a person please");

fn requested(turn: &Turn) -> bool {
    let mut events = turn.events.iter();
    events.any(|event| matches!(event.data, EventData::HandoffRequested(_)))
}

fn fire(conversation: &Conversation, timer: &Turn, policy: &Policy, standing: &Standing) -> Turn {
    let input = Input::TimerFired {
        task: timer.tasks[0].id.clone(),
    };
    let at = timer.tasks[0].due_at;
    decide_under(
        conversation,
        &input,
        &Reading::default(),
        policy,
        &in_line(Some(standing), at),
    )
    .unwrap()
}

#[test]
fn the_bot_goes_on_and_a_person_takes_over_when_it_opens() {
    let (policy, closed) = (falling_back("bot"), closed_until(OPENS));
    let held = say(&fresh(), PERSON, &policy, &closed, now());
    assert_eq!(
        (lines(&held), &held.conversation.owner),
        (vec!["handoff_later".to_owned()], &Owner::Bot)
    );
    assert!(!requested(&held));
    assert!(held.messages.last().unwrap().text.contains("tomorrow at 8:00"));
    assert_eq!(
        (&held.tasks[0].work, held.tasks[0].due_at),
        (&Work::Timer, OPENS.parse().unwrap())
    );
    let mut conversation = held.conversation.clone();
    // It answers what it can, and what it cannot is told once more: there is one timer, and no handoff.
    for (message, expected) in [
        (TRACK, "answer track#intro"),
        (("out_of_scope 0.9", "and a mortgage"), "answer handoff_later"),
        (PERSON, "answer handoff_later"),
        (("goodbye 0.9", "bye then"), "answer goodbye"),
    ] {
        let turn = say(&conversation, message, &policy, &closed, now());
        assert_eq!(told(&turn), expected, "{message:?}");
        assert!(turn.tasks.is_empty() && !requested(&turn));
        conversation = turn.conversation;
    }
    assert_eq!(conversation.status, Status::Open, "a person has been promised");
    let opened = fire(&conversation, &held, &policy, &open(2));
    assert_eq!(opened.action, Action::Handoff(Reason::AskedForHuman));
    assert_eq!(lines(&opened), ["opened", "standing"]);
    assert!(requested(&opened));
    let handoff = opened.conversation.handoff.as_ref().unwrap();
    assert_eq!(handoff.reasons, [Reason::AskedForHuman, Reason::OutOfScope]);
    let opens: Timestamp = OPENS.parse().unwrap();
    assert_eq!(
        (handoff.at, handoff.first_response_due),
        (opens, opens + Duration::from_mins(60))
    );
    assert!(handoff.summary.contains("bye then"), "{}", handoff.summary);
    // A second time it changes nothing.
    let again = fire(&opened.conversation, &held, &policy, &open(2));
    assert_eq!(
        (again.action, again.messages.len(), again.events.len()),
        (Action::Record, 0, 0)
    );
}

#[test]
fn who_must_not_wait_with_the_bot_goes_to_the_queue_at_once() {
    let (policy, closed) = (falling_back("bot"), closed_until(OPENS));
    for message in [
        ("chitchat 0.9", "my brakes failed"),
        ("track_order 0.9; negative 0.95", "useless"),
        ("refund_request 0.9", "my solicitor will write"),
        ("track_order 0.9; language de", "wo ist mein Paket"),
        ("fault", "hello"),
    ] {
        // Also where another handoff is held back.
        let held = say(&fresh(), PERSON, &policy, &closed, now());
        for conversation in [fresh(), held.conversation.clone()] {
            let turn = say(&conversation, message, &policy, &closed, now());
            assert!(requested(&turn), "{message:?}");
            assert_eq!(lines(&turn).last().unwrap(), "closed", "{message:?}");
            assert_eq!(turn.conversation.progress.deferred, None);
        }
    }
}

#[test]
fn a_person_who_was_quicker_is_not_handed_it_again() {
    let (policy, closed) = (falling_back("bot"), closed_until(OPENS));
    let held = say(&fresh(), PERSON, &policy, &closed, now());
    let claim = Input::AgentAction {
        agent: agent("ana"),
        action: AgentAction::Claim,
    };
    let claimed = decide_under(
        &held.conversation,
        &claim,
        &Reading::default(),
        &policy,
        &in_line(None, now()),
    )
    .unwrap();
    let fired = fire(&claimed.conversation, &held, &policy, &open(0));
    assert_eq!((fired.action, fired.messages.len()), (Action::Record, 0));
    assert!(!requested(&fired) && fired.conversation.agent().is_some());
}

/// An agent who is gone leaves a customer in the line like a handoff does.
#[test]
fn who_was_left_waiting_is_told_as_after_a_handoff() {
    let policy = falling_back("message");
    let act = |conversation: &Conversation, input: &Input, standing: Option<&Standing>| {
        let circumstances = in_line(standing, now());
        decide_under(conversation, input, &Reading::default(), &policy, &circumstances).unwrap()
    };
    let claim = Input::AgentAction {
        agent: agent("ana"),
        action: AgentAction::Claim,
    };
    let handed = say(&fresh(), PERSON, &policy, &open(0), now()).conversation;
    let held = act(&handed, &claim, None).conversation;
    let mut reachable = held.clone();
    reachable.handoff.as_mut().unwrap().contact = Some(Contact {
        value: "jo@example.com".to_owned(),
        callback: false,
        message: held.id.message(1),
    });
    let gone = Input::AgentGone {
        agent: agent("ana"),
        since: now(),
    };
    let (there, closed) = (open(2), closed_until(OPENS));
    for (held, standing, told) in [
        (&held, &there, "standing"),
        (&held, &closed, "closed_message"),
        (&reachable, &closed, "closed"),
    ] {
        let left = act(held, &gone, Some(standing));
        assert_eq!(lines(&left), ["agent_gone", told]);
        let asks = left.conversation.progress.contact.is_some();
        assert_eq!(asks, told == "closed_message");
        assert!(!requested(&left), "the handoff is the same");
        assert_eq!(left.conversation.priority(), held.priority());
    }
}

#[test]
fn an_address_is_asked_for_and_kept_with_the_handoff() {
    for (fallback, standing) in [
        ("message", closed_until(OPENS)),
        (
            "message",
            Standing {
                agents_online: Some(0),
                ..open(0)
            },
        ),
        ("callback", closed_until(OPENS)),
    ] {
        let policy = falling_back(fallback);
        let asked = say(&fresh(), PERSON, &policy, &standing, now());
        assert_eq!(
            lines(&asked),
            ["handoff.asked_for_human", &format!("closed_{fallback}")]
        );
        assert!(requested(&asked), "a person sees it all the same");
        let mut conversation = asked.conversation;
        let answers = if fallback == "message" {
            [("no", "contact_ask"), ("mail priya@example.com", "contact_taken")]
        } else {
            [
                ("priya@example.com", "contact_ask"),
                ("then 020 7946 0018", "contact_taken"),
            ]
        };
        for (text, expected) in answers {
            let turn = say(&conversation, ("", text), &policy, &standing, now());
            assert_eq!(
                (turn.action, lines(&turn)),
                (Action::Relay, vec![expected.to_owned()])
            );
            conversation = turn.conversation;
        }
        let contact = conversation.handoff.as_ref().unwrap().contact.clone().unwrap();
        let (value, callback) = (contact.value.as_str(), contact.callback);
        let expected = if fallback == "message" {
            ("priya@example.com", false)
        } else {
            ("020 7946 0018", true)
        };
        assert_eq!((value, callback), expected);
        assert_eq!(
            contact.message,
            conversation.id.message(conversation.last_seq - 1)
        );
        let more = say(&conversation, ("", "thanks"), &policy, &standing, now());
        assert_eq!(lines(&more), Vec::<String>::new(), "and is not asked for again");
    }
}

#[test]
fn the_place_and_the_wait_are_told_in_words() {
    let policy = falling_back("wait");
    let standing = Standing {
        expected_wait: Some(Duration::from_secs(290)),
        ..open(3)
    };
    let turn = say(&fresh(), PERSON, &policy, &standing, now());
    let said = &turn.messages.last().unwrap().text;
    assert_eq!(
        said,
        "You're number 4 in line, and people are waiting about 5 minutes at the moment."
    );
    assert_eq!(turn.standing.as_ref(), Some(&standing));
    let record = firstline::domain::turn::TurnRecord::from(&turn);
    let json = serde_json::to_string(&record).unwrap();
    let read: firstline::domain::turn::TurnRecord = serde_json::from_str(&json).unwrap();
    assert_eq!(read, record);
    let later = say(
        &turn.conversation,
        ("", "how much longer?"),
        &policy,
        &open(0),
        now(),
    );
    assert!(
        later
            .messages
            .last()
            .unwrap()
            .text
            .contains("You're next in line.")
    );
    let closed = say(
        &turn.conversation,
        ("", "hello?"),
        &policy,
        &closed_until(OPENS),
        now(),
    );
    assert!(
        closed
            .messages
            .last()
            .unwrap()
            .text
            .contains("back tomorrow at 8:00")
    );
}

fn any_standing() -> impl Strategy<Value = Option<Standing>> {
    let online = prop::option::of(0_u32..2);
    let known = (0_u32..4, prop::option::of(0_i64..10_000), any::<bool>(), online);
    let standing = known.prop_map(|(ahead, wait, is_open, agents_online)| Standing {
        expected_wait: wait.map(Duration::from_secs),
        agents_online,
        ahead,
        ..if is_open { open(0) } else { closed_until(OPENS) }
    });
    prop::option::of(standing)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever is written, however the line stands and whatever the business wants then: the bot's turns speak, the first
    /// words into a queue are answered, nobody is asked for an address more than twice, and who is held back has a timer.
    #[test]
    fn nobody_is_left_unanswered(
        fallback in prop::sample::select(vec!["wait", "message", "callback", "bot"]),
        messages in prop::collection::vec((any_reading(), "[a-z😀 ]{0,12}[a-z?]", any_standing()), 1..14),
    ) {
        let policy = falling_back(fallback);
        let mut conversation = fresh();
        let mut timers = Vec::new();
        let mut asked = 0;
        for (read, text, standing) in &messages {
            let unheard = matches!(conversation.owner, Owner::Queue { .. }) && !conversation.progress.told_waiting;
            let by_bot = conversation.owner == Owner::Bot;
            let input = Input::CustomerMessage { text: firstline::domain::message::Text::parse(text).unwrap() };
            let read = crate::decision::reading(read);
            let decided = || decide_under(&conversation, &input, &read, &policy, &in_line(standing.as_ref(), now())).unwrap();
            let turn = decided();
            prop_assert_eq!(&turn, &decided());
            let spoke = turn.messages.iter().any(|message| message.from == Sender::Bot);
            prop_assert!(spoke || !(by_bot || unheard), "{} said nothing to {:?}", turn.action.as_str(), text);
            asked += lines(&turn).iter().filter(|line| line.starts_with("contact_ask") || line.starts_with("closed_")).count();
            prop_assert!(asked <= 2);
            timers.extend(turn.tasks.iter().map(|task| task.id.clone()));
            if let Some(deferred) = &turn.conversation.progress.deferred {
                prop_assert!(turn.conversation.owner == Owner::Bot && timers.contains(&deferred.timer));
            }
            conversation = turn.conversation;
        }
    }
}
