//! Accounts of people, and the links by which they set a password. The [`Accounts`] port as a whole; what it does with
//! sessions stands in `sessions`.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;

use crate::domain::account::{Account, AccountChange, Link, Redeemed, Session};
use crate::domain::id::{AgentId, WorkspaceId};
use crate::domain::role::Role;
use crate::domain::time::Timestamp;
use crate::ports::{Accounts, StoreError};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::rows;
use crate::store::sqlite::sessions::{self, AddSession, EndSession, TouchSession, end_sessions};
use crate::store::sqlite::writer::Write;

/// Reads accounts as [`rows::account`] takes them.
macro_rules! accounts_where {
    ($condition:literal) => {
        concat!(
            "SELECT workspace, login, name, role, password, subject, disabled, created_at AS made_at, signed_in_at
             FROM accounts WHERE ",
            $condition
        )
    };
}

#[async_trait]
impl Accounts for SqliteStore {
    async fn add_account(&self, account: &Account, link: Option<&Link>) -> Result<bool, StoreError> {
        self.submit(AddAccount(account.clone(), link.cloned())).await
    }

    async fn account(&self, workspace: &WorkspaceId, login: &AgentId) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(accounts_where!("workspace = ? AND login = ?"))
            .bind(workspace.as_str())
            .bind(login.as_str())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(rows::account).transpose()
    }

    async fn account_of(
        &self,
        workspace: &WorkspaceId,
        subject: &str,
    ) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(accounts_where!("workspace = ? AND subject = ?"))
            .bind(workspace.as_str())
            .bind(subject)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(rows::account).transpose()
    }

    async fn accounts(&self, workspace: &WorkspaceId) -> Result<Vec<Account>, StoreError> {
        let found = sqlx::query(accounts_where!("workspace = ? ORDER BY login"))
            .bind(workspace.as_str())
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(rows::account).collect()
    }

    async fn change_account(
        &self,
        workspace: &WorkspaceId,
        login: &AgentId,
        change: &AccountChange,
    ) -> Result<Account, StoreError> {
        self.submit(ChangeAccount {
            workspace: workspace.clone(),
            login: login.clone(),
            change: change.clone(),
        })
        .await
    }

    async fn set_password(
        &self,
        workspace: &WorkspaceId,
        login: &AgentId,
        password: &str,
        kept: &str,
    ) -> Result<(), StoreError> {
        self.submit(SetPassword {
            workspace: workspace.clone(),
            login: login.clone(),
            password: password.to_owned(),
            kept: kept.to_owned(),
        })
        .await
    }

    async fn add_link(&self, link: &Link) -> Result<(), StoreError> {
        self.submit(AddLink(link.clone())).await
    }

    async fn link(&self, sha256: &str, now: Timestamp) -> Result<Option<Link>, StoreError> {
        let row = sqlx::query(LINK)
            .bind(sha256)
            .bind(now.as_microsecond())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(rows::link).transpose()
    }

    async fn redeem(&self, sha256: &str, redeemed: &Redeemed) -> Result<Account, StoreError> {
        let sha256 = sha256.to_owned();
        let redeemed = redeemed.clone();
        self.submit(Redeem { sha256, redeemed }).await
    }

    async fn add_session(&self, session: &Session, before: Option<&str>) -> Result<(), StoreError> {
        self.submit(AddSession {
            session: session.clone(),
            before: before.map(str::to_owned),
        })
        .await
    }

    async fn session(&self, sha256: &str, now: Timestamp) -> Result<Option<(Session, Account)>, StoreError> {
        sessions::find(&self.readers, sha256, now).await
    }

    async fn touch_session(&self, sha256: &str, now: Timestamp) -> Result<(), StoreError> {
        let sha256 = sha256.to_owned();
        self.submit(TouchSession { sha256, now }).await
    }

    async fn end_session(&self, sha256: &str) -> Result<(), StoreError> {
        self.submit(EndSession(sha256.to_owned())).await
    }
}

const LINK: &str =
    "SELECT workspace, sha256, login, expires_at FROM account_links WHERE sha256 = ? AND ? < expires_at";

async fn find(
    connection: &mut SqliteConnection,
    workspace: &WorkspaceId,
    login: &AgentId,
) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query(accounts_where!("workspace = ? AND login = ?"))
        .bind(workspace.as_str())
        .bind(login.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(rows::account).transpose()
}

/// In the place of one that has the same login.
async fn put(connection: &mut SqliteConnection, account: &Account) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO accounts (workspace, login, name, role, password, subject, disabled, created_at, signed_in_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (workspace, login) DO UPDATE SET name = excluded.name, role = excluded.role,
             password = excluded.password, subject = excluded.subject, disabled = excluded.disabled",
    )
    .bind(account.workspace.as_str())
    .bind(account.login.as_str())
    .bind(account.name.as_str())
    .bind(account.role.as_str())
    .bind(account.password.as_deref())
    .bind(account.subject.as_deref())
    .bind(account.disabled)
    .bind(account.created_at.as_microsecond())
    .bind(account.signed_in_at.map(Timestamp::as_microsecond))
    .execute(connection)
    .await?;
    Ok(())
}

