//! Predictions for rows that the head has not seen: cross-validation, which also chooses the penalty, and intents
//! left out in turn, whose rows are then out of scope. Knows vectors and numbers of intents, no texts.

use ndarray::{Array2, Axis};

use crate::threads;
use crate::train::confidence::temperature;
use crate::train::fit::{Head, fit};
use crate::train::lbfgs::Stop;

/// Penalties tried, as the C of the usual notation for inputs of length 1, from the strongest on: each fit starts
/// where the one before ended.
const STRENGTHS: [f64; 4] = [4.0, 16.0, 64.0, 256.0];

/// Enough to compare penalties by.
const ROUGH: Stop = Stop {
    gradient: 1e-5,
    gain: 2e-4,
    steps: 60,
};

/// For the head that is kept.
const FINE: Stop = Stop {
    gradient: 1e-6,
    gain: 1e-6,
    steps: 200,
};

/// Scaled inputs, the number of each row's intent and of its fold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub(crate) inputs: &'a Array2<f32>,
    pub(crate) labels: &'a [usize],
    pub(crate) intents: usize,
    pub(crate) folds: &'a [usize],
}

impl Rows<'_> {
    /// The rows that `keep` keeps: their numbers, inputs and labels.
    fn only(&self, keep: impl Fn(usize) -> bool) -> (Vec<usize>, Array2<f32>, Vec<usize>) {
        let rows: Vec<usize> = (0..self.labels.len()).filter(|row| keep(*row)).collect();
        let inputs = self.inputs.select(Axis(0), &rows);
        let labels = rows.iter().map(|row| self.labels[*row]).collect();
        (rows, inputs, labels)
    }

    /// Inputs are scaled so that a row has a length of about the root of the width.
    fn penalty(&self, strength: f64) -> f64 {
        self.inputs.ncols() as f64 / strength
    }
}

/// The penalty under which held-out rows fare best.
#[derive(Debug)]
pub(crate) struct Validated {
    pub(crate) strength: f64,
    pub(crate) temperature: f32,
    /// Of each row, by the head that was fitted without its fold.
    pub(crate) logits: Array2<f32>,
    /// The mean of the heads of the folds: a good place to start from.
    middle: Head,
}

/// Each fold is predicted by heads that were fitted on the others, one for each penalty; the one with the lowest
/// loss of the tempered softmax is kept. There are at least two folds.
pub(crate) fn cross_validate(rows: Rows<'_>, folds: usize) -> Validated {
    let by_fold: Vec<Vec<Fold>> = threads::map(folds, |fold| path(rows, fold));
    let mut trials = threads::map(STRENGTHS.len(), |at| {
        let mut logits = Array2::zeros((rows.labels.len(), rows.intents));
        for found in &by_fold {
            for (row, values) in found[at].rows.iter().zip(found[at].logits.rows()) {
                logits.row_mut(*row).assign(&values);
            }
        }
        let (temperature, loss) = temperature(&logits, rows.labels);
        let middle = Head::mean(by_fold.iter().map(|found| &found[at].head));
        let validated = Validated {
            strength: STRENGTHS[at],
            temperature,
            logits,
            middle: middle.unwrap_or_else(|| Head::zeros(rows.inputs.ncols(), rows.intents)),
        };
        (validated, loss)
    });
    let losses: Vec<f64> = trials.iter().map(|(_, loss)| *loss).collect();
    let best = (0..losses.len()).fold(0, |best, at| if losses[at] < losses[best] { at } else { best });
    trials.swap_remove(best).0
}

/// A head fitted without one fold, and what it says of that fold.
#[derive(Debug)]
struct Fold {
    rows: Vec<usize>,
    logits: Array2<f32>,
    head: Head,
}

/// One for each penalty.
fn path(rows: Rows<'_>, fold: usize) -> Vec<Fold> {
    let (_, inputs, labels) = rows.only(|row| rows.folds[row] != fold);
    let (held_out, held_out_inputs, _) = rows.only(|row| rows.folds[row] == fold);
    let mut head = Head::zeros(inputs.ncols(), rows.intents);
    STRENGTHS
        .iter()
        .map(|strength| {
            head = fit(&inputs, &labels, head.clone(), rows.penalty(*strength), ROUGH);
            Fold {
                rows: held_out.clone(),
                logits: head.logits(&held_out_inputs),
                head: head.clone(),
            }
        })
        .collect()
}

