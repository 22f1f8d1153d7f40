//! Labelled rows: messages with what people say of them, read from files of three formats, gzipped or not, and from
//! folders of them. Every row is checked, and all that is wrong is said at once, with file and line. Knows nothing of
//! models; what is doubtful about good rows is for `train::lint` to say.

mod csv_file;
mod json_lines;
mod nlu_yaml;
pub mod questions;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use serde::Serialize;
use thiserror::Error;

use crate::domain::message::Text;
use crate::domain::sentiment::SentimentLabel;

/// Longest label, in bytes.
const LABEL_BYTES_MAX: usize = 200;

/// How many problems a message lists; the rest is counted.
const LISTED_MAX: usize = 20;

/// Where a row stands; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    pub file: String,
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A message and what people say it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub text: Text,
    /// The intent; in a file of moods one of `negative`, `neutral`, `positive`.
    pub label: String,
    pub sentiment: Option<SentimentLabel>,
    pub place: Place,
}

/// A file and how many rows came from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    pub file: String,
    pub rows: usize,
}

/// What some files hold, in the order of the files and lines.
#[derive(Debug, Default)]
pub struct Labelled {
    pub rows: Vec<Row>,
    pub sources: Vec<Source>,
    /// What was passed over, and why that does no harm.
    pub notes: Vec<String>,
}

impl Labelled {
    /// Each text once for each label that it has, the first of them; the others become notes.
    #[must_use]
    pub fn once(mut self) -> Self {
        let mut seen: HashMap<(Text, String), Place> = HashMap::new();
        let mut dropped: HashMap<String, usize> = HashMap::new();
        let mut kept = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            match seen.entry((row.text.clone(), row.label.clone())) {
                Entry::Occupied(first) => {
                    let first = first.get();
                    let note = format!("{}: stands at {first} already; counted once", row.place);
                    self.notes.push(note);
                    *dropped.entry(row.place.file).or_default() += 1;
                }
                Entry::Vacant(free) => {
                    free.insert(row.place.clone());
                    kept.push(row);
                }
            }
        }
        for source in &mut self.sources {
            source.rows -= dropped.get(&source.file).copied().unwrap_or_default();
        }
        Self { rows: kept, ..self }
    }
}

/// A row or file that cannot be used. Printed as `file:line: what is wrong; how to mend it`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub file: String,
    /// `None` when it is the file itself.
    pub line: Option<u64>,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        write!(f, " {}", self.message)
    }
}

/// All that is wrong with some files, in their order.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("these rows cannot be used:{}", listed(.0))]
pub struct Problems(pub Vec<Problem>);

fn listed(problems: &[Problem]) -> String {
    let told = problems.iter().take(LISTED_MAX);
    let mut text: String = told.map(|problem| format!("\n  {problem}")).collect();
    if problems.len() > LISTED_MAX {
        text.push_str(&format!("\n  and {} more", problems.len() - LISTED_MAX));
    }
    text
}

/// A row as a format finds it.
#[derive(Debug, Default)]
struct Written<'a> {
    text: &'a str,
    label: &'a str,
    sentiment: Option<&'a str>,
}

/// What one format finds in one file, line by line.
#[derive(Debug, Default)]
struct Found {
    rows: Vec<(u64, Text, String, Option<SentimentLabel>)>,
    problems: Vec<(Option<u64>, String)>,
    notes: Vec<(u64, String)>,
}

impl Found {
    /// Takes a row, or says what is wrong with it.
    fn row(&mut self, line: u64, written: &Written<'_>) {
        match parse(written) {
            Ok((text, label, sentiment)) => self.rows.push((line, text, label, sentiment)),
            Err(fault) => self.problem(line, fault),
        }
    }

    fn problem(&mut self, line: u64, message: impl Into<String>) {
        self.problems.push((Some(line), message.into()));
    }

    fn note(&mut self, line: u64, message: impl Into<String>) {
        self.notes.push((line, message.into()));
    }
}

