//! The certifying part: the ladder is climbed until a rung does not hold, and what would be needed if none does.

use crate::eval::binomial::upper_bound;
use crate::eval::calibrate::choose::{self, Ladder, Rung};
use crate::eval::calibrate::{Bars, CERTIFYING, Case, Demand, parts};

/// More labelled rows than this nobody will write; beyond it nothing is promised for any number.
const ROWS_MAX: usize = 10_000_000;

/// In so many steps from 0 to 1 larger shares of wrong answers are tried where the one asked for cannot be promised.
const STEPS: f64 = 200.0;

/// A rung held against the certifying part.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested {
    pub bars: Bars,
    /// Rows answered at these bars, and those of them answered wrongly.
    pub answered: usize,
    pub wrong: usize,
    /// The exact upper bound of the share of wrong answers, 0 to 1, at the confidence asked for.
    pub upper: f64,
}

impl Tested {
    fn new(rung: &Rung, cases: &[Case], confidence: f64) -> Self {
        let (answered, wrong) = rung.bars.count(cases);
        Self {
            bars: rung.bars.clone(),
            answered,
            wrong,
            upper: upper_bound(wrong, answered, confidence),
        }
    }
}

/// What came of a calibration.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Rows that chose, and rows that certified.
    pub choosing: usize,
    pub certifying: usize,
    /// In the order of testing; all but the last hold, and the last may.
    pub tested: Vec<Tested>,
    /// The laxest rung that holds; its own bound is at most what was asked for, and only what was asked for is
    /// promised: the bound of a rung that was picked for it says a little too much.
    pub certified: Option<Tested>,
}

/// What would help where nothing could be certified.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Needed {
    /// About how many more labelled rows: for the rung that needs the fewest, if it goes on to answer and to err as
    /// it did, drawn a little towards erring because few rows hide errors. `None`: no rung errs little enough.
    pub more_rows: Option<usize>,
    /// The smallest share of wrong answers, in steps of half a percent, that these rows would have certified at the
    /// same confidence, and the share of rows answered then.
    pub certifiable: Option<(f64, f64)>,
}

pub(super) fn climb(ladder: &Ladder, choosing: &[Case], certifying: &[Case], demand: Demand) -> Outcome {
    let mut tested: Vec<Tested> = Vec::new();
    let mut certified = None;
    for rung in ladder.rungs.iter().skip(ladder.start) {
        let test = Tested::new(rung, certifying, demand.confidence);
        let holds = test.upper <= demand.max_wrong;
        tested.push(test.clone());
        if !holds {
            break;
        }
        certified = Some(test);
    }
    Outcome {
        choosing: choosing.len(),
        certifying: certifying.len(),
        tested,
        certified,
    }
}

/// See [`Needed`]. `cases` and `demand` are those that certified nothing.
pub fn needed(cases: &[Case], demand: Demand) -> Needed {
    let (choosing, certifying) = parts(cases, demand.seed);
    let ladder = choose::ladder(&choosing, certifying.len(), demand);
    let rows = |rung: &Rung| {
        let test = Tested::new(rung, &certifying, demand.confidence);
        let answered = answers_needed(test.wrong, test.answered, demand)?;
        let rows = answered.saturating_mul(certifying.len()).div_ceil(test.answered);
        Some(if rows < CERTIFYING { rows * 3 / 2 } else { rows * 2 })
    };
    let all = ladder.rungs.iter().filter_map(rows).min();
    Needed {
        more_rows: all
            .filter(|rows| *rows <= ROWS_MAX)
            .map(|rows| rows.saturating_sub(cases.len()).max(1)),
        certifiable: certifiable(&choosing, &certifying, demand),
    }
}

/// Tries ever larger shares, in steps.
fn certifiable(choosing: &[Case], certifying: &[Case], demand: Demand) -> Option<(f64, f64)> {
    let steps = (1..).map(|step| f64::from(step) / STEPS);
    let larger = steps
        .take_while(|share| *share < 1.0)
        .filter(|share| *share > demand.max_wrong);
    let mut found = larger.filter_map(|max_wrong| {
        let demand = Demand { max_wrong, ..demand };
        let ladder = choose::ladder(choosing, certifying.len(), demand);
        let certified = climb(&ladder, choosing, certifying, demand).certified?;
        Some((max_wrong, certified.answered as f64 / certifying.len() as f64))
    });
    found.next()
}

