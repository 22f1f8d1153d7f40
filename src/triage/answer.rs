//! Choosing the passage that answers a request. The bot says what the business wrote, word for word.

use serde_json::json;

use crate::domain::article::{ArticleHit, Audience};
use crate::domain::intent::Intent;
use crate::domain::message::Source;
use crate::triage::draft::Draft;

pub(crate) struct Answer {
    /// Equal for equal answers.
    pub(crate) key: String,
    pub(crate) text: String,
    pub(crate) source: Source,
}

/// The best hit that customers may read and that matches well enough: less is asked of a passage whose article
/// names the intent.
pub(crate) fn choose<'h>(
    draft: &mut Draft<'_>,
    intent: &Intent,
    hits: &'h [ArticleHit],
) -> Option<&'h ArticleHit> {
    let enough = |hit: &&ArticleHit| {
        let linked = hit.intents.contains(intent);
        hit.audience == Audience::Public && hit.score >= draft.policy.match_at(intent, linked)
    };
    let chosen = hits.iter().find(enough);
    let inputs = json!({
        "intent": intent,
        "hits": hits.len(),
        "best": hits.first().map(|hit| json!({ "article": hit.citation.article, "score": hit.score })),
        "chosen": chosen.map(|hit| json!({ "article": hit.citation.article, "passage": hit.citation.passage,
            "linked": hit.intents.contains(intent), "score": hit.score })),
    });
    draft.rule("no_answer", inputs, chosen.is_none());
    chosen
}

pub(crate) fn from(hit: &ArticleHit) -> Answer {
    let source = Source::Article(hit.citation.clone());
    Answer {
        key: source.key(),
        text: hit.text.clone(),
        source,
    }
}
