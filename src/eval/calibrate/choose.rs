//! The choosing part: how the bars of single intents should differ, and the ladder of policies to be tested.
//!
//! The largest share answered at a given share of wrong answers is reached by answering exactly where the chance of
//! being right is above one common value (the Lagrangian of the problem). So the confidence is corrected for its
//! intent, and the ladder moves one common value.

use std::collections::BTreeMap;

use crate::eval::binomial::at_most;
use crate::eval::calibrate::{Bars, Case, Demand};

/// How far intents are believed to differ before any is seen: the variance of the correction, in squared log-odds.
/// The more rows an intent has, the less this pulls it back to the others. Tried on the public rows under the shipped
/// model: 1 to 6 answer about as much at 1,000 rows, five times what a common bar does; at 500 it makes no difference.
const PRIOR_VARIANCE: f64 = 3.0;

/// Rounds of fitting; the corrections stand still to four digits after some five.
const ROUNDS: usize = 8;

/// The longest step of one round, in log-odds: keeps Newton's method from leaping where a curve is flat.
const STEP_MAX: f64 = 2.0;

/// A smaller correction, in log-odds, is left out: the intent takes the common bar.
const CORRECTION_MIN: f64 = 0.1;

/// Rungs of the whole ladder, each answering one fortieth of the answerable cases more than the one below.
const RUNGS: usize = 40;

/// How many rows the fitted share of wrong answers counts for, beside those a rung really answers: where few are
/// answered their count alone is mostly luck. At 500 rows the ladder holds half as often again as without it.
const FIT_WEIGHT: f64 = 100.0;

/// A confidence this near to 0 or 1 says no more than this.
const EDGE: f64 = 1e-6;

/// Bars have five digits, rounded up, so that what is written into a policy is what was tested.
const DIGITS: f64 = 1e5;

/// A policy on the ladder, and what it does on the choosing part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rung {
    pub(super) bars: Bars,
    pub(super) answered: usize,
    pub(super) wrong: usize,
}

/// Policies from strict to lax, and the first to be tested.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Ladder {
    pub(super) rungs: Vec<Rung>,
    pub(super) start: usize,
}

/// What the choosing part says of confidence, in log-odds.
#[derive(Debug, Clone, PartialEq)]
struct Fit {
    /// Added to every confidence.
    common: f64,
    /// Taken off the confidence of single intents; those near 0 left out.
    corrections: BTreeMap<usize, f64>,
}

impl Fit {
    /// The confidence without what its intent promises too much.
    fn corrected(&self, case: &Case) -> f64 {
        log_odds(case.confidence) - self.corrections.get(&case.intent).unwrap_or(&0.0)
    }

    /// The chance that a case is read wrongly, 0 to 1.
    fn wrong(&self, case: &Case) -> f64 {
        1.0 - probability(self.corrected(case) + self.common)
    }
}

/// The ladder of the choosing cases, to be tested on `certifying` others. It begins at the rung that is most likely
/// to hold; of equally likely ones at the strictest. Without rungs when no case is answerable.
pub(super) fn ladder(cases: &[Case], certifying: usize, demand: Demand) -> Ladder {
    let answerable: Vec<Case> = cases.iter().filter(|case| case.answerable).copied().collect();
    let fit = fit(&answerable);
    let mut values: Vec<f64> = answerable.iter().map(|case| fit.corrected(case)).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let scale = certifying as f64 / cases.len().max(1) as f64;
    let mut ladder = Ladder::default();
    let mut likeliest = f64::NEG_INFINITY;
    for step in 1..=RUNGS {
        // The least certain case that this rung is to answer.
        let last = (answerable.len() * step).div_ceil(RUNGS).saturating_sub(1);
        let Some(value) = values.get(last) else { break };
        let bars = bars(*value, &fit.corrections);
        if ladder.rungs.last().is_some_and(|rung| rung.bars == bars) {
            continue;
        }
        let (answered, wrong) = bars.count(&answerable);
        if answered == 0 {
            continue;
        }
        let answers = answerable.iter().filter(|case| bars.answers(case));
        let expected = answers.map(|case| fit.wrong(case)).sum::<f64>() / answered as f64;
        let error = (wrong as f64 + FIT_WEIGHT * expected) / (answered as f64 + FIT_WEIGHT);
        let chance = chance_to_hold(error, (answered as f64 * scale) as usize, demand);
        if chance > likeliest {
            (ladder.start, likeliest) = (ladder.rungs.len(), chance);
        }
        ladder.rungs.push(Rung {
            bars,
            answered,
            wrong,
        });
    }
    ladder
}

/// The chance that `drawn` answers, each wrong with chance `error`, certify the demand.
fn chance_to_hold(error: f64, drawn: usize, demand: Demand) -> f64 {
    let holds = |wrong: &usize| at_most(*wrong, drawn, demand.max_wrong) <= 1.0 - demand.confidence;
    let bearable = (0..drawn).take_while(holds).last();
    bearable.map_or(0.0, |wrong| at_most(wrong, drawn, error))
}

