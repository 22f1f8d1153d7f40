//! How well passages are found for labelled questions, and how far the chance that the first of them is right can be
//! believed. Arithmetic on plain values; knows nothing of how they are found.

use serde::Serialize;

use crate::eval::compare::{Difference, Figures, differences};
use crate::eval::judged::Judged;
use crate::eval::risk::AnsweredAt;
use crate::eval::scores::Scores;
use crate::eval::share;

/// A right passage further down counts as not found.
pub const DEPTH: usize = 100;

/// For each question the place of the first right passage, the first being 0; `None` where none is among the first
/// [`DEPTH`].
pub type Places = Vec<Option<usize>>;

/// One way of searching. Shares and means are 0 to 1, with 95 % intervals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Method {
    pub name: &'static str,
    pub recall_at_1: Measured,
    pub recall_at_5: Measured,
    /// The mean of 1 / place, counted from 1; 0 for what is not found.
    pub mrr: Measured,
    /// How much higher the mean reciprocal rank is than the baseline's, as a share of that; `None` for the baseline
    /// itself.
    pub gain: Option<Measured>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    pub value: f64,
    pub interval: [f64; 2],
}

impl Method {
    /// `None` for no questions, or where the baseline finds nothing at all. Same seed, same intervals.
    pub fn new(name: &'static str, places: &Places, baseline: Option<&Places>, seed: u64) -> Option<Self> {
        // Against nothing: the interval of a difference to 0 is that of the figure.
        let found = differences(places.len(), seed, |rows| {
            let figures = figures(places, rows);
            let nothing = figures
                .iter()
                .map(|(name, _)| (name.clone(), Some(0.0)))
                .collect();
            (figures, nothing)
        });
        let [recall_at_1, recall_at_5, mrr] = [0, 1, 2].map(|at| found.get(at).and_then(measured));
        let gain = match baseline {
            Some(baseline) => Some(gain(places, baseline, seed)?),
            None => None,
        };
        Some(Self {
            name,
            recall_at_1: recall_at_1?,
            recall_at_5: recall_at_5?,
            mrr: mrr?,
            gain,
        })
    }
}

/// How far the chance that the first passage is right can be believed. Shares are 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Believed {
    pub questions: usize,
    /// The first passage is right.
    pub right: f64,
    /// Expected calibration error, and the Brier score, as of a classifier's confidence.
    pub ece: f64,
    pub brier: f64,
    /// What is answered at a bar that keeps to a share of wrong answers.
    pub answered: Vec<AnsweredAt>,
}

impl Believed {
    /// The chance of the first passage for each question, and whether it is right; `None` for no questions.
    pub fn new(first: &[(f32, bool)]) -> Option<Self> {
        let judged = |(chance, right): &(f32, bool)| Judged {
            gold: usize::from(!right),
            top: 0,
            confidence: *chance,
            in_scope: *chance,
        };
        let rows: Vec<Judged> = first.iter().map(judged).collect();
        let scores = Scores::new(&rows, 2, usize::MAX);
        Some(Self {
            questions: rows.len(),
            right: scores.accuracy?,
            ece: scores.ece?,
            brier: scores.brier?,
            answered: scores.answered,
        })
    }
}

fn gain(places: &Places, baseline: &Places, seed: u64) -> Option<Measured> {
    let found = differences(places.len(), seed, |rows| {
        let ratio = mrr(baseline, rows)
            .filter(|base| *base > 0.0)
            .and_then(|base| Some(mrr(places, rows)? / base));
        let name = || "gain".to_owned();
        (vec![(name(), ratio)], vec![(name(), Some(1.0))])
    });
    found.first().and_then(measured)
}

fn measured(difference: &Difference) -> Option<Measured> {
    Some(Measured {
        value: difference.difference?,
        interval: difference.interval?,
    })
}

fn figures(places: &Places, rows: &[usize]) -> Figures {
    let within = |limit: usize| {
        let found = rows
            .iter()
            .filter(|row| place(places, **row).is_some_and(|place| place < limit));
        share(found.count(), rows.len())
    };
    vec![
        ("recall_at_1".to_owned(), within(1)),
        ("recall_at_5".to_owned(), within(5)),
        ("mrr".to_owned(), mrr(places, rows)),
    ]
}

fn mrr(places: &Places, rows: &[usize]) -> Option<f64> {
    let sum: f64 = rows
        .iter()
        .filter_map(|row| place(places, *row))
        .map(|place| 1.0 / (place + 1) as f64)
        .sum();
    (!rows.is_empty()).then(|| sum / rows.len() as f64)
}

fn place(places: &Places, row: usize) -> Option<usize> {
    places.get(row).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_by_hand() {
        let places = vec![Some(0), Some(1), Some(4), Some(5), None];
        let method = Method::new("all", &places, None, 1).unwrap();
        assert!((method.recall_at_1.value - 0.2).abs() < 1e-12);
        assert!((method.recall_at_5.value - 0.6).abs() < 1e-12);
        let mrr = (1.0 + 1.0 / 2.0 + 1.0 / 5.0 + 1.0 / 6.0) / 5.0;
        assert!((method.mrr.value - mrr).abs() < 1e-12);
        assert!(method.mrr.interval[0] < mrr && mrr < method.mrr.interval[1]);
        assert_eq!(Method::new("none", &Vec::new(), None, 1), None);
    }

    #[test]
    fn a_chance_is_held_against_what_came_true() {
        let first: Vec<(f32, bool)> = (0..100).map(|number| (0.8, number < 70)).collect();
        let believed = Believed::new(&first).unwrap();
        assert!((believed.right - 0.7).abs() < 1e-12 && (believed.ece - 0.1).abs() < 1e-6);
        assert!(believed.answered.iter().all(|at| at.coverage == 0.0));
        assert_eq!(Believed::new(&[]), None);
    }

    #[test]
    fn a_gain_is_a_share_of_the_baseline() {
        let [twice, once] = [0, 1].map(|place| vec![Some(place); 40]);
        let gain = Method::new("twice", &twice, Some(&once), 1)
            .unwrap()
            .gain
            .unwrap();
        assert_eq!((gain.value, gain.interval), (1.0, [1.0, 1.0]));
        assert_eq!(Method::new("x", &twice, Some(&vec![None; 40]), 1), None);
    }
}
