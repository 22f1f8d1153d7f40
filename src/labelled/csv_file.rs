//! Rows out of CSV whose header names `text`, `label` and perhaps `sentiment`, in any order. Knows nothing of other formats.

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::labelled::{Found, Written};

pub(super) fn parse(text_of_file: &str, found: &mut Found) {
    let mut reader = ReaderBuilder::new()
        .trim(Trim::All)
        .flexible(true)
        .from_reader(text_of_file.as_bytes());
    let column =
        |header: &StringRecord, name: &str| header.iter().position(|field| field.eq_ignore_ascii_case(name));
    let columns = reader.headers().ok().and_then(|header| {
        let mood = column(header, "sentiment");
        Some((
            column(header, "text")?,
            column(header, "label")?,
            mood,
            header.len(),
        ))
    });
    let Some((text, label, mood, width)) = columns else {
        found.problem(
            1,
            "the first line does not name the columns; let it be: text,label",
        );
        return;
    };
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                found.problem(line, format!("the row cannot be read: {error}; mend it"));
                continue;
            }
        };
        let line = record.position().map_or(1, |start| line_of(text_of_file, start));
        match (record.get(text), record.get(label)) {
            (Some(text), Some(label)) if record.len() == width => found.row(
                line,
                &Written {
                    text,
                    label,
                    // An empty cell is how a table says "nothing".
                    sentiment: mood.and_then(|at| record.get(at)).filter(|mood| !mood.is_empty()),
                },
            ),
            _ => found.problem(
                line,
                format!(
                    "the row has {} fields and the header {width}; put a text with a comma in quotes",
                    record.len()
                ),
            ),
        }
    }
}

/// A record starts where the one before ended: the blank lines in between are not its own.
fn line_of(text: &str, start: &csv::Position) -> u64 {
    let rest = text.as_bytes().iter().skip(start.byte() as usize);
    let blank = rest.take_while(|byte| matches!(byte, b'\r' | b'\n'));
    start.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_what_is_wrong_with_others() {
        let mut found = Found::default();
        let text = "id,Label,text\n1,refund,\"give it back, please\"\n\n2,refund,\"two\nlines\"\n\
                    3,,where\n4,refund,I want, it\n5,refund,\n";
        parse(text, &mut found);
        let rows: Vec<_> = found
            .rows
            .iter()
            .map(|(line, text, label, _)| (*line, text.as_str(), label.as_str()))
            .collect();
        assert_eq!(
            rows,
            [(2, "give it back, please", "refund"), (4, "two\nlines", "refund")]
        );
        let problems: Vec<_> = found.problems.iter().map(|(line, _)| *line).collect();
        assert_eq!(problems, [Some(6), Some(7), Some(8)], "{:?}", found.problems);
        assert!(found.problems[1].1.contains("in quotes"));
        assert!(found.problems[0].1.contains("the label is empty"));
    }

    #[test]
    fn a_file_without_the_header_is_refused() {
        for text in ["", "where is it,track\n", "text\nhello\n"] {
            let mut found = Found::default();
            parse(text, &mut found);
            assert!(found.rows.is_empty());
            assert!(found.problems[0].1.contains("text,label"), "{text}");
        }
    }
}
