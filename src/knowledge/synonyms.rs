//! `synonyms.yml`: words and phrases that mean the same to the customers of a business. Text in, groups or problems
//! out; and which of them a question holds. Knows nothing of the index.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::knowledge::problem::{Problem, Problems};
use crate::knowledge::words::{informative_terms, language_part};
use crate::knowledge::yaml::{self, Keys};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SynonymFile {
    synonyms: Vec<Group>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    locale: Spanned<String>,
    words: Vec<Spanned<String>>,
}

/// The terms of a word or phrase, one at least.
pub(crate) type Phrase = Vec<String>;

/// By language, because terms are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Synonyms {
    languages: HashMap<String, Language>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Language {
    groups: Vec<Vec<Phrase>>,
    /// Phrases that begin with a term, the longest first, each with the place of its group.
    by_first: HashMap<String, Vec<(Phrase, usize)>>,
}

/// A phrase of a question that has synonyms.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'s> {
    /// The place of its first term, and how many it has.
    pub(crate) place: usize,
    pub(crate) terms: usize,
    /// What else means the same.
    pub(crate) others: Vec<&'s Phrase>,
}

/// All problems of the file are returned, except that broken YAML hides what stands in it.
pub(crate) fn parse(file: &Path, bytes: &[u8]) -> Result<Synonyms, Vec<Problem>> {
    let mut problems = Problems::of(file);
    let synonyms = read(bytes, &mut problems);
    problems.or(synonyms)
}

fn read(bytes: &[u8], problems: &mut Problems<'_>) -> Option<Synonyms> {
    let text = yaml::decode(bytes, problems)?;
    let file: SynonymFile = yaml::parse(&text, 0, problems)?;
    let mut keys = Keys {
        lines_before: 0,
        problems,
    };
    let mut synonyms = Synonyms::default();
    let mut lines: HashMap<(String, Phrase), u64> = HashMap::new();
    for group in &file.synonyms {
        let locale = keys.locale(&group.locale);
        let language = language_part(&locale);
        let mut phrases: Vec<Phrase> = Vec::new();
        for word in &group.words {
            let text = keys.filled("words", word);
            let phrase = informative_terms(&locale, &text);
            if phrase.is_empty() {
                if !text.is_empty() {
                    keys.refuse(
                        "words",
                        word,
                        format!("{text:?} says nothing by itself; remove it"),
                    );
                }
                continue;
            }
            match lines.get(&(language.clone(), phrase.clone())) {
                // Forms of one word, such as "bike" and "bikes", are one term.
                Some(_) if phrases.contains(&phrase) => {}
                Some(line) => keys.refuse(
                    "words",
                    word,
                    format!("{text:?} stands in the group of line {line} already; make one group of the two"),
                ),
                None => {
                    lines.insert((language.clone(), phrase.clone()), keys.line(word));
                    phrases.push(phrase);
                }
            }
        }
        if group.words.len() < 2 {
            keys.refuse(
                "locale",
                &group.locale,
                "the group below needs two words at least; add one or remove it",
            );
        }
        synonyms.add(language, phrases);
    }
    Some(synonyms)
}

impl Synonyms {
    fn add(&mut self, language: String, phrases: Vec<Phrase>) {
        let language = self.languages.entry(language).or_default();
        let group = language.groups.len();
        for phrase in phrases.iter().filter(|_| phrases.len() > 1) {
            let Some(first) = phrase.first() else { continue };
            let beginning = language.by_first.entry(first.clone()).or_default();
            beginning.push((phrase.clone(), group));
            beginning.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        }
        language.groups.push(phrases);
    }

    /// The phrases among the terms of a question, none of which overlap; of two that begin alike the longer.
    pub(crate) fn find(&self, locale: &str, terms: &[String]) -> Vec<Found<'_>> {
        let Some(language) = self.languages.get(&language_part(locale)) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut place = 0;
        while let Some(first) = terms.get(place) {
            let beginning = language.by_first.get(first).into_iter().flatten();
            let here = beginning
                .into_iter()
                .find(|(phrase, _)| terms[place..].starts_with(phrase));
            let Some((phrase, group)) = here else {
                place += 1;
                continue;
            };
            let group = language.groups.get(*group).into_iter().flatten();
            found.push(Found {
                place,
                terms: phrase.len(),
                others: group.filter(|other| *other != phrase).collect(),
            });
            place += phrase.len();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "synonyms:\n  - locale: en\n    words: [bike, bikes, bicycle, push bike]\n  - locale: en-GB\n    words:\n      - send back\n      - return\n";

    fn problems(text: &str) -> Vec<String> {
        let found = parse(Path::new("synonyms.yml"), text.as_bytes()).unwrap_err();
        found.iter().map(Problem::to_string).collect()
    }

    fn found(locale: &str, text: &str) -> Vec<(usize, usize, Vec<String>)> {
        let synonyms = parse(Path::new("synonyms.yml"), GOOD.as_bytes()).unwrap();
        let found = synonyms.find(locale, &informative_terms(locale, text));
        found
            .into_iter()
            .map(|found| {
                let others = found.others.iter().map(|other| other.join(" ")).collect();
                (found.place, found.terms, others)
            })
            .collect()
    }

    #[test]
    fn phrases_are_found_in_any_form_and_the_longest_first() {
        let others = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found("en", "Can I send it back, my push bikes"),
            [(0, 2, others(&["return"])), (2, 2, others(&["bike", "bicycl"])),]
        );
        assert_eq!(found("en-US", "RETURNING"), [(0, 1, others(&["send back"]))]);
        assert!(found("de", "bike").is_empty());
        assert!(found("en", "push").is_empty());
    }

    #[test]
    fn mistakes_are_told_by_line_and_key() {
        let cases = [
            (
                GOOD.replace("words:\n", "word:\n"),
                "synonyms.yml:5: word: there is no such key; use one of locale, words",
            ),
            (
                GOOD.replace("locale: en-GB", "locale: english"),
                "synonyms.yml:4: locale: \"english\" is not a locale; write en or pt-BR, for example",
            ),
            (
                GOOD.replace("- return", "- bicycles"),
                "synonyms.yml:7: words: \"bicycles\" stands in the group of line 3 already; make one group of the two",
            ),
            (
                GOOD.replace("- return", "- to be"),
                "synonyms.yml:7: words: \"to be\" says nothing by itself; remove it",
            ),
            (
                GOOD.replace("      - return\n", ""),
                "synonyms.yml:4: locale: the group below needs two words at least; add one or remove it",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(problems(&text), [expected]);
        }
    }
}
