//! From what speaks for a passage to its rank, and to the chance that it is right. Pure arithmetic.
//!
//! The rank is a weighted sum. Its weights are those of a conditional logit (McFadden 1974): the chance that a question's
//! right passage is the one that was chosen, over two sets of labelled questions, one of them asked in dialogues, and
//! once more over one of them asked after a dialogue about something else. Measured on the half of the questions that did
//! not choose, that beat reciprocal rank fusion (Cormack, Clarke & Büttcher 2009) by far: a rank of its own for each
//! signal forgets how sure each is, and what was said before is sure for one article or for none.
//!
//! The chance is a logistic regression (Platt 1999) on how near the passage is, how far ahead of the others, and of those
//! of other articles. `models/support-en/recipe/search.py` makes all weights anew.

use serde::Serialize;

/// What speaks for a passage.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Evidence {
    /// Likeness of the question to heading and text, -1 to 1; `None` without an embedding.
    pub meaning: Option<f32>,
    /// Likeness of the question to the nearest of the ways of asking that the article lists, as far as it is above
    /// [`LIKE_ASKED`].
    pub asked: f32,
    /// The share of the question's words that it has, weighed by how rare they are, 0 to 1.
    pub coverage: f32,
    /// BM25 of the question's words, for each unit of their weight. Looked up only where there is no embedding: beside
    /// one it adds nothing to the coverage.
    pub words: f32,
    /// Confidence of the surest intent that the article names, 0 to 1.
    pub intent: f32,
    /// Whether a question so short is answered by the beginning of an article: above 0 for one of one or two words, 0
    /// for other passages.
    pub beginning: f32,
    /// How much of what was said before speaks of the article, as far as the question leaves open which is meant.
    pub context: f32,
}

/// What each kind of evidence counts in the rank.
#[derive(Debug, Clone, Copy)]
struct Weights {
    meaning: f32,
    asked: f32,
    coverage: f32,
    words: f32,
    intent: f32,
    beginning: f32,
    context: f32,
}

const WITH_MEANING: Weights = Weights {
    meaning: 21.0,
    asked: 10.0,
    coverage: 1.95,
    words: 0.0,
    intent: 2.0,
    beginning: 4.2,
    context: 1.14,
};

const WORDS_ALONE: Weights = Weights {
    meaning: 0.0,
    asked: 0.0,
    coverage: 3.1,
    words: 1.6,
    intent: 3.0,
    beginning: 4.2,
    context: 1.14,
};

/// What of a passage's likeness is that of its text; the rest is that of its heading. See [`crate::knowledge::embeddings`].
pub(crate) const TEXT_SHARE: f32 = 0.62;

/// A question less like one that is listed says nothing.
pub(crate) const LIKE_ASKED: f32 = 0.5;

/// A question of more words asks for something in particular, and no beginning answers it better for being one.
const SHORT_WORDS: f32 = 3.0;

/// Articles whose best passages rank this near to the very best are in question.
pub(crate) const NEAR: f32 = 3.0;

/// With as many others in question what was said before counts in full; with none it counts nothing.
const OPEN_ARTICLES: f32 = 12.0;

/// How far ahead, or behind, still says more.
const AHEAD_MAX: f32 = 6.0;

impl Evidence {
    /// Higher is better; says nothing across questions.
    pub(crate) fn rank(&self) -> f32 {
        let weights = if self.meaning.is_some() {
            WITH_MEANING
        } else {
            WORDS_ALONE
        };
        weights.meaning * self.meaning.unwrap_or_default()
            + weights.asked * self.asked
            + weights.coverage * self.coverage
            + weights.words * self.words
            + weights.intent * self.intent
            + weights.beginning * self.beginning
            + weights.context * self.context
    }

    /// False where nothing at all speaks for the passage.
    pub(crate) fn any(&self) -> bool {
        let others = [self.asked, self.coverage, self.words, self.intent, self.context];
        self.meaning.is_some() || others.iter().any(|value| *value > 0.0)
    }
}

/// [`Evidence::beginning`] for the beginning of an article and a question of so many words.
pub(crate) fn beginning(words: usize) -> f32 {
    1.0 / words.max(1) as f32 - 1.0 / SHORT_WORDS
}

/// How far a question leaves open which article is meant, 0 to 1, where so many are in question.
pub(crate) fn openness(articles: usize) -> f32 {
    (articles.saturating_sub(1) as f32 / OPEN_ARTICLES).min(1.0)
}

/// How a passage stands among the others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standing {
    /// Its rank less that of the best other passage.
    pub ahead: f32,
    /// Its rank less that of the best passage of another article.
    pub ahead_of_articles: f32,
}

/// The chance, 0 to 1, that a passage answers the question.
pub(crate) fn chance(evidence: &Evidence, standing: Standing) -> f32 {
    let ahead = standing.ahead.clamp(-AHEAD_MAX, AHEAD_MAX);
    let ahead_of_articles = standing.ahead_of_articles.clamp(-AHEAD_MAX, AHEAD_MAX);
    let context = (WITH_MEANING.context * evidence.context).min(AHEAD_MAX);
    let score = match evidence.meaning {
        Some(meaning) => -2.24 + 2.18 * meaning + 0.59 * ahead + 0.1 * ahead_of_articles + 0.03 * context,
        None => -2.5 + 2.0 * evidence.coverage + 0.59 * ahead + 0.1 * ahead_of_articles + 0.03 * context,
    };
    1.0 / (1.0 + (-score).exp())
}
