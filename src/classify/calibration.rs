//! From logits to probabilities that mean what they say. Pure arithmetic, knows no model.

use serde::{Deserialize, Serialize};

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

/// How far from 0 and 1 a probability is kept before its odds are taken.
const NEARLY: f32 = 1e-6;

/// What speaks for the most probable intent, and what against it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// ln(p / (1 - p)) of its tempered softmax.
    pub log_odds: f32,
    /// Cosine of the message to the nearest training example of the intent, -1 to 1.
    pub similarity: f32,
    /// `similarity` less the highest one of any other intent, -2 to 2; 0 where there is no other.
    pub gap: f32,
}

impl Evidence {
    /// `None` for no intents, or other numbers of probabilities than of similarities.
    pub fn of(probabilities: &[f32], similarities: &[f32]) -> Option<Self> {
        let top = most_probable(probabilities)?;
        if probabilities.len() != similarities.len() {
            return None;
        }
        let p = probabilities[top].clamp(NEARLY, 1.0 - NEARLY);
        let others = similarities.iter().enumerate().filter(|(index, _)| *index != top);
        let other = others.map(|(_, similarity)| *similarity).reduce(f32::max);
        Some(Self {
            log_odds: (p / (1.0 - p)).ln(),
            similarity: similarities[top],
            gap: other.map_or(0.0, |other| similarities[top] - other),
        })
    }
}

/// A logistic regression on [`Evidence`] (Platt 1999, "Probabilistic Outputs for Support Vector Machines"): the
/// probability that the most probable intent is right and the message in scope. A softmax alone knows only the
/// intents it was shown; a message far from every example of them can still have a sharp one, and the distance says
/// so (Papernot and McDaniel 2018, "Deep k-Nearest Neighbors", for the idea).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confidence {
    pub bias: f32,
    pub log_odds: f32,
    pub similarity: f32,
    pub gap: f32,
}

impl Confidence {
    pub fn is_finite(&self) -> bool {
        [self.bias, self.log_odds, self.similarity, self.gap]
            .iter()
            .all(|weight| weight.is_finite())
    }

    /// 0 to 1.
    pub fn probability(&self, evidence: &Evidence) -> f32 {
        let score = self.bias
            + self.log_odds * evidence.log_odds
            + self.similarity * evidence.similarity
            + self.gap * evidence.gap;
        1.0 / (1.0 + (-score).exp())
    }

    /// Gives the most probable intent its calibrated probability and scales the others so that the order stays:
    /// what is taken from the first goes to none of them ("something else"), what it gains is taken from them.
    pub fn apply(&self, probabilities: &mut [f32], similarities: &[f32]) {
        let (Some(top), Some(evidence)) = (
            most_probable(probabilities),
            Evidence::of(probabilities, similarities),
        ) else {
            return;
        };
        let before = probabilities[top];
        let after = self.probability(&evidence);
        let factor = if after < before {
            after / before
        } else {
            (1.0 - after) / (1.0 - before).max(NEARLY)
        };
        for (index, probability) in probabilities.iter_mut().enumerate() {
            *probability = if index == top {
                after
            } else {
                *probability * factor
            };
        }
    }
}

/// Of equals, the first.
fn most_probable(probabilities: &[f32]) -> Option<usize> {
    let indices = 0..probabilities.len();
    indices.reduce(|best, index| {
        if probabilities[index] > probabilities[best] {
            index
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    const WEIGHTS: Confidence = Confidence {
        bias: -6.0,
        log_odds: 0.5,
        similarity: 8.0,
        gap: 2.0,
    };

    #[test]
    fn evidence_of_known_numbers() {
        let found = Evidence::of(&[0.2, 0.5, 0.3], &[0.7, 0.6, 0.1]).expect("three intents");
        assert!(close(
            &[found.log_odds, found.similarity, found.gap],
            &[0.0, 0.6, -0.1]
        ));
        assert_eq!(Evidence::of(&[], &[]), None);
        assert_eq!(Evidence::of(&[1.0], &[]), None);
        assert_eq!(Evidence::of(&[1.0], &[0.9]).expect("one intent").gap, 0.0);
    }

    #[test]
    fn a_message_far_from_every_example_is_not_believed() {
        let sharp = [0.97, 0.02, 0.01];
        let confidence = |nearest: f32| {
            let mut probabilities = sharp;
            WEIGHTS.apply(&mut probabilities, &[nearest, 0.1, 0.1]);
            probabilities[0]
        };
        assert!(confidence(0.9) > 0.9, "{}", confidence(0.9));
        assert!(confidence(0.2) < 0.1, "{}", confidence(0.2));
    }

    proptest! {
        #[test]
        fn the_order_stays_and_nothing_leaves_its_bounds(
            logits in prop::collection::vec(-8.0_f32..8.0, 2..9),
            nearest in prop::collection::vec(-1.0_f32..1.0, 9),
        ) {
            let before = probabilities(&logits, 1.0);
            let mut after = before.clone();
            WEIGHTS.apply(&mut after, &nearest[..logits.len()]);
            prop_assert!(after.iter().sum::<f32>() <= 1.0 + 1e-4);
            prop_assert!(after.iter().all(|p| (0.0..=1.0).contains(p)));
            let top = most_probable(&before).expect("two or more");
            // Rounded to a thousandth: what the first gains may bring two others close together.
            for (index, value) in after.iter().enumerate() {
                let kept = index == top || *value <= after[top] + 1e-3 || after[top] > before[top];
                prop_assert!(kept, "{before:?} became {after:?}");
            }
        }
    }
}
