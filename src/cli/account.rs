//! `firstline account`: who may sign in, and one-time links by which a password is set. Works beside a running server,
//! so that an administrator who is locked out gets back in.

use anyhow::{Context, anyhow};
use clap::Subcommand;
use serde_json::json;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::key::{close, opened};
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::account::{self, Account, AccountChange, LINK_LIFE, Link};
use crate::domain::audit::AuditEntry;
use crate::domain::id::AgentId;
use crate::domain::role::Role;
use crate::http::sessions::{new_token, stored};
use crate::http::sign_in::setup_link;
use crate::ports::{Accounts, Audit, StoreError};
use crate::store::sqlite::SqliteStore;
use crate::telemetry;

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
    /// Make a link by which a password is set, once and within 24 hours; a new login gets an account, a disabled one is
    /// enabled
    Invite {
        /// What they sign in with
        login: String,
        /// agent, supervisor, admin or auditor; agent for a new account
        #[arg(long, value_parser = role)]
        role: Option<Role>,
        /// What customers and colleagues read; the login for a new account
        #[arg(long)]
        name: Option<String>,
    },
    /// List the accounts
    List,
}

fn role(text: &str) -> Result<Role, String> {
    let people = || Role::ALL.into_iter().filter(|role| role.is_for_people());
    let known = people().find(|role| role.as_str() == text);
    known.ok_or_else(|| {
        let names: Vec<_> = people().map(Role::as_str).collect();
        format!("give one of {}", names.join(", "))
    })
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    match &arguments.action {
        Action::Invite { login, role, name } => {
            let login = account::login(login).map_err(|error| CliError::Usage(error.to_string()))?;
            let change = AccountChange {
                name: name.clone(),
                role: *role,
                disabled: Some(false),
            };
            invite(&login, &change, arguments.json, config, output).await?;
        }
        Action::List => list(arguments.json, config, output).await?,
    }
    Ok(Exit::Fine)
}

async fn invite(
    login: &AgentId,
    change: &AccountChange,
    json: bool,
    config: &Config,
    output: &Output,
) -> Result<(), CliError> {
    let (store, closing) = opened(config).await?;
    let invited = invited(&store, login, change, config).await;
    close(store, &closing).await;
    let token = invited.with_context(|| format!("{login} was not invited"))?;
    let bind = config.server.bind;
    let public_url = match config.server.public_url.as_str() {
        "" => format!("http://{bind}"),
        given => given.to_owned(),
    };
    let link = setup_link(&public_url, &token);
    if json {
        output.json(&json!({ "login": login, "link": link }))?;
    } else {
        output.note(format!(
            "For {login}, once and within 24 hours; it is not shown again:"
        ));
        output.line(link)?;
    }
    Ok(())
}

/// What the link holds.
async fn invited(
    store: &SqliteStore,
    login: &AgentId,
    change: &AccountChange,
    config: &Config,
) -> Result<String, anyhow::Error> {
    let workspace = &config.server.workspace;
    let now = telemetry::now();
    let known = store.account(workspace, login).await?;
    if known.as_ref().is_some_and(|account| account.subject.is_some()) {
        return Err(anyhow!(
            "it signs in elsewhere and needs no password here; take another login"
        ));
    }
    if known.is_none() {
        let fresh = Account {
            workspace: workspace.clone(),
            login: login.clone(),
            name: change.name.clone().unwrap_or_else(|| login.to_string()),
            role: change.role.unwrap_or(Role::Agent),
            password: None,
            subject: None,
            disabled: false,
            created_at: now,
            signed_in_at: None,
        };
        store.add_account(&fresh, None).await?;
    }
    let changed = store.change_account(workspace, login, change).await?;
    let (link, token) = link(config, Some(login.clone()));
    store.add_link(&link).await?;
    let entry = AuditEntry {
        at: now,
        actor: "system".to_owned(),
        action: "invite_account".to_owned(),
        target: format!("account:{login}"),
        detail: json!({ "role": changed.role, "by": "command line" }),
        address: None,
    };
    store.audit(workspace, &entry).await?;
    Ok(token)
}

/// A link, and what its holder must know.
fn link(config: &Config, login: Option<AgentId>) -> (Link, String) {
    let token = new_token();
    let link = Link {
        workspace: config.server.workspace.clone(),
        sha256: stored(&token),
        login,
        expires_at: telemetry::now() + LINK_LIFE,
    };
    (link, token)
}

/// By which the first administrator sets a login and a password, as long as nobody can sign in. Only its hash is kept, so
/// that each start makes a new one and voids the one before.
pub(crate) async fn first_link(
    config: &Config,
    store: &SqliteStore,
    public_url: &str,
) -> Result<Option<String>, CliError> {
    let made = async {
        let accounts = store.accounts(&config.server.workspace).await?;
        if accounts.iter().any(Account::is_usable) {
            return Ok(None);
        }
        let (link, token) = link(config, None);
        store.add_link(&link).await?;
        Ok::<_, StoreError>(Some(setup_link(public_url, &token)))
    };
    Ok(made
        .await
        .context("the link for the first administrator cannot be stored")?)
}

async fn list(json: bool, config: &Config, output: &Output) -> Result<(), CliError> {
    let store = assemble::store_read_only(config).await?;
    let accounts = store
        .accounts(&config.server.workspace)
        .await
        .context("the accounts cannot be listed")?;
    for account in accounts {
        let Account {
            login,
            name,
            role,
            disabled,
            ..
        } = &account;
        if json {
            output.json(
                &json!({ "login": login, "name": name, "role": role, "disabled": disabled,
                "external": account.subject.is_some(), "created_at": account.created_at,
                "signed_in_at": account.signed_in_at }),
            )?;
        } else {
            let state = if *disabled {
                "disabled"
            } else if account.is_usable() {
                "active"
            } else {
                "invited"
            };
            output.line(format!("{login:<20}  {:<10}  {state:<8}  {name}", role.as_str()))?;
        }
    }
    Ok(())
}
