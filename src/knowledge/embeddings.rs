//! The vectors of all passages, of the ways of asking for them, and of canned responses: of which texts they are made, made by whoever can,
//! and kept in a file so that only what has changed is made again.
//!
//! ```text
//!   vectors-<model>.bin   mark, numbers in a vector, and for each vector: 16 bytes of the SHA-256 of its text, the
//!                         scale, a byte for each number; at the end 16 bytes of the SHA-256 of all that
//! ```
//! The file is a cache: one that is missing, damaged or of another model costs time and nothing else.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::article::Article;
use crate::domain::canned_response::CannedResponse;
use crate::knowledge::folder::create_private;
use crate::knowledge::fusion::TEXT_SHARE;
use crate::knowledge::index::IndexError;
use crate::knowledge::replies;
use crate::knowledge::vectors::{LENGTH_MAX, Stored, Vectors};
use crate::ports::Embedder;

/// Changes with the form of the file.
const MARK: &[u8; 8] = b"flvec v1";

const PREFIX: &str = "vectors-";
const ENDING: &str = ".bin";

/// How much of a hash tells texts apart.
const HASH_BYTES: usize = 16;

/// At once: what has been made is not held in memory as floats for long.
const BATCH: usize = 4096;

/// Who makes vectors, and where they are kept.
#[derive(Debug, Clone, Copy)]
pub struct Embeddings<'a> {
    pub embedder: &'a dyn Embedder,
    /// A folder, made when it is not there; `None`: they are made anew each time.
    pub kept: Option<&'a Path>,
}

type Hash = [u8; HASH_BYTES];

/// By the hash of the texts.
#[derive(Debug, Default)]
struct Kept {
    /// 0 until the first vector is known.
    length: usize,
    vectors: HashMap<Hash, Stored>,
}

impl Kept {
    fn get(&self, subject: &Subject<'_>) -> Option<(f32, &[i8])> {
        let vector = self.vectors.get(&subject.hash())?;
        Some((vector.scale, vector.numbers.as_slice()))
    }
}

/// A passage's vector, or a question's.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject<'a> {
    /// A passage is as like a question as its text is, and its heading by itself: the mean of both, weighed, in one
    /// vector. It is shorter than 1, the more the two differ. Without a heading the title stands for it, and with one
    /// the title is left out: what an article is about is told by what was said before.
    Passage {
        heading: &'a str,
        text: Cow<'a, str>,
    },
    Question(&'a str),
}

impl Subject<'_> {
    /// With the share that each has.
    fn texts(&self) -> Vec<(String, f32)> {
        match self {
            Self::Passage { heading, text } => vec![
                (format!("{heading}\n{text}"), TEXT_SHARE),
                ((*heading).to_owned(), 1.0 - TEXT_SHARE),
            ],
            Self::Question(text) => vec![((*text).to_owned(), 1.0)],
        }
    }

    fn hash(&self) -> Hash {
        let (kind, texts) = match self {
            Self::Passage { heading, text } => ("passage", [*heading, text.as_ref()]),
            Self::Question(text) => ("question", [*text, ""]),
        };
        let mut hash = Sha256::new_with_prefix(kind);
        for text in texts {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        }
        first_bytes(&hash.finalize())
    }
}

/// The vectors of some articles and canned responses.
#[derive(Debug, Default)]
pub(crate) struct Embedded {
    /// One for each passage, in the order of the articles and their passages.
    pub(crate) passages: Vectors,
    /// One for each question, by the article.
    pub(crate) questions: Vectors,
    /// One for each canned response that agents may send, which is as like a question as its title and its text are.
    pub(crate) replies: Vectors,
    /// How many were made now.
    pub(crate) made: usize,
}

pub(crate) fn of(
    articles: &[&Article],
    responses: &[CannedResponse],
    embeddings: Embeddings<'_>,
) -> Result<Embedded, IndexError> {
    let path = embeddings
        .kept
        .map(|folder| folder.join(format!("{PREFIX}{}{ENDING}", embeddings.embedder.model())));
    let mut kept = path.as_deref().and_then(read).unwrap_or_default();
    let all: Vec<Subject<'_>> = articles
        .iter()
        .flat_map(|article| passages(article).chain(questions(article)))
        .chain(canned(responses))
        .collect();
    let wanted: HashSet<Hash> = all.iter().map(Subject::hash).collect();
    let before = kept.vectors.len();
    kept.vectors.retain(|hash, _| wanted.contains(hash));
    let dropped = before - kept.vectors.len();
    let made = make(&all, &mut kept, embeddings.embedder)?;
    if let Some(path) = path
        && made + dropped > 0
    {
        keep(&path, &kept);
    }
    let mut embedded = Embedded {
        passages: Vectors::with_capacity(kept.length, all.len()),
        questions: Vectors::with_capacity(kept.length, articles.len()),
        replies: Vectors::with_capacity(kept.length, responses.len()),
        made,
    };
    for article in articles {
        for passage in passages(article) {
            embedded.passages.push(kept.get(&passage));
        }
        let questions: Vec<_> = questions(article).collect();
        embedded
            .questions
            .push(questions.iter().flat_map(|question| kept.get(question)));
    }
    for reply in canned(responses) {
        embedded.replies.push(kept.get(&reply));
    }
    Ok(embedded)
}