fn parse(written: &Written<'_>) -> Result<(Text, String, Option<SentimentLabel>), String> {
    let text = Text::parse(written.text).map_err(|fault| fault.to_string())?;
    let label = written.label.trim();
    if label.is_empty() {
        return Err("the label is empty; write the name of the intent, out_of_scope for none".to_owned());
    }
    if label.len() > LABEL_BYTES_MAX {
        return Err(format!(
            "the label has {} bytes; write at most {LABEL_BYTES_MAX}",
            label.len()
        ));
    }
    if label.chars().any(char::is_control) {
        return Err("the label holds a control character; remove it".to_owned());
    }
    let sentiment = written.sentiment.map(|mood| {
        SentimentLabel::named(mood.trim())
            .ok_or_else(|| format!("the sentiment is {mood:?}; write negative, neutral or positive"))
    });
    Ok((text, label.to_owned(), sentiment.transpose()?))
}

type Format = fn(&str, &mut Found);

/// By the ending of the file's name, and whether it is gzipped.
fn format_of(path: &Path) -> Option<(Format, bool)> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    let (name, zipped) = match name.strip_suffix(".gz") {
        Some(inner) => (inner, true),
        None => (name.as_str(), false),
    };
    let (_, ending) = name.rsplit_once('.')?;
    let format: Format = match ending {
        "csv" => csv_file::parse,
        "jsonl" | "ndjson" | "json" => json_lines::parse,
        "yml" | "yaml" => nlu_yaml::parse,
        _ => return None,
    };
    Some((format, zipped))
}

/// Reads files, and of folders all files of a known ending, in the order of their names.
///
/// # Errors
/// Every problem of every file, so that all can be mended at once; a file without rows is one.
pub fn read(paths: &[PathBuf]) -> Result<Labelled, Problems> {
    let mut problems = Vec::new();
    let mut labelled = Labelled::default();
    for path in files(paths, &mut problems) {
        let file = path.display().to_string();
        let mut found = read_file(&path);
        if found.rows.is_empty() && found.problems.is_empty() {
            let message = "there is no row; each needs a text and a label";
            found.problems.push((None, message.to_owned()));
        }
        problems.extend(found.problems.into_iter().map(|(line, message)| Problem {
            file: file.clone(),
            line,
            message,
        }));
        let notes = found.notes.into_iter();
        labelled
            .notes
            .extend(notes.map(|(line, note)| format!("{file}:{line}: {note}")));
        let rows = found.rows.len();
        let rows_of_file = found.rows.into_iter().map(|(line, text, label, sentiment)| Row {
            text,
            label,
            sentiment,
            place: Place {
                file: file.clone(),
                line,
            },
        });
        labelled.rows.extend(rows_of_file);
        labelled.sources.push(Source { file, rows });
    }
    if problems.is_empty() {
        Ok(labelled)
    } else {
        Err(Problems(problems))
    }
}

/// Each file once.
fn files(paths: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        let found = if path.is_dir() {
            in_folder(path)
        } else {
            Ok(vec![path.clone()])
        };
        let message = match found {
            Ok(found) if !found.is_empty() => {
                files.extend(found);
                continue;
            }
            Ok(_) => "there is no .csv, .jsonl or .yml file in this folder; name the files".to_owned(),
            Err(error) => format!("the folder cannot be read ({error}); check its name and permissions"),
        };
        problems.push(Problem {
            file: path.display().to_string(),
            line: None,
            message,
        });
    }
    let mut once = std::collections::HashSet::new();
    files.retain(|file| once.insert(file.clone()));
    files
}

fn in_folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() && format_of(&path).is_some() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> Found {
    let mut found = Found::default();
    let Some((parse, zipped)) = format_of(path) else {
        let message = "the format is not known; give the file an ending of .csv, .jsonl or .yml, and .gz where it is gzipped";
        found.problems.push((None, message.to_owned()));
        return found;
    };
    match content(path, zipped) {
        Err(error) => found
            .problems
            .push((None, format!("the file cannot be read ({error}); check its name"))),
        Ok(bytes) => match str::from_utf8(&bytes) {
            Ok(text) => parse(text.trim_start_matches('\u{feff}'), &mut found),
            Err(error) => {
                let before = bytes[..error.valid_up_to()].iter();
                let line = 1 + before.filter(|byte| **byte == b'\n').count() as u64;
                found.problem(line, "the text is not UTF-8; save the file as UTF-8");
            }
        },
    }
    found
}

fn content(path: &Path, zipped: bool) -> io::Result<Vec<u8>> {
    let bytes = fs::read(path)?;
    if !zipped {
        return Ok(bytes);
    }
    let mut unzipped = Vec::new();
    MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut unzipped)?;
    Ok(unzipped)
}

#[cfg(test)]
mod tests;
