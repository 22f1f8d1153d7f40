//! Finding the passages that answer a question: by their words, by what they mean, by what was said before and by the
//! intent; what each says is weighed in `fusion`.

use std::collections::BTreeSet;

use tantivy::collector::TopDocs;
use tantivy::schema::Value;
use tantivy::{DocAddress, Searcher, TantivyDocument};

use crate::domain::article::ArticleHit;
use crate::knowledge::fusion::{self, Evidence};
use crate::knowledge::index::IndexError;
use crate::knowledge::lexical::{self, Filters, Part};
use crate::knowledge::question::{self, Word};
use crate::knowledge::schema::Fields;
use crate::knowledge::synonyms::Synonyms;
use crate::knowledge::vectors::{Asked, Best, Vectors};
use crate::ports::SearchQuery;

/// How many passages are looked at closely for what they say, and as many for what they mean.
const CANDIDATES: usize = 100;

/// What is searched. There is one segment, so that a document is known by its number.
#[derive(Debug)]
pub(crate) struct Searched {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    /// One document's after the other's; without any, passages are found by their words alone.
    pub(crate) vectors: Vectors,
    pub(crate) synonyms: Synonyms,
}

/// A passage that may be the answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Candidate {
    pub(crate) document: u32,
    pub(crate) evidence: Evidence,
}

/// Parts of a question, each of which gives a passage a score of its own.
struct Parts {
    words: Option<Part>,
    context: Option<Part>,
    intents: Option<Part>,
    lead_intents: Option<Part>,
    /// What BM25 of the words is divided by.
    unit: f32,
}

impl Searched {
    /// Best first; equal ranks by article id, then as the passages stand in the article.
    pub(crate) fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, IndexError> {
        let candidates = self.candidates(query)?;
        let ranks: Vec<f32> = candidates
            .iter()
            .map(|candidate| candidate.evidence.rank())
            .collect();
        let mut hits = Vec::new();
        for (place, candidate) in candidates.iter().enumerate().take(query.limit) {
            let other = ranks.get(usize::from(place == 0)).copied().unwrap_or_default();
            let score = fusion::chance(&candidate.evidence, ranks[place] - other);
            hits.push(ArticleHit {
                score,
                ..self.hit(candidate.document)?
            });
        }
        Ok(hits)
    }

    /// By rank, the best first.
    pub(crate) fn candidates(&self, query: &SearchQuery<'_>) -> Result<Vec<Candidate>, IndexError> {
        let filters = lexical::filters(&self.searcher, &self.fields, query)?;
        let words = question::words(&self.searcher, &self.fields, &self.synonyms, query)?;
        let parts = self.parts(query, &words);
        let asked = self.asked(query);
        let limit = self.at_most(query.limit.max(CANDIDATES));
        let mut documents: BTreeSet<u32> = self.best_by_words(&parts, &filters, limit)?.into_iter().collect();
        if let Some(asked) = &asked {
            documents.extend(self.best_by_meaning(asked, &filters, limit)?);
        }
        let documents: Vec<u32> = documents.into_iter().collect();
        let evidence = self.evidence(&documents, &words, &parts, asked.as_ref())?;
        let mut candidates: Vec<Candidate> = documents
            .into_iter()
            .zip(evidence)
            .map(|(document, evidence)| Candidate { document, evidence })
            .collect();
        candidates.sort_by(|a, b| b.evidence.rank().total_cmp(&a.evidence.rank()));
        Ok(candidates)
    }

    /// By cosine alone, the best first.
    pub(crate) fn nearest(&self, query: &SearchQuery<'_>) -> Result<Vec<u32>, IndexError> {
        let filters = lexical::filters(&self.searcher, &self.fields, query)?;
        let Some(asked) = self.asked(query) else {
            return Ok(Vec::new());
        };
        self.best_by_meaning(&asked, &filters, self.at_most(query.limit))
    }

    /// No more than there are passages.
    fn at_most(&self, limit: usize) -> usize {
        limit.min(usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX))
    }

    /// `None` without an embedding, or with one that none of this model's can be.
    fn asked(&self, query: &SearchQuery<'_>) -> Option<Asked> {
        let embedding = query.embedding?;
        let fits = self.vectors.count() > 0 && embedding.len() == self.vectors.length();
        let finite = embedding.iter().all(|number| number.is_finite());
        (fits && finite).then(|| Asked::of(embedding))
    }

    fn parts(&self, query: &SearchQuery<'_>, words: &[Word]) -> Parts {
        let weight: f32 = words.iter().map(|word| word.weight).sum();
        Parts {
            words: lexical::of_words(words, &self.fields),
            context: lexical::of_context(query, &self.fields),
            intents: lexical::of_intents(query.intents, self.fields.intents),
            lead_intents: lexical::of_intents(query.intents, self.fields.lead_intents),
            unit: weight.max(1.0),
        }
    }

    /// Those that rank best by everything but their meaning; in no order.
    fn best_by_words(&self, parts: &Parts, filters: &Filters, limit: usize) -> Result<Vec<u32>, IndexError> {
        let weighted = [
            (&parts.words, fusion::WORDS / parts.unit),
            (&parts.context, fusion::CONTEXT),
            (&parts.intents, fusion::INTENT),
            (&parts.lead_intents, fusion::LEAD),
        ];
        let clauses = weighted.into_iter().filter_map(|(part, weight)| {
            part.as_ref()
                .map(|part| lexical::weighted(part.box_clone(), weight))
        });
        let Some(any) = lexical::union(clauses.collect()).filter(|_| limit > 0) else {
            return Ok(Vec::new());
        };
        let best = TopDocs::with_limit(limit).order_by_score();
        let found = self.searcher.search(&lexical::among(Some(any), filters), &best)?;
        Ok(found.into_iter().map(|(_, place)| place.doc_id).collect())
    }

    fn best_by_meaning(
        &self,
        asked: &Asked,
        filters: &Filters,
        limit: usize,
    ) -> Result<Vec<u32>, IndexError> {
        let mut best = Best::new(limit);
        lexical::each_document(&self.searcher, &lexical::among(None, filters), |document| {
            if let Some(cosine) = self.vectors.cosine(document, asked) {
                best.offer(cosine, document);
            }
        })?;
        Ok(best.documents().collect())
    }

    /// One for each of the documents, which ascend.
    fn evidence(
        &self,
        documents: &[u32],
        words: &[Word],
        parts: &Parts,
        asked: Option<&Asked>,
    ) -> Result<Vec<Evidence>, IndexError> {
        let scores = |part: &Option<Part>| lexical::scores(&self.searcher, part.as_ref(), documents);
        let (by_words, context) = (scores(&parts.words)?, scores(&parts.context)?);
        let (intents, leads) = (scores(&parts.intents)?, scores(&parts.lead_intents)?);
        let coverages = lexical::coverages(&self.searcher, &self.fields, words, documents)?;
        let evidence = documents.iter().enumerate().map(|(at, document)| Evidence {
            words: by_words[at] / parts.unit,
            coverage: coverages[at],
            cosine: asked.and_then(|asked| self.vectors.cosine(*document, asked)),
            context: context[at],
            intent: intents[at],
            lead: leads[at],
        });
        Ok(evidence.collect())
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
