//! The index as the rest of the program sees it: built once from the articles, then only read.

use std::io;
use std::path::{Path, PathBuf};

use tantivy::directory::RamDirectory;
use tantivy::{Searcher, TantivyError};
use thiserror::Error;

use crate::domain::article::ArticleHit;
use crate::domain::reading::Fault;
use crate::knowledge::schema::{Fields, schema};
use crate::knowledge::{Knowledge, folder, indexer, searcher};
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
    /// In memory or on disk.
    pub bytes: u64,
    /// True when the folder held an index of the very same articles.
    pub reused: bool,
}

/// A search over all passages. Immutable: for changed articles build another and put it in the place of this.
#[derive(Debug)]
pub struct KnowledgeIndex {
    searcher: Searcher,
    fields: Fields,
    stats: IndexStats,
}

impl KnowledgeIndex {
    pub fn build(knowledge: &Knowledge, place: Place<'_>) -> Result<Self, IndexError> {
        let (searcher, reused) = match place {
            Place::Memory => (
                indexer::open(&indexer::write(&knowledge.articles, RamDirectory::create())?)?,
                false,
            ),
            Place::Folder(path) => folder::open_or_build(path, knowledge)?,
        };
        let stats = IndexStats {
            articles: knowledge.articles.len(),
            passages: searcher.num_docs(),
            bytes: searcher.space_usage()?.total().get_bytes(),
            reused,
        };
        let (_, fields) = schema();
        Ok(Self {
            searcher,
            fields,
            stats,
        })
    }

    pub fn stats(&self) -> IndexStats {
        self.stats
    }
}

impl KnowledgeBase for KnowledgeIndex {
    fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, Fault> {
        searcher::search(&self.searcher, &self.fields, query)
            .map_err(|error| Fault::Search(error.to_string()))
    }
}
