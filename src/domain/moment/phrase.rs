//! Phrases taken apart: a text into tokens, and the longest run of pieces that makes one moment, where the words around
//! it leave it one. Knows nothing of what day it is.

use std::ops::Range;

use crate::domain::moment::pieces::{Piece, piece};
use crate::domain::moment::words::{is_short, number};
use crate::domain::moment::{Day, Moment, Which};

/// What may stand around a word and is no part of it. A sign such as `#` or `%` is a part: "at #15" is no time.
const OPENS: [char; 9] = ['(', '[', '"', '\'', '“', '‘', '*', '_', '~'];
const CLOSES: [char; 16] = [
    '.', ',', '!', '?', ';', ':', ')', ']', '"', '\'', '”', '’', '*', '_', '~', '…',
];

/// Words that may stand between two pieces of one phrase.
const JOINERS: [&str; 9] = ["at", "on", "by", "around", "about", "from", "the", "in", "@"];

/// After "the 3rd" and "at 4": the number counts days or hours only when the sentence ends or goes on like this.
const GOES_ON: [&str; 27] = [
    "between", "at", "in", "or", "but", "to", "till", "until", "instead", "please", "pls", "plz", "if",
    "because", "cos", "around", "before", "after", "not", "then", "so", "works", "on", "ok", "sharp",
    "thanks", "tomorrow",
];

/// And after "on the 3rd" also like this; "on the 3rd floor" does not.
const GOES_ON_AFTER_DAY: [&str; 46] = [
    "and", "with", "i", "i'm", "im", "my", "we", "it", "it's", "its", "they", "you", "your", "did", "do",
    "does", "what", "no", "nothing", "is", "was", "are", "were", "who", "that", "where", "how", "why",
    "when", "as", "via", "through", "there", "this", "since", "still", "says", "he", "she", "can", "could",
    "will", "would", "only", "only,", "please",
];

/// Before a day: "on 3/4", "by sat".
const BEFORE_DAY: [&str; 12] = [
    "on", "by", "until", "till", "before", "since", "from", "after", "dated", "for", "between", "due",
];

/// Before two numbers that are the end of a card.
const BEFORE_EXPIRY: [&str; 7] = ["exp", "expires", "expiry", "expiring", "valid", "thru", "date"];

/// A word as it stands in the text, and in lower case.
#[derive(Debug)]
pub(super) struct Token {
    /// Bytes, without the punctuation around it.
    pub(super) range: Range<usize>,
    pub(super) word: String,
    pub(super) capital: bool,
    /// A full stop, a question mark or the like follows.
    pub(super) ends: bool,
    /// That or a comma.
    pauses: bool,
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for chunk in text.split_whitespace() {
        let start = chunk.as_ptr() as usize - text.as_ptr() as usize;
        let inner = chunk.trim_start_matches(OPENS);
        let from = start + chunk.len() - inner.len();
        let mut word = inner.trim_end_matches(CLOSES);
        let mut ends = inner[word.len()..].contains(['.', '!', '?', ';', ')', ':']);
        // Its last full stop belongs to it.
        let is_half = ["a.m", "p.m"]
            .iter()
            .any(|half| word.to_lowercase().ends_with(half));
        if is_half && inner[word.len()..].starts_with('.') {
            word = &inner[..=word.len()];
            ends = inner.len() > word.len();
        }
        if word.is_empty() {
            continue;
        }
        tokens.push(Token {
            range: from..from + word.len(),
            word: word.to_lowercase().replace('’', "'"),
            capital: word.starts_with(char::is_uppercase),
            pauses: ends || inner.ends_with(','),
            ends,
        });
    }
    tokens
}

/// The moment that begins at token `at`, and how many tokens it has.
pub(super) fn longest(tokens: &[Token], at: usize) -> Option<(Moment, usize)> {
    let mut moment = Moment {
        day: None,
        weekday: None,
        clock: None,
        half: None,
    };
    let mut end = at;
    while let Some((piece, next)) = next_piece(tokens, at, end) {
        let Some(grown) = add(moment, piece) else { break };
        (moment, end) = (grown, next);
        if tokens[end - 1].ends {
            break;
        }
    }
    (end > at && is_meant(tokens, at, end, &moment)).then_some((moment, end - at))
}

