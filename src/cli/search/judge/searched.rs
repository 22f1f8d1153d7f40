//! What labelled questions are asked of: the documents that came with them, or what the business wrote; and how their
//! labels name its passages.

use std::collections::{BTreeMap, HashMap};

use anyhow::anyhow;

use crate::cli::assemble;
use crate::cli::failure::CliError;
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::article::{Article, Audience, Citation, Passage};
use crate::domain::time::Timestamp;
use crate::knowledge::plain::PlainIndex;
use crate::knowledge::{Embeddings, Knowledge, KnowledgeIndex, Place};
use crate::labelled::questions::{Document, Question, Questions};

/// Of documents, which come without one.
const LOCALE: &str = "en";

/// Where their vectors are kept, in the data folder: beside those of the business they would take turns.
const KEPT: &str = "judge";

pub(super) struct Searched {
    pub(super) index: KnowledgeIndex,
    pub(super) plain: PlainIndex,
    pub(super) locale: String,
    /// By their labels.
    texts: HashMap<String, String>,
    named: fn(&Citation) -> String,
}

impl Searched {
    pub(super) fn open(
        labelled: &Questions,
        config: &Config,
        now: Timestamp,
        output: &Output,
    ) -> Result<Self, CliError> {
        let (knowledge, locale, named): (_, _, fn(&Citation) -> String) = if labelled.documents.is_empty() {
            let knowledge = Knowledge::load(&config.paths.knowledge).map_err(|problems| {
                let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
                CliError::Unusable(anyhow!("the knowledge cannot be used:{}", lines.concat()))
            })?;
            let locale = assemble::policy(config)?.business().locale.clone();
            (knowledge, locale, |citation| {
                format!("{}#{}", citation.article, citation.passage)
            })
        } else {
            let knowledge = Knowledge {
                articles: articles(labelled),
                ..Knowledge::default()
            };
            (knowledge, LOCALE.to_owned(), |citation| citation.passage.clone())
        };
        let progress = output.progress("texts embedded");
        let counted = progress.clone();
        let embedder = assemble::embedder(config, move || counted.inc(1))?;
        let kept = if labelled.documents.is_empty() {
            assemble::vectors_folder(config)
        } else {
            config.paths.data.join(KEPT)
        };
        let embeddings = Embeddings {
            embedder: &embedder,
            kept: Some(&kept),
        };
        let index = KnowledgeIndex::build(&knowledge, Place::Memory, Some(embeddings));
        progress.finish_and_clear();
        let searched = Self {
            index: index.map_err(anyhow::Error::new)?,
            plain: PlainIndex::build(&for_customers(&knowledge.articles, now)).map_err(anyhow::Error::new)?,
            locale,
            texts: texts(&knowledge.articles, named),
            named,
        };
        searched.check(&labelled.questions)?;
        Ok(searched)
    }

    pub(super) fn label(&self, citation: &Citation) -> String {
        (self.named)(citation)
    }

    /// What the passage with this label says.
    pub(super) fn text(&self, label: &str) -> &str {
        self.texts.get(label).map_or("", String::as_str)
    }

    fn check(&self, questions: &[Question]) -> Result<(), CliError> {
        let labels = questions
            .iter()
            .flat_map(|question| question.right.iter().map(move |label| (question, label)));
        let unknown: Vec<String> = labels
            .filter(|(_, label)| !self.texts.contains_key(*label))
            .map(|(question, label)| format!("\n  {}: there is no passage {label}", question.place))
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(CliError::Usage(format!(
            "these labels are wrong; write article#passage:{}",
            unknown.concat()
        )))
    }
}

/// One article for each subject, and a passage under its heading for each document.
fn articles(labelled: &Questions) -> Vec<Article> {
    let mut subjects: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
    for document in labelled.documents.iter().chain(&labelled.distractors) {
        subjects.entry(&document.subject).or_default().push(document);
    }
    let passage = |document: &&Document| Passage {
        id: document.id.clone(),
        heading: document.title.clone(),
        text: document.text.clone(),
    };
    subjects
        .into_iter()
        .map(|(subject, documents)| Article {
            id: subject.to_owned(),
            title: subject.to_owned(),
            locale: LOCALE.to_owned(),
            audience: Audience::Public,
            intents: Vec::new(),
            questions: Vec::new(),
            valid_from: None,
            valid_to: None,
            passages: documents.iter().map(passage).collect(),
        })
        .collect()
}

/// Plain BM25 knows no audience and no days: so that it is held to the same, it gets nothing else.
fn for_customers(articles: &[Article], now: Timestamp) -> Vec<Article> {
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let holds = |article: &&Article| {
        article.audience == Audience::Public
            && article.valid_from.is_none_or(|first| first <= today)
            && article.valid_to.is_none_or(|last| today <= last)
    };
    articles.iter().filter(holds).cloned().collect()
}

fn texts(articles: &[Article], named: fn(&Citation) -> String) -> HashMap<String, String> {
    let passages = articles.iter().flat_map(|article| {
        article.passages.iter().map(|passage| {
            let citation = Citation {
                article: article.id.clone(),
                passage: passage.id.clone(),
            };
            (named(&citation), passage.text.clone())
        })
    });
    passages.collect()
}
