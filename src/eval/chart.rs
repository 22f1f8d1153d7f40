//! The geometry of the report's pictures: figures to places in SVG units. Knows nothing of colours or of HTML.

use serde::Serialize;

use crate::eval::report::{Matrix, Point};
use crate::eval::scores::Bin;

/// Size of the two small charts, and the margins that their axes take.
const WIDTH: f64 = 440.0;
const HEIGHT: f64 = 320.0;
const LEFT: f64 = 48.0;
const BOTTOM: f64 = 40.0;
const EDGE: f64 = 12.0;

/// Steps on an axis.
const TICKS: usize = 5;

/// The strip above the reliability bars that shows how many rows each has.
const STRIP: f64 = 36.0;

/// Side of a cell of the confusion matrix, and the room for the names beside and above it.
const CELL: f64 = 14.0;
const NAMES: f64 = 150.0;

/// Fewer rows than this are too few for the height of an axis: the first of a curve jumps between 0 and 1.
const STEADY_COVERAGE: f64 = 0.02;

/// A line of the grid with its label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Tick {
    pub(super) at: f64,
    pub(super) label: String,
}

/// The inner rectangle of a chart and its axes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Frame {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    pub(super) across: Vec<Tick>,
    pub(super) up: Vec<Tick>,
}

impl Frame {
    /// Axes from 0 to 1 across and from 0 to `highest` up, both shown as percentages.
    fn new(top: f64, highest: f64) -> Self {
        let mut frame = Self {
            width: WIDTH,
            height: HEIGHT,
            left: LEFT,
            right: WIDTH - EDGE,
            top,
            bottom: HEIGHT - BOTTOM,
            across: Vec::new(),
            up: Vec::new(),
        };
        for step in 0..=TICKS {
            let share = step as f64 / TICKS as f64;
            let tick = |at: f64, value: f64| Tick {
                at: round(at),
                label: format!("{:.0}", value * 100.0),
            };
            frame.across.push(tick(frame.x(share), share));
            frame.up.push(tick(frame.y(share), share * highest));
        }
        frame
    }

    fn x(&self, share: f64) -> f64 {
        self.left + share * (self.right - self.left)
    }

    /// `share` of the height of the axis, cut off at its end.
    fn y(&self, share: f64) -> f64 {
        self.bottom - share.min(1.0) * (self.bottom - self.top)
    }
}

/// A rectangle with what it stands for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Bar {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
    /// How strong it is painted, 0 to 1.
    pub(super) weight: f64,
    pub(super) title: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Reliability {
    pub(super) frame: Frame,
    /// As high as the bin is accurate.
    pub(super) bars: Vec<Bar>,
    /// As high as the bin has rows.
    pub(super) counts: Vec<Bar>,
}

/// Accuracy by confidence, above it how the rows spread.
pub(super) fn reliability(bins: &[Bin]) -> Reliability {
    let frame = Frame::new(EDGE + STRIP, 1.0);
    let most = bins.iter().map(|bin| bin.rows).max().unwrap_or(0).max(1) as f64;
    let (mut bars, mut counts) = (Vec::new(), Vec::new());
    for bin in bins {
        let (Some(accuracy), Some(confidence)) = (bin.accuracy, bin.mean_confidence) else {
            continue;
        };
        let bar = |top: f64, bottom: f64| Bar {
            x: round(frame.x(bin.from) + 1.0),
            y: round(top),
            width: round(frame.x(bin.to) - frame.x(bin.from) - 2.0),
            height: round(bottom - top),
            weight: 1.0,
            title: format!(
                "{} rows say {:.1} % and are right in {:.1} %",
                bin.rows,
                confidence * 100.0,
                accuracy * 100.0
            ),
        };
        bars.push(bar(frame.y(accuracy), frame.bottom));
        let ground = frame.top - EDGE / 2.0;
        counts.push(bar(ground - bin.rows as f64 / most * STRIP, ground));
    }
    Reliability { frame, bars, counts }
}

/// A curve as SVG `points`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) points: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct RiskCoverage {
    pub(super) frame: Frame,
    pub(super) curves: Vec<Curve>,
}