/// The piece at `end`, after one or two joining words unless it is the first.
fn next_piece(tokens: &[Token], at: usize, end: usize) -> Option<(Piece, usize)> {
    let first = end == at;
    for skipped in 0..=2 {
        let from = end + skipped;
        if skipped > 0 && (first || !JOINERS.contains(&tokens.get(from - 1)?.word.as_str())) {
            return None;
        }
        if let Some((piece, used)) = piece(tokens.get(from..)?) {
            // "4 in the afternoon", "tuesday morning", "ten at night"; but "6 pm the night before".
            let joined = |index: usize| tokens[end..from].get(index).map(|token| token.word.as_str());
            let is_apart = first
                || !matches!(
                    (joined(0), joined(1)),
                    (None | Some("at"), None) | (Some("in"), Some("the"))
                );
            if !(matches!(piece, Piece::Half(_)) && is_apart) {
                return Some((piece, from + used));
            }
        }
    }
    None
}

/// `None` where the moment has such a piece already.
fn add(mut moment: Moment, piece: Piece) -> Option<Moment> {
    match piece {
        Piece::Clock(clock) if moment.clock.is_none() => moment.clock = Some(clock),
        Piece::Half(half) if moment.half.is_none() => moment.half = Some(half),
        Piece::Part(day, half) if moment.day.is_none() && moment.half.is_none() => {
            (moment.day, moment.half) = (Some(day), Some(half));
        }
        Piece::Day(day) => match (moment.day, day) {
            (None, _) => moment.day = Some(day),
            (
                Some(Day::Weekday(Which::Plain, weekday)),
                Day::OfMonth(_) | Day::OfYear { .. } | Day::Numbers { .. },
            ) => {
                (moment.day, moment.weekday) = (Some(day), Some(weekday));
            }
            // Not after "the 3rd", for that is the third of its kind.
            (Some(Day::OfYear { .. }), Day::Weekday(Which::Plain, weekday)) => moment.weekday = Some(weekday),
            (Some(_), _) => return None,
        },
        Piece::Clock(_) | Piece::Half(_) | Piece::Part(..) => return None,
    }
    Some(moment)
}

/// Whether the words around it leave it a day or a time.
fn is_meant(tokens: &[Token], at: usize, end: usize, moment: &Moment) -> bool {
    let before = at.checked_sub(1).map(|index| tokens[index].word.as_str());
    let after_day = before.is_some_and(|word| BEFORE_DAY.contains(&word));
    let (first, last) = (tokens[at].word.as_str(), &tokens[end - 1]);
    let next = tokens.get(end).map(|next| next.word.as_str());
    let stops = last.pauses || next.is_none_or(|next| GOES_ON.contains(&next));
    match (moment.day, moment.clock) {
        // "the 3rd time", "on the 3rd floor", "the 1st and 2nd item"
        (Some(Day::OfMonth(_)), None) if moment.weekday.is_none() && moment.half.is_none() => {
            let listed = next == Some("and") && tokens.get(end + 1).is_some_and(|next| next.word == "the");
            let goes_on = after_day && next.is_some_and(|next| GOES_ON_AFTER_DAY.contains(&next));
            (first == "the" || after_day) && (stops || listed || goes_on)
        }
        (Some(Day::Weekday(Which::Plain, _)), None) if end == at + 1 && is_short(first) => after_day && stops,
        (
            Some(Day::Numbers {
                first: a,
                second: b,
                year: None,
            }),
            None,
        ) => {
            let padded = first.starts_with('0') || first.contains("/0");
            // Where one can be no month, it is a date too; but not "24/7".
            let plain = a.max(b) > 12 && (a, b) != (24, 7);
            let expiry = before.is_some_and(|word| BEFORE_EXPIRY.contains(&word));
            !expiry && (after_day || moment.weekday.is_some() || padded || plain)
        }
        // "at 4 locations"
        (None, Some(_)) if number(&last.word).is_some() && first != "half" && first != "quarter" => stops,
        _ => true,
    }
}
