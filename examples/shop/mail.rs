//! The mail catcher: whatever the shop mails is kept here and read by people and tests, and never leaves.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{Html, IntoResponse};
use jiff::{Timestamp, Zoned};
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::sqlite::SqliteConnection;

use crate::answer::{Answer, ShopError};
use crate::state::Shop;

/// Codes and password links that one address may get in [`WINDOW_SECONDS`]; more are held back.
const PROOFS_MAX: u32 = 5;
const WINDOW_SECONDS: i64 = 3_600;

/// Most mails that are listed; the newest.
const LISTED_MAX: u32 = 100;

const PAGE: &str = include_str!("mail.html");

/// The page runs nothing and loads nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Code,
    PasswordReset,
    Order,
    Appointment,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::PasswordReset => "password_reset",
            Self::Order => "order",
            Self::Appointment => "appointment",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) kind: Kind,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Letter {
    /// Mails it to the address that the customer has on file, and says which that is.
    pub(crate) async fn send(
        &self,
        connection: &mut SqliteConnection,
        customer: &str,
        now: &Zoned,
    ) -> Result<String, ShopError> {
        let address: String = sqlx::query_scalar("SELECT email FROM customers WHERE id = ?")
            .bind(customer)
            .fetch_one(&mut *connection)
            .await?;
        self.write(connection, &address, now, true).await?;
        Ok(address)
    }

    /// Mails it to this address unless there is none, or the recipient had enough of this kind lately. The same statements
    /// run in each case, and nothing says which it was.
    pub(crate) async fn send_if_known(
        &self,
        connection: &mut SqliteConnection,
        recipient: Option<&str>,
        now: &Zoned,
    ) -> Result<(), ShopError> {
        let since = now.timestamp().as_second().saturating_sub(WINDOW_SECONDS);
        let lately: u32 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM mails WHERE recipient = ? AND kind = ? AND sent = 1 AND at > ?",
        )
        .bind(recipient.unwrap_or_default())
        .bind(self.kind.as_str())
        .bind(since)
        .fetch_one(&mut *connection)
        .await?;
        let is_sent = recipient.is_some() && lately < PROOFS_MAX;
        self.write(connection, recipient.unwrap_or_default(), now, is_sent)
            .await
    }

    async fn write(
        &self,
        connection: &mut SqliteConnection,
        recipient: &str,
        now: &Zoned,
        is_sent: bool,
    ) -> Result<(), ShopError> {
        sqlx::query("INSERT INTO mails (recipient, kind, subject, text, at, sent) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(recipient)
            .bind(self.kind.as_str())
            .bind(&self.subject)
            .bind(&self.text)
            .bind(now.timestamp().as_second())
            .bind(is_sent)
            .execute(connection)
            .await?;
        Ok(())
    }
}

/// Enough of an address to be recognised by its owner: `p…@example.com`.
pub(crate) fn masked(address: &str) -> String {
    let (name, domain) = address.split_once('@').unwrap_or((address, ""));
    let first: String = name.chars().take(1).collect();
    format!("{first}…@{domain}")
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    /// All recipients where it is missing or empty.
    to: Option<String>,
}

#[derive(Debug, Serialize)]
struct Caught {
    to: String,
    subject: String,
    text: String,
    at: String,
}

/// GET /v1/mail
pub(crate) async fn list(
    State(shop): State<Arc<Shop>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Answer, ShopError> {
    let caught = caught(&shop, wanted).await?;
    Ok(Answer::ok(&json!(caught)))
}

/// GET /mail
pub(crate) async fn page(
    State(shop): State<Arc<Shop>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<impl IntoResponse, ShopError> {
    let mails = caught(&shop, wanted).await?;
    // By the ending of its name the template is known for HTML, and all values in it are escaped.
    let page = Environment::new().render_named_str("mail.html", PAGE, context! { mails => Serde(mails) })?;
    Ok(([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)))
}

async fn caught(
    shop: &Shop,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Vec<Caught>, ShopError> {
    let Query(wanted) = wanted.map_err(|error| ShopError::Query(error.body_text()))?;
    let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
        "SELECT recipient, subject, text, at FROM mails
         WHERE sent = 1 AND (?1 = '' OR recipient = ?1) ORDER BY id DESC LIMIT ?2",
    )
    .bind(wanted.to.unwrap_or_default().trim().to_lowercase())
    .bind(LISTED_MAX)
    .fetch_all(&shop.pool)
    .await?;
    rows.into_iter()
        .map(|(to, subject, text, at)| {
            let at = Timestamp::from_second(at)
                .map_err(|error| ShopError::Corrupt(format!("the time of a mail: {error}")))?;
            Ok(Caught {
                to,
                subject,
                text,
                at: at.to_string(),
            })
        })
        .collect()
}
