//! Passages by their words: the queries of the index, and what a passage scores under each. What a customer writes is
//! only ever looked up, word by word: it is never read as query syntax.

use std::collections::HashMap;
use std::ops::Bound;

use jiff::tz::TimeZone;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EnableScoring, Occur, Query, RangeQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, TantivyError, Term};

use crate::domain::article::Audience;
use crate::domain::intent::ScoredIntent;
use crate::knowledge::indexer::day;
use crate::knowledge::question::{Form, Word};
use crate::knowledge::schema::Fields;
use crate::knowledge::words::{informative_terms, language_part};
use crate::ports::SearchQuery;

/// How many of the most probable intents pull their passages up.
const INTENTS_MAX: usize = 3;

/// Weights of a word by the field it stands in. Of several fields the best counts in full, and each other with
/// its share, so that two different words beat one that is repeated everywhere. Chosen on 11,777 short messages of
/// several kinds of business, labelled with their intent, and on 45 questions with the one passage that answers each.
const LEAD_WEIGHT: f32 = 1.5;
const HEADING_WEIGHT: f32 = 2.0;
const TITLE_WEIGHT: f32 = 1.5;
const QUESTIONS_WEIGHT: f32 = 1.5;
const BODY_WEIGHT: f32 = 1.0;
const OTHER_FIELDS_SHARE: f32 = 0.3;

/// What a word of an earlier message counts of what it would count in the one before the question: the further back,
/// the less.
const FADING: f32 = 0.9;

/// How many different words of what was said before are looked up, the newest first.
const CONTEXT_WORDS_MAX: usize = 64;

/// A query without the weight that it has among others.
pub(crate) type Part = Box<dyn Query>;

/// BM25 of each word in its best field; of several forms of a word the best counts.
pub(crate) fn of_words(words: &[Word], fields: &Fields) -> Option<Part> {
    let known = words.iter().filter(|word| !word.forms.is_empty());
    union(known.map(|word| of_word(word, fields)).collect())
}

fn of_word(word: &Word, fields: &Fields) -> Part {
    let mut forms: Vec<Part> = word.forms.iter().map(|form| of_form(form, fields)).collect();
    if forms.len() > 1 {
        Box::new(DisjunctionMaxQuery::new(forms))
    } else {
        forms.remove(0)
    }
}

/// Of a phrase all terms are needed, and it counts as one word.
fn of_form(form: &Form, fields: &Fields) -> Part {
    let weight = form.weight / form.terms.len().max(1) as f32;
    let terms = form
        .terms
        .iter()
        .map(|term| (Occur::Must, in_any_field(term, fields, weight)))
        .collect();
    Box::new(BooleanQuery::new(terms))
}

fn in_any_field(term: &str, fields: &Fields, weight: f32) -> Part {
    let weights = [
        (fields.lead, LEAD_WEIGHT),
        (fields.heading, HEADING_WEIGHT),
        (fields.title, TITLE_WEIGHT),
        (fields.questions, QUESTIONS_WEIGHT),
        (fields.body, BODY_WEIGHT),
    ];
    let clauses = weights.map(|(field, own)| in_field(field, term, own * weight));
    Box::new(DisjunctionMaxQuery::with_tie_breaker(
        clauses.into(),
        OTHER_FIELDS_SHARE,
    ))
}

fn in_field(field: Field, term: &str, weight: f32) -> Part {
    let query = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
    weighted(Box::new(query), weight)
}

/// BM25 of what was said before, and of the question itself, in the titles alone: it tells which article is spoken of,
/// and nothing of what is asked about it.
pub(crate) fn of_context(query: &SearchQuery<'_>, fields: &Fields) -> Option<Part> {
    let mut weights: HashMap<String, f32> = HashMap::new();
    let mut terms = Vec::new();
    let mut weight = 1.0;
    for said in std::iter::once(&query.text).chain(query.context.iter().rev()) {
        for term in informative_terms(query.locale, said) {
            if weights.len() < CONTEXT_WORDS_MAX && !weights.contains_key(&term) {
                weights.insert(term.clone(), weight);
                terms.push(in_field(fields.title, &term, weight));
            }
        }
        weight *= FADING;
    }
    union(terms)
}

/// Finds the passages of an intent even where they have no word in common with the question. The confidence of the
/// surest that the article names.
pub(crate) fn of_intents(intents: &[ScoredIntent], field: Field) -> Option<Part> {
    let clauses: Vec<Part> = intents
        .iter()
        .take(INTENTS_MAX)
        .filter(|intent| intent.confidence > 0.0)
        .map(|intent| exactly(field, intent.name.as_str(), intent.confidence.min(1.0)))
        .collect();
    (!clauses.is_empty()).then(|| Box::new(DisjunctionMaxQuery::new(clauses)) as Part)
}

pub(crate) fn union(clauses: Vec<Part>) -> Option<Part> {
    (!clauses.is_empty()).then(|| Box::new(BooleanQuery::union(clauses)) as Part)
}

pub(crate) fn weighted(part: Part, weight: f32) -> Part {
    Box::new(BoostQuery::new(part, weight))
}

