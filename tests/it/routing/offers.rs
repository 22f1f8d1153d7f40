//! What offers, transfers to agents, snoozes and hand-backs do to a conversation.

use firstline::domain::conversation::{Conversation, Owner, Status};
use firstline::domain::event::{EventData, EventKind};
use firstline::domain::id::TaskId;
use firstline::domain::message::Text;
use firstline::domain::offer::HAND_BACKS_MAX;
use firstline::domain::queue::Priority;
use firstline::domain::reading::Reading;
use firstline::domain::time::{Duration, Timestamp};
use firstline::domain::turn::{Action, AgentAction, Input, Refusal, Turn};
use firstline::triage::decide::decide;

use crate::routing::{now, offering};
use crate::store_contract::fixtures::{acme, handing_off, unstored};
use crate::support::agents::agent;

/// A conversation, and the turns that it takes.
struct Play {
    conversation: Conversation,
    at: Timestamp,
    /// The newest turn.
    turn: Option<Turn>,
}

impl Play {
    /// Waits in the queue `care`.
    fn waiting() -> Self {
        let turn = handing_off(&unstored(&acme(), 1), "care", Priority::High, now());
        Self {
            conversation: turn.conversation,
            at: now(),
            turn: None,
        }
    }

    fn held_by(who: &str) -> Self {
        let mut play = Self::waiting();
        play.act(who, AgentAction::Claim).unwrap();
        play
    }

    fn take(&mut self, input: &Input) -> Result<(), Refusal> {
        self.read(input, &Reading::default())
    }

    fn read(&mut self, input: &Input, reading: &Reading) -> Result<(), Refusal> {
        let turn = decide(&self.conversation, input, reading, &offering(), self.at)?;
        self.conversation = turn.conversation.clone();
        self.turn = Some(turn);
        Ok(())
    }

    fn act(&mut self, who: &str, action: AgentAction) -> Result<(), Refusal> {
        self.take(&Input::AgentAction {
            agent: agent(who),
            action,
        })
    }

    /// So that nothing is left for the bot to answer.
    fn answer(&mut self, who: &str) {
        let written = Input::AgentMessage {
            agent: agent(who),
            text: Text::parse("let me see").unwrap(),
            suggested: None,
        };
        self.take(&written).unwrap();
    }

    fn offer(&mut self, who: &str) -> Result<(), Refusal> {
        self.take(&Input::Offered { agent: agent(who) })
    }

    /// The customer writes something that the bot can make nothing of.
    fn say(&mut self, text: &str) {
        let text = Text::parse(text).unwrap();
        self.take(&Input::CustomerMessage { text }).unwrap();
    }

    /// The timer that the newest turn set.
    fn timer(&self) -> TaskId {
        let tasks = &self.turn.as_ref().unwrap().tasks;
        assert_eq!(tasks.len(), 1, "{tasks:?}");
        tasks[0].id.clone()
    }

    fn fire(&mut self, task: &TaskId) {
        self.take(&Input::TimerFired { task: task.clone() }).unwrap();
    }

    fn pass(&mut self, seconds: i64) {
        self.at += Duration::from_secs(seconds);
    }

    fn snooze(&mut self, who: &str, seconds: i64) -> Result<(), Refusal> {
        let until = self.at + Duration::from_secs(seconds);
        self.act(who, AgentAction::Snooze { until })
    }

    /// `waits`, `waits, ana is asked`, `ana holds`, `ana holds, snoozed`, `bot`.
    fn stands(&self) -> String {
        match &self.conversation.owner {
            Owner::Bot => "bot".to_owned(),
            Owner::Queue { offer: None, .. } => "waits".to_owned(),
            Owner::Queue {
                offer: Some(offer), ..
            } => format!("waits, {} is asked", offer.agent.id),
            Owner::Agent {
                agent, snooze: None, ..
            } => format!("{} holds", agent.id),
            Owner::Agent { agent, .. } => format!("{} holds, snoozed", agent.id),
        }
    }

    fn asked(&self) -> Vec<&str> {
        match &self.conversation.owner {
            Owner::Queue { asked, .. } => asked.iter().map(|asked| asked.agent.as_str()).collect(),
            Owner::Bot | Owner::Agent { .. } => Vec::new(),
        }
    }

