//! The promise put to the test: calibrate on one random half of the cases, measure on the other, again and again.

use fastrand::Rng;
use serde::Serialize;

use crate::eval::binomial::at_least;
use crate::eval::calibrate::{CASES_MIN, CalibrateError, Case, Demand, calibrate, split};

/// The level at which an excess on the held-out half counts as more than chance.
const LEVEL: f64 = 0.05;

/// What many trials showed; shares are of all trials unless said otherwise, 0 to 1.
///
/// A held-out half is finite: bars whose true share of wrong answers is within the promise can still show more on it
/// by chance, for bars at the very limit in almost every second trial. `expected_above` says how often that would
/// happen here if nothing but chance were at work, and `significantly_above` counts only what chance explains badly.
/// The promise is kept where `significantly_above` is at most `1 - confidence` and the level of that test (5 %)
/// together. Halves of one file are no independent draws: the luck of one half is the other's misfortune, so the
/// plain share leans towards saying too much.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trials {
    pub trials: usize,
    /// Trials in which thresholds could be certified; in the others nothing is answered, so nothing wrongly.
    pub certified: usize,
    /// The share of wrong answers on the held-out half is above what was asked for.
    pub above: f64,
    /// The same if every trial had the mean share of wrong answers.
    pub expected_above: f64,
    /// Above by an exact binomial test at 5 %.
    pub significantly_above: f64,
    /// Share of held-out rows answered, in the mean over all trials.
    pub answered: f64,
    /// Share of wrong answers among all held-out rows answered in any trial.
    pub wrong: Option<f64>,
}

/// Runs `count` trials; the splits follow from the demand's seed.
///
/// # Errors
/// Those of [`calibrate`], and fewer than twice [`CASES_MIN`] cases.
pub fn trials(cases: &[Case], demand: Demand, count: usize) -> Result<Trials, CalibrateError> {
    if cases.len() < 2 * CASES_MIN {
        return Err(CalibrateError::TooFewForTrials(cases.len()));
    }
    let mut seeds = Rng::with_seed(demand.seed);
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut held_out_rows = 0;
    for _ in 0..count {
        let (known, held_out) = split(cases, cases.len() / 2, seeds.u64(..));
        held_out_rows += held_out.len();
        let outcome = calibrate(
            &known,
            Demand {
                seed: seeds.u64(..),
                ..demand
            },
        )?;
        found.extend(outcome.certified.map(|tested| tested.bars.count(&held_out)));
    }
    let answered: usize = found.iter().map(|(answered, _)| answered).sum();
    let wrong: usize = found.iter().map(|(_, wrong)| wrong).sum();
    let mean = (answered > 0).then(|| wrong as f64 / answered as f64);
    let of_all = |sum: f64| sum / count.max(1) as f64;
    let chance = |answered: usize| {
        let most = (demand.max_wrong * answered as f64).floor() as usize;
        at_least(most + 1, answered, mean.unwrap_or_default())
    };
    let is_above = |&&(answered, wrong): &&(usize, usize)| wrong as f64 > demand.max_wrong * answered as f64;
    let is_no_chance =
        |&&(answered, wrong): &&(usize, usize)| at_least(wrong, answered, demand.max_wrong) <= LEVEL;
    Ok(Trials {
        trials: count,
        certified: found.len(),
        above: of_all(found.iter().filter(is_above).count() as f64),
        expected_above: of_all(found.iter().map(|(answered, _)| chance(*answered)).sum()),
        significantly_above: of_all(found.iter().filter(is_no_chance).count() as f64),
        answered: answered as f64 / held_out_rows.max(1) as f64,
        wrong: mean,
    })
}
