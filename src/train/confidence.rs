//! Confidence that means what it says: the temperature of the softmax, and the four numbers that turn the evidence
//! for an intent into a probability. Knows nothing of how the predictions were made.

use ndarray::Array2;

use crate::classify::calibration::{Evidence, Logistic};
use crate::train::lbfgs::{Stop, minimise};

/// Temperatures outside say that there is too little to learn one from.
const TEMPERATURES: std::ops::RangeInclusive<f64> = 0.05..=20.0;

/// Newton steps at most, and the step that is too small to matter.
const NEWTON_STEPS: usize = 30;
const SMALL_STEP: f64 = 1e-6;

/// Keeps the weights finite when a line parts right from wrong; on standardised evidence and a mean loss.
const RIDGE: f64 = 1e-3;

const STOP: Stop = Stop {
    gradient: 1e-6,
    gain: 1e-9,
    steps: 200,
};

/// The temperature under which the labels of held-out rows are most probable, and the mean of -ln p(label) there
/// (Guo et al. 2017, "On Calibration of Modern Neural Networks"). Found by Newton's method on 1 / temperature, in
/// which the loss is convex.
pub(crate) fn temperature(logits: &Array2<f32>, labels: &[usize]) -> (f32, f64) {
    let slowest = 1.0 / TEMPERATURES.end();
    let fastest = 1.0 / TEMPERATURES.start();
    let mut inverse = 1.0_f64;
    for _ in 0..NEWTON_STEPS {
        let (_, slope, bend) = tempered_loss(logits, labels, inverse);
        // A step that doubles or halves at most cannot run away where the loss is nearly straight.
        let wanted = if bend > 0.0 {
            inverse - slope / bend
        } else {
            inverse - slope
        };
        let next = wanted.clamp(inverse / 2.0, inverse * 2.0).clamp(slowest, fastest);
        let moved = (next - inverse).abs();
        inverse = next;
        if moved < SMALL_STEP * inverse {
            break;
        }
    }
    let (loss, _, _) = tempered_loss(logits, labels, inverse);
    ((1.0 / inverse) as f32, loss)
}

/// The mean loss of `inverse` times the logits, and its first and second derivative by `inverse`.
fn tempered_loss(logits: &Array2<f32>, labels: &[usize], inverse: f64) -> (f64, f64, f64) {
    let (mut loss, mut slope, mut bend) = (0.0, 0.0, 0.0);
    for (row, label) in logits.rows().into_iter().zip(labels) {
        let largest = f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let (mut total, mut first, mut second) = (0.0, 0.0, 0.0);
        for logit in row {
            let off = f64::from(*logit) - largest;
            let weight = (inverse * off).exp();
            total += weight;
            first += weight * off;
            second += weight * off * off;
        }
        let of_label = f64::from(row[*label]) - largest;
        let mean = first / total;
        loss += total.ln() - inverse * of_label;
        slope += mean - of_label;
        bend += second / total - mean * mean;
    }
    let count = labels.len().max(1) as f64;
    (loss / count, slope / count, bend / count)
}

/// What spoke for one answer to a question about a held-out row, and whether it was right.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observation {
    pub(crate) evidence: Evidence,
    pub(crate) right: bool,
    /// How many rows it stands for, above 0.
    pub(crate) weight: f64,
}

/// The numbers that the runtime weighs, in the order of [`Logistic`].
fn signals(evidence: &Evidence) -> [f64; 3] {
    [evidence.log_odds, evidence.similarity, evidence.gap].map(f64::from)
}

