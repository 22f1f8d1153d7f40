//! Proofs of who somebody is: one-time codes and password links. They go to the address on file and to no other, and
//! neither the answer nor the time it takes says whether there is one.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::State;
use firstline::entropy;
use jiff::Zoned;
use serde::Deserialize;
use serde_json::json;
use sqlx::sqlite::SqliteConnection;

use crate::answer::{Answer, ShopError};
use crate::ledger::Change;
use crate::mail::{Kind, Letter};
use crate::request::Command;
use crate::state::Shop;

const CODE_DIGITS: std::ops::RangeInclusive<usize> = 4..=10;

/// Whoever is meant by all of what is given; what is missing or empty says nothing.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendCode {
    order_number: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    /// Made by the caller, who will check what the customer types.
    code: String,
}

/// POST /v1/codes
pub(crate) async fn send(
    State(shop): State<Arc<Shop>>,
    command: Command<SendCode>,
) -> Result<Answer, ShopError> {
    let code = &command.body.code;
    if !CODE_DIGITS.contains(&code.len()) || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ShopError::Body("`code` has to be 4 to 10 digits".to_owned()));
    }
    shop.once(&command.repeatable, &command.body).await
}

#[async_trait]
impl Change for SendCode {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let order_number = given(&self.order_number).to_uppercase();
        let email = given(&self.email).to_lowercase();
        let phone = international(given(&self.phone));
        if order_number.is_empty() && email.is_empty() && phone.is_empty() {
            let problem = "give an `order_number`, an `email` or a `phone`, or several".to_owned();
            return Err(ShopError::Body(problem));
        }
        let customer: Option<(String, String)> = sqlx::query_as(
            "SELECT id, email FROM customers
             WHERE (?1 = '' OR id = (SELECT customer FROM orders WHERE number = ?1))
               AND (?2 = '' OR email = ?2) AND (?3 = '' OR phone = ?3)",
        )
        .bind(order_number)
        .bind(email)
        .bind(phone)
        .fetch_optional(&mut *connection)
        .await?;
        let (id, address) = customer.unzip();
        let letter = Letter {
            kind: Kind::Code,
            subject: "Your code for the Fernhollow chat".to_owned(),
            text: format!(
                "Your code is {}.\n\nType it into the chat that you have open, and nowhere else. If you have not \
                 asked for it, do nothing: without the code nobody learns anything about your orders.",
                self.code
            ),
        };
        letter.send_if_known(connection, address.as_deref(), now).await?;
        Ok(Answer::accepted(&json!({ "customer": id.unwrap_or_default() })))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetPassword {
    email: String,
}

/// POST /v1/password-resets
pub(crate) async fn reset_password(
    State(shop): State<Arc<Shop>>,
    command: Command<ResetPassword>,
) -> Result<Answer, ShopError> {
    shop.once(&command.repeatable, &command.body).await
}

#[async_trait]
impl Change for ResetPassword {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let address: Option<String> =
            sqlx::query_scalar("SELECT email FROM customers WHERE email = ? AND account = 1")
                .bind(self.email.trim().to_lowercase())
                .fetch_optional(&mut *connection)
                .await?;
        let token = hex::encode(entropy::bytes::<16>());
        let letter = Letter {
            kind: Kind::PasswordReset,
            subject: "Set a new password".to_owned(),
            text: format!(
                "Set a new password here:\nhttps://fernhollow.example/password/{token}\n\nThe link works once and is \
                 valid for 60 minutes. If you have not asked for it, do nothing: your password stays as it is."
            ),
        };
        letter.send_if_known(connection, address.as_deref(), now).await?;
        Ok(Answer::accepted(&json!({})))
    }
}

fn given(field: &Option<String>) -> &str {
    field.as_deref().unwrap_or_default().trim()
}

/// A telephone number as it is on file: `07700 900101` and `0044 7700 900101` are `+447700900101`.
fn international(phone: &str) -> String {
    let number: String = phone
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    if let Some(rest) = number.strip_prefix("00") {
        format!("+{rest}")
    } else if let Some(rest) = number.strip_prefix('0') {
        format!("+44{rest}")
    } else {
        number
    }
}
