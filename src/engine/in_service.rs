//! What is made of the operator's files, and which of it is in service. Knows nothing of what a turn does with it.

use std::sync::Arc;

use tokio::sync::watch;

use crate::ports::{Classifier, KnowledgeBase};
use crate::triage::policy::{Policy, PolicyInService};

/// What is made of the operator's files, and fits together.
#[derive(Debug, Clone)]
pub struct Parts {
    pub classifier: Arc<dyn Classifier>,
    pub knowledge: Arc<dyn KnowledgeBase>,
    pub policy: Arc<Policy>,
}

/// The parts that are in service. They are exchanged as one value, so that a turn that takes them once sees either
/// the old ones or the new ones, never some of each. Clones share it.
#[derive(Debug, Clone)]
pub struct InService(watch::Sender<Arc<Parts>>);

impl InService {
    pub fn new(parts: Parts) -> Self {
        Self(watch::Sender::new(Arc::new(parts)))
    }

    /// Good for one turn: whoever holds it keeps these parts alive.
    pub fn parts(&self) -> Arc<Parts> {
        Arc::clone(&self.0.borrow())
    }

    /// The policy of whichever parts are in service when it is asked for.
    pub fn policy(&self) -> PolicyInService {
        let in_service = self.clone();
        Arc::new(move || Arc::clone(&in_service.parts().policy))
    }

    /// Puts others in their place and returns the old ones, which turns under way may still hold.
    pub fn exchange(&self, parts: Parts) -> Arc<Parts> {
        self.0.send_replace(Arc::new(parts))
    }
}
