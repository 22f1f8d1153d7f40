//! The sample shop over its HTTP interface, as the lookups of the sample business use it: orders and payments here,
//! the rest in the files beside.

mod appointments;
mod changes;
mod process;
mod proofs;
mod requests;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::repository;
use crate::support::shop::Shop;

/// Customer, order, the state of its payment, and what one field says.
const PAYMENTS: [(&str, &str, &str, &str, &str); 7] = [
    (
        "cus_0003",
        "FH-30555",
        "failed",
        "failure",
        "the bank did not get the approval in its app",
    ),
    (
        "cus_0003",
        "FH-30556",
        "pending",
        "at_text",
        "Tuesday 1 December at 9:20",
    ),
    ("cus_0006", "FH-60211", "authorised", "amount", "£499.00"),
    (
        "cus_0005",
        "FH-50001",
        "refund_pending",
        "refund_text",
        "We send £117.90 back to your Visa ending 7310 by Thursday 3 December at the latest. Your bank then \
         needs 3 to 5 working days to show it.",
    ),
    (
        "cus_0005",
        "FH-50002",
        "refunded",
        "refund_text",
        "We sent £64.95 back to your Visa ending 7310 on Wednesday 25 November. Your bank shows it by Wednesday \
         2 December.",
    ),
    (
        "cus_0005",
        "FH-50003",
        "refunded",
        "refund_text",
        "We sent you a new gift card for £34.95 on Monday 16 November.",
    ),
    (
        "cus_0002",
        "FH-20005",
        "partly_refunded",
        "refund_amount",
        "£64.95",
    ),
];

/// Customer and number of every order that a new database has.
fn seeded_orders() -> Vec<(String, String)> {
    let text = fs::read_to_string(repository().join("examples/shop/seed.toml")).unwrap();
    let seed: toml::Table = toml::from_str(&text).unwrap();
    let text = |order: &toml::Value, key: &str| order[key].as_str().unwrap().to_owned();
    let orders = seed["orders"].as_array().unwrap();
    orders
        .iter()
        .map(|order| (text(order, "customer"), text(order, "number")))
        .collect()
}

#[tokio::test]
async fn orders_say_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let (status, order) = shop.get("/v1/customers/cus_0001/orders/FH-10423").await;
    assert_eq!(status, 200, "{order}");
    let expected = serde_json::json!({
        "order_number": "FH-10423",
        "status": "shipped",
        "status_text": "on its way with Parcelway",
        "items": "Arc helmet (M, slate) and Beam light set",
        "total": "£119.90",
        "ordered_text": "Friday 27 November at 10:15",
        "delivery": "Standard delivery",
        "address": "3 Tanner's Row, Bristol BS3 9ZZ",
        "carrier": "Parcelway",
        "tracking_number": "PW104230017GB",
        "tracking_url": "https://fernhollow.example/track/PW104230017GB",
        "due": "2026-12-04",
        "due_text": "Friday 4 December",
        "new_due_text": null,
        "delay_reason": null,
        "working_days_late": 0,
        "delivered_text": null,
        "delivered_to": null,
        "can_be_changed": false,
    });
    assert_eq!(order, expected);

    let (_, late) = shop.get("/v1/customers/cus_0002/orders/FH-20017").await;
    assert_eq!(
        (&late["status"], &late["due"]),
        (&"delayed".into(), &"2026-11-30".into())
    );
    assert_eq!(
        (&late["working_days_late"], &late["new_due_text"]),
        (&1.into(), &"Thursday 3 December".into())
    );
    assert_eq!(
        late["delay_reason"],
        "the parcel missed its lorry at Parcelway's depot in Leeds"
    );
    // Two working days more to Northern Ireland.
    let (_, remote) = shop.get("/v1/customers/cus_0011/orders/FH-11130").await;
    assert_eq!(
        (&remote["due"], &remote["working_days_late"]),
        (&"2026-11-26".into(), &3.into())
    );
    let (_, bike) = shop.get("/v1/customers/cus_0006/orders/FH-60210").await;
    assert_eq!(
        (&bike["carrier"], &bike["total"]),
        (&"BigHaul".into(), &"£2,174.00".into())
    );
    let (_, delivered) = shop.get("/v1/customers/cus_0001/orders/fh-10424").await;
    assert_eq!(delivered["delivered_text"], "Wednesday 25 November");
    assert_eq!(delivered["delivered_to"], "your safe place, the porch");
}

