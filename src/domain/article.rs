//! What the company has written: articles, cut into passages at their headings.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::intent::Intent;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Customers may read it, so the bot may say it.
    Public,
    /// For agents only: never part of an answer or a suggestion sent to a customer.
    Internal,
}

impl Audience {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    pub id: String,
    pub title: String,
    /// BCP 47, `en` for example.
    pub locale: String,
    pub audience: Audience,
    pub intents: Vec<Intent>,
    /// Ways in which customers ask for this.
    pub questions: Vec<String>,
    /// First day on which it holds; `None`: always did.
    pub valid_from: Option<Date>,
    /// Last day on which it holds; `None`: until further notice.
    pub valid_to: Option<Date>,
    pub passages: Vec<Passage>,
}

/// The text under one heading; `id` is `intro` for what stands before the first, else the heading as a slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    pub id: String,
    pub heading: String,
    /// Markdown, as the company wrote it.
    pub text: String,
}

/// Where a sentence of the bot comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Of the article. Called `id` in events, where `kind` says of what.
    #[serde(rename = "id")]
    pub article: String,
    pub passage: String,
}

/// One passage that search found, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArticleHit {
    pub citation: Citation,
    pub title: String,
    pub heading: String,
    pub text: String,
    pub audience: Audience,
    pub intents: Vec<Intent>,
    /// 0 to 1: the calibrated chance that this passage answers the question.
    pub score: f32,
}
