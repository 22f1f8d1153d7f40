//! Vectors in a byte for each number, and their products with a question's. Pure arithmetic; knows nothing of texts,
//! files or models.
//!
//! Each vector has a scale of its own: the largest of its numbers becomes 127. The question keeps twelve bits, so that
//! what is lost is lost on the passages' side alone: some 0.002 of a cosine at 384 numbers. A plain scan of 100,000
//! takes milliseconds, so there is no approximate index to be built, kept or doubted.

use std::ops::Range;

/// The largest number of a stored vector.
const STORED_MAX: f32 = 127.0;

/// The largest number of a question's vector: 12 bits, so that a sum over as many as [`LENGTH_MAX`] fits 32.
const ASKED_MAX: f32 = 4095.0;

/// Numbers in a vector; no sentence encoder has nearly as many.
pub(crate) const LENGTH_MAX: usize = 4096;

/// A vector whose largest number is smaller has no direction; those of unit length have larger ones by far.
const NOTHING: f32 = 1e-6;

/// A vector as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) scale: f32,
    pub(crate) numbers: Vec<i8>,
}

impl Stored {
    /// Of a vector of about unit length; one of zeros stays so.
    pub(crate) fn of(vector: &[f32]) -> Self {
        let (factor, scale) = factor_and_scale(vector, STORED_MAX);
        Self {
            scale,
            numbers: vector
                .iter()
                .map(|number| (number * factor).round() as i8)
                .collect(),
        }
    }
}

/// A question's vector.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    scale: f32,
    numbers: Vec<i16>,
}

impl Asked {
    pub(crate) fn of(vector: &[f32]) -> Self {
        let (factor, scale) = factor_and_scale(vector, ASKED_MAX);
        Self {
            scale,
            numbers: vector
                .iter()
                .map(|number| (number * factor).round() as i16)
                .collect(),
        }
    }
}

/// What to multiply a number with to store it, and what to multiply it with to have it back.
fn factor_and_scale(vector: &[f32], max: f32) -> (f32, f32) {
    let largest = vector.iter().fold(0.0_f32, |most, number| most.max(number.abs()));
    if largest > NOTHING {
        (max / largest, largest / max)
    } else {
        (0.0, 0.0)
    }
}

/// The vectors of many owners, in their order; each may have none, one or several.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Vectors {
    length: usize,
    /// Where the vectors of each owner begin, and behind the last where they end.
    starts: Vec<u32>,
    scales: Vec<f32>,
    numbers: Vec<i8>,
}

impl Vectors {
    pub(crate) fn with_capacity(length: usize, count: usize) -> Self {
        Self {
            length,
            starts: vec![0],
            scales: Vec::with_capacity(count),
            numbers: Vec::with_capacity(count * length),
        }
    }

    /// The vectors of the next owner, each with as many numbers as all the others.
    pub(crate) fn push<'v>(&mut self, vectors: impl IntoIterator<Item = (f32, &'v [i8])>) {
        for (scale, numbers) in vectors {
            self.scales.push(scale);
            self.numbers.extend_from_slice(numbers);
        }
        self.starts.push(self.scales.len() as u32);
    }

    /// How many numbers a vector has.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    pub(crate) fn count(&self) -> usize {
        self.scales.len()
    }

    /// In memory.
    pub(crate) fn bytes(&self) -> usize {
        self.numbers.len() + (self.scales.len() + self.starts.len()) * size_of::<f32>()
    }

    /// The product of a question with the nearest vector of an owner, -1 to 1: their cosine, where both are of unit
    /// length. `None` for an owner without any. `asked` has [`Self::length`] numbers.
    pub(crate) fn nearest(&self, owner: u32, asked: &Asked) -> Option<f32> {
        let products = self.of(owner).map(|place| {
            let numbers = &self.numbers[place * self.length..(place + 1) * self.length];
            dot(numbers, &asked.numbers) as f32 * self.scales[place]
        });
        products
            .reduce(f32::max)
            .map(|nearest| (nearest * asked.scale).clamp(-1.0, 1.0))
    }

    fn of(&self, owner: u32) -> Range<usize> {
        let owner = owner as usize;
        match self.starts.get(owner..owner + 2) {
            Some([start, end]) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }
}

