//! From vectors and labels to all numbers of a new model: head, temperature, confidence, and the examples that stand
//! for each intent. Knows no texts and no files.

use std::iter::repeat;

use ndarray::{Array2, Axis};

use crate::classify::calibration::{Confidence, Evidence, Scope, most_probable, probabilities};
use crate::train::confidence::{self, Observation};
use crate::train::embed::Vectors;
use crate::train::fit::{Head, Scaling};
use crate::train::neighbours::{per_intent, spread};
use crate::train::validate::{self, Rows, cross_validate, final_head};

/// Examples kept of each intent to tell how near a message is.
const KEPT: usize = 64;

/// How much of the weight of all rows those have whose intent was left out, when the confidence is fitted.
const STRANGE_SHARE: f64 = 0.25;

/// Vectors of each example, with the number of its intent and of its fold. Every intent has
/// rows in at least two folds.
#[derive(Debug)]
pub(crate) struct Material<'a> {
    pub(crate) vectors: &'a Vectors,
    pub(crate) labels: &'a [usize],
    pub(crate) intents: usize,
    /// The intent that says that a message is none of the others, where there is one.
    pub(crate) out_of_scope: Option<usize>,
    pub(crate) folds: &'a [usize],
    pub(crate) fold_count: usize,
    /// Intents that are left out together; empty when too few would remain, and where examples show what is out of scope.
    pub(crate) groups: &'a [Vec<usize>],
}

#[derive(Debug)]
pub(crate) struct Learned {
    /// For inputs as they come.
    pub(crate) head: Head,
    /// The C of the penalty that was chosen.
    pub(crate) strength: f64,
    pub(crate) temperature: f32,
    pub(crate) confidence: Confidence,
    /// Rows whose vectors stand for their intent, sorted by intent.
    pub(crate) kept: Vec<usize>,
    /// How many of them each intent has.
    pub(crate) counts: Vec<usize>,
    /// Of each row the calibrated probability of each intent, by a head that was fitted without its fold.
    pub(crate) unseen: Vec<Vec<f32>>,
}

pub(crate) fn learn(material: &Material<'_>) -> Learned {
    let scaling = Scaling::of(material.vectors.inputs());
    let inputs = scaling.apply(material.vectors.inputs());
    let rows = Rows {
        inputs: &inputs,
        labels: material.labels,
        intents: material.intents,
        folds: material.folds,
    };
    let validated = cross_validate(rows, material.fold_count);
    let head = final_head(rows, &validated);
    let (kept, counts) = keep(material);
    let similarities = per_intent(
        &material.vectors.embeddings,
        &material.vectors.embeddings.select(Axis(0), &kept),
        &intents_of(&counts),
        material.intents,
        |row, key| material.folds[row] != material.folds[kept[key]],
    );
    let temperature = validated.temperature;
    let held_out = (0..material.labels.len()).map(|row| HeldOut {
        logits: validated.logits.row(row).to_vec(),
        near: similarities.row(row).to_vec(),
        out_of_scope: material.out_of_scope,
        label: Some(material.labels[row]),
    });
    let strange = strange(material, rows, &head, validated.strength, &similarities);
    let confidence = calibrate(&held_out.collect::<Vec<_>>(), &strange, temperature);
    Learned {
        head: head.unscaled(&scaling),
        strength: validated.strength,
        temperature,
        confidence,
        kept,
        counts,
        unseen: calibrated(&validated.logits, &similarities, temperature, confidence),
    }
}

impl Learned {
    /// The calibrated probability of each intent for other texts, by their vectors; `vectors` are those it was made
    /// from.
    pub(crate) fn read(&self, vectors: &Vectors, texts: &Vectors) -> Vec<Vec<f32>> {
        let intent_of_key = intents_of(&self.counts);
        let keys = vectors.embeddings.select(Axis(0), &self.kept);
        let similarities = per_intent(
            &texts.embeddings,
            &keys,
            &intent_of_key,
            self.counts.len(),
            |_, _| true,
        );
        let logits = self.head.logits(texts.inputs());
        calibrated(&logits, &similarities, self.temperature, self.confidence)
    }
}

/// Row by row the probabilities that the runtime makes of logits and similarities.
fn calibrated(
    logits: &Array2<f32>,
    similarities: &Array2<f32>,
    temperature: f32,
    confidence: Confidence,
) -> Vec<Vec<f32>> {
    let rows = logits.rows().into_iter().zip(similarities.rows());
    rows.map(|(logits, near)| {
        let mut found = probabilities(&logits.to_vec(), temperature);
        confidence.apply(&mut found, &near.to_vec());
        found
    })
    .collect()
}

/// A row, and what a head says of it that was fitted without it.
#[derive(Debug)]
struct HeldOut {
    /// One for each intent that this head knows.
    logits: Vec<f32>,
    near: Vec<f32>,
    /// The place of "out of scope" among them.
    out_of_scope: Option<usize>,
    /// The place of the right one; `None` where none is.
    label: Option<usize>,
}

