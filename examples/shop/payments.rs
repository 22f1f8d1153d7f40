//! Payments and refunds: what has become of the money for an order.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::json;
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use crate::answer::{Answer, ShopError};
use crate::calendar::{after, date, day_text, is_working_day, time, time_text};
use crate::money::pounds;
use crate::orders::Order;
use crate::state::Shop;

/// Working days in which a refund is sent once it is begun, and in which a bank then shows it at the latest.
const REFUND_DAYS: u32 = 3;
const BANK_DAYS: u32 = 5;

/// A row of the payments. What each column means stands in schema.sql.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Payment {
    pub(crate) state: String,
    pub(crate) amount: i64,
    pub(crate) method: String,
    pub(crate) paid_at: String,
    pub(crate) failure: Option<String>,
    pub(crate) refund: Option<i64>,
    pub(crate) refund_on: Option<String>,
}

impl Payment {
    pub(crate) async fn of_order(
        connection: &mut SqliteConnection,
        order: &Order,
    ) -> Result<Self, ShopError> {
        let payment = sqlx::query_as(
            "SELECT state, amount, method, paid_at, failure, refund, refund_on FROM payments WHERE order_number = ?",
        )
        .bind(&order.number)
        .fetch_one(connection)
        .await?;
        Ok(payment)
    }

    /// What is said of the money that goes back; nothing where none does.
    pub(crate) fn refund_text(&self) -> Result<Option<String>, ShopError> {
        let (Some(refund), Some(on)) = (self.refund, &self.refund_on) else {
            return Ok(None);
        };
        let (refund, on, account) = (pounds(refund), date(on)?, self.account());
        let sent_by = day_text(after(on, REFUND_DAYS, is_working_day));
        let shown_by = day_text(after(on, BANK_DAYS, is_working_day));
        let text = match (self.state.as_str(), self.method.as_str()) {
            ("refund_pending", "gift card") => {
                format!("You get a new gift card for {refund} by e-mail, by {sent_by} at the latest.")
            }
            ("refund_pending", _) => format!(
                "We send {refund} back to {account} by {sent_by} at the latest. Your bank then needs 3 to 5 working \
                 days to show it."
            ),
            (_, "gift card") => format!("We sent you a new gift card for {refund} on {}.", day_text(on)),
            (_, _) => format!(
                "We sent {refund} back to {account} on {}. Your bank shows it by {shown_by}.",
                day_text(on)
            ),
        };
        Ok(Some(text))
    }

    fn account(&self) -> String {
        if self.method == "bank transfer" {
            "your bank account".to_owned()
        } else {
            format!("your {}", self.method)
        }
    }
}

/// GET /v1/customers/{customer}/orders/{order_number}/payment
pub(crate) async fn show(
    State(shop): State<Arc<Shop>>,
    Path((customer, number)): Path<(String, String)>,
) -> Result<Answer, ShopError> {
    let mut connection = shop.pool.acquire().await?;
    let order = Order::of_customer(&mut connection, &customer, &number).await?;
    let payment = Payment::of_order(&mut connection, &order).await?;
    Ok(Answer::ok(&json!({
        "state": payment.state,
        "amount": pounds(payment.amount),
        "method": payment.method,
        "at_text": time_text(time(&payment.paid_at)?),
        "failure": payment.failure,
        "refund_amount": payment.refund.map(pounds),
        "refund_text": payment.refund_text()?,
    })))
}
