//! Examples: messages with the intent that each stands for, read from files of three formats.
//! Knows nothing of models; what is doubtful about good rows is for `lint` to say.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::domain::message::Text;
use crate::train::{csv_file, json_lines, nlu_yaml};

/// Longest name of an intent, in bytes.
const LABEL_BYTES_MAX: usize = 200;

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

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// As a message is: trimmed, not empty, bounded.
    pub text: String,
    pub label: String,
    pub place: Place,
}

/// A file and how many different rows came from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    pub file: String,
    pub rows: usize,
}

/// What some files hold, in the order of the files and lines.
#[derive(Debug, Default)]
pub struct Examples {
    /// Each text once for each label that it has.
    pub rows: Vec<Example>,
    pub sources: Vec<Source>,
    /// What was passed over, and why that does no harm.
    pub notes: Vec<String>,
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

/// What one format finds in one file, line by line.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) rows: Vec<(u64, String, String)>,
    pub(crate) problems: Vec<(Option<u64>, String)>,
    pub(crate) notes: Vec<(u64, String)>,
}

impl Found {
    /// Takes a row, or says what is wrong with it.
    pub(crate) fn row(&mut self, line: u64, text: &str, label: &str) {
        let label = label.trim();
        let fault = match Text::parse(text) {
            Err(fault) => fault.to_string(),
            Ok(_) if label.is_empty() => "the label is empty; write the name of the intent".to_owned(),
            Ok(_) if label.len() > LABEL_BYTES_MAX => {
                format!(
                    "the label has {} bytes; write at most {LABEL_BYTES_MAX}",
                    label.len()
                )
            }
            Ok(_) if label.chars().any(char::is_control) => {
                "the label holds a control character; remove it".to_owned()
            }
            Ok(text) => {
                self.rows.push((line, text.as_str().to_owned(), label.to_owned()));
                return;
            }
        };
        self.problem(line, fault);
    }

    pub(crate) fn problem(&mut self, line: u64, message: impl Into<String>) {
        self.problems.push((Some(line), message.into()));
    }

    pub(crate) fn note(&mut self, line: u64, message: impl Into<String>) {
        self.notes.push((line, message.into()));
    }
}

type Format = fn(&str, &mut Found);

/// By the ending of the file's name.
fn format_of(path: &Path) -> Option<Format> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    match ending.as_str() {
        "csv" => Some(csv_file::parse),
        "jsonl" | "ndjson" | "json" => Some(json_lines::parse),
        "yml" | "yaml" => Some(nlu_yaml::parse),
        _ => None,
    }
}

/// Reads files, and of folders all files of a known ending, in the order of their names.
///
/// # Errors
/// Every problem of every file, so that all can be mended at once.
pub fn read(paths: &[PathBuf]) -> Result<Examples, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut examples = Examples::default();
    let mut seen: HashMap<(String, String), Place> = HashMap::new();
    for path in files(paths, &mut problems) {
        let file = path.display().to_string();
        let found = read_file(&path);
        problems.extend(found.problems.into_iter().map(|(line, message)| Problem {
            file: file.clone(),
            line,
            message,
        }));
        let notes = found.notes.into_iter();
        examples
            .notes
            .extend(notes.map(|(line, note)| format!("{file}:{line}: {note}")));
        let before = examples.rows.len();
        for (line, text, label) in found.rows {
            let place = Place {
                file: file.clone(),
                line,
            };
            match seen.entry((text.clone(), label.clone())) {
                std::collections::hash_map::Entry::Occupied(first) => {
                    let first = first.get();
                    examples
                        .notes
                        .push(format!("{place}: stands at {first} already; counted once"));
                }
                std::collections::hash_map::Entry::Vacant(free) => {
                    free.insert(place.clone());
                    examples.rows.push(Example { text, label, place });
                }
            }
        }
        let rows = examples.rows.len() - before;
        examples.sources.push(Source { file, rows });
    }
    if problems.is_empty() {
        Ok(examples)
    } else {
        Err(problems)
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

fn in_folder(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
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
    let Some(parse) = format_of(path) else {
        let message = "the format is not known; give the file an ending of .csv, .jsonl or .yml";
        found.problems.push((None, message.to_owned()));
        return found;
    };
    match fs::read(path) {
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
