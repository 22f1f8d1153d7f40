//! Questions with the passages that answer them, and, where they come with some, the passages themselves: JSON lines in
//! a folder. Knows nothing of searching.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::message::Text;
use crate::labelled::{Place, Problem, Problems, content};

/// How the names of the files end, behind anything, and before `.jsonl` or `.jsonl.gz`.
const QUERIES: &str = "queries";
const DOCUMENTS: &str = "documents";
const DISTRACTORS: &str = "distractors";

/// A question and what answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub text: Text,
    /// What was said before it, oldest first.
    pub said: Vec<String>,
    /// Ids of the passages, any of which is right; none where nothing answers it.
    pub right: Vec<String>,
    pub place: Place,
}

/// A passage to be found, or to be taken for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: String,
    /// What it is about, such as the name of a product; documents of one subject belong together. May be empty.
    pub subject: String,
    pub title: String,
    pub text: String,
}

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Questions {
    pub questions: Vec<Question>,
    /// Empty where the folder has none: then the questions are about what the business wrote.
    pub documents: Vec<Document>,
    /// Answer none of the questions. One that says word for word what a document says is left out.
    pub distractors: Vec<Document>,
}

#[derive(Deserialize)]
struct QuestionRow {
    text: String,
    label: Vec<String>,
    #[serde(default)]
    context: Vec<Said>,
}

#[derive(Deserialize)]
struct Said {
    text: String,
}

/// Either a title and a text, or a question as `text` with its `answer`.
#[derive(Deserialize)]
struct DocumentRow {
    doc_id: String,
    entity: Option<String>,
    title: Option<String>,
    text: String,
    answer: Option<String>,
}

/// # Errors
/// Every problem of every file: one that cannot be read, a row that is none, a label that no document has.
pub fn read_questions(folder: &Path) -> Result<Questions, Problems> {
    let mut problems = Vec::new();
    let mut found = Questions::default();
    let [queries, documents, distractors] =
        [QUERIES, DOCUMENTS, DISTRACTORS].map(|name| files(folder, name, &mut problems));
    if queries.is_empty() && problems.is_empty() {
        let message = format!("there is no file *{QUERIES}.jsonl or *{QUERIES}.jsonl.gz in this folder");
        problems.push(problem(folder, None, message));
    }
    for file in queries {
        rows(&file, &mut problems, |place, row: QuestionRow| {
            found.questions.push(Question {
                text: Text::parse(&row.text).map_err(|fault| fault.to_string())?,
                said: row.context.into_iter().map(|said| said.text).collect(),
                right: row.label,
                place,
            });
            Ok(())
        });
    }
    for (files, list) in [
        (documents, &mut found.documents),
        (distractors, &mut found.distractors),
    ] {
        for file in files {
            rows(&file, &mut problems, |_, row: DocumentRow| {
                list.push(document(row));
                Ok(())
            });
        }
    }
    found.check(&mut problems);
    if problems.is_empty() {
        Ok(found.without_copies())
    } else {
        Err(Problems(problems))
    }
}

fn document(row: DocumentRow) -> Document {
    let (title, text) = match row.answer {
        Some(answer) => (row.text, answer),
        None => (row.title.unwrap_or_default(), row.text),
    };
    Document {
        id: row.doc_id,
        subject: row.entity.unwrap_or_default(),
        title,
        text,
    }
}

impl Questions {
    fn check(&self, problems: &mut Vec<Problem>) {
        let mut ids = HashSet::new();
        for document in self.documents.iter().chain(&self.distractors) {
            if !ids.insert(document.id.as_str()) {
                problems.push(Problem {
                    file: document.id.clone(),
                    line: None,
                    message: "two documents have this doc_id; rename one".to_owned(),
                });
            }
        }
        for question in self.questions.iter().filter(|_| !self.documents.is_empty()) {
            for unknown in question.right.iter().filter(|id| !ids.contains(id.as_str())) {
                problems.push(Problem {
                    file: question.place.file.clone(),
                    line: Some(question.place.line),
                    message: format!("no document has the doc_id {unknown:?}; correct the label"),
                });
            }
        }
    }

    fn without_copies(mut self) -> Self {
        let same = |document: &Document| {
            [&document.subject, &document.title, &document.text].map(|text| text.to_lowercase())
        };
        let documents: HashSet<[String; 3]> = self.documents.iter().map(same).collect();
        self.distractors
            .retain(|document| !documents.contains(&same(document)));
        self
    }
}

