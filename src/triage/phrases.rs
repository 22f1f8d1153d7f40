//! Finding the policy's phrases in a message, whatever the case and the punctuation.

use std::ops::Range;

/// Letters and digits in lower case, single spaces between words and around them; apostrophes vanish, so that
/// `didn't` and `didnt` are one word.
pub(crate) fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len() + 2);
    normal.push(' ');
    for c in text
        .chars()
        .filter(|c| !matches!(c, '\'' | '’' | '`'))
        .flat_map(char::to_lowercase)
    {
        if c.is_alphanumeric() {
            normal.push(c);
        } else if !normal.ends_with(' ') {
            normal.push(' ');
        }
    }
    if !normal.ends_with(' ') {
        normal.push(' ');
    }
    normal
}

/// The first of the phrases that stands in the text as whole words; both are normalised already.
pub(crate) fn find<'a>(phrases: &'a [String], normal_text: &str) -> Option<&'a str> {
    phrases
        .iter()
        .map(String::as_str)
        .find(|phrase| normal_text.contains(phrase))
}

/// Whether the text begins with one of the phrases; both are normalised already.
pub(crate) fn begins(phrases: &[String], normal_text: &str) -> bool {
    phrases
        .iter()
        .any(|phrase| normal_text.starts_with(phrase.as_str()))
}

/// The words of a text, each normalised, and where it stands: in bytes.
pub(crate) fn words(text: &str) -> Vec<(String, Range<usize>)> {
    let mut words: Vec<(String, Range<usize>)> = Vec::new();
    let mut inside = false;
    for (at, c) in text.char_indices() {
        if matches!(c, '\'' | '’' | '`') {
            continue;
        }
        if !c.is_alphanumeric() {
            inside = false;
            continue;
        }
        if !inside {
            words.push((String::new(), at..at));
        }
        inside = true;
        if let Some((word, range)) = words.last_mut() {
            word.extend(c.to_lowercase());
            range.end = at + c.len_utf8();
        }
    }
    words
}

/// Every place of a phrase, which is normalised, among the words of a text.
pub(crate) fn find_at(phrase: &str, words: &[(String, Range<usize>)]) -> Vec<Range<usize>> {
    let wanted: Vec<&str> = phrase.split_whitespace().collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let places = words.windows(wanted.len()).filter_map(|window| {
        let same = window
            .iter()
            .map(|(word, _)| word.as_str())
            .eq(wanted.iter().copied());
        let (first, last) = (window.first()?, window.last()?);
        same.then_some(first.1.start..last.1.end)
    });
    places.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_match_whole_words_only() {
        let phrases = ["sue you", "didn't help"].map(normalise);
        for (text, expected) in [
            ("I will SUE you!!", Some(" sue you ")),
            ("that didnt   help", Some(" didnt help ")),
            ("that didn’t help.", Some(" didnt help ")),
            ("I pursue yours", None),
            ("", None),
        ] {
            assert_eq!(find(&phrases, &normalise(text)), expected, "{text}");
        }
    }
}
