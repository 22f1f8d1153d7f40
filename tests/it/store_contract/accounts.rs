//! Contract: accounts, their sessions and links, and the audit log.

use firstline::domain::account::{Account, AccountChange, Link, Redeemed, Session, login};
use firstline::domain::audit::AuditEntry;
use firstline::domain::id::WorkspaceId;
use firstline::domain::role::Role;
use firstline::ports::{Store, StoreError};
use serde_json::json;

use crate::store_contract::fixtures::{Outcome, acme, at};

const HOUR: i64 = 3600;

fn account(name: &str, role: Role) -> Account {
    Account {
        workspace: acme(),
        login: login(name).unwrap(),
        name: name.to_owned(),
        role,
        password: Some(format!("hash of {name}")),
        subject: None,
        disabled: false,
        created_at: at(1),
        signed_in_at: None,
    }
}

fn session(name: &str, number: u8, second: i64) -> Session {
    Session {
        workspace: acme(),
        login: login(name).unwrap(),
        sha256: format!("session {number}"),
        external: false,
        created_at: at(second),
        seen_at: at(second),
    }
}

fn link(name: Option<&str>, number: u8) -> Link {
    Link {
        workspace: acme(),
        sha256: format!("link {number}"),
        login: name.map(|name| login(name).unwrap()),
        expires_at: at(HOUR),
    }
}

fn redeemed(name: &str, second: i64) -> Redeemed {
    Redeemed {
        login: login(name).unwrap(),
        name: String::new(),
        password: "new hash".to_owned(),
        at: at(second),
    }
}

pub(super) async fn an_account_is_added_once(store: &dyn Store) -> Outcome {
    let zoe = account("zoe", Role::Agent);
    let outside = Account {
        password: None,
        subject: Some("sub 1".to_owned()),
        ..account("ana", Role::Auditor)
    };
    assert!(store.add_account(&zoe, None).await?);
    assert!(store.add_account(&outside, None).await?);
    assert!(
        !store
            .add_account(&account("zoe", Role::Admin), Some(&link(Some("zoe"), 1)))
            .await?
    );
    let same_subject = Account {
        login: login("bo").unwrap(),
        ..outside.clone()
    };
    assert!(!store.add_account(&same_subject, None).await?);
    assert_eq!(store.link("link 1", at(2)).await?, None);
    assert_eq!(store.accounts(&acme()).await?, [outside.clone(), zoe.clone()]);
    assert_eq!(store.account(&acme(), &zoe.login).await?, Some(zoe));
    assert_eq!(store.account_of(&acme(), "sub 1").await?, Some(outside));
    assert_eq!(store.account_of(&acme(), "sub 2").await?, None);
    let elsewhere = WorkspaceId::parse("other").unwrap();
    assert!(store.accounts(&elsewhere).await?.is_empty());
    assert_eq!(store.account_of(&elsewhere, "sub 1").await?, None);
    Ok(())
}

pub(super) async fn another_role_and_being_disabled_end_sessions(store: &dyn Store) -> Outcome {
    let boss = account("boss", Role::Admin);
    let ana = account("ana", Role::Agent);
    for account in [&boss, &ana] {
        store.add_account(account, None).await?;
    }
    let sessions = async || {
        let mut left = Vec::new();
        for number in 1..=3 {
            if store
                .session(&format!("session {number}"), at(20))
                .await?
                .is_some()
            {
                left.push(number);
            }
        }
        Ok::<_, StoreError>(left)
    };
    store.add_session(&session("boss", 1, 10), None).await?;
    store.add_session(&session("ana", 2, 10), None).await?;
    let named = AccountChange {
        name: Some("Ana".to_owned()),
        ..AccountChange::default()
    };
    assert_eq!(
        store.change_account(&acme(), &ana.login, &named).await?.name,
        "Ana"
    );
    assert_eq!(sessions().await?, [1, 2]);
    let raised = AccountChange {
        role: Some(Role::Supervisor),
        ..AccountChange::default()
    };
    assert_eq!(
        store.change_account(&acme(), &ana.login, &raised).await?.role,
        Role::Supervisor
    );
    assert_eq!(sessions().await?, [1]);
    store.add_session(&session("ana", 3, 11), None).await?;
    let disabled = AccountChange {
        disabled: Some(true),
        ..AccountChange::default()
    };
    assert!(
        store
            .change_account(&acme(), &ana.login, &disabled)
            .await?
            .disabled
    );
    assert_eq!(sessions().await?, [1]);
    let refused = store.add_session(&session("ana", 4, 12), None).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))));
    let nobody = store.change_account(&acme(), &login("bo").unwrap(), &named).await;
    assert!(matches!(nobody, Err(StoreError::NotFound(_))));
    Ok(())
}

