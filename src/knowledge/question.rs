//! The words of a question as they are looked up: which say something, what else means the same, what was misspelt.
//! Knows the terms of the index, and nothing of passages.

use std::collections::BTreeSet;

use tantivy::{Searcher, TantivyError, Term};

use crate::knowledge::index::IndexError;
use crate::knowledge::schema::Fields;
use crate::knowledge::spelling;
use crate::knowledge::synonyms::{Phrase, Synonyms};
use crate::knowledge::words::{informative_terms, terms};
use crate::ports::SearchQuery;

/// How many different words of a question are looked up: of a longer one, the rarest.
const WORDS_MAX: usize = 32;

/// What a synonym counts of what the word itself counts, and what a word counts that was taken for a misspelt one.
const SYNONYM_WEIGHT: f32 = 0.8;
const SPELLING_WEIGHT: f32 = 0.7;

/// How many words are taken for misspelt: each costs a walk through a part of the dictionary.
const MISSPELT_MAX: usize = 4;

/// One way in which a passage may have a word: all of the terms.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Form {
    pub(crate) terms: Phrase,
    /// 0 to 1, where 1 is the word as it was written.
    pub(crate) weight: f32,
}

/// A word of the question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    /// None when no passage has it in any form.
    pub(crate) forms: Vec<Form>,
    /// Inverse document frequency as in BM25, `ln(1 + (N - n + 0.5) / (n + 0.5))`: never negative, higher for
    /// rarer words. 0 for a word that tells nothing.
    pub(crate) weight: f32,
}

/// The words of the question, each once. Numbers, and codes that no passage has, are mostly the customer's own (an
/// order number, a price) and tell nothing; any other word that no passage has is a sign that the knowledge base
/// knows nothing of the matter, so it counts against every passage.
pub(crate) fn words(
    searcher: &Searcher,
    fields: &Fields,
    synonyms: &Synonyms,
    query: &SearchQuery<'_>,
) -> Result<Vec<Word>, IndexError> {
    let informative = informative_terms(query.locale, query.text);
    // "What is it?" is looked up as it stands, but covers nothing.
    let (terms, informs) = if informative.is_empty() {
        (terms(query.locale, query.text), 0.0)
    } else {
        (informative, 1.0)
    };
    let synonyms = synonyms.find(query.locale, &terms);
    let mut words = Vec::new();
    let mut seen = BTreeSet::new();
    let mut misspelt = 0;
    for (place, term) in terms.iter().enumerate() {
        if !seen.insert(term) {
            continue;
        }
        let count = doc_freq(searcher, fields, term)?;
        let mut forms = Vec::new();
        if count > 0 {
            forms.push(Form {
                terms: vec![term.clone()],
                weight: 1.0,
            });
        }
        let here = synonyms
            .iter()
            .filter(|found| (found.place..found.place + found.terms).contains(&place));
        for other in here.flat_map(|found| &found.others) {
            forms.extend(known(searcher, fields, other)?.then(|| Form {
                terms: (*other).clone(),
                weight: SYNONYM_WEIGHT,
            }));
        }
        let is_code = term.contains(|c: char| c.is_ascii_digit());
        if forms.is_empty() && !is_code && misspelt < MISSPELT_MAX {
            misspelt += 1;
            forms.extend(meant(searcher, fields, term)?);
        }
        if forms.is_empty() && is_code {
            continue;
        }
        let is_number = term.chars().all(|c| c.is_ascii_digit());
        let weight = if is_number {
            0.0
        } else {
            informs * rarity(searcher, fields, term, &forms)?
        };
        words.push(Word { forms, weight });
    }
    words.sort_by(|a, b| {
        let known = |word: &Word| !word.forms.is_empty();
        known(b).cmp(&known(a)).then(b.weight.total_cmp(&a.weight))
    });
    words.truncate(WORDS_MAX);
    Ok(words)
}

/// What a word that no passage has may be a slip for.
fn meant(searcher: &Searcher, fields: &Fields, term: &str) -> Result<Vec<Form>, IndexError> {
    let mut forms = Vec::new();
    for reader in searcher.segment_readers() {
        for near in spelling::near(reader, fields.words, term)? {
            forms.push(Form {
                terms: vec![near],
                weight: SPELLING_WEIGHT,
            });
        }
    }
    Ok(forms)
}

/// Of the word itself where some passage has it, else of what stands for it.
fn rarity(searcher: &Searcher, fields: &Fields, term: &str, forms: &[Form]) -> Result<f32, TantivyError> {
    let stands_for = forms.first().and_then(|form| form.terms.first());
    let count = doc_freq(searcher, fields, stands_for.map_or(term, String::as_str))? as f32;
    Ok((1.0 + (searcher.num_docs() as f32 - count + 0.5) / (count + 0.5)).ln())
}

/// Whether any passage could have the whole phrase.
fn known(searcher: &Searcher, fields: &Fields, phrase: &Phrase) -> Result<bool, TantivyError> {
    for term in phrase {
        if doc_freq(searcher, fields, term)? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn doc_freq(searcher: &Searcher, fields: &Fields, term: &str) -> Result<u64, TantivyError> {
    searcher.doc_freq(&Term::from_field_text(fields.words, term))
}
