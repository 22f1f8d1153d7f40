//! Who calls: `Authorization: Bearer` with an API key or a visitor token, or the session cookie of somebody who signed
//! in. What they may do stands in `access`.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

use crate::domain::account::Account;
use crate::domain::agent::Agent;
use crate::domain::api_key::ApiKey;
use crate::domain::id::{AgentId, ConversationId};
use crate::domain::role::Role;
use crate::domain::time::{Duration, Timestamp};
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::http::visitor_token::{self, Claims, TokenError};
use crate::http::{keys, sessions, views::Viewer};

/// How often at most the use of a session is written down.
const TOUCH_EVERY: Duration = Duration::from_mins(5);

#[derive(Debug, Clone)]
pub(crate) enum Principal {
    Anonymous,
    /// The customer in one conversation.
    Visitor {
        conversation: ConversationId,
    },
    Key(ApiKey),
    /// A person who signed in.
    Account(Box<SignedIn>),
}

#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) account: Account,
    /// What the cookie holds.
    pub(crate) token: String,
    pub(crate) ends_at: Timestamp,
    /// Whether the company's own provider vouched for them.
    pub(crate) external: bool,
}

impl std::fmt::Debug for SignedIn {
    /// Without the token, which opens everything that they may.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

impl Principal {
    /// As whom they are let in, if they are staff.
    pub(crate) fn role(&self) -> Option<Role> {
        match self {
            Self::Key(key) => Some(key.role),
            Self::Account(signed_in) => Some(signed_in.account.role),
            Self::Anonymous | Self::Visitor { .. } => None,
        }
    }

    /// Customers do, and the company's own systems for them; a person who signed in never does.
    pub(crate) fn speaks_for_customers(&self) -> bool {
        match self {
            Self::Anonymous | Self::Visitor { .. } => true,
            Self::Key(key) => matches!(key.role, Role::Integrator | Role::Admin),
            Self::Account(_) => false,
        }
    }
}

/// Who calls, and from where as far as that is known.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) address: Option<IpAddr>,
}

impl Caller {
    /// Within which idempotency keys are told apart.
    pub(crate) fn scope(&self) -> String {
        match (&self.principal, self.address) {
            (Principal::Key(key), _) => format!("key:{}", key.id),
            (Principal::Account(signed_in), _) => format!("account:{}", signed_in.account.login),
            (Principal::Visitor { conversation }, _) => format!("visitor:{conversation}"),
            (Principal::Anonymous, Some(address)) => format!("address:{address}"),
            (Principal::Anonymous, None) => "address:unknown".to_owned(),
        }
    }

    pub(crate) fn viewer(&self) -> Viewer {
        match self.principal {
            Principal::Key(_) | Principal::Account(_) => Viewer::Staff,
            Principal::Anonymous | Principal::Visitor { .. } => Viewer::Customer,
        }
    }

    /// The agent in whose name a caller acts. Who signed in acts as themselves, an agent's key as that agent; other keys
    /// name one, a supervisor's may.
    pub(crate) fn agent(&self, named: Option<Agent>) -> Result<Agent, ApiError> {
        let key = match &self.principal {
            Principal::Key(key) => key,
            Principal::Account(signed_in) => return own(signed_in.account.agent(), named.as_ref()),
            Principal::Anonymous | Principal::Visitor { .. } => {
                return Err(ApiError::Forbidden("only agents may do this"));
            }
        };
        match (key.role, named) {
            (Role::Agent, named) => {
                let id = AgentId::parse(&key.name)?;
                let name = named.as_ref().map_or(&key.name, |named| &named.name).clone();
                own(Agent { id, name }, named.as_ref())
            }
            (Role::Supervisor | Role::Integrator | Role::Admin, Some(agent)) => Ok(agent),
            (Role::Supervisor, None) => Ok(Agent {
                id: AgentId::parse(&key.name)?,
                name: key.name.clone(),
            }),
            (Role::Integrator | Role::Admin, None) => Err(ApiError::field(
                "/agent",
                "name the agent who does this: {\"agent\": {\"id\": \"…\", \"name\": \"…\"}}",
            )),
            (Role::Auditor, _) => Err(ApiError::Forbidden("an auditor reads and does nothing else")),
        }
    }
}

/// Whoever names somebody else is refused.
fn own(agent: Agent, named: Option<&Agent>) -> Result<Agent, ApiError> {
    match named {
        Some(other) if other.id != agent.id => Err(ApiError::Forbidden(
            "an agent, and whoever signed in, acts as themselves only: leave agent out",
        )),
        Some(_) | None => Ok(agent),
    }
}

/// A request without `Authorization` comes from whoever signed in there, or is anonymous; one with a bad token is an
/// error, not anonymous.
pub(crate) async fn authenticate(app: &AppState, headers: &HeaderMap) -> Result<Principal, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return session(app, headers).await;
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|value| value.split_once(' '))
        .ok_or(ApiError::NoToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(ApiError::NoToken);
    }
    let token = token.trim();
    if token.starts_with(keys::PREFIX) {
        key(app, token).await
    } else if token.starts_with(visitor_token::PREFIX) {
        visitor(app, token)
    } else {
        Err(TokenError::Forged.into())
    }
}

/// A cookie that opens nothing any more is as good as none: the browser sends it whether it wants to or not.
async fn session(app: &AppState, headers: &HeaderMap) -> Result<Principal, ApiError> {
    let Some(token) = sessions::of_cookie(headers) else {
        return Ok(Principal::Anonymous);
    };
    let now = (app.engine.clock)();
    let sha256 = sessions::stored(token);
    let found = app.engine.store.session(&sha256, now).await?;
    let Some((mut session, account)) = found.filter(|(session, _)| session.workspace == app.engine.workspace)
    else {
        return Ok(Principal::Anonymous);
    };
    if session.seen_at + TOUCH_EVERY <= now {
        match app.engine.store.touch_session(&sha256, now).await {
            Ok(()) => session.seen_at = now,
            // Whoever only reads can go on while nothing can be written; the session ends the sooner.
            Err(error) => tracing::warn!(%error, "the use of a session could not be written down"),
        }
    }
    Ok(Principal::Account(Box::new(SignedIn {
        account,
        token: token.to_owned(),
        ends_at: session.ends_at(),
        external: session.external,
    })))
}

/// Found by its hash, so that the time it takes says nothing about the key.
async fn key(app: &AppState, token: &str) -> Result<Principal, ApiError> {
    let found = app.engine.store.key(&keys::sha256_hex(token.as_bytes())).await?;
    found
        .filter(|key| key.workspace == app.engine.workspace)
        .map(Principal::Key)
        .ok_or(ApiError::UnknownKey)
}

fn visitor(app: &AppState, token: &str) -> Result<Principal, ApiError> {
    let claims = Claims::verify(token, &app.visitor_secret, (app.engine.clock)())?;
    if claims.workspace != app.engine.workspace {
        return Err(TokenError::Forged.into());
    }
    Ok(Principal::Visitor {
        conversation: claims.conversation,
    })
}
