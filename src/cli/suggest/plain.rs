//! Plain BM25 over every text that could be offered at all: what the suggested replies are held against.

use std::collections::HashMap;

use crate::cli::suggest::DEPTH;
use crate::domain::article::{Article, Audience, Passage};
use crate::knowledge::plain::PlainIndex;
use crate::knowledge::{IndexError, Knowledge};
use crate::triage::policy::Policy;
use crate::triage::reply::Variables;
use crate::triage::suggest::Remembered;

/// What agents may send of what the business wrote, by its key.
pub(super) fn texts(knowledge: &Knowledge, policy: &Policy) -> HashMap<String, String> {
    let variables = Variables {
        business_name: &policy.business().name,
        ..Variables::default()
    };
    let canned = knowledge.replies.iter();
    let canned = canned.filter_map(|reply| {
        let text = policy.replies.offered(&reply.id, &variables)?;
        Some((reply.id.clone(), format!("{}\n{text}", reply.title)))
    });
    let articles = knowledge.articles.iter();
    let public = articles.filter(|article| article.audience == Audience::Public);
    let passages = public.flat_map(|article| {
        article.passages.iter().map(|passage| {
            let key = format!("{}#{}", article.id, passage.id);
            (
                key,
                format!("{}\n{}\n{}", article.title, passage.heading, passage.text),
            )
        })
    });
    canned.chain(passages).collect()
}

/// Keys of texts, those of earlier answers with them, the best first; perhaps with the messages that they answered.
pub(super) fn ranked(
    question: &str,
    mut texts: HashMap<String, String>,
    remembered: &[(usize, Remembered<'_>)],
    with_messages: bool,
) -> Result<Vec<String>, IndexError> {
    for (_, Remembered { answer, .. }) in remembered {
        // Equal replies are one document.
        let same = remembered
            .iter()
            .find(|(_, other)| other.answer.text == answer.text);
        let first = same.map_or(&answer.message, |(_, other)| &other.answer.message);
        let key = answer.suggestion.clone().unwrap_or(first.to_string());
        let text = texts.entry(key).or_insert_with(|| answer.text.clone());
        if with_messages {
            text.push('\n');
            text.push_str(&answer.question);
        }
    }
    let mut keys: Vec<String> = texts.keys().cloned().collect();
    keys.sort();
    let documents: Vec<Article> = keys.iter().map(|key| document(key, &texts[key])).collect();
    let index = PlainIndex::build(&documents)?;
    let found = index.search(question, DEPTH)?;
    Ok(found.into_iter().map(|citation| citation.article).collect())
}

fn document(key: &str, text: &str) -> Article {
    Article {
        id: key.to_owned(),
        title: String::new(),
        locale: String::new(),
        audience: Audience::Public,
        intents: Vec::new(),
        questions: Vec::new(),
        valid_from: None,
        valid_to: None,
        passages: vec![Passage {
            id: String::new(),
            heading: String::new(),
            text: text.to_owned(),
        }],
    }
}
