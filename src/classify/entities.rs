//! Entities by pattern: order and tracking numbers, e-mail addresses, telephone numbers, amounts of money.
//! Knows only the text at hand: whether such an order exists is for others to look up.

use std::ops::Range;

use regex::Regex;

use crate::domain::entity::{Entity, EntityKind};

/// One to three letters, a dash and four or more digits: `FH-10423`, `a-10423`. Phones like to make dashes longer.
pub const ORDER_NUMBER: &str = r"(?i)\b[a-z]{1,3}[-–‑]\d{4,12}\b";

const EMAIL: &str = r"(?i)\b[a-z0-9][a-z0-9._%+'-]*@(?:[a-z0-9-]+\.)+[a-z]{2,}\b";

/// The postal S10 form (UPU standard S10-12: `PW123456789GB`), and the 18 characters that start with 1Z.
const TRACKING_NUMBER: &str = r"(?i)\b(?:[a-z]{2}\d{9}[a-z]{2}|1z[0-9a-z]{16})\b";

/// A number with its currency before or after it: `£1,299.00`, `12.50 EUR`, `20 quid`.
const AMOUNT: &str = concat!(
    r"(?ix) (?: [£€$¥] | \b(?:gbp|eur|usd|chf)\s? ) \s? (?: \d{1,3}(?:,\d{3})+ | \d+ ) (?: [.,]\d{1,2} )? \b",
    r"| \b (?: \d{1,3}(?:,\d{3})+ | \d+ ) (?: [.,]\d{1,2} )? \s?",
    r"(?: [£€$¥] | (?: gbp | eur | usd | chf | pounds? | euros? | dollars? | quid | bucks | pence | cents? | p )\b )",
);

/// With a country code, with a leading zero, or in the American groups of three, three and four.
const PHONE: &str = concat!(
    r"(?x) \+ \d (?: [\x20().-]{0,2} \d ){7,14} \b",
    r"| \b 0 (?: [\x20.-]? \d ){8,11} \b",
    r"| \( 0 \d{1,5} \) (?: [\x20.-]? \d ){5,9} \b",
    r"| (?: \b \d{3} | \( \d{3} \) ) [\x20.-]? \d{3} [\x20.-] \d{4} \b",
);

/// The patterns, compiled once, the surest first: where two match the same place, the earlier one has it.
#[derive(Debug)]
pub struct EntityFinder {
    patterns: [(EntityKind, Regex); 5],
}

impl EntityFinder {
    /// `order_number` is the business's own pattern. If it has a group, the first one is the number.
    ///
    /// # Errors
    /// When `order_number` is no regular expression; the message shows where.
    pub fn new(order_number: &str) -> Result<Self, regex::Error> {
        Ok(Self {
            patterns: [
                (EntityKind::Email, Regex::new(EMAIL)?),
                (EntityKind::TrackingNumber, Regex::new(TRACKING_NUMBER)?),
                (EntityKind::OrderNumber, Regex::new(order_number)?),
                (EntityKind::Amount, Regex::new(AMOUNT)?),
                (EntityKind::Phone, Regex::new(PHONE)?),
            ],
        })
    }

    /// In the order of the text, none inside another.
    pub fn find(&self, text: &str) -> Vec<Entity> {
        let mut found: Vec<(Range<usize>, EntityKind)> = Vec::new();
        for (kind, pattern) in &self.patterns {
            for captures in pattern.captures_iter(text) {
                let Some(place) = captures.iter().nth(1).flatten().or_else(|| captures.get(0)) else {
                    continue;
                };
                let place = place.range();
                if !place.is_empty() && found.iter().all(|(taken, _)| apart(taken, &place)) {
                    found.push((place, *kind));
                }
            }
        }
        found.sort_by_key(|(place, _)| place.start);
        found
            .into_iter()
            .map(|(place, kind)| Entity {
                kind,
                value: text[place].to_owned(),
            })
            .collect()
    }
}

fn apart(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.end <= b.start || b.end <= a.start
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each finding as `kind=value`.
    fn find(finder: &EntityFinder, text: &str) -> Vec<String> {
        finder
            .find(text)
            .into_iter()
            .map(|entity| format!("{}={}", entity.kind.as_str(), entity.value))
            .collect()
    }

    #[test]
    fn entities_by_text() {
        let finder = EntityFinder::new(ORDER_NUMBER).unwrap();
        let table: &[(&str, &[&str])] = &[
            ("where is my order", &[]),
            ("", &[]),
            ("FH-10423", &["order_number=FH-10423"]),
            (
                "its fh-10423, or A-20991?",
                &["order_number=fh-10423", "order_number=A-20991"],
            ),
            ("order FH–10423 please", &["order_number=FH–10423"]),
            ("FH-12 is too short, covid-2019 too long", &[]),
            ("FH-10423B is no number of ours", &[]),
            (
                "tracking PW123456789GB says delivered",
                &["tracking_number=PW123456789GB"],
            ),
            ("pw123456789gb", &["tracking_number=pw123456789gb"]),
            ("1Z999AA10123456784", &["tracking_number=1Z999AA10123456784"]),
            (
                "mail me at jo.o'neil+shop@mail.example.co.uk.",
                &["email=jo.o'neil+shop@mail.example.co.uk"],
            ),
            ("a@b is not one", &[]),
            ("FH-10423@example.com", &["email=FH-10423@example.com"]),
            ("call 020 7946 0958", &["phone=020 7946 0958"]),
            ("call +44 (0)20 7946 0958 today", &["phone=+44 (0)20 7946 0958"]),
            ("my number: 07700900123.", &["phone=07700900123"]),
            ("(020) 7946 0958", &["phone=(020) 7946 0958"]),
            (
                "555-867-5309 or (555) 867-5309",
                &["phone=555-867-5309", "phone=(555) 867-5309"],
            ),
            ("card 4111 1111 1111 1111", &[]),
            ("on 01/02/2024 at 10:30", &[]),
            ("you took £1,299.00 twice", &["amount=£1,299.00"]),
            ("refund of 12.50 EUR or $ 7", &["amount=12.50 EUR", "amount=$ 7"]),
            ("20 quid, 99p, 1.500 items", &["amount=20 quid", "amount=99p"]),
            ("gbp 40 for 2 helmets", &["amount=gbp 40"]),
            ("12,99€", &["amount=12,99€"]),
            ("30 pounds and 5 people", &["amount=30 pounds"]),
            (
                "FH-10423 cost £40, mail a@b.co, ring 07700 900123",
                &[
                    "order_number=FH-10423",
                    "amount=£40",
                    "email=a@b.co",
                    "phone=07700 900123",
                ],
            ),
        ];
        for (text, expected) in table {
            assert_eq!(find(&finder, text), *expected, "{text}");
        }
    }

    #[test]
    fn a_business_may_have_its_own_order_numbers() {
        let finder = EntityFinder::new(r"(?i)order\s+#?(\d{6})\b").unwrap();
        assert_eq!(
            find(&finder, "about Order #123456 and FH-10423"),
            ["order_number=123456"]
        );
        assert!(EntityFinder::new("(").is_err());
    }
}
