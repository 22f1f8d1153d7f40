//! `firstline key`: API keys, made and taken back. A key is shown once; only its hash is kept.

use std::time::Duration;

use anyhow::Context;
use clap::Subcommand;
use serde_json::json;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::api_key::ApiKey;
use crate::domain::id::{AgentId, KeyId};
use crate::domain::role::Role;
use crate::entropy;
use crate::http::keys::new_key;
use crate::ports::ApiKeys;
use crate::store::sqlite::SqliteStore;
use crate::tasks::Tasks;
use crate::telemetry;

/// How long the last write may take to reach the disk.
const CLOSING: Duration = Duration::from_secs(10);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
    /// Print one JSON object a line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a key and print it, once
    Add {
        /// Whose it is; for agents and supervisors also their id
        name: String,
        /// agent, supervisor, integrator, admin or auditor
        #[arg(long, value_parser = role)]
        role: Role,
    },
    /// List the keys
    List,
    /// Take a key back by its id
    Revoke { id: String },
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| format!("give one of {}", Role::ALL.map(Role::as_str).join(", ")))
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    match &arguments.action {
        Action::Add { name, role } => add(name, *role, arguments.json, config, output).await?,
        Action::List => list(arguments.json, config, output).await?,
        Action::Revoke { id } => revoke(id, config, output).await?,
    }
    Ok(Exit::Fine)
}

/// A new key and what the store keeps of it.
pub(crate) fn made(config: &Config, name: &str, role: Role) -> (String, ApiKey) {
    let secret = new_key();
    let key = ApiKey {
        id: KeyId::from_random(entropy::bytes()),
        workspace: config.server.workspace.clone(),
        name: name.to_owned(),
        role,
        sha256: secret.sha256,
        created_at: telemetry::now(),
    };
    (secret.plain, key)
}

async fn add(name: &str, role: Role, json: bool, config: &Config, output: &Output) -> Result<(), CliError> {
    if role.acts_as_agent() {
        AgentId::parse(name).map_err(|error| CliError::Usage(error.to_string()))?;
    }
    let (plain, key) = made(config, name, role);
    let (store, closing) = opened(config).await?;
    store.add_key(&key).await.context("the key was not added")?;
    close(store, &closing).await;
    if json {
        output.json(&json!({ "id": key.id, "name": name, "role": role, "key": plain }))?;
    } else {
        output.note(format!(
            "{} {} for {name}; it is not shown again:",
            key.id,
            role.as_str()
        ));
        output.line(plain)?;
    }
    Ok(())
}

async fn list(json: bool, config: &Config, output: &Output) -> Result<(), CliError> {
    let store = assemble::store_read_only(config).await?;
    let keys = store
        .keys(&config.server.workspace)
        .await
        .context("the keys cannot be listed")?;
    for key in keys {
        let (id, role, name, created_at) = (&key.id, key.role, &key.name, key.created_at);
        if json {
            output.json(&json!({ "id": id, "name": name, "role": role, "created_at": created_at }))?;
        } else {
            output.line(format!(
                "{id}  {:<10}  {name}  since {created_at:.0}",
                role.as_str()
            ))?;
        }
    }
    Ok(())
}

async fn revoke(id: &str, config: &Config, output: &Output) -> Result<(), CliError> {
    let id = KeyId::parse(id).map_err(|error| CliError::Usage(error.to_string()))?;
    let (store, closing) = opened(config).await?;
    let revoked = store.revoke_key(&config.server.workspace, &id).await;
    close(store, &closing).await;
    revoked.with_context(|| format!("{id} was not revoked; `firstline key list` shows the ids"))?;
    output.note(format!("{id} is no longer valid"));
    Ok(())
}

pub(crate) async fn opened(config: &Config) -> Result<(SqliteStore, Tasks), CliError> {
    let (store, writer) = assemble::store_beside(config).await?;
    let tasks = Tasks::default();
    tasks.spawn("store writer", writer.run());
    Ok((store, tasks))
}

/// The writer ends when the store is dropped.
pub(crate) async fn close(store: SqliteStore, tasks: &Tasks) {
    drop(store);
    tasks.drain(CLOSING).await;
}
