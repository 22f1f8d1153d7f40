//! Contract: the bot's switch, and that no turn is written that was decided under another.

use firstline::domain::bot::{BotSetting, BotSwitch, Changed};
use firstline::domain::intent::Intent;
use firstline::ports::{Store, StoreError};

use crate::store_contract::fixtures::{Outcome, acme, at, conversation_id, opening, turn_on, workspace};

fn by_ana(second: i64) -> Changed {
    Changed {
        at: at(second),
        by: "account:ana".to_owned(),
    }
}

pub(crate) async fn the_switch_is_as_it_was_set_last(store: &dyn Store) -> Outcome {
    assert_eq!(store.bot(&acme()).await?, BotSetting::default());
    store.set_bot(&acme(), false, &[], &by_ana(1)).await?;
    let off = [Intent::new("track_order"), Intent::new("invoice")];
    let set = store.set_bot(&acme(), true, &off, &by_ana(2)).await?;
    let expected = BotSetting {
        switch: BotSwitch {
            enabled: true,
            intents_off: off.to_vec(),
            number: 2,
        },
        changed: Some(by_ana(2)),
    };
    assert_eq!((&set, &store.bot(&acme()).await?), (&expected, &expected));
    assert_eq!(store.bot(&workspace("other")).await?, BotSetting::default());
    Ok(())
}

pub(crate) async fn a_turn_decided_under_another_switch_is_refused(store: &dyn Store) -> Outcome {
    let early = opening(1);
    let set = store.set_bot(&acme(), false, &[], &by_ana(1)).await?;
    let refused = store.commit(&early, None).await;
    assert!(matches!(refused, Err(StoreError::Conflict)), "{refused:?}");
    assert_eq!(store.load(&acme(), &conversation_id(1)).await?, None);
    let again = firstline::domain::turn::Turn {
        switch: set.switch,
        ..early
    };
    store.commit(&again, None).await?;
    let turns = store.turns(&acme(), &conversation_id(1)).await?;
    assert_eq!(turns[0].switch, again.switch);
    // As before the bot was ever switched.
    let stale = store.commit(&turn_on(&again.conversation), None).await;
    assert!(matches!(stale, Err(StoreError::Conflict)), "{stale:?}");
    Ok(())
}
