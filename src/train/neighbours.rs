//! Which vectors are alike: nearest ones, and the spread of a few over many. Rows have unit length, so a product
//! of two is their cosine. Knows nothing of texts or files.

use std::ops::Range;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};

use crate::threads;

/// Rows multiplied at once: their cosines to ten thousand others take 10 MB.
const BLOCK: usize = 256;

/// Of each row of `queries` the nearest row of `keys` that `admits(query, key)`, with its cosine; the first of
/// equals.
pub(crate) fn nearest(
    queries: &Array2<f32>,
    keys: &Array2<f32>,
    admits: impl Fn(usize, usize) -> bool + Sync,
) -> Vec<Option<(usize, f32)>> {
    let nearest_of = |query: usize, cosines: ArrayView1<'_, f32>| {
        let mut best: Option<(usize, f32)> = None;
        for (key, cosine) in cosines.iter().copied().enumerate() {
            if best.is_none_or(|(_, most)| cosine > most) && admits(query, key) {
                best = Some((key, cosine));
            }
        }
        best
    };
    by_blocks(queries, keys, nearest_of)
}

/// Row `i`, column `c`: the highest cosine of query `i` to a key of intent `c` that `admits(i, key)`; -1 where there
/// is none.
pub(crate) fn per_intent(
    queries: &Array2<f32>,
    keys: &Array2<f32>,
    intent_of_key: &[usize],
    intents: usize,
    admits: impl Fn(usize, usize) -> bool + Sync,
) -> Array2<f32> {
    let rows = by_blocks(queries, keys, |query, cosines| {
        let mut row = Array1::from_elem(intents, -1.0_f32);
        for (key, cosine) in cosines.iter().copied().enumerate() {
            let most = &mut row[intent_of_key[key]];
            if cosine > *most && admits(query, key) {
                *most = cosine;
            }
        }
        row
    });
    let mut found = Array2::zeros((queries.nrows(), intents));
    for (mut row, values) in found.rows_mut().into_iter().zip(rows) {
        row.assign(&values);
    }
    found
}

/// `work` on each query and its cosines to all keys, in the order of the queries.
fn by_blocks<T: Send>(
    queries: &Array2<f32>,
    keys: &Array2<f32>,
    work: impl Fn(usize, ArrayView1<'_, f32>) -> T + Sync,
) -> Vec<T> {
    let blocks = threads::map(queries.nrows().div_ceil(BLOCK), |block| {
        let range = range_of(block, queries.nrows());
        let cosines = queries
            .slice_axis(Axis(0), Slice::from(range.clone()))
            .dot(&keys.t());
        range
            .zip(cosines.rows())
            .map(|(query, row)| work(query, row))
            .collect::<Vec<T>>()
    });
    blocks.into_iter().flatten().collect()
}

fn range_of(block: usize, rows: usize) -> Range<usize> {
    block * BLOCK..((block + 1) * BLOCK).min(rows)
}

/// At most `count` of `rows` that lie near all others: first the one nearest to the middle, then again and again the
/// one farthest from those taken, so that no row is more than twice as far from a taken one as it must be (Gonzalez
/// 1985, "Clustering to minimize the maximum intercluster distance"). In the order they were taken.
pub(crate) fn spread(rows: ArrayView2<'_, f32>, count: usize) -> Vec<usize> {
    let Some(middle) = rows.mean_axis(Axis(0)) else {
        return Vec::new();
    };
    let mut next = index_of(rows.dot(&middle).view(), |a, b| a > b);
    let mut taken = Vec::new();
    let mut cosine_to_taken = Array1::from_elem(rows.nrows(), f32::NEG_INFINITY);
    while taken.len() < count.min(rows.nrows()) {
        taken.push(next);
        let cosines = rows.dot(&rows.row(next));
        cosine_to_taken.zip_mut_with(&cosines, |most, cosine| *most = most.max(*cosine));
        // Rows that stand there twice are both wanted only when nothing else is left.
        cosine_to_taken[next] = f32::INFINITY;
        next = index_of(cosine_to_taken.view(), |a, b| a < b);
    }
    taken
}

/// The first value that none other is `better` than.
fn index_of(values: ArrayView1<'_, f32>, better: impl Fn(f32, f32) -> bool) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if better(*value, values[best]) {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Points on a circle, by their angle in degrees.
    fn circle(degrees: &[f32]) -> Array2<f32> {
        let angles = degrees.iter().map(|degree| degree.to_radians());
        let points: Vec<[f32; 2]> = angles.map(|angle| [angle.cos(), angle.sin()]).collect();
        Array2::from(points)
    }

    #[test]
    fn nearest_and_per_intent() {
        let keys = circle(&[0.0, 10.0, 90.0]);
        let queries = circle(&[8.0, 60.0]);
        let found = nearest(&queries, &keys, |_, _| true);
        assert_eq!(
            found.iter().map(|found| found.unwrap().0).collect::<Vec<_>>(),
            [1, 2]
        );
        let found = nearest(&queries, &keys, |query, key| query == 0 && key != 1);
        assert_eq!(found[0].unwrap().0, 0);
        assert_eq!(found[1], None);
        let found = per_intent(&queries, &keys, &[0, 0, 1], 3, |query, key| {
            (query, key) != (0, 1)
        });
        let expected = [[8.0_f32, 82.0], [50.0, 30.0]];
        for (row, expected) in found.rows().into_iter().zip(expected) {
            for (cosine, degrees) in row.iter().zip(expected) {
                assert!((cosine - degrees.to_radians().cos()).abs() < 1e-5, "{found}");
            }
            assert_eq!(row[2], -1.0);
        }
    }

    #[test]
    fn more_rows_than_a_block() {
        let degrees: Vec<f32> = (0..700_u16).map(|number| f32::from(number) / 4.0).collect();
        let rows = circle(&degrees);
        let found = nearest(&rows, &rows, |query, key| query != key);
        assert!(
            found
                .iter()
                .enumerate()
                .all(|(at, found)| found.unwrap().0.abs_diff(at) == 1)
        );
    }

    #[test]
    fn the_spread_starts_in_the_middle_and_goes_to_the_edges() {
        let rows = circle(&[0.0, 40.0, 45.0, 50.0, 85.0, 45.0]);
        assert_eq!(spread(rows.view(), 3), [2, 0, 4]);
        assert_eq!(spread(rows.view(), 9).len(), 6);
        assert!(spread(Array2::zeros((0, 2)).view(), 3).is_empty());
    }
}
