//! API keys as text: made here, shown once, and known afterwards only by their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::entropy;

/// What every API key begins with, so that one that leaked is found by search.
pub(crate) const PREFIX: &str = "fl_";

/// A new API key: `fl_` and 43 characters for 32 random bytes.
#[derive(Debug)]
pub struct NewKey {
    /// To be shown once and never stored.
    pub plain: String,
    /// For [`crate::domain::api_key::ApiKey::sha256`].
    pub sha256: String,
}

pub fn new_key() -> NewKey {
    let plain = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(entropy::bytes::<32>()));
    let sha256 = sha256_hex(plain.as_bytes());
    NewKey { plain, sha256 }
}

/// Lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_prefix_and_256_bits() {
        let key = new_key();
        assert_eq!(key.plain.len(), 46);
        assert!(key.plain.starts_with("fl_"));
        assert_eq!(key.sha256, sha256_hex(key.plain.as_bytes()));
        assert_ne!(new_key().plain, key.plain);
    }
}
