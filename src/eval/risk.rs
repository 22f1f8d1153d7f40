//! Risk and coverage: what share of the messages could be answered at which share of wrong answers.
//!
//! A row is *answered* at a threshold when its top intent is not `out_of_scope` and its confidence is at or above the
//! threshold. An answer is wrong when the top intent is not the gold one; rows whose gold is `out_of_scope` are
//! therefore wrong whenever they are answered. Shares of answered rows are shares of *all* rows.

use serde::Serialize;

use crate::eval::judged::Judged;

/// The shares of wrong answers that reports speak of.
pub const ERRORS: [f64; 4] = [0.01, 0.02, 0.05, 0.10];

/// A threshold, and what would be answered at it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    pub threshold: f32,
    pub answered: usize,
    pub wrong: usize,
}

impl Step {
    /// Share of wrong answers among the answered, 0 to 1.
    pub fn risk(self) -> f64 {
        self.wrong as f64 / self.answered.max(1) as f64
    }
}

/// What the laxest threshold that keeps to an error gives; shares of all rows, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AnsweredAt {
    /// The share of wrong answers that is allowed.
    pub error: f64,
    /// Answered, rightly or wrongly.
    pub coverage: f64,
    /// Answered rightly.
    pub rightly: f64,
    /// Chosen on these very rows: a description, no promise. `None` where no threshold keeps to the error.
    pub threshold: Option<f32>,
}

/// One step for each confidence among the answered rows, from strict to lax: rows of equal confidence are answered
/// together or not at all.
pub fn steps(rows: &[Judged], out_of_scope: usize) -> Vec<Step> {
    let mut answered: Vec<&Judged> = rows.iter().filter(|row| row.top != out_of_scope).collect();
    answered.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut steps = Vec::new();
    let (mut count, mut wrong) = (0, 0);
    for tied in answered.chunk_by(|a, b| a.confidence == b.confidence) {
        count += tied.len();
        wrong += tied.iter().filter(|row| !row.right()).count();
        steps.extend(tied.first().map(|row| Step {
            threshold: row.confidence,
            answered: count,
            wrong,
        }));
    }
    steps
}

/// The laxest step whose risk is at most `error`; `rows` is the number of all rows.
pub fn answered_at(steps: &[Step], rows: usize, error: f64) -> AnsweredAt {
    let within = |step: &&Step| step.wrong as f64 <= error * step.answered as f64;
    let best = steps.iter().rev().find(within);
    let of_all = |count: usize| count as f64 / rows.max(1) as f64;
    AnsweredAt {
        error,
        coverage: best.map_or(0.0, |step| of_all(step.answered)),
        rightly: best.map_or(0.0, |step| of_all(step.answered - step.wrong)),
        threshold: best.map(|step| step.threshold),
    }
}

