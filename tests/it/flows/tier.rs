//! A tier is said of one customer: a code that proves another takes it away.

use firstline::domain::id::Tier;

use crate::flows::{CODE, Play, told};

/// The tier after a code has proven that `proven` writes, where it was said of `said_of` before.
fn left(said_of: &str, proven: &str) -> Option<Tier> {
    let mut game = Play::new();
    game.conversation.customer.id = said_of.to_owned();
    game.conversation.customer.tier = Some(Tier::parse("gold").unwrap());
    game.says("where is FH-10423", "track_order 0.9; order FH-10423");
    game.code_sent("ok", proven);
    let turn = game.says(CODE, "");
    assert!(told(&turn).starts_with("wait shop.order"), "{}", told(&turn));
    assert_eq!(game.conversation.customer.id, proven);
    game.conversation.customer.tier
}

#[test]
fn a_tier_stays_with_the_customer_it_was_said_of() {
    assert!(left("cus_1", "cus_1").is_some());
    assert!(left("", "cus_1").is_some());
    assert!(left("cus_1", "cus_2").is_none());
}
