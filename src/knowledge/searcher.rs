//! Finding the passages that answer a question: by what they mean, by their words, by the intent and by what was said
//! before. Every passage that may be found at all is looked at, so that nothing is missed for being found by one of them
//! alone; what each says is weighed in `fusion`.

use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};

use crate::domain::article::ArticleHit;
use crate::knowledge::findable::Findable;
use crate::knowledge::fusion::{self, Evidence, Standing};
use crate::knowledge::index::IndexError;
use crate::knowledge::lexical;
use crate::knowledge::question;
use crate::knowledge::schema::Fields;
use crate::knowledge::subjects::Subjects;
use crate::knowledge::synonyms::Synonyms;
use crate::knowledge::vectors::{Asked, Vectors};
use crate::ports::SearchQuery;

/// How many of the best are held against each other at least.
const COMPARED: usize = 100;

/// What is searched. There is one segment, so that a document is known by its number.
#[derive(Debug)]
pub(crate) struct Searched {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) findable: Findable,
    pub(crate) synonyms: Synonyms,
    pub(crate) subjects: Subjects,
    /// One for each document; without any, passages are found by their words alone.
    pub(crate) passages: Vectors,
    /// The ways of asking that each article lists.
    pub(crate) questions: Vectors,
}

/// A passage that may be the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) document: u32,
    pub(crate) article: u32,
    pub(crate) evidence: Evidence,
    pub(crate) rank: f32,
}

impl Searched {
    /// Best first; equal ranks by article id, then as the passages stand in the article.
    pub(crate) fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, IndexError> {
        let candidates = self.candidates(query)?;
        let best = candidates.iter().take(query.limit).enumerate();
        best.map(|(place, candidate)| {
            Ok(ArticleHit {
                score: fusion::chance(&candidate.evidence, standing(&candidates, place)),
                ..self.hit(candidate.document)?
            })
        })
        .collect()
    }

    /// The best of all that may be found and for which anything speaks, in their order.
    pub(crate) fn candidates(&self, query: &SearchQuery<'_>) -> Result<Vec<Candidate>, IndexError> {
        let documents = self.findable.documents(&self.searcher, &self.fields, query)?;
        let mut candidates = self.by_themselves(&documents, query)?;
        let openness = fusion::openness(in_question(&candidates));
        if openness > 0.0 && !query.context.is_empty() {
            let spoken = self.subjects.spoken_of(query.locale, query.context);
            for candidate in &mut candidates {
                let spoken = spoken
                    .get(candidate.article as usize)
                    .copied()
                    .unwrap_or_default();
                candidate.evidence.context = openness * spoken;
                candidate.rank = candidate.evidence.rank();
            }
        }
        candidates.retain(|candidate| candidate.evidence.any());
        let better = |a: &Candidate, b: &Candidate| {
            let by_rank = b.rank.total_cmp(&a.rank);
            by_rank.then(a.document.cmp(&b.document))
        };
        let wanted = query.limit.max(COMPARED);
        if candidates.len() > wanted {
            candidates.select_nth_unstable_by(wanted, better);
            candidates.truncate(wanted);
        }
        candidates.sort_by(better);
        Ok(candidates)
    }

    /// By their likeness in meaning alone, the best first; none without an embedding.
    pub(crate) fn nearest(&self, query: &SearchQuery<'_>) -> Result<Vec<u32>, IndexError> {
        let Some(asked) = self.asked(query) else {
            return Ok(Vec::new());
        };
        let documents = self.findable.documents(&self.searcher, &self.fields, query)?;
        let mut nearest: Vec<(u32, f32)> = documents
            .iter()
            .filter_map(|document| Some((*document, self.passages.nearest(*document, &asked)?)))
            .collect();
        nearest.sort_by(|a, b| b.1.total_cmp(&a.1));
        nearest.truncate(query.limit);
        Ok(nearest.into_iter().map(|(document, _)| document).collect())
    }

