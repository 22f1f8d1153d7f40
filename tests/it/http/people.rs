//! People with accounts, as the tests have them sign in.

use firstline::domain::account::{Account, Session, login};
use firstline::domain::id::WorkspaceId;
use firstline::domain::role::Role;
use firstline::http::sessions::{COOKIE, CSRF_HEADER, csrf_token, new_token, stored};
use firstline::ports::Accounts;

use super::app::{Call, TestApp, WORKSPACE};

/// Somebody with a browser.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// What the session cookie holds.
    pub(crate) token: String,
    pub(crate) csrf: String,
}

impl Person {
    pub(crate) fn with(token: &str) -> Self {
        Self {
            token: token.to_owned(),
            csrf: csrf_token(token),
        }
    }
}

impl TestApp {
    /// Somebody who signed in just now; the account is made where there is none.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Person {
        let now = (self.engine.clock)();
        let account = Account {
            workspace: WorkspaceId::parse(WORKSPACE).unwrap(),
            login: login(name).unwrap(),
            name: name.to_owned(),
            role,
            password: Some("none that fits".to_owned()),
            subject: None,
            disabled: false,
            created_at: now,
            signed_in_at: None,
        };
        self.store.add_account(&account, None).await.unwrap();
        let token = new_token();
        let session = Session {
            workspace: account.workspace,
            login: account.login,
            sha256: stored(&token),
            external: false,
            created_at: now,
            seen_at: now,
        };
        self.store.add_session(&session, None).await.unwrap();
        Person::with(&token)
    }
}

impl Call<'_> {
    /// As a page of ours in this person's browser.
    pub(crate) fn signed_in(self, person: &Person) -> Self {
        self.cookie(person).header(CSRF_HEADER, &person.csrf)
    }

    /// As any page in this person's browser could.
    pub(crate) fn cookie(self, person: &Person) -> Self {
        self.header("cookie", &format!("theme=dark; {COOKIE}={}", person.token))
    }
}
