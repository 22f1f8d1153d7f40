//! How well moods are read: accuracy, each of the three, and above all who is unhappy.

use serde::Serialize;

use crate::domain::sentiment::{Sentiment, SentimentLabel};
use crate::eval::compare::Figures;
use crate::eval::confusion::{Confusion, LabelScores};
use crate::eval::share;

/// The share of right ones that alarms about unhappy customers must keep to.
const PRECISION: f64 = 0.9;

/// What people say of a message's mood, and what the model says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JudgedMood {
    pub gold: SentimentLabel,
    pub read: Sentiment,
}

/// Shares are 0 to 1; `None` where no row could count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MoodScores {
    pub rows: usize,
    pub accuracy: Option<f64>,
    pub macro_f1: Option<f64>,
    /// Area under the ROC curve of the probability of `negative`.
    pub negative_auroc: Option<f64>,
    /// The largest share of negative rows that one threshold finds while at least 90 % of what it finds is negative.
    pub negative_recall_at_90_precision: Option<f64>,
    /// In the order of [`SentimentLabel::ALL`].
    pub classes: Vec<MoodClass>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MoodClass {
    pub label: SentimentLabel,
    #[serde(flatten)]
    pub scores: LabelScores,
}

impl MoodScores {
    pub fn new(rows: &[JudgedMood]) -> Self {
        let confusion = Confusion::new(
            SentimentLabel::ALL.len(),
            rows.iter()
                .map(|row| (row.gold as usize, row.read.label as usize)),
        );
        let right = rows.iter().filter(|row| row.gold == row.read.label).count();
        let scored: Vec<(f32, bool)> = rows
            .iter()
            .map(|row| (row.read.negative, row.gold == SentimentLabel::Negative))
            .collect();
        let class = |(label, scores)| MoodClass { label, scores };
        Self {
            rows: rows.len(),
            accuracy: share(right, rows.len()),
            macro_f1: confusion.macro_f1(),
            negative_auroc: auroc(&scored),
            negative_recall_at_90_precision: recall_at(&scored, PRECISION),
            classes: SentimentLabel::ALL
                .into_iter()
                .zip(confusion.by_label())
                .map(class)
                .collect(),
        }
    }

    /// Every figure with the name it has in reports.
    pub fn figures(&self) -> Figures {
        [
            ("sentiment_accuracy", self.accuracy),
            ("sentiment_macro_f1", self.macro_f1),
            ("negative_auroc", self.negative_auroc),
            (
                "negative_recall_at_90_precision",
                self.negative_recall_at_90_precision,
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
    }
}

/// The chance that a positive row scores above a negative one, ties counting half (Hanley & McNeil 1982, "The Meaning
/// and Use of the Area under a ROC Curve"). Rows are score and whether positive; `None` unless there are both.
pub fn auroc(rows: &[(f32, bool)]) -> Option<f64> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let positives = rows.iter().filter(|(_, positive)| *positive).count() as f64;
    let negatives = rows.len() as f64 - positives;
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        let positive = tied.iter().filter(|(_, positive)| *positive).count() as f64;
        let negative = tied.len() as f64 - positive;
        wins += positive * (below + negative / 2.0);
        below += negative;
    }
    (positives > 0.0 && negatives > 0.0).then(|| wins / (positives * negatives))
}

/// The largest recall of any threshold at which the precision is at least `precision`; `None` without positive rows.
pub fn recall_at(rows: &[(f32, bool)], precision: f64) -> Option<f64> {
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = rows.iter().filter(|(_, positive)| *positive).count();
    let (mut found, mut right, mut best) = (0, 0, 0);
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        found += tied.len();
        right += tied.iter().filter(|(_, positive)| *positive).count();
        if right as f64 >= precision * found as f64 {
            best = right;
        }
    }
    share(best, positives)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_by_hand() {
        let row = |gold, negative: f32, positive: f32| JudgedMood {
            gold,
            read: Sentiment::new(negative, 1.0 - negative - positive, positive),
        };
        let [bad, calm, glad] = SentimentLabel::ALL;
        let rows = [
            row(bad, 0.9, 0.0),
            row(bad, 0.3, 0.1),
            row(calm, 0.4, 0.1),
            row(calm, 0.1, 0.1),
            row(glad, 0.0, 0.9),
        ];
        let scores = MoodScores::new(&rows);
        assert_eq!(scores.accuracy, Some(0.8));
        // 0.9 beats all three, 0.3 beats two of three.
        assert_eq!(scores.negative_auroc, Some(5.0 / 6.0));
        assert_eq!(scores.negative_recall_at_90_precision, Some(0.5));
        assert_eq!(scores.classes[0].scores.recall, Some(0.5));
        assert_eq!(scores.classes[1].scores.precision, Some(2.0 / 3.0));
    }

    #[test]
    fn recall_goes_on_behind_a_bad_stretch() {
        let mut rows = vec![(0.9, false)];
        rows.extend([(0.8, true); 9]);
        assert_eq!(recall_at(&rows, 0.9), Some(1.0));
        assert_eq!(recall_at(&rows, 0.95), Some(0.0));
        assert_eq!(recall_at(&[(0.5, false)], 0.9), None);
        assert_eq!(auroc(&[(0.5, true)]), None);
    }

    proptest! {
        #[test]
        fn auroc_is_the_share_of_pairs_won(rows in prop::collection::vec((0..8_u8, any::<bool>()), 1..40)) {
            let rows: Vec<(f32, bool)> = rows.into_iter().map(|(score, positive)| (f32::from(score), positive)).collect();
            let (mut won, mut pairs) = (0.0, 0.0);
            for (a, _) in rows.iter().filter(|row| row.1) {
                for (b, _) in rows.iter().filter(|row| !row.1) {
                    pairs += 1.0;
                    won += if a > b { 1.0 } else if a == b { 0.5 } else { 0.0 };
                }
            }
            match auroc(&rows) {
                Some(found) => prop_assert!((found - won / pairs).abs() < 1e-9),
                None => prop_assert_eq!(pairs, 0.0),
            }
        }
    }
}
