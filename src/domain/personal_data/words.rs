//! The words around a number, which say what it is where its digits do not. Knows nothing of any number's form.

use std::ops::Range;

/// How many words before a number, and after it, may say what it is.
const BEFORE: usize = 7;
const AFTER: usize = 4;

/// Numbers are passed over and may be many: no more than this is looked at on either side, numbers included.
const LOOKED_AT: usize = 24;

/// Words that may stand between a label and its number: "tracking number is: …".
const FILLERS: [&str; 10] = [
    "number", "numbers", "no", "nr", "num", "id", "code", "is", "s", "the",
];

/// True when one of `phrases` stands near the place, in whole words; a phrase that ends in `*` may go on: `steuer*`.
pub(super) fn says(text: &str, place: &Range<usize>, phrases: &[&str]) -> bool {
    let near = near(text, place);
    phrases.iter().any(|phrase| match phrase.strip_suffix('*') {
        Some(start) => near.contains(&format!(" {start}")),
        None => near.contains(&format!(" {phrase} ")),
    })
}

/// True when the word directly before the place, with nothing but fillers between, is one of `labels`: "tracking number: …".
pub(super) fn is_labelled(text: &str, place: &Range<usize>, labels: &[&str]) -> bool {
    let mut before = tokens(&text[..place.start]).rev().take(LOOKED_AT);
    before
        .find(|word| !FILLERS.contains(&word.to_lowercase().as_str()))
        .is_some_and(|word| labels.contains(&word.to_lowercase().as_str()))
}

/// The words on both sides in lower case, a space before and after each.
fn near(text: &str, place: &Range<usize>) -> String {
    let before = tokens(&text[..place.start]).rev().take(LOOKED_AT);
    let mut before: Vec<&str> = before.filter(is_word).take(BEFORE).collect();
    before.reverse();
    let after = tokens(&text[place.end..]).take(LOOKED_AT);
    let after = after.filter(is_word).take(AFTER);
    let mut near = String::from(" ");
    for word in before {
        near.push_str(&word.to_lowercase());
        near.push(' ');
    }
    near.push(' ');
    for word in after {
        near.push_str(&word.to_lowercase());
        near.push(' ');
    }
    near
}

/// Runs of letters and digits.
fn tokens(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|token| !token.is_empty())
}

/// Digits alone are no word.
fn is_word(token: &&str) -> bool {
    token.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_near_a_number_are_whole_or_begin_so() {
        let says = |text: &str, phrase: &str| {
            let start = text.find(|c: char| c.is_ascii_digit()).unwrap();
            let end = text.rfind(|c: char| c.is_ascii_digit()).unwrap() + 1;
            says(text, &(start..end), &[phrase])
        };
        assert!(says("my social security number is 1", "social security"));
        assert!(says("1 is my SSN", "ssn"));
        assert!(says("Steuer-ID: 1", "steuer*"));
        assert!(!says("an assn of 1", "ssn"));
        assert!(!says("ssn? no, it goes like so, and it is the one with 1", "ssn"));
    }

    #[test]
    fn labels_stand_directly_before() {
        let labelled = |text: &str| is_labelled(text, &(text.len()..text.len()), &["order"]);
        assert!(labelled("order number: "));
        assert!(labelled("my order is #"));
        assert!(!labelled("for my order i paid with "));
        assert!(!labelled("order 10423, "));
    }
}
