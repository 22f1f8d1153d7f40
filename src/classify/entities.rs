//! Entities: order and tracking numbers, amounts of money and the business's own numbers by pattern; personal data, days
//! and times by the domain's finders. Knows only the text at hand: whether such an order exists is for others to look up,
//! and which day "tomorrow" is for whoever knows today.

use std::ops::Range;

use regex::Regex;
use serde::Deserialize;
use thiserror::Error;

use crate::domain::entity::{Entity, EntityKind};
use crate::domain::moment;
use crate::domain::personal_data::{self, PersonalData};

/// One to three letters, a dash and four or more digits: `FH-10423`, `a-10423`. Phones like to make dashes longer.
pub const ORDER_NUMBER: &str = r"(?i)\b[a-z]{1,3}[-–‑]\d{4,12}\b";

/// Kinds and patterns beside that: an order number after the word, and what parcel carriers print on their labels.
/// In this order: the postal S10 form (UPU standard S10-12: `PW123456789GB`), UPS, Amazon, DHL, USPS, and whatever
/// stands after "tracking number".
pub const NUMBERS: [(&str, &str); 7] = [
    (
        "order_number",
        r"(?i)\border(?:\s+(?:number|no\.?|nr\.?|num|id|ref))?(?:\s+is)?\s*[:#]*\s*(\d{5,12})\b",
    ),
    (
        "tracking_number",
        r"(?i:\b[a-z]{2}\d{9}[a-z]{2}\b)|\b[A-Z]{2} \d{3} \d{3} \d{3} [A-Z]{2}\b",
    ),
    (
        "tracking_number",
        r"(?i:\b1z[0-9a-z]{16}\b)|\b1Z \w{3} \w{3} \w{2} \w{4} \w{4}\b",
    ),
    ("tracking_number", r"(?i)\btba\d{10,12}\b"),
    ("tracking_number", r"(?i)\b(?:jjd\d{14,20}|jvgl\d{10,16})\b"),
    ("tracking_number", r"\b9[2-5]\d{2}(?: ?\d{4}){4} ?\d{2}\b"),
    (
        "tracking_number",
        r"(?i)\b(?:tracking|parcel|consignment|waybill)(?:\s+(?:number|no\.?|nr\.?|id|code|ref))?(?:\s+is)?\s*[:#]*\s*([a-z]{0,4}\d[0-9a-z]{7,29})\b",
    ),
];

/// A number with its currency before or after it: `£1,299.00`, `12.50 EUR`, `20 quid`, `₹499`, `1.299,00 €`.
const AMOUNT: &str = concat!(
    r"(?ix) (?: (?:\b(?:us|ca|au|nz|hk|[acrs]))? [$] | [£€¥₹₽₺₩₴₪₦] | \brs\.? |",
    r"\b(?:gbp|eur|usd|chf|cad|aud|nzd|inr|jpy|cny|sek|nok|dkk|pln|czk|huf|zar|brl|try|aed|sgd|hkd)\x20? )",
    r"\x20? (?: \d{1,3}(?:,\d{2,3})+ | \d{1,3}(?:\.\d{3})+ | \d+ ) (?: [.,]\d{1,2} )? k? \b",
    r"| \b (?: \d{1,3}(?:,\d{2,3})+ | \d{1,3}(?:\.\d{3})+ | \d{1,3}(?:[\x20\u{a0}]\d{3})+ | \d+ ) (?: [.,]\d{1,2} )? k? \x20?",
    r"(?: [£€¥₹₽₺₩₴₪₦] | [$] | zł | (?: gbp|eur|usd|chf|cad|aud|nzd|inr|jpy|cny|sek|nok|dkk|pln|czk|huf|zar|brl|try|aed|sgd",
    r"|hkd| pounds? | euros? | dollars? | quid | bucks | pence | cents? | rupees? | francs? | kronor | kroner | kr )\b )",
    r"| \b \d{1,2} p \b",
    r"| \b (?: five|ten|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a|one|two|three|five)\x20hundred )",
    r"\x20 (?: quid | pounds | euros | dollars | bucks ) \b",
);

/// A kind that the business named, or one of `order_number` and `tracking_number`, and a regular expression for it. If
/// the pattern has a group, the first one that matches is the number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberPattern {
    pub kind: String,
    pub pattern: String,
}

/// [`NUMBERS`] as options.
pub fn default_numbers() -> Vec<NumberPattern> {
    let pattern = |(kind, pattern): (&str, &str)| NumberPattern {
        kind: kind.to_owned(),
        pattern: pattern.to_owned(),
    };
    NUMBERS.into_iter().map(pattern).collect()
}