#[tokio::test]
async fn another_customers_order_is_as_unknown_as_none() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    for ending in ["", "/payment"] {
        let others = shop
            .get(&format!("/v1/customers/cus_0002/orders/FH-10423{ending}"))
            .await;
        let none = shop
            .get(&format!("/v1/customers/cus_0002/orders/FH-99999{ending}"))
            .await;
        let nobody = shop
            .get(&format!("/v1/customers/cus_9999/orders/FH-10423{ending}"))
            .await;
        assert_eq!(others.0, 404, "{others:?}");
        assert_eq!((&others, &others), (&none, &nobody));
    }
}

#[tokio::test]
async fn payments_say_what_became_of_the_money() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let (status, paid) = shop.get("/v1/customers/cus_0001/orders/FH-10423/payment").await;
    let expected = serde_json::json!({
        "state": "paid",
        "amount": "£119.90",
        "method": "Visa ending 4242",
        "at_text": "Friday 27 November at 10:15",
        "failure": null,
        "refund_amount": null,
        "refund_text": null,
    });
    assert_eq!((status, paid), (200, expected));

    for (customer, order, state, key, said) in PAYMENTS {
        let (_, payment) = shop
            .get(&format!("/v1/customers/{customer}/orders/{order}/payment"))
            .await;
        assert_eq!(
            (&payment["state"], &payment[key]),
            (&state.into(), &said.into()),
            "{order}"
        );
    }
}

/// On weekdays, on a weekend, and around the days on which the shop is closed.
#[tokio::test]
async fn what_is_seeded_fits_on_any_day_and_has_every_state() {
    for day in [
        "2026-12-01",
        "2026-12-05",
        "2026-12-06",
        "2026-12-25",
        "2027-01-01",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let shop = Shop::start(folder.path(), &["--now", &format!("{day}T10:00")]);
        let (mut statuses, mut states) = (BTreeSet::new(), BTreeSet::new());
        for (customer, number) in seeded_orders() {
            let path = format!("/v1/customers/{customer}/orders/{number}");
            let (status, order) = shop.get(&path).await;
            assert_eq!(status, 200, "{number}: {order}");
            check_order(&order, day);
            statuses.insert(order["status"].as_str().unwrap().to_owned());
            let (status, payment) = shop.get(&format!("{path}/payment")).await;
            assert_eq!(status, 200, "{number}: {payment}");
            check_payment(&payment, &number);
            states.insert(payment["state"].as_str().unwrap().to_owned());
        }
        assert_eq!((statuses.len(), states.len()), (7, 7), "{statuses:?} {states:?}");
    }
}

fn check_order(order: &Value, today: &str) {
    let (status, due) = (order["status"].as_str().unwrap(), order["due"].as_str().unwrap());
    let is_late = matches!(status, "delayed" | "lost");
    assert_eq!(order["delay_reason"].is_string(), is_late, "{order}");
    assert_eq!(
        order["delivered_text"].is_string(),
        status == "delivered",
        "{order}"
    );
    assert_eq!(
        order["delivered_to"].is_string(),
        status == "delivered",
        "{order}"
    );
    assert_eq!(order["can_be_changed"], status == "placed", "{order}");
    let is_sent = matches!(status, "shipped" | "delayed" | "lost" | "delivered");
    let is_tracked = is_sent && order["carrier"].is_string();
    assert_eq!(order["tracking_url"].is_string(), is_tracked, "{order}");
    match status {
        "shipped" | "placed" => assert!(due >= today, "{order}"),
        "delayed" | "lost" => assert!(due < today, "{order}"),
        _ => {}
    }
}

fn check_payment(payment: &Value, number: &str) {
    let state = payment["state"].as_str().unwrap();
    let has_refund = matches!(state, "refunded" | "partly_refunded" | "refund_pending");
    assert_eq!(
        payment["failure"].is_string(),
        state == "failed",
        "{number}: {payment}"
    );
    assert_eq!(
        payment["refund_amount"].is_string(),
        has_refund,
        "{number}: {payment}"
    );
    assert_eq!(
        payment["refund_text"].is_string(),
        has_refund,
        "{number}: {payment}"
    );
}

#[tokio::test]
async fn products_say_what_they_are_and_whether_they_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let (status, volt) = shop.get("/v1/products/volt").await;
    assert_eq!(status, 200, "{volt}");
    assert_eq!(
        (&volt["price"], &volt["range_km"]),
        (&"£2,149.00".into(), &110.into())
    );
    assert_eq!((&volt["stock"], &volt["in_stock"]), (&6.into(), &true.into()));
    assert_eq!(volt["url"], "https://fernhollow.example/products/volt");
    let (_, tyre) = shop.get("/v1/products/gravel-tyre").await;
    assert_eq!(
        (&tyre["in_stock"], &tyre["range_km"]),
        (&false.into(), &Value::Null)
    );
    let (status, none) = shop.get("/v1/products/penny-farthing").await;
    assert_eq!((status, &none["code"]), (404, &"not_found".into()));
}
