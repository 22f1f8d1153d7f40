//! What is doubtful about examples: the same text under two intents, near copies across them, intents with too few
//! or too many examples, test texts that were trained on. Pure: rows and vectors in, findings out.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array2;
use serde::Serialize;

use crate::labelled::{Place, Row};
use crate::train::neighbours::nearest;

/// An intent with fewer is learnt badly; with fewer than 2 it cannot be validated at all.
pub(crate) const STARVED: usize = 5;

/// An intent with so many times the median of the others draws all doubtful messages.
const IMBALANCE: usize = 10;

/// From this cosine on, two texts say the same in other words.
const NEAR_COPY: f32 = 0.95;

/// From this cosine on, a test text says how well the model learns by heart.
const LEAK: f32 = 0.98;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The same text, whatever its case, spaces and punctuation, under more than one intent.
    SameText,
    /// Two texts of different intents that mean the same to the encoder.
    NearCopy,
    Starved,
    Imbalance,
    /// A text of the test file stands among the examples, as it is or nearly.
    Leak,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::SameText,
        Self::NearCopy,
        Self::Starved,
        Self::Imbalance,
        Self::Leak,
    ];

    /// As it stands in JSON and in a model card.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameText => "same_text",
            Self::NearCopy => "near_copy",
            Self::Starved => "starved",
            Self::Imbalance => "imbalance",
            Self::Leak => "leak",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub kind: Kind,
    /// What it is, and how to mend it.
    pub message: String,
    /// The rows in question; none where it is about a whole intent.
    pub places: Vec<Place>,
}

/// Rows and, for each, its vector of unit length.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Corpus<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) vectors: &'a Array2<f32>,
}

/// All findings, by kind and then in the order of the rows.
pub(crate) fn lint(training: Corpus<'_>, test: Option<Corpus<'_>>) -> Vec<Finding> {
    let mut findings = same_texts(training.rows);
    findings.extend(near_copies(training));
    findings.extend(sizes(training.rows));
    if let Some(test) = test {
        findings.extend(leaks(training, test));
    }
    findings
}

/// Letters and digits in lower case, one space between words; a text without any stays as it is.
pub(crate) fn folded(text: &str) -> String {
    let words = text.split_whitespace().map(|word| {
        let kept = word.chars().filter(|c| c.is_alphanumeric());
        kept.flat_map(char::to_lowercase).collect::<String>()
    });
    let folded = words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    if folded.is_empty() {
        text.trim().to_owned()
    } else {
        folded
    }
}

fn same_texts(rows: &[Row]) -> Vec<Finding> {
    let mut by_text: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_text.entry(folded(row.text.as_str())).or_default().push(row);
    }
    let mut findings = Vec::new();
    for same in by_text.into_values() {
        let labels: BTreeSet<&str> = same.iter().map(|row| row.label.as_str()).collect();
        if labels.len() > 1 {
            let labels = labels.into_iter().collect::<Vec<_>>().join(", ");
            findings.push(Finding {
                kind: Kind::SameText,
                message: format!(
                    "\"{}\" stands under {labels}; keep it under one of them",
                    same[0].text.as_str()
                ),
                places: same.iter().map(|row| row.place.clone()).collect(),
            });
        }
    }
    findings.sort_by(|a, b| a.places.cmp(&b.places));
    findings
}

/// Of each row only the nearest of another intent, so that a crowd of copies does not give a crowd of pairs.
fn near_copies(corpus: Corpus<'_>) -> Vec<Finding> {
    let Corpus { rows, vectors } = corpus;
    let other = |a: usize, b: usize| rows[a].label != rows[b].label;
    let mut pairs = BTreeMap::new();
    for (at, found) in nearest(vectors, vectors, other).into_iter().enumerate() {
        if let Some((near, cosine)) = found.filter(|(_, cosine)| *cosine >= NEAR_COPY) {
            pairs.entry((at.min(near), at.max(near))).or_insert(cosine);
        }
    }
    let is_new = |a: &Row, b: &Row| folded(a.text.as_str()) != folded(b.text.as_str());
    pairs
        .into_iter()
        .map(|((first, second), cosine)| (&rows[first], &rows[second], cosine))
        .filter(|(first, second, _)| is_new(first, second))
        .map(|(first, second, cosine)| Finding {
            kind: Kind::NearCopy,
            message: format!(
                "\"{}\" ({}) and \"{}\" ({}) nearly mean the same (cosine {cosine:.2}); decide on one intent, or \
                 write what sets them apart",
                first.text.as_str(),
                first.label,
                second.text.as_str(),
                second.label
            ),
            places: vec![first.place.clone(), second.place.clone()],
        })
        .collect()
}

/// How many rows each label has, by name.
pub(crate) fn counts(rows: &[Row]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(row.label.as_str()).or_insert(0) += 1;
    }
    counts
}

