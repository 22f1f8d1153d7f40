//! The one place that joins the parts. Every problem that an operator can mend comes out as `file:line: key: …` or
//! with a path and what to do; what the parts are used for is not known here.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use sha2::{Digest, Sha256};

use crate::classify::OnnxClassifier;
use crate::classify::deadline::InTime;
use crate::classify::embed::OnnxEmbedder;
use crate::classify::model::ModelFolder;
use crate::classify::runtime::Runtime;
use crate::cli::failure::CliError;
use crate::cli::fit::{self, NamedIntent};
use crate::config::{Config, ConfigError, ConfigProblem};
use crate::connect::Connectors;
use crate::domain::flow::Flow;
use crate::domain::intent::Intent;
use crate::domain::lookup::LookupSpec;
use crate::engine::{Engine, InService, Parts};
use crate::entropy;
use crate::knowledge::{Embeddings, Knowledge, KnowledgeIndex, Place, Problem};
use crate::ports::{Classifier, Store};
use crate::seal::Seal;
use crate::store::sqlite::{OpenError, SqliteStore, SqliteWriter};
use crate::telemetry;
use crate::triage::policy::{Policy, PolicyProblem, Written};

/// The file of the policy in the knowledge folder.
pub(crate) const POLICY: &str = "policy.yml";

/// Keys of a policy whose problems come from the replies alone.
const NEED_REPLIES: [&str; 3] = ["replies", "small_talk", "ask"];

/// How many hexadecimal digits of its hash name a policy.
const VERSION_DIGITS: usize = 16;

/// What the business wrote, checked and searchable.
#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) policy: Policy,
    pub(crate) index: KnowledgeIndex,
    /// Every intent that it names and that a model should know.
    pub(crate) intents: Vec<NamedIntent>,
}

/// A model that runs.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) classifier: Arc<OnnxClassifier>,
    /// Name, version and first digits of the hash.
    pub(crate) name: String,
    pub(crate) intents: Vec<Intent>,
}

/// Loads the knowledge folder, and has the configured model embed the passages that are new to it. `public_url` goes
/// into the links of handoffs.
pub(crate) fn content(config: &Config, public_url: &str) -> Result<Content, CliError> {
    content_in(config, public_url, Place::Memory, &vectors_folder(config), || {})
}

/// The same, with the index at a place and the vectors kept in a folder; `on_embedded` is called for each text that is
/// embedded, from several threads.
pub(crate) fn content_in(
    config: &Config,
    public_url: &str,
    place: Place<'_>,
    kept: &Path,
    on_embedded: impl Fn() + Send + Sync + 'static,
) -> Result<Content, CliError> {
    let embedder = embedder(config, on_embedded)?;
    let embeddings = Embeddings {
        embedder: &embedder,
        kept: Some(kept),
    };
    build(config, public_url, place, Some(embeddings))
}

/// The policy of the knowledge folder, where nothing is searched.
pub(crate) fn policy(config: &Config) -> Result<Policy, CliError> {
    build(config, "", Place::Memory, None).map(|content| content.policy)
}

/// Where the vectors of passages are kept, beside the index if there is one.
pub(crate) fn vectors_folder(config: &Config) -> PathBuf {
    config.paths.data.join("index")
}

/// The configured model, for many texts at once. It is loaded when there is something to embed.
pub(crate) fn embedder(
    config: &Config,
    on_embedded: impl Fn() + Send + Sync + 'static,
) -> Result<OnnxEmbedder, CliError> {
    let open = || -> anyhow::Result<OnnxEmbedder> {
        let folder = ModelFolder::open(&config.paths.model)?;
        let runtime = Runtime::load(&config.paths.onnxruntime)?;
        Ok(OnnxEmbedder::new(runtime, folder, on_embedded))
    };
    open().map_err(CliError::Unusable)
}

fn build(
    config: &Config,
    public_url: &str,
    place: Place<'_>,
    embeddings: Option<Embeddings<'_>>,
) -> Result<Content, CliError> {
    let lookups = connectors(config)?.specs();
    let (knowledge, policy) = written(&config.paths.knowledge, &lookups, public_url).map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
        CliError::Unusable(anyhow!("the knowledge cannot be used:{}", lines.concat()))
    })?;
    let index = KnowledgeIndex::build(&knowledge, place, embeddings).map_err(anyhow::Error::new)?;
    Ok(Content {
        intents: fit::named_intents(&config.paths.knowledge, &knowledge, &policy),
        policy,
        index,
    })
}

