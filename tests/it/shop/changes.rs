//! What can be done to an order of the sample shop, each thing once.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::shop::Shop;

#[tokio::test]
async fn an_order_is_cancelled_once_until_it_is_packed() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let (order, lock) = (
        "/v1/customers/cus_0001/orders/FH-10425",
        "/v1/products/anchor-lock",
    );
    let (_, before) = shop.get(lock).await;
    let path = format!("{order}/cancel");
    // Four times at once, as after a lost answer.
    let nothing = json!({});
    let answers = join_all((0..4).map(|_| shop.post(&path, "task-1", &nothing))).await;
    let (status, cancelled) = &answers[0];
    assert_eq!(*status, 200, "{cancelled}");
    let refund = "We send £63.85 back to your Apple Pay by Friday 4 December at the latest. Your bank then needs 3 to \
                  5 working days to show it.";
    assert_eq!(cancelled["refund_text"], refund);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // Asked for again, it is so already.
    assert_eq!(shop.post(&path, "task-2", &nothing).await, answers[0]);

    let mails = shop.mails("priya@example.com").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["subject"], "Order FH-10425 is cancelled");
    assert!(mails[0]["text"].as_str().unwrap().contains(refund), "{mails:?}");
    assert_eq!(shop.get(order).await.1["status"], "cancelled");
    assert_eq!(
        shop.get(&format!("{order}/payment")).await.1["state"],
        "refund_pending"
    );
    let (_, after) = shop.get(lock).await;
    assert_eq!(
        after["stock"].as_i64().unwrap(),
        before["stock"].as_i64().unwrap() + 1
    );
}

#[tokio::test]
async fn an_order_that_was_not_charged_has_nothing_to_send_back() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let order = "/v1/customers/cus_0006/orders/FH-60211";
    let (status, cancelled) = shop.post(&format!("{order}/cancel"), "", &json!({})).await;
    assert_eq!(status, 200, "{cancelled}");
    assert_eq!(
        cancelled["refund_text"],
        "Nothing was charged, so there is nothing to send back."
    );
    assert_eq!(shop.get(&format!("{order}/payment")).await.1["state"], "failed");
}

#[tokio::test]
async fn what_is_packed_or_not_theirs_stays() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let address = json!({ "address": "1 New Street, Bristol BS2 9ZZ" });
    for (ending, body) in [("cancel", &json!({})), ("address", &address)] {
        for (customer, order, status, code) in [
            ("cus_0001", "FH-10423", 409, "too_late"),
            ("cus_0009", "FH-90012", 409, "too_late"),
            ("cus_0001", "FH-20017", 404, "not_found"),
            ("cus_0001", "FH-99999", 404, "not_found"),
        ] {
            let path = format!("/v1/customers/{customer}/orders/{order}/{ending}");
            let (found, answer) = shop.post(&path, "", body).await;
            assert_eq!((found, &answer["code"]), (status, &code.into()), "{path}");
        }
    }
    assert_eq!(shop.mails("").await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_order_goes_to_another_address_until_it_is_packed() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let order = "/v1/customers/cus_0001/orders/FH-10425";
    let path = format!("{order}/address");
    let typed = json!({ "address": " 9 <b>Mill</b> Row,\n Bristol  BS2 9ZZ " });
    let (status, changed) = shop.post(&path, "task-1", &typed).await;
    assert_eq!(
        (status, &changed["address"]),
        (200, &"9 <b>Mill</b> Row, Bristol BS2 9ZZ".into())
    );
    assert_eq!(shop.get(order).await.1["address"], changed["address"]);
    assert_eq!(shop.mails("priya@example.com").await.len(), 1);

    let (status, answer) = shop.post(&path, "", &json!({ "address": "home" })).await;
    assert_eq!((status, &answer["code"]), (422, &"invalid_body".into()));
    // The page shows what customers write, and runs none of it.
    let page = reqwest::get(format!("{}/mail", shop.url))
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(page.contains("9 &lt;b&gt;Mill"), "{page}");
}

#[tokio::test]
async fn the_invoice_is_mailed_to_the_address_on_file() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let path = "/v1/customers/cus_0001/orders/FH-10423/invoice";
    let first = shop.post(path, "task-1", &json!({})).await;
    assert_eq!(first, (202, json!({ "sent_to": "p…@example.com" })));
    assert_eq!(shop.post(path, "task-1", &json!({})).await, first);
    let mails = shop.mails("priya@example.com").await;
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert_eq!(mails[0]["subject"], "Invoice INV-10423");
    let text = mails[0]["text"].as_str().unwrap();
    for part in [
        "FH-10423",
        "Arc helmet (M, slate)",
        "£119.90",
        "Visa ending 4242, paid",
    ] {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    let (status, _) = shop
        .post("/v1/customers/cus_0002/orders/FH-10423/invoice", "", &json!({}))
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_key_stands_for_one_request_and_for_its_refusal_too() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let path = "/v1/customers/cus_0001/orders/FH-10425/address";
    let (first, second) = (
        json!({ "address": "1 New Street, Bristol" }),
        json!({ "address": "2 New Street, Bristol" }),
    );
    assert_eq!(shop.post(path, "task-1", &first).await.0, 200);
    for (path, body) in [
        (path, &second),
        ("/v1/customers/cus_0001/orders/FH-10425/cancel", &first),
    ] {
        let (status, answer) = shop.post(path, "task-1", body).await;
        assert_eq!(status, 422, "{answer}");
    }
    let (_, answer) = shop.post(path, "task-1", &second).await;
    assert_eq!(answer["code"], "idempotency_key_reused");
    assert_eq!(
        shop.get("/v1/customers/cus_0001/orders/FH-10425").await.1["address"],
        first["address"]
    );

    let cancel = "/v1/customers/cus_0001/orders/FH-10423/cancel";
    let refused = shop.post(cancel, "task-2", &json!({})).await;
    assert_eq!(refused.0, 409);
    assert_eq!(shop.post(cancel, "task-2", &json!({})).await, refused);
}