/// Share of wrong answers by share of answered rows, for each named model.
pub(super) fn risk_coverage(models: &[(&str, &[Point])]) -> RiskCoverage {
    let steady = |points: &[Point]| {
        let points = points.iter().filter(|point| point.coverage >= STEADY_COVERAGE);
        points.map(|point| point.risk).fold(0.0, f64::max)
    };
    let highest = models
        .iter()
        .map(|(_, points)| steady(points))
        .fold(0.1, f64::max);
    // Up to the next tenth, so that the grid has round numbers.
    let highest = (highest * 10.0).ceil() / 10.0;
    let frame = Frame::new(EDGE, highest);
    let curve = |(name, points): &(&str, &[Point])| Curve {
        name: (*name).to_owned(),
        points: points
            .iter()
            .map(|point| {
                format!(
                    "{:.1},{:.1}",
                    frame.x(point.coverage),
                    frame.y(point.risk / highest)
                )
            })
            .collect::<Vec<_>>()
            .join(" "),
    };
    let curves = models.iter().map(curve).collect();
    RiskCoverage { frame, curves }
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct HeatMap {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) top: f64,
    /// Names by the middle of their row; of their column, the same.
    pub(super) names: Vec<Tick>,
    /// Cells with rows only, as strong as their share of the gold label's rows.
    pub(super) right: Vec<Bar>,
    pub(super) wrong: Vec<Bar>,
}

/// Gold labels down, predicted ones across.
pub(super) fn heat_map(matrix: &Matrix) -> HeatMap {
    let side = matrix.labels.len() as f64 * CELL;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (down, (gold, counts)) in matrix.labels.iter().zip(&matrix.counts).enumerate() {
        let all: usize = counts.iter().sum();
        for (across, (predicted, count)) in matrix.labels.iter().zip(counts).enumerate() {
            if *count == 0 {
                continue;
            }
            let cell = Bar {
                x: NAMES + across as f64 * CELL,
                y: NAMES + down as f64 * CELL,
                width: CELL,
                height: CELL,
                weight: round((*count as f64 / all as f64).sqrt()),
                title: format!("{gold} read as {predicted}: {count} of {all}"),
            };
            if down == across { &mut right } else { &mut wrong }.push(cell);
        }
    }
    let name = |(place, label): (usize, &String)| Tick {
        at: (place as f64 + 0.5) * CELL,
        label: label.clone(),
    };
    HeatMap {
        width: NAMES + side + EDGE,
        height: NAMES + side + EDGE,
        left: NAMES,
        top: NAMES,
        names: matrix.labels.iter().enumerate().map(name).collect(),
        right,
        wrong,
    }
}

/// A hundredth of a unit is finer than any screen.
fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stand_on_the_axis_and_are_as_high_as_their_accuracy() {
        let bin = |from: f64, rows, accuracy| Bin {
            from,
            to: from + 0.5,
            rows,
            mean_confidence: accuracy,
            accuracy,
        };
        let chart = reliability(&[bin(0.0, 0, None), bin(0.5, 4, Some(0.5))]);
        let frame = &chart.frame;
        assert_eq!(chart.bars.len(), 1, "an empty bin has no bar");
        assert_eq!(chart.bars[0].y + chart.bars[0].height, frame.bottom);
        assert!((chart.bars[0].height - (frame.bottom - frame.top) / 2.0).abs() < 0.01);
        assert_eq!(chart.counts[0].height, STRIP);
    }

    #[test]
    fn curves_stay_inside_their_frame() {
        let point = |coverage, risk| Point { coverage, risk };
        // The first is one wrong row of many: it is cut off, and the axis ends at the next tenth above the rest.
        let points = [point(0.001, 1.0), point(0.5, 0.12), point(1.0, 0.23)];
        let chart = risk_coverage(&[("m", &points)]);
        assert_eq!(chart.frame.up.last().unwrap().label, "30");
        let heights: Vec<f64> = chart.curves[0]
            .points
            .split(' ')
            .map(|pair| pair.split_once(',').unwrap().1.parse().unwrap())
            .collect();
        assert!(
            heights
                .iter()
                .all(|y| (chart.frame.top..=chart.frame.bottom).contains(y))
        );
        assert_eq!(heights[0], chart.frame.top);
    }

    #[test]
    fn cells_are_as_strong_as_their_share_of_the_row() {
        let matrix = Matrix {
            labels: vec!["a".into(), "b".into()],
            counts: vec![vec![3, 1], vec![0, 2]],
        };
        let map = heat_map(&matrix);
        assert_eq!((map.right.len(), map.wrong.len()), (2, 1));
        assert_eq!((map.wrong[0].weight, map.right[1].weight), (0.5, 1.0));
        assert_eq!(map.wrong[0].title, "a read as b: 1 of 4");
        assert_eq!((map.wrong[0].x, map.wrong[0].y), (NAMES + CELL, NAMES));
    }
}
