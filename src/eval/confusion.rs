//! Who is taken for whom: counts by gold and predicted label, and what follows for each label.

use std::cmp::Reverse;

use serde::Serialize;

use crate::eval::share;

/// Square counts: `count(gold, predicted)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    labels: usize,
    counts: Vec<usize>,
}

/// The figures of one label, 0 to 1. `None`: never predicted (precision), never gold (recall), neither (F1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LabelScores {
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    pub f1: Option<f64>,
    /// Rows with this gold label.
    pub support: usize,
    /// Rows with this predicted label.
    pub predicted: usize,
}

impl Confusion {
    /// `pairs` are gold and predicted label, each below `labels`.
    pub fn new(labels: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut counts = vec![0; labels * labels];
        for (gold, predicted) in pairs {
            if let Some(count) = counts.get_mut(gold * labels + predicted) {
                *count += 1;
            }
        }
        Self { labels, counts }
    }

    pub fn count(&self, gold: usize, predicted: usize) -> usize {
        self.counts
            .get(gold * self.labels + predicted)
            .copied()
            .unwrap_or(0)
    }

    /// The figures of each label, in their order. F1 is the harmonic mean of precision and recall.
    pub fn by_label(&self) -> Vec<LabelScores> {
        let sum = |cells: &mut dyn Iterator<Item = usize>| cells.sum::<usize>();
        (0..self.labels)
            .map(|label| {
                let right = self.count(label, label);
                let support = sum(&mut (0..self.labels).map(|other| self.count(label, other)));
                let predicted = sum(&mut (0..self.labels).map(|other| self.count(other, label)));
                LabelScores {
                    precision: share(right, predicted),
                    recall: share(right, support),
                    f1: share(2 * right, support + predicted),
                    support,
                    predicted,
                }
            })
            .collect()
    }

    /// The mean F1 of all labels that are gold or predicted somewhere, as scikit-learn takes it; `None` without rows.
    pub fn macro_f1(&self) -> Option<f64> {
        let f1: Vec<f64> = self.by_label().into_iter().filter_map(|label| label.f1).collect();
        (!f1.is_empty()).then(|| f1.iter().sum::<f64>() / f1.len() as f64)
    }

    /// Gold, predicted and count of each pair that was confused, the most frequent first.
    pub fn confused(&self) -> Vec<(usize, usize, usize)> {
        let all = (0..self.labels).flat_map(|gold| (0..self.labels).map(move |predicted| (gold, predicted)));
        let mut pairs: Vec<_> = all
            .filter(|(gold, predicted)| gold != predicted)
            .map(|(gold, predicted)| (gold, predicted, self.count(gold, predicted)))
            .filter(|(_, _, count)| *count > 0)
            .collect();
        pairs.sort_by_key(|(_, _, count)| Reverse(*count));
        pairs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_small_table() {
        // gold 0: two right, one taken for 1; gold 1: one right; 2 is predicted once for gold 1, never gold; 3 unseen.
        let confusion = Confusion::new(4, [(0, 0), (0, 0), (0, 1), (1, 1), (1, 2)]);
        let by_label = confusion.by_label();
        assert_eq!(by_label[0].precision, Some(1.0));
        assert_eq!(by_label[0].recall, Some(2.0 / 3.0));
        assert_eq!(by_label[0].f1, Some(0.8));
        assert_eq!(
            (by_label[1].precision, by_label[1].recall, by_label[1].f1),
            (Some(0.5), Some(0.5), Some(0.5))
        );
        assert_eq!(
            (by_label[2].precision, by_label[2].recall, by_label[2].f1),
            (Some(0.0), None, Some(0.0))
        );
        assert_eq!((by_label[3].f1, by_label[3].support), (None, 0));
        let mean = (0.8 + 0.5) / 3.0;
        assert!((confusion.macro_f1().unwrap() - mean).abs() < 1e-12);
        assert_eq!(confusion.confused(), [(0, 1, 1), (1, 2, 1)]);
        assert_eq!(Confusion::new(2, []).macro_f1(), None);
    }

    #[test]
    fn the_most_frequent_confusion_comes_first() {
        let confusion = Confusion::new(2, [(0, 1), (1, 0), (1, 0)]);
        assert_eq!(confusion.confused(), [(1, 0, 2), (0, 1, 1)]);
    }
}
