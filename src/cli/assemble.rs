//! The one place that joins the parts: what the configuration names becomes a classifier, a knowledge base, an engine.

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;

use crate::classify::model::ModelFolder;
use crate::classify::runtime::Runtime;
use crate::classify::{self, OnnxClassifier};
use crate::cli::failure::CliError;
use crate::config::Config;
use crate::engine::Engine;
use crate::knowledge::{Knowledge, KnowledgeIndex, Place, Problem};
use crate::store::memory::MemoryStore;
use crate::telemetry;
use crate::triage::policy::Policy;

pub(crate) fn classifier(config: &Config) -> Result<Arc<OnnxClassifier>, CliError> {
    let start = || -> anyhow::Result<OnnxClassifier> {
        let runtime = Runtime::load(&config.paths.onnxruntime)?;
        let folder = ModelFolder::open(&config.paths.model)?;
        Ok(OnnxClassifier::start(
            &runtime,
            folder,
            &classify::Options::default(),
        )?)
    };
    start().map(Arc::new).map_err(CliError::Unusable)
}

/// An engine on a store in memory, for commands that keep nothing.
pub(crate) fn engine_in_memory(config: &Config, classifier: Arc<OnnxClassifier>) -> Result<Engine, CliError> {
    let knowledge = Knowledge::load(&config.paths.knowledge).map_err(|problems| unusable(&problems))?;
    let policy = policy(&config.paths.knowledge, &knowledge)?;
    let index =
        KnowledgeIndex::build(&knowledge, Place::Memory).map_err(|error| CliError::Unusable(error.into()))?;
    Ok(Engine {
        workspace: config.server.workspace.clone(),
        classifier,
        knowledge: Arc::new(index),
        store: Arc::new(MemoryStore::default()),
        policy: Arc::new(policy),
        clock: Arc::new(telemetry::now),
    })
}

fn policy(folder: &Path, knowledge: &Knowledge) -> Result<Policy, CliError> {
    let path = folder.join("policy.yml");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| CliError::Unusable(anyhow!("{} cannot be read: {error}", path.display())))?;
    Policy::parse(&text, &knowledge.replies, "", knowledge.hash.clone()).map_err(|problems| {
        let problems: Vec<_> = problems
            .into_iter()
            .map(|problem| Problem {
                file: path.clone(),
                line: problem.line,
                key: problem.key,
                message: problem.message,
            })
            .collect();
        unusable(&problems)
    })
}

fn unusable(problems: &[Problem]) -> CliError {
    let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
    CliError::Unusable(anyhow!("the knowledge cannot be used:\n  {}", lines.join("\n  ")))
}
