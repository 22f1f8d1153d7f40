//! Who calls: `Authorization: Bearer` with an API key or a visitor token. What they may do stands in `access`.

use std::net::IpAddr;

use axum::http::{HeaderMap, header};

use crate::domain::agent::Agent;
use crate::domain::api_key::{ApiKey, Role};
use crate::domain::id::{AgentId, ConversationId};
use crate::http::error::ApiError;
use crate::http::state::AppState;
use crate::http::visitor_token::{self, Claims, TokenError};
use crate::http::{keys, views::Viewer};

#[derive(Debug, Clone)]
pub(crate) enum Principal {
    Anonymous,
    /// The customer in one conversation.
    Visitor {
        conversation: ConversationId,
    },
    Key(ApiKey),
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
            (Principal::Visitor { conversation }, _) => format!("visitor:{conversation}"),
            (Principal::Anonymous, Some(address)) => format!("address:{address}"),
            (Principal::Anonymous, None) => "address:unknown".to_owned(),
        }
    }

    pub(crate) fn viewer(&self) -> Viewer {
        match self.principal {
            Principal::Key(_) => Viewer::Staff,
            Principal::Anonymous | Principal::Visitor { .. } => Viewer::Customer,
        }
    }

    /// The agent in whose name a key acts: an agent's key acts as that agent, the others name one.
    pub(crate) fn agent(&self, named: Option<Agent>) -> Result<Agent, ApiError> {
        let Principal::Key(key) = &self.principal else {
            return Err(ApiError::Forbidden("only agents may do this"));
        };
        match (key.role, named) {
            (Role::Agent, named) => {
                let id = AgentId::parse(&key.name)?;
                match named {
                    Some(other) if other.id != id => {
                        Err(ApiError::Forbidden("an agent's key acts as that agent only"))
                    }
                    Some(same) => Ok(same),
                    None => Ok(Agent {
                        name: key.name.clone(),
                        id,
                    }),
                }
            }
            (Role::Integrator | Role::Admin, Some(agent)) => Ok(agent),
            (Role::Integrator | Role::Admin, None) => Err(ApiError::field(
                "/agent",
                "name the agent who does this: {\"agent\": {\"id\": \"…\", \"name\": \"…\"}}",
            )),
        }
    }
}

/// A request without `Authorization` is anonymous; one with a bad token is an error, not anonymous.
pub(crate) async fn authenticate(app: &AppState, headers: &HeaderMap) -> Result<Principal, ApiError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(Principal::Anonymous);
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
