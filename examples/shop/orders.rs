//! Orders as customers ask for them: where one is, what is in it, when it comes.

use std::sync::Arc;

use axum::extract::{Path, State};
use jiff::civil::Date;
use serde_json::json;
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use crate::answer::{Answer, ShopError};
use crate::calendar::{date, day_text, time, time_text, working_days_since};
use crate::money::pounds;
use crate::state::Shop;

/// Where to look for a parcel; followed by the tracking number.
const TRACKING: &str = "https://fernhollow.example/track/";

/// A row of the orders. What each column means stands in schema.sql.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) status: String,
    pub(crate) ordered_at: String,
    pub(crate) delivery: String,
    pub(crate) address: String,
    pub(crate) total: i64,
    pub(crate) carrier: Option<String>,
    pub(crate) tracking_number: Option<String>,
    pub(crate) due: String,
    pub(crate) new_due: Option<String>,
    pub(crate) delay_reason: Option<String>,
    pub(crate) delivered_on: Option<String>,
    pub(crate) delivered_to: Option<String>,
}

impl Order {
    /// The order with this number, if it is this customer's. Of another's it is not even said that it exists.
    pub(crate) async fn of_customer(
        connection: &mut SqliteConnection,
        customer: &str,
        number: &str,
    ) -> Result<Self, ShopError> {
        sqlx::query_as(
            "SELECT number, status, ordered_at, delivery, address, total, carrier, tracking_number, due, new_due,
                    delay_reason, delivered_on, delivered_to
             FROM orders WHERE number = ? AND customer = ?",
        )
        .bind(number.trim().to_uppercase())
        .bind(customer)
        .fetch_optional(connection)
        .await?
        .ok_or(ShopError::NotFound("order"))
    }

    /// What is in it: `Arc helmet (M, slate) and 2 × Inner tube`.
    pub(crate) async fn items(&self, connection: &mut SqliteConnection) -> Result<String, ShopError> {
        let rows: Vec<(String, Option<String>, i64)> = sqlx::query_as(
            "SELECT products.name, order_items.variant, order_items.count
             FROM order_items JOIN products ON products.id = order_items.product
             WHERE order_items.order_number = ? ORDER BY order_items.place",
        )
        .bind(&self.number)
        .fetch_all(connection)
        .await?;
        let items = rows.into_iter().map(|(name, variant, count)| {
            let count = if count == 1 {
                String::new()
            } else {
                format!("{count} × ")
            };
            let variant = variant.map(|variant| format!(" ({variant})")).unwrap_or_default();
            format!("{count}{name}{variant}")
        });
        Ok(listed(&items.collect::<Vec<_>>()))
    }

    /// Its state in words that go on from "your order is".
    fn status_text(&self) -> String {
        let carrier = self.carrier.as_deref();
        match (self.status.as_str(), carrier) {
            ("placed", _) => "placed and not packed yet".to_owned(),
            ("packed", None) => "packed and ready to collect at our Bristol shop".to_owned(),
            ("packed", Some(carrier)) => format!("packed and about to leave us with {carrier}"),
            ("shipped", Some(carrier)) => format!("on its way with {carrier}"),
            ("delayed", Some(carrier)) => format!("on its way with {carrier}, but late"),
            ("delivered", None) => "collected".to_owned(),
            ("lost", _) => "lost on its way".to_owned(),
            (status, _) => status.to_owned(),
        }
    }

    fn is_late(&self) -> bool {
        matches!(self.status.as_str(), "delayed" | "lost")
    }
}

/// `a`, `a and b`, `a, b and c`
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [many @ .., last] => format!("{} and {last}", many.join(", ")),
    }
}

fn optional_day_text(text: Option<&String>) -> Result<Option<String>, ShopError> {
    text.map(|text| date(text).map(day_text)).transpose()
}

/// GET /v1/customers/{customer}/orders/{order_number}
pub(crate) async fn show(
    State(shop): State<Arc<Shop>>,
    Path((customer, number)): Path<(String, String)>,
) -> Result<Answer, ShopError> {
    let mut connection = shop.pool.acquire().await?;
    let order = Order::of_customer(&mut connection, &customer, &number).await?;
    let items = order.items(&mut connection).await?;
    let due: Date = date(&order.due)?;
    let days_late = if order.is_late() {
        working_days_since(due, (shop.clock)().date())
    } else {
        0
    };
    let tracking_url = order
        .tracking_number
        .as_ref()
        .map(|number| format!("{TRACKING}{number}"));
    Ok(Answer::ok(&json!({
        "order_number": order.number,
        "status": order.status,
        "status_text": order.status_text(),
        "items": items,
        "total": pounds(order.total),
        "ordered_text": time_text(time(&order.ordered_at)?),
        "delivery": order.delivery,
        "address": order.address,
        "carrier": order.carrier,
        "tracking_number": order.tracking_number,
        "tracking_url": tracking_url,
        "due": order.due,
        "due_text": day_text(due),
        "new_due_text": optional_day_text(order.new_due.as_ref())?,
        "delay_reason": order.delay_reason,
        "working_days_late": days_late,
        "delivered_text": optional_day_text(order.delivered_on.as_ref())?,
        "delivered_to": order.delivered_to,
        "can_be_changed": order.status == "placed",
    })))
}
