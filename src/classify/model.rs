//! A model folder: `card.toml`, `labels.json`, `tokenizer.json`, `model.onnx`, each checked against the card.
//! Knows nothing of ONNX Runtime: the graph is bytes with the right hash here.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fmt, fs, io};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokenizers::{Tokenizer, TruncationParams};

use crate::classify::calibration::{Confidence, Logistic, Scope};
use crate::domain::intent::Intent;

pub(crate) const CARD: &str = "card.toml";
pub(crate) const LABELS: &str = "labels.json";
pub(crate) const TOKENIZER: &str = "tokenizer.json";
pub(crate) const GRAPH: &str = "model.onnx";

/// The only order in which the engine understands the sentiment output.
pub(crate) const SENTIMENTS: [&str; 3] = ["negative", "neutral", "positive"];

/// Two tokens frame every text; more than 512 no encoder of this family has positions for.
const MAX_TOKENS: std::ops::RangeInclusive<usize> = 8..=512;

/// How many digits of the graph's hash name a model.
const HASH_DIGITS: usize = 8;

#[derive(Debug, Error)]
pub enum ModelError {
    #[error("there is no model folder at {}; name one with --model or in firstline.toml", .0.display())]
    NoFolder(PathBuf),
    #[error("{} cannot be read: {problem}; restore the file, or make the model again", .path.display())]
    Unreadable { path: PathBuf, problem: io::Error },
    #[error("{} is not a model card: {problem}", .path.display())]
    Card { path: PathBuf, problem: String },
    #[error(
        "{} is not the file that the card lists: its SHA-256 is {found}, the card says {expected}; \
         restore the file, or, if the change was meant, put the new hash into {CARD}",
        .path.display()
    )]
    Changed {
        path: PathBuf,
        expected: String,
        found: String,
    },
    #[error("{} does not hold the labels of a model: {problem}", .path.display())]
    Labels { path: PathBuf, problem: String },
    #[error("{} is not a tokenizer: {problem}", .path.display())]
    Tokenizer { path: PathBuf, problem: String },
}

/// `card.toml`: what the model is, what it was made from, how good it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    pub name: String,
    pub version: String,
    /// ISO 639-1 code of the language it reads.
    pub language: String,
    pub description: String,
    /// Tokens read of one text, the two that frame it included; the rest is cut off.
    pub max_tokens: usize,
    /// SHA-256 of each file, lower-case hexadecimal.
    pub files: BTreeMap<String, String>,
    pub calibration: Calibration,
    /// The encoder it was made from: numbers and texts.
    #[serde(default)]
    pub base: toml::Table,
    /// The data it was made from: numbers and texts.
    #[serde(default)]
    pub sources: Vec<toml::Table>,
    /// Measured on this very file: numbers and texts.
    #[serde(default)]
    pub scores: toml::Table,
}

/// What turns the graph's numbers into probabilities. Temperatures are above 0; 1 leaves the softmax alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    pub intent_temperature: f32,
    pub sentiment_temperature: f32,
    /// Without it the softmax is the confidence. With it the graph needs a `similarity` output.
    pub confidence: Option<Logistic>,
    /// Tells what is in scope, beside `confidence` and in a model with the intent `out_of_scope` only.
    pub scope: Option<Logistic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Labels {
    intents: Vec<String>,
    sentiments: Vec<String>,
}

/// A checked folder. The graph stays on disk: each session reads it for itself.
pub struct ModelFolder {
    path: PathBuf,
    card: Card,
    intents: Vec<Intent>,
    confidence: Option<Confidence>,
    tokenizer: Arc<Tokenizer>,
}

impl ModelFolder {
    /// Reads and checks every file.
    ///
    /// # Errors
    /// The first fault found: a missing folder or file, a hash that differs from the card's, a file of another form.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        if !path.is_dir() {
            return Err(ModelError::NoFolder(path.to_path_buf()));
        }
        let card = read_card(path)?;
        let intents = read_labels(path, &card)?;
        let confidence = confidence(path, &card, &intents)?;
        let tokenizer = Arc::new(read_tokenizer(path, &card)?);
        read_listed(path, &card, GRAPH)?;
        Ok(Self {
            path: path.to_path_buf(),
            card,
            intents,
            confidence,
            tokenizer,
        })
    }

    pub fn card(&self) -> &Card {
        &self.card
    }

    /// In the order of the `intent_logits` output.
    pub fn intents(&self) -> &[Intent] {
        &self.intents
    }

    /// `None` where the softmax is the confidence.
    pub(crate) fn confidence(&self) -> Option<Confidence> {
        self.confidence
    }

    /// Name, version and first digits of the graph's hash: `support-en 1.0.0 be670d7c`.
    pub fn model(&self) -> String {
        let hash: String = self
            .card
            .files
            .get(GRAPH)
            .map(|hash| hash.chars().take(HASH_DIGITS).collect())
            .unwrap_or_default();
        format!("{} {} {hash}", self.card.name, self.card.version)
    }

    pub(crate) fn tokenizer(&self) -> Arc<Tokenizer> {
        Arc::clone(&self.tokenizer)
    }

    pub(crate) fn graph_path(&self) -> PathBuf {
        self.path.join(GRAPH)
    }

    /// Reads the graph and holds it against the card again: the file may have been replaced since.
    pub(crate) fn read_graph(&self) -> Result<Vec<u8>, ModelError> {
        read_listed(&self.path, &self.card, GRAPH)
    }

    /// The tokenizer's file, held against the card again.
    pub(crate) fn read_tokenizer_file(&self) -> Result<Vec<u8>, ModelError> {
        read_listed(&self.path, &self.card, TOKENIZER)
    }
}

