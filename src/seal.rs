//! Short texts made unreadable to whoever lacks the key, and readable again (ChaCha20-Poly1305, RFC 8439, by ring). Knows
//! nothing of what they are.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// One key. Each text is sealed under a nonce of its own, drawn at random: of 96 bits, and for some billions of texts that is
/// no risk (NIST SP 800-38D, section 8.3, has the bound for nonces of this length).
#[derive(Clone)]
pub struct Seal {
    key: [u8; 32],
    nonce: fn() -> [u8; NONCE_LEN],
}

impl Seal {
    /// `nonce` gives other bytes at every call.
    pub fn new(key: [u8; 32], nonce: fn() -> [u8; NONCE_LEN]) -> Self {
        Self { key, nonce }
    }

    fn key(&self) -> Option<LessSafeKey> {
        UnboundKey::new(&CHACHA20_POLY1305, &self.key)
            .ok()
            .map(LessSafeKey::new)
    }

    /// `None` only for a text of gigabytes.
    pub fn seal(&self, text: &str) -> Option<String> {
        let nonce = (self.nonce)();
        let mut sealed = text.as_bytes().to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.key()?
            .seal_in_place_append_tag(unique, Aad::empty(), &mut sealed)
            .ok()?;
        Some(STANDARD_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// `None` for whatever was not sealed with this key, or was changed since.
    pub fn open(&self, sealed: &str) -> Option<String> {
        let bytes = STANDARD_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let opened = self.key()?.open_in_place(nonce, Aad::empty(), &mut text).ok()?;
        String::from_utf8(opened.to_vec()).ok()
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    fn nonce() -> [u8; NONCE_LEN] {
        static NEXT: AtomicU8 = AtomicU8::new(0);
        [NEXT.fetch_add(1, Ordering::Relaxed); NONCE_LEN]
    }

    #[test]
    fn only_the_same_key_opens_and_only_what_is_whole() {
        let seal = Seal::new([1; 32], nonce);
        let sealed = seal.seal("priya@example.com").unwrap();
        assert_eq!(seal.open(&sealed).as_deref(), Some("priya@example.com"));
        assert_ne!(
            seal.seal("priya@example.com").unwrap(),
            sealed,
            "the same nonce twice"
        );
        assert!(!sealed.contains("priya"));
        assert_eq!(Seal::new([2; 32], nonce).open(&sealed), None);
        for place in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(seal.open(std::str::from_utf8(&changed).unwrap()), None, "{place}");
        }
        for other in ["", "priya@example.com", "AAAA"] {
            assert_eq!(seal.open(other), None, "{other}");
        }
    }
}
