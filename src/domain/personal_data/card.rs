//! Numbers of payment cards, held against their checksum: digits alone say little, and one in ten of a given length
//! passes by chance, so length, first digits and grouping have to fit as well.

use std::ops::Range;

use crate::domain::personal_data::digits::{Group, digits_of, groups, range_of, sizes_of};
use crate::domain::personal_data::words::{is_labelled, says};

/// First digits from, to (of the same length), and the lengths of their numbers (ISO/IEC 7812; the networks' own
/// public ranges).
const CARDS: [(&str, &str, &[usize]); 14] = [
    ("4", "4", &[13, 16, 19]),
    ("51", "55", &[16]),
    ("2221", "2720", &[16]),
    ("34", "34", &[15]),
    ("37", "37", &[15]),
    ("300", "305", &[14, 16]),
    ("36", "36", &[14]),
    ("38", "39", &[14, 16]),
    ("6011", "6011", &[16, 19]),
    ("62", "65", &[16, 17, 18, 19]),
    ("35", "35", &[16, 17, 18, 19]),
    ("1800", "1800", &[15]),
    ("2131", "2131", &[15]),
    ("2200", "2204", &[16, 17, 18, 19]),
];

/// Maestro: any of these lengths.
const MAESTRO: [(&str, &str); 3] = [("50", "50"), ("56", "58"), ("60", "69")];
const MAESTRO_DIGITS: Range<usize> = 12..20;

/// Up to this many digits, parcels and barcodes (EAN-13) are numbered too, so a word has to speak of a card.
const WEAK_DIGITS_MAX: usize = 13;

/// ISO/IEC 7812: no card has more, so no more groups need be looked at together.
const DIGITS_MAX: usize = 19;

const SAYS_CARD: [&str; 12] = [
    "card",
    "cards",
    "cc",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "debit",
    "credit",
    "karte",
    "carte",
    "tarjeta",
];

/// Unbroken digits directly behind one of these are that, whatever their checksum.
const OTHER_NUMBERS: [&str; 8] = [
    "order",
    "tracking",
    "parcel",
    "consignment",
    "waybill",
    "shipment",
    "invoice",
    "barcode",
];

/// Places of card numbers, written in one piece or in groups.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in groups(text) {
        if is_usps(&run) {
            continue;
        }
        let mut from = 0;
        while from < run.len() {
            let furthest = run.len().min(from + DIGITS_MAX);
            let to = (from + 1..=furthest)
                .rev()
                .find(|to| is_card(text, &run[from..*to]));
            if let Some(to) = to {
                found.push(range_of(&run[from..to]));
            }
            from = to.unwrap_or(from + 1);
        }
    }
    found
}

/// A label of the United States' post, 20 to 34 digits in fours: some four of its groups may look like a card.
fn is_usps(run: &[Group<'_>]) -> bool {
    let digits = digits_of(run);
    let service = digits
        .get(..2)
        .is_some_and(|start| ("92"..="95").contains(&start));
    service && (20..=34).contains(&digits.len())
}

fn is_card(text: &str, groups: &[Group<'_>]) -> bool {
    let digits = digits_of(groups);
    if !is_grouped(&sizes_of(groups)) || !is_issued(&digits) || !luhn(&digits) {
        return false;
    }
    let place = range_of(groups);
    if digits.len() <= WEAK_DIGITS_MAX && !says(text, &place, &SAYS_CARD) {
        return false;
    }
    groups.len() > 1 || !is_labelled(text, &place, &OTHER_NUMBERS)
}

/// In one piece, as American Express prints it, in fours and multiples of four, or digit by digit.
fn is_grouped(sizes: &[usize]) -> bool {
    match sizes {
        [_] | [4, 6, 4 | 5] => true,
        [heads @ .., last] => {
            let fours = heads.iter().all(|size| size.is_multiple_of(4)) && (1..=12).contains(last);
            fours || sizes.iter().all(|size| *size == 1)
        }
        [] => false,
    }
}

fn is_issued(digits: &str) -> bool {
    let starts = |from: &str, to: &str| {
        digits
            .get(..from.len())
            .is_some_and(|start| from <= start && start <= to)
    };
    let card = CARDS
        .iter()
        .any(|(from, to, lengths)| starts(from, to) && lengths.contains(&digits.len()));
    card || (MAESTRO_DIGITS.contains(&digits.len()) && MAESTRO.iter().any(|(from, to)| starts(from, to)))
}

/// ISO/IEC 7812-1, annex B: every second digit from the right is doubled, and the digits of all add up to tens.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|byte| u32::from(byte - b'0'))
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (1, doubled @ 10..) => doubled - 9,
            (1, doubled) => doubled,
            _ => digit,
        })
        .sum();
    sum.is_multiple_of(10)
}