fn sizes(rows: &[Row]) -> Vec<Finding> {
    let counts = counts(rows);
    let mut sorted: Vec<usize> = counts.values().copied().collect();
    sorted.sort_unstable();
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    let of_intent = |kind, message| Finding {
        kind,
        message,
        places: Vec::new(),
    };
    let starved = counts
        .iter()
        .filter(|(_, count)| **count < STARVED)
        .map(|(label, count)| {
            of_intent(
                Kind::Starved,
                format!("{label} has {count} examples; write {STARVED} at least, better 20"),
            )
        });
    let large = counts
        .iter()
        .filter(|(_, count)| **count > IMBALANCE * median)
        .map(|(label, count)| {
            of_intent(
                Kind::Imbalance,
                format!("{label} has {count} examples, and half of the intents have no more than {median}; write more for the small ones"),
            )
        });
    starved.chain(large).collect()
}

fn leaks(training: Corpus<'_>, test: Corpus<'_>) -> Vec<Finding> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    for (at, row) in training.rows.iter().enumerate() {
        known.entry(folded(row.text.as_str())).or_insert(at);
    }
    let near = nearest(test.vectors, training.vectors, |_, _| true);
    let mut findings = Vec::new();
    for (row, near) in test.rows.iter().zip(near) {
        let same = known.get(&folded(row.text.as_str())).copied();
        let near = near.filter(|(_, cosine)| *cosine >= LEAK).map(|(at, _)| at);
        if let Some(at) = same.or(near) {
            let example = &training.rows[at];
            let how = if same.is_some() { "stands" } else { "nearly stands" };
            findings.push(Finding {
                kind: Kind::Leak,
                message: format!(
                    "the test text \"{}\" {how} among the examples (\"{}\"); take it out of one of them",
                    row.text.as_str(),
                    example.text.as_str()
                ),
                places: vec![row.place.clone(), example.place.clone()],
            });
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Text;

    fn rows(texts: &[(&str, &str)]) -> Vec<Row> {
        let row = |(line, (text, label)): (u64, &(&str, &str))| Row {
            text: Text::parse(text).unwrap(),
            label: (*label).to_owned(),
            sentiment: None,
            place: Place {
                file: "a.csv".to_owned(),
                line,
            },
        };
        (2..).zip(texts).map(row).collect()
    }

    fn said(findings: &[Finding], kind: Kind) -> Vec<(String, Vec<u64>)> {
        let of_kind = findings.iter().filter(|finding| finding.kind == kind);
        of_kind
            .map(|finding| {
                let lines = finding.places.iter().map(|place| place.line).collect();
                (finding.message.clone(), lines)
            })
            .collect()
    }

    #[test]
    fn texts_are_folded() {
        for (text, expected) in [
            ("  Where's my  ORDER?! ", "wheres my order"),
            ("e-mail — now", "email now"),
            ("ÄRGER", "ärger"),
            (" ?! ", "?!"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }

    #[test]
    fn doubtful_rows_are_found() {
        let rows = rows(&[
            ("Refund me!", "refund"),
            ("where is it", "track"),
            ("refund me", "money"),
            ("where is it now", "delay"),
            ("hello", "greet"),
        ]);
        let vectors = ndarray::array![[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.1, 0.995], [-1.0, 0.0]];
        let corpus = Corpus {
            rows: &rows,
            vectors: &vectors,
        };
        let findings = lint(corpus, None);
        let same = said(&findings, Kind::SameText);
        assert_eq!(same.len(), 1);
        assert_eq!(same[0].1, [2, 4]);
        assert!(same[0].0.contains("money, refund"), "{same:?}");
        let near = said(&findings, Kind::NearCopy);
        assert_eq!(near.len(), 1, "{near:?}");
        assert_eq!(near[0].1, [3, 5]);
        assert_eq!(said(&findings, Kind::Starved).len(), 5);
        assert!(said(&findings, Kind::Imbalance).is_empty() && said(&findings, Kind::Leak).is_empty());
    }

    #[test]
    fn sizes_are_held_against_the_median() {
        let mut texts = vec![("x", "small"); 5];
        texts.extend(vec![("x", "middle"); 6]);
        texts.extend(vec![("x", "large"); 61]);
        let found = sizes(&rows(&texts));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].message.starts_with("large has 61 examples"));
        texts.pop();
        assert!(sizes(&rows(&texts)).is_empty());
    }

    #[test]
    fn test_texts_among_the_examples_are_found() {
        let training = rows(&[("Cancel it", "a"), ("refund", "b")]);
        let test = rows(&[("cancel it.", "a"), ("refunds", "b"), ("hello", "a")]);
        let near = [0.99_f32, (1.0_f32 - 0.99 * 0.99).sqrt(), 0.0];
        let training_vectors = ndarray::array![[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];
        let test_vectors = ndarray::array![[0.0, 1.0, 0.0], near, [0.7, 0.7, 0.0]];
        let findings = lint(
            Corpus {
                rows: &training,
                vectors: &training_vectors,
            },
            Some(Corpus {
                rows: &test,
                vectors: &test_vectors,
            }),
        );
        let leaks = said(&findings, Kind::Leak);
        assert_eq!(leaks.len(), 2, "{leaks:?}");
        assert!(leaks[0].0.contains(" stands among") && leaks[1].0.contains("nearly stands"));
        assert_eq!((leaks[0].1.clone(), leaks[1].1.clone()), (vec![2, 2], vec![3, 3]));
    }
}