/// Articles, replies, flows and policy of a folder, with flows that use these lookups; or all that is wrong with them.
pub(crate) fn written(
    folder: &Path,
    lookups: &[LookupSpec],
    public_url: &str,
) -> Result<(Knowledge, Policy), Vec<Problem>> {
    let file = folder.join(POLICY);
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            let mut problems = Knowledge::load(folder).err().unwrap_or_default();
            let message =
                format!("the file cannot be read ({error}); `firstline init` writes one to start from");
            problems.push(Problem {
                file,
                line: None,
                key: String::new(),
                message,
            });
            return Err(problems);
        }
    };
    match Knowledge::load(folder) {
        Ok(knowledge) => {
            let version = version(&text, &knowledge);
            let flows: Vec<Flow> = knowledge.flows.iter().map(|(_, flow)| flow.clone()).collect();
            let written = Written {
                replies: &knowledge.replies,
                flows: &flows,
                lookups,
            };
            match Policy::parse(&text, &written, public_url, version) {
                Ok(policy) => Ok((knowledge, policy)),
                Err(found) => Err(found
                    .into_iter()
                    .map(|problem| placed(folder, &knowledge.flows, problem))
                    .collect()),
            }
        }
        Err(mut problems) => {
            // Without the replies the policy can be read all the same; that they are missing is known already.
            let found = Policy::parse(&text, &Written::default(), public_url, String::new())
                .err()
                .unwrap_or_default();
            let own = found.into_iter().filter(|problem| {
                let section = problem.key.split('.').next().unwrap_or_default();
                !NEED_REPLIES.contains(&section)
            });
            problems.extend(own.map(|problem| placed(folder, &[], problem)));
            Err(problems)
        }
    }
}

/// Says under which policy, replies and flows a turn was decided: equal texts, equal version.
fn version(policy: &str, knowledge: &Knowledge) -> String {
    let mut hash = Sha256::new_with_prefix(policy);
    let replies = knowledge
        .replies
        .iter()
        .map(|reply| [&reply.id, &reply.locale, &reply.text]);
    let flows = knowledge
        .flows
        .iter()
        .map(|(_, flow)| [&flow.id, &flow.version, &flow.title]);
    for parts in replies.chain(flows) {
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    let mut version = hex::encode(hash.finalize());
    version.truncate(VERSION_DIGITS);
    version
}

/// A problem of the policy where it can be mended: in `policy.yml`, in the flow, or where the reply that it names stands.
fn placed(folder: &Path, flows: &[(PathBuf, Flow)], problem: PolicyProblem) -> Problem {
    let in_flow = problem
        .key
        .strip_prefix("flows.")
        .and_then(|key| key.split_once('.'));
    if let Some((id, key)) = in_flow
        && let Some((file, _)) = flows.iter().find(|(_, flow)| flow.id == id)
    {
        return Problem {
            file: file.clone(),
            line: problem.line,
            key: key.to_owned(),
            message: problem.message,
        };
    }
    let reply = problem
        .key
        .strip_prefix("replies.")
        .and_then(|id| place_of_reply(&folder.join("replies"), id));
    let (file, line) = match reply {
        Some((file, line)) => (file, Some(line)),
        None => (folder.join(POLICY), problem.line),
    };
    Problem {
        file,
        line,
        key: problem.key,
        message: problem.message,
    }
}

fn place_of_reply(folder: &Path, id: &str) -> Option<(PathBuf, u64)> {
    let wanted = format!("id: {id}");
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim_start_matches(['-', ' ']) == wanted {
                return Some((entry.path(), number));
            }
        }
    }
    None
}

/// Starts the classifier on the configured model, each file of it held against its card.
pub(crate) fn model(config: &Config) -> Result<Model, CliError> {
    let start = || -> anyhow::Result<Model> {
        let folder = ModelFolder::open(&config.paths.model)?;
        let (name, intents) = (folder.model(), folder.intents().to_vec());
        let runtime = Runtime::load(&config.paths.onnxruntime)?;
        let classifier = OnnxClassifier::start(&runtime, folder, &config.classifier)?;
        Ok(Model {
            classifier: Arc::new(classifier),
            name,
            intents,
        })
    };
    start().map_err(CliError::Unusable)
}

