//! Digits as people write long numbers: groups with a space, a dash, a dot or brackets between them. Knows nothing of
//! what a number is for.

use std::ops::Range;

/// A run of digits, with its place in bytes.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) digits: &'a str,
    pub(super) range: Range<usize>,
    /// What stands between it and the group before; empty for the first.
    pub(super) gap: &'a str,
}

/// Words that people write a number onto without a space: "card4111…", "tel0770…".
const GLUED_BEFORE: [&str; 13] = [
    "card",
    "visa",
    "mastercard",
    "maestro",
    "amex",
    "cc",
    "ssn",
    "tel",
    "phone",
    "mobile",
    "mob",
    "number",
    "no",
];

/// And what follows a card's number like that: "4111…exp12/27".
const GLUED_AFTER: [&str; 4] = ["exp", "expiry", "cvv", "cvc"];

/// Runs of groups that may belong together. A run that touches a letter or the like on either side is none.
pub(super) fn groups(text: &str) -> Vec<Vec<Group<'_>>> {
    let mut runs: Vec<Vec<Group<'_>>> = Vec::new();
    let mut end = 0;
    while let Some(start) = text[end..].find(|c: char| c.is_ascii_digit()).map(|at| end + at) {
        let gap = &text[end..start];
        let from = start;
        end = text[start..]
            .find(|c: char| !c.is_ascii_digit())
            .map_or(text.len(), |length| start + length);
        let group = Group {
            digits: &text[from..end],
            range: from..end,
            gap,
        };
        match runs.last_mut() {
            Some(run) if joins(gap) => run.push(group),
            _ => runs.push(vec![group]),
        }
    }
    for run in &mut runs {
        // A letter makes its group part of a word: `A1234`, `1234B`.
        run.retain(|group| !touches(text, &group.range));
        if let Some(first) = run.first_mut() {
            first.gap = "";
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}

/// Every stretch of groups of a run that has this many digits.
pub(super) fn stretches<'a, 'b>(
    run: &'a [Group<'b>],
    length: usize,
) -> impl Iterator<Item = &'a [Group<'b>]> {
    (0..run.len()).filter_map(move |from| {
        let mut total = 0;
        let ends = run[from..].iter().position(|group| {
            total += group.digits.len();
            total >= length
        })?;
        (total == length).then(|| &run[from..=from + ends])
    })
}

pub(super) fn digits_of(groups: &[Group<'_>]) -> String {
    groups.iter().map(|group| group.digits).collect()
}

pub(super) fn sizes_of(groups: &[Group<'_>]) -> Vec<usize> {
    groups.iter().map(|group| group.digits.len()).collect()
}

/// From the first digit through the last; empty for no groups.
pub(super) fn range_of(groups: &[Group<'_>]) -> Range<usize> {
    match groups {
        [first, .., last] => first.range.start..last.range.end,
        [only] => only.range.clone(),
        [] => 0..0,
    }
}

pub(super) fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '‐' | '‑' | '–' | '—' | '−')
}

fn joins(gap: &str) -> bool {
    let inner = gap.trim_matches(is_space);
    let spaces = gap.chars().filter(|c| is_space(*c)).count();
    match inner {
        "" => (1..=3).contains(&spaces),
        "." => spaces == 0,
        "(" | ")" | ")-" | "-(" => spaces <= 1,
        dash => dash.chars().count() == 1 && dash.chars().all(is_dash) && (spaces == 0 || spaces == 2),
    }
}

fn touches(text: &str, range: &Range<usize>) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '@';
    let before = &text[..range.start];
    let word = &before[before.trim_end_matches(char::is_alphabetic).len()..];
    let glued = |words: &[&str], word: &str| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    let held_before = before.ends_with(part_of_word) && !glued(&GLUED_BEFORE, word);

    let after = &text[range.end..];
    let is_extension = after.starts_with('x') && after[1..].starts_with(|c: char| c.is_ascii_digit());
    let word = after
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default();
    let held_after = after.starts_with(part_of_word) && !is_extension && !glued(&GLUED_AFTER, word);
    held_before || held_after
}
