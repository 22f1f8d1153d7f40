//! Runs a classifier over many texts, all its threads busy, and takes the time of single ones.

use std::time::Instant;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use thiserror::Error;

use crate::domain::intent::Intent;
use crate::domain::message::Text;
use crate::domain::reading::{Classification, Fault};
use crate::domain::sentiment::Sentiment;
use crate::eval::compare::quantile;
use crate::eval::judged::Answer;
use crate::ports::Classifier;

/// How many messages are timed, and how many before them warm up.
const TIMED_MAX: usize = 400;
const WARM_UP: usize = 20;

#[derive(Debug, Error)]
pub enum ReadingError {
    /// Rows count from 1; the words themselves are a customer's and stay where they are.
    #[error("the model could not read row {row}: {fault}")]
    Fault { row: usize, fault: Fault },
    #[error("there is no text to read")]
    Nothing,
    #[error("the model gave no intent")]
    NoIntent,
}

/// What a model said of all texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// Name, version and first digits of the hash of the model.
    pub model: String,
    /// All that it knows.
    pub intents: Vec<Intent>,
    /// In the order of the texts.
    pub answers: Vec<Answer>,
    /// In the same order.
    pub sentiments: Vec<Sentiment>,
}

/// The time from text to answer with one message under way, so of one thread.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Latency {
    pub messages: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Reads every text. `at_once` is how many are under way, at least 1 and no more than the classifier's capacity;
/// `done` is called after each.
///
/// # Errors
/// The first text that the model fails on; no text at all; a model without intents.
pub async fn read_all(
    classifier: &dyn Classifier,
    texts: &[&Text],
    at_once: usize,
    done: impl Fn(),
) -> Result<Readings, ReadingError> {
    let first = texts.first().ok_or(ReadingError::Nothing)?;
    let known = read(classifier, 0, first).await?;
    let read: Vec<(Answer, Sentiment)> = stream::iter(texts.iter().enumerate())
        .map(|(row, text)| read(classifier, row, text))
        .buffered(at_once.max(1))
        .map(|classification| {
            done();
            answer(classification?).ok_or(ReadingError::NoIntent)
        })
        .try_collect()
        .await?;
    let (answers, sentiments) = read.into_iter().unzip();
    Ok(Readings {
        model: known.model,
        intents: known.intents.into_iter().map(|intent| intent.name).collect(),
        answers,
        sentiments,
    })
}

/// Times single messages, spread evenly over the texts, one after the other.
///
/// # Errors
/// As [`read_all`].
pub async fn time(classifier: &dyn Classifier, texts: &[&Text]) -> Result<Latency, ReadingError> {
    let step = texts.len().div_ceil(TIMED_MAX).max(1);
    for (row, text) in texts.iter().enumerate().take(WARM_UP) {
        read(classifier, row, text).await?;
    }
    let mut milliseconds = Vec::new();
    for (row, text) in texts.iter().enumerate().step_by(step) {
        let started = Instant::now();
        read(classifier, row, text).await?;
        milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
    }
    milliseconds.sort_by(f64::total_cmp);
    let at = |share| quantile(&milliseconds, share).ok_or(ReadingError::Nothing);
    Ok(Latency {
        messages: milliseconds.len(),
        p50_ms: at(0.50)?,
        p99_ms: at(0.99)?,
    })
}

async fn read(classifier: &dyn Classifier, row: usize, text: &Text) -> Result<Classification, ReadingError> {
    let classification = classifier.classify(text.as_str()).await;
    classification.map_err(|fault| ReadingError::Fault { row: row + 1, fault })
}

fn answer(classification: Classification) -> Option<(Answer, Sentiment)> {
    let scored = classification.intents.into_iter();
    let answer = Answer::of(scored.map(|scored| (scored.name, scored.confidence)))?;
    Some((answer, classification.sentiment))
}
