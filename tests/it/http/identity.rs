//! Who may say who the customer is: the company's integrations, and its page by a signature.

use firstline::domain::time::Duration;
use firstline::ports::EventLog;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::app::{IDENTITY_SECRET, Setup, TestApp};

/// When the clock of the tests stands still, in Unix seconds.
const NOW: i64 = 1_767_603_600;

fn sign(secret: &str, lines: &[&str]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    hex::encode(mac.chain_update(lines.join("\n")).finalize().into_bytes())
}

/// As the company's page sends it.
pub(crate) fn signed(id: &str, name: &str, issued_at: i64) -> Value {
    let signature = sign(IDENTITY_SECRET, &["v1", &issued_at.to_string(), id, name]);
    json!({ "id": id, "name": name, "issued_at": issued_at, "signature": signature })
}

/// The same for a customer with a tier.
fn signed_tier(id: &str, name: &str, tier: &str) -> Value {
    let signature = sign(IDENTITY_SECRET, &["v2", &NOW.to_string(), id, name, tier]);
    json!({ "id": id, "name": name, "tier": tier, "issued_at": NOW, "signature": signature })
}

fn changed(customer: &Value, name: &str, value: Value) -> Value {
    let mut customer = customer.clone();
    customer[name] = value;
    customer
}

/// The customer that was opened for, or the code of the problem with its status; with a problem nothing was opened.
async fn open(app: &TestApp, token: &str, customer: &Value) -> Value {
    let before = *app.store.position().borrow();
    let body = json!({ "customer": customer, "message": { "text": "where is my parcel" } });
    let answer = app.post("/v1/conversations", token, &body).send().await;
    if answer.status != 201 {
        assert_eq!(*app.store.position().borrow(), before, "{customer}");
        return json!(format!(
            "{} {}",
            answer.status.as_u16(),
            answer.body["code"].as_str().unwrap()
        ));
    }
    let path = format!("/v1/conversations/{}", answer.body["id"].as_str().unwrap());
    app.get(&path, &app.agent).ok(200).await["customer"].clone()
}

#[tokio::test]
async fn each_caller_says_what_it_may() {
    let app = TestApp::new().await;
    let (_, visitor) = app.open().await;
    let verified = |id: &str, verified: bool| json!({ "id": id, "name": "Priya", "verified": verified });
    let right = signed("c-1", "Priya", NOW);
    let wrong = changed(&right, "id", json!("c-2"));
    let (forbidden, forged) = (json!("403 forbidden"), json!("403 invalid_signature"));
    // What is said of the customer, what becomes of it for the public, and for integrations.
    let cases = [
        (
            json!({ "name": "Priya" }),
            verified("", false),
            verified("", false),
        ),
        (verified("c-1", false), forbidden.clone(), verified("c-1", false)),
        (verified("c-1", true), forbidden.clone(), verified("c-1", true)),
        (verified("", true), forbidden.clone(), json!("422 invalid_field")),
        (right.clone(), verified("c-1", true), verified("c-1", true)),
        (
            changed(&right, "verified", json!(true)),
            verified("c-1", true),
            verified("c-1", true),
        ),
        (
            json!({ "name": "Priya", "tier": "gold" }),
            forbidden.clone(),
            changed(&verified("", false), "tier", json!("gold")),
        ),
        (
            changed(&verified("c-1", true), "tier", json!("gold")),
            forbidden.clone(),
            changed(&verified("c-1", true), "tier", json!("gold")),
        ),
        (
            signed_tier("c-1", "Priya", "gold"),
            changed(&verified("c-1", true), "tier", json!("gold")),
            changed(&verified("c-1", true), "tier", json!("gold")),
        ),
        (
            changed(&right, "tier", json!("gold")),
            forged.clone(),
            forged.clone(),
        ),
        (wrong.clone(), forged.clone(), forged.clone()),
        (changed(&wrong, "verified", json!(true)), forged.clone(), forged),
    ];
    for (customer, public, integrations) in cases {
        for token in ["", &visitor] {
            assert_eq!(open(&app, token, &customer).await, public, "{customer}");
        }
        for token in [&app.integrator, &app.admin] {
            assert_eq!(open(&app, token, &customer).await, integrations, "{customer}");
        }
        assert_eq!(
            open(&app, &app.agent, &customer).await,
            "403 forbidden",
            "{customer}"
        );
    }
}