fn passages(article: &Article) -> impl Iterator<Item = Subject<'_>> {
    article.passages.iter().map(|passage| Subject::Passage {
        heading: if passage.heading.is_empty() {
            &article.title
        } else {
            &passage.heading
        },
        text: Cow::Borrowed(&passage.text),
    })
}

fn canned(responses: &[CannedResponse]) -> impl Iterator<Item = Subject<'_>> {
    replies::offered(responses).map(|response| Subject::Passage {
        heading: &response.title,
        text: Cow::Owned(replies::plain(&response.text)),
    })
}

fn questions(article: &Article) -> impl Iterator<Item = Subject<'_>> {
    article.questions.iter().map(|text| Subject::Question(text))
}

/// Adds what is missing, and says how many that was.
fn make(all: &[Subject<'_>], kept: &mut Kept, embedder: &dyn Embedder) -> Result<usize, IndexError> {
    let mut seen = HashSet::new();
    let missing: Vec<(Hash, &Subject<'_>)> = all
        .iter()
        .map(|subject| (subject.hash(), subject))
        .filter(|(hash, _)| !kept.vectors.contains_key(hash) && seen.insert(*hash))
        .collect();
    for batch in missing.chunks(BATCH) {
        let texts: Vec<(Hash, String, f32)> = batch
            .iter()
            .flat_map(|(hash, subject)| {
                let texts = subject.texts().into_iter();
                texts.map(|(text, share)| (*hash, text, share))
            })
            .collect();
        let plain: Vec<&str> = texts.iter().map(|(_, text, _)| text.as_str()).collect();
        let vectors = embedder.embed(&plain).map_err(IndexError::Embedding)?;
        let mut sums: HashMap<Hash, Vec<f32>> = HashMap::new();
        for ((hash, _, share), vector) in texts.iter().zip(vectors) {
            if kept.length == 0 {
                kept.length = vector.len();
            }
            if vector.len() != kept.length || !(1..=LENGTH_MAX).contains(&vector.len()) {
                return Err(IndexError::Length(vector.len()));
            }
            let sum = sums.entry(*hash).or_insert_with(|| vec![0.0; vector.len()]);
            for (sum, number) in sum.iter_mut().zip(vector) {
                *sum += share * number;
            }
        }
        for (hash, sum) in sums {
            kept.vectors.insert(hash, Stored::of(&sum));
        }
    }
    if !missing.is_empty() {
        tracing::info!(
            made = missing.len(),
            of = all.len(),
            "passages and questions were embedded"
        );
    }
    Ok(missing.len())
}

fn first_bytes(digest: &[u8]) -> Hash {
    let mut hash = Hash::default();
    hash.copy_from_slice(&digest[..HASH_BYTES]);
    hash
}

/// `None` for a file that is not there, or is not whole.
fn read(path: &Path) -> Option<Kept> {
    let bytes = fs::read(path).ok()?;
    let (content, check) = bytes.split_last_chunk::<HASH_BYTES>()?;
    if first_bytes(&Sha256::digest(content)) != *check {
        return None;
    }
    let (mark, content) = content.split_first_chunk::<8>()?;
    let (length, content) = content.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if mark != MARK || !(1..=LENGTH_MAX).contains(&length) {
        return None;
    }
    let mut kept = Kept {
        length,
        vectors: HashMap::new(),
    };
    for record in content.chunks_exact(HASH_BYTES + 4 + length) {
        let (hash, record) = record.split_first_chunk::<HASH_BYTES>()?;
        let (scale, numbers) = record.split_first_chunk::<4>()?;
        let stored = Stored {
            scale: f32::from_le_bytes(*scale),
            numbers: numbers.iter().map(|byte| i8::from_le_bytes([*byte])).collect(),
        };
        kept.vectors.insert(*hash, stored);
    }
    Some(kept)
}

/// In one step, so that nobody reads half a file. What cannot be kept is made again the next time.
fn keep(path: &Path, kept: &Kept) {
    let mut bytes = Vec::with_capacity(64 + kept.vectors.len() * (HASH_BYTES + 4 + kept.length));
    bytes.extend_from_slice(MARK);
    bytes.extend_from_slice(&(kept.length as u32).to_le_bytes());
    let mut sorted: Vec<(&Hash, &Stored)> = kept.vectors.iter().collect();
    sorted.sort_by_key(|(hash, _)| **hash);
    for (hash, stored) in sorted {
        bytes.extend_from_slice(hash);
        bytes.extend_from_slice(&stored.scale.to_le_bytes());
        bytes.extend(stored.numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
    let check = first_bytes(&Sha256::digest(&bytes));
    bytes.extend_from_slice(&check);
    if let Err(error) = write(path, &bytes) {
        tracing::warn!(path = %path.display(), %error, "the passages' vectors cannot be kept, and are made again next time");
    }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_private(folder)?;
    // Several processes may do the same at once; each has a name of its own.
    let next = folder.join(format!("{PREFIX}{}.next", std::process::id()));
    fs::write(&next, bytes)?;
    fs::rename(&next, path)?;
    for other in others(folder, path)? {
        fs::remove_file(other)?;
    }
    Ok(())
}

/// Files of models that were in use before.
fn others(folder: &Path, path: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut others = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name.ends_with(ENDING) && entry.path() != path {
            others.push(entry.path());
        }
    }
    Ok(others)
}
