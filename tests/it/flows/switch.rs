//! The bot's switch, set in the middle of conversations with flows: nobody is lost, and nothing is said that is not about
//! the handoff.

use firstline::domain::bot::BotSwitch;
use firstline::domain::conversation::{Conversation, Owner};
use firstline::domain::intent::Intent;
use firstline::domain::message::Sender;
use firstline::domain::task::Work;
use firstline::domain::turn::{Action, Turn};
use proptest::prelude::*;

use crate::flows::properties::{Move, any_move, play};
use crate::flows::{Play, told};

/// What customers are told by a bot that is switched off: that a person comes, and how the line stands.
const OF_HANDOFFS: [&str; 9] = [
    "standing",
    "closed",
    "closed_message",
    "closed_callback",
    "queued",
    "contact_ask",
    "contact_taken",
    "unaccepted",
    "opened",
];

const FOUND: &str = r#"{"status":"shipped","due":"Tuesday"}"#;

fn off() -> BotSwitch {
    BotSwitch {
        enabled: false,
        number: 1,
        ..BotSwitch::default()
    }
}

fn without(intent: &str) -> BotSwitch {
    BotSwitch {
        intents_off: vec![Intent::new(intent)],
        number: 1,
        ..BotSwitch::default()
    }
}

/// The ids of what the bot said.
fn said(turn: &Turn) -> Vec<String> {
    let by_bot = turn.messages.iter().filter(|message| message.from == Sender::Bot);
    let sources = by_bot.map(|message| message.source.as_ref().map(|source| source.key()));
    sources.map(Option::unwrap_or_default).collect()
}

fn why(turn: &Turn) -> Vec<&str> {
    let handoff = turn.conversation.handoff.as_ref().unwrap();
    handoff.why.iter().map(|why| why.text.as_str()).collect()
}

/// A customer whose order is being looked up.
fn looking() -> Play {
    let mut game = Play::new();
    game.verified("cus_1");
    let turn = game.says("where is FH-10423", "track_order 0.9; order FH-10423");
    assert!(told(&turn).starts_with("wait shop.order"), "{}", told(&turn));
    game
}

#[test]
fn what_was_being_looked_up_goes_to_a_person_with_what_was_found() {
    for switch in [off(), without("track_order")] {
        let mut game = looking();
        game.switch = switch;
        let turn = game.done("ok", FOUND, 0);
        assert_eq!(told(&turn), "handoff policy orders");
        assert_eq!(said(&turn), ["handoff.policy"]);
        let handoff = turn.conversation.handoff.as_ref().unwrap();
        let flow = &handoff.tried.flows[0];
        assert_eq!(
            (flow.flow.as_str(), flow.known["order_number"].as_str()),
            ("order", "FH-10423")
        );
        assert_eq!(flow.lookups[0].outcome, "ok");
        assert!(turn.conversation.progress.flow.is_none());
    }
}

#[test]
fn a_result_that_comes_after_the_handoff_changes_nothing() {
    let mut game = looking();
    game.switch = off();
    let turn = game.says("hello?", "greeting 0.9");
    assert_eq!(told(&turn), "handoff policy orders");
    assert_eq!(why(&turn), ["The bot is switched off."]);
    let before = game.conversation.clone();
    let late = game.done("ok", FOUND, 0);
    assert_eq!(
        (late.action, late.messages.len(), late.events.len()),
        (Action::Record, 0, 0)
    );
    assert_eq!(
        (&late.conversation.owner, late.conversation.epoch),
        (&before.owner, before.epoch)
    );
    assert_eq!(late.conversation.progress, before.progress);
}

#[test]
fn a_code_on_its_way_is_not_asked_for() {
    let mut game = Play::new();
    let turn = game.says("where is FH-10423", "track_order 0.9; order FH-10423");
    assert!(told(&turn).starts_with("wait code"), "{}", told(&turn));
    game.switch = off();
    assert_eq!(told(&game.code_sent("ok", "cus_1")), "handoff policy orders");
    assert_eq!(game.conversation.identity.challenge, None);
}

