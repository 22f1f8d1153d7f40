//! The fields of the index. One document is one passage.

use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};

/// Raised whenever fields or terms change, so that an index made by an older program is not reused.
pub(crate) const VERSION: u32 = 2;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields {
    /// The hit that this passage makes, as JSON with a score of 0. Stored, not searched.
    pub(crate) hit: Field,
    /// In lower case.
    pub(crate) locale: Field,
    /// The first part of the locale.
    pub(crate) language: Field,
    pub(crate) audience: Field,
    /// Days as [`crate::knowledge::indexer::day`] numbers them; missing where the article is open on that side.
    pub(crate) valid_from: Field,
    pub(crate) valid_to: Field,
    pub(crate) title: Field,
    pub(crate) heading: Field,
    pub(crate) questions: Field,
    pub(crate) body: Field,
    /// Title and questions once more, on the beginning of an article only: it answers the article as a whole.
    pub(crate) lead: Field,
    /// The terms of all text fields together, to tell which of a question's words a passage covers.
    pub(crate) words: Field,
}

pub(crate) fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let ranked = text(IndexRecordOption::WithFreqs, true);
    let fields = Fields {
        hit: schema.add_text_field("hit", STORED),
        locale: schema.add_text_field("locale", STRING),
        language: schema.add_text_field("language", STRING),
        audience: schema.add_text_field("audience", STRING),
        valid_from: schema.add_i64_field("valid_from", FAST),
        valid_to: schema.add_i64_field("valid_to", FAST),
        title: schema.add_text_field("title", ranked.clone()),
        heading: schema.add_text_field("heading", ranked.clone()),
        questions: schema.add_text_field("questions", ranked.clone()),
        body: schema.add_text_field("body", ranked.clone()),
        lead: schema.add_text_field("lead", ranked),
        words: schema.add_text_field("words", text(IndexRecordOption::Basic, false)),
    };
    (schema.build(), fields)
}

/// The terms arrive ready made, as they depend on the language; `raw` stands for "no tokenizer".
fn text(record: IndexRecordOption, lengths: bool) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer("raw");
    TextOptions::default().set_indexing_options(indexing.set_index_option(record).set_fieldnorms(lengths))
}
