//! The vectors of all passages: of which texts they are made, made by whoever can, and kept in a file so that only
//! what has changed is made again.
//!
//! ```text
//!   vectors-<model>.bin   mark, numbers in a vector, and for each text: 16 bytes of its SHA-256, the scale, a byte for
//!                         each number; at the end 16 bytes of the SHA-256 of all that
//! ```
//! The file is a cache: one that is missing, damaged or of another model costs time and nothing else.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::article::{Article, Passage};
use crate::knowledge::folder::create_private;
use crate::knowledge::index::IndexError;
use crate::knowledge::vectors::{LENGTH_MAX, Stored, Vectors};
use crate::ports::Embedder;

/// Changes with the form of the file.
const MARK: &[u8; 8] = b"flvec v1";

const PREFIX: &str = "vectors-";
const ENDING: &str = ".bin";

/// How much of a hash tells texts apart.
const HASH_BYTES: usize = 16;

/// At once: what has been made is not held in memory twice.
const BATCH: usize = 4096;

/// Who makes vectors, and where they are kept.
#[derive(Debug, Clone, Copy)]
pub struct Embeddings<'a> {
    pub embedder: &'a dyn Embedder,
    /// A folder, made when it is not there; `None`: they are made anew each time.
    pub kept: Option<&'a Path>,
}

type Hash = [u8; HASH_BYTES];

/// By the hash of the text.
#[derive(Debug, Default)]
struct Kept {
    length: usize,
    vectors: HashMap<Hash, Stored>,
}

/// One or more vectors for each passage, in the order of `articles` and their passages, and how many of them were made
/// now.
pub(crate) fn of_passages(
    articles: &[&Article],
    embeddings: Embeddings<'_>,
) -> Result<(Vectors, usize), IndexError> {
    let passages = articles
        .iter()
        .flat_map(|article| article.passages.iter().enumerate().map(|place| (*article, place)));
    let texts: Vec<Vec<String>> = passages
        .map(|(article, (place, passage))| texts(article, place, passage))
        .collect();
    let path = embeddings
        .kept
        .map(|folder| folder.join(format!("{PREFIX}{}{ENDING}", embeddings.embedder.model())));
    let mut kept = path.as_deref().and_then(read).unwrap_or_default();
    let wanted: HashSet<Hash> = texts.iter().flatten().map(|text| hash(text)).collect();
    let before = kept.vectors.len();
    kept.vectors.retain(|hash, _| wanted.contains(hash));
    let dropped = before - kept.vectors.len();
    let made = make(&texts, &mut kept, embeddings.embedder)?;
    if let Some(path) = path
        && made + dropped > 0
    {
        keep(&path, &kept);
    }
    let mut vectors = Vectors::with_capacity(kept.length, texts.len());
    for texts in &texts {
        let of_passage = texts.iter().filter_map(|text| kept.vectors.get(&hash(text)));
        vectors.push(of_passage.map(|vector| (vector.scale, vector.numbers.as_slice())));
    }
    Ok((vectors, made))
}

/// What a passage is found by. The title says what the text is about where the text does not. Each way of asking has a
/// vector of its own, because a question is nearer to a question than to its answer; they stand with the first passage,
/// which answers the article as a whole.
fn texts(article: &Article, place: usize, passage: &Passage) -> Vec<String> {
    let heading = if passage.heading.is_empty() {
        &article.title
    } else {
        &passage.heading
    };
    let mut texts = vec![format!("{heading}\n{}", passage.text), heading.clone()];
    if place == 0 {
        texts.extend(article.questions.iter().cloned());
    }
    texts
}

/// Adds what is missing, and says how many that was.
fn make(texts: &[Vec<String>], kept: &mut Kept, embedder: &dyn Embedder) -> Result<usize, IndexError> {
    let mut seen = HashSet::new();
    let missing: Vec<(Hash, &str)> = texts
        .iter()
        .flatten()
        .map(|text| (hash(text), text.as_str()))
        .filter(|(hash, _)| !kept.vectors.contains_key(hash) && seen.insert(*hash))
        .collect();
    for batch in missing.chunks(BATCH) {
        let batch_texts: Vec<&str> = batch.iter().map(|(_, text)| *text).collect();
        let vectors = embedder.embed(&batch_texts).map_err(IndexError::Embedding)?;
        for ((hash, _), vector) in batch.iter().zip(vectors) {
            if kept.vectors.is_empty() {
                kept.length = vector.len();
            }
            if vector.len() != kept.length || !(1..=LENGTH_MAX).contains(&vector.len()) {
                return Err(IndexError::Length(vector.len()));
            }
            kept.vectors.insert(*hash, Stored::of(&vector));
        }
    }
    Ok(missing.len())
}

fn hash(text: &str) -> Hash {
    first_bytes(&Sha256::digest(text))
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
