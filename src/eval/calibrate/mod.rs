//! Thresholds with a promise: of the messages that the bot answers, at most so many are read wrongly, at a stated
//! confidence. Pure arithmetic on labelled cases; knows no files and no model.
//!
//! The method is Learn then Test (Angelopoulos, Bates, Candès, Jordan & Lei 2021) with split fixed-sequence testing:
//!
//! 1. The cases are split at random into two parts: halves, or a third and the rest where they are few. (At random, not
//!    by label: then the second part is a plain random sample, and the binomial below is exact.)
//! 2. On the *choosing* part, `choose` finds how the thresholds of single intents should differ, and lays out a ladder
//!    of whole policies, from strict to lax, beginning at the one that is most likely to hold.
//! 3. On the *certifying* part, `certify` climbs the ladder. A policy was fixed before these cases were looked at, so
//!    which of them it answers depends on the text alone; given those, each is wrong independently with the same
//!    unknown chance, and the number of wrong ones is binomial although the number of answered ones is chance too.
//!    A rung holds when the exact upper bound (Clopper & Pearson 1934) is at most the allowed share. The first rung
//!    that does not ends the climb, so that the chance of any false promise stays at one test's: fixed-sequence
//!    testing needs no correction for the number of rungs.
//!
//! The promise covers messages like the labelled ones. Rules that hand over for another reason (mood, language,
//! phrases) take answers away behind it and are not part of it.

mod certify;
mod choose;
mod trials;

use std::collections::BTreeMap;

use fastrand::Rng;
use serde::Serialize;
use thiserror::Error;

use crate::domain::intent::Intent;
use crate::eval::judged::Judgement;

pub use crate::eval::calibrate::certify::{Needed, Outcome, Tested, needed};
pub use crate::eval::calibrate::trials::{Trials, trials};

/// Never answered by the bot whatever their confidence; the policy has bars of another meaning for them.
pub const NOT_ANSWERED: [&str; 2] = [Intent::OUT_OF_SCOPE, Intent::HUMAN_AGENT];

/// Below this many cases neither part says anything: with 59 answered and none wrong, 5 % can just be promised.
pub const CASES_MIN: usize = 100;

/// As many rows certify, if that leaves a third to choose.
const CERTIFYING: usize = 400;

#[derive(Debug, Error, PartialEq)]
pub enum CalibrateError {
    #[error("there are {0} labelled rows; at least {CASES_MIN} are needed, and some 500 to be of use")]
    TooFew(usize),
    #[error(
        "there are {0} labelled rows; a trial sets half of them aside and needs {CASES_MIN} of the others, so at \
         least {twice} are needed", twice = 2 * CASES_MIN
    )]
    TooFewForTrials(usize),
    #[error("a share of wrong answers of {0} cannot be promised; give one above 0 and below 1")]
    MaxWrong(f64),
    #[error("a confidence of {0} is none; give one of at least 0.5 and below 1")]
    Confidence(f64),
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Demand {
    /// The largest share of wrong answers among the answered messages, above 0 and below 1.
    pub max_wrong: f64,
    /// The chance that the promise holds, 0.5 to below 1.
    pub confidence: f64,
    /// Of the split. Same cases, same seed, same thresholds.
    pub seed: u64,
}

/// A labelled message as the thresholds see it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Case {
    /// The place of the top intent among the labels.
    pub intent: usize,
    /// Of the top intent, 0 to 1.
    pub confidence: f32,
    pub right: bool,
    /// False when the top intent is one of [`NOT_ANSWERED`].
    pub answerable: bool,
}

/// The thresholds of a policy, as `confidence.answer` and `confidence.intents` of `policy.yml` have them: a message is
/// answered when its confidence is at or above the bar of its top intent.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// For intents without a bar of their own.
    pub answer: f32,
    /// By the place of the intent among the labels.
    pub intents: BTreeMap<usize, f32>,
}

impl Bars {
    pub fn bar(&self, intent: usize) -> f32 {
        self.intents.get(&intent).copied().unwrap_or(self.answer)
    }

    pub fn answers(&self, case: &Case) -> bool {
        case.answerable && case.confidence >= self.bar(case.intent)
    }

    /// How many of the cases are answered, and how many of those wrongly.
    pub fn count(&self, cases: &[Case]) -> (usize, usize) {
        let answered = || cases.iter().filter(|case| self.answers(case));
        (answered().count(), answered().filter(|case| !case.right).count())
    }
}

/// The cases of a judgement, in its order.
pub fn cases(judgement: &Judgement) -> Vec<Case> {
    let answerable: Vec<bool> = judgement
        .labels
        .iter()
        .map(|label| !NOT_ANSWERED.contains(&label.as_str()))
        .collect();
    judgement
        .rows
        .iter()
        .map(|row| Case {
            intent: row.top,
            confidence: row.confidence,
            right: row.right(),
            answerable: answerable.get(row.top).copied().unwrap_or(false),
        })
        .collect()
}

/// Chooses thresholds on one part of the cases and certifies them on the other.
///
/// # Errors
/// Fewer than [`CASES_MIN`] cases, or a demand that is no share.
pub fn calibrate(cases: &[Case], demand: Demand) -> Result<Outcome, CalibrateError> {
    check(cases, demand)?;
    let (choosing, certifying) = parts(cases, demand.seed);
    let ladder = choose::ladder(&choosing, certifying.len(), demand);
    Ok(certify::climb(&ladder, &choosing, &certifying, demand))
}

fn check(cases: &[Case], demand: Demand) -> Result<(), CalibrateError> {
    if cases.len() < CASES_MIN {
        return Err(CalibrateError::TooFew(cases.len()));
    }
    if !(demand.max_wrong > 0.0 && demand.max_wrong < 1.0) {
        return Err(CalibrateError::MaxWrong(demand.max_wrong));
    }
    if !(demand.confidence >= 0.5 && demand.confidence < 1.0) {
        return Err(CalibrateError::Confidence(demand.confidence));
    }
    Ok(())
}

/// The cases that choose and those that certify, at random. Half and half; of few, up to two thirds certify, because
/// a bound needs rows more than a choice does.
fn parts(cases: &[Case], seed: u64) -> (Vec<Case>, Vec<Case>) {
    let certifying = cases.len().div_ceil(2).max(CERTIFYING.min(cases.len() * 2 / 3));
    split(cases, cases.len() - certifying, seed)
}

/// Two random parts, the first of them so large.
fn split(cases: &[Case], first: usize, seed: u64) -> (Vec<Case>, Vec<Case>) {
    let mut cases = cases.to_vec();
    Rng::with_seed(seed).shuffle(&mut cases);
    let second = cases.split_off(first);
    (cases, second)
}

#[cfg(test)]
mod tests;
