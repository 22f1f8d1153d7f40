//! Entities: the values a message carries, such as an order number.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntityKind {
    OrderNumber,
    TrackingNumber,
    Email,
    Phone,
    Amount,
    /// A day: "next Tuesday", "03/04".
    Date,
    /// A time of day: "4pm".
    Time,
    /// A day with a time of day: "tomorrow at half past 4".
    DateTime,
    /// The number of a payment card.
    Card,
    /// An international bank account number.
    Iban,
    /// A person's number with a state: identity, insurance or tax.
    NationalId,
    /// A kind that the business named in its configuration.
    #[serde(untagged)]
    Own(String),
}

impl EntityKind {
    pub fn as_str(&self) -> &str {
        match self {
            Self::OrderNumber => "order_number",
            Self::TrackingNumber => "tracking_number",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Amount => "amount",
            Self::Date => "date",
            Self::Time => "time",
            Self::DateTime => "date_time",
            Self::Card => "card",
            Self::Iban => "iban",
            Self::NationalId => "national_id",
            Self::Own(name) => name,
        }
    }

    /// Whether whoever reads the value could take money with it, or a person's name.
    pub fn is_sensitive(&self) -> bool {
        matches!(self, Self::Card | Self::Iban | Self::NationalId)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    pub kind: EntityKind,
    /// The text as the customer wrote it, or what stands in its place.
    pub value: String,
    /// Of dates and times, what they mean, where that is beyond doubt: `2026-11-24`, `16:30` or `2026-11-24T16:30`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<String>,
    /// To be masked wherever it need not be seen: [`EntityKind::is_sensitive`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    /// What the mask in `value` stands for, readable with the server's key only; there while a flow needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<String>,
}

impl Entity {
    pub fn new(kind: EntityKind, value: impl Into<String>) -> Self {
        Self {
            sensitive: kind.is_sensitive(),
            value: value.into(),
            kind,
            resolved: None,
            sealed: None,
        }
    }

    /// As whoever reads of it may have it.
    pub fn unsealed(&self) -> Self {
        Self {
            sealed: None,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_by_name_and_read_back() {
        for (kind, name) in [
            (EntityKind::OrderNumber, "order_number"),
            (EntityKind::DateTime, "date_time"),
            (EntityKind::Own("membership".to_owned()), "membership"),
        ] {
            assert_eq!(kind.as_str(), name);
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{name}\""));
            assert_eq!(serde_json::from_str::<EntityKind>(&json).unwrap(), kind);
        }
    }

    #[test]
    fn only_what_is_there_is_written() {
        let json = |entity: &Entity| serde_json::to_string(entity).unwrap();
        let order = Entity::new(EntityKind::OrderNumber, "FH-10423");
        assert_eq!(json(&order), r#"{"kind":"order_number","value":"FH-10423"}"#);
        let card = Entity::new(EntityKind::Card, "4111 1111 1111 1111");
        assert!(json(&card).ends_with(r#""sensitive":true}"#));
        let day = Entity {
            resolved: Some("2026-11-23".to_owned()),
            ..Entity::new(EntityKind::Date, "tomorrow")
        };
        assert_eq!(serde_json::from_str::<Entity>(&json(&day)).unwrap(), day);
    }
}