#[tokio::test]
async fn every_part_of_a_signature_counts() {
    let app = TestApp::new().await;
    let right = signed("c-1", "Priya", NOW);
    let text = right["signature"].as_str().unwrap();
    let last = if text.ends_with('0') { '1' } else { '0' };
    let at = NOW.to_string();
    let with = |secret: &str, lines: &[&str]| changed(&right, "signature", json!(sign(secret, lines)));
    for wrong in [
        changed(&right, "id", json!("c-2")),
        changed(&right, "name", json!("Tomas")),
        changed(&right, "name", json!("")),
        changed(&right, "issued_at", json!(NOW - 1)),
        changed(
            &right,
            "signature",
            json!(format!("{}{last}", &text[..text.len() - 1])),
        ),
        changed(&right, "signature", json!(&text[..text.len() - 2])),
        changed(&right, "signature", json!("")),
        with(&IDENTITY_SECRET.replace('0', "1"), &["v1", &at, "c-1", "Priya"]),
        with(IDENTITY_SECRET, &["v1", &at, "c-1"]),
        with(IDENTITY_SECRET, &[&at, "c-1", "Priya"]),
        with(IDENTITY_SECRET, &["v1", "c-1", "Priya", &at]),
        with(IDENTITY_SECRET, &["v1", &at, "c-1", "Priya", ""]),
    ] {
        assert_eq!(open(&app, "", &wrong).await, "403 invalid_signature", "{wrong}");
    }
    for missing in ["signature", "issued_at", "id"] {
        let mut incomplete = right.clone();
        incomplete.as_object_mut().unwrap().remove(missing);
        assert_eq!(
            open(&app, "", &incomplete).await,
            "422 invalid_field",
            "{incomplete}"
        );
    }
    // Signed by whoever chose the name, and still two lines: not to be read as id and name of another.
    for (id, name) in [("c-1\nc-2", "Priya"), ("c-1", "c-2\nPriya")] {
        assert_eq!(open(&app, "", &signed(id, name, NOW)).await, "422 invalid_field");
    }
    assert_eq!(open(&app, "", &right).await["verified"], true);
}

#[tokio::test]
async fn a_tier_is_signed_with_the_rest() {
    let app = TestApp::new().await;
    let gold = signed_tier("c-1", "Priya", "gold");
    assert_eq!(open(&app, "", &gold).await["tier"], "gold");
    let plain = signed("c-1", "Priya", NOW);
    let mut without = gold.clone();
    without.as_object_mut().unwrap().remove("tier");
    for forged in [
        changed(&plain, "tier", json!("gold")),
        changed(&plain, "tier", json!("")),
        changed(&gold, "tier", json!("platinum")),
        changed(&without, "name", json!("Priya\ngold")),
        without,
    ] {
        assert_eq!(open(&app, "", &forged).await, "403 invalid_signature", "{forged}");
    }
    let body = json!({ "customer": { "name": "Priya", "tier": "gold" } });
    let refused = app
        .post("/v1/conversations", "", &body)
        .problem(403, "forbidden")
        .await;
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("customer.tier"), "{detail}");
    for tier in ["", "very good", "gold\n", &"x".repeat(41)] {
        let known = json!({ "id": "c-1", "verified": true, "tier": tier });
        let signed = signed_tier("c-1", "Priya", tier);
        for (token, customer) in [("", signed), (app.integrator.as_str(), known)] {
            let body = json!({ "customer": customer });
            let refused = app.post("/v1/conversations", token, &body);
            let refused = refused.problem(422, "invalid_field").await;
            assert_eq!(refused.body["errors"][0]["pointer"], "/customer/tier", "{tier}");
        }
    }
}

#[tokio::test]
async fn staff_see_the_tier_and_customers_do_not() {
    let app = TestApp::new().await;
    let customer = signed_tier("c-1", "Priya", "gold");
    let body = json!({ "customer": customer, "message": { "text": "I want to talk to someone" } });
    let opened = app.post("/v1/conversations", "", &body).ok(201).await;
    let (id, token) = (opened["id"].as_str().unwrap(), opened["token"].as_str().unwrap());
    let path = format!("/v1/conversations/{id}");
    let own = app.get(&path, token).ok(200).await;
    assert_eq!(
        own["customer"],
        json!({ "id": "c-1", "name": "Priya", "verified": true })
    );
    let shown = app.get(&path, &app.agent).ok(200).await;
    assert_eq!(shown["customer"]["tier"], "gold");
    assert_eq!(shown["handoff"]["priority"], "high");
    for list in ["/v1/queue", "/v1/conversations"] {
        let listed = app.get(list, &app.agent).ok(200).await;
        assert_eq!(listed["data"][0]["customer"]["tier"], "gold", "{list}");
    }
    let told = app
        .store
        .events(&app.engine.workspace, None, 0, 100)
        .await
        .unwrap();
    let with_tier = told
        .iter()
        .filter(|event| event.data.contains(r#""tier":"gold""#));
    let kinds: Vec<_> = with_tier.map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["conversation.created", "handoff.requested"]);
}

#[tokio::test]
async fn a_signature_lasts_ten_minutes() {
    let app = TestApp::new().await;
    let signed_now = signed("c-1", "Priya", NOW);
    assert_eq!(
        open(&app, "", &signed("c-1", "Priya", NOW + 60)).await["verified"],
        true
    );
    assert_eq!(
        open(&app, "", &signed("c-1", "Priya", NOW + 61)).await,
        "403 signature_early"
    );
    app.pass(Duration::from_mins(10));
    assert_eq!(open(&app, "", &signed_now).await["verified"], true);
    app.pass(Duration::from_secs(1));
    assert_eq!(open(&app, "", &signed_now).await, "403 signature_expired");
}

#[tokio::test]
async fn without_a_secret_no_signature_is_taken() {
    let app = TestApp::of(Setup {
        identity: None,
        ..Setup::default()
    })
    .await;
    assert_eq!(
        open(&app, "", &signed("c-1", "Priya", NOW)).await,
        "403 identity_off"
    );
    let known = json!({ "id": "c-1", "verified": true });
    assert_eq!(open(&app, &app.integrator, &known).await["verified"], true);
    assert_eq!(
        open(&app, "", &json!({ "name": "Priya" })).await["verified"],
        false
    );
}
