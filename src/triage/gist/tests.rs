//! What is picked out of conversations, as cases, and what holds of all of them.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::domain::id::ConversationId;
use crate::domain::intent::ScoredIntent;
use crate::domain::time::Timestamp;

const CASES: &str = include_str!("cases.txt");

fn message(seq: u64, text: &str) -> Message {
    Message {
        id: ConversationId::from_random([1; 16]).message(seq),
        seq,
        from: Sender::Customer,
        text: text.to_owned(),
        at: Timestamp::UNIX_EPOCH,
        source: None,
        buttons: Vec::new(),
    }
}

/// `intent sure negative | text with {entities}`
fn read(seq: u64, line: &str) -> (Message, Heard) {
    let (read, text) = line.split_once(" | ").unwrap();
    let [intent, sure, negative] = read.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{line}: an intent and two numbers");
    };
    let percent = |text: &str| text.parse::<f32>().unwrap() / 100.0;
    let entities = text.split('{').skip(1);
    let heard = Heard {
        seq,
        intent: Some(ScoredIntent {
            name: Intent::new(intent),
            confidence: percent(sure),
        }),
        negative: percent(negative),
        entities: entities
            .map(|rest| rest.split('}').next().unwrap().to_owned())
            .collect(),
    };
    (message(seq, &text.replace(['{', '}'], "")), heard)
}

#[test]
fn the_sentences_that_tell_most_are_picked() {
    let text: Vec<&str> = CASES.lines().filter(|line| !line.starts_with('#')).collect();
    let mut seen = 0;
    for case in text.split(|line| line.is_empty()).filter(|case| !case.is_empty()) {
        let (said, expected): (Vec<&str>, Vec<&str>) = case.iter().partition(|line| !line.starts_with("= "));
        let (messages, heard): (Vec<Message>, Vec<Heard>) =
            (1..).zip(said).map(|(seq, line)| read(seq, line)).unzip();
        let messages: Vec<&Message> = messages.iter().collect();
        let expected: Vec<&str> = expected.iter().map(|line| &line[2..]).collect();
        assert_eq!(of(&messages, &heard, 3, 320), expected, "{case:#?}");
        seen += 1;
    }
    assert_eq!(seen, 6);
}

proptest! {
    #[test]
    fn nothing_is_said_that_was_not(texts in proptest::collection::vec("[a-z ?.!\n]{0,60}|\\PC{0,40}", 0..5), sentences in 0_usize..4, chars in 0_usize..200) {
        let messages: Vec<Message> = (1..).zip(&texts).map(|(seq, text)| message(seq, text)).collect();
        let messages: Vec<&Message> = messages.iter().collect();
        let quotes = of(&messages, &[], sentences, chars);
        prop_assert!(quotes.len() <= sentences);
        prop_assert!(quotes.iter().map(|quote| quote.chars().count()).sum::<usize>() <= chars + sentences);
        let all = texts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        for quote in &quotes {
            prop_assert!(all.contains(quote.as_str()), "{quote:?} in {all:?}");
        }
        prop_assert_eq!(of(&messages, &[], sentences, chars), quotes);
    }

    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        let message = message(1, &text);
        of(&[&message], &[], 3, 320);
    }
}