    /// `None` without an embedding, or with one that none of this model's can be.
    fn asked(&self, query: &SearchQuery<'_>) -> Option<Asked> {
        let embedding = query.embedding?;
        let fits = self.passages.count() > 0 && embedding.len() == self.passages.length();
        let finite = embedding.iter().all(|number| number.is_finite());
        (fits && finite).then(|| Asked::of(embedding))
    }

    /// What speaks for each document, but for what was said before.
    fn by_themselves(
        &self,
        documents: &[u32],
        query: &SearchQuery<'_>,
    ) -> Result<Vec<Candidate>, IndexError> {
        let words = question::words(&self.searcher, &self.fields, &self.synonyms, query)?;
        let coverages = lexical::coverages(&self.searcher, &self.fields, &words)?;
        let intended = self.subjects.intended(query.intents);
        let beginning = fusion::beginning(words.len());
        let asked = self.asked(query);
        let by_words = match asked {
            Some(_) => Vec::new(),
            None => lexical::scores(&self.searcher, &self.fields, &words)?,
        };
        // The documents of an article follow each other, so that each article's questions are looked at once.
        let mut last = (u32::MAX, 0.0);
        let candidates = documents.iter().map(|document| {
            let at = *document as usize;
            let article = self.subjects.article(*document);
            if let Some(asked) = asked.as_ref().filter(|_| last.0 != article) {
                let likeness = self.questions.nearest(article, asked).unwrap_or_default();
                last = (article, likeness);
            }
            let is_beginning = self.subjects.is_beginning(*document);
            let evidence = Evidence {
                meaning: asked
                    .as_ref()
                    .and_then(|asked| self.passages.nearest(*document, asked)),
                asked: (last.1 - fusion::LIKE_ASKED).max(0.0),
                coverage: coverages.get(at).copied().unwrap_or_default(),
                words: by_words.get(at).copied().unwrap_or_default(),
                intent: intended.get(article as usize).copied().unwrap_or_default(),
                listed: if is_beginning {
                    (last.1 - fusion::LISTED).max(0.0)
                } else {
                    0.0
                },
                beginning: if is_beginning { beginning } else { 0.0 },
                context: 0.0,
            };
            Candidate {
                document: *document,
                article,
                evidence,
                rank: evidence.rank(),
            }
        });
        Ok(candidates.collect())
    }

    /// With a score of 0.
    pub(crate) fn hit(&self, document: u32) -> Result<ArticleHit, IndexError> {
        let document: TantivyDocument = self.searcher.doc(DocAddress::new(0, document))?;
        let stored = document
            .get_first(self.fields.hit)
            .and_then(|value| value.as_str())
            .unwrap_or_default();
        Ok(serde_json::from_str(stored)?)
    }
}

/// How many articles have a passage that ranks near the best. Articles follow each other.
fn in_question(candidates: &[Candidate]) -> usize {
    let best = candidates
        .iter()
        .map(|candidate| candidate.rank)
        .fold(f32::NEG_INFINITY, f32::max);
    let near = candidates
        .iter()
        .filter(|candidate| candidate.rank > best - fusion::NEAR);
    let mut articles: Vec<u32> = near.map(|candidate| candidate.article).collect();
    articles.dedup();
    articles.len()
}

/// How the candidate at a place stands among the others, which are sorted.
pub(crate) fn standing(candidates: &[Candidate], place: usize) -> Standing {
    let ahead = |other: Option<&Candidate>| match (candidates.get(place), other) {
        (Some(this), Some(other)) => this.rank - other.rank,
        (_, None) | (None, _) => f32::INFINITY,
    };
    let article = candidates.get(place).map(|candidate| candidate.article);
    Standing {
        ahead: ahead(candidates.get(usize::from(place == 0))),
        ahead_of_articles: ahead(
            candidates
                .iter()
                .find(|candidate| Some(candidate.article) != article),
        ),
    }
}
