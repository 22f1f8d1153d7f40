//! From what speaks for a passage to its rank, and to the chance that it is right. Pure arithmetic.

use serde::Serialize;

/// What speaks for a passage.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Evidence {
    /// BM25 of the question's words, for each unit of their weight.
    pub words: f32,
    /// The share of the question's words that it has, weighed by how rare they are, 0 to 1.
    pub coverage: f32,
    /// Cosine of the question to the nearest of the passage's vectors, -1 to 1; `None` without an embedding.
    pub cosine: Option<f32>,
    /// BM25 of what was said before in the title.
    pub context: f32,
    /// Confidence of the surest intent that the article names, 0 to 1.
    pub intent: f32,
    /// The same, for the first passage of an article only.
    pub lead: f32,
}

pub(crate) const WORDS: f32 = 1.0;
pub(crate) const COSINE: f32 = 6.0;
pub(crate) const CONTEXT: f32 = 0.3;
pub(crate) const INTENT: f32 = 3.0;
pub(crate) const LEAD: f32 = 0.4;

impl Evidence {
    /// Higher is better; says nothing across questions.
    pub(crate) fn rank(&self) -> f32 {
        WORDS * self.words
            + COSINE * self.cosine.unwrap_or_default()
            + CONTEXT * self.context
            + INTENT * self.intent
            + LEAD * self.lead
    }
}

/// The chance, 0 to 1, that a passage answers the question. `ahead` is its rank less the best other one.
pub(crate) fn chance(evidence: &Evidence, ahead: f32) -> f32 {
    let score = -4.0 + 2.0 * evidence.coverage + evidence.rank() * 0.5 + 0.5 * ahead;
    1.0 / (1.0 + (-score).exp())
}
