//! `firstline openapi`, and that the copy which the front end is generated from is up to date.

use std::fs;

use crate::support::program::firstline;
use crate::support::repository;

#[test]
fn the_description_that_is_kept_is_the_one_that_is_served() {
    let printed = firstline(&["openapi"], b"");
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    let kept = fs::read_to_string(repository().join("web/openapi.json")).unwrap_or_default();
    assert!(
        printed.stdout == kept,
        "web/openapi.json is not what the routes say; renew it: cargo run -- openapi > web/openapi.json"
    );
}
