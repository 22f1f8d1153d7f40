//! International bank account numbers: a country that has them, its length, and the checksum.

use std::ops::Range;

use crate::domain::personal_data::digits::{is_dash, is_space};
use crate::domain::personal_data::words::says;

/// Digits of a country's IBAN, both letters included (SWIFT's IBAN registry, release 99).
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 \
     EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 \
     LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 \
     QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

/// Country and check digits. Where they stand apart, as in "no 98 …", they may as well be a word and a
/// number, unless it is all in capitals or a word says what it is.
const HEAD: usize = 4;

/// Places of IBANs, in one piece or with spaces, dashes or dots between.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut before = ' ';
    for (start, character) in text.char_indices() {
        let is_free = found.last().is_none_or(|last| last.end <= start);
        if character.is_ascii_alphabetic() && is_free && !(before.is_alphanumeric() || before == '_') {
            let length = text.get(start..start + 2).and_then(length);
            let end = length.and_then(|length| end(&text[start..], length));
            let place = end.map(|end| start..start + end);
            found.extend(place.filter(|place| is_one(text, place)));
        }
        before = character;
    }
    found
}

fn is_one(text: &str, place: &Range<usize>) -> bool {
    let iban = &text[place.clone()];
    let is_joined = iban.bytes().take(HEAD).all(|byte| byte.is_ascii_alphanumeric());
    let has_capitals = !iban.contains(|c: char| c.is_ascii_lowercase());
    is_joined || has_capitals || says(text, place, &["iban"])
}

fn length(country: &str) -> Option<usize> {
    let country = country.to_ascii_uppercase();
    let entry = LENGTHS
        .split_whitespace()
        .find(|entry| entry.starts_with(&country))?;
    entry[2..].parse().ok()
}

/// Where the IBAN with this many characters ends, if it is one.
fn end(text: &str, length: usize) -> Option<usize> {
    let mut iban = String::with_capacity(length);
    for (at, character) in text.char_indices() {
        if iban.len() == length {
            // The country's length is reached: here the word has to end.
            return (!character.is_alphanumeric() && mod_97(&iban)).then_some(at);
        }
        if character.is_ascii_alphanumeric() {
            iban.push(character.to_ascii_uppercase());
        } else if !(is_space(character) || is_dash(character) || character == '.') {
            return None;
        }
    }
    (iban.len() == length && mod_97(&iban)).then_some(text.len())
}

/// ISO 13616-1 with ISO/IEC 7064, MOD 97-10: the first four to the end, letters as 10 to 35, and 1 is left over.
fn mod_97(iban: &str) -> bool {
    let (head, tail) = iban.split_at(HEAD);
    let has_check_digits = head[2..].bytes().all(|byte| byte.is_ascii_digit());
    let rest = tail
        .chars()
        .chain(head.chars())
        .try_fold(0_u32, |rest, character| {
            let value = character.to_digit(36)?;
            let shift = if value < 10 { 10 } else { 100 };
            Some((rest * shift + value) % 97)
        });
    has_check_digits && rest == Some(1)
}
