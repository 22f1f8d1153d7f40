//! Digits as people write long numbers: groups with a space, a dash, a dot or brackets between them.

use std::ops::Range;

/// A run of digits, with its place in bytes.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) digits: &'a str,
    pub(super) range: Range<usize>,
    /// What stands between it and the group before; empty for the first.
    pub(super) gap: &'a str,
}

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

fn joins(gap: &str) -> bool {
    matches!(
        gap,
        " " | "-" | "." | "\u{a0}" | " (" | ") " | ")" | "(" | " - " | ")-" | "-(" | "\u{2011}" | "–"
    )
}

fn touches(text: &str, range: &Range<usize>) -> bool {
    let before = text[..range.start].chars().next_back();
    let rest = &text[range.end..];
    let is_extension = rest.starts_with('x') && rest[1..].starts_with(|c: char| c.is_ascii_digit());
    let after = rest.chars().next().filter(|_| !is_extension);
    [before, after]
        .into_iter()
        .flatten()
        .any(|c| c.is_alphanumeric() || c == '_' || c == '@')
}
