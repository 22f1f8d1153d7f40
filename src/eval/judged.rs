//! What a model said of labelled rows, held against the labels. Plain values: names are numbers here, so that
//! thousands of resamples stay cheap.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::domain::intent::Intent;

/// What the model said of the intent of one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The most probable intent, and its confidence as the engine takes it, 0 to 1.
    pub top: Intent,
    pub confidence: f32,
    /// What the confidence of `out_of_scope` leaves of 1; in a model without that intent, `confidence`.
    pub in_scope: f32,
}

impl Answer {
    /// Of all that the model said of the intent of one text, in any order; of equals the first is the top. `None` for
    /// nothing.
    pub fn of(intents: impl IntoIterator<Item = (Intent, f32)>) -> Option<Self> {
        let (mut top, mut outside): (Option<(Intent, f32)>, Option<f32>) = (None, None);
        for (intent, confidence) in intents {
            if intent.is(Intent::OUT_OF_SCOPE) {
                outside = Some(confidence);
            }
            if top.as_ref().is_none_or(|(_, most)| confidence > *most) {
                top = Some((intent, confidence));
            }
        }
        let (top, confidence) = top?;
        Some(Self {
            top,
            confidence,
            in_scope: outside.map_or(confidence, |outside| 1.0 - outside),
        })
    }
}

/// One row: gold and top intent as places in [`Judgement::labels`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judged {
    pub gold: usize,
    pub top: usize,
    /// 0 to 1, as the engine compares it with its bars.
    pub confidence: f32,
    /// See [`Answer::in_scope`].
    pub in_scope: f32,
}

impl Judged {
    pub fn right(&self) -> bool {
        self.gold == self.top
    }
}

/// A label that the model does not know, and how many rows have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownLabel {
    pub label: String,
    pub rows: usize,
}

/// All rows of a test under one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The model's intents by name, and `out_of_scope` even where the model has none.
    pub labels: Vec<String>,
    /// The place of `out_of_scope`.
    pub out_of_scope: usize,
    /// Counted as `out_of_scope`: whatever the bot answers to them is wrong.
    pub unknown: Vec<UnknownLabel>,
    /// In the order of the test.
    pub rows: Vec<Judged>,
}

impl Judgement {
    /// `gold` and `answers` in the same order; `intents` are all that the model knows.
    pub fn new<'a>(
        intents: impl IntoIterator<Item = &'a Intent>,
        gold: impl IntoIterator<Item = &'a str>,
        answers: &[Answer],
    ) -> Self {
        let mut names: BTreeSet<&str> = intents.into_iter().map(Intent::as_str).collect();
        names.insert(Intent::OUT_OF_SCOPE);
        let places: BTreeMap<&str, usize> = names.iter().copied().zip(0..).collect();
        let out_of_scope = places.get(Intent::OUT_OF_SCOPE).copied().unwrap_or_default();
        let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
        let mut rows = Vec::with_capacity(answers.len());
        for (label, answer) in gold.into_iter().zip(answers) {
            let gold = places.get(label).copied().unwrap_or_else(|| {
                *unknown.entry(label).or_default() += 1;
                out_of_scope
            });
            rows.push(Judged {
                gold,
                top: places.get(answer.top.as_str()).copied().unwrap_or(out_of_scope),
                confidence: answer.confidence,
                in_scope: answer.in_scope,
            });
        }
        let unknown = unknown.into_iter().map(|(label, rows)| UnknownLabel {
            label: label.to_owned(),
            rows,
        });
        Self {
            unknown: unknown.collect(),
            labels: names.into_iter().map(str::to_owned).collect(),
            out_of_scope,
            rows,
        }
    }

    /// The name at a place; empty for a place that is none.
    pub fn label(&self, place: usize) -> &str {
        self.labels.get(place).map_or("", String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_the_top_and_what_out_of_scope_leaves() {
        let of = |intents: &[(&str, f32)]| {
            let intents = intents
                .iter()
                .map(|(name, confidence)| (Intent::new(*name), *confidence));
            Answer::of(intents)
                .map(|answer| (answer.top.as_str().to_owned(), answer.confidence, answer.in_scope))
        };
        assert_eq!(
            of(&[("a", 0.25), ("b", 0.5), ("out_of_scope", 0.125)]),
            Some(("b".to_owned(), 0.5, 0.875))
        );
        assert_eq!(
            of(&[("out_of_scope", 0.75), ("a", 0.75)]),
            Some(("out_of_scope".to_owned(), 0.75, 0.25))
        );
        assert_eq!(of(&[("a", 0.25), ("b", 0.5)]), Some(("b".to_owned(), 0.5, 0.5)));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn labels_that_the_model_lacks_are_out_of_scope_and_listed() {
        let intents = ["b", "a"].map(Intent::new);
        let answer = |top: &str| Answer {
            top: Intent::new(top),
            confidence: 0.5,
            in_scope: 0.5,
        };
        let answers = ["b", "a", "a", "b"].map(answer);
        let judged = Judgement::new(&intents, ["b", "b", "new", "out_of_scope"], &answers);
        assert_eq!(judged.labels, ["a", "b", "out_of_scope"]);
        let pairs: Vec<_> = judged.rows.iter().map(|row| (row.gold, row.top)).collect();
        assert_eq!(pairs, [(1, 1), (1, 0), (2, 0), (2, 1)]);
        assert_eq!(
            judged.unknown,
            [UnknownLabel {
                label: "new".into(),
                rows: 1
            }]
        );
        assert_eq!(judged.label(judged.out_of_scope), "out_of_scope");
    }
}
