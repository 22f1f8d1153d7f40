//! Who may call what: one table of all routes, and the gate that every request passes.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, MatchedPath, RawPathParams, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use crate::domain::role::Role;
use crate::http::audit::{Detail, Operations, note};
use crate::http::auth::{Caller, Principal, authenticate};
use crate::http::error::ApiError;
use crate::http::limits::Limits;
use crate::http::network::client_address;
use crate::http::sessions::check_csrf;
use crate::http::state::AppState;
use crate::http::withdrawn::until_withdrawn;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// No token is looked at.
    Everyone,
    /// Integrators and admins; also visitors, unless [`crate::http::state::Options::visitors_may_open`] forbids it.
    Opening,
    /// The conversation's own visitor, and all staff; auditors only read.
    Participants,
    /// The conversation's own visitor, and whoever speaks for customers: integrators and admins.
    Customers,
    /// Whoever has a role; auditors only read.
    Staff,
    /// Whoever speaks for all agents: supervisors, integrators (an external desk) and admins; auditors only read.
    Supervisors,
    /// Whoever looks on: auditors, supervisors and admins.
    Auditors,
    /// Admins; auditors only read.
    Admins,
    /// Whoever signed in with a browser, about themselves; no key.
    SignedIn,
}

use Access::{Admins, Auditors, Customers, Everyone, Opening, Participants, SignedIn, Staff, Supervisors};

/// Every route. One that is missing here cannot be called by anyone.
pub(crate) const ROUTES: &[(&str, &str, Access)] = &[
    ("POST", "/v1/conversations", Opening),
    ("GET", "/v1/conversations", Staff),
    ("GET", "/v1/conversations/{id}", Participants),
    ("POST", "/v1/conversations/{id}/messages", Participants),
    ("GET", "/v1/conversations/{id}/messages", Participants),
    ("GET", "/v1/conversations/{id}/events", Participants),
    ("POST", "/v1/conversations/{id}/signals", Participants),
    ("POST", "/v1/conversations/{id}/csat", Customers),
    ("GET", "/v1/conversations/{id}/trace", Staff),
    ("GET", "/v1/conversations/{id}/suggestions", Staff),
    ("POST", "/v1/conversations/{id}/notes", Staff),
    ("GET", "/v1/conversations/{id}/notes", Staff),
    ("POST", "/v1/conversations/{id}/claim", Staff),
    ("POST", "/v1/conversations/{id}/takeover", Supervisors),
    ("POST", "/v1/conversations/{id}/release", Staff),
    ("POST", "/v1/conversations/{id}/transfer", Staff),
    ("POST", "/v1/conversations/{id}/resolve", Staff),
    ("POST", "/v1/conversations/{id}/handback", Staff),
    ("POST", "/v1/conversations/{id}/accept", Staff),
    ("POST", "/v1/conversations/{id}/decline", Staff),
    ("POST", "/v1/conversations/{id}/snooze", Staff),
    ("GET", "/v1/queue", Staff),
    ("GET", "/v1/events", Staff),
    ("GET", "/v1/replies", Staff),
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
    ("GET", "/v1/sign-in", Everyone),
    ("POST", "/v1/session", Everyone),
    ("GET", "/v1/session", SignedIn),
    ("DELETE", "/v1/session", SignedIn),
    ("POST", "/v1/session/password", SignedIn),
    ("POST", "/v1/setup", Everyone),
    ("GET", "/auth/oidc", Everyone),
    ("GET", "/auth/oidc/callback", Everyone),
    ("GET", "/v1/accounts", Admins),
    ("POST", "/v1/accounts", Admins),
    ("PATCH", "/v1/accounts/{login}", Admins),
    ("POST", "/v1/accounts/{login}/invite", Admins),
    ("GET", "/v1/keys", Admins),
    ("POST", "/v1/keys", Admins),
    ("DELETE", "/v1/keys/{id}", Admins),
    ("GET", "/v1/audit", Auditors),
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
        method: &Method,
        conversation: Option<&str>,
        visitors_may_open: bool,
    ) -> Result<(), ApiError> {
        match (principal, self) {
            (_, Everyone) | (Principal::Account(_), SignedIn) => Ok(()),
            (Principal::Anonymous | Principal::Visitor { .. }, Opening) if visitors_may_open => Ok(()),
            (Principal::Anonymous, _) => Err(ApiError::NoToken),
            (Principal::Visitor { conversation: own }, Participants | Customers) => {
                if conversation == Some(own.as_str()) {
                    Ok(())
                } else {
                    Err(ApiError::NotFound("conversation"))
                }
            }
            (Principal::Visitor { .. }, _) => Err(ApiError::Forbidden(
                "a visitor token is for the visitor's own conversation",
            )),
            (Principal::Key(_), SignedIn) => Err(ApiError::Forbidden(
                "this is for people who signed in, not for keys",
            )),
            (Principal::Key(key), access) => access.check_role(key.role, method),
            (Principal::Account(signed_in), access) => access.check_role(signed_in.account.role, method),
        }
    }

    /// For the part of a writing route that is not for everyone whom the route lets in.
    pub(crate) fn admits(self, principal: &Principal) -> Result<(), ApiError> {
        self.check(principal, &Method::POST, None, false)
    }

    fn check_role(self, role: Role, method: &Method) -> Result<(), ApiError> {
        let reads = *method == Method::GET;
        match (self, role) {
            (_, Role::Admin)
            | (Everyone | SignedIn, _)
            | (Participants | Staff, Role::Agent | Role::Supervisor | Role::Integrator)
            | (Opening | Customers, Role::Integrator)
            | (Supervisors, Role::Supervisor | Role::Integrator)
            | (Auditors, Role::Supervisor) => Ok(()),
            (_, Role::Auditor) if reads => Ok(()),
            (_, Role::Auditor) => Err(ApiError::Forbidden("an auditor reads and does nothing else")),
            (Opening | Customers, Role::Agent | Role::Supervisor) => Err(ApiError::Forbidden(
                "this is for customers and integrations, not for agents",
            )),
            (Supervisors, Role::Agent) => Err(ApiError::Forbidden(
                "this needs the role supervisor, integrator or admin",
            )),
            (Auditors, Role::Agent | Role::Integrator) => Err(ApiError::Forbidden(
                "this needs the role auditor, supervisor or admin",
            )),
            (Admins, Role::Agent | Role::Supervisor | Role::Integrator) => {
                Err(ApiError::Forbidden("this needs the role admin"))
            }
        }
    }
}

