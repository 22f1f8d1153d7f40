//! How long to wait before another try: what the other side asks for, and how far to spread out. Pure; knows nothing of
//! what is tried.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// The longest that a `Retry-After` is followed.
pub const RETRY_AFTER_MAX: SignedDuration = SignedDuration::from_hours(24);

/// What a `Retry-After` asks for at `now`: seconds or a date (RFC 9110, section 10.2.3), at most [`RETRY_AFTER_MAX`],
/// negative for a date that has passed. Anything else is as if it were not there, and so is a date without a `now`.
pub fn retry_after(text: &str, now: Option<Timestamp>) -> Option<SignedDuration> {
    let text = text.trim();
    let wanted = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number can hold is a very long time.
        text.parse().map_or(RETRY_AFTER_MAX, SignedDuration::from_secs)
    } else {
        rfc2822::parse(text).ok()?.timestamp().duration_since(now?)
    };
    Some(wanted.min(RETRY_AFTER_MAX))
}

/// 0 to 1000, out of `key` and attempt instead of out of chance: tries that failed together spread out, and the same
/// history gives the same times.
pub fn spread(key: &str, attempt: u32) -> u16 {
    let digest = Sha256::new()
        .chain_update(key)
        .chain_update(attempt.to_be_bytes())
        .finalize();
    u16::from_be_bytes([digest[0], digest[1]]) % 1001
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_counts_from_now_and_needs_one() {
        let now = "2026-11-22T10:00:00Z".parse().ok();
        let date = "Sun, 22 Nov 2026 10:00:30 GMT";
        assert_eq!(retry_after(date, now), Some(SignedDuration::from_secs(30)));
        assert_eq!(retry_after(date, None), None);
        assert_eq!(retry_after(" 7 ", None), Some(SignedDuration::from_secs(7)));
        assert_eq!(retry_after("99999999999999999999", None), Some(RETRY_AFTER_MAX));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn the_spread_is_wide_and_repeats_itself() {
        let of = |n: u32| spread(&format!("task_{n}"), 1);
        let all: Vec<u16> = (0..1000).map(of).collect();
        assert!(all.iter().all(|spread| (0..=1000).contains(spread)));
        assert!(all.iter().any(|spread| *spread < 100) && all.iter().any(|spread| *spread > 900));
        assert_eq!(of(7), all[7]);
        assert_ne!(spread("task_7", 1), spread("task_7", 2));
    }
}
