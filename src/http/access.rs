//! Who may call what: one table of all routes, and the gate that every request passes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, MatchedPath, RawPathParams, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use crate::domain::api_key::Role;
use crate::http::auth::{Caller, Principal, authenticate};
use crate::http::error::ApiError;
use crate::http::limits::Limits;
use crate::http::network::client_address;
use crate::http::state::AppState;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// No token is looked at.
    Everyone,
    /// Integrators and admins; also visitors, unless [`crate::http::state::Options::visitors_may_open`] forbids it.
    Opening,
    /// The conversation's own visitor, and every key.
    Participants,
    /// The conversation's own visitor, and whoever speaks for customers: integrators and admins.
    Customers,
    /// Every key.
    Staff,
    /// Whoever speaks for all agents: integrators (an external desk) and admins.
    Supervisors,
    Admins,
}

use Access::{Admins, Customers, Everyone, Opening, Participants, Staff, Supervisors};

/// Every route. One that is missing here cannot be called by anyone.
pub(crate) const ROUTES: &[(&str, &str, Access)] = &[
    ("POST", "/v1/conversations", Opening),
    ("GET", "/v1/conversations/{id}", Participants),
    ("POST", "/v1/conversations/{id}/messages", Participants),
    ("GET", "/v1/conversations/{id}/messages", Participants),
    ("GET", "/v1/conversations/{id}/events", Participants),
    ("POST", "/v1/conversations/{id}/csat", Customers),
    ("GET", "/v1/conversations/{id}/trace", Staff),
    ("GET", "/v1/conversations/{id}/suggestions", Staff),
    ("POST", "/v1/conversations/{id}/claim", Staff),
    ("POST", "/v1/conversations/{id}/release", Staff),
    ("POST", "/v1/conversations/{id}/transfer", Staff),
    ("POST", "/v1/conversations/{id}/resolve", Staff),
    ("POST", "/v1/conversations/{id}/handback", Staff),
    ("POST", "/v1/conversations/{id}/accept", Staff),
    ("POST", "/v1/conversations/{id}/decline", Staff),
    ("POST", "/v1/conversations/{id}/snooze", Staff),
    ("GET", "/v1/queue", Staff),
    ("GET", "/v1/agents", Staff),
    ("PUT", "/v1/agents/{id}", Supervisors),
    ("POST", "/v1/agents/{id}/presence", Staff),
    ("GET", "/v1/search", Staff),
    ("GET", "/v1/bot", Staff),
    ("PUT", "/v1/bot", Supervisors),
    ("GET", "/v1/wall", Supervisors),
    ("GET", "/v1/alerts", Supervisors),
    ("GET", "/v1/queues", Staff),
    ("POST", "/v1/conversations/{id}/check", Staff),
    ("GET", "/v1/conversations/{id}/turns/{version}/what-if", Staff),
    ("POST", "/v1/conversations/{id}/labels", Staff),
    ("GET", "/v1/labels", Supervisors),
    ("GET", "/v1/labels/export", Supervisors),
    ("PATCH", "/v1/labels/{id}", Supervisors),
    ("POST", "/v1/webhooks", Admins),
    ("GET", "/v1/webhooks", Admins),
    ("GET", "/v1/webhooks/{id}", Admins),
    ("PATCH", "/v1/webhooks/{id}", Admins),
    ("DELETE", "/v1/webhooks/{id}", Admins),
    ("POST", "/v1/webhooks/{id}/rotate", Admins),
    ("POST", "/v1/webhooks/{id}/test", Admins),
    ("POST", "/v1/webhooks/{id}/replay", Admins),
    ("GET", "/v1/webhooks/{id}/deliveries", Admins),
    ("GET", "/v1/deliveries/{id}/attempts", Admins),
    ("POST", "/v1/deliveries/{id}/replay", Admins),
    ("POST", "/v1/reload", Admins),
    ("GET", "/healthz", Everyone),
    ("GET", "/readyz", Everyone),
    ("GET", "/metrics", Everyone),
    ("GET", "/version", Everyone),
    ("GET", "/openapi.json", Everyone),
];

