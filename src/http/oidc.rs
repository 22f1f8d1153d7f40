//! Signing in at the company's own provider: away to it, and back with its word. Whatever fails sends the browser back to
//! the sign-in page with a code; the reason is in the server's log.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::domain::account::{Account, AccountChange};
use crate::http::audit;
use crate::http::auth::Caller;
use crate::http::error::ApiError;
use crate::http::extract::Query;
use crate::http::sessions::{cookie_named, new_token};
use crate::http::sign_in;
use crate::http::state::AppState;
use crate::ports::{Proven, ProviderError, Proving, StoreError};

/// What the browser keeps of a sign-in under way: a secret that all the others follow from.
const COOKIE: &str = "firstline_oidc";

/// How long a sign-in at the provider may take, in seconds.
const LIFE: u32 = 600;

/// Where the provider sends the browser back to.
const CALLBACK: &str = "/auth/oidc/callback";

/// Why the browser comes back signed in as nobody.
#[derive(Debug)]
enum Failed {
    /// Signing in this way is not set up.
    Off,
    /// Another browser began this, or it began too long ago.
    Stranger,
    /// The provider said no, or what it said is not to be believed.
    Refused,
    NoRole,
    Disabled,
    /// Another account has the login.
    LoginTaken,
    Unavailable,
}

impl Failed {
    fn code(&self) -> &'static str {
        match self {
            Self::Off => "oidc_off",
            Self::Stranger => "oidc_expired",
            Self::Refused => "oidc_refused",
            Self::NoRole => "oidc_no_role",
            Self::Disabled => "oidc_disabled",
            Self::LoginTaken => "oidc_login_taken",
            Self::Unavailable => "oidc_unavailable",
        }
    }
}

impl From<ProviderError> for Failed {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(%error, "somebody could not sign in at the identity provider");
        match error {
            ProviderError::Refused(_) => Self::Refused,
            ProviderError::NoRole => Self::NoRole,
            ProviderError::Unavailable(_) => Self::Unavailable,
        }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "somebody could not sign in");
        Self::Unavailable
    }
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        if matches!(error, ApiError::SignInFailed) {
            return Self::Disabled;
        }
        tracing::error!(%error, "somebody could not sign in");
        Self::Unavailable
    }
}

#[derive(Deserialize)]
pub(crate) struct CallbackQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
}

/// What follows from the browser's secret, each of no use for finding out another.
struct Secrets {
    state: String,
    nonce: String,
    verifier: String,
    redirect_uri: String,
}

impl Secrets {
    fn of(secret: &str, app: &AppState) -> Self {
        let drawn = |purpose: &str| {
            // A key of any length is taken.
            let code = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
                .map(|mac| mac.chain_update(purpose).finalize().into_bytes())
                .unwrap_or_default();
            URL_SAFE_NO_PAD.encode(code)
        };
        Self {
            state: drawn("oidc state"),
            nonce: drawn("oidc nonce"),
            verifier: drawn("oidc verifier"),
            redirect_uri: app.sign_in.at(CALLBACK),
        }
    }

    fn proving(&self) -> Proving<'_> {
        Proving {
            state: &self.state,
            nonce: &self.nonce,
            verifier: &self.verifier,
            redirect_uri: &self.redirect_uri,
        }
    }
}

/// Go and sign in at the company's own provider
#[utoipa::path(get, path = "/auth/oidc", operation_id = "begin_oidc", tag = "accounts",
    responses((status = 303, description = "To the provider, or back to the sign-in page with `failed`")))]
pub(crate) async fn begin(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, ApiError> {
    app.sign_in.limits.take(caller.address, "")?;
    let secret = new_token();
    let begun = match app.sign_in.provider() {
        Some(provider) => provider
            .begin(&Secrets::of(&secret, &app).proving())
            .await
            .map_err(Failed::from),
        None => Err(Failed::Off),
    };
    Ok(match begun {
        // Lax: the provider's page sends the browser back here.
        Ok(url) => to(&url, &[kept(&app, &secret, LIFE)]),
        Err(failed) => back(&app, &failed),
    })
}

/// Come back from the provider
#[utoipa::path(get, path = "/auth/oidc/callback", operation_id = "finish_oidc", tag = "accounts",
    params(("code" = Option<String>, Query), ("state" = Option<String>, Query)),
    responses((status = 303, description = "To the console, signed in, or to the sign-in page with `failed`")))]
