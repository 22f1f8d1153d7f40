//! Signing in and out with a browser, and setting the own password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::domain::account::{self, Account, Redeemed, check_password};
use crate::domain::id::AgentId;
use crate::http::auth::{Caller, Principal, SignedIn};
use crate::http::error::ApiError;
use crate::http::sessions::{no_cookie, stored};
use crate::http::sign_in;
use crate::http::state::AppState;
use crate::http::views::{ProviderView, SessionView, SignInView};
use crate::http::{accounts, audit, extract};
use crate::ports::StoreError;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    login: String,
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupBody {
    /// What the link holds.
    token: String,
    /// The first administrator chooses one; an invitation has its own.
    #[serde(default)]
    login: String,
    /// What customers and colleagues read.
    #[serde(default)]
    name: String,
    /// 12 to 200 characters.
    password: String,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    current: String,
    /// 12 to 200 characters.
    new: String,
}

type SetCookie = [(HeaderName, String); 1];

/// What there is to sign in with
#[utoipa::path(get, path = "/v1/sign-in", operation_id = "get_sign_in", tag = "accounts",
    responses((status = 200, body = SignInView)))]
pub(crate) async fn ways(State(app): State<Arc<AppState>>) -> Result<Json<SignInView>, ApiError> {
    let accounts = app.engine.store.accounts(&app.engine.workspace).await?;
    let provider = app.sign_in.provider().map(|provider| ProviderView {
        name: provider.name().to_owned(),
        url: "/auth/oidc",
    });
    Ok(Json(SignInView {
        setup_needed: !accounts.iter().any(Account::is_usable),
        business: app.engine.in_service.parts().policy.business().name.clone(),
        oidc: provider,
    }))
}

/// Sign in
///
/// The session is in the cookie `firstline_session`. A wrong login and a wrong password look the same.
#[utoipa::path(post, path = "/v1/session", operation_id = "create_session", tag = "accounts",
    request_body = SignInBody, responses((status = 200, body = SessionView)))]
pub(crate) async fn create(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<SignInBody>,
) -> Result<(SetCookie, Json<SessionView>), ApiError> {
    app.sign_in.limits.take(caller.address, &body.login)?;
    let known = match account::login(&body.login) {
        Ok(login) => app.engine.store.account(&app.engine.workspace, &login).await?,
        Err(_) => None,
    };
    let known = known.filter(|account| !account.disabled);
    let hash = known.as_ref().and_then(|account| account.password.clone());
    let fits = app.sign_in.passwords.fits(body.password, hash).await?;
    let Some(account) = known.as_ref().filter(|_| fits) else {
        // What was typed for a login may well be a password.
        let target = known.map_or_else(String::new, |account| audit::account(&account.login));
        audit::write(
            &app,
            "unknown",
            "session.refused",
            &target,
            json!({}),
            caller.address,
        )
        .await?;
        return Err(ApiError::SignInFailed);
    };
    let (cookie, view) = sign_in::open(&app, account.clone(), false, caller.address, &headers).await?;
    Ok((cookie, Json(view)))
}

/// Who is signed in
#[utoipa::path(get, path = "/v1/session", operation_id = "get_session", tag = "accounts",
    responses((status = 200, body = SessionView)))]
pub(crate) async fn show(Extension(caller): Extension<Caller>) -> Result<Json<SessionView>, ApiError> {
    Ok(Json(SessionView::from(signed_in(&caller)?)))
}

/// Sign out
#[utoipa::path(delete, path = "/v1/session", operation_id = "delete_session", tag = "accounts",
    responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
) -> Result<(StatusCode, SetCookie), ApiError> {
    let signed_in = signed_in(&caller)?;
    app.engine.store.end_session(&stored(&signed_in.token)).await?;
    let actor = audit::account(&signed_in.account.login);
    audit::write(&app, &actor, "session.ended", &actor, json!({}), caller.address).await?;
    let cookie = [(header::SET_COOKIE, no_cookie(app.sign_in.secure()))];
    Ok((StatusCode::NO_CONTENT, cookie))
}

