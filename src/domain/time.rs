//! Points in time. The domain never asks what time it is: `now` is always handed in.

pub use jiff::{SignedDuration as Duration, Timestamp};
