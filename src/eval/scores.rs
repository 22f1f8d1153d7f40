//! The figures of a classifier on labelled rows. Each is a plain function of the rows; sources stand beside them.

use serde::Serialize;

use crate::eval::compare::Figures;
use crate::eval::confusion::Confusion;
use crate::eval::judged::Judged;
use crate::eval::risk::{self, AnsweredAt, ERRORS};
use crate::eval::share;

/// Bins of the reliability diagram, as in Guo et al. 2017.
const BINS: usize = 15;

/// The share of in-scope rows that the stricter out-of-scope figure keeps.
const KEPT: f64 = 0.95;

/// Shares are 0 to 1; `None` where no row could count.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scores {
    pub rows: usize,
    /// Share of all rows whose top intent is the gold one.
    pub accuracy: Option<f64>,
    /// The same among rows whose gold is not `out_of_scope`.
    pub in_scope_accuracy: Option<f64>,
    pub macro_f1: Option<f64>,
    pub ece: Option<f64>,
    pub brier: Option<f64>,
    pub aurc: Option<f64>,
    /// For each of [`ERRORS`].
    pub answered: Vec<AnsweredAt>,
    pub out_of_scope: OutOfScope,
}

/// How out-of-scope rows are found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OutOfScope {
    /// Rows whose gold is `out_of_scope`.
    pub rows: usize,
    /// Share of them whose top intent is `out_of_scope`.
    pub recall: Option<f64>,
    /// Share of them below the threshold at or above which 95 % of the in-scope rows stay, where a row is placed by
    /// how likely it is in scope: see [`Answer::in_scope`](crate::eval::judged::Answer::in_scope).
    pub recall_at_95_kept: Option<f64>,
}

/// A bar of the reliability diagram; shares are 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    pub rows: usize,
    pub mean_confidence: Option<f64>,
    pub accuracy: Option<f64>,
}

impl Scores {
    /// `labels` is the number of labels, `out_of_scope` the place of that intent among them.
    pub fn new(rows: &[Judged], labels: usize, out_of_scope: usize) -> Self {
        let right = |rows: &mut dyn Iterator<Item = &Judged>| {
            let (mut right, mut all) = (0, 0);
            for row in rows {
                all += 1;
                right += usize::from(row.right());
            }
            share(right, all)
        };
        let confusion = Confusion::new(labels, rows.iter().map(|row| (row.gold, row.top)));
        let steps = risk::steps(rows, out_of_scope);
        Self {
            rows: rows.len(),
            accuracy: right(&mut rows.iter()),
            in_scope_accuracy: right(&mut rows.iter().filter(|row| row.gold != out_of_scope)),
            macro_f1: confusion.macro_f1(),
            ece: expected_calibration_error(&bins(rows), rows.len()),
            brier: brier(rows),
            aurc: risk::area(rows),
            answered: ERRORS
                .iter()
                .map(|error| risk::answered_at(&steps, rows.len(), *error))
                .collect(),
            out_of_scope: found_out_of_scope(rows, out_of_scope),
        }
    }

