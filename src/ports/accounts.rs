//! The store's part in who may come in: accounts, their sessions and links; and the log of what was done.

use async_trait::async_trait;

use crate::domain::account::{Account, AccountChange, Link, Redeemed, Session};
use crate::domain::audit::{AuditEntry, LoggedAudit};
use crate::domain::id::{AgentId, WorkspaceId};
use crate::domain::time::Timestamp;
use crate::ports::{Page, StoreError};

#[async_trait]
pub trait Accounts: Send + Sync {
    /// With the link by which its password is set. False when login or subject is taken: nothing was changed.
    async fn add_account(&self, account: &Account, link: Option<&Link>) -> Result<bool, StoreError>;

    async fn account(&self, workspace: &WorkspaceId, login: &AgentId) -> Result<Option<Account>, StoreError>;

    /// The account of whoever signs in elsewhere under this name.
    async fn account_of(&self, workspace: &WorkspaceId, subject: &str)
    -> Result<Option<Account>, StoreError>;

    /// By login.
    async fn accounts(&self, workspace: &WorkspaceId) -> Result<Vec<Account>, StoreError>;

    /// The account after the change. Another role, or to be disabled, ends its sessions. `LastAdministrator` where
    /// nobody would be left who can sign in as one.
    async fn change_account(
        &self,
        workspace: &WorkspaceId,
        login: &AgentId,
        change: &AccountChange,
    ) -> Result<Account, StoreError>;

    /// Ends every session of the account but the one that is kept.
    async fn set_password(
        &self,
        workspace: &WorkspaceId,
        login: &AgentId,
        password: &str,
        kept: &str,
    ) -> Result<(), StoreError>;

    /// In the place of an earlier link for the same account.
    async fn add_link(&self, link: &Link) -> Result<(), StoreError>;

    /// A link that is still good, by its hash.
    async fn link(&self, sha256: &str, now: Timestamp) -> Result<Option<Link>, StoreError>;

    /// Uses a link up: sets the password and ends every session of the account, or makes the first administrator.
    /// `NotFound` when the link is not good any more, its account is disabled, or there is no need of a first
    /// administrator.
    async fn redeem(&self, sha256: &str, redeemed: &Redeemed) -> Result<Account, StoreError>;

    /// Also notes when its account signed in, and ends the session that the browser had before. `NotFound` when the
    /// account is gone or disabled.
    async fn add_session(&self, session: &Session, before: Option<&str>) -> Result<(), StoreError>;

    /// A session that has not ended, with its account, by its hash; none of an account that is disabled.
    async fn session(&self, sha256: &str, now: Timestamp) -> Result<Option<(Session, Account)>, StoreError>;

    /// It is in use. One that is gone stays so.
    async fn touch_session(&self, sha256: &str, now: Timestamp) -> Result<(), StoreError>;

    /// One that is gone is no error.
    async fn end_session(&self, sha256: &str) -> Result<(), StoreError>;
}

#[async_trait]
pub trait Audit: Send + Sync {
    async fn audit(&self, workspace: &WorkspaceId, entry: &AuditEntry) -> Result<(), StoreError>;

    /// Newest first.
    async fn audit_log(
        &self,
        workspace: &WorkspaceId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<LoggedAudit>, StoreError>;
}