#[derive(Debug, Error)]
pub enum PatternError {
    #[error("the pattern for order numbers (classifier.order_number) is no regular expression: {0}")]
    OrderNumber(#[source] regex::Error),
    #[error("the pattern {pattern:?} of classifier.numbers is no regular expression: {problem}")]
    Number { pattern: String, problem: regex::Error },
    #[error(
        "classifier.numbers cannot name the kind {0:?}; give order_number, tracking_number, or a name of your own of small \
         letters, digits and _"
    )]
    Kind(String),
}

/// The patterns, compiled once.
#[derive(Debug)]
pub struct EntityFinder {
    patterns: Vec<(EntityKind, Regex)>,
}

/// What was found where. Where two overlap, the longer one holds; of equally long ones, that with the lower rank.
#[derive(Debug)]
struct Candidate {
    range: Range<usize>,
    rank: usize,
    kind: EntityKind,
}

impl EntityFinder {
    /// With [`NUMBERS`] beside `order_number`, which is the business's own pattern. If it has a group, the first one is
    /// the number.
    ///
    /// # Errors
    /// When `order_number` is no regular expression; the message shows where.
    pub fn new(order_number: &str) -> Result<Self, PatternError> {
        Self::with_numbers(order_number, &default_numbers())
    }

    /// # Errors
    /// When a pattern is no regular expression, or a kind cannot be named so.
    pub fn with_numbers(order_number: &str, numbers: &[NumberPattern]) -> Result<Self, PatternError> {
        let order_number = Regex::new(order_number).map_err(PatternError::OrderNumber)?;
        let mut patterns = vec![(EntityKind::OrderNumber, order_number)];
        for NumberPattern { kind, pattern } in numbers {
            let compiled = ours(pattern)?;
            patterns.push((number_kind(kind)?, compiled));
        }
        patterns.push((EntityKind::Amount, ours(AMOUNT)?));
        Ok(Self { patterns })
    }

    /// In the order of the text, none inside another.
    pub fn find(&self, text: &str) -> Vec<Entity> {
        let mut candidates = self.candidates(text);
        candidates.sort_by_key(|found| (usize::MAX - found.range.len(), found.rank, found.range.start));
        let mut taken: Vec<Candidate> = Vec::new();
        for candidate in candidates {
            if taken.iter().all(|other| apart(&other.range, &candidate.range)) {
                taken.push(candidate);
            }
        }
        taken.sort_by_key(|found| found.range.start);
        let entity = |found: Candidate| Entity::new(found.kind, &text[found.range]);
        taken.into_iter().map(entity).collect()
    }

    fn candidates(&self, text: &str) -> Vec<Candidate> {
        // A telephone number may look like anything: of two equally long findings it is the last to hold.
        let (phones, personal): (Vec<_>, Vec<_>) = personal_data::candidates(text)
            .into_iter()
            .partition(|found| found.kind == PersonalData::Phone);
        let entity = |found: personal_data::Found| (found.range, EntityKind::from(found.kind));
        let mut found: Vec<(Range<usize>, EntityKind)> = personal.into_iter().map(entity).collect();
        for (kind, pattern) in &self.patterns {
            for captures in pattern.captures_iter(text) {
                let groups = captures.iter().skip(1).flatten().next();
                let place = groups.or_else(|| captures.get(0)).map(|found| found.range());
                found.extend(
                    place
                        .filter(|place| !place.is_empty())
                        .map(|place| (place, kind.clone())),
                );
            }
        }
        let moments = moment::find(text);
        found.extend(moments.into_iter().map(|(place, moment)| (place, moment.kind())));
        found.extend(phones.into_iter().map(entity));
        let ranked = found.into_iter().enumerate();
        ranked
            .map(|(rank, (range, kind))| Candidate { range, rank, kind })
            .collect()
    }
}

fn ours(pattern: &str) -> Result<Regex, PatternError> {
    Regex::new(pattern).map_err(|problem| PatternError::Number {
        pattern: pattern.to_owned(),
        problem,
    })
}

fn number_kind(name: &str) -> Result<EntityKind, PatternError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    // Whatever is not one of the kinds is the business's own.
    let kind = serde_json::from_value(name.into()).ok();
    match kind {
        Some(kind @ (EntityKind::OrderNumber | EntityKind::TrackingNumber)) => Ok(kind),
        Some(EntityKind::Own(own))
            if own.chars().all(plain) && own.starts_with(|c: char| c.is_ascii_lowercase()) =>
        {
            Ok(EntityKind::Own(own))
        }
        _ => Err(PatternError::Kind(name.to_owned())),
    }
}

fn apart(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.end <= b.start || b.end <= a.start
}

#[cfg(test)]
mod tests;
