//! Finding the passages that answer a question. What a customer writes is only ever looked up, word by word: it
//! is never read as query syntax.

use std::collections::BTreeSet;
use std::ops::Bound;

use jiff::tz::TimeZone;
use tantivy::collector::TopDocs;
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, Occur, Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, DocSet, Searcher, TantivyDocument, TantivyError, Term};

use crate::domain::article::{ArticleHit, Audience};
use crate::domain::intent::ScoredIntent;
use crate::knowledge::index::IndexError;
use crate::knowledge::indexer::day;
use crate::knowledge::schema::Fields;
use crate::knowledge::words::{informative_terms, language_part, terms};
use crate::ports::SearchQuery;

/// How many different words of a question are looked up: of a longer one, the rarest.
const WORDS_MAX: usize = 32;

/// How many of the most probable intents pull their passages up.
const INTENTS_MAX: usize = 3;

// The weights were chosen on 11,777 short messages of several kinds of business, labelled with their intent
// (is the best passage linked to it?), and on 45 questions with the one passage that answers each.

/// What an intent of confidence 1 adds to the rank: as much as three rare words, so that a sure intent decides
/// which article, and the words decide which of its passages.
const INTENT_WEIGHT: f32 = 30.0;

/// What it adds on top to the first passage of an article: where the words say little, that one answers best.
const LEAD_INTENT_WEIGHT: f32 = 4.0;

/// Weights of a word by the field it stands in. Of several fields the best counts in full, and each other with
/// its share, so that two different words beat one that is repeated everywhere.
const LEAD_WEIGHT: f32 = 1.5;
const HEADING_WEIGHT: f32 = 2.0;
const TITLE_WEIGHT: f32 = 1.5;
const QUESTIONS_WEIGHT: f32 = 1.5;
const BODY_WEIGHT: f32 = 1.0;
const OTHER_FIELDS_SHARE: f32 = 0.3;

/// Ranks by BM25 of each word in its best field plus the weight of the intents; equal ranks by article id, then as the
/// passages stand in the article.
pub(crate) fn search(
    searcher: &Searcher,
    fields: &Fields,
    query: &SearchQuery<'_>,
) -> Result<Vec<ArticleHit>, IndexError> {
    let limit = query
        .limit
        .min(usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX));
    let words = words(searcher, fields, query)?;
    let known = words.iter().filter(|word| word.known);
    let mut clauses: Vec<Box<dyn Query>> = known.map(|word| in_any_field(&word.term, fields)).collect();
    for intent in query.intents.iter().take(INTENTS_MAX) {
        clauses.extend(of_intent(intent, fields));
    }
    if limit == 0 || clauses.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, Box::new(BooleanQuery::union(clauses)))];
    parts.extend(filters(searcher, fields, query)?);
    let found = searcher.search(
        &BooleanQuery::new(parts),
        &TopDocs::with_limit(limit).order_by_score(),
    )?;
    found
        .into_iter()
        .map(|(_, place)| hit(searcher, fields, &words, place))
        .collect()
}

/// A word of the question.
#[derive(Debug)]
struct Word {
    term: String,
    /// Inverse document frequency as in BM25, `ln(1 + (N - n + 0.5) / (n + 0.5))`: never negative, higher for
    /// rarer words. 0 for a word that tells nothing.
    weight: f32,
    /// Whether any passage has it.
    known: bool,
}

