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
use crate::ports::{Classifier, Store};
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

/// What the business wrote, checked and searchable.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) policy: Policy,
    pub(crate) index: KnowledgeIndex,
}

/// Loads the knowledge folder. `public_url` goes into the links of handoffs.
pub(crate) fn content(config: &Config, public_url: &str, place: Place<'_>) -> Result<Content, CliError> {
    let knowledge = Knowledge::load(&config.paths.knowledge).map_err(|problems| unusable(&problems))?;
    let policy = policy(&config.paths.knowledge, public_url, &knowledge)?;
    let index = KnowledgeIndex::build(&knowledge, place).map_err(anyhow::Error::new)?;
    Ok(Content { policy, index })
}

/// The engine on the given parts, under the real clock.
pub(crate) fn engine(
    config: &Config,
    content: Content,
    classifier: Arc<dyn Classifier>,
    store: Arc<dyn Store>,
) -> Engine {
    Engine {
        workspace: config.server.workspace.clone(),
        classifier,
        knowledge: Arc::new(content.index),
        store,
        policy: Arc::new(content.policy),
        clock: Arc::new(telemetry::now),
    }
}

fn policy(folder: &Path, public_url: &str, knowledge: &Knowledge) -> Result<Policy, CliError> {
    let path = folder.join("policy.yml");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| CliError::Unusable(anyhow!("{} cannot be read: {error}", path.display())))?;
    Policy::parse(&text, &knowledge.replies, public_url, knowledge.hash.clone()).map_err(|problems| {
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
