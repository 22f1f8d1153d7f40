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

/// What speaks for one side of a question, and what against it. For an intent the other side is all other intents; for
/// the scope, all intents that stand for a request, it is the one that says that a message is none of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// ln(p / (1 - p)) of its tempered softmax.
    pub log_odds: f32,
    /// Cosine of the message to the nearest training example on this side, -1 to 1.
    pub similarity: f32,
    /// `similarity` less the highest one on the other side, -2 to 2; 0 where there is no other.
    pub gap: f32,
}

impl Evidence {
    /// For one intent; `None` for no such intent, or other numbers of probabilities than of similarities.
    pub fn of_intent(intent: usize, probabilities: &[f32], similarities: &[f32]) -> Option<Self> {
        let (own, other) = own_and_other(intent, probabilities, similarities)?;
        Some(Self {
            log_odds: log_odds(probabilities[intent]),
            similarity: own,
            gap: other.map_or(0.0, |other| own - other),
        })
    }

    /// For the scope; `None` as above, and where `out_of_scope` is the only intent.
    pub fn of_scope(out_of_scope: usize, probabilities: &[f32], similarities: &[f32]) -> Option<Self> {
        let (outside, inside) = own_and_other(out_of_scope, probabilities, similarities)?;
        let inside = inside?;
        Some(Self {
            log_odds: -log_odds(probabilities[out_of_scope]),
            similarity: inside,
            gap: inside - outside,
        })
    }
}

fn log_odds(p: f32) -> f32 {
    let p = p.clamp(NEARLY, 1.0 - NEARLY);
    (p / (1.0 - p)).ln()
}

/// The similarity of one intent, and the highest of the others.
fn own_and_other(intent: usize, probabilities: &[f32], similarities: &[f32]) -> Option<(f32, Option<f32>)> {
    if probabilities.len() != similarities.len() {
        return None;
    }
    let others = similarities
        .iter()
        .enumerate()
        .filter(|(index, _)| *index != intent);
    let other = others.map(|(_, similarity)| *similarity).reduce(f32::max);
    similarities.get(intent).map(|own| (*own, other))
}

/// A logistic regression on [`Evidence`] (Platt 1999, "Probabilistic Outputs for Support Vector Machines"). A softmax
/// alone knows only the intents it was shown; a message far from every example of them can still have a sharp one, and
/// the distance says so (Papernot and McDaniel 2018, "Deep k-Nearest Neighbors", for the idea).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    pub bias: f32,
    pub log_odds: f32,
    pub similarity: f32,
    pub gap: f32,
}

impl Logistic {
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
}

/// How likely it is that a message is in scope at all, in a model with an intent that says that it is not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scope {
    /// The place of that intent.
    pub out_of_scope: usize,
    pub weights: Logistic,
}

/// How likely it is that the most probable intent is right and the message in scope. Both are asked apart, because what
/// is hard to tell between two intents is in scope all the same, and "right" alone would not say so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Confidence {
    pub right: Logistic,
    /// Without it "out of scope" is an intent like any other.
    pub scope: Option<Scope>,
}

impl Confidence {
    /// Gives the most probable intent its calibrated probability and scales the others so that their order stays: what
    /// is taken from the first goes to none of them ("something else"), what it gains is taken from them. With a scope,
    /// "out of scope" has what is missing to the probability of being in scope, and no intent has more than that.
    pub fn apply(&self, probabilities: &mut [f32], similarities: &[f32]) {
        let scope = self.scope.and_then(|scope| {
            let evidence = Evidence::of_scope(scope.out_of_scope, probabilities, similarities)?;
            Some((scope.out_of_scope, scope.weights.probability(&evidence)))
        });
        let (outside, most) = scope.map_or((None, 1.0), |(intent, inside)| (Some(intent), inside));
        let Some(top) = most_probable(probabilities, outside) else {
            return;
        };
        let Some(evidence) = Evidence::of_intent(top, probabilities, similarities) else {
            return;
        };
        let before = probabilities[top];
        let after = self.right.probability(&evidence).min(most);
        let rest = 1.0 - before - outside.map_or(0.0, |intent| probabilities[intent]);
        let factor = (after / before.max(NEARLY)).min((most - after) / rest.max(NEARLY));
        for (index, probability) in probabilities.iter_mut().enumerate() {
            *probability = if index == top {
                after
            } else if Some(index) == outside {
                1.0 - most
            } else {
                *probability * factor
            };
        }
    }
}

