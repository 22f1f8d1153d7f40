//! The parts of a server, each tried as a start tries it: what the business wrote, the model, the database, and what is
//! not delivered.

use std::time::Instant;

use crate::classify::OnnxClassifier;
use crate::classify::model::ModelFolder;
use crate::classify::runtime::Runtime;
use crate::cli::assemble;
use crate::cli::backup::size;
use crate::cli::check::check;
use crate::cli::doctor::{Line, machine};
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::domain::webhook::{DeliveryState, Endpoint};
use crate::ports::{Classifier, Deliveries, EventLog, StoreError};
use crate::store::sqlite::OpenError;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::examine::examine;
use crate::telemetry;

/// More than these need not be read to know that there is something to do.
const TOLD: usize = 5;

/// Deliveries of one endpoint that are looked at.
const LOOKED_AT: usize = 100;

/// All that `firstline check` finds, but for the model, which has a check of its own.
pub(super) fn knowledge(config: &Config) -> Vec<Line> {
    const CHECK: &str = "knowledge";
    let (checked, findings) = check(config);
    let mut findings: Vec<_> = findings
        .iter()
        .filter(|finding| finding.key != "paths.model")
        .collect();
    if findings.is_empty() {
        return vec![Line::ok(CHECK, checked)];
    }
    let count = findings.len();
    findings.truncate(TOLD);
    let mut lines: Vec<Line> = findings
        .iter()
        .map(|finding| Line::error(CHECK, finding))
        .collect();
    if count > TOLD {
        let more = format!("and {} more", count - TOLD);
        lines.push(Line::problem(CHECK, more, "`firstline check` lists all of them"));
    }
    lines
}

/// The files against their card, the library, and one text read with both.
pub(super) async fn model(config: &Config) -> Vec<Line> {
    let folder = ModelFolder::open(&config.paths.model);
    let runtime = Runtime::load(&config.paths.onnxruntime);
    let files = match &folder {
        Ok(folder) => Line::ok(
            "model",
            format!("{}: every file is the one on its card", folder.model()),
        ),
        Err(error) => Line::error("model", error),
    };
    let library = match &runtime {
        Ok(runtime) => Line::ok(
            "onnx runtime",
            format!("{} at {}", runtime.version(), runtime.path().display()),
        ),
        Err(error) => Line::error("onnx runtime", error),
    };
    let mut lines = vec![files, library];
    if let (Ok(folder), Ok(runtime)) = (folder, runtime) {
        lines.push(reading(config, folder, &runtime).await);
    }
    lines
}

async fn reading(config: &Config, folder: ModelFolder, runtime: &Runtime) -> Line {
    const CHECK: &str = "reading";
    let mut options = config.classifier.clone();
    options.threads = 1;
    let classifier = match OnnxClassifier::start(runtime, folder, &options) {
        Ok(classifier) => classifier,
        Err(error) => return Line::error(CHECK, error),
    };
    let started = Instant::now();
    match classifier.classify("Where is my order?").await {
        Ok(read) => {
            let intent = read
                .intents
                .first()
                .map_or("nothing", |intent| intent.name.as_str());
            let took = started.elapsed().as_millis();
            Line::ok(
                CHECK,
                format!("\"Where is my order?\" is read as {intent} in {took} ms"),
            )
        }
        Err(fault) => Line::problem(
            CHECK,
            fault.to_string(),
            "make the model again, or take another; until then every message goes to a person",
        ),
    }
}

/// The database, and what it says of webhooks and of the clock. One that is not there yet is made by the first start.
pub(super) async fn database(config: &Config) -> Vec<Line> {
    const CHECK: &str = "database";
    let data = &config.paths.data;
    let now = telemetry::now();
    match examine(data).await {
        Err(OpenError::Missing(_)) => {
            let none = Line::ok(CHECK, "there is none yet; the first start makes it");
            vec![none, machine::clock(now, None)]
        }
        Err(error) => vec![Line::error(CHECK, error), machine::clock(now, None)],
        Ok(found) => {
            if let Some(damage) = found.damage {
                let damaged = Line::problem(
                    CHECK,
                    format!("it is damaged: {damage}"),
                    "stop the server and `firstline restore` the newest backup",
                );
                return vec![damaged, machine::clock(now, None)];
            }
            let whole = format!("SQLite {}, {}, whole", found.sqlite, size(found.bytes));
            let mut lines = vec![Line::ok(CHECK, whole)];
            lines.extend(inside(config, now).await);
            lines
        }
    }
}

async fn inside(config: &Config, now: Timestamp) -> Vec<Line> {
    let store = match SqliteStore::open_read_only(&config.paths.data).await {
        Ok(store) => store,
        Err(error) => {
            return vec![Line::warning(
                "webhooks",
                "not looked at",
                assemble::unopened(error).to_string(),
            )];
        }
    };
    let mut lines = match webhooks(config, &store).await {
        Ok(lines) => lines,
        Err(error) => vec![Line::error("webhooks", error)],
    };
    lines.push(machine::clock(now, newest(config, &store).await.ok().flatten()));
    lines
}

/// When the newest event was written, unless it is another workspace's.
async fn newest(config: &Config, store: &SqliteStore) -> Result<Option<Timestamp>, StoreError> {
    let before = store.position().borrow().saturating_sub(1);
    let events = store.events(&config.server.workspace, None, before, 1).await?;
    Ok(events.first().map(|event| event.at))
}

async fn webhooks(config: &Config, store: &SqliteStore) -> Result<Vec<Line>, StoreError> {
    const CHECK: &str = "webhooks";
    let endpoints = store.endpoints(&config.server.workspace).await?;
    let mut lines = Vec::new();
    for endpoint in &endpoints {
        lines.extend(endpoint.disabled.as_deref().map(|why| disabled(endpoint, why)));
        lines.extend(exhausted(endpoint, store).await?);
    }
    if lines.is_empty() {
        lines.push(Line::ok(
            CHECK,
            format!("{} endpoints, nothing was given up", endpoints.len()),
        ));
    }
    Ok(lines)
}

fn disabled(endpoint: &Endpoint, why: &str) -> Line {
    Line::problem(
        "webhooks",
        format!("{} ({}) is disabled: {why}", endpoint.url, endpoint.id),
        format!(
            "mend the receiver, then PATCH /v1/webhooks/{} with {{\"disabled\": false}} and replay what it missed",
            endpoint.id
        ),
    )
}

async fn exhausted(endpoint: &Endpoint, store: &SqliteStore) -> Result<Option<Line>, StoreError> {
    let given_up = store
        .deliveries(
            &endpoint.workspace,
            &endpoint.id,
            Some(DeliveryState::Exhausted),
            None,
            LOOKED_AT,
        )
        .await?;
    let count = match (given_up.items.len(), given_up.next) {
        (0, _) => return Ok(None),
        (count, None) => count.to_string(),
        (count, Some(_)) => format!("more than {count}"),
    };
    Ok(Some(Line::warning(
        "webhooks",
        format!(
            "{count} deliveries to {} ({}) were given up",
            endpoint.url, endpoint.id
        ),
        "see what the attempts say at /v1/deliveries/{id}/attempts, mend the receiver, and replay them",
    )))
}
