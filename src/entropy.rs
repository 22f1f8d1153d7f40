//! The one source of randomness: the operating system's. Knows nothing of what the bytes are for.

use uuid::Builder;

/// `N` random bytes, fit for secrets.
///
/// # Panics
/// When the operating system gives none, which it does only before it has booted: ids and secrets that can be
/// guessed are worse than none.
#[expect(clippy::disallowed_methods, reason = "the one source of randomness")]
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A UUIDv7 (RFC 9562, section 5.7): sorts by its time, and cannot be guessed. For ids, not for secrets.
pub fn uuid_v7(now_unix_ms: u64) -> [u8; 16] {
    Builder::from_unix_timestamp_millis(now_unix_ms, &bytes::<10>())
        .into_uuid()
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_differ() {
        assert_ne!(bytes::<32>(), bytes::<32>());
    }

    #[test]
    fn uuids_carry_version_and_variant_and_sort_by_time() {
        let (early, late) = (uuid_v7(1_700_000_000_000), uuid_v7(1_700_000_000_001));
        assert!(early < late);
        assert_eq!(early[..6], 1_700_000_000_000_u64.to_be_bytes()[2..]);
        assert_eq!((early[6] >> 4, early[8] >> 6), (7, 0b10));
    }
}
