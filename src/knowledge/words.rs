//! From text to the terms of the index: lower case, stemmed by language, without accents. Articles and questions
//! go through the same steps, so that they meet. Knows nothing of the index.

use std::collections::HashMap;
use std::sync::LazyLock;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter,
    TextAnalyzer,
};

/// Longer "words" are links, keys and the like.
const WORD_BYTES_MAX: usize = 64;

/// English words that say nothing of what a chat message is about. The list that comes with the index was made
/// for documents; people in a chat also greet, and speak of themselves. Question words are here as well: hardly
/// a passage is without one. The last row is what is left of shortened forms (`don't`, `I'm`, `e-mail`).
const ENGLISH: &str = "a an and are as at be but by for if in into is it no not of on or such that the their then there these they \
    this to was will with \
    i me my mine we us our ours you your yours he she him his her its them those here am been being were \
    do does did doing done have has had having can could would should shall may might must \
    how what when where which who whom whose why so than too very just also about some any from many much \
    get gets getting got want wants wanted need needs needed know tell say says said let like really \
    hi hello hey please thanks thank ok okay yes yeah \
    s t d m e ll ve re don doesn didn isn wasn aren hasn haven hadn won wouldn couldn shouldn im ive dont";

/// All terms of the text, in order, repeated as often as they occur.
pub(crate) fn terms(locale: &str, text: &str) -> Vec<String> {
    run(locale, text, None)
}

/// The terms that tell what the text is about; none for "What is it?".
pub(crate) fn informative_terms(locale: &str, text: &str) -> Vec<String> {
    run(locale, text, stop_words(locale))
}

/// `en-GB` gives `en`.
pub(crate) fn language_part(locale: &str) -> String {
    locale.split('-').next().unwrap_or(locale).to_lowercase()
}

fn run(locale: &str, text: &str, stop_words: Option<StopWordFilter>) -> Vec<String> {
    let mut steps = TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(WORD_BYTES_MAX))
        .filter_dynamic(LowerCaser);
    if let Some(stop_words) = stop_words {
        steps = steps.filter_dynamic(stop_words);
    }
    // A stemmer knows its language with the accents, so they go last.
    if let Some(language) = language(locale) {
        steps = steps.filter_dynamic(Stemmer::new(language));
    }
    let mut analyzer = steps.filter_dynamic(AsciiFoldingFilter).build();
    let text = with_compounds_joined(text);
    let mut stream = analyzer.token_stream(&text);
    let mut terms = Vec::new();
    stream.process(&mut |token| terms.push(token.text.clone()));
    terms
}

/// Behind the text, each word with hyphens once more without them: `e-mail` also meets `email`, and `pre-order`
/// meets `preorder`.
fn with_compounds_joined(text: &str) -> String {
    let mut joined = text.to_owned();
    for word in text.split(|c: char| !(c.is_alphanumeric() || c == '-')) {
        if word.trim_matches('-').contains('-') {
            joined.push(' ');
            joined.extend(word.chars().filter(|c| *c != '-'));
        }
    }
    joined
}

/// Made once: a filter is a set of some hundred words.
static STOP_WORDS: LazyLock<HashMap<&str, StopWordFilter>> = LazyLock::new(|| {
    let filter = |language| {
        if language == Language::English {
            let words = ENGLISH.split_whitespace().map(str::to_owned);
            Some(StopWordFilter::remove(words))
        } else {
            StopWordFilter::new(language)
        }
    };
    let filters = LANGUAGES
        .iter()
        .map(|(code, language)| (*code, filter(*language)));
    filters
        .filter_map(|(code, filter)| Some((code, filter?)))
        .collect()
});

fn stop_words(locale: &str) -> Option<StopWordFilter> {
    STOP_WORDS.get(language_part(locale).as_str()).cloned()
}

/// Words of another language are taken as they are.
const LANGUAGES: [(&str, Language); 20] = [
    ("ar", Language::Arabic),
    ("da", Language::Danish),
    ("de", Language::German),
    ("el", Language::Greek),
    ("en", Language::English),
    ("es", Language::Spanish),
    ("fi", Language::Finnish),
    ("fr", Language::French),
    ("hu", Language::Hungarian),
    ("it", Language::Italian),
    ("nb", Language::Norwegian),
    ("nl", Language::Dutch),
    ("nn", Language::Norwegian),
    ("no", Language::Norwegian),
    ("pt", Language::Portuguese),
    ("ro", Language::Romanian),
    ("ru", Language::Russian),
    ("sv", Language::Swedish),
    ("ta", Language::Tamil),
    ("tr", Language::Turkish),
];

fn language(locale: &str) -> Option<Language> {
    let code = language_part(locale);
    LANGUAGES
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, language)| *language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_terms() {
        let cases: [(&str, &str, &[&str]); 7] = [
            ("en", "Tracking my parcels", &["track", "my", "parcel"]),
            ("en-GB", "e-mail", &["e", "mail", "email"]),
            ("en", "Café -- 5-7 days!", &["cafe", "5", "7", "day", "57"]),
            ("fr", "Réservations", &["reserv"]),
            ("fr", "reservations", &["reserv"]),
            ("xx", "Parcels", &["parcels"]),
            ("en", "😀 :-)", &[]),
        ];
        for (locale, text, expected) in cases {
            assert_eq!(terms(locale, text), expected, "{text}");
        }
    }

    #[test]
    fn stop_words_tell_nothing() {
        assert_eq!(
            informative_terms("en", "Hi, where's my parcel please?"),
            ["parcel"]
        );
        assert!(informative_terms("en", "What is it?").is_empty());
        assert_eq!(informative_terms("de", "Wo ist mein Fahrrad"), ["fahrrad"]);
    }
}
