//! Where conversations are written: each in a file of its own, or several under `tests` of a flow's file. Knows which
//! lines of a file are whose, and not what they mean.

use std::ops::Range;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::cli::replay::transcript::Mistake;

/// One conversation, and its place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// Lines of the file, the first being 0.
    lines: Range<usize>,
    /// How many spaces stand in front of each line.
    indent: usize,
    /// The lines without those spaces.
    pub(super) text: String,
}

/// What is looked at of a flow.
#[derive(Debug, Deserialize)]
struct Flow {
    #[serde(default)]
    tests: Vec<Spanned<String>>,
}

impl Script {
    /// The file is one conversation.
    pub(super) fn whole(file: &str) -> Self {
        Self {
            lines: 0..file.lines().count(),
            indent: 0,
            text: file.to_owned(),
        }
    }

    /// The number in the file of a line of the conversation, both counted from 1.
    pub(super) fn line_in_file(&self, line: usize) -> usize {
        self.lines.start + line
    }

    /// The block of lines that begins with line `first`, counted from 0.
    fn block(file: &[&str], first: usize) -> Self {
        let is_blank = |line: &&str| line.trim().is_empty();
        let below = file.get(first..).unwrap_or_default();
        let filled = below.iter().find(|line| !is_blank(line));
        let indent = filled.map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
        let is_inside = |line: &&&str| is_blank(line) || line.starts_with(&" ".repeat(indent.max(1)));
        let mut lines: Vec<&str> = below.iter().take_while(is_inside).copied().collect();
        while lines.last().is_some_and(is_blank) {
            lines.pop();
        }
        Self {
            lines: first..first + lines.len(),
            indent,
            text: lines
                .iter()
                .map(|line| format!("{}\n", line.get(indent..).unwrap_or_default()))
                .collect(),
        }
    }
}

/// Whether a YAML file holds conversations.
pub(super) fn has_tests(file: &str) -> bool {
    file.lines().any(|line| line.starts_with("tests:"))
}

/// The conversations of a flow's file, in their order; what else stands there is not looked at.
pub(super) fn of_flow(file: &str) -> Result<Vec<Script>, Vec<Mistake>> {
    let options = serde_saphyr::options! { with_snippet: false };
    let flow: Flow = serde_saphyr::from_str_with_options(file, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        vec![Mistake {
            line: usize::try_from(line).unwrap_or(usize::MAX),
            message: format!("the YAML cannot be read: {error}"),
        }]
    })?;
    let lines: Vec<&str> = file.lines().collect();
    let mut scripts = Vec::new();
    let mut mistakes = Vec::new();
    for test in &flow.tests {
        // Of a block, that of its first line.
        let line = usize::try_from(test.referenced.line()).unwrap_or(usize::MAX);
        let script = Script::block(&lines, line.saturating_sub(1));
        // Otherwise it is written in quotes, folded, or elsewhere, and lines of it are not lines of the file.
        if script.text.trim() == test.value.trim() {
            scripts.push(script);
        } else {
            mistakes.push(Mistake {
                line,
                message: "a test is a block of lines; write `- |`, and its lines indented below".to_owned(),
            });
        }
    }
    if mistakes.is_empty() {
        Ok(scripts)
    } else {
        Err(mistakes)
    }
}

/// The file with other texts for these conversations of it, which stand in their order.
pub(super) fn rewritten<'a>(file: &str, changes: impl IntoIterator<Item = (&'a Script, &'a str)>) -> String {
    let lines: Vec<&str> = file.lines().collect();
    let mut text = String::new();
    let mut written = 0;
    let copy = |text: &mut String, range: Range<usize>| {
        for line in lines.get(range).unwrap_or_default() {
            text.push_str(line);
            text.push('\n');
        }
    };
    for (script, words) in changes {
        copy(&mut text, written..script.lines.start);
        for line in words.lines() {
            if !line.is_empty() {
                text.push_str(&" ".repeat(script.indent));
            }
            text.push_str(line);
            text.push('\n');
        }
        written = script.lines.end;
    }
    copy(&mut text, written..lines.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = "id: a
steps: []
tests:
  - |
    # One
    customer: hi
      answer

    customer: bye

  - |-

    customer: two
      ask
replies: {}
";

    #[test]
    fn tests_of_a_flow_know_their_lines() {
        let scripts = of_flow(FLOW).unwrap();
        let texts: Vec<&str> = scripts.iter().map(|script| script.text.as_str()).collect();
        assert_eq!(
            texts,
            [
                "# One\ncustomer: hi\n  answer\n\ncustomer: bye\n",
                "customer: two\n  ask\n"
            ]
        );
        let places: Vec<usize> = scripts.iter().map(|script| script.line_in_file(1)).collect();
        assert_eq!(places, [5, 13]);
        assert!(has_tests(FLOW) && !has_tests("replies:\n  - id: tests\n"));
    }

    #[test]
    fn one_test_is_rewritten_and_the_rest_of_the_file_stays() {
        let scripts = of_flow(FLOW).unwrap();
        assert_eq!(rewritten(FLOW, []), FLOW);
        let same = scripts.iter().map(|script| (script, script.text.as_str()));
        assert_eq!(rewritten(FLOW, same), FLOW);
        let changed = rewritten(
            FLOW,
            [(&scripts[1], "customer: two\n  wait: shop.order\n  more\n")],
        );
        assert_eq!(
            changed,
            FLOW.replace("      ask\n", "      wait: shop.order\n      more\n")
        );
    }

    #[test]
    fn a_test_that_is_no_block_is_refused_with_its_line() {
        for (test, line) in [
            ("\"customer: hi\\n\"", 3),
            (">\n    customer: hi\n    customer: bye", 4),
            ("customer says hi", 3),
        ] {
            let mistakes = of_flow(&format!("id: a\ntests:\n  - {test}\n")).unwrap_err();
            assert_eq!(mistakes.len(), 1, "{test}");
            assert_eq!(mistakes[0].line, line, "{test}: {mistakes:?}");
        }
        let broken = of_flow("id: a\ntests:\n  - [\n").unwrap_err();
        assert!(
            broken[0].message.starts_with("the YAML cannot be read: "),
            "{broken:?}"
        );
    }
}
