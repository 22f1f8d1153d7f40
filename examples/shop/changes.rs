//! What can be done to an order: cancel it or send it elsewhere until it is packed, and have its invoice mailed.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{Path, State};
use jiff::Zoned;
use serde::Deserialize;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;

use crate::answer::{Answer, ShopError};
use crate::calendar::{time, time_text};
use crate::ledger::Change;
use crate::mail::{Kind, Letter, masked};
use crate::money::pounds;
use crate::orders::Order;
use crate::payments::Payment;
use crate::request::{Command, Nothing};
use crate::state::Shop;

/// Characters that an address may have: less cannot be delivered to, more is no address.
const ADDRESS_CHARS: std::ops::RangeInclusive<usize> = 10..=200;

/// POST /v1/customers/{customer}/orders/{order_number}/cancel
pub(crate) async fn cancel(
    State(shop): State<Arc<Shop>>,
    Path((customer, number)): Path<(String, String)>,
    command: Command<Nothing>,
) -> Result<Answer, ShopError> {
    shop.once(&command.repeatable, &Cancel { customer, number }).await
}

struct Cancel {
    customer: String,
    number: String,
}

#[async_trait]
impl Change for Cancel {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let order = Order::of_customer(connection, &self.customer, &self.number).await?;
        match order.status.as_str() {
            "placed" => {
                release(connection, &order, now).await?;
                let refund_text = refund_text(connection, &order).await?;
                let letter = Letter {
                    kind: Kind::Order,
                    subject: format!("Order {} is cancelled", order.number),
                    text: format!("We have cancelled your order {}. {refund_text}", order.number),
                };
                letter.send(connection, &self.customer, now).await?;
                Ok(Answer::ok(&json!({ "refund_text": refund_text })))
            }
            // What was asked for is already so.
            "cancelled" => {
                let refund_text = refund_text(connection, &order).await?;
                Ok(Answer::ok(&json!({ "refund_text": refund_text })))
            }
            status => Err(ShopError::TooLate(status.to_owned())),
        }
    }
}

/// Puts the goods back on the shelf and lets the money go.
async fn release(connection: &mut SqliteConnection, order: &Order, now: &Zoned) -> Result<(), ShopError> {
    sqlx::query("UPDATE orders SET status = 'cancelled' WHERE number = ?")
        .bind(&order.number)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "UPDATE products SET stock = stock + item.count
         FROM (SELECT product, SUM(count) AS count FROM order_items WHERE order_number = ? GROUP BY product) AS item
         WHERE products.id = item.product",
    )
    .bind(&order.number)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE payments SET state = 'refund_pending', refund = amount, refund_on = ?
         WHERE order_number = ? AND state = 'paid'",
    )
    .bind(now.date().to_string())
    .bind(&order.number)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE payments SET state = 'failed', failure = 'the order was cancelled before anything was charged'
         WHERE order_number = ? AND state IN ('pending', 'authorised')",
    )
    .bind(&order.number)
    .execute(connection)
    .await?;
    Ok(())
}

async fn refund_text(connection: &mut SqliteConnection, order: &Order) -> Result<String, ShopError> {
    let payment = Payment::of_order(connection, order).await?;
    let text = payment.refund_text()?;
    Ok(text.unwrap_or_else(|| "Nothing was charged, so there is nothing to send back.".to_owned()))
}

/// POST /v1/customers/{customer}/orders/{order_number}/invoice
pub(crate) async fn invoice(
    State(shop): State<Arc<Shop>>,
    Path((customer, number)): Path<(String, String)>,
    command: Command<Nothing>,
) -> Result<Answer, ShopError> {
    shop.once(&command.repeatable, &SendInvoice { customer, number })
        .await
}

struct SendInvoice {
    customer: String,
    number: String,
}

#[async_trait]
impl Change for SendInvoice {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let order = Order::of_customer(connection, &self.customer, &self.number).await?;
        let payment = Payment::of_order(connection, &order).await?;
        let items = order.items(connection).await?;
        let invoice = order.number.replacen("FH-", "INV-", 1);
        let letter = Letter {
            kind: Kind::Order,
            subject: format!("Invoice {invoice}"),
            text: format!(
                "Invoice {invoice} for order {}, placed on {}\n\n{items}\n{}\n\nTotal with delivery: {}\nPayment: {}, {}\n\n\
                 Fernhollow Cycles, 14 Quayside Lane, Bristol BS1 9ZZ",
                order.number,
                time_text(time(&order.ordered_at)?),
                order.delivery,
                pounds(order.total),
                payment.method,
                payment.state.replace('_', " "),
            ),
        };
        let address = letter.send(connection, &self.customer, now).await?;
        Ok(Answer::accepted(&json!({ "sent_to": masked(&address) })))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAddress {
    address: String,
}

/// POST /v1/customers/{customer}/orders/{order_number}/address
pub(crate) async fn change_address(
    State(shop): State<Arc<Shop>>,
    Path((customer, number)): Path<(String, String)>,
    command: Command<NewAddress>,
) -> Result<Answer, ShopError> {
    // On one line, however it was typed.
    let address = command
        .body
        .address
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let change = ChangeAddress {
        customer,
        number,
        address,
    };
    shop.once(&command.repeatable, &change).await
}

struct ChangeAddress {
    customer: String,
    number: String,
    address: String,
}

#[async_trait]
impl Change for ChangeAddress {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let order = Order::of_customer(connection, &self.customer, &self.number).await?;
        if order.status != "placed" {
            return Err(ShopError::TooLate(order.status));
        }
        if !ADDRESS_CHARS.contains(&self.address.chars().count()) {
            let problem =
                "`address` has to be 10 to 200 characters: house, street, town and postcode".to_owned();
            return Err(ShopError::Body(problem));
        }
        sqlx::query("UPDATE orders SET address = ? WHERE number = ?")
            .bind(&self.address)
            .bind(&order.number)
            .execute(&mut *connection)
            .await?;
        let letter = Letter {
            kind: Kind::Order,
            subject: format!("Order {} goes to another address", order.number),
            text: format!(
                "Your order {} now goes to: {}\n\nIf this was not you, please call 0117 496 0123.",
                order.number, self.address
            ),
        };
        letter.send(connection, &self.customer, now).await?;
        Ok(Answer::ok(&json!({ "address": self.address })))
    }
}
