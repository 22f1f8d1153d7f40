//! What signing in elsewhere needs of the company's own identity provider, and nothing about how it is asked.

use std::fmt;

use async_trait::async_trait;
use thiserror::Error;

use crate::domain::id::AgentId;
use crate::domain::role::Role;
use crate::domain::time::Timestamp;

/// One sign-in under way: what ties its end to its beginning, and to one browser. All but the address are secrets that
/// nobody can guess.
#[derive(Clone, Copy)]
pub struct Proving<'a> {
    /// Comes back with the browser.
    pub state: &'a str,
    /// Comes back in what the provider signs.
    pub nonce: &'a str,
    /// Proves to the provider that whoever ends a sign-in began it.
    pub verifier: &'a str,
    /// Where the browser comes back to.
    pub redirect_uri: &'a str,
}

impl fmt::Debug for Proving<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proving").finish_non_exhaustive()
    }
}

/// Who somebody is, by the provider's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// Theirs alone, and for good.
    pub subject: String,
    /// What their account is called, if it is made now.
    pub login: AgentId,
    /// May be empty.
    pub name: String,
    pub role: Role,
}

#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum ProviderError {
    /// What came back is not to be believed.
    #[error("the sign-in was refused: {0}")]
    Refused(String),
    #[error("none of this person's groups stands for a role in oidc.roles")]
    NoRole,
    #[error("the identity provider cannot be used now: {0}")]
    Unavailable(String),
}

#[async_trait]
pub trait IdentityProvider: Send + Sync + fmt::Debug {
    /// As people know it.
    fn name(&self) -> &str;

    /// Where the browser is to be sent.
    async fn begin(&self, proving: &Proving<'_>) -> Result<String, ProviderError>;

    /// Who came back with this code.
    async fn finish(
        &self,
        proving: &Proving<'_>,
        code: &str,
        now: Timestamp,
    ) -> Result<Proven, ProviderError>;
}