/// Area under the risk-coverage curve (Geifman & El-Yaniv 2017, "Selective Classification for Deep Neural Networks"):
/// the mean, over every number of most confident rows, of the share of wrong ones among them. All rows count, those
/// read as out of scope too; rows of equal confidence are taken in the mean of their orders. `None` without rows.
pub fn area(rows: &[Judged]) -> Option<f64> {
    let mut sorted: Vec<&Judged> = rows.iter().collect();
    sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let (mut taken, mut wrong, mut sum) = (0.0, 0.0, 0.0);
    for tied in sorted.chunk_by(|a, b| a.confidence == b.confidence) {
        let wrong_here = tied.iter().filter(|row| !row.right()).count() as f64;
        let wrong_each = wrong_here / tied.len() as f64;
        for place in 1..=tied.len() {
            let place = place as f64;
            sum += (wrong + wrong_each * place) / (taken + place);
        }
        taken += tied.len() as f64;
        wrong += wrong_here;
    }
    (!rows.is_empty()).then(|| sum / taken)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OUT: usize = 9;

    /// Confidence, gold, top.
    fn row(&(confidence, gold, top): &(f32, usize, usize)) -> Judged {
        Judged {
            gold,
            top,
            confidence,
            in_scope: confidence,
        }
    }

    fn rows(written: &[(f32, usize, usize)]) -> Vec<Judged> {
        written.iter().map(row).collect()
    }

    #[test]
    fn ties_are_answered_together_and_out_of_scope_is_not_answered() {
        let rows = rows(&[
            (0.5, 1, 1),
            (0.9, 1, 1),
            (0.9, 2, 1),
            (0.7, OUT, OUT),
            (0.6, OUT, 1),
        ]);
        let step = |threshold, answered, wrong| Step {
            threshold,
            answered,
            wrong,
        };
        assert_eq!(
            steps(&rows, OUT),
            [step(0.9, 2, 1), step(0.6, 3, 2), step(0.5, 4, 2)]
        );
    }

    #[test]
    fn the_largest_share_within_the_error_is_taken_even_behind_a_bad_stretch() {
        // Risks by step: 0, 1/2, 1/3, 1/4, 1/5.
        let rows = rows(&[
            (0.9, 1, 1),
            (0.8, 1, 2),
            (0.7, 1, 1),
            (0.6, 1, 1),
            (0.5, 1, 1),
            (0.4, 1, OUT),
        ]);
        let steps = steps(&rows, OUT);
        let lax = answered_at(&steps, 6, 0.2);
        assert_eq!(
            (lax.coverage, lax.rightly, lax.threshold),
            (5.0 / 6.0, 4.0 / 6.0, Some(0.5))
        );
        let strict = answered_at(&steps, 6, 0.1);
        assert_eq!((strict.coverage, strict.threshold), (1.0 / 6.0, Some(0.9)));
        assert_eq!(answered_at(&[], 6, 0.1).threshold, None);
    }

    #[test]
    fn area_by_hand() {
        // Risks of the 1, 2, 3 most confident: 0, 1/2, 1/3.
        let distinct = area(&rows(&[(0.9, 1, 1), (0.8, 1, 2), (0.7, 1, 1)])).unwrap();
        assert!((distinct - (0.5 + 1.0 / 3.0) / 3.0).abs() < 1e-12);
        // All tied: any order, so each prefix has the mean risk.
        let tied = area(&rows(&[(0.9, 1, 1), (0.9, 1, 2), (0.9, 1, 1), (0.9, 1, 1)])).unwrap();
        assert!((tied - 0.25).abs() < 1e-12);
        assert_eq!(area(&[]), None);
    }

    proptest! {
        #[test]
        fn more_error_never_answers_less(written in prop::collection::vec((0..20_u8, 0..3_usize, 0..3_usize), 1..60)) {
            let rows: Vec<Judged> = written.iter().map(|&(c, gold, top)| row(&(f32::from(c) / 20.0, gold, top))).collect();
            let steps = steps(&rows, 2);
            let shares: Vec<AnsweredAt> = [0.0, 0.05, 0.1, 0.3, 0.6, 1.0].map(|error| answered_at(&steps, rows.len(), error)).into();
            prop_assert!(shares.windows(2).all(|pair| pair[0].coverage <= pair[1].coverage));
            prop_assert!(shares.windows(2).all(|pair| pair[0].rightly <= pair[1].rightly + 1e-12));
            let area = area(&rows).unwrap();
            prop_assert!((0.0..=1.0).contains(&area));
        }

        #[test]
        fn every_answered_share_keeps_to_its_error(written in prop::collection::vec((0..20_u8, 0..3_usize, 0..3_usize), 1..60)) {
            let rows: Vec<Judged> = written.iter().map(|&(c, gold, top)| row(&(f32::from(c) / 20.0, gold, top))).collect();
            for error in ERRORS {
                let found = answered_at(&steps(&rows, 2), rows.len(), error);
                let bar = found.threshold.unwrap_or(2.0);
                let answered: Vec<_> = rows.iter().filter(|row| row.top != 2 && row.confidence >= bar).collect();
                let wrong = answered.iter().filter(|row| !row.right()).count();
                prop_assert!(wrong as f64 <= error * answered.len() as f64);
                prop_assert!((found.coverage - answered.len() as f64 / rows.len() as f64).abs() < 1e-12);
            }
        }
    }
}