impl fmt::Debug for ModelFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The tokenizer would print its whole vocabulary.
        f.debug_struct("ModelFolder")
            .field("path", &self.path)
            .field("model", &self.model())
            .finish_non_exhaustive()
    }
}

fn read_card(folder: &Path) -> Result<Card, ModelError> {
    let path = folder.join(CARD);
    let text = fs::read_to_string(&path).map_err(|problem| ModelError::Unreadable {
        path: path.clone(),
        problem,
    })?;
    let refuse = |problem: String| ModelError::Card {
        path: path.clone(),
        problem,
    };
    let card: Card = toml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    if !MAX_TOKENS.contains(&card.max_tokens) {
        return Err(refuse(format!(
            "max_tokens is {}; it must be {} to {}",
            card.max_tokens,
            MAX_TOKENS.start(),
            MAX_TOKENS.end()
        )));
    }
    for (key, temperature) in [
        ("intent_temperature", card.calibration.intent_temperature),
        ("sentiment_temperature", card.calibration.sentiment_temperature),
    ] {
        if !(temperature.is_finite() && temperature > 0.0) {
            return Err(refuse(format!(
                "calibration.{key} is {temperature}; it must be above 0"
            )));
        }
    }
    let Calibration {
        confidence, scope, ..
    } = card.calibration;
    for (key, weights) in [("confidence", confidence), ("scope", scope)] {
        if weights.is_some_and(|weights| !weights.is_finite()) {
            return Err(refuse(format!(
                "calibration.{key} holds something that is not a number"
            )));
        }
    }
    if scope.is_some() && confidence.is_none() {
        return Err(refuse(
            "calibration.scope stands without calibration.confidence; add that table, or remove this one"
                .to_owned(),
        ));
    }
    Ok(card)
}

/// The card's weights, for the intents of the labels.
fn confidence(folder: &Path, card: &Card, intents: &[Intent]) -> Result<Option<Confidence>, ModelError> {
    let scope = card.calibration.scope.map(|weights| {
        let place = intents.iter().position(|intent| intent.is(Intent::OUT_OF_SCOPE));
        let place = place.ok_or_else(|| ModelError::Card {
            path: folder.join(CARD),
            problem: format!(
                "calibration.scope needs the intent \"{}\", and {LABELS} does not name it; remove the table",
                Intent::OUT_OF_SCOPE
            ),
        });
        place.map(|out_of_scope| Scope {
            out_of_scope,
            weights,
        })
    });
    let scope = scope.transpose()?;
    let right = card.calibration.confidence;
    Ok(right.map(|right| Confidence { right, scope }))
}

fn read_listed(folder: &Path, card: &Card, file: &str) -> Result<Vec<u8>, ModelError> {
    let path = folder.join(file);
    let Some(expected) = card.files.get(file) else {
        return Err(ModelError::Card {
            path: folder.join(CARD),
            problem: format!("the table [files] lists no \"{file}\"; add it with its SHA-256"),
        });
    };
    let bytes = fs::read(&path).map_err(|problem| ModelError::Unreadable {
        path: path.clone(),
        problem,
    })?;
    let found = hex::encode(Sha256::digest(&bytes));
    if found == *expected {
        Ok(bytes)
    } else {
        Err(ModelError::Changed {
            path,
            expected: expected.clone(),
            found,
        })
    }
}

fn read_labels(folder: &Path, card: &Card) -> Result<Vec<Intent>, ModelError> {
    let bytes = read_listed(folder, card, LABELS)?;
    let refuse = |problem: String| ModelError::Labels {
        path: folder.join(LABELS),
        problem,
    };
    let labels: Labels = serde_json::from_slice(&bytes).map_err(|error| refuse(error.to_string()))?;
    if labels.sentiments != SENTIMENTS {
        return Err(refuse(format!(
            "\"sentiments\" must be {SENTIMENTS:?}, in this order"
        )));
    }
    if labels.intents.is_empty() {
        return Err(refuse("\"intents\" is empty".to_owned()));
    }
    let mut seen = HashSet::new();
    for (index, name) in labels.intents.iter().enumerate() {
        if name.trim().is_empty() {
            return Err(refuse(format!("intent {} of \"intents\" has no name", index + 1)));
        }
        if !seen.insert(name) {
            return Err(refuse(format!("\"intents\" names \"{name}\" twice")));
        }
    }
    Ok(labels.intents.into_iter().map(Intent::new).collect())
}

/// Without padding, which would cost time and change nothing, and cut at the card's `max_tokens`.
fn read_tokenizer(folder: &Path, card: &Card) -> Result<Tokenizer, ModelError> {
    let bytes = read_listed(folder, card, TOKENIZER)?;
    let refuse = |error: tokenizers::Error| ModelError::Tokenizer {
        path: folder.join(TOKENIZER),
        problem: error.to_string(),
    };
    let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(refuse)?;
    tokenizer.with_padding(None);
    let truncation = TruncationParams {
        max_length: card.max_tokens,
        ..TruncationParams::default()
    };
    tokenizer.with_truncation(Some(truncation)).map_err(refuse)?;
    Ok(tokenizer)
}