    /// What was logged last, messages aside.
    fn logged(&self) -> Vec<&'static str> {
        let events = self.turn.iter().flat_map(|turn| &turn.events);
        let kinds = events.map(|event| event.data.kind());
        kinds
            .filter(|kind| *kind != EventKind::MessageCreated)
            .map(EventKind::as_str)
            .collect()
    }
}

#[test]
fn an_offer_is_accepted_by_whom_it_was_made_to() {
    let mut play = Play::waiting();
    let epoch = play.conversation.epoch;
    play.offer("ana").unwrap();
    assert_eq!(
        (play.stands(), play.logged()),
        ("waits, ana is asked".into(), vec!["handoff.offered"])
    );
    assert_eq!(play.conversation.epoch, epoch, "the queue has it still");
    assert_eq!(
        play.offer("ben").unwrap_err(),
        Refusal::OfferedTo(agent("ana").id)
    );
    assert_eq!(
        play.act("ben", AgentAction::Accept).unwrap_err(),
        Refusal::NotOffered
    );
    assert_eq!(
        play.act("ben", AgentAction::Decline).unwrap_err(),
        Refusal::NotOffered
    );
    let stale = play.timer();

    play.act("ana", AgentAction::Accept).unwrap();
    assert_eq!(
        (play.stands(), play.logged()),
        ("ana holds".into(), vec!["handoff.accepted"])
    );
    assert_eq!(play.conversation.epoch, epoch + 1);
    assert_eq!(
        play.act("ana", AgentAction::Accept).unwrap_err(),
        Refusal::AlreadyYours
    );
    assert_eq!(
        play.act("ben", AgentAction::Accept).unwrap_err(),
        Refusal::HeldBy(agent("ana").id)
    );
    play.pass(30);
    play.fire(&stale);
    assert_eq!((play.stands(), play.logged()), ("ana holds".into(), vec![]));
}

#[test]
fn whoever_does_not_take_it_is_noted() {
    let mut play = Play::waiting();
    play.offer("ana").unwrap();
    play.act("ana", AgentAction::Decline).unwrap();
    assert_eq!(
        (play.stands(), play.logged()),
        ("waits".into(), vec!["handoff.declined"])
    );
    assert_eq!(
        play.act("ana", AgentAction::Accept).unwrap_err(),
        Refusal::NotOffered
    );

    play.offer("ben").unwrap();
    let timer = play.timer();
    play.pass(30);
    // The time is up, though the timer is late.
    assert_eq!(
        play.act("ben", AgentAction::Accept).unwrap_err(),
        Refusal::NotOffered
    );
    play.fire(&timer);
    assert_eq!(
        (play.stands(), play.logged()),
        ("waits".into(), vec!["handoff.declined"])
    );
    let turn = play.turn.as_ref().unwrap();
    let EventData::HandoffDeclined { reason, .. } = &turn.events[0].data else {
        panic!("{turn:?}")
    };
    assert_eq!((*reason, turn.action), ("timed_out", Action::Transition));
    assert_eq!(play.asked(), ["ana", "ben"]);

    play.offer("ana").unwrap();
    assert!(play.asked().is_empty(), "another round");
}

#[test]
fn claiming_by_hand_goes_on_while_somebody_is_asked() {
    let mut play = Play::waiting();
    play.offer("ana").unwrap();
    play.act("ben", AgentAction::Claim).unwrap();
    assert_eq!(play.stands(), "ben holds");
    assert_eq!(
        play.act("ana", AgentAction::Accept).unwrap_err(),
        Refusal::HeldBy(agent("ben").id)
    );
}

#[test]
fn only_what_waits_is_offered() {
    let mut held = Play::held_by("ana");
    assert_eq!(held.offer("ben").unwrap_err(), Refusal::HeldBy(agent("ana").id));
    held.act("ana", AgentAction::Resolve).unwrap();
    assert_eq!(held.offer("ben").unwrap_err(), Refusal::Resolved);
    let mut bot = Play::held_by("ana");
    bot.act("ana", AgentAction::HandBack).unwrap();
    assert_eq!(bot.offer("ben").unwrap_err(), Refusal::NotWaiting);

    let mut ended = Play::waiting();
    ended.offer("ana").unwrap();
    let timer = ended.timer();
    ended.act("ben", AgentAction::Resolve).unwrap();
    assert_eq!(
        ended.act("ana", AgentAction::Accept).unwrap_err(),
        Refusal::Resolved
    );
    ended.fire(&timer);
    assert_eq!(
        (ended.conversation.status, ended.logged()),
        (Status::Resolved, vec![])
    );
}