pub(super) async fn the_last_administrator_stays(store: &dyn Store) -> Outcome {
    let boss = account("boss", Role::Admin);
    let invited = Account {
        password: None,
        ..account("second", Role::Admin)
    };
    store.add_account(&boss, None).await?;
    store.add_account(&invited, None).await?;
    let demoted = AccountChange {
        role: Some(Role::Agent),
        ..AccountChange::default()
    };
    let disabled = AccountChange {
        disabled: Some(true),
        ..AccountChange::default()
    };
    // Whoever was only invited cannot sign in.
    for change in [&demoted, &disabled] {
        let refused = store.change_account(&acme(), &boss.login, change).await;
        assert!(matches!(refused, Err(StoreError::LastAdministrator)));
    }
    assert_eq!(store.account(&acme(), &boss.login).await?, Some(boss.clone()));
    store.change_account(&acme(), &invited.login, &disabled).await?;
    store.add_account(&account("third", Role::Admin), None).await?;
    store.change_account(&acme(), &boss.login, &demoted).await?;
    Ok(())
}

pub(super) async fn a_session_ends_by_itself_and_by_its_holder(store: &dyn Store) -> Outcome {
    let ana = account("ana", Role::Agent);
    store.add_account(&ana, None).await?;
    let first = session("ana", 1, 10);
    store.add_session(&first, None).await?;
    let signed_in = Account {
        signed_in_at: Some(at(10)),
        ..ana.clone()
    };
    assert_eq!(
        store.session("session 1", at(11)).await?,
        Some((first.clone(), signed_in))
    );
    assert_eq!(store.session("session 1", at(10 + 12 * HOUR)).await?, None);
    store.touch_session("session 1", at(10 + 11 * HOUR)).await?;
    // An older request that comes late takes nothing away.
    store.touch_session("session 1", at(20)).await?;
    let found = store.session("session 1", at(10 + 12 * HOUR)).await?;
    assert_eq!(
        found.map(|(session, _)| session.seen_at),
        Some(at(10 + 11 * HOUR))
    );
    // The browser's next sign-in ends the session that it had.
    store
        .add_session(&session("ana", 2, 30), Some("session 1"))
        .await?;
    assert_eq!(store.session("session 1", at(31)).await?, None);
    assert!(store.session("session 2", at(31)).await?.is_some());
    store.end_session("session 2").await?;
    store.end_session("session 2").await?;
    store.touch_session("session 2", at(32)).await?;
    assert_eq!(store.session("session 2", at(32)).await?, None);
    Ok(())
}

pub(super) async fn a_new_password_ends_the_other_sessions(store: &dyn Store) -> Outcome {
    let ana = account("ana", Role::Agent);
    store.add_account(&ana, None).await?;
    store.add_session(&session("ana", 1, 10), None).await?;
    store.add_session(&session("ana", 2, 10), None).await?;
    store
        .set_password(&acme(), &ana.login, "other hash", "session 2")
        .await?;
    assert_eq!(store.session("session 1", at(11)).await?, None);
    assert!(store.session("session 2", at(11)).await?.is_some());
    let stored = store.account(&acme(), &ana.login).await?;
    assert_eq!(
        stored.and_then(|account| account.password),
        Some("other hash".to_owned())
    );
    Ok(())
}

