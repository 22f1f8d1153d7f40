//! What is known of an article as a whole: which passages it has, which intents it names, and whether what was said
//! before speaks of it. In memory, as there are few articles beside their passages.

use std::collections::{BTreeSet, HashMap};

use crate::domain::article::Article;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::knowledge::words::informative_terms;

/// How many of the most probable intents pull their articles up.
const INTENTS_MAX: usize = 3;

/// What a word of an earlier message counts of what it would count in the one after it.
const FADING: f32 = 0.9;

/// How many different words of what was said before are looked up, the newest first.
const SAID_WORDS_MAX: usize = 128;

/// Articles by their number, in the order of the index.
#[derive(Debug, Default)]
pub(crate) struct Subjects {
    count: usize,
    /// For each document its article, and whether it is the article's beginning, before the first heading.
    documents: Vec<(u32, bool)>,
    intents: HashMap<Intent, Vec<u32>>,
    /// For each word of a title the articles that have it.
    titles: HashMap<String, Vec<u32>>,
    /// For each article the rarity of all words of its title together.
    masses: Vec<f32>,
}

impl Subjects {
    /// The documents are the passages of the articles, one after the other.
    pub(crate) fn of(articles: &[&Article]) -> Self {
        let mut subjects = Self {
            count: articles.len(),
            ..Self::default()
        };
        let mut words: Vec<BTreeSet<String>> = Vec::with_capacity(articles.len());
        for (article, number) in articles.iter().zip(0..) {
            let beginnings = article.passages.iter().map(|passage| passage.heading.is_empty());
            subjects
                .documents
                .extend(beginnings.map(|beginning| (number, beginning)));
            for intent in &article.intents {
                subjects.intents.entry(intent.clone()).or_default().push(number);
            }
            let of_title: BTreeSet<String> = informative_terms(&article.locale, &article.title)
                .into_iter()
                .collect();
            for word in &of_title {
                subjects.titles.entry(word.clone()).or_default().push(number);
            }
            words.push(of_title);
        }
        let mass = |words: &BTreeSet<String>| words.iter().map(|word| subjects.rarity(word)).sum();
        let masses = words.iter().map(mass).collect();
        subjects.masses = masses;
        subjects
    }

    /// The article of a document.
    pub(crate) fn article(&self, document: u32) -> u32 {
        self.documents
            .get(document as usize)
            .map_or(0, |(article, _)| *article)
    }

    pub(crate) fn is_beginning(&self, document: u32) -> bool {
        self.documents
            .get(document as usize)
            .is_some_and(|(_, beginning)| *beginning)
    }

    /// For each article the confidence of the surest intent that it names, 0 to 1.
    pub(crate) fn intended(&self, intents: &[ScoredIntent]) -> Vec<f32> {
        let mut intended = vec![0.0_f32; self.count];
        for intent in intents.iter().take(INTENTS_MAX) {
            for article in self.intents.get(&intent.name).into_iter().flatten() {
                let place = &mut intended[*article as usize];
                *place = place.max(intent.confidence.clamp(0.0, 1.0));
            }
        }
        intended
    }

    /// For each article how much of what was said speaks of it: the rarity of its title's words that were said, times
    /// the share that they are of the title. So a name that was said in full counts far more than half of one.
    pub(crate) fn spoken_of(&self, locale: &str, said: &[&str]) -> Vec<f32> {
        let mut weights: HashMap<String, f32> = HashMap::new();
        let mut weight = 1.0;
        for said in said.iter().rev() {
            for word in informative_terms(locale, said) {
                if weights.len() < SAID_WORDS_MAX {
                    weights.entry(word).or_insert(weight);
                }
            }
            weight *= FADING;
        }
        let mut spoken = vec![0.0; self.count];
        // In one order, so that sums are the same to the last bit.
        let mut weights: Vec<(String, f32)> = weights.into_iter().collect();
        weights.sort_by(|a, b| a.0.cmp(&b.0));
        for (word, weight) in weights {
            let mass = weight * self.rarity(&word);
            for article in self.titles.get(&word).into_iter().flatten() {
                spoken[*article as usize] += mass;
            }
        }
        for (spoken, whole) in spoken.iter_mut().zip(&self.masses) {
            *spoken *= if *whole > 0.0 { *spoken / whole } else { 0.0 };
        }
        spoken
    }

    /// Inverse document frequency among the titles.
    fn rarity(&self, word: &str) -> f32 {
        let count = self.titles.get(word).map_or(0, Vec::len) as f32;
        (1.0 + (self.count as f32 - count + 0.5) / (count + 0.5)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::{Audience, Passage};

    fn article(title: &str, intent: &str) -> Article {
        let passage = |heading: &str| Passage {
            id: heading.to_owned(),
            heading: heading.to_owned(),
            text: "Text.".to_owned(),
        };
        Article {
            id: title.to_owned(),
            title: title.to_owned(),
            locale: "en".to_owned(),
            audience: Audience::Public,
            intents: vec![Intent::new(intent)],
            questions: Vec::new(),
            valid_from: None,
            valid_to: None,
            passages: vec![passage(""), passage("More")],
        }
    }

    fn subjects() -> Subjects {
        let articles = [
            article("The Volt e-bike", "product_info"),
            article("Volt error codes", "technical_issue"),
            article("Gift cards", "product_info"),
        ];
        Subjects::of(&articles.iter().collect::<Vec<_>>())
    }

    #[test]
    fn documents_are_counted_through_the_articles() {
        let subjects = subjects();
        let articles: Vec<(u32, bool)> = (0..6)
            .map(|document| (subjects.article(document), subjects.is_beginning(document)))
            .collect();
        let expected = [
            (0, true),
            (0, false),
            (1, true),
            (1, false),
            (2, true),
            (2, false),
        ];
        assert_eq!(articles, expected);
    }

    #[test]
    fn the_surest_intent_counts_and_odd_ones_do_not() {
        let scored = |name: &str, confidence| ScoredIntent {
            name: Intent::new(name),
            confidence,
        };
        let intents = [
            scored("product_info", 0.3),
            scored("technical_issue", f32::NAN),
            scored("product_info", 7.0),
            scored("technical_issue", 0.9),
        ];
        assert_eq!(subjects().intended(&intents), [1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_title_that_was_said_in_full_counts_more_than_a_part_and_a_late_one_more_than_an_early_one() {
        let subjects = subjects();
        let spoken = subjects.spoken_of("en", &["I have a Volt e-bike", "Which one?"]);
        assert!(spoken[0] > 2.0 * spoken[1] && spoken[1] > 0.0, "{spoken:?}");
        assert_eq!(spoken[2], 0.0);
        let late = subjects.spoken_of("en", &["Which one?", "I have a Volt e-bike"]);
        assert!(late[0] > spoken[0], "{late:?}");
        assert_eq!(subjects.spoken_of("en", &[]), [0.0; 3]);
    }
}