/// Logistic regression of being right on the evidence, with the targets smoothed as in Platt 1999 ("Probabilistic
/// Outputs for Support Vector Machines"), so that rows that are all right do not promise certainty.
pub(crate) fn fit(observations: &[Observation]) -> Logistic {
    let sum = |of: &dyn Fn(&Observation) -> f64| -> f64 {
        observations.iter().map(|seen| seen.weight * of(seen)).sum()
    };
    let total = sum(&|_| 1.0).max(f64::MIN_POSITIVE);
    let right = sum(&|seen| f64::from(u8::from(seen.right)));
    let wrong = total - right;
    let mean: [f64; 3] = [0, 1, 2].map(|at| sum(&|seen| signals(&seen.evidence)[at]) / total);
    let spread: [f64; 3] = [0, 1, 2].map(|at| {
        let square = sum(&|seen| (signals(&seen.evidence)[at] - mean[at]).powi(2)) / total;
        if square > 0.0 { square.sqrt() } else { 1.0 }
    });
    let targets = [1.0 / (wrong + 2.0), (right + 1.0) / (right + 2.0)];
    let found = minimise(Array2::zeros((1, 4)), STOP, |point, gradient| {
        let weights: [f64; 4] = [0, 1, 2, 3].map(|at| f64::from(point[[0, at]]));
        let mut loss = 0.0;
        let mut slopes = [0.0; 4];
        for seen in observations {
            let raw = signals(&seen.evidence);
            let [a, b, c] = [0, 1, 2].map(|at| (raw[at] - mean[at]) / spread[at]);
            let inputs = [1.0, a, b, c];
            let score: f64 = inputs
                .iter()
                .zip(&weights)
                .map(|(input, weight)| input * weight)
                .sum();
            let target = targets[usize::from(seen.right)];
            // ln(1 + e^score) - target score, without overflow.
            loss += seen.weight * (score.max(0.0) + (-score.abs()).exp().ln_1p() - target * score);
            let error = seen.weight * (1.0 / (1.0 + (-score).exp()) - target);
            for (slope, input) in slopes.iter_mut().zip(inputs) {
                *slope += error * input;
            }
        }
        for at in 0..4 {
            let pull = if at == 0 { 0.0 } else { RIDGE * weights[at] };
            gradient[[0, at]] = (slopes[at] / total + pull) as f32;
        }
        let squares: f64 = weights[1..].iter().map(|weight| weight * weight).sum();
        loss / total + RIDGE / 2.0 * squares
    });
    let [log_odds, similarity, gap] = [0, 1, 2].map(|at| f64::from(found[[0, at + 1]]) / spread[at]);
    let bias = f64::from(found[[0, 0]]) - log_odds * mean[0] - similarity * mean[1] - gap * mean[2];
    Logistic {
        bias: bias as f32,
        log_odds: log_odds as f32,
        similarity: similarity as f32,
        gap: gap as f32,
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_temperature_of_known_logits() {
        // Two of three rows follow the logits: p must be 2/3, so 2 / T = ln 2.
        let logits = array![[2.0, 0.0], [2.0, 0.0], [2.0, 0.0]];
        let (found, loss) = temperature(&logits, &[0, 0, 1]);
        assert!(
            (f64::from(found) - 2.0 / std::f64::consts::LN_2).abs() < 1e-3,
            "{found}"
        );
        let expected = -(2.0 / 3.0) * (2.0_f64 / 3.0).ln() - (1.0 / 3.0) * (1.0_f64 / 3.0).ln();
        assert!((loss - expected).abs() < 1e-6, "{loss}");
        // All right, and all wrong: the ends of the range.
        assert!(temperature(&logits, &[0, 0, 0]).0 < 0.1);
        assert_eq!(temperature(&logits, &[1, 1, 1]).0, 20.0);
    }

    fn seen(log_odds: f32, similarity: f32, right: bool, weight: f64) -> Observation {
        let evidence = Evidence {
            log_odds,
            similarity,
            gap: 0.0,
        };
        Observation {
            evidence,
            right,
            weight,
        }
    }

    #[test]
    fn the_confidence_is_the_share_that_is_right() {
        // At each similarity a known share is right; weights count as so many rows.
        let observations = [
            seen(1.0, 0.9, true, 900.0),
            seen(1.0, 0.9, false, 100.0),
            seen(1.0, 0.5, true, 300.0),
            seen(1.0, 0.5, false, 700.0),
        ];
        let found = fit(&observations);
        for (similarity, share) in [(0.9, 0.9), (0.5, 0.3)] {
            let probability = found.probability(&seen(1.0, similarity, true, 1.0).evidence);
            assert!((probability - share).abs() < 0.02, "{similarity}: {probability}");
        }
        assert!(
            found.similarity > 0.0 && found.log_odds == 0.0 && found.gap == 0.0,
            "{found:?}"
        );
    }

    #[test]
    fn nothing_but_right_rows_is_no_certainty() {
        let found = fit(&[seen(2.0, 0.8, true, 1.0), seen(3.0, 0.9, true, 1.0)]);
        let probability = found.probability(&seen(2.5, 0.85, true, 1.0).evidence);
        assert!((0.6..0.9).contains(&probability), "{found:?} {probability}");
        assert!(fit(&[]).is_finite());
    }
}