/// The head of all rows, under the penalty that was chosen.
pub(crate) fn final_head(rows: Rows<'_>, validated: &Validated) -> Head {
    let penalty = rows.penalty(validated.strength);
    fit(rows.inputs, rows.labels, validated.middle.clone(), penalty, FINE)
}

/// A row of an intent that was left out, and what the head of the remaining intents says of it.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) row: usize,
    /// One for each remaining intent, in the order of [`Strangers::intents`].
    pub(crate) logits: Vec<f32>,
}

#[derive(Debug)]
pub(crate) struct Strangers {
    /// The intents that remained.
    pub(crate) intents: Vec<usize>,
    pub(crate) rows: Vec<Stranger>,
}

/// Fits a head without the intents of each group in turn, from `whole`, the head of all, and has it read the rows of
/// that group. At least two intents remain each time.
pub(crate) fn strangers(
    rows: Rows<'_>,
    whole: &Head,
    strength: f64,
    groups: &[Vec<usize>],
) -> Vec<Strangers> {
    threads::map(groups.len(), |group| {
        let left_out = &groups[group];
        let intents: Vec<usize> = (0..rows.intents)
            .filter(|intent| !left_out.contains(intent))
            .collect();
        let (_, inputs, labels) = rows.only(|row| !left_out.contains(&rows.labels[row]));
        let mut column = vec![0; rows.intents];
        for (at, intent) in intents.iter().enumerate() {
            column[*intent] = at;
        }
        let labels: Vec<usize> = labels.into_iter().map(|label| column[label]).collect();
        let start = whole.of_intents(&intents);
        let head = fit(&inputs, &labels, start, rows.penalty(strength), ROUGH);
        let (strange, inputs, _) = rows.only(|row| left_out.contains(&rows.labels[row]));
        let logits = head.logits(&inputs);
        let rows = strange.into_iter().zip(logits.rows());
        Strangers {
            intents,
            rows: rows
                .map(|(row, logits)| Stranger {
                    row,
                    logits: logits.to_vec(),
                })
                .collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three clouds in a plane, one far from the others.
    fn clouds() -> (Array2<f32>, Vec<usize>, Vec<usize>) {
        let centres = [[1.0_f32, 0.0], [0.0, 1.0], [-1.0, -1.0]];
        let labels: Vec<usize> = (0..30).map(|row| row % 3).collect();
        let inputs = Array2::from_shape_fn((30, 2), |(row, column)| {
            let wobble = ((row * 7 + column * 3) % 10) as f32 / 25.0 - 0.2;
            centres[row % 3][column] + wobble
        });
        let folds = (0..30).map(|row| (row / 3) % 5).collect();
        (inputs, labels, folds)
    }

    fn of_three<'a>(inputs: &'a Array2<f32>, labels: &'a [usize], folds: &'a [usize]) -> Rows<'a> {
        Rows {
            inputs,
            labels,
            intents: 3,
            folds,
        }
    }

    #[test]
    fn clear_rows_are_predicted_unseen() {
        let (inputs, labels, folds) = clouds();
        let rows = of_three(&inputs, &labels, &folds);
        let validated = cross_validate(rows, 5);
        let head = final_head(rows, &validated);
        for logits in [&validated.logits, &head.logits(&inputs)] {
            for (row, label) in logits.rows().into_iter().zip(&labels) {
                assert!(row.iter().all(|logit| *logit <= row[*label]), "{row} {label}");
            }
        }
    }

    #[test]
    fn rows_of_a_left_out_intent_are_read_by_the_others() {
        let (inputs, labels, folds) = clouds();
        let rows = of_three(&inputs, &labels, &folds);
        let whole = final_head(rows, &cross_validate(rows, 5));
        let found = strangers(rows, &whole, 16.0, &[vec![1], vec![2]]);
        assert_eq!(found[0].intents, [0, 2]);
        assert_eq!(found[1].intents, [0, 1]);
        for (group, left_out) in found.iter().zip([1, 2]) {
            assert_eq!(group.rows.len(), 10);
            assert!(group.rows.iter().all(|stranger| labels[stranger.row] == left_out));
            assert!(group.rows.iter().all(|stranger| stranger.logits.len() == 2));
        }
    }
}
