//! Reads one text whole: model, calibration, entities, language. Owned by one thread, like its session.
//! Knows nothing of the pool.

use std::sync::Arc;

use crate::classify::calibration::probabilities;
use crate::classify::entities::EntityFinder;
use crate::classify::language;
use crate::classify::model::ModelFolder;
use crate::classify::runtime::Runtime;
use crate::classify::session::{Outputs, Session, SessionError};
use crate::domain::intent::ScoredIntent;
use crate::domain::reading::Classification;
use crate::domain::sentiment::Sentiment;

#[derive(Debug)]
pub struct Reader {
    session: Session,
    folder: Arc<ModelFolder>,
    entities: Arc<EntityFinder>,
    model: String,
}

impl Reader {
    /// # Errors
    /// Those of [`Session::open`].
    pub fn new(
        runtime: &Runtime,
        folder: &Arc<ModelFolder>,
        entities: &Arc<EntityFinder>,
    ) -> Result<Self, SessionError> {
        Ok(Self {
            session: Session::open(runtime, folder)?,
            folder: Arc::clone(folder),
            entities: Arc::clone(entities),
            model: folder.model(),
        })
    }

    /// # Errors
    /// Those of [`Session::run`].
    pub fn read(&mut self, text: &str) -> Result<Classification, SessionError> {
        let outputs = self.session.run(text)?;
        Ok(Classification {
            intents: self.intents(&outputs),
            sentiment: self.sentiment(&outputs),
            embedding: outputs.embedding,
            language: language::identify(text),
            entities: self.entities.find(text),
            model: self.model.clone(),
        })
    }

    /// Most probable first; of equals, the one that the labels name first.
    fn intents(&self, outputs: &Outputs) -> Vec<ScoredIntent> {
        let calibration = &self.folder.card().calibration;
        let mut confidences = probabilities(&outputs.intent_logits, calibration.intent_temperature);
        if let Some(confidence) = self.folder.confidence() {
            confidence.apply(&mut confidences, &outputs.similarity);
        }
        let mut intents: Vec<ScoredIntent> = self
            .folder
            .intents()
            .iter()
            .zip(confidences)
            .map(|(name, confidence)| ScoredIntent {
                name: name.clone(),
                confidence,
            })
            .collect();
        intents.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        intents
    }

    fn sentiment(&self, outputs: &Outputs) -> Sentiment {
        let temperature = self.folder.card().calibration.sentiment_temperature;
        let moods = probabilities(&outputs.sentiment_logits, temperature);
        let [negative, neutral, positive] =
            [0, 1, 2].map(|index| moods.get(index).copied().unwrap_or_default());
        Sentiment::new(negative, neutral, positive)
    }
}
