//! Reading of labelled rows: formats that agree, and what is said of rows and files that cannot be used.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn read_one(name: &str, content: &[u8]) -> Result<Labelled, Problems> {
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
    for (name, content) in [
        ("rows.jsonl", json.to_vec()),
        ("rows.jsonl.gz", gzipped(json)),
        ("rows.csv", csv.to_vec()),
        ("ROWS.CSV.GZ", gzipped(csv)),
    ] {
        let found = read_one(name, &content).unwrap();
        let rows: Vec<_> = found
            .rows
            .iter()
            .map(|row| (row.text.as_str(), row.label.as_str(), row.sentiment))
            .collect();
        assert_eq!(
            rows,
            [
                ("where, then", "a", Some(SentimentLabel::Negative)),
                ("two\nlines", "b", None)
            ],
            "{name}"
        );
        assert_eq!(found.sources[0].rows, 2, "{name}");
    }
}

#[test]
fn bad_rows_are_named_with_their_lines() {
    let long = format!("{{\"text\": \"a\", \"label\": \"{}\"}}", "x".repeat(201));
    for (name, content, line, problem) in [
        ("a.jsonl", "\n{oops", 2, "this is no row"),
        ("a.jsonl", r#"{"label": "a"}"#, 1, "missing field `text`"),
        ("a.jsonl", r#"{"text": "a"}"#, 1, "missing field `label`"),
        (
            "a.jsonl",
            r#"{"text": " ", "label": "a"}"#,
            1,
            "the text is empty",
        ),
        (
            "a.jsonl",
            r#"{"text": "a", "label": " "}"#,
            1,
            "the label is empty",
        ),
        (
            "a.jsonl",
            r#"{"text": "a", "label": "a\u0007"}"#,
            1,
            "control character",
        ),
        ("a.jsonl", long.as_str(), 1, "201 bytes"),
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
            "has 3 fields and the header 2",
        ),
        ("a.csv", "text,label\n\"a\nb\",a\nx,\n", 4, "the label is empty"),
        ("a.csv", "words,label\nx,a\n", 1, "does not name the columns"),
    ] {
        let Problems(found) = read_one(name, content.as_bytes()).unwrap_err();
        assert_eq!(
            (found.len(), found[0].line),
            (1, Some(line)),
            "{content}: {found:?}"
        );
        assert!(found[0].message.contains(problem), "{content}: {found:?}");
    }
}

#[test]
fn all_problems_are_said_up_to_a_limit() {
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
    for (name, content, problem) in [
        ("a.jsonl", "\n", "there is no row"),
        ("a.csv", "text,label\n", "there is no row"),
        ("a.txt", "x", "the format is not known"),
        ("a.jsonl.gz", "not gzip", "cannot be read"),
    ] {
        let Problems(found) = read_one(name, content.as_bytes()).unwrap_err();
        assert_eq!(found[0].line, None, "{name}: {found:?}");
        assert!(found[0].message.contains(problem), "{name}: {found:?}");
    }
}

#[test]
fn a_row_that_stands_there_twice_counts_once() {
    let lines = "text,label\nhi,greet\nbye,part\nhi,greet\nhi,else\n";
    let found = read_one("a.csv", lines.as_bytes()).unwrap().once();
    let labels: Vec<_> = found.rows.iter().map(|row| row.label.as_str()).collect();
    assert_eq!(labels, ["greet", "part", "else"]);
    assert_eq!(found.sources[0].rows, 3);
    assert!(
        found.notes[0].ends_with("a.csv:2 already; counted once"),
        "{:?}",
        found.notes
    );
}
