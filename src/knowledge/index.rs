//! The index as the rest of the program sees it: built once from the articles, then only read.

use std::io;
use std::path::{Path, PathBuf};

use tantivy::TantivyError;
use tantivy::directory::RamDirectory;
use thiserror::Error;

use crate::domain::article::{Article, ArticleHit, Citation};
use crate::domain::canned_response::ReplyHit;
use crate::domain::reading::Fault;
use crate::knowledge::embeddings::{self, Embedded, Embeddings};
use crate::knowledge::findable::Findable;
use crate::knowledge::fusion::{Evidence, Standing};
use crate::knowledge::replies::Replies;
use crate::knowledge::schema::schema;
use crate::knowledge::searcher::{Searched, standing};
use crate::knowledge::subjects::Subjects;
use crate::knowledge::{Knowledge, folder, indexer};
use crate::ports::{KnowledgeBase, SearchQuery};

#[derive(Debug, Error)]
pub enum IndexError {
    #[error("cannot {action} {}: {source}; the folder must be writable, with room on the disk", path.display())]
    Folder {
        action: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    #[error("the search index failed: {0}; delete its folder if it has one, and build it again")]
    Index(#[from] TantivyError),
    #[error("the search index failed: {0}; delete its folder if it has one, and build it again")]
    Read(#[from] io::Error),
    #[error("a passage in the search index cannot be understood: {0}; build the index again")]
    Passage(#[from] serde_json::Error),
    #[error("the passages cannot be embedded: {0}; check the model")]
    Embedding(#[source] Fault),
    #[error("the model gave a vector of {0} numbers, unlike the others or too many; make the model again")]
    Length(usize),
}

/// Where an index is kept.
#[derive(Debug, Clone, Copy)]
pub enum Place<'a> {
    /// Built at every start; a few hundred articles take milliseconds.
    Memory,
    /// Kept, and reused while the articles are the same. A rebuild does not disturb who reads the old one.
    Folder(&'a Path),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexStats {
    pub articles: usize,
    pub passages: u64,
    /// Of the words, in memory or on disk.
    pub bytes: u64,
    /// Vectors of passages, questions and canned responses, those of them that were made now, and their bytes in memory.
    pub vectors: usize,
    pub embedded: usize,
    pub vector_bytes: usize,
    /// True when the folder held an index of the very same articles.
    pub reused: bool,
}

/// A search over all passages. Immutable: for changed articles build another and put it in the place of this.
#[derive(Debug)]
pub struct KnowledgeIndex {
    searched: Searched,
    replies: Replies,
    stats: IndexStats,
}

impl KnowledgeIndex {
    /// Without `embeddings` passages are found by their words alone.
    pub fn build(
        knowledge: &Knowledge,
        place: Place<'_>,
        embeddings: Option<Embeddings<'_>>,
    ) -> Result<Self, IndexError> {
        let articles = in_order(&knowledge.articles);
        let (searcher, reused) = match place {
            Place::Memory => (
                indexer::open(&indexer::write(&articles, RamDirectory::create())?)?,
                false,
            ),
            Place::Folder(path) => folder::open_or_build(path, &knowledge.hash, &articles)?,
        };
        let embedded = match embeddings {
            Some(embeddings) => embeddings::of(&articles, &knowledge.replies, embeddings)?,
            None => Embedded::default(),
        };
        let stats = IndexStats {
            articles: articles.len(),
            passages: searcher.num_docs(),
            bytes: searcher.space_usage()?.total().get_bytes(),
            vectors: embedded.passages.count() + embedded.questions.count() + embedded.replies.count(),
            embedded: embedded.made,
            vector_bytes: embedded.passages.bytes() + embedded.questions.bytes() + embedded.replies.bytes(),
            reused,
        };
        let (_, fields) = schema();
        Ok(Self {
            searched: Searched {
                searcher,
                fields,
                findable: Findable::default(),
                synonyms: knowledge.synonyms.clone(),
                subjects: Subjects::of(&articles),
                passages: embedded.passages,
                questions: embedded.questions,
            },
            replies: Replies::new(&knowledge.replies, embedded.replies),
            stats,
        })
    }

    /// What speaks for each of the best passages and how it stands among the others, for whoever chooses the weights.
    pub fn evidence(
        &self,
        query: &SearchQuery<'_>,
    ) -> Result<Vec<(Citation, Evidence, Standing)>, IndexError> {
        let candidates = self.searched.candidates(query)?;
        let best = candidates.iter().take(query.limit).enumerate();
        best.map(|(place, candidate)| {
            let citation = self.searched.hit(candidate.document)?.citation;
            Ok((citation, candidate.evidence, standing(&candidates, place)))
        })
        .collect()
    }

    /// The passages that are nearest to the question by their meaning alone; none without an embedding.
    pub fn nearest(&self, query: &SearchQuery<'_>) -> Result<Vec<Citation>, IndexError> {
        let nearest = self.searched.nearest(query)?;
        nearest
            .into_iter()
            .map(|document| Ok(self.searched.hit(document)?.citation))
            .collect()
    }

    pub fn stats(&self) -> IndexStats {
        self.stats
    }
}

impl KnowledgeBase for KnowledgeIndex {
    fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, Fault> {
        self.searched
            .search(query)
            .map_err(|error| Fault::Search(error.to_string()))
    }

    fn replies(&self, query: &SearchQuery<'_>) -> Result<Vec<ReplyHit>, Fault> {
        Ok(self.replies.nearest(query))
    }
}

/// By id: the order of the index's documents, and so of their vectors, and that in which equal hits are found.
fn in_order(articles: &[Article]) -> Vec<&Article> {
    let mut articles: Vec<&Article> = articles.iter().collect();
    articles.sort_by(|a, b| a.id.cmp(&b.id));
    articles
}