pub(crate) fn of(method: &str, path: &str) -> Option<Access> {
    let row = ROUTES.iter().find(|(m, p, _)| *m == method && *p == path);
    row.map(|(_, _, access)| *access)
}

impl Access {
    /// `conversation` is the id in the path, where there is one. To a visitor, another's conversation does not exist.
    fn check(
        self,
        principal: &Principal,
        conversation: Option<&str>,
        visitors_may_open: bool,
    ) -> Result<(), ApiError> {
        match (principal, self) {
            (_, Everyone) => Ok(()),
            (Principal::Anonymous | Principal::Visitor { .. }, Opening) if visitors_may_open => Ok(()),
            (Principal::Anonymous, _) => Err(ApiError::NoToken),
            (Principal::Visitor { conversation: own }, Participants | Customers) => {
                if conversation == Some(own.as_str()) {
                    Ok(())
                } else {
                    Err(ApiError::NotFound("conversation"))
                }
            }
            (Principal::Visitor { .. }, Opening | Staff | Supervisors | Admins) => Err(ApiError::Forbidden(
                "a visitor token is for the visitor's own conversation",
            )),
            (Principal::Key(key), access) => access.check_role(key.role),
        }
    }

    fn check_role(self, role: Role) -> Result<(), ApiError> {
        match (self, role) {
            (_, Role::Admin)
            | (Everyone | Participants | Staff, Role::Agent | Role::Integrator)
            | (Opening | Customers | Supervisors, Role::Integrator) => Ok(()),
            (Opening | Customers, Role::Agent) => Err(ApiError::Forbidden(
                "this is for customers and integrations, not for agents",
            )),
            (Supervisors, Role::Agent) => Err(ApiError::Forbidden(
                "this needs a key with the role integrator or admin",
            )),
            (Admins, Role::Agent | Role::Integrator) => {
                Err(ApiError::Forbidden("this needs a key with the role admin"))
            }
        }
    }
}

/// What the gate needs.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) app: Arc<AppState>,
    pub(crate) limits: Arc<Limits>,
}

/// Who calls, whether they may, and whether not too often; the handler finds the [`Caller`] in the request.
pub(crate) async fn gate(
    State(gate): State<Gate>,
    route: MatchedPath,
    params: Result<RawPathParams, RawPathParamsRejection>,
    mut request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let params = params.map_err(|_| ApiError::UnknownRoute)?;
    let id = params.iter().find(|(name, _)| *name == "id").map(|(_, id)| id);
    // Where GET is taken, HEAD is too.
    let method = if request.method() == Method::HEAD {
        Method::GET
    } else {
        request.method().clone()
    };
    let access = of(method.as_str(), route.as_str()).ok_or(ApiError::UnknownRoute)?;
    let principal = match access {
        Everyone => Principal::Anonymous,
        Opening | Participants | Customers | Staff | Supervisors | Admins => {
            authenticate(&gate.app, request.headers()).await?
        }
    };
    access.check(&principal, id, gate.app.options.visitors_may_open)?;
    let address = address(&gate.app, &request);
    let caller = Caller { principal, address };
    let allowance = match access {
        Everyone => None,
        Opening | Participants | Customers | Staff | Supervisors | Admins => gate.limits.take(&caller)?,
    };
    request.extensions_mut().insert(caller);
    let mut response = next.run(request).await;
    if let Some(allowance) = allowance {
        allowance.write(response.headers_mut());
    }
    Ok(response)
}

fn address(app: &AppState, request: &Request) -> Option<IpAddr> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<SocketAddr>>()?;
    let forwarded_for = forwarded_for(request.headers());
    Some(client_address(
        peer.ip(),
        &forwarded_for,
        &app.options.trusted_proxies,
    ))
}

/// Several headers mean the same as one with commas.
fn forwarded_for(headers: &HeaderMap) -> String {
    let values = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.collect::<Vec<_>>().join(",")
}
