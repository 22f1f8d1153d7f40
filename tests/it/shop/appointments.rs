//! The diary of the sample shop's workshop: free times, and appointments that take and leave them.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::shop::Shop;

const FREE: &str = "/v1/appointments/free";

async fn free(shop: &Shop, query: &str) -> Vec<String> {
    let (status, answer) = shop.get(&format!("{FREE}?{query}")).await;
    if status == 404 {
        assert_eq!(answer["code"], "not_found");
        return Vec::new();
    }
    assert_eq!(status, 200, "{answer}");
    let slots = answer["slots"].as_array().unwrap();
    slots
        .iter()
        .map(|slot| slot["value"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_customer_learns_when_the_next_one_is() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let expected = json!({
        "id": "WS-2041",
        "service": "Standard service",
        "price": "£85.00",
        "takes": "the day",
        "start": "2026-12-03T09:30",
        "start_text": "Thursday 3 December at 9:30",
        "mechanic": "Bea",
        "change_fee": null,
    });
    assert_eq!(
        shop.get("/v1/customers/cus_0001/appointment").await,
        (200, expected)
    );
    assert_eq!(
        shop.get("/v1/customers/cus_0004/appointment").await.1["id"],
        "WS-2042"
    );
    for customer in ["cus_0002", "cus_9999"] {
        let (status, answer) = shop.get(&format!("/v1/customers/{customer}/appointment")).await;
        assert_eq!((status, &answer["code"]), (404, &"not_found".into()));
    }
}

#[tokio::test]
async fn free_times_keep_to_the_opening_hours() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let next = [
        "2026-12-03T10:30",
        "2026-12-04T09:30",
        "2026-12-04T10:30",
        "2026-12-05T09:30",
        "2026-12-05T10:30",
        "2026-12-07T09:00",
    ];
    assert_eq!(free(&shop, "service=standard&day=").await, next);
    assert_eq!(free(&shop, "").await, next);
    assert_eq!(
        free(&shop, "service=E-bike%20service&day=2026-12-04").await,
        next[1..3]
    );
    let (_, answer) = shop.get(&format!("{FREE}?day=2026-12-07")).await;
    assert_eq!(answer["slots"][0]["label"], "Monday 7 December at 9:00");
    // Full, a Sunday, today, the holidays, and beyond the end of the diary.
    for day in [
        "2026-12-02",
        "2026-12-06",
        "2026-12-01",
        "2026-12-25",
        "2026-12-26",
        "2027-01-01",
        "2027-06-01",
    ] {
        assert_eq!(
            free(&shop, &format!("day={day}")).await,
            Vec::<String>::new(),
            "{day}"
        );
    }
    let rides = free(&shop, "service=test_ride_volt&day=2026-12-02").await;
    assert_eq!(rides[..2], ["2026-12-02T12:00", "2026-12-02T12:30"]);
    for query in ["day=tomorrow", "service=haircut"] {
        let (status, answer) = shop.get(&format!("{FREE}?{query}")).await;
        assert_eq!(
            (status, &answer["code"]),
            (400, &"invalid_query".into()),
            "{query}"
        );
    }
}

#[tokio::test]
async fn what_is_booked_is_taken_until_it_is_moved_or_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let path = "/v1/customers/cus_0002/appointments";
    let (first, second) = ("2026-12-04T09:30", "2026-12-05T10:30");
    let booking = json!({ "service": "full", "start": first });
    let booked = shop.post(path, "task-1", &booking).await;
    let expected = json!({
        "reference": "WS-2055",
        "service": "Full service",
        "start": first,
        "start_text": "Friday 4 December at 9:30",
        "deposit": "£10.00",
    });
    assert_eq!(booked, (201, expected));
    assert_eq!(shop.post(path, "task-1", &booking).await, booked);
    assert!(!free(&shop, "").await.contains(&first.to_owned()));
    let (status, answer) = shop
        .post("/v1/customers/cus_0003/appointments", "", &booking)
        .await;
    assert_eq!((status, &answer["code"]), (409, &"taken".into()));

    // Ewan has that time.
    let moving = format!("{path}/move");
    let (status, answer) = shop
        .post(&moving, "", &json!({ "start": "2026-12-05T10:00" }))
        .await;
    assert_eq!((status, &answer["code"]), (409, &"taken".into()));
    let (status, moved) = shop.post(&moving, "task-2", &json!({ "start": second })).await;
    assert_eq!(
        (status, &moved["start_text"]),
        (200, &"Saturday 5 December at 10:30".into())
    );
    let times = free(&shop, "").await;
    assert!(
        times.contains(&first.to_owned()) && !times.contains(&second.to_owned()),
        "{times:?}"
    );
    assert_eq!(
        shop.get("/v1/customers/cus_0002/appointment").await.1["start"],
        second
    );

    let cancelling = format!("{path}/cancel");
    let (status, cancelled) = shop.post(&cancelling, "task-3", &json!({})).await;
    assert_eq!((status, &cancelled["fee"]), (200, &Value::Null));
    assert!(free(&shop, "").await.contains(&second.to_owned()));
    for path in [&moving, &cancelling] {
        let body = if path == &moving {
            json!({ "start": first })
        } else {
            json!({})
        };
        assert_eq!(shop.post(path, "", &body).await.0, 404, "{path}");
    }
    assert_eq!(shop.mails("tomas@example.com").await.len(), 3);
}

#[tokio::test]
async fn a_time_that_the_diary_does_not_have_cannot_be_taken() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let path = "/v1/customers/cus_0002/appointments";
    for start in [
        "2026-12-06T09:00",
        "2026-12-04T09:15",
        "2026-12-04T15:00",
        "2026-11-30T09:00",
        "2026-12-25T09:00",
    ] {
        let (status, answer) = shop
            .post(path, "", &json!({ "service": "full", "start": start }))
            .await;
        assert_eq!((status, &answer["code"]), (409, &"taken".into()), "{start}");
    }
    for body in [
        json!({ "service": "full", "start": "soon" }),
        json!({ "service": "haircut", "start": "2026-12-04T09:30" }),
    ] {
        assert_eq!(shop.post(path, "", &body).await.0, 422, "{body}");
    }
    let nobody = json!({ "service": "full", "start": "2026-12-04T09:30" });
    assert_eq!(
        shop.post("/v1/customers/cus_9999/appointments", "", &nobody)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn two_bookings_of_one_time_have_one_winner() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let booking = json!({ "service": "repair", "start": "2026-12-07T09:00" });
    let paths: Vec<String> = (1..=8)
        .map(|number| format!("/v1/customers/cus_000{number}/appointments"))
        .collect();
    let answers = join_all(paths.iter().map(|path| shop.post(path, "", &booking))).await;
    let count = |wanted: u16| answers.iter().filter(|(status, _)| *status == wanted).count();
    assert_eq!((count(201), count(409)), (1, 7), "{answers:?}");
}

/// Grace has one tomorrow at nine.
#[tokio::test]
async fn a_late_change_costs_something_and_says_so_before() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::on_a_tuesday(folder.path());
    let (_, shown) = shop.get("/v1/customers/cus_0009/appointment").await;
    assert_eq!(
        (&shown["start"], &shown["change_fee"]),
        (&"2026-12-02T09:00".into(), &"£15.00".into())
    );
    let (_, cancelled) = shop
        .post("/v1/customers/cus_0009/appointments/cancel", "", &json!({}))
        .await;
    assert_eq!(cancelled["fee"], "£15.00");
    assert_eq!(free(&shop, "day=2026-12-02").await, ["2026-12-02T09:00"]);
}