/// The classifier of [`model`], where nothing else of it is asked for.
pub(crate) fn classifier(config: &Config) -> Result<Arc<OnnxClassifier>, CliError> {
    model(config).map(|model| model.classifier)
}

/// As a server waits for it, with customers on the other side; offline tools wait as long as it takes.
pub(crate) fn in_time(config: &Config, classifier: Arc<OnnxClassifier>) -> Arc<dyn Classifier> {
    let deadline = config.classifier.deadline.unsigned_abs();
    Arc::new(InTime::new(classifier, deadline))
}

/// Customers' words go in there: a folder that is made here is for its user alone. Whatever is wrong with the path, opening
/// it says so better.
pub(crate) fn make_data_folder(config: &Config) {
    let _ = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&config.paths.data);
}

/// Opens the database for this process alone. Nothing is written until the writer runs.
pub(crate) async fn store(config: &Config) -> Result<(SqliteStore, SqliteWriter), CliError> {
    make_data_folder(config);
    SqliteStore::open(&config.paths.data, &config.store)
        .await
        .map_err(unopened)
}

/// Opens the database for a few writes, whether or not a server has it.
pub(crate) async fn store_beside(config: &Config) -> Result<(SqliteStore, SqliteWriter), CliError> {
    match SqliteStore::open(&config.paths.data, &config.store).await {
        Err(OpenError::InUse(folder)) => SqliteStore::open_beside(&folder, &config.store).await,
        opened => opened,
    }
    .map_err(unopened)
}

/// Opens the database to look only; works while a server has it.
pub(crate) async fn store_read_only(config: &Config) -> Result<SqliteStore, CliError> {
    SqliteStore::open_read_only(&config.paths.data)
        .await
        .map_err(unopened)
}

/// What is to be mended first, and what may be tried again.
pub(crate) fn unopened(error: OpenError) -> CliError {
    match error {
        OpenError::NotADatabase(_)
        | OpenError::Damaged { .. }
        | OpenError::Newer { .. }
        | OpenError::Older(_)
        | OpenError::Migration { .. }
        | OpenError::OldSqlite(_) => CliError::Unusable(error.into()),
        OpenError::NotAFolder(_)
        | OpenError::Folder { .. }
        | OpenError::InUse(_)
        | OpenError::Missing(_)
        | OpenError::Database { .. }
        | OpenError::Store(_) => CliError::Fault(error.into()),
    }
}

/// The company's systems as they are configured. None is called yet.
pub(crate) fn connectors(config: &Config) -> Result<Arc<Connectors>, CliError> {
    let connectors = configured(config).map_err(ConfigError::Problems)?;
    Ok(Arc::new(connectors))
}

/// A key that is gone with the program, for what keeps nothing.
pub(crate) fn fleeting_seal() -> Seal {
    Seal::new(entropy::bytes(), entropy::bytes)
}

/// The same, or all that is wrong with them, each where it stands.
pub(crate) fn configured(config: &Config) -> Result<Connectors, Vec<ConfigProblem>> {
    Connectors::new(&config.connectors, &config.variables.0).map_err(|problems| {
        let placed = problems
            .into_iter()
            .map(|problem| config.problem(problem.key, problem.message));
        placed.collect()
    })
}

/// What a reload exchanges.
pub(crate) fn parts(content: Content, classifier: Arc<dyn Classifier>) -> Parts {
    Parts {
        classifier,
        knowledge: Arc::new(content.index),
        policy: Arc::new(content.policy),
    }
}

/// The engine on the given parts, under the real clock.
pub(crate) fn engine(
    config: &Config,
    content: Content,
    classifier: Arc<dyn Classifier>,
    store: Arc<dyn Store>,
    seal: Seal,
) -> Engine {
    Engine {
        workspace: config.server.workspace.clone(),
        in_service: InService::new(parts(content, classifier)),
        store,
        clock: Arc::new(telemetry::now),
        sealer: Arc::new(move |text| seal.seal(text)),
    }
}
