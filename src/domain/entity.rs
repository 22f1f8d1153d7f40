//! Entities: the values a message carries, such as an order number.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    OrderNumber,
    TrackingNumber,
    Email,
    Phone,
    Amount,
}

impl EntityKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrderNumber => "order_number",
            Self::TrackingNumber => "tracking_number",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Amount => "amount",
        }
    }
}

/// `value` is the text as the customer wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    pub kind: EntityKind,
    pub value: String,
}
