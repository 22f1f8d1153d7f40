//! What is wrong with a file that a business wrote: where, which key, and how to mend it.
//! Knows nothing of articles or replies.

use std::fmt;
use std::path::{Path, PathBuf};

/// One mistake. Printed as `file:line: key: what is wrong; how to mend it`, without the parts that are unknown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: PathBuf,
    /// Counted from 1; `None` when the mistake is the file itself.
    pub line: Option<u64>,
    /// The YAML key, or empty when it is not about one.
    pub key: String,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, "{line}:")?;
        }
        if !self.key.is_empty() {
            write!(f, " {}:", self.key)?;
        }
        write!(f, " {}", self.message)
    }
}

/// The problems of one file, in the order they were noticed.
#[derive(Debug)]
pub(crate) struct Problems<'a> {
    file: &'a Path,
    found: Vec<Problem>,
}

impl<'a> Problems<'a> {
    pub(crate) fn of(file: &'a Path) -> Self {
        Self {
            file,
            found: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, line: u64, key: &str, message: impl Into<String>) {
        self.push(Some(line), key, message.into());
    }

    /// For a mistake that has no place in the file.
    pub(crate) fn add_whole(&mut self, message: impl Into<String>) {
        self.push(None, "", message.into());
    }

    fn push(&mut self, line: Option<u64>, key: &str, message: String) {
        let (file, key) = (self.file.to_owned(), key.to_owned());
        self.found.push(Problem {
            file,
            line,
            key,
            message,
        });
    }

    /// The value, unless something is wrong with the file. Whoever gives `None` has added a problem.
    pub(crate) fn or<T>(self, value: Option<T>) -> Result<T, Vec<Problem>> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => Err(self.found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_parts_are_left_out() {
        let mut problems = Problems::of(Path::new("a.md"));
        problems.add(3, "title", "is empty; write one");
        problems.add(4, "", "no text; write some");
        problems.add_whole("cannot be read");
        let printed: Vec<String> = problems
            .or(Some(()))
            .unwrap_err()
            .iter()
            .map(Problem::to_string)
            .collect();
        assert_eq!(
            printed,
            [
                "a.md:3: title: is empty; write one",
                "a.md:4: no text; write some",
                "a.md: cannot be read"
            ]
        );
    }
}
