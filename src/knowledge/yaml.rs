//! Reading the YAML and the plain text that a business wrote, with mistakes told by line and key.
//! Knows nothing of articles or replies.

use serde::de::DeserializeOwned;
use serde_saphyr::{Error, MessageFormatter, Spanned, UserMessageFormatter};

use crate::domain::intent::Intent;
use crate::knowledge::problem::Problems;

/// A page is a few kilobytes; something a hundred times as long is not an article but a mistake.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024;

/// The file as text with `\n` line ends and no byte-order mark.
pub(crate) fn decode(bytes: &[u8], problems: &mut Problems<'_>) -> Option<String> {
    if bytes.len() > FILE_BYTES_MAX {
        let size = bytes.len();
        problems.add_whole(format!(
            "the file has {size} bytes, at most {FILE_BYTES_MAX} are read; split it into several"
        ));
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.trim_start_matches('\u{feff}').replace("\r\n", "\n")),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()]
                .iter()
                .filter(|byte| **byte == b'\n')
                .count();
            problems.add(line as u64, "", "the text is not UTF-8; save the file as UTF-8");
            None
        }
    }
}

/// `lines_before` is how many lines of the file stand above `yaml`.
pub(crate) fn parse<T: DeserializeOwned>(
    yaml: &str,
    lines_before: u64,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let options = serde_saphyr::options! { with_snippet: false };
    match serde_saphyr::from_str_with_options(yaml, options) {
        Ok(value) => Some(value),
        Err(error) => {
            let line = error.location().map_or(1, |location| location.line()).max(1);
            let (key, message) = explain(&error);
            let key = key.unwrap_or_else(|| key_at(yaml, line));
            problems.add(lines_before + line, &key, message);
            None
        }
    }
}

/// The key, where the error itself names one, and what to do about it.
fn explain(error: &Error) -> (Option<String>, String) {
    if let Error::SerdeUnknownField { field, expected, .. } = error {
        let message = format!("there is no such key; use one of {}", expected.join(", "));
        return (Some(field.clone()), message);
    }
    // Its line is that of the last key that is there.
    if let Error::SerdeMissingField { field, .. } = error {
        return (
            Some((*field).to_owned()),
            "this key is missing above; add it".to_owned(),
        );
    }
    if let Error::SerdeUnknownVariant {
        variant, expected, ..
    } = error
    {
        return (
            None,
            format!("{variant:?} is not known here; write {}", expected.join(" or ")),
        );
    }
    if let Error::DuplicateMappingKey { key, .. } = error {
        return (
            key.clone(),
            "this key stands here twice; keep one of them".to_owned(),
        );
    }
    let what = UserMessageFormatter.format_message(error);
    (
        None,
        format!("the YAML cannot be read: {what}; mend it, or put the value in quotes"),
    )
}

/// The key on that line or, for an item of a list, the nearest above it.
fn key_at(yaml: &str, line: u64) -> String {
    let above: Vec<&str> = (0..line).zip(yaml.lines()).map(|(_, line)| line).collect();
    above
        .iter()
        .rev()
        .find_map(|line| key_of(line))
        .unwrap_or_default()
}

fn key_of(line: &str) -> Option<String> {
    let (key, _) = line.trim_start_matches([' ', '-']).split_once(':')?;
    let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_key.then(|| key.to_owned())
}

/// A value of the file and the rules that hold in every kind of file.
#[derive(Debug)]
pub(crate) struct Keys<'p, 'f> {
    pub(crate) lines_before: u64,
    pub(crate) problems: &'p mut Problems<'f>,
}

impl Keys<'_, '_> {
    pub(crate) fn line<T>(&self, value: &Spanned<T>) -> u64 {
        self.lines_before + value.referenced.line()
    }

    pub(crate) fn refuse<T>(&mut self, key: &str, value: &Spanned<T>, message: impl Into<String>) {
        let line = self.line(value);
        self.problems.add(line, key, message);
    }

    /// The text without spaces around it; it must not be empty.
    pub(crate) fn filled(&mut self, key: &str, value: &Spanned<String>) -> String {
        let text = value.value.trim();
        if text.is_empty() {
            self.refuse(key, value, "this is empty; write something or remove it");
        }
        text.to_owned()
    }

    pub(crate) fn each_filled(&mut self, key: &str, values: &[Spanned<String>]) -> Vec<String> {
        values.iter().map(|value| self.filled(key, value)).collect()
    }

    pub(crate) fn intents(&mut self, values: &[Spanned<String>]) -> Vec<Intent> {
        self.each_filled("intents", values)
            .into_iter()
            .map(Intent::new)
            .collect()
    }

    /// A BCP 47 tag: a language of 2 or 3 letters, and perhaps more after hyphens.
    pub(crate) fn locale(&mut self, value: &Spanned<String>) -> String {
        let text = &value.value;
        let mut parts = text.split('-');
        let language = parts.next().is_some_and(|part| {
            (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic())
        });
        let rest = parts
            .all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()));
        if !(language && rest) {
            self.refuse(
                "locale",
                value,
                format!("{text:?} is not a locale; write en or pt-BR, for example"),
            );
        }
        text.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_that_of_the_line_or_of_the_list() {
        let yaml = "id: a\nintents:\n  - one\n  - [\nreplies:\n  - title: x\n";
        assert_eq!(key_at(yaml, 1), "id");
        assert_eq!(key_at(yaml, 4), "intents");
        assert_eq!(key_at(yaml, 6), "title");
        assert_eq!(key_at("", 1), "");
    }
}
