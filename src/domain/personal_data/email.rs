//! E-mail addresses: what stands around an `@`, as far as it can be part of one.

use std::ops::Range;

/// Places of e-mail addresses.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let start = start_of_local_part(&text[..at]);
        let end = end_of_domain(&text[at + 1..]).map(|length| at + 1 + length);
        if let (Some(start), Some(end)) = (start, end)
            && found.last().is_none_or(|last| last.end <= start)
        {
            found.push(start..end);
        }
    }
    found
}

fn start_of_local_part(before: &str) -> Option<usize> {
    let allowed = |c: char| c.is_alphanumeric() || "._%+'-".contains(c);
    let local = &before[before.trim_end_matches(allowed).len()..];
    // A quotation mark, a dash or a full stop before it belongs to the sentence.
    let local = local.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_');
    (!local.is_empty()).then(|| before.len() - local.len())
}

/// Labels with a dot between, the last of letters alone; what goes on behind that is no part of it.
fn end_of_domain(after: &str) -> Option<usize> {
    let allowed = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
    let run = &after[..after.len() - after.trim_start_matches(allowed).len()];
    let mut best = None;
    let mut start = 0;
    for (index, label) in run.split('.').enumerate() {
        let letters = label.len() - label.trim_start_matches(char::is_alphabetic).len();
        let is_whole = letters == label.len() || label[letters..].starts_with('-');
        if index > 0 && label[..letters].chars().count() >= 2 && is_whole {
            best = Some(start + letters);
        }
        if label.is_empty() {
            break;
        }
        start += label.len() + 1;
    }
    best
}
