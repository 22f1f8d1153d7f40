//! Two models on the same rows: how large the differences are, and whether they are more than chance.

use fastrand::Rng;
use serde::Serialize;

use crate::eval::binomial::at_most;

/// Resamples behind each interval.
pub const RESAMPLES: usize = 2_000;

/// The tails left out on either side of a 95 % interval.
const TAIL: f64 = 0.025;

/// A figure with its name; `None` where no row counts.
pub type Figures = Vec<(String, Option<f64>)>;

/// One figure of two models.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    pub figure: String,
    pub model: Option<f64>,
    pub baseline: Option<f64>,
    /// Model less baseline.
    pub difference: Option<f64>,
    /// 95 % interval of the difference; `None` where the figure is.
    pub interval: Option<[f64; 2]>,
}

/// Which of the two was right where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct McNemar {
    pub only_model_right: usize,
    pub only_baseline_right: usize,
    /// The chance of a split at least as uneven if both were equally good.
    pub p: f64,
}

/// The differences between the figures of two models with paired percentile intervals (Efron & Tibshirani 1993, "An
/// Introduction to the Bootstrap", chapter 13): `rows` rows are drawn with replacement, the same for both models.
///
/// `measure` takes the drawn rows and gives the figures of model and baseline, always the same names in one order.
/// Same seed, same intervals.
pub fn differences(
    rows: usize,
    seed: u64,
    measure: impl Fn(&[usize]) -> (Figures, Figures),
) -> Vec<Difference> {
    let all: Vec<usize> = (0..rows).collect();
    let (model, baseline) = measure(&all);
    let mut drawn: Vec<Vec<f64>> = vec![Vec::with_capacity(RESAMPLES); model.len()];
    let mut random = Rng::with_seed(seed);
    let mut sample = vec![0; rows];
    for _ in 0..RESAMPLES {
        sample.fill_with(|| random.usize(..rows));
        let (model, baseline) = measure(&sample);
        for (values, (a, b)) in drawn.iter_mut().zip(model.iter().zip(&baseline)) {
            values.extend(difference(a.1, b.1));
        }
    }
    let both = model.into_iter().zip(baseline).zip(drawn);
    both.map(|((model, baseline), values)| Difference {
        difference: difference(model.1, baseline.1),
        interval: interval(values),
        figure: model.0,
        model: model.1,
        baseline: baseline.1,
    })
    .collect()
}

fn difference(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    Some(a? - b?)
}

fn interval(mut values: Vec<f64>) -> Option<[f64; 2]> {
    values.sort_by(f64::total_cmp);
    Some([quantile(&values, TAIL)?, quantile(&values, 1.0 - TAIL)?])
}

/// The value at `share` of a sorted slice, between neighbours in proportion; `None` when it is empty.
pub fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let place = share * sorted.len().checked_sub(1)? as f64;
    let (low, high) = (
        sorted.get(place.floor() as usize)?,
        sorted.get(place.ceil() as usize)?,
    );
    Some(low + (high - low) * place.fract())
}

/// McNemar's test, exact and two-sided (McNemar 1947; the binomial form: Edwards 1948). Takes, for each row, whether
/// the model and whether the baseline was right.
pub fn mcnemar(rows: impl IntoIterator<Item = (bool, bool)>) -> McNemar {
    let (mut model, mut baseline) = (0, 0);
    for row in rows {
        match row {
            (true, false) => model += 1,
            (false, true) => baseline += 1,
            (true, true) | (false, false) => {}
        }
    }
    McNemar {
        only_model_right: model,
        only_baseline_right: baseline,
        p: (2.0 * at_most(model.min(baseline), model + baseline, 0.5)).min(1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(rows: &[usize], values: &[f64]) -> Figures {
        let sum: f64 = rows.iter().map(|row| values[*row]).sum();
        vec![("mean".to_owned(), Some(sum / rows.len() as f64))]
    }

    #[test]
    fn an_interval_of_a_mean_is_as_wide_as_theory_says() {
        // The difference is 1 in half of 400 rows: its mean has a standard error of 0.5 / 20.
        let model: Vec<f64> = (0..400).map(|row| f64::from(row % 2)).collect();
        let found = differences(400, 1, |rows| (mean(rows, &model), mean(rows, &[0.0; 400])));
        assert_eq!(found[0].difference, Some(0.5));
        let [low, high] = found[0].interval.unwrap();
        for (found, expected) in [(low, 0.5 - 1.96 * 0.025), (high, 0.5 + 1.96 * 0.025)] {
            assert!((found - expected).abs() < 0.006, "{found} and not {expected}");
        }
    }

    #[test]
    fn a_figure_that_never_differs_has_an_interval_of_nothing() {
        let values: Vec<f64> = (0..50).map(f64::from).collect();
        let found = differences(50, 1, |rows| (mean(rows, &values), mean(rows, &values)));
        assert_eq!(found[0].interval, Some([0.0, 0.0]));
        let nothing = |_: &[usize]| (vec![("f".to_owned(), None)], vec![("f".to_owned(), Some(1.0))]);
        let found = differences(5, 1, nothing);
        assert_eq!((found[0].difference, found[0].interval), (None, None));
    }

    #[test]
    fn the_same_seed_gives_the_same_interval() {
        let values: Vec<f64> = (0..30).map(|row| f64::from(row * row % 7)).collect();
        let run = |seed| differences(30, seed, |rows| (mean(rows, &values), mean(rows, &[0.0; 30])));
        assert_eq!(run(3), run(3));
        assert_ne!(run(3), run(4));
    }

    #[test]
    fn mcnemar_by_hand() {
        let rows = |model: usize, baseline: usize| {
            let split =
                std::iter::repeat_n((true, false), model).chain(std::iter::repeat_n((false, true), baseline));
            mcnemar(split.chain([(true, true), (false, false)]))
        };
        // 5 of 5: 2 / 32. 8 of 10: 2 (1 + 10 + 45) / 1024. An even split says nothing.
        assert!((rows(5, 0).p - 0.0625).abs() < 1e-12);
        assert!((rows(8, 2).p - 112.0 / 1024.0).abs() < 1e-12);
        assert_eq!((rows(3, 3).p, rows(0, 0).p), (1.0, 1.0));
        assert_eq!(
            (rows(8, 2).only_model_right, rows(8, 2).only_baseline_right),
            (8, 2)
        );
    }

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(quantile(&[1.0], 0.99), Some(1.0));
        assert_eq!(quantile(&[], 0.5), None);
    }
}
