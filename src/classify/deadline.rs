//! A classifier that answers in time, or says that it could not. Knows nothing of how another one reads.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::domain::reading::{Classification, Fault};
use crate::ports::Classifier;

/// Another classifier, waited for no longer than its deadline: one that hangs costs each customer that long, and then a
/// person takes over.
#[derive(Debug)]
pub struct InTime {
    classifier: Arc<dyn Classifier>,
    deadline: Duration,
}

impl InTime {
    /// `deadline` is for a text and its parts, with their wait for a thread.
    pub fn new(classifier: Arc<dyn Classifier>, deadline: Duration) -> Self {
        Self { classifier, deadline }
    }

    async fn wait_for<T>(&self, answer: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let answer = tokio::time::timeout(self.deadline, answer).await;
        answer.unwrap_or_else(|_| {
            metrics::counter!("firstline_classifier_timeouts_total").increment(1);
            tracing::error!(deadline = ?self.deadline, "the classifier did not answer in time; a person takes over");
            Err(Fault::TimedOut)
        })
    }
}

#[async_trait]
impl Classifier for InTime {
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        self.wait_for(self.classifier.classify(text)).await
    }

    async fn classify_all(&self, texts: &[&str]) -> Result<Vec<Classification>, Fault> {
        self.wait_for(self.classifier.classify_all(texts)).await
    }

    fn alive(&self) -> bool {
        self.classifier.alive()
    }

    fn ailing(&self) -> Option<String> {
        self.classifier.ailing()
    }
}