/// A logistic regression of being right with the confidence's log-odds as offset, a common intercept, and one of each
/// intent shrunk towards it by a normal prior (partial pooling: Gelman & Hill 2007, chapter 12), at its mode.
fn fit(cases: &[Case]) -> Fit {
    let mut by_intent: BTreeMap<usize, Vec<&Case>> = BTreeMap::new();
    for case in cases {
        by_intent.entry(case.intent).or_default().push(case);
    }
    let mut corrections: BTreeMap<usize, f64> = by_intent.keys().map(|intent| (*intent, 0.0)).collect();
    let mut common = 0.0;
    for _ in 0..ROUNDS {
        let (mut gradient, mut curvature) = (0.0, f64::EPSILON);
        for (intent, cases) in &by_intent {
            let shift = common - corrections.get(intent).unwrap_or(&0.0);
            let (slope, bend) = slope(cases, shift);
            gradient += slope;
            curvature += bend;
        }
        common += newton(gradient, curvature);
        for (intent, cases) in &by_intent {
            let correction = corrections.entry(*intent).or_default();
            let (slope, bend) = slope(cases, common - *correction);
            *correction += newton(-slope - *correction / PRIOR_VARIANCE, bend + 1.0 / PRIOR_VARIANCE);
        }
    }
    corrections.retain(|_, correction| correction.abs() >= CORRECTION_MIN);
    Fit { common, corrections }
}

/// First and (negative) second derivative of the log-likelihood by a shift of the log-odds.
fn slope(cases: &[&Case], shift: f64) -> (f64, f64) {
    cases.iter().fold((0.0, 0.0), |(slope, bend), case| {
        let p = probability(log_odds(case.confidence) + shift);
        (slope + f64::from(u8::from(case.right)) - p, bend + p * (1.0 - p))
    })
}

fn newton(gradient: f64, curvature: f64) -> f64 {
    (gradient / curvature).clamp(-STEP_MAX, STEP_MAX)
}

/// The policy that answers where the corrected log-odds are at least `value`.
fn bars(value: f64, corrections: &BTreeMap<usize, f64>) -> Bars {
    let bar = |correction: f64| {
        let exact = probability(value + correction);
        ((exact * DIGITS).ceil() / DIGITS) as f32
    };
    let answer = bar(0.0);
    let own = corrections
        .iter()
        .map(|(intent, correction)| (*intent, bar(*correction)));
    Bars {
        answer,
        intents: own.filter(|(_, own)| *own != answer).collect(),
    }
}

fn log_odds(confidence: f32) -> f64 {
    let p = f64::from(confidence).clamp(EDGE, 1.0 - EDGE);
    (p / (1.0 - p)).ln()
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::calibrate::tests::DEMAND;

    #[test]
    fn the_chance_to_hold_by_hand() {
        // 59 answers bear no wrong one, 58 not even that.
        assert!((chance_to_hold(0.01, 59, DEMAND) - 0.99_f64.powi(59)).abs() < 1e-9);
        assert_eq!(chance_to_hold(0.01, 58, DEMAND), 0.0);
        // 93 bear one.
        let one = 0.99_f64.powi(93) + 93.0 * 0.01 * 0.99_f64.powi(92);
        assert!((chance_to_hold(0.01, 93, DEMAND) - one).abs() < 1e-9);
    }

    fn cases(intent: usize, confidence: f32, right: usize, wrong: usize) -> Vec<Case> {
        let case = |right| Case {
            intent,
            confidence,
            right,
            answerable: true,
        };
        let right = std::iter::repeat_n(case(true), right);
        right.chain(std::iter::repeat_n(case(false), wrong)).collect()
    }

    #[test]
    fn an_intent_that_promises_too_much_is_corrected_by_as_much_as_its_rows_say() {
        // Both say 0.8; intent 0 keeps it, intent 1 is right half the time.
        let many = [cases(0, 0.8, 800, 200), cases(1, 0.8, 500, 500)].concat();
        let few = [cases(0, 0.8, 800, 200), cases(1, 0.8, 2, 2)].concat();
        let (many, few) = (fit(&many).corrections, fit(&few).corrections);
        let gap =
            |found: &BTreeMap<usize, f64>| found.get(&1).unwrap_or(&0.0) - found.get(&0).unwrap_or(&0.0);
        // ln(0.8 / 0.2) less ln(0.5 / 0.5).
        assert!((gap(&many) - 4_f64.ln()).abs() < 0.05, "{many:?}");
        assert!(gap(&few) > 0.2 && gap(&few) < 0.9 * gap(&many), "{few:?}");
    }

    #[test]
    fn bars_differ_by_the_correction_and_are_rounded_up() {
        let bars = bars(0.0, &BTreeMap::from([(3, 1.0), (4, -1.0)]));
        assert_eq!(bars.answer, 0.5);
        assert_eq!(bars.bar(3), 0.73106, "1 / (1 + e^-1) = 0.731058...");
        assert_eq!(bars.bar(4), 0.26895, "1 / (1 + e) = 0.268941...");
        assert_eq!(bars.bar(7), 0.5);
    }

    #[test]
    fn the_ladder_begins_where_it_is_likely_to_hold_and_grows_laxer() {
        // The two most certain cases and all the last are wrong: the strictest rungs are too few to hold.
        let mut all = cases(0, 0.99, 0, 2);
        for step in 0..200_u16 {
            all.extend(cases(
                0,
                0.98 - f32::from(step) * 0.004,
                usize::from(step < 150),
                usize::from(step >= 150),
            ));
        }
        let Ladder { rungs, start } = ladder(&all, 202, DEMAND);
        assert!((30..170).contains(&rungs[start].answered), "{:?}", rungs[start]);
        assert!(rungs.windows(2).all(|pair| pair[0].answered < pair[1].answered));
        // Bars are rounded up, so the very last case may stay out.
        assert!(rungs.last().unwrap().answered >= all.len() - 1);
    }

    #[test]
    fn confidences_that_are_all_alike_make_one_rung() {
        assert_eq!(ladder(&cases(0, 1.0, 90, 10), 100, DEMAND).rungs.len(), 1);
        // A bar is never 0, so a confidence of 0 is never answered.
        assert!(ladder(&cases(0, 0.0, 90, 10), 100, DEMAND).rungs.is_empty());
        assert!(ladder(&[], 0, DEMAND).rungs.is_empty());
    }
}
