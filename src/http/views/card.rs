//! The triage card on the wire: why and what was tried, what may be answered, and what the customer has had before.
//! Never shown to customers.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::article::Citation;
use crate::domain::handoff::{
    ArticleReference, EarlierConversation, SuggestedReply, Tried, TriedFlow, TriedLookup, Why,
};
use crate::domain::intent::Intent;
use crate::domain::suggestion::{Used, Uses};
use crate::domain::time::Timestamp;
use crate::engine::Suggestions;
use crate::http::views::Viewer;
use crate::http::views::handoff::views;
use crate::http::views::message::SourceView;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WhyView {
    reason: &'static str,
    text: String,
}

impl From<&Why> for WhyView {
    fn from(why: &Why) -> Self {
        Self {
            reason: why.reason.as_str(),
            text: why.text.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PassageView {
    article: String,
    passage: String,
}

impl From<&Citation> for PassageView {
    fn from(citation: &Citation) -> Self {
        Self {
            article: citation.article.clone(),
            passage: citation.passage.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TriedLookupView {
    name: String,
    outcome: String,
    /// Why it is unavailable.
    #[serde(skip_serializing_if = "String::is_empty")]
    problem: String,
}

impl From<&TriedLookup> for TriedLookupView {
    fn from(lookup: &TriedLookup) -> Self {
        Self {
            name: lookup.name.clone(),
            outcome: lookup.outcome.clone(),
            problem: lookup.problem.clone(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TriedFlowView {
    flow: String,
    title: String,
    /// `under_way`, `paused` or `ended`.
    state: &'static str,
    /// What the customer has said, by slot.
    known: BTreeMap<String, String>,
    lookups: Vec<TriedLookupView>,
}

impl From<&TriedFlow> for TriedFlowView {
    fn from(flow: &TriedFlow) -> Self {
        Self {
            flow: flow.flow.clone(),
            title: flow.title.clone(),
            state: flow.state.as_str(),
            known: flow.known.clone(),
            lookups: views(&flow.lookups),
        }
    }
}

/// What the bot did before it gave up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TriedView {
    /// Passages that it answered with.
    articles: Vec<PassageView>,
    /// Requests that it began, the present one first.
    flows: Vec<TriedFlowView>,
}

impl From<&Tried> for TriedView {
    fn from(tried: &Tried) -> Self {
        Self {
            articles: views(&tried.articles),
            flows: views(&tried.flows),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EarlierConversationView {
    id: String,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What it was about, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<String>,
    /// `open` or `resolved`.
    status: &'static str,
    /// Who had it last: `bot`, `queue` or `agent`.
    owner: String,
    /// 1 (bad) to 5 (good).
    #[serde(skip_serializing_if = "Option::is_none")]
    rating: Option<u8>,
}

impl From<&EarlierConversation> for EarlierConversationView {
    fn from(earlier: &EarlierConversation) -> Self {
        Self {
            id: earlier.id.to_string(),
            at: earlier.at,
            intent: earlier.intent.as_ref().map(Intent::to_string),
            status: earlier.status.as_str(),
            owner: earlier.owner.clone(),
            rating: earlier.rating,
        }
    }
}

/// What became of a suggestion whenever an agent was shown it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UsesView {
    /// As it was.
    sent: u32,
    /// In other words.
    edited: u32,
    /// Another was sent, or none.
    ignored: u32,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestedReplyView {
    /// For `suggestion` of the message that is made of it.
    id: String,
    text: String,
    /// 0 to 1: the chance that it is the one to send.
    score: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<SourceView>,
    uses: UsesView,
}

impl SuggestedReplyView {
    fn new(reply: &SuggestedReply, used: &[Used]) -> Self {
        let mut sum = Uses::default();
        for used in used.iter().filter(|used| used.key == reply.id) {
            sum.add_all(used.uses);
        }
        Self {
            id: reply.id.clone(),
            text: reply.text.clone(),
            score: reply.score,
            source: SourceView::new(&reply.source, Viewer::Staff),
            uses: UsesView {
                sent: sum.sent,
                edited: sum.edited,
                ignored: sum.ignored,
            },
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleReferenceView {
    id: String,
    title: String,
    /// 0 to 1.
    score: f32,
}

impl From<&ArticleReference> for ArticleReferenceView {
    fn from(article: &ArticleReference) -> Self {
        Self {
            id: article.id.clone(),
            title: article.title.clone(),
            score: article.score,
        }
    }
}

/// Replies to send as they are, and articles to look at; empty when there is no open handoff.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct SuggestionsView {
    suggested_replies: Vec<SuggestedReplyView>,
    articles: Vec<ArticleReferenceView>,
}

impl From<&Suggestions> for SuggestionsView {
    fn from(suggestions: &Suggestions) -> Self {
        let replies = suggestions.replies.iter();
        Self {
            suggested_replies: replies
                .map(|reply| SuggestedReplyView::new(reply, &suggestions.used))
                .collect(),
            articles: views(&suggestions.articles),
        }
    }
}
