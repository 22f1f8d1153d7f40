//! Products: what they are, what they cost, and how many are there.

use std::sync::Arc;

use axum::extract::{Path, State};
use serde_json::json;
use sqlx::FromRow;

use crate::answer::{Answer, ShopError};
use crate::money::pounds;
use crate::state::Shop;

const PAGES: &str = "https://fernhollow.example/products/";

/// A row of the products. What each column means stands in schema.sql.
#[derive(Debug, FromRow)]
struct Product {
    id: String,
    name: String,
    price: i64,
    stock: i64,
    colours: Option<String>,
    sizes: Option<String>,
    range_km: Option<i64>,
    weight_kg: Option<f64>,
    warranty: Option<String>,
    summary: String,
}

/// GET /v1/products/{product}
pub(crate) async fn show(
    State(shop): State<Arc<Shop>>,
    Path(product): Path<String>,
) -> Result<Answer, ShopError> {
    let product: Product = sqlx::query_as(
        "SELECT id, name, price, stock, colours, sizes, range_km, weight_kg, warranty, summary
         FROM products WHERE id = ?",
    )
    .bind(product.trim().to_lowercase())
    .fetch_optional(&shop.pool)
    .await?
    .ok_or(ShopError::NotFound("product"))?;
    Ok(Answer::ok(&json!({
        "name": product.name,
        "price": pounds(product.price),
        "stock": product.stock,
        "in_stock": product.stock > 0,
        "colours": product.colours,
        "sizes": product.sizes,
        "range_km": product.range_km,
        "weight_kg": product.weight_kg,
        "warranty": product.warranty,
        "summary": product.summary,
        "url": format!("{PAGES}{}", product.id),
    })))
}
