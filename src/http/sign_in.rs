//! What signing in takes: the way of this server, how often somebody may try, and the session that comes of it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, header};
use serde_json::json;

use crate::domain::account::{Account, Session};
use crate::domain::presence::AgentProfile;
use crate::domain::role::Role;
use crate::http::agents::registered;
use crate::http::audit;
use crate::http::auth::SignedIn;
use crate::http::error::ApiError;
use crate::http::limits::SignInLimits;
use crate::http::passwords::Passwords;
use crate::http::session;
use crate::http::sessions::{self, cookie, new_token, stored};
use crate::http::state::{AppState, Options};
use crate::http::views::SessionView;
use crate::ports::IdentityProvider;

/// Units that an agent can hold until a supervisor says otherwise.
const CAPACITY: u32 = 4;

/// How people come in, and under which address they reach this server.
#[derive(Debug)]
pub struct SignIn {
    /// Without a slash at its end.
    public_url: String,
    pub(crate) passwords: Passwords,
    pub(crate) limits: SignInLimits,
    provider: Option<Arc<dyn IdentityProvider>>,
}

impl SignIn {
    /// `public_url` is how browsers reach the server.
    pub fn new(public_url: &str, options: &Options) -> Self {
        Self {
            public_url: public_url.trim_end_matches('/').to_owned(),
            passwords: Passwords::default(),
            limits: SignInLimits::new(options),
            provider: None,
        }
    }

    /// People may come by the company's own provider, too.
    #[must_use]
    pub fn with(self, provider: Option<Arc<dyn IdentityProvider>>) -> Self {
        Self { provider, ..self }
    }

    pub(crate) fn provider(&self) -> Option<&dyn IdentityProvider> {
        self.provider.as_deref()
    }

    /// A path of ours as browsers reach it.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.public_url)
    }

    /// Whether cookies go over TLS only.
    pub(crate) fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    pub(crate) fn setup_link(&self, token: &str) -> String {
        setup_link(&self.public_url, token)
    }
}

/// Where a password is set by a one-time link.
pub fn setup_link(public_url: &str, token: &str) -> String {
    format!(
        "{}/console#/setup?token={token}",
        public_url.trim_end_matches('/')
    )
}

/// What the browser is told: the cookie, and the session as its page sees it.
pub(crate) type Opened = ([(HeaderName, String); 1], SessionView);

/// A session of its own for every sign-in; the one that the browser had before ends.
pub(crate) async fn open(
    app: &AppState,
    account: Account,
    external: bool,
    address: Option<IpAddr>,
    headers: &HeaderMap,
) -> Result<Opened, ApiError> {
    let (store, now) = (&app.engine.store, (app.engine.clock)());
    let token = new_token();
    let session = Session {
        workspace: app.engine.workspace.clone(),
        login: account.login.clone(),
        sha256: stored(&token),
        external,
        created_at: now,
        seen_at: now,
    };
    let before = sessions::of_cookie(headers).map(stored);
    let added = store.add_session(&session, before.as_deref()).await;
    // It may be disabled in this very moment.
    added.map_err(|error| session::or_else(error, ApiError::SignInFailed))?;
    register(app, &account).await?;
    let actor = audit::account(&account.login);
    audit::write(
        app,
        &actor,
        "session.created",
        &actor,
        json!({ "oidc": external }),
        address,
    )
    .await?;
    let signed_in = SignedIn {
        ends_at: session.ends_at(),
        account,
        external,
        token,
    };
    let cookie = cookie(&signed_in.token, app.sign_in.secure());
    Ok(([(header::SET_COOKIE, cookie)], SessionView::from(&signed_in)))
}

/// So that conversations can be offered to them, once they say that they are there.
async fn register(app: &AppState, account: &Account) -> Result<(), ApiError> {
    if account.role == Role::Auditor || registered(app, &account.login).await?.is_some() {
        return Ok(());
    }
    let profile = AgentProfile {
        agent: account.agent(),
        skills: Vec::new(),
        languages: Vec::new(),
        queues: Vec::new(),
        capacity: CAPACITY,
    };
    let now = (app.engine.clock)();
    app.engine
        .store
        .put_agent(&app.engine.workspace, &profile, now)
        .await?;
    Ok(())
}
