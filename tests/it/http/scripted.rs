//! What the tested API works with in place of a model, an index and a front end: each does what its text says.

use async_trait::async_trait;
use firstline::domain::article::{ArticleHit, Audience, Citation};
use firstline::domain::intent::{Intent, ScoredIntent};
use firstline::domain::reading::{Classification, Fault};
use firstline::domain::sentiment::Sentiment;
use firstline::http::pages::PageFile;
use firstline::ports::{Classifier, KnowledgeBase, SearchQuery};
use sha2::{Digest, Sha256};

/// Reads by the words in the text: what a test writes decides what is understood.
#[derive(Debug)]
pub(super) struct ScriptedClassifier;

#[async_trait]
impl Classifier for ScriptedClassifier {
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        if text.contains("overload") {
            return Err(Fault::Overloaded);
        }
        if text.contains("brief") {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        if text.contains("slow") {
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        }
        let known = [("parcel", "track_order"), ("password", "password_reset")];
        let known = known.into_iter().find(|(word, _)| text.contains(word));
        let (intent, confidence) = known.map_or(("out_of_scope", 0.1), |(_, intent)| (intent, 0.95));
        let negative = if text.contains("terrible") { 0.96 } else { 0.04 };
        let scored = |name: &str, confidence| ScoredIntent {
            name: Intent::new(name),
            confidence,
        };
        Ok(Classification {
            intents: vec![scored(intent, confidence), scored("place_order", 0.01)],
            sentiment: Sentiment::new(negative, 1.0 - negative, 0.0),
            embedding: vec![1.0],
            language: None,
            entities: Vec::new(),
            model: "scripted 1".to_owned(),
        })
    }
}

/// Two articles for customers and a passage that is for agents only.
#[derive(Debug)]
pub(super) struct TinyKnowledge;

impl KnowledgeBase for TinyKnowledge {
    fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, Fault> {
        if query.text.contains("broken index") {
            return Err(Fault::Search("as the test asked".to_owned()));
        }
        let hit = |article: &str, audience, intent: &str, text: &str| ArticleHit {
            citation: Citation {
                article: article.to_owned(),
                passage: "intro".to_owned(),
            },
            title: article.replace('-', " "),
            heading: String::new(),
            text: text.to_owned(),
            audience,
            intents: vec![Intent::new(intent)],
            score: 0.9,
        };
        let all = [
            (
                "parcel",
                hit(
                    "track-your-order",
                    Audience::Public,
                    "track_order",
                    "Follow the tracking link.",
                ),
            ),
            (
                "password",
                hit(
                    "reset-password",
                    Audience::Public,
                    "password_reset",
                    "Use the reset link.",
                ),
            ),
            (
                "parcel",
                hit(
                    "carrier-trace",
                    Audience::Internal,
                    "track_order",
                    "Open a trace at the depot.",
                ),
            ),
        ];
        let internal = query.audience == Audience::Internal;
        let found = all.into_iter().filter(|(word, hit)| {
            query.text.contains(word) && (internal || hit.audience == Audience::Public)
        });
        Ok(found.map(|(_, hit)| hit).take(query.limit).collect())
    }
}

pub(super) fn page(text: &'static str) -> PageFile {
    PageFile {
        bytes: text.as_bytes().into(),
        hash: Sha256::digest(text).into(),
    }
}