pub(super) async fn a_link_sets_a_password_once(store: &dyn Store) -> Outcome {
    let ana = Account {
        password: None,
        ..account("ana", Role::Agent)
    };
    store.add_account(&ana, Some(&link(Some("ana"), 1))).await?;
    assert_eq!(store.link("link 1", at(HOUR)).await?, None);
    // A newer link takes its place.
    store.add_link(&link(Some("ana"), 2)).await?;
    assert_eq!(store.link("link 1", at(2)).await?, None);
    assert_eq!(store.link("link 2", at(2)).await?, Some(link(Some("ana"), 2)));
    for (sha256, whose) in [("link 1", "ana"), ("link 2", "bo")] {
        let refused = store.redeem(sha256, &redeemed(whose, 2)).await;
        assert!(
            matches!(refused, Err(StoreError::NotFound("link"))),
            "{sha256} {whose}"
        );
    }
    let late = store.redeem("link 2", &redeemed("ana", HOUR)).await;
    assert!(matches!(late, Err(StoreError::NotFound("link"))));
    store.add_session(&session("ana", 1, 2), None).await?;
    let set = store.redeem("link 2", &redeemed("ana", 3)).await?;
    assert_eq!(
        (set.password.as_deref(), set.name.as_str()),
        (Some("new hash"), "ana")
    );
    assert_eq!(store.session("session 1", at(4)).await?, None);
    let again = store.redeem("link 2", &redeemed("ana", 4)).await;
    assert!(matches!(again, Err(StoreError::NotFound("link"))));
    let unknown = store.add_link(&link(Some("bo"), 3)).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("account"))));
    Ok(())
}

pub(super) async fn a_link_without_a_login_makes_the_first_administrator(store: &dyn Store) -> Outcome {
    store.add_link(&link(None, 1)).await?;
    store.add_link(&link(None, 2)).await?;
    assert_eq!(store.link("link 1", at(2)).await?, None);
    let first = store.redeem("link 2", &redeemed("boss", 2)).await?;
    assert_eq!((first.role, first.disabled), (Role::Admin, false));
    assert_eq!(store.accounts(&acme()).await?, [first]);
    // Somebody can sign in now.
    store.add_link(&link(None, 3)).await?;
    let second = store.redeem("link 3", &redeemed("eve", 3)).await;
    assert!(matches!(second, Err(StoreError::NotFound("link"))));
    assert_eq!(store.accounts(&acme()).await?.len(), 1);
    Ok(())
}

pub(super) async fn what_was_done_is_listed_newest_first(store: &dyn Store) -> Outcome {
    let entry = |number: i64| AuditEntry {
        at: at(number),
        actor: format!("account:{number}"),
        action: "create_key".to_owned(),
        target: "/v1/keys".to_owned(),
        detail: json!({ "number": number }),
        address: (number == 1).then(|| "192.0.2.7".to_owned()),
    };
    let elsewhere = WorkspaceId::parse("other").unwrap();
    for number in 1..=3 {
        store.audit(&acme(), &entry(number)).await?;
        store.audit(&elsewhere, &entry(9)).await?;
    }
    let page = store.audit_log(&acme(), None, 2).await?;
    let entries = |page: &[firstline::domain::audit::LoggedAudit]| {
        page.iter().map(|logged| logged.entry.clone()).collect::<Vec<_>>()
    };
    assert_eq!(entries(&page.items), [entry(3), entry(2)]);
    let rest = store.audit_log(&acme(), page.next.as_deref(), 2).await?;
    assert_eq!((entries(&rest.items), rest.next), (vec![entry(1)], None));
    let refused = store.audit_log(&acme(), Some("%"), 2).await;
    assert!(matches!(refused, Err(StoreError::NotFound("cursor"))));
    Ok(())
}
