//! The head: multinomial logistic regression with an L2 penalty, over inputs that are centred and scaled.
//! Knows nothing of texts, names or files.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};

use crate::train::lbfgs::{Stop, minimise};

/// Centres the inputs and brings them to a mean square of 1 with one factor for all, so that angles between
/// centred inputs stay and one grid of penalties suits every encoder.
#[derive(Debug, Clone)]
pub(crate) struct Scaling {
    mean: Array1<f32>,
    factor: f32,
}

impl Scaling {
    /// Of rows of inputs, at least one.
    pub(crate) fn of(inputs: &Array2<f32>) -> Self {
        let count = inputs.nrows().max(1) as f64;
        let mean: Array1<f32> = inputs
            .axis_iter(Axis(1))
            .map(|column| (column.iter().copied().map(f64::from).sum::<f64>() / count) as f32)
            .collect();
        let squares: f64 = inputs
            .rows()
            .into_iter()
            .flat_map(|row| row.into_iter().zip(&mean))
            .map(|(value, mean)| f64::from(value - mean).powi(2))
            .sum();
        // Rows that are all the same need no factor.
        let spread = (squares / inputs.len().max(1) as f64).sqrt();
        let factor = if spread > 0.0 { (1.0 / spread) as f32 } else { 1.0 };
        Self { mean, factor }
    }

    pub(crate) fn apply(&self, inputs: &Array2<f32>) -> Array2<f32> {
        (inputs - &self.mean) * self.factor
    }
}

/// Weights and biases, one column for each intent: as many rows as inputs, and the biases as the last.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head(Array2<f32>);

impl Head {
    pub(crate) fn zeros(inputs: usize, intents: usize) -> Self {
        Self(Array2::zeros((inputs + 1, intents)))
    }

    /// One row for each input, one column for each intent.
    pub(crate) fn weights(&self) -> ArrayView2<'_, f32> {
        self.0.slice_axis(Axis(0), Slice::from(..-1))
    }

    pub(crate) fn bias(&self) -> ArrayView1<'_, f32> {
        self.0.row(self.0.nrows() - 1)
    }

    /// Rows of inputs to rows of logits.
    pub(crate) fn logits(&self, inputs: &Array2<f32>) -> Array2<f32> {
        inputs.dot(&self.weights()) + self.bias()
    }

    /// The head of some intents only, in the order asked for.
    pub(crate) fn of_intents(&self, intents: &[usize]) -> Self {
        Self(self.0.select(Axis(1), intents))
    }

    /// The head in the middle of several of one shape.
    pub(crate) fn mean<'a>(heads: impl ExactSizeIterator<Item = &'a Self>) -> Option<Self> {
        let share = 1.0 / heads.len() as f32;
        let sum = heads.map(|head| &head.0 * share).reduce(|sum, head| sum + head);
        sum.map(Self)
    }

    /// The head that says of unscaled inputs what this one says of scaled ones.
    pub(crate) fn unscaled(&self, scaling: &Scaling) -> Self {
        let weights = &self.weights() * scaling.factor;
        let bias = &self.bias() - &scaling.mean.dot(&weights);
        let mut whole = Array2::zeros(self.0.raw_dim());
        whole.slice_axis_mut(Axis(0), Slice::from(..-1)).assign(&weights);
        whole.row_mut(weights.nrows()).assign(&bias);
        Self(whole)
    }
}

/// The head under which the mean of -ln p(label) + `penalty` / (2 rows) |weights|² is least, from `start` on. Each
/// label is the number of a column of `start`; biases go free.
pub(crate) fn fit(inputs: &Array2<f32>, labels: &[usize], start: Head, penalty: f64, stop: Stop) -> Head {
    let (rows, width) = inputs.dim();
    let share = 1.0 / rows.max(1) as f32;
    let pull = penalty as f32 * share;
    let mut errors = Array2::zeros((rows, start.0.ncols()));
    let objective = |point: &Array2<f32>, gradient: &mut Array2<f32>| {
        let weights = point.slice_axis(Axis(0), Slice::from(..-1));
        errors.assign(&point.row(width));
        general_mat_mul(1.0, inputs, &weights, 1.0, &mut errors);
        let loss = into_errors(&mut errors, labels, share);
        gradient.row_mut(width).assign(&errors.sum_axis(Axis(0)));
        let mut slopes = gradient.slice_axis_mut(Axis(0), Slice::from(..-1));
        slopes.assign(&weights);
        general_mat_mul(1.0, &inputs.t(), &errors, pull, &mut slopes);
        let squares: f64 = weights.iter().map(|weight| f64::from(*weight).powi(2)).sum();
        loss + f64::from(pull) / 2.0 * squares
    };
    Head(minimise(start.0, stop, objective))
}

