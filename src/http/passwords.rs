//! Passwords: hashed with argon2id on threads of their own, a few at a time. Knows nothing of whose they are.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::entropy;
use crate::http::error::ApiError;

/// Memory in KiB, passes and lanes: the second of the equal choices in OWASP's Password Storage Cheat Sheet (2026),
/// "Argon2id with 19 MiB of memory, an iteration count of 2, and 1 degree of parallelism".
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashed at once. Each takes a core for some hundredths of a second, which customers' messages need too.
const AT_ONCE: usize = 2;

/// Under way and waiting; one more is turned away at once.
const WAITING: usize = 32;

/// What a password is held against where there is none: takes the same time, and nothing is known to fit it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlz$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// Clones share the places.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    at_once: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(AT_ONCE)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Passwords {
    /// In PHC form, with a salt of its own.
    pub(crate) async fn hash(&self, password: String) -> Result<String, ApiError> {
        let salt: [u8; 16] = entropy::bytes();
        self.apart(move || hashed(&password, &salt)).await?
    }

    /// `None`: there is no password, which takes as long as a wrong one.
    pub(crate) async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, ApiError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let fits = self.apart(move || fits(&password, &hash)).await?;
        Ok(fits && known)
    }

    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let many = |_| ApiError::Overloaded("sign-ins");
        let _place = self.waiting.try_acquire().map_err(many)?;
        let turn = Arc::clone(&self.at_once).acquire_owned().await;
        let turn = turn.map_err(|_| ApiError::Overloaded("sign-ins"))?;
        // The place is free again when the work ends, even if nobody waits for it any more.
        let work = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        work.await.map_err(|_| ApiError::Panicked)
    }
}

fn argon2id() -> Result<Argon2<'static>, ApiError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| ApiError::Panicked)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hashed(password: &str, salt: &[u8]) -> Result<String, ApiError> {
    let hash = argon2id()?.hash_password_with_salt(password.as_bytes(), salt);
    Ok(hash.map_err(|_| ApiError::Panicked)?.to_string())
}

/// By the parameters that stand in the hash, so that older ones go on to fit.
fn fits(password: &str, hash: &str) -> bool {
    PasswordVerifier::<str>::verify_password(&Argon2::default(), password.as_bytes(), hash).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse battery".to_owned()).await.unwrap();
        let other = passwords.hash("correct horse battery".to_owned()).await.unwrap();
        assert_ne!(hash, other);
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let fits = async |text: &str, hash: Option<&String>| {
            passwords.fits(text.to_owned(), hash.cloned()).await.unwrap()
        };
        assert!(fits("correct horse battery", Some(&hash)).await);
        assert!(!fits("correct horse batterz", Some(&hash)).await);
        assert!(!fits("correct horse battery", None).await);
        assert!(!fits("x", Some(&"no hash".to_owned())).await);
    }

    #[test]
    fn nobody_s_hash_costs_what_others_do() {
        let ours = hashed("x", b"0123456789abcdef").unwrap();
        let costs = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(costs(NOBODY), costs(&ours));
        // It is read and reckoned through: a text that is no hash would be refused at once.
        assert!(argon2::PasswordHash::new(NOBODY).is_ok());
    }

    #[tokio::test]
    async fn too_many_at_once_are_turned_away() {
        let passwords = Passwords::default();
        let _held = passwords.waiting.acquire_many(32).await.unwrap();
        let refused = passwords.fits("x".to_owned(), None).await;
        assert!(matches!(refused, Err(ApiError::Overloaded("sign-ins"))));
    }
}
