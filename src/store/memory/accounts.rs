//! Accounts, sessions, links and the audit log of the store in memory.

use async_trait::async_trait;

use crate::domain::account::{Account, AccountChange, Link, Redeemed, Session};
use crate::domain::audit::{AuditEntry, LoggedAudit};
use crate::domain::id::{AgentId, WorkspaceId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::ports::{Accounts, Audit, Page, StoreError};
use crate::store::memory::MemoryStore;
use crate::store::paging::{audit_cursor, page, parse_number_cursor};

/// What the store in memory knows of who may come in.
#[derive(Debug, Default)]
pub(super) struct Held {
    accounts: Vec<Account>,
    sessions: Vec<Session>,
    links: Vec<Link>,
    /// Position 1 first.
    audit: Vec<(WorkspaceId, LoggedAudit)>,
}

impl Held {
    fn find(&self, workspace: &WorkspaceId, login: &AgentId) -> Option<usize> {
        let is = |account: &Account| account.workspace == *workspace && account.login == *login;
        self.accounts.iter().position(is)
    }

    fn put_link(&mut self, link: &Link) {
        let replaced = |known: &Link| known.workspace == link.workspace && known.login == link.login;
        self.links.retain(|known| !replaced(known));
        self.links.push(link.clone());
    }

    fn end_sessions(&mut self, of: &Account, kept: &str) {
        let ends = |s: &Session| s.workspace == of.workspace && s.login == of.login && s.sha256 != kept;
        self.sessions.retain(|session| !ends(session));
    }

    /// `None` when the link is no good.
    fn redeem(&mut self, sha256: &str, redeemed: &Redeemed) -> Option<Account> {
        let is = |link: &Link| link.sha256 == sha256 && redeemed.at < link.expires_at;
        let link = self.links.iter().find(|link| is(link))?.clone();
        let known = self.find(&link.workspace, &redeemed.login);
        match &link.login {
            Some(login) => {
                let account = known.and_then(|at| self.accounts.get_mut(at))?;
                if account.login != *login || account.disabled {
                    return None;
                }
                account.password = Some(redeemed.password.clone());
                if !redeemed.name.is_empty() {
                    account.name.clone_from(&redeemed.name);
                }
            }
            None => {
                let usable = |one: &Account| one.workspace == link.workspace && one.is_usable();
                if self.accounts.iter().any(usable) {
                    return None;
                }
                self.accounts
                    .retain(|account| account.workspace != link.workspace || account.login != redeemed.login);
                self.accounts.push(Account {
                    workspace: link.workspace.clone(),
                    login: redeemed.login.clone(),
                    name: redeemed.name.clone(),
                    role: Role::Admin,
                    password: Some(redeemed.password.clone()),
                    subject: None,
                    disabled: false,
                    created_at: redeemed.at,
                    signed_in_at: None,
                });
            }
        }
        let at = self.find(&link.workspace, &redeemed.login)?;
        let account = self.accounts.get(at)?.clone();
        self.links.retain(|known| known.sha256 != sha256);
        self.end_sessions(&account, "");
        Some(account)
    }
}

#[async_trait]
impl Accounts for MemoryStore {
    async fn add_account(&self, account: &Account, link: Option<&Link>) -> Result<bool, StoreError> {
        let held = &mut self.state().access;
        let same_subject = |known: &Account| {
            known.workspace == account.workspace
                && known.subject.is_some()
                && known.subject == account.subject
        };
        if held.find(&account.workspace, &account.login).is_some() || held.accounts.iter().any(same_subject) {
            return Ok(false);
        }
        held.accounts.push(account.clone());
        if let Some(link) = link {
            held.put_link(link);
        }
        Ok(true)
    }

    async fn account(&self, workspace: &WorkspaceId, login: &AgentId) -> Result<Option<Account>, StoreError> {
        let held = &self.state().access;
        Ok(held
            .find(workspace, login)
            .and_then(|at| held.accounts.get(at).cloned()))
    }

    async fn account_of(
        &self,
        workspace: &WorkspaceId,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        let is = |account: &&Account| {
            account.workspace == *workspace && account.subject.as_deref() == Some(subject)
        };
        Ok(self.state().access.accounts.iter().find(is).cloned())
    }

    async fn accounts(&self, workspace: &WorkspaceId) -> Result<Vec<Account>, StoreError> {
        let state = self.state();
        let of = state
            .access
            .accounts
            .iter()
            .filter(|account| account.workspace == *workspace);
        let mut accounts: Vec<Account> = of.cloned().collect();
        accounts.sort_by(|one, other| one.login.cmp(&other.login));
        Ok(accounts)
    }

    async fn change_account(
        &self,
        workspace: &WorkspaceId,
        login: &AgentId,
        change: &AccountChange,
    ) -> Result<Account, StoreError> {
        let held = &mut self.state().access;
        let at = held
            .find(workspace, login)
            .ok_or(StoreError::NotFound("account"))?;
        let before = held
            .accounts
            .get(at)
            .ok_or(StoreError::NotFound("account"))?
            .clone();
        let after = change.applied(&before);
        let administers = |one: &Account| one.role == Role::Admin && one.is_usable();
        let others = held
            .accounts
            .iter()
            .filter(|one| one.workspace == *workspace && one.login != *login);
        if administers(&before) && !administers(&after) && !others.into_iter().any(administers) {
            return Err(StoreError::LastAdministrator);
        }
        if let Some(account) = held.accounts.get_mut(at) {
            account.clone_from(&after);
        }
        if after.disabled || after.role != before.role {
            held.end_sessions(&after, "");
        }
        Ok(after)
    }

    async fn set_password(
        &self,
        workspace: &WorkspaceId,
        login: &AgentId,
        password: &str,
        kept: &str,
    ) -> Result<(), StoreError> {
        let held = &mut self.state().access;
        let at = held
            .find(workspace, login)
            .ok_or(StoreError::NotFound("account"))?;
        let account = held.accounts.get_mut(at).ok_or(StoreError::NotFound("account"))?;
        account.password = Some(password.to_owned());
        let account = account.clone();
        held.end_sessions(&account, kept);
        Ok(())
    }

    async fn add_link(&self, link: &Link) -> Result<(), StoreError> {
        let held = &mut self.state().access;
        if let Some(login) = &link.login
            && held.find(&link.workspace, login).is_none()
        {
            return Err(StoreError::NotFound("account"));
        }
        held.put_link(link);
        Ok(())
    }

    async fn link(&self, sha256: &str, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let is = |link: &&Link| link.sha256 == sha256 && now < link.expires_at;
        Ok(self.state().access.links.iter().find(is).cloned())
    }

    async fn redeem(&self, sha256: &str, redeemed: &Redeemed) -> Result<Account, StoreError> {
        let account = self.state().access.redeem(sha256, redeemed);
        account.ok_or(StoreError::NotFound("link"))
    }

    async fn add_session(&self, session: &Session, before: Option<&str>) -> Result<(), StoreError> {
        let held = &mut self.state().access;
        let at = held.find(&session.workspace, &session.login);
        let account = at
            .and_then(|at| held.accounts.get_mut(at))
            .filter(|account| !account.disabled);
        account.ok_or(StoreError::NotFound("account"))?.signed_in_at = Some(session.created_at);
        let now = session.created_at;
        held.sessions
            .retain(|known| now < known.ends_at() && Some(known.sha256.as_str()) != before);
        held.sessions.push(session.clone());
        Ok(())
    }

    async fn session(&self, sha256: &str, now: Timestamp) -> Result<Option<(Session, Account)>, StoreError> {
        let held = &self.state().access;
        let is = |session: &&Session| session.sha256 == sha256 && now < session.ends_at();
        let Some(session) = held.sessions.iter().find(is) else {
            return Ok(None);
        };
        let at = held.find(&session.workspace, &session.login);
        let account = at
            .and_then(|at| held.accounts.get(at))
            .filter(|account| !account.disabled);
        Ok(account.map(|account| (session.clone(), account.clone())))
    }

    async fn touch_session(&self, sha256: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.state();
        let sessions = state.access.sessions.iter_mut();
        for session in sessions.filter(|session| session.sha256 == sha256) {
            session.seen_at = session.seen_at.max(now);
        }
        Ok(())
    }

    async fn end_session(&self, sha256: &str) -> Result<(), StoreError> {
        self.state()
            .access
            .sessions
            .retain(|session| session.sha256 != sha256);
        Ok(())
    }
}

#[async_trait]
impl Audit for MemoryStore {
    async fn audit(&self, workspace: &WorkspaceId, entry: &AuditEntry) -> Result<(), StoreError> {
        let log = &mut self.state().access.audit;
        let logged = LoggedAudit {
            position: log.len() as u64 + 1,
            entry: entry.clone(),
        };
        log.push((workspace.clone(), logged));
        Ok(())
    }

    async fn audit_log(
        &self,
        workspace: &WorkspaceId,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<LoggedAudit>, StoreError> {
        let below = parse_number_cursor(cursor)?;
        let state = self.state();
        let all = state.access.audit.iter().rev();
        let found = all
            .filter(|(of, logged)| of == workspace && logged.position < below)
            .map(|(_, logged)| logged.clone());
        Ok(page(found.take(limit + 1).collect(), limit, audit_cursor))
    }
}