/// The weights of the confidence: `known` are rows of the intents, `strange` those whose intent was left out. What is
/// in scope can be told only where "out of scope" is an intent.
fn calibrate(known: &[HeldOut], strange: &[HeldOut], temperature: f32) -> Confidence {
    let weight = STRANGE_SHARE / (1.0 - STRANGE_SHARE) * known.len() as f64 / strange.len().max(1) as f64;
    let weighed = known
        .iter()
        .zip(repeat(1.0))
        .chain(strange.iter().zip(repeat(weight)));
    let (mut right, mut inside) = (Vec::new(), Vec::new());
    for (row, weight) in weighed {
        let read = probabilities(&row.logits, temperature);
        let observation = |evidence, right| Observation {
            evidence,
            right,
            weight,
        };
        if let Some(top) = most_probable(&read, row.out_of_scope) {
            let evidence = Evidence::of_intent(top, &read, &row.near);
            right.extend(evidence.map(|evidence| observation(evidence, row.label == Some(top))));
        }
        if let Some(outside) = row.out_of_scope {
            let evidence = Evidence::of_scope(outside, &read, &row.near);
            inside.extend(evidence.map(|evidence| observation(evidence, row.label != Some(outside))));
        }
    }
    let out_of_scope = known.first().and_then(|row| row.out_of_scope);
    Confidence {
        right: confidence::fit(&right),
        scope: out_of_scope.map(|out_of_scope| Scope {
            out_of_scope,
            weights: confidence::fit(&inside),
        }),
    }
}

/// Rows that stand for their intents, and how many each intent has.
fn keep(material: &Material<'_>) -> (Vec<usize>, Vec<usize>) {
    let (mut kept, mut counts) = (Vec::new(), Vec::new());
    for intent in 0..material.intents {
        let rows: Vec<usize> = (0..material.labels.len())
            .filter(|row| material.labels[*row] == intent)
            .collect();
        let taken = spread(material.vectors.embeddings.select(Axis(0), &rows).view(), KEPT);
        counts.push(taken.len());
        kept.extend(taken.into_iter().map(|at| rows[at]));
    }
    (kept, counts)
}

/// The intent of each kept example.
fn intents_of(counts: &[usize]) -> Vec<usize> {
    let numbered = counts.iter().enumerate();
    numbered
        .flat_map(|(intent, count)| std::iter::repeat_n(intent, *count))
        .collect()
}

/// Rows of intents that were left out, and what a head of the other intents says of them.
fn strange(
    material: &Material<'_>,
    rows: Rows<'_>,
    head: &Head,
    strength: f64,
    similarities: &Array2<f32>,
) -> Vec<HeldOut> {
    let groups = validate::strangers(rows, head, strength, material.groups).into_iter();
    let held_out = groups.flat_map(|group| {
        let intents = group.intents;
        group.rows.into_iter().map(move |stranger| {
            let all = similarities.row(stranger.row);
            HeldOut {
                logits: stranger.logits,
                near: intents.iter().map(|intent| all[*intent]).collect(),
                out_of_scope: None,
                label: None,
            }
        })
    });
    held_out.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of two intents and "out of scope", the last.
    fn row(logits: [f32; 3], near: [f32; 3], label: usize) -> HeldOut {
        HeldOut {
            logits: logits.to_vec(),
            near: near.to_vec(),
            out_of_scope: Some(2),
            label: Some(label),
        }
    }

    /// Twenty rows of each kind, a tenth of them with the label that the evidence speaks against.
    fn rows() -> Vec<HeldOut> {
        let kinds = [
            ([4.0, 0.0, 0.0], [0.9, 0.4, 0.4], 0, 1),
            // Torn between two intents: one is right as often as the other, but it is in scope.
            ([2.0, 1.9, -2.0], [0.8, 0.8, 0.3], 0, 1),
            ([0.0, 0.0, 3.0], [0.4, 0.4, 0.8], 2, 0),
        ];
        let each = kinds
            .iter()
            .enumerate()
            .flat_map(|(kind, (logits, near, label, other))| {
                (0..20).map(move |number| {
                    let odd = if kind == 1 {
                        number % 2 == 0
                    } else {
                        number % 10 == 0
                    };
                    row(*logits, *near, if odd { *other } else { *label })
                })
            });
        each.collect()
    }

    fn read(confidence: Confidence, row: &HeldOut) -> Vec<f32> {
        let mut found = probabilities(&row.logits, 1.0);
        confidence.apply(&mut found, &row.near);
        found
    }

    #[test]
    fn right_and_in_scope_are_two_questions() {
        let rows = rows();
        let confidence = calibrate(&rows, &[], 1.0);
        assert_eq!(confidence.scope.map(|scope| scope.out_of_scope), Some(2));
        let [clear, torn, outside] = [0, 20, 40].map(|at| read(confidence, &rows[at]));
        assert!(clear[0] > 0.8 && clear[2] < 0.2, "{clear:?}");
        assert!((0.3..0.7).contains(&torn[0]) && torn[2] < 0.2, "{torn:?}");
        assert!(outside[2] > 0.7 && outside[0] < 0.3, "{outside:?}");
    }

    #[test]
    fn without_out_of_scope_rows_strange_ones_teach_doubt() {
        let known: Vec<HeldOut> = rows()
            .into_iter()
            .map(|row| HeldOut {
                out_of_scope: None,
                ..row
            })
            .collect();
        let strange = |_| HeldOut {
            label: None,
            out_of_scope: None,
            ..row([4.0, 0.0, 0.0], [0.3, 0.2, 0.2], 0)
        };
        let strange: Vec<HeldOut> = (0..20).map(strange).collect();
        let (without, with) = (calibrate(&known, &[], 1.0), calibrate(&known, &strange, 1.0));
        assert_eq!((without.scope, with.scope), (None, None));
        let sharp = |confidence| read(confidence, &strange[0])[0];
        assert!(
            sharp(with) < 0.4 && sharp(with) + 0.1 < sharp(without),
            "{} {}",
            sharp(with),
            sharp(without)
        );
        assert!(read(with, &known[0])[0] > 0.7, "{:?}", read(with, &known[0]));
    }
}
