//! How often a caller may call: a token bucket for each visitor's conversation, each key, each account and each address.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::http::auth::{Caller, Principal};
use crate::http::error::ApiError;
use crate::http::state::Options;

/// How many requests pass between two removals of buckets that are full again.
const SWEEP_EVERY: u32 = 4_096;

#[derive(Debug)]
pub(crate) struct Limits {
    visitors: Option<Buckets>,
    addresses: Option<Buckets>,
    keys: Option<Buckets>,
}

impl Limits {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            visitors: Buckets::new("visitor", options.visitor_burst, options.visitor_per_second),
            addresses: Buckets::new("address", options.opens_burst, options.opens_per_second),
            keys: Buckets::new("key", options.key_burst, options.key_per_second),
        }
    }

    /// Takes one request out of the caller's bucket; `None` where nothing is limited.
    pub(crate) fn take(&self, caller: &Caller) -> Result<Option<Allowance>, ApiError> {
        let (buckets, name) = match &caller.principal {
            Principal::Visitor { conversation } => (&self.visitors, conversation.to_string()),
            Principal::Key(key) => (&self.keys, key.id.to_string()),
            Principal::Account(_) => (&self.keys, caller.scope()),
            Principal::Anonymous => (
                &self.addresses,
                caller.address.map(neighbourhood).unwrap_or_default(),
            ),
        };
        buckets.as_ref().map(|buckets| buckets.take(name)).transpose()
    }
}

/// How often somebody may try to sign in: from one address, and as one login.
#[derive(Debug)]
pub(crate) struct SignInLimits {
    addresses: Option<Buckets>,
    logins: Option<Buckets>,
}

impl SignInLimits {
    pub(crate) fn new(options: &Options) -> Self {
        let buckets = |name| Buckets::each_minute(name, options.sign_in_burst, options.sign_in_per_minute);
        Self {
            addresses: buckets("sign_in_address"),
            logins: buckets("sign_in_login"),
        }
    }

    /// `login` as it was typed, whether there is such an account or not; empty where none is needed.
    pub(crate) fn take(&self, address: Option<IpAddr>, login: &str) -> Result<(), ApiError> {
        if let Some(addresses) = &self.addresses {
            addresses.take(address.map(neighbourhood).unwrap_or_default())?;
        }
        match &self.logins {
            // Nobody's login is that long, and what is kept is bounded.
            Some(logins) if !login.is_empty() => {
                let login: String = login.trim().to_ascii_lowercase().chars().take(100).collect();
                logins.take(login).map(drop)
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// An IPv6 caller can take any address of its network of 64 bits, so they count together.
fn neighbourhood(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{:x}", u128::from(address) >> 64),
    }
}

struct Buckets {
    limiter: DefaultKeyedRateLimiter<String, StateInformationMiddleware>,
    clock: DefaultClock,
    name: &'static str,
    burst: u32,
    /// Seconds in which an empty bucket fills.
    window: u32,
    taken: AtomicU32,
}

impl std::fmt::Debug for Buckets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buckets")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Buckets {
    /// `None` when nothing is limited.
    fn new(name: &'static str, burst: u32, per_second: u32) -> Option<Self> {
        // A bucket that holds nothing would refuse everything.
        let quota = Quota::per_second(NonZeroU32::new(per_second)?).allow_burst(NonZeroU32::new(burst)?);
        Some(Self::of(name, quota, burst, burst.div_ceil(per_second)))
    }

    /// `None` when nothing is limited.
    fn each_minute(name: &'static str, burst: u32, per_minute: u32) -> Option<Self> {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute)?).allow_burst(NonZeroU32::new(burst)?);
        Some(Self::of(
            name,
            quota,
            burst,
            burst.saturating_mul(60).div_ceil(per_minute),
        ))
    }

    fn of(name: &'static str, quota: Quota, burst: u32, window: u32) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>(),
            clock: DefaultClock::default(),
            name,
            burst,
            window,
            taken: AtomicU32::new(0),
        }
    }

    fn take(&self, bucket: String) -> Result<Allowance, ApiError> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(&bucket) {
            Ok(state) => Ok(Allowance {
                name: self.name,
                burst: self.burst,
                window: self.window,
                remaining: state.remaining_burst_capacity(),
            }),
            Err(refused) => Err(ApiError::RateLimited {
                retry_after: refused.wait_time_from(self.clock.now()).as_secs() + 1,
            }),
        }
    }
}

/// What is left to a caller.
#[derive(Debug)]
pub(crate) struct Allowance {
    name: &'static str,
    burst: u32,
    /// Seconds in which an empty bucket fills.
    window: u32,
    remaining: u32,
}

impl Allowance {
    /// `RateLimit` and `RateLimit-Policy` as draft-ietf-httpapi-ratelimit-headers-10 has them.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let policy = format!("\"{}\";q={};w={}", self.name, self.burst, self.window);
        let left = format!("\"{}\";r={}", self.name, self.remaining);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_bucket_refuses_and_leaves_others_alone() {
        let buckets = Buckets::new("key", 2, 1).unwrap();
        assert_eq!(buckets.take("a".to_owned()).unwrap().remaining, 1);
        assert_eq!(buckets.take("a".to_owned()).unwrap().remaining, 0);
        assert!(matches!(
            buckets.take("a".to_owned()),
            Err(ApiError::RateLimited { retry_after: 1 })
        ));
        assert!(buckets.take("b".to_owned()).is_ok());
    }

    #[test]
    fn zero_means_no_limit() {
        assert!(Buckets::new("key", 5, 0).is_none());
        assert!(Buckets::new("key", 0, 5).is_none());
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_together() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
