//! Rows out of JSON lines, each an object with a `text`, a `label` and perhaps a `sentiment`. Knows nothing of other formats.

use serde::Deserialize;

use crate::labelled::{Found, Written};

/// What else an object holds is not ours.
#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
    sentiment: Option<String>,
}

pub(super) fn parse(text: &str, found: &mut Found) {
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Row>(line) {
            Ok(row) => found.row(
                number,
                &Written {
                    text: &row.text,
                    label: &row.label,
                    sentiment: row.sentiment.as_deref(),
                },
            ),
            Err(error) => found.problem(
                number,
                format!(
                    "this is no row ({error}); write one object a line: {{\"text\": \"…\", \"label\": \"…\"}}"
                ),
            ),
        }
    }
}