/// The most probable intent but for one; of equals, the first.
pub fn most_probable(probabilities: &[f32], without: Option<usize>) -> Option<usize> {
    let indices = (0..probabilities.len()).filter(|index| Some(*index) != without);
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

    const RIGHT: Logistic = Logistic {
        bias: -6.0,
        log_odds: 0.5,
        similarity: 8.0,
        gap: 2.0,
    };

    const PLAIN: Confidence = Confidence {
        right: RIGHT,
        scope: None,
    };

    /// The last of three intents is "out of scope".
    const SCOPED: Confidence = Confidence {
        right: RIGHT,
        scope: Some(Scope {
            out_of_scope: 2,
            weights: Logistic {
                bias: 0.0,
                log_odds: 0.5,
                similarity: 0.0,
                gap: 6.0,
            },
        }),
    };

    fn applied(confidence: Confidence, probabilities: [f32; 3], similarities: [f32; 3]) -> [f32; 3] {
        let mut found = probabilities;
        confidence.apply(&mut found, &similarities);
        found
    }

    #[test]
    fn evidence_of_known_numbers() {
        let numbers = |evidence: Evidence| [evidence.log_odds, evidence.similarity, evidence.gap];
        let (probabilities, similarities) = ([0.2, 0.5, 0.3], [0.7, 0.6, 0.1]);
        let found = Evidence::of_intent(1, &probabilities, &similarities).expect("three intents");
        assert!(close(&numbers(found), &[0.0, 0.6, -0.1]));
        let found = Evidence::of_scope(1, &probabilities, &similarities).expect("three intents");
        assert!(close(&numbers(found), &[0.0, 0.7, 0.1]));
        let found = Evidence::of_scope(0, &probabilities, &similarities).expect("three intents");
        assert!(close(&numbers(found), &[4.0_f32.ln(), 0.6, -0.1]));
        assert_eq!(Evidence::of_intent(0, &[], &[]), None);
        assert_eq!(Evidence::of_intent(0, &[1.0], &[]), None);
        assert_eq!(Evidence::of_scope(0, &[1.0], &[0.9]), None);
        assert_eq!(
            Evidence::of_intent(0, &[1.0], &[0.9]).expect("one intent").gap,
            0.0
        );
    }

    #[test]
    fn a_message_far_from_every_example_is_not_believed() {
        let confidence = |nearest: f32| applied(PLAIN, [0.97, 0.02, 0.01], [nearest, 0.1, 0.1])[0];
        assert!(confidence(0.9) > 0.9, "{}", confidence(0.9));
        assert!(confidence(0.2) < 0.1, "{}", confidence(0.2));
    }

    #[test]
    fn out_of_scope_has_what_the_scope_leaves() {
        // Near to examples in scope: in scope, and right.
        let near = applied(SCOPED, [0.6, 0.1, 0.3], [0.9, 0.2, 0.1]);
        let inside = 1.0 / (1.0 + (-(0.5 * (0.7_f32 / 0.3).ln() + 6.0 * 0.8)).exp());
        assert!((near[2] - (1.0 - inside)).abs() < 1e-6, "{near:?}");
        assert!(near[0] > 0.5 && near[0] <= inside, "{near:?}");
        // The same softmax, but nearest to an example of "out of scope".
        let far = applied(SCOPED, [0.6, 0.1, 0.3], [0.3, 0.2, 0.9]);
        assert!(far[2] > far[0] && far[0] <= 1.0 - far[2], "{far:?}");
        // Two intents that cannot be told apart are in scope all the same.
        let torn = applied(SCOPED, [0.49, 0.48, 0.03], [0.8, 0.8, 0.1]);
        assert!(torn[2] < 0.01 && torn[0] < 0.7 && torn[1] < torn[0], "{torn:?}");
        // Where the softmax has next to nothing for any intent in scope.
        let sure = applied(SCOPED, [0.0, 0.0, 1.0], [0.1, 0.2, 0.9]);
        assert!(
            sure[2] > 0.9 && sure.iter().sum::<f32>() <= 1.0 + 1e-5,
            "{sure:?}"
        );
    }

    proptest! {
        #[test]
        fn the_order_stays_and_nothing_leaves_its_bounds(
            logits in prop::collection::vec(-8.0_f32..8.0, 3..9),
            nearest in prop::collection::vec(-1.0_f32..1.0, 9),
        ) {
            for confidence in [PLAIN, SCOPED] {
                let outside = confidence.scope.map(|scope| scope.out_of_scope);
                let before = probabilities(&logits, 1.0);
                let mut after = before.clone();
                confidence.apply(&mut after, &nearest[..logits.len()]);
                prop_assert!(after.iter().sum::<f32>() <= 1.0 + 1e-4, "{after:?}");
                prop_assert!(after.iter().all(|p| (0.0..=1.0).contains(p)), "{after:?}");
                let top = most_probable(&before, outside).expect("two or more");
                let mut order: Vec<usize> = (0..before.len()).filter(|at| Some(*at) != outside).collect();
                order.sort_by(|a, b| before[*b].total_cmp(&before[*a]));
                prop_assert_eq!(order[0], top);
                // Scaling may round two neighbours to the same number.
                prop_assert!(order.windows(2).all(|pair| after[pair[0]] + 1e-6 >= after[pair[1]]), "{before:?} became {after:?}");
            }
        }
    }
}
