//! What becomes of suggestions, and what is kept of answers.

use super::*;
use crate::domain::agent::Agent;
use crate::domain::conversation::Customer;
use crate::domain::id::{AgentId, ConversationId, WorkspaceId};
use crate::domain::message::Sender;
use crate::domain::progress::Heard;
use crate::domain::suggestion::Shown;
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn conversation(number: u8, said: &[(&str, &str)]) -> Conversation {
    let customer = Customer {
        name: "Maria Lund".to_owned(),
        ..Customer::default()
    };
    let id = ConversationId::from_random([number; 16]);
    let mut conversation = Conversation::new(WorkspaceId::parse("w").unwrap(), id, customer, NOW);
    for (from, text) in said {
        let message = message(&conversation, from, text);
        conversation.push(message);
    }
    conversation
}

fn message(conversation: &Conversation, from: &str, text: &str) -> Message {
    let seq = conversation.last_seq + 1;
    Message {
        id: conversation.id.message(seq),
        seq,
        from: match from {
            "customer" => Sender::Customer,
            "agent" => Sender::Agent(Agent {
                id: AgentId::parse("ana").unwrap(),
                name: "Ana".to_owned(),
            }),
            _ => Sender::Bot,
        },
        text: text.to_owned(),
        at: NOW,
        source: None,
        buttons: Vec::new(),
    }
}

fn shown() -> Suggested {
    let reply = |id: &str, text: &str| ShownReply {
        id: id.to_owned(),
        text: text.to_owned(),
    };
    Suggested {
        taken: None,
        shown: Some(Shown {
            intent: Some(Intent::new("refund_status")),
            replies: vec![
                reply("one", "It takes 3 days."),
                reply("two", "It was sent today."),
            ],
        }),
    }
}

/// Each suggestion and what became of it.
type Became<'a> = &'a [(&'a str, Outcome)];

#[test]
fn what_was_sent_says_what_became_of_each() {
    let conversation = conversation(1, &[("customer", "where is my refund")]);
    let cases: [(Option<&str>, &str, Became<'_>); 5] = [
        (
            Some("one"),
            "It takes 3 days.",
            &[("one", Outcome::Sent), ("two", Outcome::Ignored)],
        ),
        (
            Some("one"),
            " It  takes\n3 days. ",
            &[("one", Outcome::Sent), ("two", Outcome::Ignored)],
        ),
        (
            Some("two"),
            "It was sent today!",
            &[("two", Outcome::Edited), ("one", Outcome::Ignored)],
        ),
        (
            None,
            "It takes 3 days.",
            &[("one", Outcome::Ignored), ("two", Outcome::Ignored)],
        ),
        (
            None,
            "Something else.",
            &[("one", Outcome::Ignored), ("two", Outcome::Ignored)],
        ),
    ];
    for (taken, text, expected) in cases {
        let suggested = Suggested {
            taken: taken.map(str::to_owned),
            ..shown()
        };
        let sent = message(&conversation, "agent", text);
        let feedback = feedback(&conversation, Some(&suggested), &sent).unwrap();
        let became: Vec<(&str, Outcome)> = feedback
            .outcomes
            .iter()
            .map(|one| (one.key.as_str(), one.outcome))
            .collect();
        assert_eq!(became, expected, "{taken:?} {text}");
        let as_it_was = feedback.answer.unwrap().suggestion;
        let expected = expected.iter().find(|(_, outcome)| *outcome == Outcome::Sent);
        assert_eq!(as_it_was.as_deref(), expected.map(|(key, _)| *key));
    }
    let unknown = Suggested {
        taken: Some("three".to_owned()),
        ..shown()
    };
    let sent = message(&conversation, "agent", "x");
    assert_eq!(
        feedback(&conversation, Some(&unknown), &sent),
        Err(Refusal::UnknownSuggestion("three".to_owned()))
    );
}

#[test]
fn an_answer_is_kept_without_whose_it_was() {
    let mut conversation = conversation(
        1,
        &[
            (
                "customer",
                "hi, I'm Maria. where is order FH-10423? reach me at m.lund@mail.example",
            ),
            ("bot", "A person takes over."),
        ],
    );
    conversation.progress.heard.push(Heard {
        seq: 1,
        intent: None,
        negative: 0.0,
        entities: vec!["FH-10423".to_owned()],
    });
    let sent = message(
        &conversation,
        "agent",
        "Dear MARIA LUND, FH-10423 leaves today, Maria. Marian's too.",
    );
    let kept = feedback(&conversation, None, &sent).unwrap().answer.unwrap();
    assert_eq!(
        kept.text,
        "Dear [name], [value] leaves today, [name]. Marian's too."
    );
    for secret in ["Maria", "FH-10423", "m.lund"] {
        assert!(!kept.question.contains(secret), "{}", kept.question);
    }
    assert!(
        kept.question.contains("where is order [value]?"),
        "{}",
        kept.question
    );

    conversation.push(sent);
    let again = message(&conversation, "agent", "One thing more.");
    assert_eq!(
        feedback(&conversation, None, &again).unwrap().answer,
        None,
        "nobody has asked since"
    );
}
