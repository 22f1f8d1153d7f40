//! From vectors and labels to all numbers of a new model: head, temperature, confidence, and the examples that stand
//! for each intent. Knows no texts and no files.

use ndarray::{Array2, Axis};

use crate::classify::calibration::{Confidence, Evidence, probabilities};
use crate::train::confidence::{self, Observation};
use crate::train::embed::Vectors;
use crate::train::fit::{Head, Scaling};
use crate::train::neighbours::{per_intent, spread};
use crate::train::validate::{self, Rows, cross_validate, final_head};

/// Examples kept of each intent to tell how near a message is.
const KEPT: usize = 64;

/// How much of the weight of all rows those have that are out of scope, when the confidence is fitted.
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
    /// Intents that are left out together; empty when too few would remain.
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
    let mut observations: Vec<Observation> = (0..material.labels.len())
        .filter_map(|row| {
            let (logits, near) = (validated.logits.row(row), similarities.row(row));
            let (intent, evidence) = read(&logits.to_vec(), &near.to_vec(), temperature)?;
            Some(Observation {
                evidence,
                right: material.labels[row] == intent,
                weight: 1.0,
            })
        })
        .collect();
    let strange = strange(
        material,
        rows,
        &head,
        validated.strength,
        &similarities,
        temperature,
    );
    let weight =
        STRANGE_SHARE / (1.0 - STRANGE_SHARE) * observations.len() as f64 / strange.len().max(1) as f64;
    observations.extend(strange.into_iter().map(|(evidence, right)| Observation {
        evidence,
        right,
        weight,
    }));
    let confidence = confidence::fit(&observations);
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

/// The most probable intent and what speaks for it, as the runtime weighs it.
fn read(logits: &[f32], similarities: &[f32], temperature: f32) -> Option<(usize, Evidence)> {
    let evidence = Evidence::of(&probabilities(logits, temperature), similarities)?;
    let top = (0..logits.len()).reduce(|best, at| if logits[at] > logits[best] { at } else { best })?;
    Some((top, evidence))
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

/// Evidence for rows of intents that were left out. There only "out of scope" is right.
fn strange(
    material: &Material<'_>,
    rows: Rows<'_>,
    head: &Head,
    strength: f64,
    similarities: &Array2<f32>,
    temperature: f32,
) -> Vec<(Evidence, bool)> {
    let mut found = Vec::new();
    for group in validate::strangers(rows, head, strength, material.groups) {
        for stranger in group.rows {
            let all = similarities.row(stranger.row);
            let near: Vec<f32> = group.intents.iter().map(|intent| all[*intent]).collect();
            if let Some((top, evidence)) = read(&stranger.logits, &near, temperature) {
                found.push((evidence, material.out_of_scope == Some(group.intents[top])));
            }
        }
    }
    found
}
