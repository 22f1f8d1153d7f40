//! Answers that are good for a while, in memory, the latest used first. Pure, with the time handed in; knows nothing of
//! how an answer came.
//!
//! `lru` bounds it, which the search index brings along anyway; a cache for many threads (`moka`) would be a dozen
//! crates more, and what is read here once in a request needs a lock and no more.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use lru::LruCache;

use crate::domain::lookup::LookupResult;

/// Answers kept of one connector.
const ENTRIES_MAX: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);

#[derive(Debug)]
pub(super) struct Cache(LruCache<String, Entry>);

#[derive(Debug)]
struct Entry {
    result: LookupResult,
    good_until: Instant,
}

impl Cache {
    pub(super) fn new() -> Self {
        Self(LruCache::sparse(ENTRIES_MAX))
    }

    pub(super) fn get(&mut self, key: &str, now: Instant) -> Option<LookupResult> {
        let entry = self.0.get(key)?;
        if now < entry.good_until {
            return Some(entry.result.clone());
        }
        self.0.pop(key);
        None
    }

    pub(super) fn put(&mut self, key: String, result: &LookupResult, lasts: Duration, now: Instant) {
        let entry = Entry {
            result: result.clone(),
            good_until: now + lasts,
        };
        self.0.put(key, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn an_answer_is_good_until_its_time_is_over() {
        let (mut cache, now) = (Cache::new(), Instant::now());
        let result = LookupResult::unavailable("");
        cache.put("a".to_owned(), &result, MINUTE, now);
        let almost = now + MINUTE - Duration::from_millis(1);
        assert_eq!(cache.get("a", almost), Some(result));
        assert_eq!(cache.get("b", almost), None);
        assert_eq!(cache.get("a", now + MINUTE), None);
        assert_eq!(cache.0.len(), 0);
    }

    #[test]
    fn the_answer_longest_unused_makes_room() {
        let (mut cache, now) = (Cache::new(), Instant::now());
        for number in 0..1000 {
            cache.put(number.to_string(), &LookupResult::unavailable(""), MINUTE, now);
        }
        assert!(cache.get("0", now).is_some());
        cache.put("more".to_owned(), &LookupResult::unavailable(""), MINUTE, now);
        assert_eq!(cache.0.len(), 1000);
        assert!(cache.get("0", now).is_some() && cache.get("1", now).is_none());
    }
}