/// Turns rows of logits into `share` times (probability - 1 at the label), and returns the mean of -ln p(label).
fn into_errors(logits: &mut Array2<f32>, labels: &[usize], share: f32) -> f64 {
    let mut loss = 0.0_f64;
    for (mut row, label) in logits.rows_mut().into_iter().zip(labels) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let of_label = row[*label];
        row.mapv_inplace(|logit| (logit - largest).exp());
        let total: f32 = row.iter().sum();
        loss += f64::from(largest - of_label) + f64::from(total).ln();
        let scale = share / total;
        row.mapv_inplace(|value| value * scale);
        row[*label] -= share;
    }
    loss * f64::from(share)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    const TIGHT: Stop = Stop {
        gradient: 1e-6,
        gain: 0.0,
        steps: 300,
    };

    #[test]
    fn the_optimum_of_one_input_is_the_one_worked_out_by_hand() {
        // Inputs of -1 and 1, three of four labelled by their sign. By symmetry the biases are equal and the
        // weights -w, w; without a penalty p = 3/4 = sigmoid(2w), so w = ln(3)/2.
        let inputs = array![[-1.0], [-1.0], [-1.0], [-1.0], [1.0], [1.0], [1.0], [1.0]];
        let labels = [0, 0, 0, 1, 1, 1, 1, 0];
        let head = fit(&inputs, &labels, Head::zeros(1, 2), 0.0, TIGHT);
        let expected = 3.0_f32.ln() / 2.0;
        let weights = head.weights();
        assert!((weights[[0, 1]] - expected).abs() < 1e-4, "{head:?}");
        assert!((weights[[0, 0]] + expected).abs() < 1e-4, "{head:?}");
        assert!((head.bias()[0] - head.bias()[1]).abs() < 1e-4, "{head:?}");
        // With a penalty l, the slope by w is 2 (sigmoid(2w) - 3/4) + 2 l w / 8 = 0; at w = 1/4 that is this l.
        let penalty = 8.0 * (0.75 - 1.0 / (1.0 + (-0.5_f64).exp())) / 0.25;
        let head = fit(&inputs, &labels, Head::zeros(1, 2), penalty, TIGHT);
        assert!((head.weights()[[0, 1]] - 0.25).abs() < 1e-4, "{head:?}");
    }

    #[test]
    fn without_inputs_the_biases_are_the_shares() {
        let inputs = Array2::zeros((10, 2));
        let labels = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
        let head = fit(&inputs, &labels, Head::zeros(2, 3), 1.0, TIGHT);
        let bias = head.bias();
        assert!((bias[0] - bias[1] - 2.0_f32.ln()).abs() < 1e-3, "{bias}");
        assert!((bias[1] - bias[2] - 3.0_f32.ln()).abs() < 1e-3, "{bias}");
    }

    #[test]
    fn scaling_can_be_folded_into_the_head() {
        let inputs = array![[3.0, 1.0], [5.0, -1.0], [4.0, 6.0]];
        let scaling = Scaling::of(&inputs);
        let scaled = scaling.apply(&inputs);
        assert!(
            scaled
                .mean_axis(Axis(0))
                .unwrap()
                .iter()
                .all(|mean| mean.abs() < 1e-6)
        );
        assert!((scaled.mapv(|value| value * value).mean().unwrap() - 1.0).abs() < 1e-5);
        let head = Head(array![[1.0, -2.0], [0.5, 3.0], [0.1, 0.2]]);
        let off = head.logits(&scaled) - head.unscaled(&scaling).logits(&inputs);
        assert!(off.iter().all(|off| off.abs() < 1e-5), "{off}");
        assert!(
            Scaling::of(&Array2::ones((2, 2)))
                .apply(&inputs)
                .iter()
                .all(|value| value.is_finite())
        );
    }
}
