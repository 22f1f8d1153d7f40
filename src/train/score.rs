//! How good predictions are, and which intents are taken for each other. Pure: knows no model.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::train::examples::{Example, Place};

/// Pairs and examples of each that are told.
const PAIRS: usize = 20;
const EXAMPLES: usize = 4;

/// The share of wrong answers that is put up with.
const MAX_ERROR: f64 = 0.05;

/// A prediction for a row that the model was not trained on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged<'a> {
    pub(crate) row: &'a Example,
    /// `None` for a label that the model does not know: whatever is answered there is wrong.
    pub(crate) gold: Option<usize>,
    pub(crate) predicted: usize,
    /// 0 to 1.
    pub(crate) confidence: f32,
    pub(crate) right: bool,
}

/// Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    pub rows: usize,
    /// Of the rows whose label the model knows, those whose intent is right.
    pub accuracy: f64,
    /// The mean over the intents that have rows.
    pub macro_f1: f64,
    /// Of all rows, those answered rightly when the bot answers from the confidence on where 5 % of its answers are
    /// wrong.
    pub answered_rightly_at_5_error: f64,
    /// By name.
    pub intents: Vec<IntentScore>,
    /// The most frequent first.
    pub confused: Vec<Confusion>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntentScore {
    pub name: String,
    pub rows: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// Two intents that are taken for each other, either way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Confusion {
    pub intents: [String; 2],
    pub rows: usize,
    pub examples: Vec<Mistaken>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistaken {
    pub text: String,
    pub label: String,
    pub predicted: String,
    pub place: Place,
}

/// `names` are those of the intents, by their number.
pub(crate) fn score(judged: &[Judged<'_>], names: &[String]) -> Scores {
    let known = judged.iter().filter(|one| one.gold.is_some());
    let right = known.clone().filter(|one| one.right).count();
    let intents = of_intents(judged, names);
    let with_rows = intents.iter().filter(|intent| intent.rows > 0);
    let f1: f64 = with_rows.clone().map(|intent| intent.f1).sum();
    let confidences = judged.iter().map(|one| (one.confidence, one.right)).collect();
    Scores {
        rows: judged.len(),
        accuracy: share(right, known.count()),
        macro_f1: f1 / with_rows.count().max(1) as f64,
        answered_rightly_at_5_error: answered_rightly(confidences, MAX_ERROR),
        intents,
        confused: confused(judged, names),
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn of_intents(judged: &[Judged<'_>], names: &[String]) -> Vec<IntentScore> {
    let mut counts = vec![(0, 0, 0); names.len()];
    for one in judged {
        counts[one.predicted].1 += 1;
        if let Some(gold) = one.gold {
            counts[gold].0 += 1;
            counts[gold].2 += usize::from(gold == one.predicted);
        }
    }
    names
        .iter()
        .zip(counts)
        .map(|(name, (rows, predicted, right))| IntentScore {
            name: name.clone(),
            rows,
            precision: share(right, predicted),
            recall: share(right, rows),
            f1: share(2 * right, rows + predicted),
        })
        .collect()
}

/// Of all rows, the largest share that is answered rightly while no more than `max_error` of those answered are
/// wrong, over all thresholds of the confidence. Rows of one confidence are answered together or not at all.
fn answered_rightly(mut confidences: Vec<(f32, bool)>, max_error: f64) -> f64 {
    confidences.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut most) = (0, 0);
    for (at, (confidence, is_right)) in confidences.iter().enumerate() {
        right += usize::from(*is_right);
        let answered = at + 1;
        let is_threshold = confidences
            .get(answered)
            .is_none_or(|(next, _)| next < confidence);
        if is_threshold && share(answered - right, answered) <= max_error {
            most = right;
        }
    }
    share(most, confidences.len())
}

fn confused(judged: &[Judged<'_>], names: &[String]) -> Vec<Confusion> {
    let mut pairs: BTreeMap<(usize, usize), Vec<&Judged<'_>>> = BTreeMap::new();
    for one in judged {
        if let Some(gold) = one.gold.filter(|gold| *gold != one.predicted) {
            let pair = (gold.min(one.predicted), gold.max(one.predicted));
            pairs.entry(pair).or_default().push(one);
        }
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by_key(|(pair, mistaken)| (std::cmp::Reverse(mistaken.len()), *pair));
    pairs.truncate(PAIRS);
    let mistaken = |one: &Judged<'_>| Mistaken {
        text: one.row.text.clone(),
        label: one.row.label.clone(),
        predicted: names[one.predicted].clone(),
        place: one.row.place.clone(),
    };
    pairs
        .into_iter()
        .map(|((a, b), found)| Confusion {
            intents: [names[a].clone(), names[b].clone()],
            rows: found.len(),
            examples: found.iter().take(EXAMPLES).map(|one| mistaken(one)).collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answered_rightly_at_a_bound() {
        for (rows, bound, expected) in [
            (vec![], 0.05, 0.0),
            (vec![(0.9, true), (0.8, true), (0.7, false)], 0.05, 2.0 / 3.0),
            (vec![(0.9, false), (0.8, true), (0.7, true)], 0.05, 0.0),
            (vec![(0.9, false), (0.8, true), (0.7, true)], 0.5, 2.0 / 3.0),
            // Equals stand or fall together.
            (vec![(0.9, true), (0.8, true), (0.8, false)], 0.05, 1.0 / 3.0),
        ] {
            let found = answered_rightly(rows.clone(), bound);
            assert!((found - expected).abs() < 1e-9, "{rows:?}: {found}");
        }
    }

    #[test]
    fn scores_of_known_predictions() {
        let names = ["a", "b", "c"].map(str::to_owned);
        let example = |label: &str| Example {
            text: format!("a text of {label}"),
            label: label.to_owned(),
            place: Place {
                file: "t.csv".to_owned(),
                line: 2,
            },
        };
        let rows = [
            ("a", Some(0), 0),
            ("a", Some(0), 1),
            ("b", Some(1), 1),
            ("b", Some(1), 0),
            ("else", None, 0),
        ]
        .map(|(label, gold, predicted)| (example(label), gold, predicted));
        let judged: Vec<Judged<'_>> = rows
            .iter()
            .map(|(row, gold, predicted)| Judged {
                row,
                gold: *gold,
                predicted: *predicted,
                confidence: 0.5,
                right: *gold == Some(*predicted),
            })
            .collect();
        let scores = score(&judged, &names);
        assert_eq!((scores.rows, scores.accuracy), (5, 0.5));
        let a = &scores.intents[0];
        assert_eq!((a.rows, a.recall), (2, 0.5));
        assert!((a.precision - 1.0 / 3.0).abs() < 1e-9 && (a.f1 - 0.4).abs() < 1e-9);
        assert!(
            (scores.macro_f1 - (0.4 + 0.5) / 2.0).abs() < 1e-9,
            "c has no rows"
        );
        assert_eq!(scores.confused.len(), 1);
        assert_eq!(scores.confused[0].intents, ["a", "b"]);
        assert_eq!(
            (scores.confused[0].rows, scores.confused[0].examples.len()),
            (2, 2)
        );
        assert_eq!(scores.confused[0].examples[0].predicted, "b");
    }
}