/// `part` among the passages that may be found at all; all of these without it.
pub(crate) fn among(part: Option<Part>, filters: &Filters) -> BooleanQuery {
    let part = part.unwrap_or_else(|| Box::new(tantivy::query::AllQuery));
    let others = filters.iter().map(|(occur, filter)| (*occur, filter.box_clone()));
    BooleanQuery::new(std::iter::once((Occur::Must, part)).chain(others).collect())
}

/// Parts of a query, and whether each must or must not hold.
pub(crate) type Filters = Vec<(Occur, Part)>;

/// What no rank makes up for: the locale, the audience and the days on which an article holds.
pub(crate) fn filters(
    searcher: &Searcher,
    fields: &Fields,
    query: &SearchQuery<'_>,
) -> Result<Filters, TantivyError> {
    let mut filters: Filters = Vec::new();
    // A knowledge base written in the very locale is searched in that alone; else any of the language will do.
    let locale = query.locale.to_lowercase();
    let in_locale = searcher.doc_freq(&Term::from_field_text(fields.locale, &locale))?;
    let (field, value, count) = if in_locale > 0 {
        (fields.locale, locale, in_locale)
    } else {
        let language = language_part(&locale);
        let count = searcher.doc_freq(&Term::from_field_text(fields.language, &language))?;
        (fields.language, language, count)
    };
    // Where every passage passes, the check would only cost time.
    if count < searcher.num_docs() {
        filters.push((Occur::Must, exactly(field, &value, 0.0)));
    }
    if query.audience == Audience::Public {
        filters.push((
            Occur::MustNot,
            exactly(fields.audience, Audience::Internal.as_str(), 0.0),
        ));
    }
    let today = day(query.now.to_zoned(TimeZone::UTC).date());
    let begins_later = Bound::Excluded(Term::from_field_i64(fields.valid_from, today));
    let ended_before = Bound::Excluded(Term::from_field_i64(fields.valid_to, today));
    filters.push((
        Occur::MustNot,
        Box::new(RangeQuery::new(begins_later, Bound::Unbounded)),
    ));
    filters.push((
        Occur::MustNot,
        Box::new(RangeQuery::new(Bound::Unbounded, ended_before)),
    ));
    Ok(filters)
}

fn exactly(field: Field, value: &str, score: f32) -> Part {
    let term = TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), score))
}

/// What each of some documents scores; 0 for one that is not found. `documents` ascend.
pub(crate) fn scores(
    searcher: &Searcher,
    part: Option<&Part>,
    documents: &[u32],
) -> Result<Vec<f32>, TantivyError> {
    let mut scores = vec![0.0; documents.len()];
    let (Some(part), Some(reader)) = (part, searcher.segment_readers().first()) else {
        return Ok(scores);
    };
    let weight = part.weight(EnableScoring::enabled_from_searcher(searcher))?;
    let mut scorer = weight.scorer(reader, 1.0)?;
    for (document, score) in documents.iter().zip(&mut scores) {
        // Asking for a document before the present one is not allowed.
        if scorer.doc() <= *document && scorer.seek(*document) == *document {
            *score = scorer.score();
        }
    }
    Ok(scores)
}

/// Calls `each` with every document that passes, ascending.
pub(crate) fn each_document(
    searcher: &Searcher,
    query: &dyn Query,
    mut each: impl FnMut(u32),
) -> Result<(), TantivyError> {
    let Some(reader) = searcher.segment_readers().first() else {
        return Ok(());
    };
    let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
    let mut documents = weight.scorer(reader, 1.0)?;
    while documents.doc() != TERMINATED {
        each(documents.doc());
        documents.advance();
    }
    Ok(())
}

/// How much of the question each of some documents covers, 0 to 1: of the words, weighed by how rare they are, the
/// share that stands in any of its text fields. 0 for a question without words that tell anything. `documents` ascend.
pub(crate) fn coverages(
    searcher: &Searcher,
    fields: &Fields,
    words: &[Word],
    documents: &[u32],
) -> Result<Vec<f32>, crate::knowledge::index::IndexError> {
    let all: f32 = words.iter().map(|word| word.weight).sum();
    let mut covered = vec![0.0; documents.len()];
    let Some(reader) = searcher.segment_readers().first().filter(|_| all > 0.0) else {
        return Ok(covered);
    };
    let index = reader.inverted_index(fields.words)?;
    for word in words {
        let mut best = vec![0.0_f32; documents.len()];
        for form in &word.forms {
            let mut holds = vec![true; documents.len()];
            for term in &form.terms {
                let term = Term::from_field_text(fields.words, term);
                let mut postings = index.read_postings(&term, IndexRecordOption::Basic)?;
                for (document, holds) in documents.iter().zip(&mut holds) {
                    *holds &= postings
                        .as_mut()
                        .is_some_and(|list| list.doc() <= *document && list.seek(*document) == *document);
                }
            }
            for (best, holds) in best.iter_mut().zip(holds) {
                *best = best.max(if holds { form.weight } else { 0.0 });
            }
        }
        for (covered, best) in covered.iter_mut().zip(best) {
            *covered += best * word.weight;
        }
    }
    Ok(covered
        .into_iter()
        .map(|covered| (covered / all).min(1.0))
        .collect())
}
