//! Accounts of people, as administrators see to them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::domain::account::{self, Account, AccountChange, LINK_LIFE, Link};
use crate::domain::id::AgentId;
use crate::domain::role::Role;
use crate::http::audit::Detail;
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::sessions::{new_token, stored};
use crate::http::state::AppState;
use crate::http::views::{AccountView, InvitationView, ListView};

/// The longest name, in characters.
const NAME_MAX: usize = 80;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountBody {
    /// 1 to 80 letters, digits, `_` and `-`; also the agent's id.
    login: String,
    /// What customers and colleagues read; the login by default.
    #[serde(default)]
    name: String,
    /// `agent`, `supervisor`, `admin` or `auditor`.
    role: String,
}

/// What is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountPatch {
    name: Option<String>,
    /// `agent`, `supervisor`, `admin` or `auditor`. Another role ends the account's sessions.
    role: Option<String>,
    /// Ends the account's sessions.
    disabled: Option<bool>,
}

/// Who may sign in
#[utoipa::path(get, path = "/v1/accounts", operation_id = "list_accounts", tag = "accounts",
    responses((status = 200, body = ListView<AccountView>)))]
pub(crate) async fn list(State(app): State<Arc<AppState>>) -> Result<Json<ListView<AccountView>>, ApiError> {
    let accounts = app.engine.store.accounts(&app.engine.workspace).await?;
    let data = accounts.iter().map(AccountView::from).collect();
    Ok(Json(ListView { data }))
}

/// Invite somebody
///
/// The answer has a link by which they set their password: once, within 24 hours.
#[utoipa::path(post, path = "/v1/accounts", operation_id = "create_account", tag = "accounts",
    request_body = AccountBody, responses((status = 201, body = InvitationView)))]
pub(crate) async fn create(
    State(app): State<Arc<AppState>>,
    extract::Json(body): extract::Json<AccountBody>,
) -> Result<(StatusCode, Extension<Detail>, Json<InvitationView>), ApiError> {
    let login = account::login(&body.login).map_err(|error| ApiError::field("/login", error.to_string()))?;
    let account = Account {
        workspace: app.engine.workspace.clone(),
        name: name(&body.name, &login)?,
        role: role(&body.role)?,
        login,
        password: None,
        subject: None,
        disabled: false,
        created_at: (app.engine.clock)(),
        signed_in_at: None,
    };
    let (link, token) = invitation(&app, &account.login);
    if !app.engine.store.add_account(&account, Some(&link)).await? {
        return Err(ApiError::LoginTaken);
    }
    let detail = Detail(json!({ "login": account.login, "role": account.role }));
    let view = InvitationView::new(&account, app.sign_in.setup_link(&token), link.expires_at);
    Ok((StatusCode::CREATED, Extension(detail), Json(view)))
}

/// Change an account
///
/// There is always somebody left who can sign in as administrator.
#[utoipa::path(patch, path = "/v1/accounts/{login}", operation_id = "change_account", tag = "accounts",
    params(("login" = String, Path)), request_body = AccountPatch, responses((status = 200, body = AccountView)))]
pub(crate) async fn change(
    State(app): State<Arc<AppState>>,
    Path(login): Path<String>,
    extract::Json(body): extract::Json<AccountPatch>,
) -> Result<(Extension<Detail>, Json<AccountView>), ApiError> {
    let login = account::login(&login)?;
    let change = AccountChange {
        name: body.name.map(|text| name(&text, &login)).transpose()?,
        role: body.role.as_deref().map(role).transpose()?,
        disabled: body.disabled,
    };
    let store = &app.engine.store;
    let changed = store
        .change_account(&app.engine.workspace, &login, &change)
        .await?;
    let mut detail = serde_json::Map::new();
    let mut note =
        |what: &str, value: Option<Value>| value.map(|value| detail.insert(what.to_owned(), value));
    note("name", change.name.map(Value::from));
    note("role", change.role.map(|role| role.as_str().into()));
    note("disabled", change.disabled.map(Value::from));
    Ok((
        Extension(Detail(detail.into())),
        Json(AccountView::from(&changed)),
    ))
}

/// A new link for setting the password
///
/// For an invitation that was not taken in time, and for whoever forgot theirs. Earlier links of the account are void.
#[utoipa::path(post, path = "/v1/accounts/{login}/invite", operation_id = "invite_account", tag = "accounts",
    params(("login" = String, Path)), responses((status = 200, body = InvitationView)))]
pub(crate) async fn invite(
    State(app): State<Arc<AppState>>,
    Path(login): Path<String>,
) -> Result<Json<InvitationView>, ApiError> {
    let login = account::login(&login)?;
    let known = app.engine.store.account(&app.engine.workspace, &login).await?;
    let known = known.ok_or(ApiError::NotFound("account"))?;
    if known.disabled {
        return Err(ApiError::Forbidden("the account is disabled; enable it first"));
    }
    if known.subject.is_some() {
        return Err(ApiError::Forbidden(
            "this account needs no password here: it signs in elsewhere",
        ));
    }
    let (link, token) = invitation(&app, &login);
    app.engine.store.add_link(&link).await?;
    let link_text = app.sign_in.setup_link(&token);
    Ok(Json(InvitationView::new(&known, link_text, link.expires_at)))
}

/// A link, and what its holder must know.
fn invitation(app: &AppState, login: &AgentId) -> (Link, String) {
    let token = new_token();
    let link = Link {
        workspace: app.engine.workspace.clone(),
        sha256: stored(&token),
        login: Some(login.clone()),
        expires_at: (app.engine.clock)() + LINK_LIFE,
    };
    (link, token)
}

/// A name without what cannot be seen; the login where it is empty.
pub(crate) fn name(text: &str, login: &AgentId) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(login.to_string());
    }
    if text.chars().count() > NAME_MAX || text.chars().any(char::is_control) {
        let detail = format!("give at most {NAME_MAX} characters, and none that controls");
        return Err(ApiError::field("/name", detail));
    }
    Ok(text.to_owned())
}

fn role(text: &str) -> Result<Role, ApiError> {
    let role = Role::parse(text).filter(|role| role.is_for_people());
    role.ok_or_else(|| {
        let people = Role::ALL.into_iter().filter(|role| role.is_for_people());
        let known = people.map(Role::as_str).collect::<Vec<_>>().join(", ");
        ApiError::field(
            "/role",
            format!("{text:?} is no role of people; give one of {known}"),
        )
    })
}
