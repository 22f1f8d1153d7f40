//! Appointments in the workshop, and test rides: which times are free, and who has which.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use jiff::Zoned;
use jiff::civil::{Date, DateTime};
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::FromRow;
use sqlx::sqlite::SqliteConnection;

use crate::answer::{Answer, ShopError};
use crate::calendar::{time, time_text, time_value};
use crate::ledger::Change;
use crate::mail::{Kind, Letter};
use crate::money::pounds;
use crate::request::Command;
use crate::state::Shop;
use crate::workshop::{self, Service};

/// Free times that are offered at once.
const OFFERED: usize = 6;

#[derive(Debug, FromRow)]
struct Appointment {
    reference: String,
    service: String,
    start: String,
    mechanic: String,
}

impl Appointment {
    /// The customer's next one that starts at `from` or later, or the one with this reference.
    async fn next(
        connection: &mut SqliteConnection,
        customer: &str,
        from: DateTime,
        reference: &str,
    ) -> Result<Self, ShopError> {
        sqlx::query_as(
            "SELECT reference, service, start, mechanic FROM appointments
             WHERE customer = ?1 AND cancelled = 0 AND start >= ?2 AND (?3 = '' OR reference = ?3)
             ORDER BY start LIMIT 1",
        )
        .bind(customer)
        .bind(time_value(from))
        .bind(reference.trim().to_uppercase())
        .fetch_optional(connection)
        .await?
        .ok_or(ShopError::NotFound("appointment"))
    }

    fn service(&self) -> Result<&'static Service, ShopError> {
        Service::find(&self.service).map_err(ShopError::Corrupt)
    }
}

/// GET /v1/customers/{customer}/appointment
pub(crate) async fn show(
    State(shop): State<Arc<Shop>>,
    Path(customer): Path<String>,
) -> Result<Answer, ShopError> {
    let now = (shop.clock)();
    let mut connection = shop.pool.acquire().await?;
    // One of this morning is still today's appointment.
    let midnight = now.date().at(0, 0, 0, 0);
    let appointment = Appointment::next(&mut connection, &customer, midnight, "").await?;
    let (service, start) = (appointment.service()?, time(&appointment.start)?);
    Ok(Answer::ok(&json!({
        "id": appointment.reference,
        "service": service.name,
        "price": service.price.map(pounds),
        "takes": service.takes,
        "start": appointment.start,
        "start_text": time_text(start),
        "mechanic": appointment.mechanic,
        "change_fee": fee_text(workshop::change_fee(start, &now)),
    })))
}

/// Null where it costs nothing.
fn fee_text(pence: i64) -> Option<String> {
    (pence > 0).then(|| pounds(pence))
}

/// What is missing or empty says nothing.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    service: Option<String>,
    /// 2026-12-01; only times of that day.
    day: Option<String>,
}