pub(crate) async fn finish(
    State(app): State<Arc<AppState>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Query(query): Query<CallbackQuery>,
) -> Result<Response, ApiError> {
    app.sign_in.limits.take(caller.address, "")?;
    let signed_in = match proven(&app, caller.address, &headers, &query).await {
        Ok(account) => sign_in::open(&app, account, true, caller.address, &headers)
            .await
            .map_err(Failed::from),
        Err(failed) => Err(failed),
    };
    Ok(match signed_in {
        Ok(([(_, session)], _)) => to(&app.sign_in.at("/console"), &[session, kept(&app, "", 0)]),
        Err(failed) => back(&app, &failed),
    })
}

async fn proven(
    app: &AppState,
    address: Option<IpAddr>,
    headers: &HeaderMap,
    query: &CallbackQuery,
) -> Result<Account, Failed> {
    let provider = app.sign_in.provider().ok_or(Failed::Off)?;
    let secret = cookie_named(headers, COOKIE)
        .filter(|secret| !secret.is_empty())
        .ok_or(Failed::Stranger)?;
    let secrets = Secrets::of(secret, app);
    let same: bool = secrets.state.as_bytes().ct_eq(query.state.as_bytes()).into();
    if !same {
        return Err(Failed::Stranger);
    }
    if query.code.is_empty() {
        return Err(Failed::Refused);
    }
    let now = (app.engine.clock)();
    let proven = provider.finish(&secrets.proving(), &query.code, now).await?;
    account(app, proven, address).await
}

/// Theirs; made at first sight, and of the role that the provider's word stands for today.
async fn account(app: &AppState, proven: Proven, address: Option<IpAddr>) -> Result<Account, Failed> {
    let (store, workspace) = (&app.engine.store, &app.engine.workspace);
    let Some(known) = store.account_of(workspace, &proven.subject).await? else {
        let name = if proven.name.is_empty() {
            proven.login.to_string()
        } else {
            proven.name
        };
        let fresh = Account {
            workspace: workspace.clone(),
            login: proven.login,
            name,
            role: proven.role,
            password: None,
            subject: Some(proven.subject),
            disabled: false,
            created_at: (app.engine.clock)(),
            signed_in_at: None,
        };
        // Nobody gets into another's account by having its name elsewhere.
        if !store.add_account(&fresh, None).await? {
            return Err(Failed::LoginTaken);
        }
        note(app, "account.created", &fresh, address).await?;
        return Ok(fresh);
    };
    if known.disabled {
        return Err(Failed::Disabled);
    }
    if known.role == proven.role {
        return Ok(known);
    }
    let change = AccountChange {
        role: Some(proven.role),
        ..AccountChange::default()
    };
    match store.change_account(workspace, &known.login, &change).await {
        // Somebody has to be able to mend this.
        Err(StoreError::LastAdministrator) => Ok(known),
        changed => {
            let changed = changed?;
            note(app, "account.changed", &changed, address).await?;
            Ok(changed)
        }
    }
}

async fn note(
    app: &AppState,
    action: &str,
    account: &Account,
    address: Option<IpAddr>,
) -> Result<(), ApiError> {
    let target = audit::account(&account.login);
    audit::write(
        app,
        "system",
        action,
        &target,
        json!({ "role": account.role, "by": "oidc" }),
        address,
    )
    .await
}

fn kept(app: &AppState, secret: &str, seconds: u32) -> String {
    let secure = if app.sign_in.secure() { "; Secure" } else { "" };
    format!("{COOKIE}={secret}; Path=/auth/oidc; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

fn to(url: &str, cookies: &[String]) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response();
    for cookie in cookies {
        // Both are made of letters that a header may have.
        if let Ok(value) = cookie.parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

fn back(app: &AppState, failed: &Failed) -> Response {
    let url = app
        .sign_in
        .at(&format!("/console#/sign-in?failed={}", failed.code()));
    to(&url, &[kept(app, "", 0)])
}