fn files(folder: &Path, name: &str, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            if problems.is_empty() {
                let message = format!("the folder cannot be read ({error}); check its name and permissions");
                problems.push(problem(folder, None, message));
            }
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let file = file.strip_suffix(".gz").unwrap_or(&file);
            file.strip_suffix(".jsonl")
                .is_some_and(|file| file.ends_with(name))
        })
        .collect();
    paths.sort();
    paths
}

fn rows<T: DeserializeOwned>(
    file: &Path,
    problems: &mut Vec<Problem>,
    mut take: impl FnMut(Place, T) -> Result<(), String>,
) {
    let zipped = file.extension().is_some_and(|ending| ending == "gz");
    let text = content(file, zipped).map(String::from_utf8);
    let text = match text {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => {
            problems.push(problem(
                file,
                None,
                "the text is not UTF-8; save the file as UTF-8".to_owned(),
            ));
            return;
        }
        Err(error) => {
            problems.push(problem(
                file,
                None,
                format!("the file cannot be read ({error}); check it"),
            ));
            return;
        }
    };
    for (line, row) in (1..).zip(text.lines()).filter(|(_, row)| !row.trim().is_empty()) {
        let place = Place {
            file: file.display().to_string(),
            line,
        };
        let taken = serde_json::from_str(row)
            .map_err(|error| {
                format!("this is no row ({error}); `firstline search --help` says what one holds")
            })
            .and_then(|row| take(place, row));
        if let Err(message) = taken {
            problems.push(problem(file, Some(line), message));
        }
    }
}

fn problem(file: &Path, line: Option<u64>, message: String) -> Problem {
    Problem {
        file: file.display().to_string(),
        line,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Result<Questions, String> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let at = folder.path().to_str().unwrap().to_owned();
        read_questions(folder.path()).map_err(|problems| problems.to_string().replace(&at, "."))
    }

    #[test]
    fn questions_documents_and_distractors_are_read_in_both_forms() {
        let found = read(&[
            (
                "my_queries.jsonl",
                "{\"text\": \"wifi?\", \"label\": [\"a\"], \"context\": [{\"speaker\": \"customer\", \"text\": \"the Ritz\"}]}\n\n",
            ),
            (
                "documents.jsonl",
                "{\"doc_id\": \"a\", \"entity\": \"Ritz\", \"title\": \"Is there wifi?\", \"text\": \"Yes.\"}",
            ),
            (
                "distractors.jsonl",
                "{\"doc_id\": \"b\", \"entity\": \"RITZ\", \"text\": \"Is there WiFi?\", \"answer\": \"yes.\"}\n\
                 {\"doc_id\": \"c\", \"entity\": null, \"text\": \"Pets?\", \"answer\": \"No.\"}",
            ),
        ])
        .unwrap();
        assert_eq!(found.questions[0].said, ["the Ritz"]);
        assert_eq!(found.questions[0].place.line, 1);
        assert_eq!(found.documents[0].title, "Is there wifi?");
        assert_eq!(found.distractors.len(), 1, "a copy of a document is none");
        assert_eq!(
            (
                found.distractors[0].title.as_str(),
                found.distractors[0].text.as_str()
            ),
            ("Pets?", "No.")
        );
    }

    #[test]
    fn all_that_is_wrong_is_told() {
        assert_eq!(
            read(&[("rows.jsonl", "")]).unwrap_err(),
            "these rows cannot be used:\n  .: there is no file *queries.jsonl or *queries.jsonl.gz in this folder"
        );
        let told = read(&[
            (
                "queries.jsonl",
                "{\"text\": \"wifi?\", \"label\": [\"x\"]}\n{\"text\": \"\", \"label\": []}\n{}",
            ),
            (
                "documents.jsonl",
                "{\"doc_id\": \"a\", \"text\": \"Yes.\"}\n{\"doc_id\": \"a\", \"text\": \"No.\"}",
            ),
        ])
        .unwrap_err();
        for part in [
            "./queries.jsonl:1: no document has the doc_id \"x\"",
            "./queries.jsonl:2: the text is empty",
            "./queries.jsonl:3: this is no row",
            "a: two documents have this doc_id",
        ] {
            assert!(told.contains(part), "{told}");
        }
    }
}