#[test]
fn an_intent_that_is_off_is_left_to_people_and_the_rest_is_answered() {
    let passage = "return_exchange 0.9; hit return return_exchange 0.5";
    let mut game = Play::new();
    game.switch = without("track_order");
    let turn = game.says("how do i return it", passage);
    assert_eq!(turn.action, Action::Answer);
    let turn = game.says("where is FH-10423", "track_order 0.9; order FH-10423");
    assert_eq!(told(&turn), "handoff policy orders");
    assert_eq!(why(&turn), ["The bot is switched off for this: track_order."]);
}

/// In the middle of a flow for it, also where the message is about something else; in a message that asks for several
/// things; and in "and the other one?".
#[test]
fn an_intent_that_is_off_is_found_wherever_it_would_be_acted_on() {
    let asking = "where is my order and how much is the volt";
    let several = "track_order 0.9; order FH-10423; clause where is my order | track_order 0.9; \
                   clause how much is the volt | product_info 0.9";
    let mut game = Play::new();
    game.switch = without("product_info");
    assert_eq!(told(&game.says(asking, several)), "handoff policy orders");

    let mut game = Play::new();
    game.says("where is my order", "track_order 0.9");
    game.switch = without("track_order");
    assert_eq!(told(&game.says("hello", "greeting 0.9")), "handoff policy orders");

    let mut game = looking();
    let answered = game.done("ok", FOUND, 0);
    assert_eq!(answered.action, Action::Answer);
    game.switch = without("track_order");
    assert_eq!(
        told(&game.says("and the other one?", "help_general 0.3")),
        "handoff policy orders"
    );
}

#[test]
fn other_reasons_stay_and_weigh_as_before() {
    let mut game = Play::new();
    game.switch = off();
    let turn = game.says("my battery is on fire", "technical_issue 0.9; negative 0.95");
    let handoff = turn.conversation.handoff.as_ref().unwrap();
    let reasons: Vec<_> = handoff.reasons.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(reasons, ["urgent", "negative_sentiment", "policy"]);
    assert_eq!(handoff.priority.as_str(), "urgent");
}

fn any_switch() -> impl Strategy<Value = Option<BotSwitch>> {
    prop_oneof![
        6 => Just(None),
        2 => Just(Some(off())),
        1 => Just(Some(without("track_order"))),
        1 => Just(Some(BotSwitch::default())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Whenever the switch is set and whatever happens then: who writes to a silent bot lands in a queue, who is with
    /// people stays with them, and all that is said is about the handoff.
    #[test]
    fn a_bot_that_is_off_says_nothing_of_its_own(
        proven in any::<bool>(),
        moves in prop::collection::vec((any_switch(), any_move()), 1..25),
    ) {
        let mut game = Play::new();
        if proven {
            game.verified("cus_1");
        }
        for (switch, step) in &moves {
            game.switch = switch.clone().unwrap_or(game.switch);
            let before = game.conversation.clone();
            let Some(turn) = play(&mut game, step) else { continue };
            let said = said(&turn);
            if !game.switch.enabled {
                for id in &said {
                    let of_handoffs = id.starts_with("handoff.") || OF_HANDOFFS.contains(&id.as_str());
                    prop_assert!(of_handoffs, "{step:?}: {id}");
                }
                let lookups = turn.tasks.iter().filter(|task| task.work != Work::Timer);
                prop_assert_eq!(lookups.count(), 0, "nothing is begun");
                let wrote = matches!(step, Move::Says(..));
                if before.owner == Owner::Bot && (wrote || before.awaited_task() == turn.input.task()) {
                    prop_assert!(matches!(turn.action, Action::Handoff(_)), "{step:?}: {}", turn.action.as_str());
                }
            }
            if game.switch.intents_off.contains(&Intent::new("track_order")) {
                prop_assert!(!said.iter().any(|id| id.starts_with("order.")), "{step:?}: {said:?}");
            }
            if before.owner != Owner::Bot {
                let with = |conversation: &Conversation| (conversation.owner.as_str(), conversation.epoch);
                prop_assert_eq!(with(&turn.conversation), with(&before));
            }
        }
    }
}