/// How many answered rows the demand takes at the error of `wrong` in `answered`; `None` when it is too large.
fn answers_needed(wrong: usize, answered: usize, demand: Demand) -> Option<usize> {
    // Half a wrong one on either side (Jeffreys): none seen is not none.
    let error = (wrong as f64 + 0.5) / (answered as f64 + 1.0);
    if answered == 0 || error >= demand.max_wrong {
        return None;
    }
    let enough = |drawn: usize| {
        let wrong = (error * drawn as f64).ceil() as usize;
        upper_bound(wrong, drawn, demand.confidence) <= demand.max_wrong
    };
    let mut high = 1;
    while !enough(high) {
        high = (high * 2 <= ROWS_MAX).then_some(high * 2)?;
    }
    let (mut low, mut high) = (high / 2, high);
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if enough(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::calibrate::tests::DEMAND;

    fn rung(bar: f32) -> Rung {
        Rung {
            bars: Bars {
                answer: bar,
                intents: std::collections::BTreeMap::new(),
            },
            answered: 1,
            wrong: 0,
        }
    }

    /// 100 rows at each of 0.9, 0.8, 0.7 and 0.6, of which so many are wrong.
    fn rows(wrong: [usize; 4]) -> Vec<Case> {
        let case = |confidence, right| Case {
            intent: 0,
            confidence,
            right,
            answerable: true,
        };
        let levels = [0.9, 0.8, 0.7, 0.6].into_iter().zip(wrong);
        levels
            .flat_map(|(confidence, wrong)| (0..100).map(move |n| case(confidence, n >= wrong)))
            .collect()
    }

    #[test]
    fn the_climb_ends_at_the_first_rung_that_does_not_hold() {
        let ladder = Ladder {
            rungs: [0.9, 0.8, 0.7, 0.6].map(rung).into(),
            start: 0,
        };
        // 0 of 100, 2 of 200, then 32 of 300: the last rung is not looked at.
        let outcome = climb(&ladder, &[], &rows([0, 2, 30, 0]), DEMAND);
        let certified = outcome.certified.unwrap();
        assert_eq!(
            (certified.answered, certified.wrong, certified.bars.answer),
            (200, 2, 0.8)
        );
        assert_eq!(outcome.tested.len(), 3);
        assert!(certified.upper < 0.05 && outcome.tested[2].upper > 0.05);
        // A bad beginning is the end, however good the rest.
        let outcome = climb(&ladder, &[], &rows([20, 0, 0, 0]), DEMAND);
        assert_eq!((outcome.certified, outcome.tested.len()), (None, 1));
        // What lies below the beginning is not looked at.
        let later = Ladder { start: 2, ..ladder };
        let outcome = climb(&later, &[], &rows([50, 0, 0, 0]), DEMAND);
        assert_eq!((outcome.tested[0].answered, outcome.certified), (300, None));
    }

    #[test]
    fn a_rung_that_answers_nothing_holds_nothing() {
        let outcome = climb(
            &Ladder {
                rungs: vec![rung(0.95)],
                start: 0,
            },
            &[],
            &rows([0; 4]),
            DEMAND,
        );
        assert_eq!(outcome.certified, None);
        assert_eq!(outcome.tested[0].upper, 1.0);
    }

    #[test]
    fn the_rows_needed_follow_from_the_bound() {
        // At an error of (0 + 0.5) / (50 + 1), one wrong one is expected until 102: 93 is the least that bears one.
        assert_eq!(answers_needed(0, 50, DEMAND), Some(93));
        assert_eq!(answers_needed(10, 100, DEMAND), None);
        assert_eq!(answers_needed(0, 0, DEMAND), None);
        let near = answers_needed(45, 1_000, DEMAND).unwrap();
        assert!(near > 5_000, "an error just below the limit takes many: {near}");
    }
}
