//! Rows out of Rasa's `nlu.yml`: <https://rasa.com/docs/reference/primitives/training-data-format>. Marks of
//! entities are taken off. Knows nothing of other formats.

use regex::Regex;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use crate::labelled::{Found, Written};

/// `[shoes](product)`, `[shoes]{"entity": "product"}` and `[shoes][{…}, {…}]`; the words stay.
const ENTITY: &str = r"\[([^\[\]]+)\](?:\([^()]+\)|\{[^{}]+\}|\[(?:\{[^{}]*\}[,\s]*)+\])";

/// Sections of the file that are no examples and are expected there.
const EXPECTED: [&str; 2] = ["version", "nlu"];

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    nlu: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    intent: Option<Spanned<String>>,
    examples: Option<Examples>,
    lookup: Option<Spanned<IgnoredAny>>,
    synonym: Option<Spanned<IgnoredAny>>,
    regex: Option<Spanned<IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Examples {
    /// Lines that start with a hyphen.
    Block(String),
    List(Vec<Listed>),
}

#[derive(Deserialize)]
struct Listed {
    text: String,
}

pub(super) fn parse(text: &str, found: &mut Found) {
    let entity = match Regex::new(ENTITY) {
        Ok(entity) => entity,
        Err(error) => return found.problem(1, error.to_string()),
    };
    let options = serde_saphyr::options! { with_snippet: false };
    let file: File = match serde_saphyr::from_str_with_options(text, options) {
        Ok(file) => file,
        Err(error) => {
            let line = error.location().map_or(1, |location| location.line()).max(1);
            return found.problem(line, format!("the YAML cannot be read: {error}; mend it"));
        }
    };
    for (number, line) in (1..).zip(text.lines()) {
        let key = line.split_once(':').map_or("", |(key, _)| key);
        let is_key = !key.is_empty() && !key.starts_with([' ', '\t', '-', '#', '"']);
        if is_key && !EXPECTED.contains(&key) {
            found.note(
                number,
                format!("the section `{key}` holds no examples and is passed over"),
            );
        }
    }
    let mut reader = Reader {
        lines: text.lines().collect(),
        at: 0,
        entity,
        found,
    };
    for entry in file.nlu.unwrap_or_default() {
        reader.entry(&entry);
    }
}

/// Knows which line of the file comes next, because YAML does not say where the lines of a block stand.
struct Reader<'t, 'f> {
    lines: Vec<&'t str>,
    at: usize,
    entity: Regex,
    found: &'f mut Found,
}

impl Reader<'_, '_> {
    fn entry(&mut self, entry: &Entry) {
        let Some(intent) = &entry.intent else {
            let other = [
                ("lookup", &entry.lookup),
                ("synonym", &entry.synonym),
                ("regex", &entry.regex),
            ];
            for (kind, value) in other {
                if let Some(value) = value {
                    let line = value.referenced.line();
                    self.found
                        .note(line, format!("a `{kind}` is no intent and is passed over"));
                }
            }
            return;
        };
        let (start, intent) = (intent.referenced.line(), intent.value.as_str());
        self.at = self.at.max(start as usize);
        match &entry.examples {
            None => {
                let message = "the intent has no `examples`; write some, or remove it";
                self.found.problem(start, message);
            }
            Some(Examples::Block(block)) => {
                for line in block.lines().map(str::trim).filter(|line| !line.is_empty()) {
                    let number = self.find(line, start);
                    match line.strip_prefix('-') {
                        Some(text) => self.row(number, text, intent),
                        None => self
                            .found
                            .problem(number, "the line is no item of the list; start it with `- `"),
                    }
                }
            }
            Some(Examples::List(listed)) => {
                for item in listed {
                    let first = item.text.trim().lines().next().unwrap_or_default();
                    let number = self.find(first, start);
                    self.row(number, &item.text, intent);
                }
            }
        }
    }

    fn row(&mut self, line: u64, text: &str, intent: &str) {
        let plain = self.entity.replace_all(text, "$1");
        let written = Written {
            text: &plain,
            label: intent,
            sentiment: None,
        };
        self.found.row(line, &written);
    }

    /// The number of the next line that holds `wanted`; of the intent when it is written in another way.
    fn find(&mut self, wanted: &str, start: u64) -> u64 {
        let rest = self.lines.iter().skip(self.at);
        match rest.clone().position(|line| line.contains(wanted)) {
            Some(further) => {
                self.at += further + 1;
                self.at as u64
            }
            None => start,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Found {
        let mut found = Found::default();
        parse(text, &mut found);
        found
    }

    #[test]
    fn intents_with_their_lines() {
        let found = read(
            "version: \"3.1\"\n\
             stories:\n- story: a\n\
             nlu:\n\
             - intent: track\n  examples: |\n    - where is [my parcel](thing)\n\n    - track: it\n    oops\n\
             - lookup: city\n  examples: |\n    - London\n\
             - intent: faq/price\n  examples:\n  - text: |\n      how much is [red]{\"entity\": \"colour\"}\n    \
             metadata: {a: b}\n  - text: cost?\n\
             - intent: empty\n",
        );
        let rows: Vec<_> = found
            .rows
            .iter()
            .map(|(line, text, label, _)| (*line, text.as_str(), label.as_str()))
            .collect();
        assert_eq!(
            rows,
            [
                (7, "where is my parcel", "track"),
                (9, "track: it", "track"),
                (17, "how much is red", "faq/price"),
                (19, "cost?", "faq/price"),
            ]
        );
        let problems: Vec<_> = found.problems.iter().map(|(line, _)| *line).collect();
        assert_eq!(problems, [Some(10), Some(20)], "{:?}", found.problems);
        let notes: Vec<_> = found.notes.iter().map(|(line, _)| *line).collect();
        assert_eq!(notes, [2, 11], "{:?}", found.notes);
    }

    #[test]
    fn marks_of_entities_are_taken_off() {
        let entity = Regex::new(ENTITY).unwrap();
        for (marked, plain) in [
            ("to [Paris](city) on [Monday](day:mon)", "to Paris on Monday"),
            ("[a]{\"entity\": \"x\", \"role\": \"y\"}", "a"),
            ("[NYC][{\"entity\": \"x\"}, {\"entity\": \"y\"}] now", "NYC now"),
            ("an [aside] stays (so)", "an [aside] stays (so)"),
        ] {
            assert_eq!(entity.replace_all(marked, "$1"), plain);
        }
    }

    #[test]
    fn broken_yaml_names_its_line() {
        let found = read("nlu:\n- intent: a\n  examples: [\n");
        assert_eq!(found.problems.len(), 1);
        assert!(found.problems[0].0 >= Some(3), "{:?}", found.problems);
        assert!(read("version: \"3.1\"\n").rows.is_empty());
    }
}
