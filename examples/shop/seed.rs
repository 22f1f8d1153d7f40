//! The customers, products, orders and appointments that a new database begins with: seed.toml, with its days counted
//! from today. What follows from the delivery rules, such as prices and promised days, is worked out here.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::{ToSpan, Zoned};
use serde::Deserialize;
use sqlx::sqlite::SqliteConnection;
use thiserror::Error;

use crate::calendar::{after, before, is_working_day, is_workshop_day, time_value};
use crate::delivery::{Delivery, dispatch_day};
use crate::workshop::{self, Service};

const SEED: &str = include_str!("seed.toml");

/// The number before the first appointment's.
const LAST_REFERENCE: usize = 2040;

/// How long ago today's orders were placed.
const PLACED_MINUTES_AGO: i64 = 40;

#[derive(Debug, Error)]
pub(crate) enum SeedError {
    #[error("seed.toml cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    #[error("seed.toml: {0}")]
    Wrong(String),
    #[error("the database cannot be filled: {0}")]
    Database(#[from] sqlx::Error),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    customers: Vec<Customer>,
    products: Vec<Product>,
    orders: Vec<Order>,
    appointments: Vec<Appointment>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Customer {
    id: String,
    name: String,
    email: String,
    phone: String,
    address: String,
    /// In Northern Ireland, the Highlands or on an island.
    #[serde(default)]
    remote: bool,
    #[serde(default)]
    guest: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Product {
    id: String,
    name: String,
    /// Pence.
    price: i64,
    stock: i64,
    colours: Option<String>,
    sizes: Option<String>,
    range_km: Option<i64>,
    weight_kg: Option<f64>,
    warranty: Option<String>,
    summary: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    number: String,
    customer: String,
    status: String,
    delivery: Delivery,
    /// Working days ago; 0 is a little while ago, today.
    ordered: u32,
    /// Time of that day.
    #[serde(default = "morning")]
    at: Time,
    items: Vec<Item>,
    tracking: Option<String>,
    /// Working days from today on which a pre-order is to come.
    expected: Option<u32>,
    delay_reason: Option<String>,
    /// Working days from today that the carrier now names.
    new_due: Option<u32>,
    /// Working days ago.
    delivered: Option<u32>,
    delivered_to: Option<String>,
    payment: Payment,
}

fn morning() -> Time {
    jiff::civil::time(10, 15, 0, 0)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    product: String,
    variant: Option<String>,
    #[serde(default = "one")]
    count: i64,
}

fn one() -> i64 {
    1
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    state: String,
    method: String,
    failure: Option<String>,
    /// Working days ago that the refund was sent, or begun where it is pending.
    refunded: Option<u32>,
    /// Pence; everything where it is missing.
    refund: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Appointment {
    /// Nobody where it was booked by telephone.
    customer: Option<String>,
    service: String,
    /// Days of the workshop from today.
    day: u32,
    time: Time,
}

/// Fills an empty database.
pub(crate) async fn fill(connection: &mut SqliteConnection, now: &Zoned) -> Result<(), SeedError> {
    let seed: Seed = toml::from_str(SEED)?;
    sqlx::query("INSERT INTO meta (id, seeded_on) VALUES (1, ?)")
        .bind(now.date().to_string())
        .execute(&mut *connection)
        .await?;
    for customer in &seed.customers {
        add_customer(connection, customer).await?;
    }
    for product in &seed.products {
        add_product(connection, product).await?;
    }
    let customers: BTreeMap<&str, &Customer> = seed
        .customers
        .iter()
        .map(|customer| (customer.id.as_str(), customer))
        .collect();
    let prices: BTreeMap<&str, i64> = seed
        .products
        .iter()
        .map(|product| (product.id.as_str(), product.price))
        .collect();
    for order in &seed.orders {
        let customer = customers.get(order.customer.as_str()).ok_or_else(|| {
            SeedError::Wrong(format!(
                "{}: there is no customer {}",
                order.number, order.customer
            ))
        })?;
        let total = total(order, &prices)?;
        add_order(connection, order, customer, total, now.datetime()).await?;
        add_items(connection, order).await?;
        add_payment(connection, order, total, now.datetime()).await?;
    }
    for (index, appointment) in seed.appointments.iter().enumerate() {
        let reference = format!("WS-{}", LAST_REFERENCE + 1 + index);
        add_appointment(connection, appointment, &reference, now.date()).await?;
    }
    Ok(())
}

async fn add_customer(connection: &mut SqliteConnection, customer: &Customer) -> Result<(), SeedError> {
    sqlx::query("INSERT INTO customers (id, name, email, phone, address, account) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(&customer.id)
        .bind(&customer.name)
        .bind(&customer.email)
        .bind(&customer.phone)
        .bind(&customer.address)
        .bind(!customer.guest)
        .execute(connection)
        .await?;
    Ok(())
}

async fn add_product(connection: &mut SqliteConnection, product: &Product) -> Result<(), SeedError> {
    sqlx::query(
        "INSERT INTO products (id, name, price, stock, colours, sizes, range_km, weight_kg, warranty, summary)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&product.id)
    .bind(&product.name)
    .bind(product.price)
    .bind(product.stock)
    .bind(&product.colours)
    .bind(&product.sizes)
    .bind(product.range_km)
    .bind(product.weight_kg)
    .bind(&product.warranty)
    .bind(&product.summary)
    .execute(connection)
    .await?;
    Ok(())
}

/// Goods and delivery, in pence.
fn total(order: &Order, prices: &BTreeMap<&str, i64>) -> Result<i64, SeedError> {
    let mut goods = 0;
    for item in &order.items {
        let price = prices.get(item.product.as_str()).ok_or_else(|| {
            SeedError::Wrong(format!("{}: there is no product {}", order.number, item.product))
        })?;
        goods += price * item.count;
    }
    Ok(goods + order.delivery.price(goods))
}

fn ordered_at(order: &Order, now: DateTime) -> DateTime {
    if order.ordered == 0 {
        now.saturating_sub(PLACED_MINUTES_AGO.minutes())
    } else {
        before(now.date(), order.ordered, is_working_day).to_datetime(order.at)
    }
}

fn working_day(today: Date, ahead: u32) -> String {
    after(today, ahead, is_working_day).to_string()
}

fn working_day_ago(today: Date, ago: u32) -> String {
    before(today, ago, is_working_day).to_string()
}

async fn add_order(
    connection: &mut SqliteConnection,
    order: &Order,
    customer: &Customer,
    total: i64,
    now: DateTime,
) -> Result<(), SeedError> {
    let (ordered_at, today) = (ordered_at(order, now), now.date());
    let promised = order.delivery.promised(dispatch_day(ordered_at), customer.remote);
    let due = order
        .expected
        .map_or_else(|| promised.to_string(), |days| working_day(today, days));
    sqlx::query(
        "INSERT INTO orders (number, customer, status, ordered_at, delivery, address, total, carrier,
                             tracking_number, due, new_due, delay_reason, delivered_on, delivered_to)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&order.number)
    .bind(&order.customer)
    .bind(&order.status)
    .bind(time_value(ordered_at))
    .bind(order.delivery.name())
    .bind(&customer.address)
    .bind(total)
    .bind(order.delivery.carrier())
    .bind(&order.tracking)
    .bind(due)
    .bind(order.new_due.map(|days| working_day(today, days)))
    .bind(&order.delay_reason)
    .bind(order.delivered.map(|days| working_day_ago(today, days)))
    .bind(&order.delivered_to)
    .execute(connection)
    .await?;
    Ok(())
}

async fn add_items(connection: &mut SqliteConnection, order: &Order) -> Result<(), SeedError> {
    for (place, item) in (1_i64..).zip(&order.items) {
        sqlx::query(
            "INSERT INTO order_items (order_number, place, product, variant, count) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(&order.number)
        .bind(place)
        .bind(&item.product)
        .bind(&item.variant)
        .bind(item.count)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn add_payment(
    connection: &mut SqliteConnection,
    order: &Order,
    total: i64,
    now: DateTime,
) -> Result<(), SeedError> {
    let payment = &order.payment;
    let refund = payment.refunded.map(|_| payment.refund.unwrap_or(total));
    sqlx::query(
        "INSERT INTO payments (order_number, state, amount, method, paid_at, failure, refund, refund_on)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&order.number)
    .bind(&payment.state)
    .bind(total)
    .bind(&payment.method)
    .bind(time_value(ordered_at(order, now)))
    .bind(&payment.failure)
    .bind(refund)
    .bind(payment.refunded.map(|days| working_day_ago(now.date(), days)))
    .execute(connection)
    .await?;
    Ok(())
}

async fn add_appointment(
    connection: &mut SqliteConnection,
    appointment: &Appointment,
    reference: &str,
    today: Date,
) -> Result<(), SeedError> {
    let service = Service::find(&appointment.service).map_err(SeedError::Wrong)?;
    let day = after(today, appointment.day, is_workshop_day);
    let start = day.to_datetime(appointment.time);
    if !service.has(start, today) {
        let start = time_value(start);
        return Err(SeedError::Wrong(format!(
            "{reference}: the diary has no {start} for {}",
            service.id
        )));
    }
    sqlx::query(
        "INSERT INTO appointments (reference, customer, service, resource, start, mechanic, cancelled)
         VALUES (?, ?, ?, ?, ?, ?, 0)",
    )
    .bind(reference)
    .bind(&appointment.customer)
    .bind(service.id)
    .bind(service.resource)
    .bind(time_value(start))
    .bind(workshop::mechanic(day))
    .execute(connection)
    .await?;
    Ok(())
}
