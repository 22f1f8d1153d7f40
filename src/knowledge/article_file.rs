//! One help article: front matter between `---` lines, then Markdown. Text in, article or problems out.
//! Knows nothing of folders or of the index.

use std::path::Path;

use jiff::civil::Date;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::domain::article::{Article, Audience, Passage};
use crate::knowledge::problem::{Problem, Problems};
use crate::knowledge::sections::{Section, cut, slug};
use crate::knowledge::yaml::{self, Keys};

const FENCE: &str = "---";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    id: Spanned<String>,
    title: Spanned<String>,
    locale: Spanned<String>,
    audience: Audience,
    #[serde(default)]
    intents: Vec<Spanned<String>>,
    #[serde(default)]
    questions: Vec<Spanned<String>>,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
}

/// All problems of the file are returned, except that broken YAML hides what stands in it. As the id must be the
/// name of the file, two articles of one folder cannot share it.
pub(crate) fn parse(file: &Path, bytes: &[u8]) -> Result<Article, Vec<Problem>> {
    let mut problems = Problems::of(file);
    let article = yaml::decode(bytes, &mut problems).and_then(|text| read(file, &text, &mut problems));
    problems.or(article)
}

fn read(file: &Path, text: &str, problems: &mut Problems<'_>) -> Option<Article> {
    let (front, body) = split(text, problems)?;
    let body_line = 3 + front.matches('\n').count() as u64;
    let passages = passages(body, body_line, problems);
    let front: FrontMatter = yaml::parse(front, 1, problems)?;
    let mut keys = Keys {
        lines_before: 1,
        problems,
    };
    let id = keys.filled("id", &front.id);
    let stem = file
        .file_stem()
        .map(|stem| stem.to_string_lossy())
        .unwrap_or_default();
    if !id.is_empty() && id != stem {
        keys.refuse(
            "id",
            &front.id,
            format!("the id is {id:?} but the file is {stem}.md; make them equal"),
        );
    }
    let (valid_from, valid_to) = (
        date(&mut keys, "valid_from", &front.valid_from),
        date(&mut keys, "valid_to", &front.valid_to),
    );
    if let (Some(from), Some(to), Some(place)) = (valid_from, valid_to, &front.valid_to)
        && from > to
    {
        keys.refuse(
            "valid_to",
            place,
            format!("the last day, {to}, is before the first, {from}; swap them"),
        );
    }
    Some(Article {
        id,
        title: keys.filled("title", &front.title),
        locale: keys.locale(&front.locale),
        audience: front.audience,
        intents: keys.intents(&front.intents),
        questions: keys.each_filled("questions", &front.questions),
        valid_from,
        valid_to,
        passages,
    })
}

/// Front matter and body, each without the fences.
fn split<'t>(text: &'t str, problems: &mut Problems<'_>) -> Option<(&'t str, &'t str)> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().unwrap_or_default();
    if first.trim_end() != FENCE {
        let message =
            "there is no front matter; begin the file with a line `---`, the keys, and a line `---`";
        problems.add(1, "", message);
        return None;
    }
    let mut end = first.len();
    for line in lines {
        if line.trim_end() == FENCE {
            return Some((&text[first.len()..end], &text[end + line.len()..]));
        }
        end += line.len();
    }
    problems.add(
        1,
        "",
        "the front matter is not closed; put a line `---` behind the last key",
    );
    None
}

fn date(keys: &mut Keys<'_, '_>, key: &str, value: &Option<Spanned<String>>) -> Option<Date> {
    let value = value.as_ref()?;
    let date = Date::strptime("%Y-%m-%d", &value.value).ok();
    if date.is_none() {
        keys.refuse(
            key,
            value,
            format!("{:?} is not a day; write it like 2026-11-30", value.value),
        );
    }
    date
}

fn passages(body: &str, body_line: u64, problems: &mut Problems<'_>) -> Vec<Passage> {
    let (sections, titles) = cut(body);
    let line = |in_body: u64| body_line + in_body - 1;
    for title in titles {
        problems.add(
            line(title),
            "",
            "the title belongs in the front matter; use ## for headings in the text",
        );
    }
    let mut passages: Vec<Passage> = Vec::new();
    for section in sections {
        if section.text.is_empty() && section.heading.is_empty() {
            continue;
        }
        if section.text.is_empty() {
            let message = format!(
                "there is no text under {:?}; write some or remove the heading",
                section.heading
            );
            problems.add(line(section.line), "", message);
        }
        let id = free_id(&section, &passages);
        passages.push(Passage {
            id,
            heading: section.heading,
            text: section.text,
        });
    }
    if passages.is_empty() {
        problems.add(
            body_line,
            "",
            "the article has no text; write it below the front matter",
        );
    }
    passages
}

/// The heading as a slug, numbered from 2 where it stands already.
fn free_id(section: &Section, before: &[Passage]) -> String {
    let slug = match slug(&section.heading) {
        slug if !slug.is_empty() => slug,
        _ if section.heading.is_empty() => "intro".to_owned(),
        _ => "section".to_owned(),
    };
    let is_free = |id: &String| before.iter().all(|passage| passage.id != *id);
    let numbered = (2..).map(|number| format!("{slug}-{number}"));
    std::iter::once(slug.clone())
        .chain(numbered)
        .find(is_free)
        .unwrap_or(slug)
}

#[cfg(test)]
mod tests;
