//! Writing articles into an index, one document for each passage. Knows nothing of where the index is kept.

use jiff::civil::Date;
use tantivy::directory::Directory;
use tantivy::schema::Field;
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{Index, ReloadPolicy, Searcher, TantivyDocument, TantivyError};

use crate::domain::article::{Article, ArticleHit, Citation};
use crate::knowledge::index::IndexError;
use crate::knowledge::schema::{Fields, schema};
use crate::knowledge::words::{language_part, terms};

/// What the writer sizes its tables for; it takes more when it needs more.
const MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// All passages go into one segment, in the order of the articles and then as they stand in each.
pub(crate) fn write(
    articles: &[&Article],
    directory: impl Into<Box<dyn Directory>>,
) -> Result<Index, IndexError> {
    let (schema, fields) = schema();
    let mut writer = Index::builder()
        .schema(schema)
        .single_segment_index_writer(directory, MEMORY_BYTES)?;
    for article in articles {
        for document in documents(article, &fields)? {
            writer.add_document(document)?;
        }
    }
    Ok(writer.finalize()?)
}

/// A view of the index as it is now. Its files are open, so it outlives their removal.
pub(crate) fn open(index: &Index) -> Result<Searcher, TantivyError> {
    let reader = index
        .reader_builder()
        .reload_policy(ReloadPolicy::Manual)
        .try_into()?;
    Ok(reader.searcher())
}

/// 2026-11-30 is 20261130: numbers in the order of the days.
pub(crate) fn day(date: Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day())
}

fn documents(article: &Article, fields: &Fields) -> Result<Vec<TantivyDocument>, serde_json::Error> {
    let terms = |text: &str| terms(&article.locale, text);
    let (title, questions) = (terms(&article.title), terms(&article.questions.join("\n")));
    let mut documents = Vec::new();
    for passage in &article.passages {
        let (heading, body) = (terms(&passage.heading), terms(&passage.text));
        let mut document = exact(article, fields);
        let hit = ArticleHit {
            citation: Citation {
                article: article.id.clone(),
                passage: passage.id.clone(),
            },
            title: article.title.clone(),
            heading: passage.heading.clone(),
            text: passage.text.clone(),
            audience: article.audience,
            intents: article.intents.clone(),
            score: 0.0,
        };
        document.add_text(fields.hit, serde_json::to_string(&hit)?);
        if passage.heading.is_empty() {
            add(&mut document, fields.lead, &[&title, &questions]);
        }
        add(
            &mut document,
            fields.words,
            &[&title, &questions, &heading, &body],
        );
        for (field, terms) in [
            (fields.title, &title),
            (fields.questions, &questions),
            (fields.heading, &heading),
            (fields.body, &body),
        ] {
            add(&mut document, field, &[terms]);
        }
        documents.push(document);
    }
    Ok(documents)
}

/// What is matched as it stands, the same for every passage of the article.
fn exact(article: &Article, fields: &Fields) -> TantivyDocument {
    let mut document = TantivyDocument::new();
    document.add_text(fields.locale, article.locale.to_lowercase());
    document.add_text(fields.language, language_part(&article.locale));
    document.add_text(fields.audience, article.audience.as_str());
    for (field, date) in [
        (fields.valid_from, article.valid_from),
        (fields.valid_to, article.valid_to),
    ] {
        if let Some(date) = date {
            document.add_i64(field, day(date));
        }
    }
    document
}

fn add(document: &mut TantivyDocument, field: Field, parts: &[&Vec<String>]) {
    let terms = parts.iter().flat_map(|terms| terms.iter()).enumerate();
    let tokens = terms.map(|(position, term)| Token {
        position,
        text: term.clone(),
        ..Token::default()
    });
    let text = PreTokenizedString {
        text: String::new(),
        tokens: tokens.collect(),
    };
    document.add_pre_tokenized_text(field, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_sort_as_dates_do() {
        let days = [
            "1999-12-31",
            "2026-02-28",
            "2026-03-01",
            "2026-11-30",
            "2026-12-01",
        ];
        let numbers = days.map(|text| day(text.parse().unwrap()));
        assert!(numbers.is_sorted());
        assert_eq!(numbers[3], 20_261_130);
    }
}
