//! The classifier adapter: intent, sentiment and embedding from an ONNX model, entities and language beside them.
//! One thread per core owns one session; one bounded queue feeds them. Knows nothing of decisions or stores.

pub mod calibration;
pub mod deadline;
pub mod embed;
pub mod entities;
mod function_words;
pub mod language;
pub mod model;
pub mod pool;
pub mod reader;
pub mod runtime;
pub mod session;

use std::num::NonZero;
use std::sync::Arc;
use std::{io, thread};

use async_trait::async_trait;
use serde::{Deserialize, Deserializer};
use thiserror::Error;

use crate::classify::entities::{EntityFinder, NumberPattern, ORDER_NUMBER, PatternError, default_numbers};
use crate::classify::model::ModelFolder;
use crate::classify::pool::Pool;
use crate::classify::reader::Reader;
use crate::classify::runtime::Runtime;
use crate::classify::session::SessionError;
use crate::domain::reading::{Classification, Fault};
use crate::domain::time::Duration;
use crate::ports::Classifier;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Threads that read, each with a session of its own (some 40 MB); 0 stands for one per core.
    pub threads: usize,
    /// Messages that may wait for a thread, at least 1. A core reads some 400 short messages in a second.
    pub capacity: usize,
    /// How long a server waits for the reading of a message and its parts; more than nothing. Then a person takes over.
    #[serde(deserialize_with = "deadline")]
    pub deadline: Duration,
    /// Regular expression of the business's order numbers; its first group, if any, is the number.
    pub order_number: String,
    /// What other numbers look like, by kind: more forms of order numbers, tracking numbers, numbers of kinds of the
    /// business's own.
    pub numbers: Vec<NumberPattern>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 0,
            capacity: 256,
            deadline: Duration::from_secs(2),
            order_number: ORDER_NUMBER.to_owned(),
            numbers: default_numbers(),
        }
    }
}

fn deadline<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let deadline = Duration::deserialize(deserializer)?;
    if deadline > Duration::ZERO {
        return Ok(deadline);
    }
    let problem = format!("{deadline:#} leaves no time to read anything; give some, such as 2s");
    Err(serde::de::Error::custom(problem))
}

#[derive(Debug, Error)]
pub enum StartError {
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Pattern(#[from] PatternError),
    #[error("a classifier thread cannot be started: {0}; fewer threads may be possible (classifier.threads)")]
    Thread(#[from] io::Error),
}

/// The port's [`Classifier`] on ONNX Runtime. Ends its threads when it is dropped.
#[derive(Debug)]
pub struct OnnxClassifier {
    pool: Pool<Classification>,
}

impl OnnxClassifier {
    /// Loads the model once per thread and proves each by a run; takes some tenths of a second.
    ///
    /// # Errors
    /// A graph that cannot be loaded or does not fit its labels, or a pattern of a number that is none.
    pub fn start(runtime: &Runtime, folder: ModelFolder, options: &Options) -> Result<Self, StartError> {
        let entities = Arc::new(EntityFinder::with_numbers(
            &options.order_number,
            &options.numbers,
        )?);
        let (runtime, folder) = (runtime.clone(), Arc::new(folder));
        let pool = Pool::start(
            threads(options.threads),
            options.capacity,
            move || -> Result<_, StartError> {
                let mut reader = Reader::new(&runtime, &folder, &entities)?;
                Ok(move |text: &str| {
                    reader
                        .read(text)
                        .map_err(|error| Fault::Classifier(error.to_string()))
                })
            },
        )?;
        Ok(Self { pool })
    }
}

#[async_trait]
impl Classifier for OnnxClassifier {
    /// Whoever keeps at most `capacity` calls under way, with `StreamExt::buffered` for example, is never
    /// refused, keeps every thread busy and gets the answers in order.
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        let mut read = self.pool.run(&[text]).await?;
        read.pop().ok_or(Fault::Stopped)
    }

    async fn classify_all(&self, texts: &[&str]) -> Result<Vec<Classification>, Fault> {
        self.pool.run(texts).await
    }

    fn alive(&self) -> bool {
        self.pool.alive()
    }

    fn ailing(&self) -> Option<String> {
        let (working, started) = (self.pool.working(), self.pool.started());
        metrics::gauge!("firstline_classifier_threads").set(working as f64);
        (working < started).then(|| {
            format!(
                "{} of {started} classifier threads have ended or hang; the others read on, restart the server soon",
                started - working
            )
        })
    }
}

fn threads(wanted: usize) -> usize {
    if wanted > 0 {
        wanted
    } else {
        thread::available_parallelism().map_or(1, NonZero::get)
    }
}
