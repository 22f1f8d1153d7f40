//! Which canned responses are near to what a customer wrote, by their title and text. Knows their templates as text
//! only: what is said of them, and to whom, is decided elsewhere.

use crate::domain::canned_response::{CannedResponse, ReplyHit, Speaker};
use crate::knowledge::vectors::{Asked, Vectors};
use crate::ports::SearchQuery;

/// Those that agents may send, in the order they were written.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    /// Locale and id of each.
    named: Vec<(String, String)>,
    vectors: Vectors,
}

impl Replies {
    /// `vectors` has one for each of [`offered`], in their order, or none at all.
    pub(crate) fn new(responses: &[CannedResponse], vectors: Vectors) -> Self {
        let named = offered(responses).map(|response| (response.locale.clone(), response.id.clone()));
        Self {
            named: named.collect(),
            vectors,
        }
    }

    /// The nearest first; none without an embedding of the model that the vectors are of.
    pub(crate) fn nearest(&self, query: &SearchQuery<'_>) -> Vec<ReplyHit> {
        let fitting = query.embedding.filter(|embedding| {
            let finite = embedding.iter().all(|number| number.is_finite());
            self.vectors.count() > 0 && embedding.len() == self.vectors.length() && finite
        });
        let Some(embedding) = fitting else {
            return Vec::new();
        };
        let asked = Asked::of(embedding);
        let hit = |((locale, id), owner): (&(String, String), u32)| {
            let meaning = self.vectors.nearest(owner, &asked)?;
            (locale == query.locale).then(|| ReplyHit {
                id: id.clone(),
                meaning,
            })
        };
        let mut hits: Vec<ReplyHit> = self.named.iter().zip(0..).filter_map(hit).collect();
        hits.sort_by(|one, other| other.meaning.total_cmp(&one.meaning));
        hits.truncate(query.limit);
        hits
    }
}

pub(crate) fn offered(responses: &[CannedResponse]) -> impl Iterator<Item = &CannedResponse> {
    responses
        .iter()
        .filter(|response| response.speaker != Speaker::Bot)
}

/// The text without what stands for names and for choices between wordings.
pub(crate) fn plain(template: &str) -> String {
    let mut plain = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{").into_iter().chain(rest.find("{%")).min() {
        plain.push_str(&rest[..start]);
        let ending = if rest[start..].starts_with("{{") {
            "}}"
        } else {
            "%}"
        };
        let Some(length) = rest[start..].find(ending) else {
            return plain;
        };
        rest = &rest[start + length + ending.len()..];
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_without_its_marks_is_a_text() {
        let cases = [
            ("Hello {{ customer.name }}.", "Hello ."),
            (
                "Sorry{% if customer.name %}, {{ customer.name }}{% endif %}. We",
                "Sorry, . We",
            ),
            ("{ a } stays", "{ a } stays"),
            ("ends {{ open", "ends "),
        ];
        for (template, expected) in cases {
            assert_eq!(plain(template), expected);
        }
    }
}
