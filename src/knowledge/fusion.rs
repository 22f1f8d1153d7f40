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
    /// The same, as far as it is above [`LISTED`], for the beginning of the article only: a question that is listed all
    /// but word for word is one about the article as a whole.
    pub listed: f32,
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
    listed: f32,
    beginning: f32,
    context: f32,
}

const WITH_MEANING: Weights = Weights {
    meaning: 19.44,
    asked: 7.42,
    coverage: 2.64,
    words: 0.0,
    intent: 1.91,
    listed: 10.93,
    beginning: 3.25,
    context: 1.15,
};

const WORDS_ALONE: Weights = Weights {
    meaning: 0.0,
    asked: 0.0,
    coverage: 3.80,
    words: 1.51,
    intent: 4.20,
    listed: 0.0,
    beginning: 4.33,
    context: 0.91,
};

/// What the chance of a passage is made of, as log-odds.
#[derive(Debug, Clone, Copy)]
struct Odds {
    bias: f32,
    /// The likeness in meaning or, without an embedding, the coverage.
    nearness: f32,
    ahead: f32,
    ahead_of_articles: f32,
    context: f32,
}

const ODDS_WITH_MEANING: Odds = Odds {
    bias: -3.38,
    nearness: 4.22,
    ahead: 0.58,
    ahead_of_articles: 0.10,
    context: 0.05,
};

const ODDS_BY_WORDS: Odds = Odds {
    bias: -2.39,
    nearness: 1.30,
    ahead: 0.63,
    ahead_of_articles: 0.13,
    context: 0.02,
};

/// What of a passage's likeness is that of its text; the rest is that of its heading. See [`crate::knowledge::embeddings`].
pub(crate) const TEXT_SHARE: f32 = 0.62;

/// A question less like one that is listed says nothing.
pub(crate) const LIKE_ASKED: f32 = 0.5;

/// A question as like as this is a listed one in other words at most.
pub(crate) const LISTED: f32 = 0.8;

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
        let weights = self.weights();
        weights.meaning * self.meaning.unwrap_or_default()
            + weights.asked * self.asked
            + weights.coverage * self.coverage
            + weights.words * self.words
            + weights.intent * self.intent
            + weights.listed * self.listed
            + weights.beginning * self.beginning
            + weights.context * self.context
    }

    fn weights(&self) -> &'static Weights {
        match self.meaning {
            Some(_) => &WITH_MEANING,
            None => &WORDS_ALONE,
        }
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
    let (odds, nearness) = match evidence.meaning {
        Some(meaning) => (ODDS_WITH_MEANING, meaning),
        None => (ODDS_BY_WORDS, evidence.coverage),
    };
    let [ahead, ahead_of_articles] =
        [standing.ahead, standing.ahead_of_articles].map(|ahead| ahead.clamp(-AHEAD_MAX, AHEAD_MAX));
    let context = (evidence.weights().context * evidence.context).min(AHEAD_MAX);
    let score = odds.bias
        + odds.nearness * nearness
        + odds.ahead * ahead
        + odds.ahead_of_articles * ahead_of_articles
        + odds.context * context;
    1.0 / (1.0 + (-score).exp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    fn evidence(values: [f32; 8], meaning: bool) -> Evidence {
        let [
            likeness,
            asked,
            coverage,
            words,
            intent,
            listed,
            beginning,
            context,
        ] = values;
        Evidence {
            meaning: meaning.then_some(likeness),
            asked,
            coverage,
            words,
            intent,
            listed,
            beginning,
            context,
        }
    }

    proptest! {
        #[test]
        fn more_of_anything_never_ranks_lower(values in proptest::array::uniform8(0.0_f32..1.0), at in 0_usize..8, more in 0.0_f32..1.0) {
            for meaning in [true, false] {
                let mut raised = values;
                raised[at] += more;
                prop_assert!(evidence(raised, meaning).rank() >= evidence(values, meaning).rank());
            }
        }

        #[test]
        fn the_further_ahead_the_likelier_and_always_a_probability(
            values in proptest::array::uniform8(0.0_f32..1.0), ahead in -50.0_f32..50.0, more in 0.0_f32..50.0,
        ) {
            for meaning in [true, false] {
                let found = evidence(values, meaning);
                let at = |ahead| chance(&found, Standing { ahead, ahead_of_articles: ahead });
                prop_assert!((0.0..=1.0).contains(&at(ahead)) && at(ahead + more) >= at(ahead));
                prop_assert!((0.0..=1.0).contains(&at(f32::INFINITY)));
            }
        }
    }

    #[test]
    fn a_short_question_is_for_the_beginning_and_a_long_one_is_not() {
        let found: Vec<f32> = [0, 1, 2, 3, 9].map(beginning).into();
        assert!(found.is_sorted_by(|a, b| a >= b), "{found:?}");
        assert!(found[2] > 0.0 && found[3] == 0.0 && found[4] < 0.0, "{found:?}");
    }

    #[test]
    fn what_was_said_counts_only_where_the_question_leaves_it_open() {
        assert_eq!([0, 1, 13, 900].map(openness), [0.0, 0.0, 1.0, 1.0]);
        assert!(openness(4) > 0.2 && openness(4) < 0.3);
    }

    #[test]
    fn nothing_speaks_for_a_passage_that_shares_nothing() {
        assert!(!Evidence::default().any());
        let beginning = Evidence {
            beginning: 0.6,
            ..Evidence::default()
        };
        assert!(!beginning.any(), "being a beginning alone is nothing");
        assert!(evidence([0.0; 8], true).any());
    }
}
