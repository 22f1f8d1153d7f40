//! What an article file may hold, and how each mistake is told.

use super::*;

const GOOD: &str = "---
id: returns
title: Return an item
locale: en
audience: public
intents: [return_exchange]
questions:
  - How do I return it?
valid_from: 2026-11-01
valid_to: 2026-12-31
---
Send it back.

## How long do I have?
30 days.
";

fn problems(text: &str) -> Vec<String> {
    let found = parse(Path::new("returns.md"), text.as_bytes()).unwrap_err();
    found.iter().map(Problem::to_string).collect()
}

#[test]
fn a_good_article_is_read_whole() {
    for text in [
        GOOD.to_owned(),
        GOOD.replace('\n', "\r\n"),
        format!("\u{feff}{GOOD}"),
    ] {
        let article = parse(Path::new("returns.md"), text.as_bytes()).unwrap();
        assert_eq!(article.title, "Return an item");
        assert_eq!(article.audience, Audience::Public);
        assert_eq!(article.valid_to.unwrap().to_string(), "2026-12-31");
        let passages: Vec<_> = article
            .passages
            .iter()
            .map(|p| (p.id.as_str(), p.text.as_str()))
            .collect();
        assert_eq!(
            passages,
            [("intro", "Send it back."), ("how-long-do-i-have", "30 days.")]
        );
    }
}

#[test]
fn headings_that_repeat_are_numbered() {
    let text = format!("{GOOD}\n## More\nA\n\n## More\nB\n\n## More 2\nC\n\n## Intro\nD\n\n## ?\nE\n");
    let article = parse(Path::new("returns.md"), text.as_bytes()).unwrap();
    let ids: Vec<_> = article
        .passages
        .iter()
        .map(|passage| passage.id.as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "intro",
            "how-long-do-i-have",
            "more",
            "more-2",
            "more-2-2",
            "intro-2",
            "section"
        ]
    );
}

#[test]
fn each_mistake_is_told_by_file_line_and_key() {
    let mistakes = [
        ("id: returns", "id: return"),
        ("title: Return an item", "title: ''"),
        ("title: Return an item\n", ""),
        ("title: Return an item", "title: Return: an item"),
        ("locale: en", "locale: en_GB"),
        ("locale: en", "locale: en\nlocale: en"),
        ("audience: public", "audience: all"),
        ("intents:", "intends:"),
        ("intents: [return_exchange]", "intents: return_exchange"),
        ("  - How do I return it?", "  - ''"),
        ("2026-12-31", "31.12.2026"),
        ("2026-11-01", "2027-11-01"),
        ("\n30 days.", ""),
        ("Send it back.", "# Returns"),
        ("---\nid", "id"),
        ("---\nSend", "Send"),
        ("Send it back.\n\n## How long do I have?\n30 days.\n", ""),
    ];
    let told = mistakes.map(|(right, wrong)| {
        assert!(GOOD.contains(right), "{right}");
        problems(&GOOD.replacen(right, wrong, 1)).join("\n")
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    returns.md:2: id: the id is "return" but the file is returns.md; make them equal
    returns.md:3: title: this is empty; write something or remove it
    returns.md:9: title: this key is missing above; add it
    returns.md:3: title: the YAML cannot be read: mapping values are not allowed in this context; mend it, or put the value in quotes
    returns.md:4: locale: "en_GB" is not a locale; write en or pt-BR, for example
    returns.md:5: locale: this key stands here twice; keep one of them
    returns.md:5: audience: "all" is not known here; write public or internal
    returns.md:6: intends: there is no such key; use one of id, title, locale, audience, intents, questions, valid_from, valid_to
    returns.md:6: intents: the YAML cannot be read: expected sequence start; mend it, or put the value in quotes
    returns.md:8: questions: this is empty; write something or remove it
    returns.md:10: valid_to: "31.12.2026" is not a day; write it like 2026-11-30
    returns.md:10: valid_to: the last day, 2026-12-31, is before the first, 2027-11-01; swap them
    returns.md:14: there is no text under "How long do I have?"; write some or remove the heading
    returns.md:12: the title belongs in the front matter; use ## for headings in the text
    returns.md:1: there is no front matter; begin the file with a line `---`, the keys, and a line `---`
    returns.md:1: the front matter is not closed; put a line `---` behind the last key
    returns.md:12: the article has no text; write it below the front matter
    "#);
}

#[test]
fn every_problem_is_returned() {
    let text = GOOD
        .replace("returns", "x")
        .replace("locale: en", "locale: e")
        .replace("30 days.", "");
    assert_eq!(problems(&text).len(), 3);
}

#[test]
fn files_that_are_no_text_are_refused() {
    let told = |bytes: &[u8]| parse(Path::new("returns.md"), bytes).unwrap_err()[0].to_string();
    assert_eq!(
        told(b"---\nid: \xff\n"),
        "returns.md:2: the text is not UTF-8; save the file as UTF-8"
    );
    let long = vec![b'x'; yaml::FILE_BYTES_MAX + 1];
    assert_eq!(
        told(&long),
        "returns.md: the file has 262145 bytes, at most 262144 are read; split it into several"
    );
    assert!(told(b"").contains("there is no front matter"));
}