async fn put_link(connection: &mut SqliteConnection, link: &Link) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM account_links WHERE workspace = ? AND login IS ?")
        .bind(link.workspace.as_str())
        .bind(link.login.as_ref().map(AgentId::as_str))
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO account_links (sha256, workspace, login, expires_at) VALUES (?, ?, ?, ?)")
        .bind(link.sha256.as_str())
        .bind(link.workspace.as_str())
        .bind(link.login.as_ref().map(AgentId::as_str))
        .bind(link.expires_at.as_microsecond())
        .execute(connection)
        .await?;
    Ok(())
}

struct AddAccount(Account, Option<Link>);

#[async_trait]
impl Write for AddAccount {
    type Reply = bool;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<bool, StoreError> {
        let Self(account, link) = self;
        let taken: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM accounts WHERE workspace = ? AND (login = ? OR subject = ?))",
        )
        .bind(account.workspace.as_str())
        .bind(account.login.as_str())
        .bind(account.subject.as_deref())
        .fetch_one(&mut *connection)
        .await?;
        if taken {
            return Ok(false);
        }
        put(connection, account).await?;
        if let Some(link) = link {
            put_link(connection, link).await?;
        }
        Ok(true)
    }
}

struct ChangeAccount {
    workspace: WorkspaceId,
    login: AgentId,
    change: AccountChange,
}

#[async_trait]
impl Write for ChangeAccount {
    type Reply = Account;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Account, StoreError> {
        let before = find(connection, &self.workspace, &self.login).await?;
        let before = before.ok_or(StoreError::NotFound("account"))?;
        let after = self.change.applied(&before);
        let administers = |one: &Account| one.role == Role::Admin && one.is_usable();
        if administers(&before) && !administers(&after) && !self.others_administer(connection).await? {
            return Err(StoreError::LastAdministrator);
        }
        put(connection, &after).await?;
        if after.disabled || after.role != before.role {
            end_sessions(connection, &after, "").await?;
        }
        Ok(after)
    }
}

impl ChangeAccount {
    async fn others_administer(&self, connection: &mut SqliteConnection) -> Result<bool, StoreError> {
        let others = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM accounts WHERE workspace = ? AND login <> ? AND role = ? AND NOT disabled
                 AND (password IS NOT NULL OR subject IS NOT NULL))",
        )
        .bind(self.workspace.as_str())
        .bind(self.login.as_str())
        .bind(Role::Admin.as_str());
        Ok(others.fetch_one(connection).await?)
    }
}

struct SetPassword {
    workspace: WorkspaceId,
    login: AgentId,
    password: String,
    kept: String,
}

#[async_trait]
impl Write for SetPassword {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let account = find(connection, &self.workspace, &self.login).await?;
        let account = Account {
            password: Some(self.password.clone()),
            ..account.ok_or(StoreError::NotFound("account"))?
        };
        put(connection, &account).await?;
        end_sessions(connection, &account, &self.kept).await
    }
}

struct AddLink(Link);

#[async_trait]
impl Write for AddLink {
    type Reply = ();

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let link = &self.0;
        if let Some(login) = &link.login {
            let account = find(connection, &link.workspace, login).await?;
            account.ok_or(StoreError::NotFound("account"))?;
        }
        put_link(connection, link).await
    }
}

struct Redeem {
    sha256: String,
    redeemed: Redeemed,
}

#[async_trait]
impl Write for Redeem {
    type Reply = Account;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Account, StoreError> {
        let row = sqlx::query(LINK)
            .bind(self.sha256.as_str())
            .bind(self.redeemed.at.as_microsecond())
            .fetch_optional(&mut *connection)
            .await?;
        let link = row.as_ref().map(rows::link).transpose()?;
        let link = link.ok_or(StoreError::NotFound("link"))?;
        let account = match &link.login {
            Some(login) => self.invited(connection, &link.workspace, login).await?,
            None => self.first(connection, &link.workspace).await?,
        };
        put(connection, &account).await?;
        sqlx::query("DELETE FROM account_links WHERE sha256 = ?")
            .bind(self.sha256.as_str())
            .execute(&mut *connection)
            .await?;
        end_sessions(connection, &account, "").await?;
        Ok(account)
    }
}

impl Redeem {
    async fn invited(
        &self,
        connection: &mut SqliteConnection,
        workspace: &WorkspaceId,
        login: &AgentId,
    ) -> Result<Account, StoreError> {
        let known = find(connection, workspace, login).await?;
        let known = known.filter(|account| !account.disabled && *login == self.redeemed.login);
        let mut account = known.ok_or(StoreError::NotFound("link"))?;
        account.password = Some(self.redeemed.password.clone());
        if !self.redeemed.name.is_empty() {
            account.name.clone_from(&self.redeemed.name);
        }
        Ok(account)
    }

    /// Only as long as nobody can sign in.
    async fn first(
        &self,
        connection: &mut SqliteConnection,
        workspace: &WorkspaceId,
    ) -> Result<Account, StoreError> {
        let somebody: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM accounts WHERE workspace = ? AND NOT disabled
                 AND (password IS NOT NULL OR subject IS NOT NULL))",
        )
        .bind(workspace.as_str())
        .fetch_one(connection)
        .await?;
        if somebody {
            return Err(StoreError::NotFound("link"));
        }
        Ok(Account {
            workspace: workspace.clone(),
            login: self.redeemed.login.clone(),
            name: self.redeemed.name.clone(),
            role: Role::Admin,
            password: Some(self.redeemed.password.clone()),
            subject: None,
            disabled: false,
            created_at: self.redeemed.at,
            signed_in_at: None,
        })
    }
}
