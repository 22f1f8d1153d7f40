//! Examples out of JSON lines, each an object with a `text` and a `label`. Knows nothing of other formats.

use serde::Deserialize;

use crate::train::examples::Found;

/// What else an object holds is not ours.
#[derive(Deserialize)]
struct Row {
    text: String,
    label: String,
}

pub(crate) fn parse(text: &str, found: &mut Found) {
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Row>(line) {
            Ok(row) => found.row(number, &row.text, &row.label),
            Err(error) => found.problem(
                number,
                format!(
                    "this is no example ({error}); write one object a line: {{\"text\": \"…\", \"label\": \"…\"}}"
                ),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_what_is_wrong_with_others() {
        let mut found = Found::default();
        parse(
            "{\"text\": \" a\\nb \", \"label\": \"x\", \"id\": 7}\n\n{\"text\": \"a\"}\n[1]\n{\"text\": \"\", \"label\": \"x\"}\n\
             {\"text\": \"c\", \"label\": \"y\"}",
            &mut found,
        );
        assert_eq!(
            found.rows,
            [
                (1, "a\nb".to_owned(), "x".to_owned()),
                (6, "c".to_owned(), "y".to_owned())
            ]
        );
        let problems: Vec<_> = found.problems.iter().map(|(line, _)| *line).collect();
        assert_eq!(problems, [Some(3), Some(4), Some(5)]);
        assert!(found.problems[0].1.contains("missing field `label`"));
    }
}
