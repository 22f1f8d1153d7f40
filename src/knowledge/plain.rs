//! Plain BM25, as the index does it by itself: one field, its own tokenizer, any of the words. What the search is held
//! against; it answers nobody.

use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TEXT};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, Searcher, TantivyDocument, Term};

use crate::domain::article::{Article, Citation};
use crate::knowledge::index::IndexError;
use crate::knowledge::indexer;

const MEMORY_BYTES: usize = 64 * 1024 * 1024;

/// All passages, whatever their locale, audience and days.
#[derive(Debug)]
pub struct PlainIndex {
    searcher: Searcher,
    field: Field,
    /// By the number of the document.
    passages: Vec<Citation>,
}

impl PlainIndex {
    /// Each passage with the title of its article, its heading and, for the first, the ways of asking: the same words
    /// that the other search has.
    pub fn build(articles: &[Article]) -> Result<Self, IndexError> {
        let mut schema = Schema::builder();
        let field = schema.add_text_field("text", TEXT);
        let mut writer = Index::builder()
            .schema(schema.build())
            .single_segment_index_writer(RamDirectory::create(), MEMORY_BYTES)?;
        let mut passages = Vec::new();
        for article in articles {
            for (place, passage) in article.passages.iter().enumerate() {
                let questions = if place == 0 {
                    article.questions.join("\n")
                } else {
                    String::new()
                };
                let parts = [&article.title, &questions, &passage.heading, &passage.text];
                let mut document = TantivyDocument::new();
                document.add_text(field, parts.map(String::as_str).join("\n"));
                writer.add_document(document)?;
                passages.push(Citation {
                    article: article.id.clone(),
                    passage: passage.id.clone(),
                });
            }
        }
        Ok(Self {
            searcher: indexer::open(&writer.finalize()?)?,
            field,
            passages,
        })
    }

    /// The best first.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<Citation>, IndexError> {
        let limit = limit.min(self.passages.len());
        let mut words: Vec<Box<dyn Query>> = Vec::new();
        if let Some(mut analyzer) = TokenizerManager::default().get("default") {
            let mut stream = analyzer.token_stream(text);
            stream.process(&mut |token| {
                let term = Term::from_field_text(self.field, &token.text);
                words.push(Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)));
            });
        }
        if limit == 0 || words.is_empty() {
            return Ok(Vec::new());
        }
        let best = TopDocs::with_limit(limit).order_by_score();
        let found = self.searcher.search(&BooleanQuery::union(words), &best)?;
        Ok(found
            .into_iter()
            .filter_map(|(_, place)| self.passages.get(place.doc_id as usize).cloned())
            .collect())
    }
}
