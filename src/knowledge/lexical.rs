//! Passages by their words: which may be found at all, and which have what of the question. What a customer writes is
//! only ever looked up, word by word: it is never read as query syntax.

use std::collections::HashMap;
use std::ops::Bound;

use jiff::tz::TimeZone;
use tantivy::index::InvertedIndexReader;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EnableScoring, Occur, Query,
    RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, Searcher, TERMINATED, TantivyError, Term};

use crate::domain::article::Audience;
use crate::knowledge::index::IndexError;
use crate::knowledge::indexer::day;
use crate::knowledge::question::{Form, Word};
use crate::knowledge::schema::Fields;
use crate::knowledge::words::language_part;
use crate::ports::SearchQuery;

/// Weights of a word by the field it stands in. Of several fields the best counts in full, and each other with
/// its share, so that two different words beat one that is repeated everywhere. Chosen on 11,777 short messages of
/// several kinds of business, labelled with their intent, and on 45 questions with the one passage that answers each.
const LEAD_WEIGHT: f32 = 1.5;
const HEADING_WEIGHT: f32 = 2.0;
const TITLE_WEIGHT: f32 = 1.5;
const QUESTIONS_WEIGHT: f32 = 1.5;
const BODY_WEIGHT: f32 = 1.0;
const OTHER_FIELDS_SHARE: f32 = 0.3;

type Part = Box<dyn Query>;

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
    Box::new(BoostQuery::new(Box::new(query), weight))
}

/// Parts of a query, and whether each must or must not hold.
type Filters = Vec<(Occur, Part)>;

/// What no rank makes up for: the locale, the audience and the days on which an article holds.
fn filters(searcher: &Searcher, fields: &Fields, query: &SearchQuery<'_>) -> Result<Filters, TantivyError> {
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

/// Numbers of documents, ascending.
pub(crate) type Documents = Vec<u32>;

/// All that may be found.
pub(crate) fn documents(
    searcher: &Searcher,
    fields: &Fields,
    query: &SearchQuery<'_>,
) -> Result<Documents, TantivyError> {
    let mut documents = Vec::with_capacity(usize::try_from(searcher.num_docs()).unwrap_or_default());
    let Some(reader) = searcher.segment_readers().first() else {
        return Ok(documents);
    };
    let mut parts = filters(searcher, fields, query)?;
    parts.push((Occur::Must, Box::new(AllQuery)));
    let weight = BooleanQuery::new(parts).weight(EnableScoring::disabled_from_searcher(searcher))?;
    weight.for_each_no_score(reader, &mut |found| documents.extend_from_slice(found))?;
    Ok(documents)
}

/// BM25 of each word in its best field, of several forms of a word that of the best, for each unit of the words' weight:
/// by the number of the document.
pub(crate) fn scores(searcher: &Searcher, fields: &Fields, words: &[Word]) -> Result<Vec<f32>, TantivyError> {
    let mut scores = vec![0.0; usize::try_from(searcher.num_docs()).unwrap_or_default()];
    let known: Vec<Part> = words
        .iter()
        .filter(|word| !word.forms.is_empty())
        .map(|word| of_word(word, fields))
        .collect();
    let Some(reader) = searcher.segment_readers().first().filter(|_| !known.is_empty()) else {
        return Ok(scores);
    };
    let unit = words.iter().map(|word| word.weight).sum::<f32>().max(1.0);
    let weight = BooleanQuery::union(known).weight(EnableScoring::enabled_from_searcher(searcher))?;
    weight.for_each(reader, &mut |document, score| {
        if let Some(place) = scores.get_mut(document as usize) {
            *place = score / unit;
        }
    })?;
    Ok(scores)
}

/// How much of the question each document covers, 0 to 1: of the words, weighed by how rare they are, the share that
/// stands in any of its text fields. 0 for a question without words that tell anything. By the number of the document.
pub(crate) fn coverages(
    searcher: &Searcher,
    fields: &Fields,
    words: &[Word],
) -> Result<Vec<f32>, IndexError> {
    let mut covered = vec![0.0; usize::try_from(searcher.num_docs()).unwrap_or_default()];
    let all: f32 = words.iter().map(|word| word.weight).sum();
    let Some(reader) = searcher.segment_readers().first().filter(|_| all > 0.0) else {
        return Ok(covered);
    };
    let index = reader.inverted_index(fields.words)?;
    for word in words.iter().filter(|word| word.weight > 0.0) {
        let mut best: HashMap<u32, f32> = HashMap::new();
        for form in &word.forms {
            let share = form.weight * word.weight / all;
            for document in holders(&index, fields, form)? {
                if word.forms.len() == 1 {
                    covered[document as usize] += share;
                } else {
                    let best = best.entry(document).or_default();
                    *best = best.max(share);
                }
            }
        }
        for (document, share) in best {
            covered[document as usize] += share;
        }
    }
    covered.iter_mut().for_each(|covered| *covered = covered.min(1.0));
    Ok(covered)
}

/// The documents that have all terms of a form.
fn holders(index: &InvertedIndexReader, fields: &Fields, form: &Form) -> Result<Documents, IndexError> {
    let mut holders: Option<Documents> = None;
    for term in &form.terms {
        let term = Term::from_field_text(fields.words, term);
        let mut found = Documents::new();
        if let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)? {
            while postings.doc() != TERMINATED {
                found.push(postings.doc());
                postings.advance();
            }
        }
        holders = Some(match holders {
            Some(before) => before
                .into_iter()
                .filter(|document| found.binary_search(document).is_ok())
                .collect(),
            None => found,
        });
    }
    Ok(holders.unwrap_or_default())
}
