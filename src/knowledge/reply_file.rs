//! A file of canned responses. Text in, responses or problems out; whether a template compiles is decided by
//! those who fill it. Knows nothing of folders.

use std::path::Path;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::domain::canned_response::{CannedResponse, Speaker};
use crate::knowledge::problem::{Problem, Problems};
use crate::knowledge::yaml::{self, Keys};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyFile {
    replies: Vec<Reply>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    id: Spanned<String>,
    title: Spanned<String>,
    locale: Spanned<String>,
    #[serde(rename = "for")]
    speaker: Speaker,
    #[serde(default)]
    intents: Vec<Spanned<String>>,
    text: Spanned<String>,
}

/// A response and the line its id stands on.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) response: CannedResponse,
    pub(crate) line: u64,
}

/// All problems of the file are returned, except that broken YAML hides what stands in it.
pub(crate) fn parse(file: &Path, bytes: &[u8]) -> Result<Vec<Placed>, Vec<Problem>> {
    let mut problems = Problems::of(file);
    let replies = read(bytes, &mut problems);
    problems.or(replies)
}

fn read(bytes: &[u8], problems: &mut Problems<'_>) -> Option<Vec<Placed>> {
    let text = yaml::decode(bytes, problems)?;
    let file: ReplyFile = yaml::parse(&text, 0, problems)?;
    let mut keys = Keys {
        lines_before: 0,
        problems,
    };
    Some(file.replies.iter().map(|reply| place(reply, &mut keys)).collect())
}

fn place(reply: &Reply, keys: &mut Keys<'_, '_>) -> Placed {
    Placed {
        line: keys.line(&reply.id),
        response: CannedResponse {
            id: keys.filled("id", &reply.id),
            title: keys.filled("title", &reply.title),
            locale: keys.locale(&reply.locale),
            speaker: reply.speaker,
            intents: keys.intents(&reply.intents),
            text: keys.filled("text", &reply.text),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "replies:\n  - id: hello\n    title: Hello\n    locale: en\n    for: both\n    intents: [greeting]\n    text: >-\n      Hello\n      there\n";

    fn problems(text: &str) -> Vec<String> {
        let found = parse(Path::new("bot.yml"), text.as_bytes()).unwrap_err();
        found.iter().map(Problem::to_string).collect()
    }

    #[test]
    fn a_good_file_is_read_whole() {
        let placed = parse(Path::new("bot.yml"), GOOD.as_bytes()).unwrap();
        assert_eq!(placed.len(), 1);
        assert_eq!(placed[0].line, 2);
        assert_eq!(placed[0].response.text, "Hello there");
        assert_eq!(placed[0].response.speaker, Speaker::Both);
    }

    #[test]
    fn mistakes_are_told_by_line_and_key() {
        let cases = [
            (
                GOOD.replace("title: Hello", "titel: Hello"),
                "bot.yml:3: titel: there is no such key; use one of id, title, locale, for, intents, text",
            ),
            (
                GOOD.replace("    title: Hello\n", ""),
                "bot.yml:6: title: this key is missing above; add it",
            ),
            (
                GOOD.replace("both", "robot"),
                "bot.yml:5: for: \"robot\" is not known here; write bot or agent or both",
            ),
            (
                GOOD.replace("locale: en", "locale: english"),
                "bot.yml:4: locale: \"english\" is not a locale; write en or pt-BR, for example",
            ),
            (
                GOOD.replace("title: Hello", "title: ' '"),
                "bot.yml:3: title: this is empty; write something or remove it",
            ),
            (
                GOOD.replace("replies:", "reply:"),
                "bot.yml:1: reply: there is no such key; use one of replies",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(problems(&text), [expected]);
        }
    }

    #[test]
    fn every_problem_is_returned() {
        let text = GOOD
            .replace("locale: en", "locale: e")
            .replace("id: hello", "id: ''");
        assert_eq!(problems(&text).len(), 2);
    }
}