/// GET /v1/appointments/free
pub(crate) async fn free(
    State(shop): State<Arc<Shop>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Answer, ShopError> {
    let Query(wanted) = wanted.map_err(|error| ShopError::Query(error.body_text()))?;
    let resource = match wanted.service.as_deref().unwrap_or_default() {
        "" => workshop::usual_resource(),
        text => Service::find(text).map_err(ShopError::Query)?.resource,
    };
    let day: Option<Date> =
        match wanted.day.as_deref().unwrap_or_default() {
            "" => None,
            text => Some(text.parse().map_err(|_| {
                ShopError::Query(format!("`day` is {text:?}; give a date such as 2026-12-01"))
            })?),
        };
    let taken: Vec<String> =
        sqlx::query_scalar("SELECT start FROM appointments WHERE resource = ? AND cancelled = 0")
            .bind(resource)
            .fetch_all(&shop.pool)
            .await?;
    let taken: BTreeSet<String> = taken.into_iter().collect();
    let slots: Vec<Value> = workshop::days((shop.clock)().date())
        .filter(|one| day.is_none_or(|day| day == *one))
        .flat_map(|day| workshop::times(resource, day))
        .filter(|start| !taken.contains(&time_value(*start)))
        .take(OFFERED)
        .map(|start| json!({ "value": time_value(start), "label": time_text(start) }))
        .collect();
    if slots.is_empty() {
        return Err(ShopError::NotFound("free time"));
    }
    Ok(Answer::ok(&json!({ "slots": slots })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Booking {
    service: String,
    start: String,
}

/// POST /v1/customers/{customer}/appointments
pub(crate) async fn book(
    State(shop): State<Arc<Shop>>,
    Path(customer): Path<String>,
    command: Command<Booking>,
) -> Result<Answer, ShopError> {
    let change = Book {
        customer,
        service: Service::find(&command.body.service).map_err(ShopError::Body)?,
        start: start(&command.body.start)?,
    };
    shop.once(&command.repeatable, &change).await
}

fn start(text: &str) -> Result<DateTime, ShopError> {
    text.trim().parse().map_err(|_| {
        ShopError::Body(format!(
            "`start` is {text:?}; give a time such as 2026-12-01T09:00"
        ))
    })
}

struct Book {
    customer: String,
    service: &'static Service,
    start: DateTime,
}

#[async_trait]
impl Change for Book {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let known: Option<String> = sqlx::query_scalar("SELECT id FROM customers WHERE id = ?")
            .bind(&self.customer)
            .fetch_optional(&mut *connection)
            .await?;
        known.ok_or(ShopError::NotFound("customer"))?;
        let start_text = time_text(self.start);
        if !self.service.has(self.start, now.date()) {
            return Err(ShopError::Taken(start_text));
        }
        let reference: String = sqlx::query_scalar(
            "SELECT 'WS-' || (1 + COALESCE(MAX(CAST(substr(reference, 4) AS INTEGER)), 2040)) FROM appointments",
        )
        .fetch_one(&mut *connection)
        .await?;
        let booked = sqlx::query(
            "INSERT INTO appointments (reference, customer, service, resource, start, mechanic, cancelled)
             VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (resource, start) WHERE cancelled = 0 DO NOTHING",
        )
        .bind(&reference)
        .bind(&self.customer)
        .bind(self.service.id)
        .bind(self.service.resource)
        .bind(time_value(self.start))
        .bind(workshop::mechanic(self.start.date()))
        .execute(&mut *connection)
        .await?;
        if booked.rows_affected() == 0 {
            return Err(ShopError::Taken(start_text));
        }
        let deposit = self.service.deposit();
        let letter = Letter {
            kind: Kind::Appointment,
            subject: format!("Your appointment {reference}"),
            text: confirmation(self.service, &start_text, deposit),
        };
        letter.send(connection, &self.customer, now).await?;
        Ok(Answer::created(&json!({
            "reference": reference,
            "service": self.service.name,
            "start": time_value(self.start),
            "start_text": start_text,
            "deposit": fee_text(deposit),
        })))
    }
}

fn confirmation(service: &Service, start_text: &str, deposit: i64) -> String {
    let mut text = format!(
        "{}: {start_text}, at 14 Quayside Lane, Bristol BS1 9ZZ.\n",
        service.name
    );
    if deposit > 0 {
        text.push_str(&format!(
            "\nThe deposit of {} comes off your bill.",
            pounds(deposit)
        ));
    }
    text.push_str("\nYou can move or cancel it free of charge until 24 hours before.");
    text
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Moving {
    start: String,
    /// Which one, where the customer has several; otherwise the next.
    reference: Option<String>,
}

/// POST /v1/customers/{customer}/appointments/move
pub(crate) async fn shift(
    State(shop): State<Arc<Shop>>,
    Path(customer): Path<String>,
    command: Command<Moving>,
) -> Result<Answer, ShopError> {
    let change = Move {
        customer,
        reference: command.body.reference.unwrap_or_default(),
        start: start(&command.body.start)?,
    };
    shop.once(&command.repeatable, &change).await
}

struct Move {
    customer: String,
    reference: String,
    start: DateTime,
}

#[async_trait]
impl Change for Move {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let found = Appointment::next(connection, &self.customer, now.datetime(), &self.reference).await?;
        let (service, old_start) = (found.service()?, time(&found.start)?);
        let start_text = time_text(self.start);
        if !service.has(self.start, now.date()) {
            return Err(ShopError::Taken(start_text));
        }
        let moved =
            sqlx::query("UPDATE OR IGNORE appointments SET start = ?, mechanic = ? WHERE reference = ?")
                .bind(time_value(self.start))
                .bind(workshop::mechanic(self.start.date()))
                .bind(&found.reference)
                .execute(&mut *connection)
                .await?;
        if moved.rows_affected() == 0 {
            return Err(ShopError::Taken(start_text));
        }
        let fee = workshop::change_fee(old_start, now);
        let letter = Letter {
            kind: Kind::Appointment,
            subject: format!("Your appointment {} has moved", found.reference),
            text: format!(
                "{} is now on {start_text}, no longer on {}.{}",
                service.name,
                time_text(old_start),
                fee_sentence(fee)
            ),
        };
        letter.send(connection, &self.customer, now).await?;
        Ok(Answer::ok(&json!({
            "id": found.reference,
            "start": time_value(self.start),
            "start_text": start_text,
            "fee": fee_text(fee),
        })))
    }
}

fn fee_sentence(fee: i64) -> String {
    if fee == 0 {
        String::new()
    } else {
        format!(
            " It was less than 24 hours before, so this costs {}.",
            pounds(fee)
        )
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cancelling {
    /// Which one, where the customer has several; otherwise the next.
    reference: Option<String>,
}

/// POST /v1/customers/{customer}/appointments/cancel
pub(crate) async fn cancel(
    State(shop): State<Arc<Shop>>,
    Path(customer): Path<String>,
    command: Command<Cancelling>,
) -> Result<Answer, ShopError> {
    let change = Cancel {
        customer,
        reference: command.body.reference.unwrap_or_default(),
    };
    shop.once(&command.repeatable, &change).await
}

struct Cancel {
    customer: String,
    reference: String,
}

#[async_trait]
impl Change for Cancel {
    async fn make(&self, connection: &mut SqliteConnection, now: &Zoned) -> Result<Answer, ShopError> {
        let found = Appointment::next(connection, &self.customer, now.datetime(), &self.reference).await?;
        let (service, start) = (found.service()?, time(&found.start)?);
        sqlx::query("UPDATE appointments SET cancelled = 1 WHERE reference = ?")
            .bind(&found.reference)
            .execute(&mut *connection)
            .await?;
        let fee = workshop::change_fee(start, now);
        let letter = Letter {
            kind: Kind::Appointment,
            subject: format!("Your appointment {} is cancelled", found.reference),
            text: format!(
                "{} on {} is cancelled.{}",
                service.name,
                time_text(start),
                fee_sentence(fee)
            ),
        };
        letter.send(connection, &self.customer, now).await?;
        Ok(Answer::ok(&json!({
            "id": found.reference,
            "start_text": time_text(start),
            "fee": fee_text(fee),
        })))
    }
}
