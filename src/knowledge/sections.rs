//! Cutting Markdown at its `##` headings. Knows nothing of front matter.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

/// The text from one heading to the next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// Counted from 1 in the Markdown.
    pub(crate) line: u64,
    /// Plain text; empty for what stands before the first heading.
    pub(crate) heading: String,
    /// Markdown as it was written, deeper headings included, without blank lines around it.
    pub(crate) text: String,
}

#[derive(Debug)]
struct Heading {
    level: HeadingLevel,
    text: String,
    place: Range<usize>,
}

/// The sections in order, the part before the first heading always among them; and the line of each `#` heading,
/// which has no place here.
pub(crate) fn cut(markdown: &str) -> (Vec<Section>, Vec<u64>) {
    let headings = headings(markdown);
    let line_at = |offset: usize| 1 + markdown[..offset].matches('\n').count() as u64;
    let titles = headings
        .iter()
        .filter(|heading| heading.level == HeadingLevel::H1);
    let titles = titles.map(|heading| line_at(heading.place.start)).collect();

    let mut sections = Vec::new();
    let (mut line, mut title, mut start) = (1, String::new(), 0);
    for heading in headings
        .into_iter()
        .filter(|heading| heading.level == HeadingLevel::H2)
    {
        let text = markdown[start..heading.place.start].trim().to_owned();
        sections.push(Section {
            line,
            heading: title,
            text,
        });
        (line, title, start) = (line_at(heading.place.start), heading.text, heading.place.end);
    }
    sections.push(Section {
        line,
        heading: title,
        text: markdown[start..].trim().to_owned(),
    });
    (sections, titles)
}

/// Headings that stand on their own; one inside a list or a quotation belongs to it.
fn headings(markdown: &str) -> Vec<Heading> {
    let mut found: Vec<Heading> = Vec::new();
    let mut depth = 0;
    let mut open = false;
    for (event, place) in Parser::new(markdown).into_offset_iter() {
        if let Event::Start(tag) = event {
            if depth == 0
                && let Tag::Heading { level, .. } = tag
            {
                found.push(Heading {
                    level,
                    text: String::new(),
                    place,
                });
                open = true;
            }
            depth += 1;
        } else if let Event::End(_) = event {
            depth -= 1;
            open &= depth > 0;
        } else if let (true, Event::Text(text) | Event::Code(text), Some(heading)) =
            (open, event, found.last_mut())
        {
            heading.text.push_str(&text);
        }
    }
    found
}

/// `What's new?` becomes `whats-new`; letters of every script stay.
pub(crate) fn slug(heading: &str) -> String {
    let heading = heading.to_lowercase().replace(['\'', '’'], "");
    let words: Vec<&str> = heading
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_cut_at_second_level_headings_only() {
        let markdown = "First.\n\n## One *day*\n\nText\n\n### Deeper\n- ## in a list\n\n```\n## code\n```\n\nTwo\n---\nMore\n";
        let (sections, titles) = cut(markdown);
        let seen: Vec<_> = sections
            .iter()
            .map(|s| (s.line, s.heading.as_str(), s.text.as_str()))
            .collect();
        assert_eq!(
            seen,
            [
                (1, "", "First."),
                (
                    3,
                    "One day",
                    "Text\n\n### Deeper\n- ## in a list\n\n```\n## code\n```"
                ),
                (14, "Two", "More"),
            ]
        );
        assert!(titles.is_empty());
    }

    #[test]
    fn a_title_in_the_text_is_told_by_its_line() {
        assert_eq!(cut("Hello\n\n# Title\n").1, [3]);
        assert_eq!(cut("").0.len(), 1);
    }

    #[test]
    fn slugs_are_readable() {
        for (heading, expected) in [
            ("What's new?", "whats-new"),
            (
                "E3 on the display, can I ride on?",
                "e3-on-the-display-can-i-ride-on",
            ),
            ("Größe & Farbe", "größe-farbe"),
            ("???", ""),
        ] {
            assert_eq!(slug(heading), expected);
        }
    }
}
