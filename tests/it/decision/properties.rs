//! What holds for every decision, whatever was read and written.

use firstline::domain::conversation::Owner;
use firstline::domain::event::EventKind;
use firstline::domain::message::{Sender, Text};
use firstline::domain::reading::Reading;
use firstline::domain::turn::{Action, Input};
use firstline::triage::decide::decide;
use proptest::prelude::*;

use crate::decision::{agent, fresh, now, say};
use crate::support::sample_policy;

pub(crate) fn any_reading() -> impl Strategy<Value = String> {
    let intents = prop::sample::select(vec![
        "track_order",
        "greeting",
        "goodbye",
        "out_of_scope",
        "human_agent",
        "complaint",
        "help_general",
        "deny",
    ]);
    let confidence = 0.0_f32..1.0;
    (
        intents.clone(),
        confidence.clone(),
        intents,
        confidence,
        0.0_f32..1.0,
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(a, p, b, q, negative, found, foreign)| {
            let hit = if found { "hit track track_order 0.3;" } else { "" };
            let language = if foreign { "language fr" } else { "language en" };
            format!("{a} {p}, {b} {q}; negative {negative}; {hit} {language}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Nobody is left unanswered, nothing is numbered twice, and deciding again gives the same turn.
    #[test]
    fn whatever_is_written_someone_answers(messages in prop::collection::vec((any_reading(), "[a-z😀 ]{0,12}[a-z?]"), 1..12)) {
        let policy = sample_policy();
        let mut conversation = fresh();
        for (read, text) in &messages {
            let by_bot = conversation.owner == Owner::Bot;
            let turn = say(&conversation, text, read, &policy);
            prop_assert_eq!(&turn, &say(&conversation, text, read, &policy));
            let after = &turn.conversation;
            prop_assert_eq!(after.version, conversation.version + 1);
            prop_assert_eq!(turn.before, conversation.version);
            let seqs: Vec<_> = turn.messages.iter().map(|message| message.seq).collect();
            prop_assert_eq!(seqs, (conversation.last_seq + 1..=after.last_seq).collect::<Vec<_>>());
            prop_assert_eq!(turn.events.len() as u64, after.last_event - conversation.last_event);
            prop_assert!(after.epoch >= conversation.epoch);
            prop_assert!(after.owner == conversation.owner || after.epoch > conversation.epoch);
            if by_bot {
                let spoke = turn.messages.iter().any(|message| message.from == Sender::Bot);
                prop_assert!(spoke, "{} said nothing to {:?}", turn.action.as_str(), text);
                prop_assert!(turn.action != Action::Relay);
            }
            conversation = turn.conversation;
        }
    }

    #[test]
    fn asking_for_a_person_always_wins(read in any_reading(), before in "[a-z ]{0,20}") {
        let turn = say(&fresh(), &format!("{before} I want to talk to a human"), &read, &sample_policy());
        prop_assert!(matches!(turn.action, Action::Handoff(_)), "{}", turn.action.as_str());
    }

    /// Between two turns of anybody else, a note changes nothing that they, or a customer, could see.
    #[test]
    fn a_note_changes_nothing_but_that_it_was_written(
        messages in prop::collection::vec((any_reading(), "[a-z😀 ]{0,12}[a-z?]"), 1..6), text in "[a-z ]{0,30}[a-z]",
    ) {
        let policy = sample_policy();
        let mut conversation = fresh();
        for (read, said) in &messages {
            let note = Input::Note {
                agent: agent("eva"),
                text: Text::parse(&text).unwrap(),
                whisper: false,
            };
            conversation = say(&conversation, said, read, &policy).conversation;
            let turn = decide(&conversation, &note, &Reading::default(), &policy, now()).unwrap();
            prop_assert_eq!(turn.action, Action::Record);
            prop_assert!(turn.messages.is_empty() && turn.tasks.is_empty() && turn.reading.is_none());
            let kinds: Vec<_> = turn.events.iter().map(|event| event.data.kind()).collect();
            prop_assert_eq!(kinds, [EventKind::NoteCreated]);
            let mut expected = conversation.clone();
            expected.version += 1;
            expected.last_event += 1;
            prop_assert_eq!(&turn.conversation, &expected);
            conversation = turn.conversation;
        }
    }
}