/// Set a password by a one-time link, and sign in
///
/// The link is the one that the server printed when nobody could sign in yet, or an invitation.
#[utoipa::path(post, path = "/v1/setup", operation_id = "set_up", tag = "accounts",
    request_body = SetupBody, responses((status = 200, body = SessionView)))]
pub(crate) async fn set_up(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    extract::Json(body): extract::Json<SetupBody>,
) -> Result<(SetCookie, Json<SessionView>), ApiError> {
    app.sign_in.limits.take(caller.address, "")?;
    let (store, now) = (&app.engine.store, (app.engine.clock)());
    let sha256 = stored(&body.token);
    let link = store.link(&sha256, now).await?;
    let link = link.filter(|link| link.workspace == app.engine.workspace);
    let link = link.ok_or(ApiError::LinkSpent)?;
    // Whoever was invited has a name already.
    let named = link.login.is_some() && body.name.trim().is_empty();
    let login = whose(link.login, &body.login)?;
    acceptable(&body.password, &login, "/password")?;
    let name = accounts::name(&body.name, &login)?;
    let redeemed = Redeemed {
        name: if named { String::new() } else { name },
        password: app.sign_in.passwords.hash(body.password).await?,
        login,
        at: now,
    };
    let account = store.redeem(&sha256, &redeemed).await;
    let account = account.map_err(|error| or_else(error, ApiError::LinkSpent))?;
    let actor = audit::account(&account.login);
    let detail = json!({ "role": account.role, "by": "link" });
    audit::write(&app, &actor, "password.set", &actor, detail, caller.address).await?;
    let (cookie, view) = sign_in::open(&app, account, false, caller.address, &headers).await?;
    Ok((cookie, Json(view)))
}

/// What is not there, said in the caller's own terms.
pub(crate) fn or_else(error: StoreError, missing: ApiError) -> ApiError {
    if matches!(error, StoreError::NotFound(_)) {
        missing
    } else {
        error.into()
    }
}

/// An invitation has a login; the first administrator gives one.
fn whose(invited: Option<AgentId>, given: &str) -> Result<AgentId, ApiError> {
    let chosen = match (invited, given) {
        (Some(login), "") => return Ok(login),
        (Some(login), given) if account::login(given).as_ref() == Ok(&login) => return Ok(login),
        (Some(_), _) => Err("this link is for another login; leave login out".to_owned()),
        (None, given) => account::login(given).map_err(|error| error.to_string()),
    };
    chosen.map_err(|detail| ApiError::field("/login", detail))
}

/// Change the own password
///
/// Ends every other session of the account.
#[utoipa::path(post, path = "/v1/session/password", operation_id = "change_password", tag = "accounts",
    request_body = PasswordBody, responses((status = 204)))]
pub(crate) async fn change_password(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    extract::Json(body): extract::Json<PasswordBody>,
) -> Result<StatusCode, ApiError> {
    let signed_in = signed_in(&caller)?;
    let Account { login, password, .. } = &signed_in.account;
    if password.is_none() {
        return Err(ApiError::Forbidden(
            "this account has no password here: it signs in elsewhere",
        ));
    }
    app.sign_in.limits.take(caller.address, login.as_str())?;
    let passwords = &app.sign_in.passwords;
    if !passwords.fits(body.current, password.clone()).await? {
        return Err(ApiError::field("/current", "this is not the present password"));
    }
    acceptable(&body.new, login, "/new")?;
    let hash = passwords.hash(body.new).await?;
    let (store, workspace) = (&app.engine.store, &app.engine.workspace);
    store
        .set_password(workspace, login, &hash, &stored(&signed_in.token))
        .await?;
    let actor = audit::account(login);
    audit::write(
        &app,
        &actor,
        "password.set",
        &actor,
        json!({ "by": "password" }),
        caller.address,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn acceptable(password: &str, login: &AgentId, pointer: &str) -> Result<(), ApiError> {
    check_password(password, login).map_err(|problem| ApiError::field(pointer, problem.to_string()))
}

/// The gate lets nobody else come here.
fn signed_in(caller: &Caller) -> Result<&SignedIn, ApiError> {
    match &caller.principal {
        Principal::Account(signed_in) => Ok(signed_in),
        Principal::Anonymous | Principal::Visitor { .. } | Principal::Key(_) => Err(ApiError::NoToken),
    }
}
