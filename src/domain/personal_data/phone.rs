//! Telephone numbers. An international or national form is enough by itself; any other run of digits needs a word
//! before it that speaks of telephones, because order numbers look the same.

use std::ops::Range;

use crate::domain::moment;
use crate::domain::personal_data::digits::{Group, digits_of, groups, range_of, sizes_of};

/// E.164: at most fifteen digits, the country code included.
const DIGITS_MAX: usize = 15;

/// How many words before a number may say what it is.
const LOOKED_BACK: usize = 5;

/// A word that begins like one of these makes a run of digits a telephone number.
const SAYS_PHONE: [&str; 17] = [
    "phone",
    "telephone",
    "tel",
    "mobile",
    "mob",
    "cell",
    "landline",
    "whatsapp",
    "call",
    "ring",
    "rang",
    "dial",
    "fax",
    "desk",
    "sms",
    "answering",
    "reach",
];

/// And one of these makes it something else, when it stands nearer to the number.
const SAYS_OTHER: [&str; 28] = [
    "loyalty",
    "nhs",
    "tag",
    "membership",
    "policy",
    "meter",
    "order",
    "ref",
    "reference",
    "tracking",
    "parcel",
    "account",
    "invoice",
    "card",
    "ticket",
    "case",
    "code",
    "pin",
    "sku",
    "item",
    "model",
    "customer",
    "booking",
    "serial",
    "ssn",
    "zip",
    "postcode",
    "extension",
];

/// A word right behind a number, as signatures have it: "655 437 108 office".
const SAYS_PHONE_AFTER: [&str; 7] = ["office", "fax", "mobile", "cell", "desk", "landline", "phone"];

/// Places of telephone numbers.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = runs(text);
    found.retain(|phone| !is_ups(&text[..phone.start]));
    if !found.is_empty() {
        // A date goes on into the digits after it, "07-11-2025 10", and looks like a telephone number then.
        let moments = moment::find(text);
        found.retain(|phone| {
            moments
                .iter()
                .all(|(moment, _)| moment.end <= phone.start || phone.end <= moment.start)
        });
    }
    found
}

/// The end of a UPS label, `1Z 88F 4W2 03 9921 4406`, which begins before the place.
fn is_ups(before: &str) -> bool {
    let mut words = before.split_whitespace().rev();
    let sizes = [words.next(), words.next()].map(|word| word.map(str::len));
    sizes == [Some(3), Some(3)] && words.next().is_some_and(|word| word.eq_ignore_ascii_case("1z"))
}

fn runs(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in groups(text) {
        let mut from = 0;
        while from < run.len() {
            let start = start(text, &run[from]);
            let hint = hint(&text[..start]);
            let furthest = run.len().min(from + DIGITS_MAX);
            let to = (from + 1..=furthest).rev().find(|to| {
                let groups = &run[from..*to];
                let (digits, rest) = text[start..].split_at(range_of(groups).end - start);
                let hint = if hint == Hint::None {
                    hint_after(rest)
                } else {
                    hint
                };
                is_phone(digits, groups, hint)
            });
            if let Some(to) = to {
                found.push(start..end(text, run[to - 1].range.end, start));
            }
            from = to.unwrap_or(from + 1);
        }
    }
    found
}

/// A plus or a bracket before the first digit belongs to it.
fn start(text: &str, group: &Group<'_>) -> usize {
    let before = &text[..group.range.start];
    let signs = before.len() - before.trim_end_matches(['+', '(']).len();
    group.range.start - signs.min(2)
}

/// So does a bracket after the last, where one was opened.
fn end(text: &str, end: usize, start: usize) -> usize {
    let open = text[start..end].matches('(').count() > text[start..end].matches(')').count();
    end + usize::from(open && text[end..].starts_with(')'))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hint {
    Phone,
    Other,
    None,
}

/// What the nearest telling word before the number says.
fn hint(before: &str) -> Hint {
    let words = before.split_whitespace().rev().take(LOOKED_BACK);
    for word in words {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if SAYS_OTHER.contains(&word.as_str()) {
            return Hint::Other;
        }
        if SAYS_PHONE.iter().any(|start| word.starts_with(start)) {
            return Hint::Phone;
        }
    }
    Hint::None
}

fn hint_after(after: &str) -> Hint {
    let word = after.trim_start_matches(['-', ' ', '(', ')']);
    let word = word
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    if SAYS_PHONE_AFTER
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
    {
        Hint::Phone
    } else {
        Hint::None
    }
}

fn is_phone(text: &str, groups: &[Group<'_>], hint: Hint) -> bool {
    let sizes = sizes_of(groups);
    let digits = digits_of(groups);
    let total = digits.len();
    if total > DIGITS_MAX {
        return false;
    }
    // An address of a computer, `192.168.10.20`.
    let dots = groups.iter().skip(1).all(|group| group.gap == ".");
    if dots && sizes.len() == 4 && sizes.iter().all(|size| *size <= 3) && !digits.starts_with('0') {
        return false;
    }
    if text.starts_with('+') {
        return total >= 8 && !digits.starts_with('0');
    }
    if hint == Hint::Other {
        return false;
    }
    if digits.starts_with("00") {
        return total >= 10 && !digits.starts_with("000");
    }
    if digits.starts_with('0') {
        return (9..=11).contains(&total) || (total == 12 && sizes.len() <= 3 && sizes.len() > 1);
    }
    let area = digits
        .bytes()
        .next()
        .is_some_and(|first| (b'2'..=b'9').contains(&first));
    match sizes.as_slice() {
        [3, 3, 4] if area => true,
        [1, 3, 3, 4] if digits.starts_with('1') => true,
        [_] => hint == Hint::Phone && total >= 7,
        sizes => hint == Hint::Phone && total >= 7 && sizes.iter().all(|size| (1..=6).contains(size)),
    }
}
