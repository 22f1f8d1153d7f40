//! Clauses: the parts of a message that may ask for different things. Splitting only; what each asks is read by the
//! model. The words are English; in other languages sentences are told apart by their ends alone.

/// Most clauses of a message: each is read by the model, so this bounds what one message costs.
const CLAUSES_MAX: usize = 4;

/// A clause of fewer words is part of its neighbour.
const WORDS_MIN: usize = 3;

/// What joins two requests in one sentence.
const JOINTS: [&str; 4] = ["and", "also", "plus", "&"];

/// How a request begins, after a joint.
const OPENERS: [&str; 27] = [
    "where", "wheres", "when", "whens", "what", "whats", "how", "hows", "why", "which", "who", "can",
    "could", "do", "does", "did", "is", "are", "has", "have", "will", "would", "please", "pls", "id", "i",
    "also",
];

/// Words that stand in requests and seldom in the story around them.
const ASKING: [&str; 33] = [
    "where", "wheres", "when", "whens", "what", "whats", "how", "hows", "why", "which", "who", "can",
    "could", "do", "does", "did", "is", "are", "has", "have", "will", "would", "please", "pls", "want",
    "need", "like", "cancel", "book", "change", "send", "track", "help",
];

/// The clauses of a text that ask for something, in order; none where there is only one. Slices of the text.
pub fn requests(text: &str) -> Vec<&str> {
    let mut clauses: Vec<&str> = Vec::new();
    for sentence in sentences(text) {
        clauses.extend(joined(sentence));
    }
    clauses.retain(|clause| clause.split_whitespace().count() >= WORDS_MIN && asks(clause));
    clauses.truncate(CLAUSES_MAX);
    if clauses.len() < 2 { Vec::new() } else { clauses }
}

fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '?', '!', '\n', ';'])
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty())
}

/// Cut before "and where", "also can" and the like.
fn joined(sentence: &str) -> Vec<&str> {
    let words: Vec<(usize, &str)> = words(sentence).collect();
    let mut clauses = Vec::new();
    let mut from = 0;
    for pair in words.windows(2) {
        let [(at, joint), (_, next)] = pair else { continue };
        let joint = plain(joint);
        if *at > from && JOINTS.contains(&joint.as_str()) && OPENERS.contains(&plain(next).as_str()) {
            clauses.push(sentence[from..*at].trim());
            from = *at;
        }
    }
    clauses.push(sentence[from..].trim());
    clauses
}

/// Each word with the byte at which it begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let pieces = text.split_inclusive(char::is_whitespace).map(move |piece| {
        let from = at;
        at += piece.len();
        (from, piece.trim_end())
    });
    pieces.filter(|(_, word)| !word.is_empty())
}

fn plain(word: &str) -> String {
    word.chars()
        .filter(|c| c.is_alphanumeric() || *c == '&')
        .flat_map(char::to_lowercase)
        .collect()
}

fn asks(clause: &str) -> bool {
    clause.contains('?')
        || clause
            .split_whitespace()
            .any(|word| ASKING.contains(&plain(word).as_str()))
}

#[cfg(test)]
mod tests {
    use super::requests;

    #[test]
    fn requests_are_told_apart_and_stories_are_not_requests() {
        let cases: [(&str, &[&str]); 8] = [
            ("where is my order", &[]),
            ("I ordered a helmet on Monday. Where is it?", &[]),
            (
                "Where is my order FH-10423? And when is my appointment?",
                &["Where is my order FH-10423?", "And when is my appointment?"],
            ),
            (
                "wheres my parcel and can i get an invoice",
                &["wheres my parcel", "and can i get an invoice"],
            ),
            ("bread and butter please", &[]),
            (
                "has my payment gone through, also what are your opening hours",
                &["has my payment gone through,", "also what are your opening hours"],
            ),
            ("Hi. Thanks. When is my slot?", &[]),
            (
                "wo ist mein Paket? wann ist mein Termin?",
                &["wo ist mein Paket?", "wann ist mein Termin?"],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(requests(text), expected, "{text}");
        }
    }
}