#[test]
fn a_transfer_to_an_agent_is_an_offer_that_falls_back_to_the_queue() {
    let mut play = Play::held_by("ana");
    let to = |id: &str| AgentAction::TransferToAgent { to: agent(id) };
    assert_eq!(
        play.act("ben", to("eve")).unwrap_err(),
        Refusal::HeldBy(agent("ana").id)
    );
    assert_eq!(play.act("ana", to("ana")).unwrap_err(), Refusal::AlreadyYours);
    play.act("ana", to("ben")).unwrap();
    assert_eq!(play.stands(), "waits, ben is asked");
    assert_eq!(play.logged(), ["handoff.released", "handoff.offered"]);
    assert_eq!(play.asked(), ["ana"], "who lets it go is not asked next");
    let timer = play.timer();
    play.pass(30);
    play.fire(&timer);
    assert_eq!(
        (play.stands(), play.asked()),
        ("waits".into(), vec!["ana", "ben"])
    );
}

#[test]
fn what_is_snoozed_comes_back_to_its_holder() {
    let mut play = Play::held_by("ana");
    assert_eq!(
        play.snooze("ben", 60).unwrap_err(),
        Refusal::HeldBy(agent("ana").id)
    );
    for seconds in [0, -5, 31 * 24 * 3600] {
        assert_eq!(play.snooze("ana", seconds).unwrap_err(), Refusal::SnoozeTime(30));
    }
    play.snooze("ana", 600).unwrap();
    assert_eq!(
        (play.stands(), play.logged()),
        ("ana holds, snoozed".into(), vec!["handoff.snoozed"])
    );
    assert_eq!(play.conversation.burden(), None);
    let first = play.timer();
    play.snooze("ana", 900).unwrap();
    let second = play.timer();
    play.fire(&first);
    assert_eq!(play.stands(), "ana holds, snoozed", "put off further");
    play.fire(&second);
    assert_eq!(
        (play.stands(), play.logged()),
        ("ana holds".into(), vec!["handoff.resumed"])
    );
    assert_eq!(play.conversation.burden(), Some((&agent("ana").id, 1)));

    play.snooze("ana", 600).unwrap();
    play.say("hello?");
    assert_eq!(
        (play.stands(), play.logged()),
        ("ana holds".into(), vec!["handoff.resumed"])
    );
    play.say("hello??");
    assert!(play.logged().is_empty());

    play.snooze("ana", 600).unwrap();
    play.act("ana", AgentAction::Claim).unwrap();
    assert_eq!(
        (play.stands(), play.logged()),
        ("ana holds".into(), vec!["handoff.resumed"])
    );
    assert_eq!(
        play.act("ana", AgentAction::Claim).unwrap_err(),
        Refusal::AlreadyYours
    );
}

/// The bot does not give up at once for the reasons for which it had given up before, and nobody hands back for ever.
#[test]
fn what_is_handed_back_does_not_bounce() {
    let mut play = Play::held_by("ana");
    play.answer("ana");
    play.act("ana", AgentAction::HandBack).unwrap();
    play.say("blah");
    let action = |play: &Play| play.turn.as_ref().unwrap().action.as_str();
    assert_eq!(
        action(&play),
        "handoff",
        "it had been given away for another reason"
    );

    for times in 2..=HAND_BACKS_MAX {
        play.act("ana", AgentAction::Claim).unwrap();
        play.act("ana", AgentAction::HandBack).unwrap();
        play.say("blah");
        assert_eq!((action(&play), times), ("ask", times));
        let rules = &play.turn.as_ref().unwrap().trace.steps;
        assert!(rules.iter().any(|step| step.rule == "handed_back" && step.fired));
        play.say("blah");
        assert_eq!(action(&play), "handoff", "once only");
    }
    let handoff = play.conversation.handoff.clone().unwrap();
    assert!(
        handoff
            .summary
            .ends_with("Handed back to the bot before, 3 times in all."),
        "{}",
        handoff.summary
    );
    play.act("ana", AgentAction::Claim).unwrap();
    assert_eq!(
        play.act("ana", AgentAction::HandBack).unwrap_err(),
        Refusal::ComesBack(HAND_BACKS_MAX)
    );
    play.act("ana", AgentAction::Resolve).unwrap();
    play.say("blah");
    assert_eq!(action(&play), "handoff", "a fresh start has no mark");
    assert_eq!(play.conversation.handed_back, None);
}