/// Written so that the compiler makes vector instructions of it.
fn dot(stored: &[i8], asked: &[i16]) -> i32 {
    let products = stored
        .iter()
        .zip(asked)
        .map(|(stored, asked)| i32::from(i16::from(*stored)) * i32::from(*asked));
    products.sum()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, prop_assert, proptest};

    use super::*;

    fn unit(mut vector: Vec<f32>) -> Vec<f32> {
        let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
        vector
            .iter_mut()
            .for_each(|number| *number /= length.max(f32::MIN_POSITIVE));
        vector
    }

    /// Numbers like those of an encoder: many small ones, few large ones.
    fn vectors(length: usize, count: usize) -> impl Strategy<Value = Vec<Vec<f32>>> {
        let number = (-1.0_f32..1.0).prop_map(|number| number * number * number + 0.01 * number);
        vec(vec(number, length).prop_map(unit), count)
    }

    fn stored(vectors: &[Vec<f32>]) -> Vectors {
        let mut all = Vectors::with_capacity(vectors[0].len(), vectors.len());
        for vector in vectors {
            let stored = Stored::of(vector);
            all.push([(stored.scale, stored.numbers.as_slice())]);
        }
        all
    }

    fn exact(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    proptest! {
        #[test]
        fn the_best_by_bytes_are_the_best_by_floats_up_to_what_a_byte_loses(
            vectors in vectors(96, 40), question in vectors(96, 1), limit in 1_usize..12,
        ) {
            let (all, asked) = (stored(&vectors), Asked::of(&question[0]));
            let exact: Vec<f32> = vectors.iter().map(|vector| exact(vector, &question[0])).collect();
            let mut found: Vec<(f32, usize)> = Vec::new();
            for (owner, exact) in exact.iter().enumerate() {
                let cosine = all.nearest(owner as u32, &asked).unwrap();
                prop_assert!((cosine - exact).abs() < 0.02);
                found.push((cosine, owner));
            }
            found.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut sorted = exact.clone();
            sorted.sort_by(|a, b| b.total_cmp(a));
            for (place, (_, owner)) in found.iter().take(limit).enumerate() {
                prop_assert!(exact[*owner] > sorted[place] - 0.04);
            }
        }
    }

    #[test]
    fn an_owner_is_as_near_as_its_nearest_vector_and_may_have_none() {
        let [east, north] = [[1.0, 0.0], [0.0, 1.0]].map(|vector: [f32; 2]| Stored::of(&vector));
        let mut all = Vectors::with_capacity(2, 3);
        all.push([
            (east.scale, east.numbers.as_slice()),
            (north.scale, north.numbers.as_slice()),
        ]);
        all.push([]);
        all.push([(north.scale, north.numbers.as_slice())]);
        let asked = Asked::of(&[1.0, 0.0]);
        let cosines = [0, 1, 2, 3].map(|owner| all.nearest(owner, &asked));
        assert_eq!(cosines, [Some(1.0), None, Some(0.0), None]);
        assert_eq!((all.count(), all.length(), all.bytes()), (3, 2, 6 + 7 * 4));
    }

    #[test]
    fn the_longest_vectors_do_not_overflow() {
        let number = 1.0 / (LENGTH_MAX as f32).sqrt();
        let vector = vec![number; LENGTH_MAX];
        let all = stored(std::slice::from_ref(&vector));
        let cosine = all.nearest(0, &Asked::of(&vector)).unwrap();
        assert!((cosine - 1.0).abs() < 1e-3, "{cosine}");
    }

    #[test]
    fn nothing_is_near_a_vector_of_zeros() {
        let all = stored(&[vec![0.0; 8]]);
        assert_eq!(all.nearest(0, &Asked::of(&[0.0; 8])), Some(0.0));
    }
}
