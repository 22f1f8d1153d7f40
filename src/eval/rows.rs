//! Labelled rows out of files: JSON lines or CSV, gzipped or not. Every row is checked, and all that is wrong is
//! said at once, with file and line. Knows nothing of models.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use thiserror::Error;

use crate::domain::message::Text;
use crate::domain::sentiment::SentimentLabel;
use crate::eval::mood;

/// How many bad rows a message lists; the rest is counted.
const LISTED_MAX: usize = 20;

#[derive(Debug, Error)]
pub enum RowsError {
    #[error("{} cannot be read: {problem}", .path.display())]
    Unreadable { path: PathBuf, problem: io::Error },
    #[error("{} has an ending that says nothing of its form; name it .jsonl, .jsonl.gz, .csv or .csv.gz", .0.display())]
    UnknownForm(PathBuf),
    #[error("rows cannot be used:{}", listed(.0))]
    Bad(Vec<BadRow>),
    #[error("there is no row in {}; each needs a text and a label", .0.display())]
    Empty(PathBuf),
}

/// What is wrong with one row. `line` counts from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct BadRow {
    pub path: PathBuf,
    pub line: u64,
    pub problem: String,
}

fn listed(rows: &[BadRow]) -> String {
    let mut text: String = rows
        .iter()
        .take(LISTED_MAX)
        .map(|row| format!("\n  {}:{}: {}", row.path.display(), row.line, row.problem))
        .collect();
    if rows.len() > LISTED_MAX {
        text.push_str(&format!("\n  and {} more", rows.len() - LISTED_MAX));
    }
    text
}

/// A message and what people say it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub text: Text,
    /// The intent; in a file of moods one of `negative`, `neutral`, `positive`.
    pub label: String,
    pub sentiment: Option<SentimentLabel>,
}

/// A row as it is written; what else stands there is not ours.
#[derive(Deserialize)]
struct Written {
    text: Option<String>,
    label: Option<String>,
    sentiment: Option<String>,
}

/// The rows of all files, in their order.
///
/// # Errors
/// A file that cannot be read, has no rows or an unknown ending, and every row without a usable text and label.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Row>, RowsError> {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    for path in paths {
        let found = rows.len() + bad.len();
        read_file(path, &mut rows, &mut bad)?;
        if rows.len() + bad.len() == found {
            return Err(RowsError::Empty(path.clone()));
        }
    }
    if bad.is_empty() {
        Ok(rows)
    } else {
        Err(RowsError::Bad(bad))
    }
}

fn read_file(path: &Path, rows: &mut Vec<Row>, bad: &mut Vec<BadRow>) -> Result<(), RowsError> {
    let unreadable = |problem| RowsError::Unreadable {
        path: path.to_owned(),
        problem,
    };
    let file = File::open(path).map_err(unreadable)?;
    let name = path.to_string_lossy().to_ascii_lowercase();
    let (source, name): (Box<dyn Read>, &str) = match name.strip_suffix(".gz") {
        Some(inner) => (Box::new(MultiGzDecoder::new(file)), inner),
        None => (Box::new(file), name.as_str()),
    };
    let mut take = |line: u64, written: Result<Written, String>| match written.and_then(parse) {
        Ok(row) => rows.push(row),
        Err(problem) => bad.push(BadRow {
            path: path.to_owned(),
            line,
            problem,
        }),
    };
    if name.ends_with(".csv") {
        read_csv(source, &mut take).map_err(unreadable)
    } else if [".jsonl", ".json", ".ndjson"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        read_json_lines(source, &mut take).map_err(unreadable)
    } else {
        Err(RowsError::UnknownForm(path.to_owned()))
    }
}

/// Blank lines count and are passed over.
fn read_json_lines(source: impl Read, take: &mut impl FnMut(u64, Result<Written, String>)) -> io::Result<()> {
    for (number, line) in (1..).zip(BufReader::new(source).split(b'\n')) {
        let line = line?;
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line).trim_ascii();
        if !line.is_empty() {
            let written = serde_json::from_slice(line);
            take(
                number,
                written.map_err(|error| format!("is no JSON object with text and label: {error}")),
            );
        }
    }
    Ok(())
}

/// The header names the columns, in any order; a quoted text may span lines.
fn read_csv(source: impl Read, take: &mut impl FnMut(u64, Result<Written, String>)) -> io::Result<()> {
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(source);
    let header = reader.headers().map_err(io::Error::other)?.clone();
    let column = |name: &str| {
        header
            .iter()
            .position(|title| title.trim_start_matches('\u{feff}').trim() == name)
    };
    let (text, label, sentiment) = (column("text"), column("label"), column("sentiment"));
    if text.is_none() || label.is_none() {
        let problem = "the first line must name the columns, `text` and `label` among them";
        take(1, Err(problem.to_owned()));
        return Ok(());
    }
    let mut record = csv::StringRecord::new();
    loop {
        let before = reader.position().line();
        let field = |record: &csv::StringRecord, at: Option<usize>| {
            at.and_then(|at| record.get(at)).map(str::to_owned)
        };
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let line = record.position().map_or(before, csv::Position::line);
                let written = Written {
                    text: field(&record, text),
                    label: field(&record, label),
                    // An empty cell is how a table says "nothing".
                    sentiment: field(&record, sentiment).filter(|mood| !mood.trim().is_empty()),
                };
                take(line, Ok(written));
            }
            Err(error) => match error.position() {
                Some(position) if !error.is_io_error() => take(position.line(), Err(explain(&error))),
                _ => return Err(io::Error::other(error)),
            },
        }
    }
}