/// What the gate needs.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub(crate) app: Arc<AppState>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) operations: Operations,
}

/// Who calls, whether they may, and whether not too often; the handler finds the [`Caller`] in the request. What it changed
/// on behalf of supervisors and administrators goes into the audit log.
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
    let principal = if access == Everyone {
        Principal::Anonymous
    } else {
        authenticate(&gate.app, request.headers()).await?
    };
    if let (Principal::Account(signed_in), true) = (&principal, method != Method::GET) {
        check_csrf(&signed_in.token, request.headers())?;
    }
    access.check(&principal, &method, id, gate.app.options.visitors_may_open)?;
    let address = address(&gate.app, &request);
    let caller = Caller { principal, address };
    let allowance = if access == Everyone {
        None
    } else {
        gate.limits.take(&caller)?
    };
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    let detail = response.extensions_mut().remove::<Detail>();
    let is_audited = matches!(access, Supervisors | Admins) && method != Method::GET;
    if is_audited && response.status().is_success() {
        let operation = gate.operations.name(method.as_str(), route.as_str());
        note(&gate.app, &caller, &operation, &path, detail).await;
    }
    if let Some(allowance) = allowance {
        allowance.write(response.headers_mut());
    }
    Ok(until_withdrawn(&gate.app, &caller.principal, response))
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

#[cfg(test)]
mod tests {
    use super::*;

    /// As docs/ACCESS.md has it.
    fn who(access: Access) -> &'static str {
        match access {
            Everyone => "everyone",
            Opening => "visitors, integrators, admins",
            Participants => "the conversation's visitor, every role",
            Customers => "the conversation's visitor, integrators, admins",
            Staff => "every role",
            Supervisors => "supervisors, integrators, admins",
            Auditors => "auditors, supervisors, admins",
            Admins => "admins",
            SignedIn => "whoever signed in",
        }
    }

    #[test]
    fn the_page_on_access_lists_every_route() {
        let page = include_str!("../../docs/ACCESS.md");
        let listed: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
        let listed = listed
            .into_iter()
            .filter(|line| line.contains(" /"))
            .collect::<Vec<_>>();
        let routes = ROUTES.iter();
        let expected: Vec<_> = routes
            .map(|(method, path, access)| format!("| `{method} {path}` | {} |", who(*access)))
            .collect();
        assert_eq!(
            listed,
            expected,
            "docs/ACCESS.md should have:\n{}\n",
            expected.join("\n")
        );
    }
}