/// The words of the question, each once. Numbers, and codes that no passage has, are mostly the customer's own (an
/// order number, a price) and tell nothing; any other word that no passage has is a sign that the knowledge base
/// knows nothing of the matter, so it counts against every passage.
fn words(searcher: &Searcher, fields: &Fields, query: &SearchQuery<'_>) -> Result<Vec<Word>, TantivyError> {
    let informative = informative_terms(query.locale, query.text);
    // "What is it?" is looked up as it stands, but covers nothing.
    let (terms, informs) = if informative.is_empty() {
        (terms(query.locale, query.text), 0.0)
    } else {
        (informative, 1.0)
    };
    let total = searcher.num_docs() as f32;
    let mut words = Vec::new();
    let mut seen = BTreeSet::new();
    for term in terms {
        if !seen.insert(term.clone()) {
            continue;
        }
        let count = searcher.doc_freq(&Term::from_field_text(fields.words, &term))? as f32;
        let known = count > 0.0;
        if known || !term.contains(|c: char| c.is_ascii_digit()) {
            let rarity = (1.0 + (total - count + 0.5) / (count + 0.5)).ln();
            let is_number = term.chars().all(|c| c.is_ascii_digit());
            let weight = if is_number { 0.0 } else { informs * rarity };
            words.push(Word { term, weight, known });
        }
    }
    words.sort_by(|a, b| b.known.cmp(&a.known).then(b.weight.total_cmp(&a.weight)));
    words.truncate(WORDS_MAX);
    Ok(words)
}

fn in_any_field(term: &str, fields: &Fields) -> Box<dyn Query> {
    let weights = [
        (fields.lead, LEAD_WEIGHT),
        (fields.heading, HEADING_WEIGHT),
        (fields.title, TITLE_WEIGHT),
        (fields.questions, QUESTIONS_WEIGHT),
        (fields.body, BODY_WEIGHT),
    ];
    let clause = |(field, weight): (Field, f32)| -> Box<dyn Query> {
        let term = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(term), weight))
    };
    let clauses = weights.into_iter().map(clause).collect();
    Box::new(DisjunctionMaxQuery::with_tie_breaker(clauses, OTHER_FIELDS_SHARE))
}

/// Finds the passages of an intent even where they have no word in common with the question.
fn of_intent(intent: &ScoredIntent, fields: &Fields) -> [Box<dyn Query>; 2] {
    let clause = |field, weight| exactly(field, intent.name.as_str(), weight * intent.confidence);
    [
        clause(fields.intents, INTENT_WEIGHT),
        clause(fields.lead_intents, LEAD_INTENT_WEIGHT),
    ]
}

/// What no rank makes up for: the locale, the audience and the days on which an article holds.
fn filters(
    searcher: &Searcher,
    fields: &Fields,
    query: &SearchQuery<'_>,
) -> Result<Vec<(Occur, Box<dyn Query>)>, TantivyError> {
    let mut filters = Vec::new();
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

fn exactly(field: Field, value: &str, score: f32) -> Box<dyn Query> {
    let term = TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(term), score))
}

fn hit(
    searcher: &Searcher,
    fields: &Fields,
    words: &[Word],
    place: DocAddress,
) -> Result<ArticleHit, IndexError> {
    let document: TantivyDocument = searcher.doc(place)?;
    let stored = document
        .get_first(fields.hit)
        .and_then(|value| value.as_str())
        .unwrap_or_default();
    let mut hit: ArticleHit = serde_json::from_str(stored)?;
    hit.score = coverage(searcher, fields, words, place)?;
    Ok(hit)
}

/// How much of the question the passage covers, 0 to 1: of the words, weighed by how rare they are, the share that
/// stands in any of its text fields. 0 for a question without words that tell anything.
fn coverage(
    searcher: &Searcher,
    fields: &Fields,
    words: &[Word],
    place: DocAddress,
) -> Result<f32, IndexError> {
    let index = searcher
        .segment_reader(place.segment_ord)
        .inverted_index(fields.words)?;
    let (mut covered, mut all) = (0.0, 0.0);
    for word in words {
        let term = Term::from_field_text(fields.words, &word.term);
        let postings = index.read_postings(&term, IndexRecordOption::Basic)?;
        // Asking for a document before the first one is not allowed.
        let holds = postings
            .is_some_and(|mut list| list.doc() <= place.doc_id && list.seek(place.doc_id) == place.doc_id);
        all += word.weight;
        covered += if holds { word.weight } else { 0.0 };
    }
    Ok(if all > 0.0 { (covered / all).min(1.0) } else { 0.0 })
}
