//! Temperature scaling: logits to probabilities that mean what they say. Pure arithmetic, knows no model.

/// Softmax of `logits / temperature` (Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2).
/// A temperature above 1 makes the probabilities more modest and never changes their order.
///
/// `temperature` is above 0 and the logits are finite; the result adds up to 1. Empty for no logits.
pub fn probabilities(logits: &[f32], temperature: f32) -> Vec<f32> {
    // The largest is taken off first, so that no exponential overflows.
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let scaled: Vec<f32> = logits
        .iter()
        .map(|logit| ((logit - largest) / temperature).exp())
        .collect();
    let total: f32 = scaled.iter().sum();
    scaled.into_iter().map(|value| value / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: &[f32], expected: &[f32]) -> bool {
        found.len() == expected.len() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5)
    }

    #[test]
    fn softmax_of_known_logits() {
        // Each row: logits, temperature, probabilities worked out by hand from powers of two.
        let ln2 = std::f32::consts::LN_2;
        let table: [(&[f32], f32, &[f32]); 6] = [
            (&[], 1.0, &[]),
            (&[3.0], 1.0, &[1.0]),
            (&[0.0, 0.0], 1.0, &[0.5, 0.5]),
            (&[ln2, 0.0], 1.0, &[2.0 / 3.0, 1.0 / 3.0]),
            (&[2.0 * ln2, 0.0], 2.0, &[2.0 / 3.0, 1.0 / 3.0]),
            (&[ln2, 0.0], 0.5, &[0.8, 0.2]),
        ];
        for (logits, temperature, expected) in table {
            let found = probabilities(logits, temperature);
            assert!(close(&found, expected), "{logits:?} at {temperature}: {found:?}");
        }
    }

    #[test]
    fn huge_logits_do_not_overflow() {
        assert!(close(&probabilities(&[1e30, 0.0, -1e30], 1.0), &[1.0, 0.0, 0.0]));
        assert!(close(&probabilities(&[-1e30, -1e30], 1.0), &[0.5, 0.5]));
    }

    #[test]
    fn temperature_keeps_the_order_and_moves_the_confidence() {
        let logits = [2.0, -1.0, 0.5, 1.9];
        let top = |temperature| probabilities(&logits, temperature)[0];
        assert!(top(0.5) > top(1.0) && top(1.0) > top(3.0));
        for temperature in [0.1, 1.0, 10.0] {
            let found = probabilities(&logits, temperature);
            assert!(found[0] > found[3] && found[3] > found[2] && found[2] > found[1]);
            assert!((found.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        }
    }
}
