//! What holds for every conversation with flows, whatever is written and whatever comes of lookups.

use firstline::domain::conversation::Owner;
use firstline::domain::message::Sender;
use firstline::domain::task::Work;
use firstline::domain::turn::Action;
use proptest::prelude::*;

use crate::flows::Play;

/// Stands in every private result, and nowhere else.
const SECRET: &str = "SECRET-OF-AN-ACCOUNT";

#[derive(Debug, Clone)]
pub(super) enum Move {
    Says(&'static str, &'static str),
    /// The newest task ends like this.
    Ends(&'static str),
    /// One before the newest ends.
    EndsLate,
    CodeSent(&'static str),
    Minutes(i64),
}

pub(super) fn any_move() -> impl Strategy<Value = Move> {
    let said = prop::sample::select(vec![
        ("where is my order", "track_order 0.9"),
        ("where is FH-10423", "track_order 0.9; order FH-10423"),
        ("FH-10424", "provide_info 0.6; order FH-10424"),
        ("B-1", "provide_info 0.6; order B-1"),
        ("654321", "provide_info 0.6"),
        ("111111", "provide_info 0.6"),
        ("send it again", "help_general 0.3"),
        (
            "book a basic service tomorrow",
            "appointment_book 0.9; date 2026-01-06",
        ),
        ("the first one", "help_general 0.3"),
        ("yes", "affirm 0.9"),
        ("no", "deny 0.9"),
        ("never mind", "deny 0.3"),
        ("how much is the volt", "product_info 0.9"),
        (
            "how do i return it",
            "return_exchange 0.9; hit return return_exchange 0.5",
        ),
        ("and the other one?", "help_general 0.3"),
        ("hello", "greeting 0.9"),
        ("bye", "goodbye 0.9"),
        ("hm", "help_general 0.2"),
    ]);
    prop_oneof![
        6 => said.prop_map(|(text, read)| Move::Says(text, read)),
        4 => prop::sample::select(vec!["ok", "not_found", "none", "taken", "unavailable"]).prop_map(Move::Ends),
        1 => Just(Move::EndsLate),
        3 => prop::sample::select(vec!["cus_1", "-"]).prop_map(Move::CodeSent),
        1 => prop::sample::select(vec![1, 11, 31]).prop_map(Move::Minutes),
    ]
}

/// What a system of the company answers to this work.
fn fields(work: &Work) -> String {
    match work {
        Work::Lookup { request } if request.lookup == "shop.order" => {
            format!(r#"{{"status":"{SECRET}","due":"{SECRET}"}}"#)
        }
        Work::Lookup { request } if request.lookup == "shop.book" => {
            format!(r#"{{"start_text":"{SECRET}"}}"#)
        }
        Work::Lookup { request } if request.lookup == "shop.free_slots" => {
            r#"{"slots":["10:00"]}"#.to_owned()
        }
        Work::Lookup { .. } | Work::SendCode { .. } | Work::Timer => {
            r#"{"name":"Volt","price":"£1"}"#.to_owned()
        }
    }
}

pub(super) fn play(game: &mut Play, step: &Move) -> Option<firstline::domain::turn::Turn> {
    let newest = game.tasks.last().map(|(_, work)| work.clone());
    match step {
        Move::Says(text, read) => Some(game.says(text, read)),
        Move::Ends(outcome) => match newest? {
            work @ Work::Lookup { .. } => Some(game.done(outcome, &fields(&work), 0)),
            Work::SendCode { .. } | Work::Timer => None,
        },
        Move::EndsLate => {
            let late = game.tasks.len().checked_sub(2)?;
            let work = game.tasks[late].1.clone();
            matches!(work, Work::Lookup { .. }).then(|| game.done("ok", &fields(&work), 1))
        }
        Move::CodeSent(customer) => match newest? {
            Work::SendCode { .. } => Some(game.code_sent("ok", customer)),
            Work::Lookup { .. } | Work::Timer => None,
        },
        Move::Minutes(minutes) => {
            game.now += firstline::domain::time::Duration::from_mins(*minutes);
            None
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Nobody types the right code here, so nobody is ever told anything of an account, and nothing private is asked.
    #[test]
    fn no_account_data_before_proof(moves in prop::collection::vec(any_move(), 1..25)) {
        let mut game = Play::new();
        for step in &moves {
            let Some(turn) = play(&mut game, step) else { continue };
            for message in turn.messages.iter().filter(|message| message.from == Sender::Bot) {
                prop_assert!(!message.text.contains(SECRET), "{step:?}: {}", message.text);
            }
            for task in &turn.tasks {
                if let Work::Lookup { request } = &task.work {
                    prop_assert!(!matches!(request.lookup.as_str(), "shop.order" | "shop.book"), "{step:?}");
                }
            }
        }
    }

    /// With a proof, without one, or with one that runs out: whoever writes gets an answer, a question, a person, or the
    /// word that it is being looked up; and what comes of a lookup that is waited for always leads to one of them.
    #[test]
    fn nobody_is_left_unanswered(verified in any::<bool>(), moves in prop::collection::vec(any_move(), 1..25)) {
        let mut game = Play::new();
        if verified {
            game.verified("cus_9");
        }
        for step in &moves {
            let by_bot = game.conversation.owner == Owner::Bot;
            let Some(turn) = play(&mut game, step) else { continue };
            let spoke = turn.messages.iter().any(|message| message.from == Sender::Bot);
            let looks = !turn.tasks.is_empty();
            match turn.action {
                Action::Wait => prop_assert!(looks || spoke, "{step:?} waits for nothing"),
                Action::Record => prop_assert!(!matches!(step, Move::Says(..)), "{step:?} is only recorded"),
                Action::Answer | Action::Ask | Action::Clarify | Action::Handoff(_) | Action::Close => {
                    prop_assert!(spoke, "{step:?} ends in silence: {}", turn.action.as_str());
                }
                Action::Relay | Action::Transition => prop_assert!(!by_bot, "{step:?}"),
            }
            // What is waited for is really under way: a task that this turn or an earlier one asked for.
            if let Some(firstline::domain::flow::Wait::Task(task)) =
                turn.conversation.progress.flow.as_ref().and_then(|state| state.waits_for.clone())
            {
                prop_assert!(game.tasks.iter().any(|(id, _)| *id == task));
            }
        }
    }
}