    /// Every figure with the name it has in reports.
    pub fn figures(&self) -> Figures {
        let mut figures: Figures = [
            ("accuracy", self.accuracy),
            ("in_scope_accuracy", self.in_scope_accuracy),
            ("macro_f1", self.macro_f1),
            ("ece", self.ece),
            ("brier", self.brier),
            ("aurc", self.aurc),
            ("out_of_scope_recall", self.out_of_scope.recall),
            (
                "out_of_scope_recall_at_95_kept",
                self.out_of_scope.recall_at_95_kept,
            ),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        for answered in &self.answered {
            let percent = answered.error * 100.0;
            figures.push((format!("coverage_at_{percent:.0}_error"), Some(answered.coverage)));
            figures.push((
                format!("answered_rightly_at_{percent:.0}_error"),
                Some(answered.rightly),
            ));
        }
        figures
    }
}

/// Rows by confidence in 15 bins of equal width, each open below and closed above (Guo et al. 2017, "On Calibration of
/// Modern Neural Networks", section 2); a confidence of 0 falls into the first.
pub fn bins(rows: &[Judged]) -> Vec<Bin> {
    let mut counts = [(0_usize, 0_usize, 0.0_f64); BINS];
    for row in rows {
        let confidence = f64::from(row.confidence);
        // In the precision of the confidence itself, so that 0.2 stands on an edge and not just above it.
        let place = (row.confidence * BINS as f32).ceil() as usize;
        if let Some((count, right, sum)) = counts.get_mut(place.clamp(1, BINS) - 1) {
            *count += 1;
            *right += usize::from(row.right());
            *sum += confidence;
        }
    }
    let bin = |(place, &(rows, right, sum)): (usize, &(usize, usize, f64))| Bin {
        from: place as f64 / BINS as f64,
        to: (place + 1) as f64 / BINS as f64,
        rows,
        mean_confidence: (rows > 0).then(|| sum / rows as f64),
        accuracy: share(right, rows),
    };
    counts.iter().enumerate().map(bin).collect()
}

/// ECE: the distance between confidence and accuracy, in the mean over the rows (Guo et al. 2017, equation 3).
fn expected_calibration_error(bins: &[Bin], rows: usize) -> Option<f64> {
    let distance = |bin: &Bin| Some(bin.rows as f64 * (bin.accuracy? - bin.mean_confidence?).abs());
    (rows > 0).then(|| bins.iter().filter_map(distance).sum::<f64>() / rows as f64)
}

/// The mean squared distance between confidence and being right, 1 or 0 (Brier 1950, "Verification of Forecasts
/// Expressed in Terms of Probability", for the event that the top intent is right).
fn brier(rows: &[Judged]) -> Option<f64> {
    let squared = |row: &Judged| (f64::from(row.confidence) - f64::from(u8::from(row.right()))).powi(2);
    (!rows.is_empty()).then(|| rows.iter().map(squared).sum::<f64>() / rows.len() as f64)
}

fn found_out_of_scope(rows: &[Judged], out_of_scope: usize) -> OutOfScope {
    let (outside, inside): (Vec<&Judged>, Vec<&Judged>) =
        rows.iter().partition(|row| row.gold == out_of_scope);
    let named = outside.iter().filter(|row| row.top == out_of_scope).count();
    let mut kept: Vec<f32> = inside.iter().map(|row| row.in_scope).collect();
    kept.sort_by(|a, b| b.total_cmp(a));
    let keep = (KEPT * kept.len() as f64).ceil() as usize;
    let bar = keep.checked_sub(1).and_then(|last| kept.get(last));
    let below = bar.map(|bar| outside.iter().filter(|row| row.in_scope < *bar).count());
    OutOfScope {
        rows: outside.len(),
        recall: share(named, outside.len()),
        recall_at_95_kept: below.and_then(|below| share(below, outside.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUT: usize = 2;

    fn row(confidence: f32, gold: usize, top: usize) -> Judged {
        Judged {
            gold,
            top,
            confidence,
            in_scope: if top == OUT { 1.0 - confidence } else { confidence },
        }
    }

    fn close(found: Option<f64>, expected: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() < 1e-6, "{found} and not {expected}");
    }

    #[test]
    fn figures_by_hand() {
        let rows = [
            row(0.9, 0, 0),
            row(0.9, 0, 1),
            row(0.3, 1, 1),
            row(0.8, OUT, OUT),
            row(0.6, OUT, 0),
        ];
        let scores = Scores::new(&rows, 3, OUT);
        close(scores.accuracy, 0.6);
        close(scores.in_scope_accuracy, 2.0 / 3.0);
        // F1: 0 has 1 of (2 gold + 2 predicted), 1 has 1 of (1 + 2), out of scope 1 of (2 + 1).
        close(scores.macro_f1, (0.5 + 2.0 / 3.0 + 2.0 / 3.0) / 3.0);
        // Bins: {0.9, 0.9} half right, {0.3} right, {0.8} right, {0.6} wrong.
        close(scores.ece, (2.0 * 0.4 + 0.7 + 0.2 + 0.6) / 5.0);
        close(scores.brier, (0.01 + 0.81 + 0.49 + 0.04 + 0.36) / 5.0);
        assert_eq!(scores.out_of_scope.rows, 2);
        close(scores.out_of_scope.recall, 0.5);
        // In scope at 0.9, 0.9, 0.3: all three are kept at 0.3; out of scope stand at 0.2 and 0.6.
        close(scores.out_of_scope.recall_at_95_kept, 0.5);
    }

    #[test]
    fn bins_are_closed_above() {
        let edge = 1.0 / 15.0;
        let places: Vec<usize> = [0.0, edge, edge + 1e-4, 1.0]
            .iter()
            .map(|confidence| {
                let bins = bins(&[row(*confidence, 0, 0)]);
                bins.iter().position(|bin| bin.rows == 1).unwrap()
            })
            .collect();
        assert_eq!(places, [0, 0, 1, 14]);
    }

    #[test]
    fn confidence_that_means_what_it_says_has_no_calibration_error() {
        let rows: Vec<Judged> = (0..10).map(|n| row(0.7, 0, usize::from(n >= 7))).collect();
        let scores = Scores::new(&rows, 3, OUT);
        close(scores.ece.map(|ece| ece + 1.0), 1.0);
        close(scores.brier, 0.21);
    }

    #[test]
    fn no_rows_have_no_figures() {
        let scores = Scores::new(&[], 3, OUT);
        assert!(
            scores
                .figures()
                .iter()
                .all(|(_, value)| value.is_none_or(|value| value == 0.0))
        );
        assert_eq!(
            (scores.accuracy, scores.ece, scores.out_of_scope.recall),
            (None, None, None)
        );
    }
}
