//! Words of a question that no passage has and that are nearly one that some passage has. Knows nothing of meaning.

use tantivy::query::FuzzyTermQuery;
use tantivy::schema::Field;
use tantivy::{SegmentReader, Term};

use crate::knowledge::index::IndexError;

/// Shorter words are too often near to another by chance.
const CHARS_MIN: usize = 5;

/// From this length on two slips are forgiven instead of one.
const CHARS_FOR_TWO: usize = 8;

/// How many terms one word may stand for: of those equally near the commonest.
const TERMS_MAX: usize = 2;

/// The terms of `field` that are nearest to `term`, none where all are far. The first letter is taken to be right: it
/// nearly always is, and only a part of the dictionary is walked then.
pub(crate) fn near(reader: &SegmentReader, field: Field, term: &str) -> Result<Vec<String>, IndexError> {
    let length = term.chars().count();
    let Some(first) = term.chars().next().filter(|_| length >= CHARS_MIN) else {
        return Ok(Vec::new());
    };
    let slips = if length >= CHARS_FOR_TWO { 2 } else { 1 };
    let fuzzy = FuzzyTermQuery::new(Term::from_field_text(field, term), slips, true);
    let index = reader.inverted_index(field)?;
    let mut last = first.to_string().into_bytes();
    // The highest byte comes behind every text that begins with this letter.
    last.push(u8::MAX);
    let mut stream = index
        .terms()
        .search(fuzzy.automaton()?)
        .ge(first.to_string())
        .le(last)
        .into_stream()?;
    let mut found: Vec<(usize, std::cmp::Reverse<u32>, String)> = Vec::new();
    while stream.advance() {
        let Ok(known) = std::str::from_utf8(stream.key()) else {
            continue;
        };
        let distance = strsim::osa_distance(term, known);
        let common = std::cmp::Reverse(stream.value().doc_freq);
        found.push((distance, common, known.to_owned()));
    }
    found.sort();
    let nearest = found.first().map_or(0, |(distance, _, _)| *distance);
    let nearest = found.into_iter().filter(|(distance, _, _)| *distance == nearest);
    Ok(nearest.take(TERMS_MAX).map(|(_, _, known)| known).collect())
}
