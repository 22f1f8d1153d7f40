//! Codes and password links of the sample shop: mailed to the address on file, and nothing else tells whether there
//! is one.

use serde_json::{Value, json};

use crate::support::shop::Shop;

#[tokio::test]
async fn a_code_goes_to_the_address_on_file() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    for given in [
        json!({ "order_number": "fh-10423", "code": "111111" }),
        json!({ "email": " Priya@Example.com", "code": "222222" }),
        json!({ "phone": "07700 900101", "email": "", "code": "333333" }),
        json!({ "order_number": "FH-10424", "phone": "0044 7700 900101", "code": "444444" }),
    ] {
        let answer = shop.post("/v1/codes", "", &given).await;
        assert_eq!(answer, (202, json!({ "customer": "cus_0001" })), "{given}");
        let mails = shop.mails("priya@example.com").await;
        let text = mails[0]["text"].as_str().unwrap();
        let code = given["code"].as_str().unwrap();
        assert!(text.starts_with(&format!("Your code is {code}.")), "{text}");
    }
    assert_eq!(shop.mails("").await.len(), 4);
}

#[tokio::test]
async fn a_code_goes_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    for given in [
        json!({ "email": "nobody@example.com", "code": "111111" }),
        json!({ "order_number": "FH-99999", "code": "111111" }),
        // Somebody else's order with one's own address, and the other way round.
        json!({ "order_number": "FH-10423", "email": "thief@example.com", "code": "111111" }),
        json!({ "order_number": "FH-10423", "email": "tomas@example.com", "code": "111111" }),
    ] {
        let answer = shop.post("/v1/codes", "", &given).await;
        assert_eq!(answer, (202, json!({ "customer": "" })), "{given}");
    }
    assert_eq!(shop.mails("").await, Vec::<Value>::new());
}

#[tokio::test]
async fn five_codes_an_hour_and_no_more_are_mailed() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    for number in 0..7 {
        let given = json!({ "order_number": "FH-10423", "code": format!("10000{number}") });
        let answer = shop.post("/v1/codes", &format!("task-{number}"), &given).await;
        assert_eq!(answer, (202, json!({ "customer": "cus_0001" })));
        // A repeated attempt counts once.
        assert_eq!(
            shop.post("/v1/codes", &format!("task-{number}"), &given).await,
            answer
        );
    }
    assert_eq!(shop.mails("priya@example.com").await.len(), 5);
    // Another kind of mail has its own count, and so has another customer.
    shop.post(
        "/v1/password-resets",
        "",
        &json!({ "email": "priya@example.com" }),
    )
    .await;
    assert_eq!(shop.mails("priya@example.com").await.len(), 6);
    shop.post(
        "/v1/codes",
        "",
        &json!({ "email": "tomas@example.com", "code": "555555" }),
    )
    .await;
    assert_eq!(shop.mails("tomas@example.com").await.len(), 1);
}

#[tokio::test]
async fn a_password_link_is_mailed_only_where_there_is_an_account() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    // Hana orders as a guest.
    for address in ["PRIYA@example.com", "hana@example.com", "nobody@example.com"] {
        let answer = shop
            .post("/v1/password-resets", "", &json!({ "email": address }))
            .await;
        assert_eq!(answer, (202, json!({})), "{address}");
    }
    let mails = shop.mails("").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["to"], "priya@example.com");
    assert!(
        mails[0]["at"].as_str().unwrap().starts_with("2026-12-01T10:0"),
        "{mails:?}"
    );
    let text = mails[0]["text"].as_str().unwrap();
    let link = text.lines().find(|line| line.starts_with("https://")).unwrap();
    assert_eq!(link.rsplit('/').next().unwrap().len(), 32, "{link}");
}