fn explain(error: &csv::Error) -> String {
    if let csv::ErrorKind::UnequalLengths {
        expected_len, len, ..
    } = error.kind()
    {
        format!(
            "has {len} columns, and the header {expected_len}; a text with a comma stands in double quotes"
        )
    } else if let csv::ErrorKind::Utf8 { err, .. } = error.kind() {
        format!("is not UTF-8: {err}; convert the file, with iconv for example")
    } else {
        error.to_string()
    }
}

fn parse(written: Written) -> Result<Row, String> {
    let text = written.text.ok_or("has no `text`")?;
    let text = Text::parse(&text).map_err(|error| format!("cannot be a message: {error}"))?;
    let label = written.label.unwrap_or_default();
    if label.trim().is_empty() {
        return Err("has no `label`; give the name of its intent, out_of_scope for none".to_owned());
    }
    let sentiment = written
        .sentiment
        .map(|mood| {
            mood::named(mood.trim())
                .ok_or_else(|| format!("has the sentiment {mood:?}; it is negative, neutral or positive"))
        })
        .transpose()?;
    Ok(Row {
        text,
        label: label.trim().to_owned(),
        sentiment,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read_one(name: &str, content: &[u8]) -> Result<Vec<Row>, RowsError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        read(&[path])
    }

    fn gzipped(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_form_gives_the_same_rows() {
        let json = b"\xef\xbb\xbf{\"text\": \" where, then\", \"label\": \"a\", \"sentiment\": \"negative\", \"id\": 7}\n\n\
            {\"label\": \"b\", \"text\": \"two\\nlines\"}";
        let csv = b"\xef\xbb\xbflabel,text,sentiment\na,\"where, then\",negative\nb,\"two\nlines\",\n";
        let expected = read_one("rows.jsonl", json).unwrap();
        assert_eq!(expected[0].text.as_str(), "where, then");
        assert_eq!(expected[0].sentiment, Some(SentimentLabel::Negative));
        assert_eq!((expected[1].label.as_str(), expected[1].sentiment), ("b", None));
        for (name, content) in [
            ("rows.jsonl.gz", gzipped(json)),
            ("rows.csv", csv.to_vec()),
            ("ROWS.CSV.GZ", gzipped(csv)),
        ] {
            assert_eq!(read_one(name, &content).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn bad_rows_are_named_with_their_lines() {
        for (name, content, line, problem) in [
            ("a.jsonl", "\n{oops", 2, "no JSON object"),
            ("a.jsonl", r#"{"label": "a"}"#, 1, "has no `text`"),
            ("a.jsonl", r#"{"text": "a"}"#, 1, "has no `label`"),
            (
                "a.jsonl",
                r#"{"text": " ", "label": "a"}"#,
                1,
                "the text is empty",
            ),
            (
                "a.jsonl",
                r#"{"text": "a", "label": "a", "sentiment": "glad"}"#,
                1,
                "\"glad\"",
            ),
            (
                "a.csv",
                "text,label\nfine,a\na, b,c\n",
                3,
                "has 3 columns, and the header 2",
            ),
            ("a.csv", "text,label\n\"a\nb\",a\nx,\n", 4, "has no `label`"),
            ("a.csv", "words,label\nx,a\n", 1, "must name the columns"),
        ] {
            let error = read_one(name, content.as_bytes()).unwrap_err();
            let RowsError::Bad(bad) = error else {
                panic!("{content}: {error}")
            };
            assert_eq!((bad.len(), bad[0].line), (1, line), "{content}: {bad:?}");
            assert!(bad[0].problem.contains(problem), "{content}: {bad:?}");
        }
    }

    #[test]
    fn all_bad_rows_are_said_up_to_a_limit() {
        let error = read_one("a.jsonl", "{\n".repeat(50).as_bytes())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("a.jsonl:1:") && error.ends_with("and 30 more"),
            "{error}"
        );
    }

    #[test]
    fn a_file_of_no_rows_or_no_form_is_refused() {
        assert!(matches!(read_one("a.jsonl", b"\n"), Err(RowsError::Empty(_))));
        assert!(matches!(
            read_one("a.csv", b"text,label\n"),
            Err(RowsError::Empty(_))
        ));
        assert!(matches!(read_one("a.txt", b"x"), Err(RowsError::UnknownForm(_))));
        assert!(matches!(
            read_one("a.jsonl.gz", b"not gzip"),
            Err(RowsError::Unreadable { .. })
        ));
    }
}
