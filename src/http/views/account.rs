//! People, keys, sessions and the audit log on the wire. No password, no hash, and a secret only where it was just made.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::account::Account;
use crate::domain::api_key::ApiKey;
use crate::domain::audit::LoggedAudit;
use crate::domain::time::Timestamp;
use crate::http::auth::SignedIn;
use crate::http::sessions::csrf_token;
use crate::http::views::{AgentView, Viewer};

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    login: String,
    name: String,
    /// `agent`, `supervisor`, `admin` or `auditor`.
    role: &'static str,
    /// As whom they act in conversations.
    agent: AgentView,
    /// For the header `x-csrf-token` of whatever is not a GET.
    csrf_token: String,
    /// Later when the session is used meanwhile, up to seven days after it began.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether the company's own provider vouched for them.
    oidc: bool,
}

impl From<&SignedIn> for SessionView {
    fn from(signed_in: &SignedIn) -> Self {
        let account = &signed_in.account;
        Self {
            login: account.login.to_string(),
            name: account.name.clone(),
            role: account.role.as_str(),
            agent: AgentView::new(&account.agent(), Viewer::Staff),
            csrf_token: csrf_token(&signed_in.token),
            expires_at: signed_in.ends_at,
            oidc: signed_in.external,
        }
    }
}

/// What there is to sign in with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInView {
    /// Nobody can sign in yet: the link that the server printed makes the first administrator.
    pub(crate) setup_needed: bool,
    /// Whose customers are served here.
    pub(crate) business: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oidc: Option<ProviderView>,
}

/// The company's own provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderView {
    pub(crate) name: String,
    /// Where to go.
    pub(crate) url: &'static str,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    login: String,
    name: String,
    role: &'static str,
    disabled: bool,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// The newest time; absent for somebody who never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    signed_in_at: Option<Timestamp>,
    /// Whether they sign in at the company's own provider.
    external: bool,
}

impl From<&Account> for AccountView {
    fn from(account: &Account) -> Self {
        Self {
            login: account.login.to_string(),
            name: account.name.clone(),
            role: account.role.as_str(),
            disabled: account.disabled,
            created_at: account.created_at,
            signed_in_at: account.signed_in_at,
            external: account.subject.is_some(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationView {
    account: AccountView,
    /// To be given to its owner; it is not shown again.
    link: String,
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl InvitationView {
    pub(crate) fn new(account: &Account, link: String, expires_at: Timestamp) -> Self {
        Self {
            account: AccountView::from(account),
            link,
            expires_at,
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KeyView {
    id: String,
    name: String,
    role: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl KeyView {
    pub(crate) fn new(key: &ApiKey, plain: Option<String>) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            role: key.role.as_str(),
            created_at: key.created_at,
            key: plain,
        }
    }
}

/// One entry of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditView {
    position: u64,
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// `account:` and a login, `key:` and a key's id, or `system`; `unknown` for a sign-in that failed.
    actor: String,
    /// The `operationId` of what was done, or `session.created`, `session.ended`, `session.refused`, `password.set`.
    action: String,
    /// What it was done to; may be empty.
    target: String,
    #[schema(value_type = Object)]
    detail: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

impl From<LoggedAudit> for AuditView {
    fn from(LoggedAudit { position, entry }: LoggedAudit) -> Self {
        Self {
            position,
            at: entry.at,
            actor: entry.actor,
            action: entry.action,
            target: entry.target,
            detail: entry.detail,
            address: entry.address,
        }
    }
}
