//! Accounts of people: how they are known, their sessions, and the links by which they set a password. Of sessions and
//! links only the SHA-256 is ever kept, of passwords only the argon2id hash.

use thiserror::Error;

use crate::domain::agent::Agent;
use crate::domain::id::{AgentId, InvalidId, WorkspaceId};
use crate::domain::role::Role;
use crate::domain::time::{Duration, Timestamp};

/// After so long without a request a session has ended.
pub const SESSION_IDLE: Duration = Duration::from_hours(12);

/// After so long it has ended whatever its holder does.
pub const SESSION_MAX: Duration = Duration::from_hours(7 * 24);

/// How long a link for setting a password is good.
pub const LINK_LIFE: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub workspace: WorkspaceId,
    /// What they sign in with, and their id as an agent; as [`login`] gives it.
    pub login: AgentId,
    /// What customers and colleagues read.
    pub name: String,
    pub role: Role,
    /// An argon2id hash in PHC form; `None` until it is set, and for whoever signs in elsewhere.
    pub password: Option<String>,
    /// Who signs in at the company's own provider: its name for them, which never changes.
    pub subject: Option<String>,
    pub disabled: bool,
    pub created_at: Timestamp,
    /// The newest time.
    pub signed_in_at: Option<Timestamp>,
}

impl Account {
    /// As whom they act.
    pub fn agent(&self) -> Agent {
        Agent {
            id: self.login.clone(),
            name: self.name.clone(),
        }
    }

    /// Whether somebody could sign in with it now.
    pub fn is_usable(&self) -> bool {
        !self.disabled && (self.password.is_some() || self.subject.is_some())
    }
}

/// Logins are told apart without regard to case.
pub fn login(text: &str) -> Result<AgentId, InvalidId> {
    AgentId::parse(&text.trim().to_ascii_lowercase())
}

/// The shortest and longest password, in characters.
const PASSWORD: std::ops::RangeInclusive<usize> = 12..=200;

/// Long enough, and the first that anybody would try.
const COMMON: [&str; 12] = [
    "123456789012",
    "1234567890123",
    "12345678901234",
    "1q2w3e4r5t6y",
    "administrator",
    "adminadminadmin",
    "firstlinefirstline",
    "letmeinletmein",
    "password1234",
    "password12345",
    "passwordpassword",
    "qwertyuiop123",
];

/// Why a text is no password.
#[derive(Debug, Error, Clone, Copy, PartialEq, Eq)]
pub enum InvalidPassword {
    #[error("give 12 to 200 characters; a few words that do not belong together are good")]
    Length,
    #[error("this is among the first that anybody would try; take another")]
    Common,
    #[error("the password may not be the login")]
    Login,
}

/// Whether `text` may be the password of whoever signs in as `login`.
pub fn check_password(text: &str, login: &AgentId) -> Result<(), InvalidPassword> {
    if !PASSWORD.contains(&text.chars().count()) {
        return Err(InvalidPassword::Length);
    }
    let plain = text.to_lowercase();
    if plain == login.as_str() {
        return Err(InvalidPassword::Login);
    }
    let first = plain.chars().next();
    if COMMON.contains(&plain.as_str()) || plain.chars().all(|letter| Some(letter) == first) {
        return Err(InvalidPassword::Common);
    }
    Ok(())
}

/// What an administrator changes of an account; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountChange {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

impl AccountChange {
    /// The account after it.
    pub fn applied(&self, account: &Account) -> Account {
        let mut changed = account.clone();
        if let Some(name) = &self.name {
            changed.name.clone_from(name);
        }
        changed.role = self.role.unwrap_or(account.role);
        changed.disabled = self.disabled.unwrap_or(account.disabled);
        changed
    }
}

/// One sign-in, from one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub workspace: WorkspaceId,
    pub login: AgentId,
    /// Lower-case hexadecimal SHA-256 of what the cookie holds.
    pub sha256: String,
    /// Whether the company's own provider vouched for them.
    pub external: bool,
    pub created_at: Timestamp,
    /// When it was last seen in use, to a few minutes.
    pub seen_at: Timestamp,
}

impl Session {
    /// From then on it is no good, unless it is used before.
    pub fn ends_at(&self) -> Timestamp {
        (self.seen_at + SESSION_IDLE).min(self.created_at + SESSION_MAX)
    }
}

/// Lets its holder set the password of an account, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub workspace: WorkspaceId,
    /// Lower-case hexadecimal SHA-256 of what the link holds.
    pub sha256: String,
    /// Whose; `None` makes the first administrator, who chooses the login.
    pub login: Option<AgentId>,
    pub expires_at: Timestamp,
}

/// What the holder of a link gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// The link's, or one that the first administrator chose.
    pub login: AgentId,
    /// Empty: as it was.
    pub name: String,
    /// An argon2id hash in PHC form.
    pub password: String,
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_lies_idle_and_in_any_case() {
        let start: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
        let mut session = Session {
            workspace: WorkspaceId::parse("acme").unwrap(),
            login: login(" Ana ").unwrap(),
            sha256: String::new(),
            external: false,
            created_at: start,
            seen_at: start,
        };
        assert_eq!(session.login.as_str(), "ana");
        assert_eq!(session.ends_at(), start + Duration::from_hours(12));
        session.seen_at = start + Duration::from_hours(7 * 24 - 1);
        assert_eq!(session.ends_at(), start + Duration::from_hours(7 * 24));
    }

    #[test]
    fn passwords_that_anybody_would_try_are_refused() {
        let ana = login("ana-maria-lopez").unwrap();
        let check = |text: &str| check_password(text, &ana);
        assert_eq!(check("correct horse"), Ok(()));
        assert_eq!(check("пароль из слов"), Ok(()));
        assert_eq!(check("elevenchars"), Err(InvalidPassword::Length));
        assert_eq!(check(&"ab".repeat(101)), Err(InvalidPassword::Length));
        assert_eq!(check("PasswordPassword"), Err(InvalidPassword::Common));
        assert_eq!(check("zzzzzzzzzzzzzz"), Err(InvalidPassword::Common));
        assert_eq!(check("Ana-Maria-Lopez"), Err(InvalidPassword::Login));
    }
}
