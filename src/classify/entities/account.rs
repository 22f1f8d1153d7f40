//! Card and account numbers, held against their checksums: digits alone say little, and one in ten of a given length
//! passes by chance, so length and first digits have to fit as well.

use std::ops::Range;

use regex::Regex;

use crate::classify::entities::groups::{Group, groups};

/// Digits of a country's IBAN, both letters included (SWIFT's IBAN registry, release 99).
const IBAN_LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 \
     EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 \
     LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 \
     QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

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

/// Places of card numbers, written in one piece or in groups.
pub(super) fn cards(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in groups(text) {
        let mut from = 0;
        while from < run.len() {
            let to = (from + 1..=run.len()).rev().find(|to| is_card(&run[from..*to]));
            if let Some(to) = to {
                found.push(run[from].range.start..run[to - 1].range.end);
            }
            from = to.unwrap_or(from + 1);
        }
    }
    found
}

fn is_card(groups: &[Group<'_>]) -> bool {
    let sizes: Vec<usize> = groups.iter().map(|group| group.digits.len()).collect();
    let grouped = match sizes.as_slice() {
        [_] | [4, 6, 4 | 5] => true,
        [fours @ .., last] => fours.iter().all(|size| *size == 4) && (1..=4).contains(last),
        [] => false,
    };
    let digits: String = groups.iter().map(|group| group.digits).collect();
    grouped && is_issued(&digits) && luhn(&digits)
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

/// Places of IBANs, with or without spaces. `start` finds two letters and two digits at the start of a word.
pub(super) fn ibans(text: &str, start: &Regex) -> Vec<Range<usize>> {
    let places = start.find_iter(text).filter_map(|found| {
        let country = text[found.range()][..2].to_ascii_uppercase();
        let end = end_of_iban(&text[found.start()..], length(&country)?)?;
        Some(found.start()..found.start() + end)
    });
    places.collect()
}

fn length(country: &str) -> Option<usize> {
    let entry = IBAN_LENGTHS
        .split_whitespace()
        .find(|entry| entry.starts_with(country))?;
    entry[2..].parse().ok()
}

/// Where the IBAN with this many characters ends, if it is one.
fn end_of_iban(text: &str, length: usize) -> Option<usize> {
    let mut iban = String::with_capacity(length);
    for (at, character) in text.char_indices() {
        match character {
            ' ' | '-' if iban.len() < length => {}
            _ if character.is_ascii_alphanumeric() && iban.len() < length => {
                iban.push(character.to_ascii_uppercase());
            }
            // The country's length is reached: here the word has to end.
            _ => {
                return (iban.len() == length && !character.is_alphanumeric() && mod_97(&iban)).then_some(at);
            }
        }
    }
    (iban.len() == length && mod_97(&iban)).then_some(text.len())
}

/// ISO 13616-1 with ISO/IEC 7064, MOD 97-10: the first four to the end, letters as 10 to 35, and 1 is left over.
fn mod_97(iban: &str) -> bool {
    let (head, tail) = iban.split_at(4);
    let rest = tail
        .chars()
        .chain(head.chars())
        .try_fold(0_u32, |rest, character| {
            let value = character.to_digit(36)?;
            let shift = if value < 10 { 10 } else { 100 };
            Some((rest * shift + value) % 97)
        });
    rest == Some(1)
}
